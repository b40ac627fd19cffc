use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};

pub const LOG_LINE: Exercise = Exercise {
    name: "log_line",
    lab: "05",
    hints: &[
        "the whole line is one `format!`: `format!(\"epoch {epoch}: {seen}/{total} images (…\")`, without a semicolon",
        "multiply before you divide: `100 * seen / total`, or the fraction is 0 in whole numbers",
        "`{loss:.4}` gives the loss four decimals",
    ],
};

/// Epoch, images seen, images in all, loss.
type Case = (i64, i64, i64, f64);

/// Judges a function that makes the line of a training's log.
pub fn log_line(yours: impl Fn(i64, i64, i64, f64) -> String) -> Answer {
    LOG_LINE.judge(|| {
        let cases = [(1, 12_800, 50_000, 0.43216), (3, 0, 60_000, 2.305_71), (2, 49_920, 50_000, 0.05)];
        let wrong = cases.into_iter().find_map(|case| mistake(case, &yours(case.0, case.1, case.2, case.3)));
        wrong.map_or_else(
            || Verdict::right("Whoever watches a training is glad of such a line."),
            Verdict::wrong,
        )
    })
}

fn mistake((epoch, seen, total, loss): Case, found: &str) -> Option<String> {
    let line = |percent: &str, loss: &str| {
        format!("epoch {epoch}: {seen}/{total} images ({percent} %), loss {loss}")
    };
    let (percent, rounded) = ((100 * seen / total).to_string(), format!("{loss:.4}"));
    let right = line(&percent, &rounded);
    let is = |other: &str| found.trim() == other;
    let why = if is(&right) {
        return None;
    } else if is(&line("0", &rounded)) {
        "in whole numbers `seen / total` is 0: multiply by 100 first"
    } else if is(&line(&percent, &loss.to_string())) {
        "the loss should have four decimals: `{loss:.4}`"
    } else if found.contains(&format!("{total}/{seen}")) {
        "the images seen come first, then how many there are in all"
    } else if found.is_empty() {
        "your line is empty"
    } else if found.starts_with(&right[..right.find('(').unwrap_or(0)]) && found.ends_with(&rounded) {
        "the percentage is a whole number, rounded down, then a space and `%`"
    } else {
        "compare letter by letter, spaces included"
    };
    Some(format!(
        "for epoch {epoch}, {seen} of {total} images and a loss of {loss} the line should be\n`{right}`\nand yours is\n`{found}`\n{why}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_epoch_the_images_the_percentage_and_the_loss() {
        LOG_LINE.prove::<fn(i64, i64, i64, f64) -> String>(
            log_line,
            |_, _, _, _| todo!(),
            |_, seen, total, _| (total / (seen - seen)).to_string(),
            &[
                |epoch, seen, total, loss| {
                    format!("epoch {epoch}: {seen}/{total} images ({} %), loss {loss:.4}", 100 * seen / total)
                },
                |epoch, seen, total, loss| {
                    let percent = (100.0 * seen as f64 / total as f64).floor();
                    format!("epoch {epoch}: {seen}/{total} images ({percent:.0} %), loss {loss:.4}")
                },
            ],
            &[
                (
                    |epoch, seen, total, loss| {
                        format!(
                            "epoch {epoch}: {seen}/{total} images ({} %), loss {loss:.4}",
                            seen / total * 100
                        )
                    },
                    "multiply by 100 first",
                ),
                (
                    |epoch, seen, total, loss| {
                        format!(
                            "epoch {epoch}: {seen}/{total} images ({} %), loss {loss}",
                            100 * seen / total
                        )
                    },
                    "four decimals",
                ),
                (
                    |epoch, seen, total, loss| {
                        format!(
                            "epoch {epoch}: {total}/{seen} images ({} %), loss {loss:.4}",
                            100 * seen / total
                        )
                    },
                    "the images seen come first",
                ),
                (
                    |epoch, seen, total, loss| {
                        let percent = 100.0 * seen as f64 / total as f64;
                        format!("epoch {epoch}: {seen}/{total} images ({percent} %), loss {loss:.4}")
                    },
                    "rounded down",
                ),
                (|_, _, _, _| String::new(), "is empty"),
                (
                    |_, seen, total, loss| {
                        format!("{seen}/{total} images ({} %), loss {loss:.4}", 100 * seen / total)
                    },
                    "letter by letter",
                ),
            ],
        );
    }
}
