use crate::progress_iter::ProgressIter;

/// The steps of a training loop, counted from 1; made by [`steps`].
#[derive(Debug)]
pub struct Steps {
    done: i64,
    of: i64,
    progress_iter: ProgressIter,
}

/// Counts the steps of a loop that is written by hand: `1, 2, …, count`.
///
/// In the labs' kernel a loop of more than a second shows a bar with the rate and the time that is left. The loop ends
/// early when the learner interrupts the cell: between two steps, and all variables stay.
///
/// ```
/// # use convlab::prelude::*;
/// let mut sum = 0;
/// for step in train::steps(4) {
///     sum += step;
/// }
/// assert_eq!(sum, 10);
/// ```
pub fn steps(count: i64) -> Steps {
    Steps { done: 0, of: count.max(0), progress_iter: ProgressIter::new("steps", "steps") }
}

impl Iterator for Steps {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        if !self.progress_iter.advance(self.done, self.of) {
            self.of = self.done;
            return None;
        }
        self.done += 1;
        Some(self.done)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.of - self.done) as usize;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Steps {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_counted_from_1_and_none_follows_the_last() {
        assert_eq!(steps(3).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(steps(0).next(), None);
        assert_eq!(steps(-1).next(), None);
        let mut two = steps(2);
        assert_eq!((two.len(), two.next(), two.len()), (2, Some(1), 1));
        assert_eq!((two.next(), two.next(), two.next()), (Some(2), None, None));
    }
}
