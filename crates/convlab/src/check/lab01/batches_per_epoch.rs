use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};

pub const BATCHES_PER_EPOCH: Exercise = Exercise {
    name: "batches_per_epoch",
    lab: "01",
    hints: &["divide 50,000 by 256", "195 whole batches are 49,920 images: what becomes of the other 80?"],
};

/// Judges the number of batches of 256 that 50,000 images make.
pub fn batches_per_epoch(yours: impl Fn() -> i64) -> Answer {
    BATCHES_PER_EPOCH.judge(|| {
        Verdict::wrong(match yours() {
            196 => return Verdict::right("195 whole ones, and one of the 80 images that are left."),
            195 => "195 batches are 49,920 images; the last 80 make a batch too",
            235 | 234 => "those would be the batches of all 60,000 images; 10,000 were put aside",
            256 => "256 is the number of images in a batch",
            _ => "it is 50,000 / 256, rounded up",
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_batch_counts_too() {
        BATCHES_PER_EPOCH.prove::<fn() -> i64>(
            batches_per_epoch,
            || todo!(),
            || panic!("stop"),
            &[|| 196, || (50_000 + 255) / 256],
            &[
                (|| 50_000 / 256, "the last 80"),
                (|| 235, "all 60,000"),
                (|| 256, "in a batch"),
                (|| -1, "rounded up"),
            ],
        );
    }
}
