use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};

pub const MEAN_LOSS: Exercise = Exercise {
    name: "mean_loss",
    lab: "03",
    hints: &[
        "the sum of the losses of all images in batch b is `losses[b] * sizes[b] as f64`",
        "add that up over the batches, and add up the sizes too",
        "the mean is the one sum divided by the other",
    ],
};

/// Judges a function from the mean loss and the number of images of each batch to the mean loss of an image.
pub fn mean_loss(yours: impl Fn(&[f64], &[i64]) -> f64) -> Answer {
    MEAN_LOSS.judge(|| {
        let cases: [(&[f64], &[i64]); 3] =
            [(&[1.0, 3.0], &[2, 2]), (&[2.0], &[4]), (&[0.5, 0.3, 2.0], &[128, 128, 16])];
        let wrong =
            cases.into_iter().find_map(|(losses, sizes)| mean_mistake(losses, sizes, yours(losses, sizes)));
        wrong
            .map_or_else(|| Verdict::right("The mean over images, whatever the batches are."), Verdict::wrong)
    })
}

fn mean_mistake(losses: &[f64], sizes: &[i64], found: f64) -> Option<String> {
    let images = sizes.iter().sum::<i64>() as f64;
    let (sum, batches) = (losses.iter().sum::<f64>(), losses.len() as f64);
    let total: f64 = losses.iter().zip(sizes).map(|(loss, size)| loss * *size as f64).sum();
    let is = |value: f64| (found - value).abs() < 1e-9;
    let why = if is(total / images) {
        return None;
    } else if is(sum / images) {
        "a loss of a batch is the mean of its images already: that is the old mistake"
    } else if is(total) {
        "that is the sum over all images; divide it by their number"
    } else if is(sum / batches) {
        "the small last batch counts as much as the others: weigh each loss with the size of its batch"
    } else if is(total / batches) {
        "you divide by the number of batches; the sum is one over images"
    } else {
        "weigh each loss with the size of its batch, add up, and divide by the number of images"
    };
    let right = total / images;
    Some(format!(
        "for losses {losses:?} of batches of {sizes:?} it is {right:.4}, and yours is {found:.4}: {why}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_one_over_images() {
        MEAN_LOSS.prove::<fn(&[f64], &[i64]) -> f64>(
            mean_loss,
            |_, _| todo!(),
            |losses, _| losses[7],
            &[|losses, sizes| {
                let total: f64 = losses.iter().zip(sizes).map(|(loss, size)| loss * *size as f64).sum();
                total / sizes.iter().sum::<i64>() as f64
            }],
            &[
                (
                    |losses, sizes| losses.iter().sum::<f64>() / sizes.iter().sum::<i64>() as f64,
                    "the old mistake",
                ),
                (|losses, _| losses.iter().sum::<f64>() / losses.len() as f64, "the small last batch"),
                (
                    |losses, sizes| losses.iter().zip(sizes).map(|(loss, size)| loss * *size as f64).sum(),
                    "the sum over all images",
                ),
                (
                    |losses, sizes| {
                        let total: f64 =
                            losses.iter().zip(sizes).map(|(loss, size)| loss * *size as f64).sum();
                        total / losses.len() as f64
                    },
                    "the number of batches",
                ),
                (|_, _| f64::NAN, "weigh each loss with the size of its batch, add up"),
            ],
        );
    }
}
