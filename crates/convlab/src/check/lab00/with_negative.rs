use crate::check::cases::{close, counting, random, rendered};
use crate::check::exercise::Exercise;
use crate::check::input::calling_with;
use crate::check::{Answer, Verdict};
use tch::Tensor;

pub const WITH_NEGATIVE: Exercise = Exercise {
    name: "with_negative",
    lab: "00",
    hints: &[
        "`x` is lent already: it goes into the list as it is, `[x, …]`",
        "`x * -1` is a new tensor; `&(x * -1)` lends it",
        "`Tensor::stack(&[x, &(x * -1)], 0)`, without a semicolon",
    ],
};

/// Judges a function that puts a tensor [h, w] and its negative into one of [2, h, w].
pub fn with_negative(yours: impl Fn(&Tensor) -> Tensor) -> Answer {
    WITH_NEGATIVE.judge(|| {
        let cases = [counting(&[1, 2]) + 1, counting(&[2, 3]) + 1, random(&[3, 2], 1)];
        let wrong = cases.iter().find_map(|x| {
            calling_with(format!("a tensor of shape {:?}", x.size()));
            mistake(x, &yours(x))
        });
        wrong.map_or_else(
            || Verdict::right("Lent, not moved: whoever called it still has its x."),
            Verdict::wrong,
        )
    })
}

fn mistake(x: &Tensor, found: &Tensor) -> Option<String> {
    let negative = x * -1;
    let right = Tensor::stack(&[x, &negative], 0);
    let is = |other: &Tensor| close(found, other);
    let why = if is(&right) {
        return None;
    } else if is(&Tensor::stack(&[x, x], 0)) {
        "the second is not negative: `x * -1`"
    } else if is(&Tensor::stack(&[&negative, x], 0)) {
        "`x` comes first, then its negative"
    } else if is(&negative) {
        "that is the negative alone: stack the two"
    } else if is(&Tensor::cat(&[x, &negative], 0)) {
        "`cat` makes an axis longer; `stack` makes a new one"
    } else if found.size() == right.transpose(0, 1).size() && is(&Tensor::stack(&[x, &negative], 1)) {
        "the new axis is the first one, number 0"
    } else {
        "stack `x` and `x * -1` along axis 0"
    };
    let [before, right, found] = [x, &right, found].map(rendered);
    Some(format!("x =\n{before}\nshould give\n{right}\nand yours is\n{found}\n{why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tensor_and_its_negative_are_stacked_along_a_new_first_axis() {
        WITH_NEGATIVE.prove::<fn(&Tensor) -> Tensor>(
            with_negative,
            |_| todo!(),
            |x| x.get(9),
            &[
                |x| Tensor::stack(&[x, &(x * -1)], 0),
                |x| Tensor::stack(&[x.shallow_clone(), -x], 0),
                |x| Tensor::cat(&[x.unsqueeze(0), -x.unsqueeze(0)], 0),
            ],
            &[
                (|x| Tensor::stack(&[x, x], 0), "is not negative"),
                (|x| Tensor::stack(&[&(x * -1), x], 0), "`x` comes first"),
                (|x| x * -1, "the negative alone"),
                (|x| Tensor::cat(&[x, &(x * -1)], 0), "makes a new one"),
                (|x| Tensor::stack(&[x, &(x * -1)], 1), "number 0"),
                (|x| x.copy(), "along axis 0"),
            ],
        );
    }
}
