//! What a suite's output says: what passed and failed, and what was skipped for which reason.

use common::{Error, Result};
use std::collections::BTreeMap;

/// Tests that passed, that failed, and that were skipped, by reason.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub passed: usize,
    pub failed: usize,
    pub skipped: BTreeMap<String, usize>,
}

impl Count {
    /// Reads one line of what cargo's test runner prints.
    ///
    /// A test that finds nothing to run on prints `skipped: REASON`; one that is ignored has its reason from libtest.
    pub fn read(&mut self, line: &str) {
        let ignored = || line.strip_prefix("test ")?.split_once(" ... ignored").map(|(_, reason)| reason);
        if let Some(reason) = line.trim().strip_prefix("skipped: ").or_else(ignored) {
            let reason = reason.trim_start_matches([',', ' ']);
            let reason = if reason.is_empty() { "ignored" } else { reason };
            *self.skipped.entry(reason.to_owned()).or_default() += 1;
        }
        if let Some(result) = line.strip_prefix("test result: ") {
            let number = |word: &str| {
                let part = result.split(['.', ';']).find_map(|part| part.trim().strip_suffix(word));
                part.and_then(|number| number.trim().parse::<usize>().ok()).unwrap_or(0)
            };
            self.passed += number(" passed");
            self.failed += number(" failed");
        }
    }

    /// Fails if a test failed; with `deny_skips` also if one was skipped for a reason in which none of the words
    /// `except` stands.
    pub fn verdict(&self, deny_skips: bool, except: &[String]) -> Result<()> {
        if self.failed > 0 {
            let what = format!("{} tests failed.", self.failed);
            return Err(Error::problem(what, "read the first failure above"));
        }
        let may = |reason: &str| except.iter().any(|word| reason.contains(word.as_str()));
        match self.skipped.keys().find(|reason| deny_skips && !may(reason)) {
            Some(reason) => Err(Error::problem(
                format!("Tests were skipped: {reason}."),
                "give them what they lack; for data, name its folder: export CONVLAB_DATA=…",
            )),
            None => Ok(()),
        }
    }

    /// A line for each reason, and the counts as the last one.
    pub fn summary(&self) -> String {
        let reasons = self.skipped.iter().map(|(reason, count)| format!("skipped, {reason}: {count}\n"));
        let skipped: usize = self.skipped.values().sum();
        reasons.collect::<String>()
            + &format!("{} passed, {} failed, {skipped} skipped", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(lines: &[&str]) -> Count {
        let mut count = Count::default();
        lines.iter().for_each(|line| count.read(line));
        count
    }

    #[test]
    fn the_counts_of_several_runs_are_added_and_every_skip_is_seen_with_its_reason() {
        let count = count(&[
            "test result: ok. 12 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.50s",
            "skipped: no data",
            "    skipped: no data",
            "test it_plays ... ignored, needs a browser",
            "test it_waits ... ignored",
            "test it_is_ignored ... ok",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s",
        ]);
        assert_eq!((count.passed, count.failed), (15, 2));
        let lines = "skipped, ignored: 1\nskipped, needs a browser: 1\nskipped, no data: 2\n";
        assert_eq!(count.summary(), format!("{lines}15 passed, 2 failed, 4 skipped"));
    }

    #[test]
    fn a_failure_fails_and_a_skip_fails_where_nothing_may_be_skipped_but_for_a_named_reason() {
        let failed = count(&["test result: FAILED. 3 passed; 1 failed; 0 ignored"]);
        assert!(failed.verdict(false, &[]).is_err());
        let skipped = count(&["skipped: no data", "test it_plays ... ignored, needs a browser"]);
        let except = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(skipped.verdict(false, &[]), Ok(()));
        let failure = skipped.verdict(true, &except(&["browser"])).unwrap_err();
        assert!(failure.what().contains("no data") && failure.remedy().contains("CONVLAB_DATA"), "{failure}");
        assert_eq!(skipped.verdict(true, &except(&["browser", "no data"])), Ok(()));
    }
}
