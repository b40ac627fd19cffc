//! Draws every kind of figure into a folder: `cargo run -p convlab --example figures -- FOLDER`.

use convlab::prelude::*;
use std::path::Path;

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "figures".into());
    std::fs::create_dir_all(&folder).unwrap();
    tch::manual_seed(0);
    let f32s = (Kind::Float, Device::Cpu);
    let data = datasets::mnist()?;
    let ten = data.train.take(10)?;
    let conv = |shape: &[i64]| Tensor::randn(shape, f32s) * 0.2;
    let ramp = Tensor::arange(32, f32s).view([2, 4, 4]);
    let digit = data.train.images.get(0);
    let vs = nn::VarStore::new(Device::Cpu);
    let net = nn::seq()
        .add(nn::conv2d(&vs.root() / "c1", 1, 10, 5, Default::default()))
        .add_fn(|xs| xs.max_pool2d_default(2).relu())
        .add(nn::conv2d(&vs.root() / "c2", 10, 20, 5, Default::default()))
        .add_fn(|xs| xs.max_pool2d_default(2).relu())
        .add_fn(|xs| xs.flat_view())
        .add(nn::linear(&vs.root() / "fc", 320, 10, Default::default()));
    let maps = digit.unsqueeze(0).conv2d(&conv(&[32, 1, 3, 3]), None::<Tensor>, [1, 1], [0, 0], [1, 1], 1);
    let few = data.test.take(24)?;
    let logits = net.forward(&few.images) * 20.0;
    let labels = Tensor::arange(1000, (Kind::Int64, Device::Cpu)).remainder(10);
    let predicted = (&labels
        + Tensor::randint(14, [1000], (Kind::Int64, Device::Cpu)).floor_divide_scalar(12))
    .remainder(10);
    let k3 = Tensor::from_slice2(&[[1f32, -1., 1.], [-1., 1., -1.], [1., -1., 1.]]);
    let x8 = conv(&[1, 8, 8]);
    let losses: Vec<f64> =
        (1..=938).map(|i| 2.3 / (i as f64).sqrt() + 0.05 * (i as f64 * 7.7).sin()).collect();
    let squeezenet = models::squeezenet()?;
    let cup = datasets::synthetic_picture();
    let top = squeezenet.top_k(&squeezenet.forward_t(&squeezenet.input(&cup)?, false), 5)?;
    let mut sizes = Vec::new();
    let mut out = |name: &str, html: String| {
        std::fs::write(
            Path::new(&folder).join(format!("{name}.html")),
            format!("<!doctype html><meta charset=utf-8>{html}"),
        )
        .unwrap();
        sizes.push((name.to_owned(), html.len()));
    };
    out("kernel", show::kernel(&Tensor::from_slice2(&[[0.1f32, 0.2], [-0.4, -0.5]]))?.html());
    out("kernel5", show::kernel(&conv(&[5, 5]))?.html());
    out("image", show::image(&digit)?.html());
    out("image_small", show::image(&digit.narrow(1, 6, 8).narrow(2, 12, 8))?.html());
    out("photo", show::image(&cup)?.html());
    out("images", show::images(&ten.images)?.html());
    out("labeled", show::labeled_images(&ten, &data.classes)?.html());
    out("filters_32", show::filters(&conv(&[32, 1, 3, 3]))?.html());
    out("filters_3x2", show::filters(&conv(&[3, 2, 2, 2]))?.html());
    out("filters_20x10", show::filters(&conv(&[20, 10, 5, 5]))?.html());
    out("maps_2x4x4", show::feature_maps(&ramp)?.html());
    out("maps_32", show::feature_maps(&maps)?.html());
    out("maps_64_noise", show::feature_maps(&conv(&[64, 26, 26]))?.html());
    out("steps_5", show::steps(&x8.narrow(1, 0, 5).narrow(2, 0, 5), &k3, Default::default())?.html());
    out("steps_2ch", show::steps(&ramp, &conv(&[2, 2, 2]), Default::default())?.html());
    out("steps_28", show::steps(&digit, &k3, nn::ConvConfig { padding: 1, ..Default::default() })?.html());
    out("padding", show::padding(&x8.narrow(1, 0, 5).narrow(2, 0, 5), &k3)?.html());
    out("pooling", show::pooling(&x8, 2)?.html());
    out("summary", show::summary(&vs, &net, &[1, 1, 28, 28])?.html());
    out("network", show::network(&vs, &net, &[1, 1, 28, 28])?.html());
    out("dot_product", show::dot_product(&digit.i((0, 8..11, 10..13)), &k3)?.html());
    out("convolution_digit", show::convolution(&digit, &k3, Default::default())?.html());
    out("convolution_small", show::convolution(&ramp, &conv(&[2, 2, 2]), Default::default())?.html());
    out("convolution_photo", show::convolution(&cup, &conv(&[3, 3, 3]), Default::default())?.html());
    out("predictions", show::predictions(&few, &logits, &data.classes)?.html());
    out("worst", show::worst_mistakes(&few, &logits, &data.classes)?.html());
    out("confusion", show::confusion(&labels, &predicted, &data.classes)?.html());
    out("curve_938", show::curve(&losses)?.html());
    out(
        "curve_3",
        show::curve(
            &show::Plot::new("epoch", "test accuracy")
                .line("dense", &[(1.0, 0.9), (2.0, 0.93), (3.0, 0.95)])
                .line("conv", &[(1.0, 0.95), (2.0, 0.97), (3.0, 0.985)]),
        )?
        .html(),
    );
    out("top_k", show::top_k(&top)?.html());
    out("table", show::table(&["what", "accuracy"], &[vec!["as it was".into(), "0.38".into()]])?.html());
    for (name, size) in sizes {
        println!("{name} {size}");
    }
    Ok(())
}
