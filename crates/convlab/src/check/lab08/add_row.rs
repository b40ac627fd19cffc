use super::super::{Answer, Verdict, exercise::Exercise};
use super::{drawn, same, shown};

pub(super) const ADD_ROW: Exercise = Exercise {
    name: "add_row",
    lab: "08",
    hints: &[
        "`out.iter_mut().zip(x)` goes through both rows at once and gives pairs; a `for` loop takes them apart: `for (sum, pixel) in …`",
        "`sum` is a `&mut f32`: `*sum += …` changes the number that it points to",
    ],
};

/// Judges a function that adds `weight` times each number of `x` to the number of `out` in the same position.
pub fn add_row(yours: impl Fn(&mut [f32], &[f32], f32)) -> Answer {
    ADD_ROW.judge(|| {
        let cases = [
            (vec![0.0, 0.0], vec![1.0, 2.0], 3.0),
            (vec![10.0, 20.0, 30.0], vec![1.0, 2.0, 3.0], 2.0),
            (drawn(17, 1), drawn(17, 2), -0.75),
        ];
        for (before, x, weight) in cases {
            let mut out = before.clone();
            yours(&mut out, &x, weight);
            if let Some(because) = mistake(&before, &x, weight, &out) {
                return Verdict::wrong(because);
            }
        }
        Verdict::right(
            "With `zip` there is no index, so nothing to check at each step: the compiler takes eight numbers at a time.",
        )
    })
}

fn mistake(before: &[f32], x: &[f32], weight: f32, found: &[f32]) -> Option<String> {
    let each = |of: &dyn Fn(f32, f32) -> f32| {
        before.iter().zip(x).map(|(out, x)| of(*out, *x)).collect::<Vec<f32>>()
    };
    let right = each(&|out, x| out + weight * x);
    if same(found, &right) {
        return None;
    }
    let is = |other: Vec<f32>| same(found, &other);
    let case = format!(
        "with out {}, x {} and a weight of {weight}, out should become {}",
        shown(before, before.len()),
        shown(x, x.len()),
        shown(&right, right.len())
    );
    Some(if is(before.to_vec()) {
        format!("{case}, and nothing has changed")
    } else if is(each(&|_, x| weight * x)) {
        format!("{case}: what was there is lost; add to it with `+=`")
    } else if is(each(&|out, x| out + x)) {
        format!("{case}: you add x itself, without the weight")
    } else if is(each(&|out, x| (out + x) * weight)) {
        format!("{case}: only x is multiplied by the weight, not the sum")
    } else if is(each(&|out, x| out - weight * x)) {
        format!("{case}: you take it away")
    } else {
        format!("{case}, and yours is {}", shown(found, found.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_added_and_not_put_in_the_place_of_what_was_there() {
        ADD_ROW.prove::<fn(&mut [f32], &[f32], f32)>(
            add_row,
            |_, _, _| todo!(),
            |out, x, _| out[1000] = x[0],
            &[
                |out, x, weight| {
                    for (sum, pixel) in out.iter_mut().zip(x) {
                        *sum += weight * pixel;
                    }
                },
                |out, x, weight| (0..x.len()).for_each(|j| out[j] += x[j] * weight),
            ],
            &[
                (|_, _, _| (), "nothing has changed"),
                (|out, x, weight| out.iter_mut().zip(x).for_each(|(sum, x)| *sum = weight * x), "is lost"),
                (|out, x, _| out.iter_mut().zip(x).for_each(|(sum, x)| *sum += x), "without the weight"),
                (
                    |out, x, weight| out.iter_mut().zip(x).for_each(|(sum, x)| *sum = (*sum + x) * weight),
                    "not the sum",
                ),
                (
                    |out, x, weight| out.iter_mut().zip(x).for_each(|(sum, x)| *sum -= weight * x),
                    "take it away",
                ),
                (|out, x, weight| out[0] += x[0] * weight, "and yours is"),
            ],
        );
    }
}
