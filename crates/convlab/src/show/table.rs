use super::figure::Figure;
use super::page::{self, Row};
use crate::{Error, Result};

/// A table: a row of names above, then rows of numbers or words; what looks like a number is set to the right.
///
/// # Errors
/// If there is no column, or a row has more or fewer entries than there are names.
///
/// ```
/// # use convlab::prelude::*;
/// let rows = vec![
///     vec!["as it was".to_owned(), format!("{:.3}", 0.38)],
///     vec!["more images".to_owned(), format!("{:.3}", 0.52)],
/// ];
/// let figure = show::table(&["what", "accuracy"], &rows)?;
/// # Ok::<(), Error>(())
/// ```
pub fn table(names: &[&str], rows: &[Vec<String>]) -> Result<Figure> {
    if names.is_empty() {
        return Err(Error::new(
            "a name for each column",
            "none",
            "write for instance `&[\"what\", \"accuracy\"]`",
        ));
    }
    if let Some((number, row)) = (1..).zip(rows).find(|(_, row)| row.len() != names.len()) {
        let expected = format!("{} entries in each row, one for each name", names.len());
        let found = format!("{} in row {number}: {row:?}", row.len());
        return Err(Error::new(expected, found, "add or remove entries, or names"));
    }
    let cells = |row: &Vec<String>| row.iter().map(|entry| (entry.clone(), is_number(entry))).collect();
    let lines: Vec<Row> = rows.iter().map(|row| Row { cells: cells(row), bold: false }).collect();
    Ok(Figure::new(page::table(names, &lines), text(names, rows)))
}

/// Digits, a sign, a point or a per cent sign: `0.38`, `-2`, `12,000`, `95.1 %`.
fn is_number(text: &str) -> bool {
    text.trim_end_matches([' ', '%']).replace(',', "").parse::<f64>().is_ok()
}

/// The table in letters of one width.
fn text(names: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let entries = rows.iter().map(|row| row[column].as_str()).chain([names[column]]);
        entries.map(|entry| entry.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..names.len()).map(width).collect();
    let line = |entries: Vec<&str>| {
        let entries = entries.iter().zip(&widths).map(|(entry, width)| match is_number(entry) {
            true => format!("{entry:>width$}"),
            false => format!("{entry:width$}"),
        });
        entries.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let head = line(names.to_vec());
    let body = rows.iter().map(|row| line(row.iter().map(String::as_str).collect()));
    [head].into_iter().chain(body).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(entries: [&str; 2]) -> Vec<String> {
        entries.map(str::to_owned).to_vec()
    }

    #[test]
    fn a_table_is_text_in_columns_with_numbers_to_the_right() {
        let figure =
            table(&["what", "accuracy"], &[row(["as it was", "0.38"]), row(["a < b", "95.1 %"])]).unwrap();
        assert_eq!(figure.text(), "what       accuracy\nas it was      0.38\na < b        95.1 %");
        let html = figure.html();
        assert!(
            html.contains("text-align:right;vertical-align:top;border-bottom:1px solid rgba(128,128,128,.45)\">0.38</td>"),
            "{html}"
        );
        assert!(html.contains(">a &lt; b</td>") && !html.contains("a < b"), "{html}");
    }

    #[test]
    fn a_row_that_does_not_fit_is_named() {
        let message = table(&["what"], &[vec!["a".into()], row(["b", "1"])]).unwrap_err().to_string();
        assert!(
            message.contains("1 entries in each row") && message.contains("2 in row 2: [\"b\", \"1\"]"),
            "{message}"
        );
        assert!(table(&[], &[]).unwrap_err().to_string().contains("a name for each column"));
    }
}
