use super::super::{Answer, Verdict, exercise::Exercise};
use super::{drawn, kernel, map, same};

pub(super) const BANDS: Exercise = Exercise {
    name: "bands",
    lab: "08",
    hints: &[
        "`y.chunks_mut(band * columns)` cuts the map into bands of `band` rows, one for each thread; `.enumerate()` numbers them",
        "the first row of band n is row `n * band` of the map, and its windows begin in that row of the image: `&x[n * band * width..]`",
        "`std::thread::scope(|scope| { for (n, part) in y.chunks_mut(band * columns).enumerate() { scope.spawn(move || fill(part, …, width, k)); } });`, and `y` at the end",
    ],
};

/// Judges a function that has each of some threads fill its own band of the map.
pub fn bands(yours: impl Fn(usize, &[f32], usize, &[f32; 9]) -> Vec<f32>) -> Answer {
    BANDS.judge(|| {
        for (threads, rows, width) in [(1, 5, 4), (2, 6, 5), (2, 7, 4), (3, 12, 6), (8, 6, 5)] {
            let (x, k) = (drawn(rows * width, 7), kernel(47));
            if let Some(because) = mistake(threads, &x, width, &k, &yours(threads, &x, width, &k)) {
                let many = if threads == 1 { "1 thread".to_owned() } else { format!("{threads} threads") };
                let size = format!("for {many} and a map of {} rows and {} columns", rows - 2, width - 2);
                return Verdict::wrong(format!("{size} {because}"));
            }
        }
        Verdict::right(
            "The map is right. Where each band has a thread, the compiler has made sure that no two write to the same row.",
        )
    })
}

fn mistake(threads: usize, x: &[f32], width: usize, k: &[f32; 9], found: &[f32]) -> Option<String> {
    let right = map(x, width, k);
    if same(found, &right) {
        return None;
    }
    let columns = width - 2;
    if found.len() != right.len() {
        return Some(format!(
            "yours has {} numbers, and {} are wanted: return the whole of `y`",
            found.len(),
            right.len()
        ));
    }
    let band = (right.len() / columns).div_ceil(threads);
    let from = |offset: usize| {
        let parts = right.chunks(band * columns).enumerate().map(|(n, part)| {
            let end = n * offset + (part.len() / columns + 2) * width;
            map(x.get(n * offset..end).unwrap_or(&x[..(part.len() / columns + 2) * width]), width, k)
        });
        parts.flatten().collect::<Vec<_>>()
    };
    let first_wrong =
        found.chunks(columns).zip(right.chunks(columns)).position(|(a, b)| !same(a, b)).unwrap_or(0);
    Some(if found.iter().all(|value| *value == 0.0) {
        "yours is all 0: nothing has filled it".into()
    } else if found[first_wrong * columns..].iter().all(|value| *value == 0.0) {
        format!("the rows from {first_wrong} on are 0: each band needs a thread that fills it")
    } else if same(found, &from(0)) {
        "all bands look at the first rows of the image: band n begins at its row `n * band`".into()
    } else if same(found, &from(band * columns)) {
        format!(
            "the image's rows are {width} numbers long, and you count {columns} for each: those are the map's"
        )
    } else {
        format!("row {first_wrong} of the map is the first that is wrong")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    /// `offset` says at which number of the image band n of `band` rows begins; of all bands the first `most` are filled.
    fn with(
        threads: usize,
        x: &[f32],
        width: usize,
        k: &[f32; 9],
        offset: fn([usize; 4]) -> usize,
        most: usize,
    ) -> Vec<f32> {
        let (rows, columns) = (x.len() / width - 2, width - 2);
        let mut y = vec![0.0; rows * columns];
        let band = rows.div_ceil(threads);
        thread::scope(|scope| {
            for (n, part) in y.chunks_mut(band * columns).enumerate().take(most) {
                let begin = offset([n, band, width, columns]);
                scope.spawn(move || {
                    let own = &x[begin..begin + (part.len() / columns + 2) * width];
                    part.copy_from_slice(&map(own, width, k));
                });
            }
        });
        y
    }

    #[test]
    fn every_thread_fills_its_own_band() {
        BANDS.prove::<fn(usize, &[f32], usize, &[f32; 9]) -> Vec<f32>>(
            bands,
            |_, _, _, _| todo!(),
            |_, x, _, _| vec![x[1000]],
            &[
                |threads, x, width, k| with(threads, x, width, k, |[n, band, width, _]| n * band * width, 99),
                |_, x, width, k| map(x, width, k),
            ],
            &[
                (|threads, x, width, k| with(threads, x, width, k, |_| 0, 99), "the first rows of the image"),
                (
                    |threads, x, width, k| {
                        with(threads, x, width, k, |[n, band, _, columns]| n * band * columns, 99)
                    },
                    "those are the map's",
                ),
                (|threads, x, width, k| with(threads, x, width, k, |_| 0, 0), "all 0"),
                (|threads, x, width, k| with(threads, x, width, k, |_| 0, 1), "needs a thread"),
                (
                    |threads, x, width, k| {
                        with(threads, x, width, k, |[n, band, width, _]| n * band * width, 99).split_off(1)
                    },
                    "whole of `y`",
                ),
                (
                    |_, x, width, k| {
                        let mut y = map(x, width, k);
                        y.reverse();
                        y
                    },
                    "row 0 of the map",
                ),
            ],
        );
    }
}
