use super::*;
use image::AnimationDecoder;
use image::codecs::gif::GifDecoder;
use tch::nn::ConvConfigND;
use tch::{Device, Kind};

const F32: (Kind, Device) = (Kind::Float, Device::Cpu);

fn config(stride: i64, padding: i64) -> ConvConfig {
    ConvConfig { stride, padding, ..Default::default() }
}

fn refused(result: Result<Steps>) -> String {
    result.expect_err("these do not fit").to_string()
}

/// An X of ones on zeros, and the kernel that looks for it.
fn crosses() -> Steps {
    let line = Tensor::eye(3, F32);
    let cross = (&line + line.flip([1])).clamp(0.0, 1.0);
    let x = cross.constant_pad_nd([0, 2, 0, 2]);
    steps(&x, &(cross * 2.0 - 1.0), Default::default()).unwrap()
}

#[test]
fn the_output_is_that_of_conv2d_in_200_random_cases() {
    tch::manual_seed(1);
    let random = |low: i64, high: i64| Tensor::randint_low(low, high + 1, [1], F32).int64_value(&[0]);
    for case in 0..200 {
        let channels = random(1, 3);
        let (kh, kw, stride, padding) = (random(1, 4), random(1, 4), random(1, 3), random(0, 2));
        let (h, w) = (kh + random(0, 8), kw + random(0, 8));
        let (x, k) = (Tensor::randn([channels, h, w], F32), Tensor::randn([channels, kh, kw], F32));
        let steps = steps(&x, &k, config(stride, padding)).unwrap();
        let expected =
            x.unsqueeze(0).conv2d(&k.unsqueeze(0), None::<Tensor>, [stride; 2], [padding; 2], [1, 1], 1);
        let size = steps.scene.sliding.geometry.output.map(|size| size as i64);
        assert_eq!(expected.size(), [1, 1, size[0], size[1]], "case {case}");
        let output = Tensor::from_slice(&steps.scene.sliding.output).view([1, 1, size[0], size[1]]);
        let error = (output - expected).abs().max().double_value(&[]);
        assert!(error < 1e-4, "case {case}: {error}");
    }
}

#[test]
fn the_layer_that_is_made_with_the_same_config_gives_the_same_map() {
    let config = ConvConfigND { bias: false, ..config(2, 1) };
    let vs = tch::nn::VarStore::new(Device::Cpu);
    let conv = tch::nn::conv2d(vs.root(), 2, 1, 3, config);
    let x = Tensor::randn([2, 6, 7], F32);
    let drawn = steps(&x, &conv.ws.get(0), config).unwrap().scene.sliding.output;
    let layer = Vec::<f32>::try_from(x.unsqueeze(0).apply(&conv).view([-1])).unwrap();
    assert!(
        drawn.len() == layer.len() && drawn.iter().zip(&layer).all(|(a, b)| (a - f64::from(*b)).abs() < 1e-4)
    );
}

#[test]
fn what_cannot_slide_is_refused_with_both_shapes() {
    let [x, k] = [[5, 4], [3, 2]].map(|shape| Tensor::zeros(shape, F32));
    let messages = [
        refused(steps(&k, &x, config(1, 0))),
        refused(steps(&x, &k, config(0, 0))),
        refused(steps(&x, &k, config(1, -1))),
        refused(steps(&x, &k, ConvConfig { dilation: 2, ..Default::default() })),
        refused(steps(
            &x,
            &k,
            ConvConfig { padding_mode: tch::nn::PaddingMode::Reflect, ..Default::default() },
        )),
    ];
    for message in messages {
        assert!(
            message.contains("[5, 4]") && message.contains("[3, 2]") && message.contains("What to do"),
            "{message}"
        );
    }
    let deep = refused(steps(&x.expand([2, 5, 4], true), &k, Default::default()));
    assert!(deep.contains("[2, 5, 4]") && deep.contains("[3, 2]"), "{deep}");
    assert!(refused(steps(&x.view([20]), &k, Default::default())).contains("[20]"));
}

#[test]
fn its_text_has_all_its_numbers() {
    assert_eq!(
        crosses().text(),
        "Kernel [3, 3] over image [5, 5], stride 1, padding 0: output [3, 3], 9 steps\n\
         image\n[[1., 0., 1., 0., 0.],\n [0., 1., 0., 0., 0.],\n [1., 0., 1., 0., 0.],\n [0., 0., 0., 0., 0.],\n [0., 0., 0., 0., 0.]]\n\
         kernel\n[[ 1., -1.,  1.],\n [-1.,  1., -1.],\n [ 1., -1.,  1.]]\n\
         output\n[[ 5., -3.,  2.],\n [-3.,  2., -1.],\n [ 2., -1.,  1.]]"
    );
}

#[test]
fn the_page_holds_a_frame_for_every_step_and_needs_nothing_else() {
    let film = crosses().figure.html();
    let film = &film[film.find(r#""frames":"#).unwrap()..];
    assert_eq!(film.split(r#""kernel""#).next().unwrap().matches("\"],").count() + 1, 9);
    let html = crosses().html();
    let inner = html.replace("http://www.w3.org/2000/svg", "");
    for outside in ["http:", "https:", "@import", " id="] {
        assert!(!inner.contains(outside), "{outside} in the page");
    }
}

#[test]
fn without_a_script_the_last_step_is_there_with_the_whole_output() {
    let steps = crosses();
    let svg = steps.figure.picture();
    let output = &svg[svg.find("<g class='cl-output").unwrap()..svg.find("<g class='cl-there").unwrap()];
    let numbers: Vec<&str> =
        output.split("<text").skip(1).filter_map(|text| text.split(['>', '<']).nth(1)).collect();
    assert_eq!(numbers, ["5", "−3", "2", "−3", "2", "−1", "2", "−1", "1"]);
    let html = steps.html();
    assert!(html.contains(r#"<div class="cl-controls" hidden>"#));
    assert!(
        html.contains(
            r#"role="status">Step 9 of 9: the products sum to 1, at row 2, column 2 of the output"#
        )
    );
}

#[test]
fn a_frame_has_as_many_numbers_as_squares_that_change() {
    let x = Tensor::arange(32, F32).view([2, 4, 4]);
    let steps = steps(&x, &Tensor::ones([2, 2, 2], F32), Default::default()).unwrap();
    assert_eq!(steps.scene.cells(0).len(), 2 * (4 + 4) + 1);
    let changing = steps.figure.picture().split("<g class='cl-changing'>").skip(1);
    let squares = changing.map(|part| part.split("</g>").next().unwrap().matches("<rect").count());
    assert_eq!(squares.sum::<usize>(), 17);
}

#[test]
fn a_window_that_hangs_over_the_edge_has_a_square_for_each_number() {
    let steps = steps(&Tensor::ones([2, 2], F32), &Tensor::ones([3, 3], F32), config(1, 1)).unwrap();
    let changing = steps.figure.picture().split("<g class='cl-changing'>").nth(1).unwrap();
    assert_eq!(changing.split("</g>").next().unwrap().matches("<rect").count(), 9);
}

#[test]
fn a_large_image_is_a_picture_and_its_window_keeps_its_numbers() {
    let steps =
        steps(&Tensor::full([28, 28], 4.0, F32), &Tensor::full([3, 3], 0.75, F32), config(1, 1)).unwrap();
    assert_eq!(steps.figure.picture().matches("<image").count(), 1);
    assert_eq!(steps.figure.picture().matches(">0.75</text>").count(), 9);
}

#[test]
fn a_frame_of_the_animation_has_the_colours_of_the_page_at_the_same_places() {
    let steps = crosses();
    let step = Step { scene: steps.scene.clone(), step: 0 };
    let raster = drawn(whole_size(&step), 1, |area| draw_whole(&step, area)).unwrap();
    let title = whole_size(&step).1 - Drawing::size(&step).1;
    let pixel = |x: usize, y: usize| {
        let at = 3 * ((y + title as usize) * raster.size.0 as usize + x);
        [raster.pixels[at], raster.pixels[at + 1], raster.pixels[at + 2]]
    };
    let page = {
        let first = Figure::of(step.clone()).unwrap();
        first.picture().to_owned()
    };
    // Every filled square of the page has its colour in the animation, a little inside its corner.
    let mut squares = 0;
    for rect in
        page.split("<rect ").skip(1).filter(|rect| !rect.split('>').next().unwrap().contains("fill='none'"))
    {
        let value = |name: &str| {
            let (_, rest) = rect.split_once(&format!("{name}='")).unwrap();
            rest.split('\'').next().unwrap().to_owned()
        };
        let [x, y] = ["x", "y"].map(|name| value(name).parse::<usize>().unwrap() + 7);
        let [r, g, b] = pixel(x, y);
        assert_eq!(value("fill"), super::super::colour::hex([r, g, b]), "at {x} {y}");
        squares += 1;
    }
    assert!(squares > 40, "{squares}");
}

#[test]
fn it_is_saved_by_its_ending_and_another_ending_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let [gif, html, svg, png] = ["a.gif", "a.html", "a.svg", "a.png"].map(|name| dir.path().join(name));
    for path in [&gif, &html, &svg, &png] {
        crosses().save(path).unwrap();
    }
    let frames = GifDecoder::new(std::io::Cursor::new(std::fs::read(gif).unwrap())).unwrap().into_frames();
    let frames = frames.collect_frames().unwrap();
    assert_eq!(frames.len(), 9);
    assert!(frames.windows(2).all(|two| two[0].buffer() != two[1].buffer()));
    assert!(std::fs::read_to_string(html).unwrap().contains("<script>"));
    assert!(std::fs::read_to_string(svg).unwrap().starts_with("<svg"));
    let message = crosses().save(dir.path().join("a.jpg")).unwrap_err().to_string();
    assert!(message.contains(".gif, .html, .svg or .png") && message.contains("a.jpg"), "{message}");
    assert!(
        crosses().save(dir.path().join("no/a.gif")).unwrap_err().to_string().contains("name another folder")
    );
}

#[test]
fn an_animation_of_a_long_way_leaves_steps_out_but_never_the_last() {
    assert_eq!(pictures(1), [0]);
    assert_eq!(pictures(9), (0..9).collect::<Vec<_>>());
    let long = pictures(300);
    assert_eq!(long[..3], [0, 3, 6]);
    assert!(long.len() < 130 && long.ends_with(&[297, 299]), "{long:?}");
}
