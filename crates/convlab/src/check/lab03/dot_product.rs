use crate::check::cases::{random, rendered};
use crate::check::exercise::Exercise;
use crate::check::input::calling_with;
use crate::check::{Answer, Verdict};
use tch::{Kind, Tensor};

pub const DOT_PRODUCT: Exercise = Exercise {
    name: "dot_product",
    lab: "03",
    hints: &[
        "`window.flatten(0, -1) * kernel.flatten(0, -1)` multiplies number by number",
        "add up with `.sum(Kind::Float)`; `.double_value(&[])` makes a number of it",
    ],
};

/// Judges a function that multiplies a window and a kernel [h, w] position by position and adds up.
pub fn dot_product(yours: impl Fn(&Tensor, &Tensor) -> f64) -> Answer {
    DOT_PRODUCT.judge(|| {
        let cases = [
            // Of these, no two usual mistakes give the same number.
            (Tensor::from_slice2(&[[2f32, 3.]]), Tensor::from_slice2(&[[1f32, 5.]])),
            (Tensor::from_slice2(&[[1f32, 2.], [3., 5.]]), Tensor::from_slice2(&[[2f32, 0.], [1., 4.]])),
            (random(&[2, 3], 1), random(&[2, 3], 2)),
            (random(&[5, 5], 3), random(&[5, 5], 4)),
        ];
        let wrong = cases.iter().find_map(|(window, kernel)| {
            calling_with(format!("a window and a kernel of shape {:?}", window.size()));
            dot_mistake(window, kernel, yours(window, kernel))
        });
        wrong.map_or_else(
            || Verdict::right("That one number says how much the window is like the kernel."),
            Verdict::wrong,
        )
    })
}

fn dot_mistake(window: &Tensor, kernel: &Tensor, found: f64) -> Option<String> {
    let sum = |x: Tensor| x.sum(Kind::Double).double_value(&[]);
    let is = |value: f64| (found - value).abs() < 1e-4;
    let right = sum(window * kernel);
    if is(right) {
        return None;
    }
    let square = window.size()[0] == window.size()[1];
    let why = if is(right / window.numel() as f64) {
        "the products are added up, not averaged"
    } else if is(sum(window + kernel)) {
        "you add window and kernel; each number is multiplied by its counterpart first"
    } else if is(sum(window * kernel.flip([0, 1]))) {
        "your kernel is flipped"
    } else if is(sum(window.shallow_clone())) {
        "the kernel has no part in it"
    } else if is(sum(kernel.shallow_clone())) {
        "the window has no part in it"
    } else if is(sum(window.shallow_clone()) * sum(kernel.shallow_clone())) {
        "you multiply the two sums; multiply number by number, then add"
    } else if square && is(sum(window * kernel.transpose(0, 1))) {
        "rows and columns of the kernel are swapped"
    } else if square && is(sum(window.matmul(kernel))) {
        "that is a matrix product: each number meets only the one in its own position, which is what `*` does"
    } else {
        "multiply position by position, then add up"
    };
    let [window, kernel] = [window, kernel].map(rendered);
    Some(format!(
        "the window\n{window}\nand the kernel\n{kernel}\ngive {right:.4}, and yours is {found:.4}: {why}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_activation_is_a_dot_product_and_no_matrix_product() {
        DOT_PRODUCT.prove::<fn(&Tensor, &Tensor) -> f64>(
            dot_product,
            |_, _| todo!(),
            |window, kernel| window.dot(kernel).double_value(&[]),
            &[
                |window, kernel| (window * kernel).sum(Kind::Float).double_value(&[]),
                |window, kernel| window.flatten(0, -1).dot(&kernel.flatten(0, -1)).double_value(&[]),
            ],
            &[
                (|window, kernel| (window * kernel).mean(Kind::Float).double_value(&[]), "not averaged"),
                (
                    |window, kernel| (window * kernel.flip([0, 1])).sum(Kind::Float).double_value(&[]),
                    "is flipped",
                ),
                (|window, _| window.sum(Kind::Float).double_value(&[]), "the kernel has no part in it"),
                (|_, kernel| kernel.sum(Kind::Float).double_value(&[]), "the window has no part in it"),
                (
                    |window, kernel| (window + kernel).sum(Kind::Float).double_value(&[]),
                    "you add window and kernel",
                ),
                (
                    |window, kernel| (window.sum(Kind::Float) * kernel.sum(Kind::Float)).double_value(&[]),
                    "multiply the two sums",
                ),
                (
                    |window, kernel| {
                        let square = window.size()[0] == window.size()[1];
                        let kernel = if square { kernel.transpose(0, 1) } else { kernel.shallow_clone() };
                        (window * kernel).sum(Kind::Float).double_value(&[])
                    },
                    "are swapped",
                ),
                (
                    |window, kernel| {
                        let square = window.size()[0] == window.size()[1];
                        let product = if square { window.matmul(kernel) } else { window * kernel };
                        product.sum(Kind::Float).double_value(&[])
                    },
                    "a matrix product",
                ),
                (|_, _| 0.0, "and yours is 0.0000: multiply"),
            ],
        );
    }
}
