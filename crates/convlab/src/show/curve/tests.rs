use super::draw::{MOST_POINTS, heights, thinned};
use super::plot::{counted, running_mean};
use super::*;
use crate::history::{Epoch, History};

fn refused(what: &(impl Curves + ?Sized)) -> String {
    curve(what).expect_err("this cannot be drawn").to_string()
}

#[test]
fn the_numbers_of_each_line_are_told() {
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
    let html = curve(&vec![3.0, 2.0, 1.5]).unwrap().html();
    let svg = html.split("<details").next().unwrap();
    assert!(svg.contains("<text") && svg.contains("currentColor"));
    for line in svg.lines().filter(|line| line.starts_with("<text")) {
        assert!(line.contains("fill=\"currentColor\""), "{line}");
    }
    assert!(!svg.contains("#FFFFFF") && !svg.contains("#000000") && !svg.contains("#010203"), "{svg}");
    assert!(!svg.contains("width=\"760\" height=\"400\""), "no background:\n{svg}");
}

#[test]
fn lines_differ_in_colour_and_mark_and_are_named_above() {
    let plot = ["a", "b <b>"]
        .iter()
        .fold(Plot::new("x", "y"), |plot, name| plot.line(name, &[(0.0, 1.0), (1.0, 2.0)]));
    let html = curve(&plot).unwrap().html();
    assert!(html.contains("b &lt;b&gt;") && !html.contains("<b>"));
    for colour in ["#1A80C4", "#D55E00"] {
        // A mark at each of two points and one in the legend.
        let marks = html.lines().filter(|line| line.starts_with("<polygon") && line.contains(colour));
        assert_eq!(marks.count(), 3, "{html}");
    }
}

#[test]
fn a_history_is_drawn_as_its_losses_and_its_accuracies() {
    let losses = (1..=200).map(|step| 1.0 / f64::from(step)).collect();
    let mut history = History { losses, ..History::default() };
    assert_eq!(curve(&history).unwrap().text().lines().count(), 3);
    history.epochs = vec![Epoch { accuracy: Some(0.75), ..Epoch::default() }];
    let told = curve(&history).unwrap().text().to_owned();
    assert!(
        told.starts_with("training loss by step\neach step: 200 points, first 1 at 1, last 0.005 at 200")
    );
    assert!(told.contains("mean of 5 steps: 200 points"), "{told}");
    assert!(told.contains("validation accuracy by epoch\nvalidation accuracy: 1 points, first 0.75 at 1"));
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
    assert!(points.len() <= MOST_POINTS && points.contains(&(33_334.0, 9.0)), "{}", points.len());
    assert!(points.is_sorted_by(|a, b| a.0 <= b.0));
}

#[test]
fn axes_hold_all_numbers_and_begin_at_zero_where_that_costs_little() {
    assert_eq!(heights([0.1, 2.3].into_iter()).start, 0.0);
    let accuracies = heights([0.9, 0.95].into_iter());
    assert!(accuracies.start > 0.89 && accuracies.end > 0.95);
    let flat = heights([0.5, 0.5].into_iter());
    assert!(flat.contains(&0.5));
}

#[test]
fn what_cannot_be_drawn_is_told() {
    assert!(refused(&Plot::new("x", "y")).contains("no point at all"));
    assert!(refused(&vec![f64::NAN; 3]).contains("3 points without a finite number"));
    let many = (0..7).fold(Plot::new("x", "y"), |plot, _| plot.line("a", &[(0.0, 1.0)]));
    assert!(refused(&many).contains("at most 6 lines"));
}
