//! Code with a few changes, and where each of its positions was before them.

use std::ops::Range;

/// A text and the changes made to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    code: String,
    /// Where something was changed: the range before, and the range that stands for it now, in their order.
    changes: Vec<(Range<usize>, Range<usize>)>,
}

impl Edited {
    /// The text with each range replaced; the ranges may not overlap and may be empty.
    pub fn new(original: &str, mut edits: Vec<(Range<usize>, String)>) -> Self {
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        let (mut code, mut changes, mut end) = (String::new(), Vec::new(), 0);
        for (range, text) in edits {
            code.push_str(&original[end..range.start]);
            let start = code.len();
            code.push_str(&text);
            end = range.end;
            changes.push((range, start..code.len()));
        }
        code.push_str(&original[end..]);
        Self { code, changes }
    }

    pub fn code(&self) -> &str {
        &self.code
    }

    /// Where a position, in bytes, was before the changes; one inside a change was where the change begins.
    pub fn original(&self, position: usize) -> usize {
        let last = self.changes.iter().rev().find(|(_, after)| after.start <= position);
        match last {
            Some((before, after)) if position < after.end => before.start,
            Some((before, after)) => before.end + (position - after.end),
            None => position,
        }
    }

    /// Where a position, in bytes, is after the changes; one that was replaced is where its replacement begins.
    #[cfg(test)]
    pub fn changed(&self, position: usize) -> usize {
        let last = self.changes.iter().rev().find(|(before, _)| before.start <= position);
        match last {
            Some((before, after)) if position < before.end => after.start,
            Some((before, after)) => after.end + (position - before.end),
            None => position,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn positions_are_found_on_both_sides_of_insertions_and_replacements() {
        let edited = Edited::new("abcdef", vec![(4..5, "E".into()), (1..1, "12".into())]);
        assert_eq!(edited.code(), "a12bcdEf");
        let original: Vec<_> = (0..=8).map(|at| edited.original(at)).collect();
        assert_eq!(original, [0, 1, 1, 1, 2, 3, 4, 5, 6]);
        let changed: Vec<_> = (0..=6).map(|at| edited.changed(at)).collect();
        assert_eq!(changed, [0, 3, 4, 5, 6, 7, 8]);
    }

    proptest! {
        #[test]
        fn what_was_not_changed_is_found_again(
            text in "[a-z]{1,30}",
            cuts in proptest::collection::btree_set(0_usize..30, 0..5),
            inserted in "[A-Z\n]{1,5}",
        ) {
            let cuts: Vec<_> = cuts.into_iter().filter(|cut| *cut <= text.len()).collect();
            let edited = Edited::new(&text, cuts.iter().map(|cut| (*cut..*cut, inserted.clone())).collect());
            for (at, letter) in text.char_indices() {
                let there = edited.changed(at);
                prop_assert_eq!(edited.code()[there..].chars().next(), Some(letter));
                prop_assert_eq!(edited.original(there), at);
            }
        }
    }
}
