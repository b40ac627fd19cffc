use super::*;
use tch::{Device, Kind};

const F32: (Kind, Device) = (Kind::Float, Device::Cpu);

fn refused(result: Result<Figure>) -> String {
    result.expect_err("this shape cannot be drawn").to_string()
}

#[test]
fn a_kernel_is_drawn_with_its_numbers_and_told_with_them() {
    let figure = kernel(&Tensor::from_slice2(&[[0.1f32, 0.2], [-0.4, -0.5]])).unwrap();
    assert_eq!(
        figure.text(),
        "Kernel [2, 2], values -0.5000 to 0.2000\n[[ 0.1000,  0.2000],\n [-0.4000, -0.5000]]"
    );
    for number in ["0.1", "0.2", "-0.4", "-0.5"] {
        assert!(figure.html().contains(&format!(">{number}</text>")), "{number} is not drawn");
    }
}

#[test]
fn a_kernel_with_an_axis_too_many_is_refused_with_its_shape_and_the_way_out() {
    let told = refused(kernel(&Tensor::zeros([2, 3, 3], F32)));
    assert_eq!(
        told,
        "expected a kernel of shape [h, w], but got a tensor of shape [2, 3, 3].\nWhat to do: pick one input channel with `k.get(0)`."
    );
    assert!(refused(kernel(&Tensor::zeros([3, 2, 3, 3], F32))).contains("show::filters"));
    assert!(refused(kernel(&Tensor::zeros([9], F32))).contains("k.view([h, w])"));
}

#[test]
fn filters_stand_with_a_kernel_for_every_input_channel() {
    let figure = filters(&Tensor::ones([3, 2, 2, 2], F32)).unwrap();
    assert!(figure.text().starts_with("3 filters over 2 input channels, weight [3, 2, 2, 2]"));
    for name in ["0 · in 0", "0 · in 1", "2 · in 1"] {
        assert!(figure.html().contains(name), "{name} is missing");
    }
    assert!(refused(filters(&Tensor::ones([3, 3], F32))).contains("[out, in, h, w]"));
}

#[test]
fn feature_maps_are_numbered_by_channel_and_a_batch_of_one_is_one_example() {
    let figure = feature_maps(&Tensor::ones([1, 3, 3, 3], F32)).unwrap();
    assert!(figure.html().contains("channel 2") && !figure.html().contains("channel 3"));
    assert!(figure.text().starts_with("3 feature maps [3, 3, 3], values 1.0000 to 1.0000"));
    assert!(refused(feature_maps(&Tensor::ones([5, 3, 3, 3], F32))).contains("one of the 5 examples"));
    assert!(refused(feature_maps(&Tensor::ones([12], F32))).contains("before flattening"));
}

#[test]
fn of_many_maps_the_first_are_drawn_and_the_title_says_so() {
    let figure = feature_maps(&Tensor::ones([512, 16, 16], F32)).unwrap();
    assert!(figure.text().starts_with("first 64 of 512 feature maps [512, 16, 16]"));
    assert_eq!(figure.html().matches("<image").count(), 64);
}

#[test]
fn an_image_is_drawn_whatever_its_number_of_axes_and_a_batch_is_sent_to_images() {
    for shape in [vec![4, 15], vec![1, 14, 5], vec![3, 4, 5]] {
        assert_eq!(image(&Tensor::zeros(&shape, F32)).unwrap().html().matches("<image").count(), 1);
    }
    assert!(refused(image(&Tensor::zeros([7, 3, 4, 5], F32))).contains("show::images"));
    assert!(refused(image(&Tensor::zeros([4], F32))).contains("[4]"));
}

#[test]
fn a_small_grey_image_has_its_numbers_in_its_squares_and_in_its_text() {
    let figure = image(&Tensor::from_slice2(&[[0.25f32, 1.0]])).unwrap();
    let html = figure.html();
    assert!(html.contains(">0.25</text>") && html.contains("#404040") && !html.contains("<image"), "{html}");
    assert!(figure.text().ends_with("\n[[[0.2500, 1.0000]]]"), "{}", figure.text());
}

#[test]
fn an_image_with_its_channels_last_is_told_to_permute_them() {
    let told = refused(images(&Tensor::zeros([7, 32, 32, 3], F32)));
    assert!(told.contains("[7, 32, 32, 3]") && told.contains("permute([0, 3, 1, 2])"), "{told}");
}

#[test]
fn numbers_outside_0_and_1_are_told_as_they_are() {
    let figure = image(&Tensor::from_slice2(&[[-0.5f32, 2.0]])).unwrap();
    assert!(figure.text().contains("values -0.5000 to 2.0000"), "{}", figure.text());
    let strange = image(&Tensor::from_slice2(&[[f32::NAN, 1.0]])).unwrap();
    assert!(strange.text().contains("1 of them not finite"), "{}", strange.text());
}

#[test]
fn an_empty_tensor_cannot_be_drawn() {
    assert!(refused(images(&Tensor::zeros([0, 1, 4, 4], F32))).contains("[0, 4, 4]"));
}

#[test]
fn labels_are_drawn_by_name_and_a_label_without_a_name_is_refused() {
    let split = Split {
        images: Tensor::zeros([2, 1, 4, 4], F32),
        labels: Tensor::from_slice(&[1i64, 0]),
        source: "MNIST".into(),
    };
    let names = ["cat".to_owned(), "dog".to_owned()];
    let figure = labeled_images(&split, &names).unwrap();
    assert!(figure.text().starts_with("2 images of MNIST, shape [2, 1, 4, 4]"), "{}", figure.text());
    assert!(figure.text().contains("\ndog, cat\n"));
    assert!(refused(labeled_images(&split, &names[..1])).contains("&data.classes"));
}
