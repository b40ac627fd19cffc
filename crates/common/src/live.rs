//! How a running cell changes what Jupyter shows of it: marked lines of JSON on its stdout.
//!
//! The helper crate writes them where the environment says that the kernel reads them ([`SUPPORTED`]); the kernel turns
//! them into Jupyter's messages. Evcxr as it comes would show them as text.

use serde_json::{Value, json};

/// The environment variable that is `1` where the kernel reads such lines.
pub const SUPPORTED: &str = "CONVLAB_LIVE";

/// How a line begins that holds a message.
pub const MARK: &str = "\u{1b}_convlab ";

/// What is to change below the running cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Shows `data`, a MIME type and its content for each way to show it.
    Display {
        /// The content by MIME type.
        data: Value,
    },
    /// Shows `data` in the place of what was shown under the same `id`, or as something new if nothing was.
    Update {
        /// The output's name.
        id: String,
        /// The content by MIME type.
        data: Value,
    },
    /// Removes the cell's outputs.
    Clear {
        /// Whether they stay until there is something new.
        wait: bool,
    },
}

impl Message {
    /// The message as one line, without its end.
    ///
    /// ```
    /// use common::live::Message;
    /// let message = Message::Clear { wait: true };
    /// assert_eq!(Message::parse(&message.line()), Some(message));
    /// ```
    pub fn line(&self) -> String {
        let json = match self {
            Self::Display { data } => json!({"type": "display_data", "data": data}),
            Self::Update { id, data } => json!({"type": "update_display_data", "id": id, "data": data}),
            Self::Clear { wait } => json!({"type": "clear_output", "wait": wait}),
        };
        format!("{MARK}{json}")
    }

    /// The message in a line of a cell's stdout; `None` if the line is text.
    pub fn parse(line: &str) -> Option<Self> {
        let mut json: Value = serde_json::from_str(line.strip_prefix(MARK)?).ok()?;
        let data = json.get_mut("data").map(Value::take).unwrap_or_default();
        match (json["type"].as_str()?, data.is_object()) {
            ("display_data", true) => Some(Self::Display { data }),
            ("update_display_data", true) => Some(Self::Update { id: json["id"].as_str()?.to_owned(), data }),
            ("clear_output", _) => Some(Self::Clear { wait: json["wait"] == true }),
            _ => None,
        }
    }

    /// What is shown as `html`, or as `text` where there is no HTML.
    pub fn bundle(html: &str, text: &str) -> Value {
        json!({"text/html": html, "text/plain": text})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_message_is_one_marked_line_of_json_whatever_is_in_it() {
        let data = Message::bundle("<b>\n</b>", "a \"b\"\u{1b}");
        let line = Message::Update { id: "7".into(), data: data.clone() }.line();
        let json = line.strip_prefix("\u{1b}_convlab ").unwrap();
        assert!(!json.contains(['\n', '\u{1b}']));
        let read: Value = serde_json::from_str(json).unwrap();
        assert_eq!(read, json!({"type": "update_display_data", "id": "7", "data": data}));
    }

    #[test]
    fn what_is_no_message_is_text() {
        for json in ["", "{", r#"{"type": "display_data"}"#, r#"{"type": "shutdown", "data": {}}"#, "7", "[]"]
        {
            assert_eq!(Message::parse(&format!("{MARK}{json}")), None, "{json}");
        }
        assert_eq!(Message::parse(&format!(" {}", Message::Clear { wait: false }.line())), None);
    }

    proptest! {
        #[test]
        fn every_message_is_read_as_it_was_written(id in ".*", html in ".*", text in "(?s).*", wait: bool) {
            let data = Message::bundle(&html, &text);
            for message in [
                Message::Display { data: data.clone() },
                Message::Update { id, data },
                Message::Clear { wait },
            ] {
                let line = message.line();
                prop_assert!(!line.contains('\n'));
                prop_assert_eq!(Message::parse(&line), Some(message));
            }
        }

        #[test]
        fn no_line_makes_it_panic(line in "(?s).*") {
            let _ = Message::parse(&line);
            let _ = Message::parse(&format!("{MARK}{line}"));
        }
    }
}
