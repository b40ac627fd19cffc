//! The values of a figure, packed into its page.

use crate::show::region::{Names, Region, Values};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::{Value, json};
use std::io::Write;

/// The regions and their numbers as an object for `answers.js`, or `None` if there is no region.
///
/// A picture is its own values, so it comes with the number of its `<image>` element.
pub fn encoded(regions: &[(Region, usize)]) -> Option<String> {
    if regions.is_empty() {
        return None;
    }
    let grids: Vec<f64> = regions.iter().flat_map(|(region, _)| of_squares(region)).copied().collect();
    let (mut series, mut bytes) = (Vec::new(), Vec::new());
    let mut add = |numbers: &[f64]| {
        if !numbers.is_empty() {
            series.push(packed(numbers, &mut bytes));
        }
    };
    add(&grids);
    for (region, _) in regions {
        if let Values::Line { numbers, .. } = &region.values {
            let (xs, ys): (Vec<f64>, Vec<f64>) = numbers.iter().copied().unzip();
            add(&xs);
            add(&ys);
        }
    }
    let described: Vec<Value> =
        regions.iter().map(|(region, pictures)| described(region, *pictures)).collect();
    // Bytes that are the same for all numbers nearly vanish.
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let packed = encoder.write_all(&bytes).and_then(|()| encoder.finish()).unwrap_or_default();
    let answers = json!({"v": STANDARD.encode(packed), "s": series, "r": described});
    // In a script, `</script` would end it.
    Some(answers.to_string().replace('<', "\\u003c"))
}

fn of_squares(region: &Region) -> &[f64] {
    match &region.values {
        Values::Grid { numbers, .. } => numbers,
        _ => &[],
    }
}

fn described(region: &Region, pictures: usize) -> Value {
    let Region { name, rect, values } = region;
    match values {
        Values::Grid { size, names: Names { rows, columns, shares }, .. } => {
            let mut value = json!({"n": name, "b": rect, "g": size});
            if !(rows.is_empty() && columns.is_empty()) {
                value["t"] = json!([rows, columns]);
            }
            if *shares {
                value["s"] = 1.into();
            }
            value
        }
        Values::Picture { size, low, high } => {
            json!({"n": name, "b": rect, "g": size, "p": pictures.saturating_sub(1), "l": [low, high]})
        }
        Values::Line { map, numbers, axes } => {
            json!({"n": name, "b": rect, "m": map, "k": numbers.len(), "t": axes})
        }
    }
}

/// Adds numbers as whole ones, byte by byte: first the highest byte of all of them. What they are is returned:
/// how many, the smallest, bytes of each, decimals, and whether they are written with an exponent.
///
/// They are rounded as a tensor's numbers are: to four decimals, or to five digits of the largest.
fn packed(numbers: &[f64], bytes: &mut Vec<u8>) -> Value {
    let finite = || numbers.iter().copied().filter(|number| number.is_finite());
    let largest = finite().map(f64::abs).fold(0.0, f64::max);
    let scientific = largest >= 1e6 || (largest > 0.0 && largest < 1e-3);
    let decimals = match finite().all(|number| number.fract() == 0.0) {
        true if !scientific => 0,
        _ if scientific => 4 - largest.log10().floor() as i32,
        _ => 4,
    };
    let whole = |number: f64| (number * 10f64.powi(decimals)).round();
    let (low, high) = finite()
        .map(whole)
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), number| (low.min(number), high.max(number)));
    let (low, span) = if low > high { (0.0, 0) } else { (low, (high - low) as u64) };
    let code = |number: &f64| match *number {
        number if number.is_nan() => span + 1,
        f64::INFINITY => span + 2,
        f64::NEG_INFINITY => span + 3,
        number => (whole(number) - low) as u64,
    };
    let codes: Vec<u64> = numbers.iter().map(code).collect();
    let width = (8 - (span + 3).leading_zeros() as usize / 8).max(1);
    for byte in (0..width).rev() {
        bytes.extend(codes.iter().map(|code| (code >> (8 * byte)) as u8));
    }
    json!([numbers.len(), low, width, decimals, scientific as u8, span])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_packed_as_whole_ones_with_four_decimals() {
        let mut bytes = Vec::new();
        let header = packed(&[0.5, -0.25, 0.12344, f64::NAN], &mut bytes);
        // −2500 is the smallest; 5000 lies 7500 above it, and 7501 stands for what is not a number.
        assert_eq!(header, json!([4, -2500.0, 2, 4, 0, 7500]));
        let codes: Vec<u32> = (0..4).map(|at| u32::from(bytes[at]) << 8 | u32::from(bytes[4 + at])).collect();
        assert_eq!(codes, [7500, 0, 3734, 7501]);
    }

    #[test]
    fn counts_need_a_byte_and_tiny_numbers_keep_their_digits() {
        let mut bytes = Vec::new();
        assert_eq!(packed(&[0.0, 7.0, 250.0], &mut bytes), json!([3, 0.0, 1, 0, 0, 250]));
        assert_eq!(bytes, [0, 7, 250]);
        assert_eq!(packed(&[2.5e-7], &mut Vec::new()), json!([1, 25000.0, 1, 11, 1, 0]));
        assert_eq!(packed(&[f64::INFINITY], &mut Vec::new()), json!([1, 0.0, 1, 0, 0, 0]));
    }

    #[test]
    fn a_name_cannot_end_the_script() {
        let name = "</script>".to_owned();
        let values = Values::Grid { size: [1, 1], numbers: vec![1.0], names: Names::default() };
        let region = Region { name, rect: [0, 0, 9, 9], values };
        assert!(!encoded(&[(region, 0)]).unwrap().contains('<'));
        assert_eq!(encoded(&[]), None);
    }
}
