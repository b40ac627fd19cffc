use tch::{Kind, Tensor};

/// A tensor with more values than this is cut in the middle of its long axes.
const MAX_VALUES: usize = 1000;

/// How many entries stand at each end of an axis that is cut.
const EDGE: usize = 3;

/// The values of `tensor` in rows and columns, and below them its shape and kind.
pub fn tensor(tensor: &Tensor) -> String {
    let shape = tensor.size();
    let mut shown = tensor.shallow_clone();
    if tensor.numel() > MAX_VALUES {
        for (axis, &size) in shape.iter().enumerate().filter(|(_, size)| **size > 2 * EDGE as i64) {
            let ends: Vec<i64> = (0..EDGE as i64).chain(size - EDGE as i64..size).collect();
            let ends = Tensor::from_slice(&ends).to_device(tensor.device());
            shown = shown.index_select(axis as i64, &ends);
        }
    }
    let texts = texts(&shown);
    let sizes: Vec<usize> = shown.size().iter().map(|&size| size as usize).collect();
    let cut: Vec<bool> = shape.iter().zip(shown.size()).map(|(&whole, shown)| whole != shown).collect();
    let device = match tensor.device() {
        tch::Device::Cpu => String::new(),
        other => format!(", {other:?}"),
    };
    format!("{}\nshape {shape:?}, {:?}{device}", bracketed(&texts, &sizes, &cut), tensor.kind())
}

/// `values` as an array of `sizes`, every number with as many decimals as the rest.
///
/// A figure's numbers may hold what rounding has left of a zero: only if all are small is there an exponent.
pub fn layout(values: &[f64], sizes: &[usize]) -> String {
    let largest = finite(values).map(f64::abs).fold(0.0, f64::max);
    let texts = aligned(values, largest > 0.0 && largest < 1e-3);
    bracketed(&texts, sizes, &vec![false; sizes.len()])
}

/// A number for a small square: two decimals at most, none that say nothing.
pub fn short(value: f64) -> String {
    if value != 0.0 && !(0.005..1e5).contains(&value.abs()) {
        return format!("{value:.0e}");
    }
    let text = format!("{:.2}", value + 0.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Every number of `tensor` as it is: whole numbers with all their digits, a complex one as `1.0000-2.0000j`.
fn texts(tensor: &Tensor) -> Vec<String> {
    let whole = || Vec::<i64>::try_from(flat(tensor, Kind::Int64)).unwrap_or_default();
    match tensor.kind() {
        Kind::Bool => whole().iter().map(|value| (*value != 0).to_string()).collect(),
        Kind::Uint8 | Kind::Int8 | Kind::Int16 | Kind::Int | Kind::Int64 => {
            whole().iter().map(ToString::to_string).collect()
        }
        Kind::ComplexHalf | Kind::ComplexFloat | Kind::ComplexDouble => {
            let (real, imaginary) = (real_texts(&tensor.real()), real_texts(&tensor.imag()));
            let signed =
                |text: &String| if text.starts_with('-') { text.clone() } else { format!("+{text}") };
            real.iter()
                .zip(&imaginary)
                .map(|(real, imaginary)| format!("{real}{}j", signed(imaginary)))
                .collect()
        }
        _ => real_texts(tensor),
    }
}

/// Floating-point numbers; with an exponent, as in PyTorch, where four decimals would hide one of them.
fn real_texts(tensor: &Tensor) -> Vec<String> {
    let values = values(tensor);
    let smallest = finite(&values).map(f64::abs).filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min);
    aligned(&values, smallest < 1e-4)
}

/// Every value of `tensor` in reading order, of whatever kind and wherever it lies.
pub fn values(tensor: &Tensor) -> Vec<f64> {
    Vec::try_from(flat(tensor, Kind::Double)).unwrap_or_default()
}

fn flat(tensor: &Tensor, kind: Kind) -> Tensor {
    tensor.detach().to_device(tch::Device::Cpu).to_kind(kind).contiguous().view([-1])
}

fn finite(values: &[f64]) -> impl Iterator<Item = f64> + '_ {
    values.iter().copied().filter(|value| value.is_finite())
}

/// Floating-point numbers in one common format: `1.`, `0.5000`, or `1.0000e-7` if they are large or `tiny`.
fn aligned(values: &[f64], tiny: bool) -> Vec<String> {
    let largest = finite(values).map(f64::abs).fold(0.0, f64::max);
    let whole = finite(values).all(|value| value.fract() == 0.0);
    let one = |value: f64| match value {
        _ if !value.is_finite() => format!("{value}").to_lowercase(),
        _ if whole && largest < 1e8 => format!("{}.", value + 0.0),
        _ if largest >= 1e6 || tiny => format!("{value:.4e}"),
        _ => format!("{:.4}", value + 0.0),
    };
    values.iter().map(|value| one(*value)).collect()
}

/// Puts brackets around the rows of each axis and dots where an axis is cut.
fn bracketed(texts: &[String], sizes: &[usize], cut: &[bool]) -> String {
    let width = texts.iter().map(String::len).max().unwrap_or(0);
    let mut out = String::new();
    nest(&mut out, texts, sizes, cut, width, 0);
    out
}

fn nest(out: &mut String, texts: &[String], sizes: &[usize], cut: &[bool], width: usize, depth: usize) {
    let Some((&size, inner)) = sizes.split_first() else {
        out.push_str(texts.first().map_or("", String::as_str));
        return;
    };
    // The last axis runs along the line; each axis further out starts a line, and a blank one more.
    let between = if inner.is_empty() {
        ", ".to_owned()
    } else {
        format!(",{}{}", "\n".repeat(inner.len()), " ".repeat(depth + 1))
    };
    let each = inner.iter().product::<usize>();
    out.push('[');
    for entry in 0..size {
        if entry > 0 {
            out.push_str(&between);
        }
        if entry == EDGE && cut[0] {
            out.push_str("...");
            out.push_str(&between);
        }
        let part = &texts[entry * each..(entry + 1) * each];
        if inner.is_empty() {
            out.push_str(&format!("{:>width$}", part[0]));
        } else {
            nest(out, part, inner, &cut[1..], width, depth + 1);
        }
    }
    out.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Device;

    const F32: (Kind, Device) = (Kind::Float, Device::Cpu);

    #[test]
    fn whole_numbers_stand_in_columns_with_a_point_as_in_numpy() {
        let xs = Tensor::arange(8, F32).view([2, 2, 2]) * 5 - 10;
        let shown = tensor(&xs);
        assert_eq!(
            shown,
            "[[[-10.,  -5.],\n  [  0.,   5.]],\n\n [[ 10.,  15.],\n  [ 20.,  25.]]]\nshape [2, 2, 2], Float"
        );
    }

    #[test]
    fn fractions_have_four_decimals_and_a_scalar_has_no_brackets() {
        let xs = Tensor::from_slice(&[0.1f32, -0.25]);
        assert_eq!(tensor(&xs), "[ 0.1000, -0.2500]\nshape [2], Float");
        assert_eq!(tensor(&xs.get(1)), "-0.2500\nshape [], Float");
    }

    #[test]
    fn integers_truths_and_strange_numbers_are_written_as_what_they_are() {
        assert_eq!(tensor(&Tensor::from_slice(&[3i64, -1])), "[ 3, -1]\nshape [2], Int64");
        assert_eq!(tensor(&Tensor::from_slice(&[true, false])), "[ true, false]\nshape [2], Bool");
        let strange = Tensor::from_slice(&[f32::NAN, f32::INFINITY, 1.0]);
        assert_eq!(tensor(&strange), "[nan, inf,  1.]\nshape [3], Float");
        assert_eq!(tensor(&Tensor::zeros([0, 3], F32)), "[]\nshape [0, 3], Float");
    }

    #[test]
    fn very_small_and_very_large_numbers_are_written_with_an_exponent() {
        assert_eq!(tensor(&Tensor::from_slice(&[2.5e-7f64])), "[2.5000e-7]\nshape [1], Double");
        assert_eq!(tensor(&Tensor::from_slice(&[3e9f64])), "[3.0000e9]\nshape [1], Double");
    }

    #[test]
    fn whole_numbers_have_all_their_digits_and_a_fraction_is_not_rounded_to_zero() {
        let large = Tensor::from_slice(&[9_007_199_254_740_993i64, i64::MIN]);
        assert_eq!(tensor(&large), "[    9007199254740993, -9223372036854775808]\nshape [2], Int64");
        assert_eq!(
            tensor(&Tensor::from_slice(&[16_777_215f32, 1.0])),
            "[16777215.,        1.]\nshape [2], Float"
        );
        let mixed = Tensor::from_slice(&[1e-5f64, 1.0, 0.0]);
        assert_eq!(tensor(&mixed), "[1.0000e-5,  1.0000e0,  0.0000e0]\nshape [3], Double");
        assert_eq!(layout(&[1e-9, 0.5], &[2]), "[0.0000, 0.5000]", "what rounding left of a zero");
    }

    #[test]
    fn a_complex_number_has_both_its_parts_and_half_precision_what_it_holds() {
        let complex = Tensor::complex(&Tensor::from_slice(&[1f32, 0.5]), &Tensor::from_slice(&[-2f32, 0.25]));
        assert_eq!(tensor(&complex), "[1.0000-2.0000j, 0.5000+0.2500j]\nshape [2], ComplexFloat");
        let third = Tensor::from_slice(&[1f32 / 3.0]);
        assert_eq!(tensor(&third.to_kind(Kind::Half)), "[0.3333]\nshape [1], Half");
        assert_eq!(tensor(&third.to_kind(Kind::BFloat16)), "[0.3340]\nshape [1], BFloat16");
    }

    #[test]
    fn a_long_tensor_is_cut_in_the_middle_and_keeps_its_true_shape() {
        let shown = tensor(&Tensor::arange(2000, (Kind::Int64, Device::Cpu)).view([2, 1000]));
        assert_eq!(
            shown,
            "[[   0,    1,    2, ...,  997,  998,  999],\n [1000, 1001, 1002, ..., 1997, 1998, 1999]]\nshape [2, 1000], Int64"
        );
    }

    #[test]
    fn a_number_in_a_square_is_short() {
        let message = [0.1f64, -0.45, -10.25, 0.0, -0.0, 3.0, 0.3432, 1e-4, 123456.0].map(short);
        assert_eq!(message, ["0.1", "-0.45", "-10.25", "0", "0", "3", "0.34", "1e-4", "1e5"]);
    }
}
