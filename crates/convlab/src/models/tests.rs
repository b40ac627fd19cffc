//! Nets without trained weights: what is checked when a file is loaded, and what a picture becomes.

use super::pretrained::find_with;
use super::*;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use tch::nn::ModuleT;
use tch::{Device, IndexOp, Kind, Tensor};
use tempfile::tempdir;

fn untrained(design: Design) -> Pretrained {
    find_with(design, &|name| (name == "CONVLAB_OFFLINE").then(|| OsString::from("1"))).unwrap()
}

fn tensors(net: &Pretrained) -> BTreeMap<String, Tensor> {
    net.vs.variables().into_iter().map(|(name, tensor)| (name, tensor.detach().copy())).collect()
}

/// What is said of a file with an untrained SqueezeNet's tensors, changed by `spoil`.
fn complaint(spoil: impl Fn(&mut BTreeMap<String, Tensor>)) -> String {
    let dir = tempdir().unwrap();
    let path = dir.path().join("net.safetensors");
    let mut tensors = tensors(&untrained(SQUEEZENET));
    spoil(&mut tensors);
    Tensor::write_safetensors(&tensors.into_iter().collect::<Vec<_>>(), &path).unwrap();
    let text = squeezenet_from(&path).unwrap_err().to_string();
    assert!(text.contains("SqueezeNet") && text.contains(&path.display().to_string()), "{text}");
    text
}

fn zeros(shape: &[i64]) -> Tensor {
    Tensor::zeros(shape, (Kind::Float, Device::Cpu))
}

#[test]
fn both_kinds_of_file_give_the_weights_that_were_saved() {
    let dir = tempdir().unwrap();
    let net = untrained(SQUEEZENET);
    for name in ["a.ot", "a.safetensors"] {
        let path = dir.path().join(name);
        net.vs.save(&path).unwrap();
        let loaded = squeezenet_from(&path).unwrap();
        let (before, after) = (tensors(&net), tensors(&loaded));
        assert!(before.iter().all(|(name, tensor)| after[name].equal(tensor)), "{name}");
        assert!(loaded.to_string().contains(&format!("SqueezeNet, weights from {name}")));
        assert!(loaded.to_string().contains("1,248,424 parameters; takes [n, 3, 224, 224]"), "{loaded}");
    }
}

#[test]
fn what_torchvision_saves_for_training_only_is_left_out() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("net.safetensors");
    let mut tensors = tensors(&untrained(SQUEEZENET));
    tensors.insert("AuxLogits.fc.weight".into(), zeros(&[1000, 768]));
    tensors.insert("bn.num_batches_tracked".into(), Tensor::from_slice(&[7i64]));
    Tensor::write_safetensors(&tensors.into_iter().collect::<Vec<_>>(), &path).unwrap();
    squeezenet_from(&path).unwrap();
}

#[test]
fn names_that_all_begin_with_one_more_are_the_nets_own() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("net.safetensors");
    let net = untrained(SQUEEZENET);
    let save = |prefix: &dyn Fn(usize) -> &'static str| {
        let named = tensors(&net).into_iter().enumerate();
        let named: Vec<_> =
            named.map(|(n, (name, tensor))| (format!("{}{name}", prefix(n)), tensor)).collect();
        Tensor::write_safetensors(&named, &path).unwrap();
        squeezenet_from(&path)
    };
    for prefix in ["module.", "model.module."] {
        let loaded = tensors(&save(&|_| prefix).unwrap());
        assert!(tensors(&net).iter().all(|(name, tensor)| loaded[name].equal(tensor)), "{prefix}");
    }
    assert!(save(&|n| if n == 7 { "" } else { "module." }).is_err());
    assert!(save(&|_| "module").is_err());
}

#[test]
fn a_missing_tensor_is_named() {
    let text = complaint(|tensors| drop(tensors.remove("classifier.1.bias")));
    assert!(text.contains("all 52 tensors") && text.contains("a file without classifier.1.bias."), "{text}");
    let text = complaint(|tensors| tensors.retain(|name, _| name.starts_with("classifier")));
    assert!(
        text.contains("features.0.bias, features.0.weight, features.10.expand1x1.bias and 47 more"),
        "{text}"
    );
}

#[test]
fn a_tensor_that_is_not_the_nets_is_named() {
    let text = complaint(|tensors| drop(tensors.insert("features.13.weight".into(), zeros(&[3]))));
    assert!(text.contains("the tensors and no others") && text.contains("also features.13.weight"), "{text}");
}

#[test]
fn a_tensor_of_another_shape_is_refused_even_where_it_could_be_stretched() {
    for shape in [vec![1], vec![96, 3, 3, 3], vec![96, 147]] {
        let text = complaint(|tensors| drop(tensors.insert("features.0.weight".into(), zeros(&shape))));
        assert!(text.contains("features.0.weight of shape [96, 3, 7, 7]"), "{text}");
        assert!(text.contains(&format!("but got shape {shape:?}")), "{text}");
    }
}

#[test]
fn numbers_that_are_not_finite_or_not_floats_are_refused() {
    let text = complaint(|tensors| drop(tensors.insert("features.0.bias".into(), zeros(&[96]) / 0.0)));
    assert!(text.contains("finite floating-point numbers as features.0.bias"), "{text}");
    let text = complaint(|tensors| {
        drop(tensors.insert("features.0.bias".into(), zeros(&[96]).to_kind(Kind::Int64)))
    });
    assert!(text.contains("kind Int64"), "{text}");
}

#[test]
fn a_file_that_is_missing_cut_off_or_of_another_kind_is_refused() {
    let dir = tempdir().unwrap();
    let message = |name: &str| squeezenet_from(dir.path().join(name)).unwrap_err().to_string();
    assert!(message("nowhere.ot").contains("look at the path"));
    let net = untrained(SQUEEZENET);
    for name in ["a.ot", "a.safetensors"] {
        let path = dir.path().join(name);
        net.vs.save(&path).unwrap();
        let whole = fs::read(&path).unwrap();
        for content in [&whole[..whole.len() / 2], b"<html>", b""] {
            fs::write(&path, content).unwrap();
            let text = message(name);
            assert!(
                text.contains("a file that cannot be read (") && !text.contains("Exception raised"),
                "{text}"
            );
        }
    }
    fs::write(dir.path().join("a.pth"), "").unwrap();
    assert!(message("a.pth").contains("whose name ends otherwise"));
}

#[test]
fn weights_are_looked_for_in_the_named_folder_and_without_any_the_ways_out_are_reported() {
    let dir = tempdir().unwrap();
    let find = |key: &'static str| {
        find_with(SQUEEZENET, &|name| (name == key).then(|| dir.path().as_os_str().to_owned()))
    };
    let text = find("CONVLAB_DATA").unwrap_err().to_string();
    assert!(
        text.contains("a folder without squeezenet1_0.ot") && text.contains("unset CONVLAB_DATA"),
        "{text}"
    );
    let text = find("CONVLAB_CACHE").unwrap_err().to_string();
    assert!(text.contains("the weights of SqueezeNet, from this machine or from the network"), "{text}");
    assert!(text.contains("cargo lab --offline"), "{text}");
    fs::create_dir_all(dir.path().join("weights")).unwrap();
    untrained(SQUEEZENET).vs.save(dir.path().join("weights/squeezenet1_0.ot")).unwrap();
    assert!(find("CONVLAB_DATA").unwrap().source.ends_with(", weights from squeezenet1_0.ot"));
}

#[test]
fn an_untrained_net_says_so_in_all_that_is_shown_of_it() {
    let net = untrained(SQUEEZENET);
    let xs = net.input(&zeros(&[3, 230, 240])).unwrap();
    let top = net.top_k(&net.forward_t(&xs, false), 3).unwrap();
    for text in [net.to_string(), top.to_string(), crate::show::top_k(&top).unwrap().html()] {
        assert!(text.contains("untrained (offline mode): its answers mean nothing"), "{text}");
    }
}

#[test]
fn every_net_takes_its_input_and_gives_a_score_for_each_class() {
    for (design, parameters) in [(INCEPTION, "23,834,568"), (RESNET, "11,689,512")] {
        let net = untrained(design);
        let xs = net.input(&zeros(&[1, 300, 200])).unwrap();
        assert_eq!(net.forward_t(&xs, false).size(), [1, 1000]);
        assert!(net.to_string().contains(parameters), "{net}");
    }
}

#[test]
fn a_grey_value_is_scaled_by_each_channels_own_mean_and_deviation() {
    let grey = zeros(&[1, 300, 400]) + 0.5;
    let pixel = |design| {
        let xs = untrained(design).input(&grey).unwrap();
        [0, 1, 2].map(|c| xs.double_value(&[0, c, 100, 100]))
    };
    let expected = [(0.5 - 0.485) / 0.229, (0.5 - 0.456) / 0.224, (0.5 - 0.406) / 0.225];
    assert!(
        pixel(SQUEEZENET).iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5),
        "{:?}",
        pixel(SQUEEZENET)
    );
    assert!(pixel(INCEPTION).iter().all(|value| value.abs() < 1e-5));
}

#[test]
fn the_middle_of_the_picture_is_cut_out_whichever_way_it_lies() {
    let net = untrained(SQUEEZENET);
    // 256 by 512 pixels stay as they are; 144 columns are cut off on the left, so white begins at 256 - 144.
    let wide = Tensor::cat(&[zeros(&[3, 256, 256]), zeros(&[3, 256, 256]) + 1], 2);
    let row = net.input(&wide).unwrap().i((0, 0, 100));
    let white = |at: i64| row.double_value(&[at]) > 0.0;
    assert_eq!((row.size(), white(111), white(112)), (vec![224], false, true));
    let column = net.input(&wide.transpose(1, 2)).unwrap().i((0, 0, .., 100));
    assert!(column.equal(&row));
    // Twice as large, it is halved first.
    let large = wide.repeat_interleave_self_int(2, 1, None).repeat_interleave_self_int(2, 2, None);
    assert!(net.input(&large).unwrap().i((0, 0, 100)).allclose(&row, 1e-4, 1.0, false));
    assert_eq!(net.input(&zeros(&[1, 3, 1])).unwrap().size(), [1, 3, 224, 224]);
}

#[test]
fn what_is_no_picture_is_refused() {
    let net = untrained(SQUEEZENET);
    for (x, message) in [
        (zeros(&[224, 224]), "shape [224, 224]"),
        (zeros(&[4, 224, 224]), "shape [4, 224, 224]"),
        (zeros(&[3, 0, 224]), "shape [3, 0, 224]"),
        (zeros(&[3, 9, 9]).to_kind(Kind::Uint8), "kind Uint8"),
        (zeros(&[3, 9, 9]) + 255, "values from 255.000 to 255.000"),
    ] {
        let text = net.input(&x).unwrap_err().to_string();
        assert!(text.contains(message), "{text}");
    }
}

#[test]
fn the_likeliest_classes_come_first_with_their_names_and_probabilities() {
    let net = untrained(SQUEEZENET);
    // Class 967 is espresso and 285 the Egyptian cat: e^20 and e^19 beside a thousand e^0 are 0.731 and 0.269.
    let logits = zeros(&[1, 1000]);
    let _ = logits.i((0, 967)).fill_(20.0);
    let _ = logits.i((0, 285)).fill_(19.0);
    let top = net.top_k(&logits, 2).unwrap();
    let names: Vec<&str> = top.guesses.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["espresso", "Egyptian cat"]);
    assert!((top.guesses[0].1 - 0.7311).abs() < 1e-3 && (top.guesses[1].1 - 0.2689).abs() < 1e-3);
    assert!(top.to_string().ends_with("\n0.731  espresso\n0.269  Egyptian cat"), "{top}");
}

#[test]
fn logits_of_another_shape_and_numbers_of_classes_that_cannot_be_are_refused() {
    let net = untrained(SQUEEZENET);
    let message = |logits: &Tensor, k| net.top_k(logits, k).unwrap_err().to_string();
    assert!(message(&zeros(&[2, 1000]), 5).contains("shape [2, 1000]"));
    assert!(message(&zeros(&[1000]), 5).contains("[1, 1000]"));
    assert!(message(&zeros(&[1, 1000]), 0).contains("from 1 to 1,000, but got 0"));
    assert!(message(&zeros(&[1, 1000]), 1001).contains("but got 1,001"));
}
