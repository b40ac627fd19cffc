//! The messages for Jupyter among what a cell prints: `crates/kernel/README.md` describes them.

use serde_json::{Value, json};
use std::collections::BTreeSet;

/// How a line begins that is no text but a message.
pub const MARK: &str = "\u{1b}_convlab ";

/// The messages that a cell may send.
const KINDS: [&str; 3] = ["display_data", "update_display_data", "clear_output"];

/// The message in a marked line; what is none is shown as text. A display that is updated before it is there is shown.
pub fn message(line: &str, shown: &mut BTreeSet<String>) -> Option<(String, Value)> {
    let mut message: Value = serde_json::from_str(line).ok()?;
    let mut kind = message["type"].as_str().filter(|kind| KINDS.contains(kind))?.to_owned();
    if kind == "clear_output" {
        return Some((kind, json!({"wait": message["wait"] == true})));
    }
    let data = message["data"].take();
    data.as_object()?;
    let transient = match message["id"].as_str() {
        Some(id) => {
            if shown.insert(id.to_owned()) {
                "display_data".clone_into(&mut kind);
            }
            json!({"display_id": id})
        }
        None => json!({}),
    };
    Some((kind, json!({"data": data, "metadata": {}, "transient": transient})))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marked_line_becomes_a_message_and_its_first_update_a_display() {
        let mut shown = BTreeSet::new();
        let line = r#"{"type": "update_display_data", "id": "7", "data": {"text/plain": "1 of 2"}}"#;
        let (kind, content) = message(line, &mut shown).unwrap();
        assert_eq!(kind, "display_data");
        assert_eq!(
            content,
            json!({"data": {"text/plain": "1 of 2"}, "metadata": {}, "transient": {"display_id": "7"}})
        );
        assert_eq!(message(line, &mut shown).unwrap().0, "update_display_data");
        let cleared = message(r#"{"type": "clear_output", "wait": true}"#, &mut shown).unwrap();
        assert_eq!(cleared, ("clear_output".to_owned(), json!({"wait": true})));
    }

    #[test]
    fn what_is_no_message_is_text() {
        let mut shown = BTreeSet::new();
        for line in ["", "{", r#"{"type": "display_data"}"#, r#"{"type": "shutdown", "data": {}}"#, "7", "[]"]
        {
            assert_eq!(message(line, &mut shown), None, "{line}");
        }
    }
}
