use super::answer::{Answer, Answers};
use super::mnist::{SIDE, prepared};
use super::view::{self, View};
use crate::Result;
use serde_json::json;
use tch::Tensor;

/// The side of the pad in pixels, and the radius of its pen: MNIST's strokes are about two of twenty pixels wide.
const PAD: usize = 140;
const PEN: f64 = 6.;

/// A seven, as a hand writes it: what the pad shows before anybody has drawn.
const EXAMPLE: [(f64, f64); 4] = [(38., 36.), (72., 33.), (103., 34.), (62., 112.)];

/// A pad to draw a digit on; shows what `f` returns for it.
///
/// `f` gets the digit as MNIST has its own, `[1, 28, 28]`, 0 (paper) to 1 (ink): scaled into 20 by 20 pixels with its
/// aspect kept, and its mass centred. One draws with a mouse, a pen, a finger or the keyboard: arrows move the pen, the
/// space bar sets it down and lifts it, U undoes a stroke and C clears the pad. Before one has drawn it shows a seven.
///
/// # Errors
/// If `f` fails for the seven.
///
/// ```
/// # use convlab::prelude::*;
/// interact::draw(|digit| show::image(&digit))?;
/// # Ok::<(), Error>(())
/// ```
///
/// For the ten probabilities of a network see [`snapshot`](super::snapshot()).
pub fn draw<A: Answer>(mut f: impl FnMut(Tensor) -> A + 'static) -> Result<View> {
    let mut run = move |pixels: &[u8]| match prepared(pixels, PAD) {
        Some(digit) => view::run(|| f(Tensor::from_slice(&digit).view([1, SIDE as i64, SIDE as i64]))),
        None => {
            let mut answers = Answers::default();
            answers.text("The pad is empty: draw a digit.");
            Ok(answers)
        }
    };
    let example = drawn(&EXAMPLE);
    let still = run(&example).map_err(|error| view::failed("a seven", &error))?;
    let spec = json!({"kind": "draw", "side": PAD, "pen": PEN, "example": EXAMPLE});
    view::view(spec, "an example, a seven", still, None, move |request| {
        let pixels = request.buffers.first().filter(|pixels| pixels.len() == PAD * PAD);
        run(pixels.ok_or("The drawing is damaged.")?)
    })
}

/// A line through these points, drawn with the pen, its edge soft as a browser's.
fn drawn(points: &[(f64, f64)]) -> Vec<u8> {
    let ink = |at: usize| {
        let (x, y) = ((at % PAD) as f64 + 0.5, (at / PAD) as f64 + 0.5);
        let nearest =
            points.windows(2).map(|ends| distance((x, y), ends[0], ends[1])).fold(f64::INFINITY, f64::min);
        ((PEN + 0.5 - nearest).clamp(0., 1.) * 255.) as u8
    };
    (0..PAD * PAD).map(ink).collect()
}

/// How far a point is from a piece of a line.
fn distance((x, y): (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let along = ((x - from.0) * dx + (y - from.1) * dy) / (dx * dx + dy * dy);
    let along = along.clamp(0., 1.);
    (x - from.0 - along * dx).hypot(y - from.1 - along * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pen_is_as_wide_as_it_says() {
        let row = &drawn(&[(20., 70.5), (120., 70.5)])[70 * PAD..][..PAD];
        assert!(row[20..120].iter().all(|&ink| ink == 255));
        let column: Vec<u8> = drawn(&[(20., 70.5), (120., 70.5)]).into_iter().skip(60).step_by(PAD).collect();
        assert_eq!(column.iter().filter(|&&ink| ink == 255).count(), 11); // 6 on both sides, less the soft edge
        assert_eq!((column[63], column[64], column[70], column[76], column[77]), (0, 127, 255, 127, 0));
        assert_eq!(distance((0., 5.), (1., 1.), (1., 1.5)), 1f64.hypot(3.5));
    }
}
