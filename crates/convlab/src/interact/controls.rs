use super::answer::Answer;
use super::view::{self, View};
use crate::{Error, Result};
use serde_json::{Value, json};
use std::ops::RangeInclusive;

/// A slider has at most so many positions.
const MAX_POSITIONS: usize = 2001;

/// Shows what `f` returns for the slider's value.
///
/// Whole numbers go in steps of one, others in hundredths of the range; [`Slider`] sets the step and the start.
/// The arrow keys move it.
///
/// # Errors
/// If the range is empty, or `f` fails for the first value.
///
/// ```
/// # use convlab::prelude::*;
/// # let image = Tensor::zeros([1, 1, 28, 28], (Kind::Float, Device::Cpu));
/// let mine = image.shallow_clone();
/// interact::slider("shift", 0..=8, move |pixels| {
///     show::image(&mine.constant_pad_nd([pixels, 0, 0, 0]).i((0, .., .., ..28)))
/// })?;
/// # Ok::<(), Error>(())
/// ```
pub fn slider<N: Number, A: Answer>(
    name: &str,
    range: RangeInclusive<N>,
    mut f: impl FnMut(N) -> A + 'static,
) -> Result<View> {
    controls((Slider::new(name, range),), move |(value,)| f(value))
}

/// Shows what `f` returns for the one of `options` that is chosen.
///
/// # Errors
/// If there are no options, or `f` fails for the first.
pub fn choice<T: ToString + Clone + 'static, A: Answer>(
    name: &str,
    options: impl IntoIterator<Item = T>,
    mut f: impl FnMut(T) -> A + 'static,
) -> Result<View> {
    controls((Choice::new(name, options),), move |(value,)| f(value))
}

/// Shows what `f` returns with the switch off and on; it is off at first.
///
/// # Errors
/// If `f` fails for `false`.
pub fn switch<A: Answer>(name: &str, mut f: impl FnMut(bool) -> A + 'static) -> Result<View> {
    controls((Switch::new(name),), move |(value,)| f(value))
}

/// Shows what `f` returns for the values of several controls: a tuple of different ones, or an array of one kind.
///
/// # Errors
/// If one of them has no values, or `f` fails for the first ones.
///
/// ```
/// # use convlab::prelude::*;
/// use convlab::interact::{Slider, Switch};
/// interact::controls((Slider::new("size", 1..=5), Switch::new("inverted")), |(size, inverted)| {
///     let x = Tensor::eye(size, (Kind::Float, Device::Cpu));
///     show::image(&if inverted { 1 - x } else { x })
/// })?;
/// # Ok::<(), Error>(())
/// ```
pub fn controls<C: Controls + 'static, A: Answer>(
    controls: C,
    mut f: impl FnMut(C::Values) -> A + 'static,
) -> Result<View> {
    let panel = controls.panel()?;
    let start: Vec<usize> = panel.iter().map(|one| one.start).collect();
    let spec = json!({"kind": "controls", "controls": panel.iter().map(Positions::json).collect::<Vec<_>>()});
    let named = |indices: &[usize]| {
        let labels =
            panel.iter().zip(indices).map(|(one, &index)| format!("{} = {}", one.name, one.labels[index]));
        labels.collect::<Vec<_>>().join(", ")
    };
    let mut run = move |indices: &[usize]| view::run(|| f(controls.values(indices)));
    let still = run(&start).map_err(|error| view::failed(&named(&start), &error))?;
    let counts: Vec<usize> = panel.iter().map(|one| one.labels.len()).collect();
    let frames = view::frames(&counts, &start, &still, &mut run);
    let caption = named(&start);
    view::view(spec, &caption, still, frames, move |request| {
        let indices = indices_of(&request.data["values"], &counts).ok_or("There are no such values.")?;
        run(&indices)
    })
}

/// The positions that the page sent, one for each control and each within its control.
fn indices_of(values: &Value, counts: &[usize]) -> Option<Vec<usize>> {
    let values = values.as_array().filter(|values| values.len() == counts.len())?;
    let indices = values.iter().zip(counts).map(|(value, &count)| {
        value.as_u64().and_then(|index| usize::try_from(index).ok()).filter(|&index| index < count)
    });
    indices.collect()
}

/// What the page shows of a control: it only knows positions, counted from 0.
#[derive(Debug)]
pub struct Positions {
    kind: &'static str,
    name: String,
    labels: Vec<String>,
    start: usize,
}

impl Positions {
    fn json(&self) -> Value {
        json!({"kind": self.kind, "name": self.name, "labels": self.labels, "start": self.start})
    }
}

/// Something that has a value and can be set by hand.
pub trait Control {
    /// What the function gets.
    type Value;

    #[doc(hidden)]
    fn positions(&self) -> Result<Positions>;

    #[doc(hidden)]
    fn value(&self, index: usize) -> Self::Value;
}

/// A slider over whole or other numbers.
#[derive(Debug, Clone)]
pub struct Slider<N> {
    name: String,
    range: RangeInclusive<N>,
    step: Option<N>,
    start: Option<N>,
}

impl<N: Number> Slider<N> {
    /// A slider that stands at the smallest number of `range`.
    pub fn new(name: &str, range: RangeInclusive<N>) -> Self {
        Self { name: name.to_owned(), range, step: None, start: None }
    }

    /// The distance of two positions.
    pub fn step(self, step: N) -> Self {
        Self { step: Some(step), ..self }
    }

    /// Where it stands at first: at the position next to `start`.
    pub fn start(self, start: N) -> Self {
        Self { start: Some(start), ..self }
    }

    fn distance(&self) -> f64 {
        let (first, last) = (self.range.start().as_f64(), self.range.end().as_f64());
        self.step.map_or(if N::WHOLE { 1. } else { (last - first) / 100. }, Number::as_f64)
    }
}

impl<N: Number> Control for Slider<N> {
    type Value = N;

    fn positions(&self) -> Result<Positions> {
        let (first, last, step) = (self.range.start().as_f64(), self.range.end().as_f64(), self.distance());
        let count = ((last - first) / step + 1e-6).floor() + 1.;
        let wrong = |found: String, remedy: &str| {
            Err(Error::new(format!("a range for the slider `{}`", self.name), found, remedy))
        };
        if !(first.is_finite() && last.is_finite() && first <= last) {
            return wrong(format!("{first} to {last}"), "write the smaller number first, as in `0..=8`");
        }
        if first < last && !(step.is_finite() && step > 0.) {
            return wrong(format!("a step of {step}"), "give it a step above 0");
        }
        let count = if first < last { count } else { 1. };
        if count > MAX_POSITIONS as f64 {
            let remedy = format!("give it a larger step, so that it has at most {MAX_POSITIONS}");
            return wrong(format!("one with {count} positions"), &remedy);
        }
        let labels: Vec<_> = (0..count as usize).map(|index| label(self.value(index).as_f64())).collect();
        let wanted = self.start.map_or(first, Number::as_f64);
        let start = if first < last { ((wanted - first) / step).round().clamp(0., count - 1.) } else { 0. };
        Ok(Positions { kind: "range", name: self.name.clone(), labels, start: start as usize })
    }

    fn value(&self, index: usize) -> N {
        N::from_f64(self.range.start().as_f64() + index as f64 * self.distance())
    }
}

/// At most six digits behind the point: what floating point leaves of 0.1 · 3 is no news.
fn label(value: f64) -> String {
    let rounded = (value * 1e6).round() / 1e6;
    if rounded == 0. { "0".to_owned() } else { rounded.to_string() }
}

/// One of several values.
#[derive(Debug, Clone)]
pub struct Choice<T> {
    name: String,
    options: Vec<T>,
}

impl<T: ToString + Clone> Choice<T> {
    /// A choice of `options`, of which the first is chosen.
    pub fn new(name: &str, options: impl IntoIterator<Item = T>) -> Self {
        Self { name: name.to_owned(), options: options.into_iter().collect() }
    }
}

impl<T: ToString + Clone> Control for Choice<T> {
    type Value = T;

    fn positions(&self) -> Result<Positions> {
        let labels: Vec<_> = self.options.iter().map(ToString::to_string).collect();
        if labels.is_empty() || labels.len() > MAX_POSITIONS {
            let expected = format!("1 to {MAX_POSITIONS} options for the choice `{}`", self.name);
            return Err(Error::new(expected, labels.len().to_string(), "give it other options"));
        }
        Ok(Positions { kind: "choice", name: self.name.clone(), labels, start: 0 })
    }

    fn value(&self, index: usize) -> T {
        self.options[index].clone()
    }
}

/// Off or on.
#[derive(Debug, Clone)]
pub struct Switch {
    name: String,
    on: bool,
}

impl Switch {
    /// A switch that is off at first.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), on: false }
    }

    /// The same, on at first.
    pub fn on(self) -> Self {
        Self { on: true, ..self }
    }
}

impl Control for Switch {
    type Value = bool;

    fn positions(&self) -> Result<Positions> {
        let labels = ["off", "on"].map(str::to_owned).to_vec();
        Ok(Positions { kind: "switch", name: self.name.clone(), labels, start: usize::from(self.on) })
    }

    fn value(&self, index: usize) -> bool {
        index == 1
    }
}

/// Several controls whose values go to one function: a tuple, or an array.
pub trait Controls {
    /// What the function gets: a tuple, or an array, of the controls' values.
    type Values;

    #[doc(hidden)]
    fn panel(&self) -> Result<Vec<Positions>>;

    #[doc(hidden)]
    fn values(&self, indices: &[usize]) -> Self::Values;
}

impl<C: Control, const N: usize> Controls for [C; N] {
    type Values = [C::Value; N];

    fn panel(&self) -> Result<Vec<Positions>> {
        self.iter().map(Control::positions).collect()
    }

    fn values(&self, indices: &[usize]) -> Self::Values {
        std::array::from_fn(|at| self[at].value(indices[at]))
    }
}

macro_rules! controls_of_tuples {
    ($(($($name:ident $at:tt)+))*) => { $(
        impl<$($name: Control),+> Controls for ($($name,)+) {
            type Values = ($($name::Value,)+);

            fn panel(&self) -> Result<Vec<Positions>> {
                Ok(vec![$(self.$at.positions()?),+])
            }

            fn values(&self, indices: &[usize]) -> Self::Values {
                ($(self.$at.value(indices[$at]),)+)
            }
        }
    )* };
}

controls_of_tuples!((A 0) (A 0 B 1) (A 0 B 1 C 2) (A 0 B 1 C 2 D 3) (A 0 B 1 C 2 D 3 E 4) (A 0 B 1 C 2 D 3 E 4 F 5));

/// A number that a slider can stand for.
pub trait Number: Copy + 'static {
    #[doc(hidden)]
    const WHOLE: bool;

    #[doc(hidden)]
    fn as_f64(self) -> f64;

    #[doc(hidden)]
    fn from_f64(value: f64) -> Self;
}

macro_rules! numbers {
    ($whole:literal $digits:literal: $($type:ty)*) => { $(impl Number for $type {
        const WHOLE: bool = $whole;

        fn as_f64(self) -> f64 {
            self as f64
        }

        fn from_f64(value: f64) -> Self {
            ((value * $digits).round() / $digits) as $type
        }
    })* };
}

numbers!(true 1.: i32 i64 u8 u32 usize);
numbers!(false 1e9: f32 f64);

#[cfg(test)]
mod tests {
    use super::*;

    fn labels<C: Control>(control: &C) -> Vec<String> {
        control.positions().unwrap().labels
    }

    #[test]
    fn a_slider_stands_at_every_number_of_its_range() {
        let slider = Slider::new("k", 2_i64..=5).start(4);
        assert_eq!(labels(&slider), ["2", "3", "4", "5"]);
        assert_eq!((slider.positions().unwrap().start, slider.value(3)), (2, 5));
        let odd = Slider::new("k", 1_usize..=6).step(2);
        assert_eq!(labels(&odd), ["1", "3", "5"]);
        let tenths = Slider::new("w", -0.2..=0.2).step(0.1);
        assert_eq!(labels(&tenths), ["-0.2", "-0.1", "0", "0.1", "0.2"]);
        assert_eq!(tenths.value(3), 0.1);
        assert_eq!(labels(&Slider::new("w", 0.0_f32..=1.0)).len(), 101);
        assert_eq!(labels(&Slider::new("one", 3..=3)), ["3"]);
    }

    #[test]
    #[allow(clippy::reversed_empty_ranges, reason = "that is what a learner may write")]
    fn a_range_that_is_none_is_refused_with_what_to_write() {
        let refused = |slider: &dyn Control<Value = f64>| slider.positions().unwrap_err().to_string();
        assert!(refused(&Slider::new("w", 1.0..=0.0)).contains("smaller number first"));
        assert!(refused(&Slider::new("w", 0.0..=f64::NAN)).contains("smaller number first"));
        assert!(refused(&Slider::new("w", 0.0..=1.0).step(0.)).contains("above 0"));
        assert!(refused(&Slider::new("w", 0.0..=1.0).step(1e-9)).contains("larger step"));
        assert!(Choice::<i64>::new("c", []).positions().is_err());
    }

    #[test]
    fn only_positions_that_there_are_come_through() {
        let counts = [3, 2];
        assert_eq!(indices_of(&json!([2, 1]), &counts), Some(vec![2, 1]));
        for wrong in
            [json!([3, 0]), json!([-1, 0]), json!([0]), json!([0, 0, 0]), json!(null), json!([0.5, 0])]
        {
            assert_eq!(indices_of(&wrong, &counts), None, "{wrong}");
        }
    }
}
