//! The messages for Jupyter among what a cell prints: `crates/kernel/README.md` describes them.

pub use common::live::MARK;
use common::live::Message;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The message in what follows the mark of a line; what is none is shown as text. A display that is updated before it is
/// there is shown.
pub fn message(json: &str, shown: &mut BTreeSet<String>) -> Option<(&'static str, Value)> {
    Some(match Message::parse(&format!("{MARK}{json}"))? {
        Message::Clear { wait } => ("clear_output", json!({"wait": wait})),
        Message::Display { data } => ("display_data", displayed(&data, json!({}))),
        Message::Update { id, data } => {
            let content = displayed(&data, json!({"display_id": id}));
            (if shown.insert(id) { "display_data" } else { "update_display_data" }, content)
        }
    })
}

fn displayed(data: &Value, transient: Value) -> Value {
    json!({"data": data, "metadata": {}, "transient": transient})
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
        assert_eq!(cleared, ("clear_output", json!({"wait": true})));
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
