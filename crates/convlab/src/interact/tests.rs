use super::*;
use tch::{Device, IndexOp, Kind, Tensor, nn};

#[test]
fn a_view_starts_with_what_the_function_returns_first() {
    let view = slider("n", 3..=5, |n: i64| n * n).unwrap();
    assert_eq!(view.text(), "For n = 3:\n9");
    let view = controls((Slider::new("n", 0..=9).start(4), Switch::new("double").on()), |(n, double)| {
        if double { 2 * n } else { n }
    });
    assert_eq!(view.unwrap().text(), "For n = 4, double = on:\n8");
    assert_eq!(
        choice("edge", ["left", "right"], |edge| edge.len() as i64).unwrap().text(),
        "For edge = left:\n4"
    );
    assert_eq!(
        controls([1, 2].map(|n| Slider::new("w", n..=9)), |[a, b]| a + b).unwrap().text(),
        "For w = 1, w = 2:\n3"
    );
}

#[test]
fn a_function_that_fails_at_once_fails_the_cell_with_its_reason() {
    let failed = slider("n", 1..=2, |_: i64| -> i64 { panic!("no way") }).unwrap_err().to_string();
    assert!(
        failed.contains("n = 1") && failed.contains("no way") && failed.contains("What to do"),
        "{failed}"
    );
}

#[test]
fn a_drawing_comes_as_mnist_has_its_digits() {
    draw(|digit| {
        assert_eq!(digit.size(), [1, 28, 28]);
        assert_eq!(digit.kind(), Kind::Float);
        assert!(digit.max().double_value(&[]) <= 1. && digit.sum(Kind::Float).double_value(&[]) > 20.);
    })
    .unwrap();
}

#[test]
fn a_pixel_is_picked_by_row_and_column() {
    let image = Tensor::arange(6, (Kind::Float, Device::Cpu)).view([2, 3]);
    let mine = image.shallow_clone();
    let view = pick(&image, move |row, column| mine.i((row, column)).double_value(&[])).unwrap();
    assert_eq!(view.text(), "For row 1, column 1:\n4");
    assert!(pick(&Tensor::zeros([2, 3, 4, 4], (Kind::Float, Device::Cpu)), |_, _| ()).is_err());
    assert!(pick(&Tensor::zeros([0, 4], (Kind::Float, Device::Cpu)), |_, _| ()).is_err());
}

fn two_layers(vs: &nn::VarStore) -> nn::Sequential {
    let linear = |name: &str, from, to| nn::linear(vs.root() / name, from, to, Default::default());
    nn::seq().add(linear("a", 4, 3)).add(linear("b", 3, 2))
}

#[test]
fn a_snapshot_keeps_the_weights_of_its_moment() {
    use tch::nn::Module;
    let vs = nn::VarStore::new(Device::Cpu);
    let net = two_layers(&vs);
    let mine = snapshot(two_layers, &vs).unwrap();
    let x = Tensor::ones([1, 4], (Kind::Float, Device::Cpu));
    let before = net.forward(&x);
    assert_eq!(mine.forward(&x), before);
    tch::no_grad(|| vs.trainable_variables().iter_mut().for_each(|ws| drop(ws.fill_(1.))));
    assert_ne!(net.forward(&x), before);
    assert_eq!(mine.forward(&x), before);
    assert!(!mine.forward(&x).requires_grad());
}

#[test]
fn a_snapshot_with_another_function_is_refused() {
    let vs = nn::VarStore::new(Device::Cpu);
    let _net = two_layers(&vs);
    let refused = snapshot(|vs| nn::linear(vs.root() / "a", 4, 3, Default::default()), &vs).unwrap_err();
    assert!(refused.to_string().contains("`b.bias` [2]"), "{refused}");
}
