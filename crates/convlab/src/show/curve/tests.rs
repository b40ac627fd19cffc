use super::draw::{MAX_POINTS, heights, thinned};
use super::plot::{counted, running_mean};
use super::*;
use crate::history::{Epoch, History};

fn refused(what: &(impl Curves + ?Sized)) -> String {
    curve(what).expect_err("this cannot be drawn").to_string()
}

#[test]
fn the_text_has_the_numbers_of_each_line() {
    let plot = Plot::new("shift (pixels)", "accuracy")
        .line("dense", &[(0.0, 0.97), (2.0, 0.125), (4.0, 0.5)])
        .line("conv", &[(0.0, 0.98), (4.0, f64::NAN)]);
    let expected = "\
accuracy by shift (pixels)
dense: 3 points, first 0.97 at 0, last 0.5 at 4, smallest 0.125 at 2, largest 0.97 at 0
conv: 2 points, first 0.98 at 0, last 0.98 at 0, smallest 0.98 at 0, largest 0.98 at 0, 1 not finite";
    assert_eq!(curve(&plot).unwrap().text(), expected);
}

#[test]
fn text_takes_the_pages_colour_and_nothing_is_painted_behind_it() {
    let figure = curve(&vec![3.0, 2.0, 1.5]).unwrap();
    let svg = figure.picture();
    assert!(svg.contains("fill='currentColor'") && svg.matches("<text").count() > 6);
    assert!(
        svg.split("<text").skip(1).all(|text| !text.split('>').next().unwrap().contains("fill=")),
        "{svg}"
    );
    assert!(!svg.contains("#fff") && !svg.contains("#000") && !svg.contains("#010203"), "{svg}");
    assert!(!svg.contains("<rect"), "no background:\n{svg}");
}

#[test]
fn lines_differ_in_colour_and_mark_and_are_named_above() {
    let plot = ["a", "b <b>"]
        .iter()
        .fold(Plot::new("x", "y"), |plot, name| plot.line(name, &[(0.0, 1.0), (1.0, 2.0)]));
    let figure = curve(&plot).unwrap();
    let svg = figure.picture();
    assert!(svg.contains("b &lt;b&gt;") && !svg.contains("<b>"));
    for colour in ["#1a80c4", "#d55e00"] {
        // A mark at each of two points and one in the legend.
        assert_eq!(svg.matches(&format!("<path fill='{colour}'")).count(), 3, "{svg}");
    }
}

#[test]
fn one_point_is_a_point_with_its_value_and_an_accuracy_is_never_above_1() {
    let figure =
        curve(&Plot::new("epoch", "validation accuracy").line("accuracy", &[(1.0, 0.9125)])).unwrap();
    let svg = figure.picture();
    assert!(svg.contains(">0.9125</text>"), "{svg}");
    assert!(svg.contains(">1</text>") && !svg.contains(">2</text>") && !svg.contains(">1.2</text>"), "{svg}");
    assert_eq!(heights([0.9, 0.998].into_iter(), "test accuracy").end, 1.0);
    assert!(heights([0.9, 1.5].into_iter(), "test accuracy").end > 1.5, "no accuracy, or one in per cent");
}

#[test]
fn a_history_is_drawn_as_its_losses_and_its_accuracies() {
    let losses = (1..=200).map(|step| 1.0 / f64::from(step)).collect();
    let mut history = History { losses, ..History::default() };
    assert_eq!(curve(&history).unwrap().text().lines().count(), 3);
    history.epochs = vec![Epoch { accuracy: Some(0.75), ..Epoch::default() }];
    let text = curve(&history).unwrap().text().to_owned();
    assert!(
        text.starts_with("training loss by step\neach step: 200 points, first 1 at 1, last 0.005 at 200")
    );
    assert!(text.contains("mean of 5 steps: 200 points"), "{text}");
    assert!(text.contains("validation accuracy by epoch\nvalidation accuracy: 1 points, first 0.75 at 1"));
}

#[test]
fn a_running_mean_is_over_the_last_values() {
    assert_eq!(running_mean(&[1.0, 3.0, 5.0, 7.0], 2), [1.0, 2.0, 4.0, 6.0]);
}

#[test]
fn a_long_line_keeps_its_peaks() {
    let mut values = vec![0.0; 50_000];
    values[33_333] = 9.0;
    let points = thinned(&counted(&values));
    assert!(points.len() <= MAX_POINTS && points.contains(&(33_334.0, 9.0)), "{}", points.len());
    assert!(points.is_sorted_by(|a, b| a.0 <= b.0));
}

#[test]
fn axes_hold_all_numbers_and_begin_at_zero_where_that_costs_little() {
    assert_eq!(heights([0.1, 2.3].into_iter(), "loss").start, 0.0);
    let accuracies = heights([0.9, 0.95].into_iter(), "y");
    assert!(accuracies.start > 0.89 && accuracies.end > 0.95);
    let flat = heights([0.5, 0.5].into_iter(), "y");
    assert!(flat.contains(&0.5));
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    assert!(refused(&Plot::new("x", "y")).contains("no point at all"));
    assert!(refused(&vec![f64::NAN; 3]).contains("3 points without a finite number"));
    let many = (0..7).fold(Plot::new("x", "y"), |plot, _| plot.line("a", &[(0.0, 1.0)]));
    assert!(refused(&many).contains("at most 6 lines"));
}
