use super::*;
use tch::{Device, Kind};

const F32: (Kind, Device) = (Kind::Float, Device::Cpu);

fn refused(result: Result<Figure>) -> String {
    result.expect_err("this shape cannot be drawn").to_string()
}

#[test]
fn a_kernel_is_drawn_with_its_numbers_and_reported_with_them() {
    let figure = kernel(&Tensor::from_slice2(&[[0.1f32, 0.2], [-0.4, -0.5]])).unwrap();
    assert_eq!(
        figure.text(),
        "Kernel [2, 2], values -0.5000 to 0.2000\n[[ 0.1000,  0.2000],\n [-0.4000, -0.5000]]"
    );
    for number in ["0.1", "0.2", "−0.4", "−0.5"] {
        assert!(figure.html().contains(&format!(">{number}</text>")), "{number} is not drawn");
    }
}

#[test]
fn a_kernel_with_an_axis_too_many_is_refused_with_its_shape_and_the_way_out() {
    let message = refused(kernel(&Tensor::zeros([2, 3, 3], F32)));
    assert_eq!(
        message,
        "expected a kernel of shape [h, w], but got a tensor of shape [2, 3, 3].\nWhat to do: pick one input channel with `k.get(0)`."
    );
    assert!(refused(kernel(&Tensor::zeros([3, 2, 3, 3], F32))).contains("show::filters"));
    assert!(refused(kernel(&Tensor::zeros([9], F32))).contains("k.view([h, w])"));
}

#[test]
fn filters_stand_with_a_kernel_for_every_input_channel() {
    let figure = filters(&Tensor::ones([3, 2, 2, 2], F32)).unwrap();
    assert!(figure.text().starts_with("3 filters over 2 input channels, weight [3, 2, 2, 2]"));
    for name in ["filter 0, input 0", "filter 0, input 1", "filter 2, input 1"] {
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
    // And the colour bar.
    assert_eq!(figure.picture().matches("<image").count(), 64 + 1);
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
    assert!(html.contains(">0.25</text>") && html.contains(">1.00</text>"), "{html}");
    assert!(html.contains("%23404040") && !html.contains("<image"), "{html}");
    assert!(figure.text().ends_with("\n[[0.2500, 1.0000]]"), "{}", figure.text());
}

#[test]
fn an_image_with_its_channels_last_gets_the_advice_to_permute_them() {
    let message = refused(images(&Tensor::zeros([7, 32, 32, 3], F32)));
    assert!(message.contains("[7, 32, 32, 3]") && message.contains("permute([0, 3, 1, 2])"), "{message}");
}

#[test]
fn numbers_outside_0_and_1_and_strange_ones_are_in_the_text() {
    let figure = image(&Tensor::from_slice2(&[[-0.5f32, 2.0]])).unwrap();
    assert!(figure.text().contains("values -0.5000 to 2.0000"), "{}", figure.text());
    let strange = image(&Tensor::from_slice2(&[[f32::NAN, 1.0]])).unwrap();
    assert!(strange.text().contains("1 of them not finite (magenta)"), "{}", strange.text());
}

#[test]
fn of_complex_numbers_no_part_is_drawn_for_the_whole() {
    let complex = Tensor::complex(&Tensor::zeros([1, 2, 2], F32), &Tensor::ones([1, 2, 2], F32));
    for refusal in
        [refused(image(&complex)), refused(feature_maps(&complex)), refused(kernel(&complex.get(0)))]
    {
        assert!(refusal.contains("complex") && refusal.contains("`x.real()`"), "{refusal}");
    }
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
    assert!(figure.text().contains("\ndog\n[["));
    assert!(refused(labeled_images(&split, &names[..1])).contains("&data.classes"));
}

/// A backend that writes down what it is asked to draw.
#[derive(Default)]
struct Recorder(Vec<String>);

impl plotters::prelude::DrawingBackend for Recorder {
    type ErrorType = std::io::Error;

    fn get_size(&self) -> (u32, u32) {
        (500, 500)
    }

    fn ensure_prepared(&mut self) -> Done {
        Ok(())
    }

    fn present(&mut self) -> Done {
        Ok(())
    }

    fn draw_pixel(&mut self, _: (i32, i32), _: plotters_backend::BackendColor) -> Done {
        Ok(())
    }

    fn draw_rect<S: plotters_backend::BackendStyle>(
        &mut self,
        from: (i32, i32),
        to: (i32, i32),
        style: &S,
        fill: bool,
    ) -> Done {
        self.0.push(format!("rect {from:?} {to:?} {:?} {fill}", style.color().rgb));
        Ok(())
    }

    fn draw_text<S: plotters_backend::BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        at: (i32, i32),
    ) -> Done {
        self.0.push(format!("text {text} {at:?} {:?}", style.color().rgb));
        Ok(())
    }
}

type Done = std::result::Result<(), plotters_backend::DrawingErrorKind<std::io::Error>>;

impl elements::Surface for Recorder {}

#[test]
fn a_backend_is_asked_for_the_squares_the_numbers_and_their_colours() {
    let grid = elements::Grid { at: (10, 20), size: [1, 2], side: [40, 40] };
    let values = [1.0, -0.5];
    let format = elements::Format::of(&values);
    let cells = format.cells(&values, Scale::Signed(1.0));
    let recorder = std::rc::Rc::new(std::cell::RefCell::new(Recorder::default()));
    let area = plotters::prelude::DrawingArea::from(&recorder);
    let type_size = grid.type_size(format.widest());
    area.draw(&elements::Squares { grid, cells: &cells, type_size, widest: format.widest() }).unwrap();
    // A blue half as strong is half way from white, (247, 247, 247), to blue, (33, 102, 172).
    // The widest number, −0.5, is 0.72 + 0.61 + 0.31 + 0.61 sizes wide: 15 pixels fit, and all end 17 right of the middle.
    assert_eq!(type_size, 15);
    assert_eq!(
        recorder.borrow().0,
        [
            "rect (10, 20) (50, 60) (178, 24, 43) true",
            "text 1.0 (47, 40) (255, 255, 255)",
            "rect (50, 20) (90, 60) (140, 175, 210) true",
            "text −0.5 (87, 40) (0, 0, 0)",
        ]
    );
}

#[test]
fn every_picture_is_drawn_with_plotters() {
    // Elements of a page are written in `page/` only: all else goes through a drawing area.
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/show");
    let mut folders = vec![source.clone()];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                if !entry.ends_with("page") {
                    folders.push(entry);
                }
                continue;
            }
            if entry.extension().is_none_or(|kind| kind != "rs") || entry.ends_with("tests.rs") {
                continue;
            }
            let text = std::fs::read_to_string(&entry).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap().lines();
            let code: String = code.filter(|line| !line.trim_start().starts_with("//")).collect();
            for element in
                ["<svg", "<rect", "<text", "<image", "<path", "<g ", "<table", "<tr", "<td", "<div", "<img"]
            {
                assert!(!code.contains(element), "{element} in {}", entry.display());
            }
            read += 1;
        }
    }
    assert!(read > 20, "{read}");
}

#[test]
fn what_no_page_was_made_for_is_drawn_all_the_same() {
    let long = image(&Tensor::zeros([20_000, 1], F32)).unwrap();
    assert!(long.picture().contains("height='600'"), "a long image is as high as the page has room for");
    assert!(long.picture().len() < 100_000);
    let many = feature_maps(&Tensor::zeros([1000, 4, 4], F32)).unwrap();
    assert!(many.text().starts_with("first 64 of 1000 feature maps"));
    let strange =
        feature_maps(&Tensor::from_slice2(&[[f32::NAN, f32::INFINITY], [f32::NEG_INFINITY, 1.0]])).unwrap();
    for text in ["NaN", "∞", "−∞"] {
        assert!(strange.picture().contains(&format!(">{text}</text>")), "{text}");
    }
    assert_eq!(strange.picture().matches("fill='#f0f'").count(), 3, "{}", strange.picture());
    let photo = Tensor::full([3, 1, 2], f64::NAN, F32);
    assert!(image(&photo).unwrap().text().contains("no finite value, 6 of them not finite"));
    assert!(image(&Tensor::zeros([0, 3], F32)).is_err());
}
