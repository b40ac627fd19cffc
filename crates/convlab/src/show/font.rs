//! A small typeface for figures in pixels.

/// The typeface, in blocks of lines: one names the letters, the others hold their dots side by side.
const FONT: &str = include_str!("font.txt");
/// Columns and rows of a letter's field in that file; two rows are below the base line.
const FIELD: [usize; 2] = [6, 9];
/// Rows above the base line.
pub const ABOVE: f64 = 7.0;

/// The rows and columns of a letter's dots, and how many columns it takes.
pub fn glyph(letter: char) -> (Vec<[usize; 2]>, usize) {
    let lower = letter.to_lowercase().next().unwrap_or(letter);
    let dots = [letter, lower].into_iter().find_map(dots).unwrap_or_default();
    let left = dots.iter().map(|[_, column]| *column).min().unwrap_or(0);
    let right = dots.iter().map(|[_, column]| *column).max().unwrap_or(2);
    (dots.into_iter().map(|[row, column]| [row, column - left]).collect(), right + 1 - left)
}

/// The rows and columns of a letter's dots in its field; `None` if the typeface lacks it.
fn dots(letter: char) -> Option<Vec<[usize; 2]>> {
    let lines: Vec<&str> = FONT.lines().collect();
    lines.chunks(FIELD[1] + 1).find_map(|block| {
        let (names, rows) = block.split_first()?;
        let left = names.chars().position(|name| name == letter && letter != ' ')?;
        let fields = rows.iter().map(|row| &row.as_bytes()[left..left + FIELD[0] - 1]);
        let marks = fields.enumerate().flat_map(|(row, field)| {
            field.iter().enumerate().map(move |(column, dot)| ([row, column], *dot == b'#'))
        });
        Some(marks.filter(|(_, marked)| *marked).map(|(at, _)| at).collect())
    })
}

/// How many dots wide a line of text is.
pub fn width(text: &str) -> usize {
    text.chars().map(|letter| glyph(letter).1 + 1).sum::<usize>().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn drawn(letter: char) -> String {
        let mut rows = vec![vec!['.'; 5]; 7];
        glyph(letter).0.iter().for_each(|[row, column]| rows[*row][*column] = '#');
        rows.into_iter().map(|row| row.into_iter().collect::<String>()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_letter_that_figures_write_has_a_shape_of_its_own() {
        let letters = "0123456789.-+=×→,:[]abcdefghijklmnopqrstuvwxyzK";
        let shapes: BTreeSet<Vec<[usize; 2]>> = letters.chars().filter_map(dots).collect();
        assert_eq!(shapes.len(), letters.chars().count());
        assert!(shapes.iter().all(|shape| !shape.is_empty()));
        assert_eq!(drawn('4'), "...#.\n..##.\n.#.#.\n#..#.\n#####\n...#.\n...#.");
        assert_eq!(glyph('S'), glyph('s'));
        assert_eq!([glyph(' '), glyph('§')], [(vec![], 3), (vec![], 3)]);
    }

    #[test]
    fn a_letter_takes_no_more_room_than_it_needs() {
        assert_eq!(
            ["8", ".", "-0.5", "", "a b"].map(width),
            [5, 2, 3 + 1 + 5 + 1 + 2 + 1 + 5, 0, 5 + 1 + 3 + 1 + 5]
        );
    }
}
