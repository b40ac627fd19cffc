//! What Python writes into JSON and JSON does not know.

/// `text` with `null` in place of `NaN`, `Infinity` and `-Infinity`, wherever they are not part of a string.
pub fn with_null_for_nan(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut in_string = false;
    while let Some(first) = rest.chars().next() {
        let word =
            ["NaN", "Infinity", "-Infinity"].into_iter().find(|word| !in_string && rest.starts_with(word));
        let length = match (word, first) {
            (Some(word), _) => {
                out.push_str("null");
                rest = &rest[word.len()..];
                continue;
            }
            // The character behind a backslash ends no string.
            (None, '\\') if in_string => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            (None, '"') => {
                in_string = !in_string;
                1
            }
            (None, other) => other.len_utf8(),
        };
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_stands_outside_of_strings_is_replaced() {
        let text = r#"{"a": NaN, "NaN\"": -Infinity, "b\\": [Infinity, "\u00e9 NaN"]}"#;
        let expected = r#"{"a": null, "NaN\"": null, "b\\": [null, "\u00e9 NaN"]}"#;
        assert_eq!(with_null_for_nan(text), expected);
    }

    proptest! {
        #[test]
        fn json_stays_as_it_is(keys in prop::collection::vec("(?s).*", 0..5)) {
            let json = serde_json::Value::from(keys).to_string();
            prop_assert_eq!(with_null_for_nan(&json), json);
        }
    }
}
