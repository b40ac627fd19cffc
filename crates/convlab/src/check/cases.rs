//! What checks share: small tensors to try a learner's function on, comparison, and numbers as text.

use super::Verdict;
use crate::display::{layout, values};
use crate::rng::Rng;
use tch::{Device, Kind, Tensor};

/// The learning rate of plain gradient descent in the checks.
pub const RATE: f64 = 0.5;

/// 0, 1, 2 … in this shape.
pub fn counting(shape: &[i64]) -> Tensor {
    Tensor::arange(shape.iter().product::<i64>(), (Kind::Float, Device::Cpu)).view(shape)
}

/// Numbers from -1 to 1 in this shape, the same for the same seed; the learner's own random state is not touched.
pub fn random(shape: &[i64], seed: u32) -> Tensor {
    let mut rng = Rng::new(u64::from(seed));
    let values: Vec<f32> = (0..shape.iter().product::<i64>()).map(|_| rng.uniform(-1.0, 1.0)).collect();
    Tensor::from_slice(&values).view(shape)
}

/// Same shape, and the same numbers up to rounding; kinds may differ.
pub fn close(a: &Tensor, b: &Tensor) -> bool {
    let double = |x: &Tensor| x.detach().to_kind(Kind::Double);
    a.size() == b.size() && double(a).allclose(&double(b), 1e-4, 1e-5, false)
}

/// A tensor's numbers as text, laid out as in a cell.
pub fn rendered(x: &Tensor) -> String {
    layout(&values(&x.detach()), &x.size().iter().map(|&size| size as usize).collect::<Vec<_>>())
}

/// Judges a question with choices: `options` holds each letter and what is said of it, `Ok` for the right one.
///
/// Capital letters count as small ones.
pub fn choice(chosen: char, options: &[(char, Result<&str, &str>)]) -> Verdict {
    match options.iter().find(|(letter, _)| *letter == chosen.to_ascii_lowercase()) {
        Some((_, Ok(next))) => Verdict::right(*next),
        Some((_, Err(because))) => Verdict::wrong(*because),
        None => {
            let letters: Vec<_> = options.iter().map(|(letter, _)| format!("'{letter}'")).collect();
            Verdict::wrong(format!("there is no choice {chosen:?}: choose one of {}", letters.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_numbers_lie_between_minus_one_and_one_and_come_again_with_their_seed() {
        let x = random(&[100], 7);
        assert!(x.abs().max().double_value(&[]) <= 1.0 && x.std(true).double_value(&[]) > 0.3);
        assert!(close(&x, &random(&[100], 7)) && !close(&x, &random(&[100], 8)));
    }

    #[test]
    fn tensors_are_close_in_any_kind_but_not_in_another_shape() {
        assert!(close(&counting(&[2, 3]), &counting(&[2, 3]).to_kind(Kind::Int64)));
        assert!(!close(&counting(&[2, 3]), &counting(&[3, 2])));
        assert!(!close(&counting(&[2, 3]), &(counting(&[2, 3]) + 0.01)));
    }

    #[test]
    fn a_choice_is_judged_by_its_letter() {
        let options = [('a', Err("too few")), ('b', Ok("Yes."))];
        assert_eq!(choice('B', &options), Verdict::right("Yes."));
        assert_eq!(choice('a', &options), Verdict::wrong("too few"));
        assert_eq!(choice('c', &options), Verdict::wrong("there is no choice 'c': choose one of 'a', 'b'"));
    }
}
