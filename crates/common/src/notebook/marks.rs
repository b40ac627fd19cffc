//! The lines in a master notebook between which a solution stands.

/// The line before a solution.
pub const BEGIN: &str = "// BEGIN SOLUTION";
/// The line behind a solution.
pub const END: &str = "// END SOLUTION";

/// The code with `todo!()` in place of each solution, as far to the right as the mark.
///
/// ```
/// use common::notebook::marks::starter;
/// assert_eq!(starter("fn a() {\n    // BEGIN SOLUTION\n    7\n    // END SOLUTION\n}"), "fn a() {\n    todo!()\n}");
/// ```
pub fn starter(code: &str) -> String {
    let mut inside = false;
    let mut kept = Vec::new();
    for line in code.lines() {
        match line.trim() {
            BEGIN => {
                inside = true;
                kept.push(line.replace(BEGIN, "todo!()"));
            }
            END => inside = false,
            _ if inside => {}
            _ => kept.push(line.to_owned()),
        }
    }
    kept.join("\n")
}

/// The code with its solutions, without the marks.
pub fn solved(code: &str) -> String {
    code.lines().filter(|line| !is_mark(line)).collect::<Vec<_>>().join("\n")
}

/// Whether the code has a solution in it.
pub fn has_solution(code: &str) -> bool {
    code.lines().any(|line| line.trim() == BEGIN)
}

/// Whether the line only marks where a solution begins or ends.
pub fn is_mark(line: &str) -> bool {
    matches!(line.trim(), BEGIN | END)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CODE: &str = "a\n    // BEGIN SOLUTION\n    b\n    c\n    // END SOLUTION\nd";

    #[test]
    fn a_starter_has_todo_where_the_solution_was_and_the_solution_has_no_marks() {
        assert_eq!(starter(CODE), "a\n    todo!()\nd");
        assert_eq!(solved(CODE), "a\n    b\n    c\nd");
        assert!(
            has_solution(CODE) && !has_solution(&solved(CODE)) && !has_solution("// BEGIN SOLUTION // no")
        );
    }

    proptest! {
        #[test]
        fn nothing_of_a_solution_is_in_the_starter_and_all_else_is(
            parts in prop::collection::vec(("[a-f \n]*", "[g-m \n]*"), 0..6)
        ) {
            let marked: String = parts.iter().map(|(out, inside)| format!("{out}\n{BEGIN}\n{inside}\n{END}\n")).collect();
            let letters = |text: &str, of: &str| text.chars().filter(|c| of.contains(*c)).collect::<String>();
            let made = starter(&marked);
            prop_assert_eq!(letters(&made, "ghijklm").len(), 0);
            prop_assert_eq!(letters(&made.replace("todo!()", ""), "abcdef"), letters(&marked, "abcdef"));
            prop_assert_eq!(made.matches("todo!()").count(), parts.len());
            prop_assert_eq!(letters(&solved(&marked), "abcdefghijklm"), letters(&marked, "abcdefghijklm"));
        }

        #[test]
        fn code_without_marks_stays_as_it_is(code in "[^\r/]*[^\r\n/]") {
            prop_assert_eq!(starter(&code), code.clone());
            prop_assert_eq!(solved(&code), code);
        }
    }
}
