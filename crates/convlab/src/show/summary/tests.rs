use super::*;
use tch::nn::{self, Module, Sequential};
use tch::{Device, Kind, Tensor};

/// The first half of seed 003's network, then a linear layer for `inputs` numbers.
fn net(vs: &VarStore, inputs: i64) -> Sequential {
    nn::seq()
        .add(nn::conv2d(&vs.root() / "c1", 1, 10, 5, Default::default()))
        .add_fn(|xs| xs.max_pool2d_default(2).relu())
        .add(nn::conv2d(&vs.root() / "c2", 10, 20, 5, Default::default()))
        .add_fn(|xs| xs.max_pool2d_default(2).relu())
        .add_fn(|xs| xs.flat_view())
        .add(nn::linear(&vs.root() / "fc", inputs, 10, Default::default()))
}

#[test]
fn each_layer_has_its_name_its_output_and_the_sum_that_gives_its_parameters() {
    let vs = VarStore::new(Device::Cpu);
    let net = net(&vs, 320);
    let figure = summary(&vs, &net, &[1, 1, 28, 28]).unwrap();
    let expected = "\
layer                                                 output                    parameters
input                                                 [1, 1, 28, 28]
0  c1: convolution 5×5, 1 → 10, stride 1, padding 0   [1, 10, 24, 24]           10·(1·5·5) + 10 = 260
1  max pool 2×2, ReLU                                 [1, 10, 12, 12]
2  c2: convolution 5×5, 10 → 20, stride 1, padding 0  [1, 20, 8, 8]             20·(10·5·5) + 20 = 5,020
3  max pool 2×2, ReLU                                 [1, 20, 4, 4]
4  flatten                                            [1, 320]  (20·4·4 = 320)
5  fc: linear, 320 → 10                               [1, 10]                   10·320 + 10 = 3,210
8,490 parameters in all";
    assert_eq!(figure.text(), expected);
    assert!(figure.html().contains("20·(10·5·5) + 20 = 5,020</td>"));
}

#[test]
fn a_layer_that_does_not_fit_ends_the_table_and_says_what_it_got() {
    let vs = VarStore::new(Device::Cpu);
    let net = net(&vs, 500);
    let message = summary(&vs, &net, &[1, 1, 28, 28]).unwrap().text().to_owned();
    let lines: Vec<_> = message.lines().collect();
    assert!(lines[6].contains("(20·4·4 = 320)"), "{message}");
    assert!(lines[7].starts_with("5  does not fit"), "{message}");
    assert!(lines[7].contains("320 numbers for each image where a linear layer takes 500"), "{message}");
    assert!(lines[8].starts_with("not reached") && lines[8].ends_with("10·500 + 10 = 5,010"), "{message}");
}

#[test]
fn an_input_that_the_first_layer_refuses_is_reported_too() {
    let vs = VarStore::new(Device::Cpu);
    let net = net(&vs, 320);
    let message = summary(&vs, &net, &[1, 3, 28, 28]).unwrap().text().to_owned();
    assert!(
        message.contains("0  does not fit") && message.contains("to have 1 channels, but got 3"),
        "{message}"
    );
}

#[test]
fn parameters_are_found_by_what_they_move_not_by_the_order_in_which_they_were_made() {
    let vs = VarStore::new(Device::Cpu);
    let last = nn::linear(&vs.root() / "last", 8, 2, Default::default());
    let first =
        nn::linear(&vs.root() / "first", 4, 8, nn::LinearConfig { bias: false, ..Default::default() });
    let net = nn::seq().add(first).add_fn(|xs| xs.relu()).add(last);
    let message = summary(&vs, &net, &[3, 4]).unwrap().text().to_owned();
    assert!(message.contains("0  first: linear, 4 → 8  [3, 8]  8·4 = 32"), "{message}");
    assert!(message.contains("2  last: linear, 8 → 2   [3, 2]  2·8 + 2 = 18"), "{message}");
}

#[test]
fn layers_within_a_layer_are_listed_one_by_one() {
    let vs = VarStore::new(Device::Cpu);
    let block = nn::seq()
        .add(nn::linear(&vs.root() / "block" / "a", 4, 3, Default::default()))
        .add(nn::linear(&vs.root() / "block" / "b", 3, 2, Default::default()));
    let message = summary(&vs, &nn::seq().add(block), &[1, 4]).unwrap().text().to_owned();
    assert!(
        message.contains("block.a: 3·4 + 3 = 15\n") && message.contains("  block.b: 2·3 + 2 = 8\n"),
        "{message}"
    );
}

#[test]
fn a_network_that_is_no_sequence_is_one_row_with_all_its_parameters() {
    #[derive(Debug)]
    struct Own(nn::Conv2D, nn::Linear);
    impl Module for Own {
        fn forward(&self, xs: &Tensor) -> Tensor {
            xs.apply(&self.0).flat_view().apply(&self.1)
        }
    }
    let vs = VarStore::new(Device::Cpu);
    let conv = nn::conv2d(&vs.root() / "c1", 1, 2, 3, Default::default());
    let net = Own(conv, nn::linear(&vs.root() / "fc", 8, 5, Default::default()));
    let message = summary(&vs, &net, &[1, 1, 4, 4]).unwrap().text().to_owned();
    assert!(message.contains("the whole network  [1, 5]"), "{message}");
    assert!(
        message.contains("c1: 2·(1·3·3) + 2 = 20") && message.ends_with("65 parameters in all"),
        "{message}"
    );
}

#[test]
fn what_is_not_trained_is_not_counted_and_a_frozen_network_stays_frozen() {
    let mut vs = VarStore::new(Device::Cpu);
    let net = nn::seq_t().add(nn::batch_norm2d(&vs.root() / "bn", 4, Default::default()));
    vs.freeze();
    let message = summary(&vs, &net, &[1, 4, 2, 2]).unwrap().text().to_owned();
    assert!(message.contains("0  bn: batch norm, 4 channels  [1, 4, 2, 2]  4 + 4 = 8"), "{message}");
    assert!(vs.trainable_variables().iter().all(|variable| !variable.requires_grad()));
}

#[test]
fn gradients_that_the_learner_has_are_left_alone() {
    let vs = VarStore::new(Device::Cpu);
    let net = net(&vs, 320);
    net.forward(&Tensor::ones([1, 1, 28, 28], (Kind::Float, Device::Cpu))).sum(Kind::Float).backward();
    let gradient = || vs.trainable_variables()[0].grad().copy();
    let before = gradient();
    summary(&vs, &net, &[1, 1, 28, 28]).unwrap();
    assert!(gradient().equal(&before));
}

#[test]
fn a_shape_that_is_no_batch_is_refused() {
    let vs = VarStore::new(Device::Cpu);
    let net = net(&vs, 320);
    for shape in [&[][..], &[0, 1, 28, 28], &[-1, 1, 28, 28]] {
        let message = summary(&vs, &net, shape).unwrap_err().to_string();
        assert!(message.contains(&format!("{shape:?}")), "{message}");
    }
}

/// What `function` is called in the table of a network of a convolution, that function, and a linear layer.
fn seen(config: nn::ConvConfig, function: fn(&Tensor) -> Tensor) -> String {
    let vs = VarStore::new(Device::Cpu);
    let net = nn::seq().add(nn::conv2d(&vs.root() / "c", 2, 4, 3, config)).add_fn(function);
    let text = summary(&vs, &net, &[2, 2, 13, 13]).unwrap().text().to_owned();
    let lines: Vec<&str> = text.lines().collect();
    let layer = |line: &str| line.split("  ").nth(1).unwrap().to_owned();
    format!("{} | {}", layer(lines[2]), layer(lines[3]))
}

#[test]
fn functions_strides_and_paddings_are_named_as_far_as_they_can_be_seen() {
    let conv = |stride, padding| nn::ConvConfig { stride, padding, ..Default::default() };
    type Case = (nn::ConvConfig, fn(&Tensor) -> Tensor, &'static str);
    let cases: [Case; 11] = [
        (conv(1, 1), |xs| xs.relu(), "c: convolution 3×3, 2 → 4, stride 1, padding 1 | ReLU"),
        (conv(2, 1), |xs| xs.sigmoid(), "c: convolution 3×3, 2 → 4, stride 2, padding 1 | sigmoid"),
        (conv(2, 0), |xs| xs.tanh(), "c: convolution 3×3, 2 → 4, stride 2, padding 0 | tanh"),
        (conv(1, 0), |xs| xs.flat_view(), "c: convolution 3×3, 2 → 4, stride 1, padding 0 | flatten"),
        (
            conv(1, 1),
            |xs| xs.max_pool2d([3, 3], [2, 2], [1, 1], [1, 1], false),
            "c: convolution 3×3, 2 → 4, stride 1, padding 1 | max pool 3×3, stride 2, padding 1",
        ),
        (
            conv(1, 1),
            |xs| xs.relu().avg_pool2d([2, 2], [2, 2], [0, 0], false, true, None::<i64>),
            "c: convolution 3×3, 2 → 4, stride 1, padding 1 | ReLU, average pool 2×2",
        ),
        (
            conv(1, 1),
            |xs| xs.avg_pool2d_default(2),
            "c: convolution 3×3, 2 → 4, stride 1, padding 1 | sum pool 2×2",
        ),
        (
            conv(1, 1),
            |xs| xs.adaptive_avg_pool2d([1, 1]).flat_view(),
            "c: convolution 3×3, 2 → 4, stride 1, padding 1 | average pool of the whole map, flatten",
        ),
        (
            conv(1, 1),
            |xs| xs.dropout(0.5, false),
            "c: convolution 3×3, 2 → 4, stride 1, padding 1 | changes nothing here",
        ),
        (conv(1, 1), |xs| xs * 3.0, "c: convolution 3×3, 2 → 4, stride 1, padding 1 | function"),
        (
            nn::ConvConfig { groups: 2, dilation: 2, ..Default::default() },
            |xs| xs.relu(),
            "c: convolution 3×3, 2 → 4, stride 1, padding 0, 2 groups, dilation 2 | ReLU",
        ),
    ];
    for (config, function, expected) in cases {
        assert_eq!(seen(config, function), expected);
    }
}

#[test]
fn a_layer_with_its_activation_within_is_named_with_both_and_batch_norm_by_its_name() {
    #[derive(Debug)]
    struct Block(nn::Conv2D);
    impl Module for Block {
        fn forward(&self, xs: &Tensor) -> Tensor {
            xs.apply(&self.0).relu().max_pool2d_default(2)
        }
    }
    let vs = VarStore::new(Device::Cpu);
    let conv = nn::conv2d(&vs.root() / "c", 1, 3, 3, nn::ConvConfig { padding: 1, ..Default::default() });
    let net = nn::seq_t().add(Block(conv)).add(nn::batch_norm2d(&vs.root() / "bn", 3, Default::default()));
    let text = summary(&vs, &net, &[1, 1, 8, 8]).unwrap().text().to_owned();
    assert!(
        text.contains("0  c: convolution 3×3, 1 → 3, stride 1, padding 1, then max pool 2×2, ReLU  "),
        "{text}"
    );
    assert!(text.contains("1  bn: batch norm, 3 channels  "), "{text}");
}
