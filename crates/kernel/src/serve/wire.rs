//! Jupyter's messages on the wire: signed JSON in the frames of ZeroMQ.

use bytes::Bytes;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::path::Path;
use uuid::Uuid;
use zeromq::ZmqMessage;

const DELIMITER: &[u8] = b"<IDS|MSG>";

/// What Jupyter writes into the file that it starts a kernel with.
#[derive(Clone)]
pub struct Connection {
    file: Value,
    session: String,
}

impl Connection {
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let file = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { file, session: Uuid::new_v4().to_string() })
    }

    pub fn endpoint(&self, port: &str) -> String {
        let text = |name: &str| self.file[name].as_str().unwrap_or_default().to_owned();
        format!("{}://{}:{}", text("transport"), text("ip"), self.file[port])
    }

    fn signature(&self) -> Option<Hmac<Sha256>> {
        let key = self.file["key"].as_str().filter(|key| !key.is_empty())?;
        Hmac::new_from_slice(key.as_bytes()).ok()
    }

    /// Reads a message; `None` if it is none, or is not signed with our key.
    pub fn decode(&self, frames: ZmqMessage) -> Option<Message> {
        let frames = frames.into_vec();
        let delimiter = frames.iter().position(|frame| frame == DELIMITER)?;
        let [signature, parts @ ..] = &frames[delimiter + 1..] else { return None };
        let [header, _parent, _metadata, content, buffers @ ..] = parts else { return None };
        if let Some(mut expected) = self.signature() {
            parts[..4].iter().for_each(|part| expected.update(part));
            expected.verify_slice(&from_hex(signature)?).ok()?;
        }
        let json = |part: &Bytes| serde_json::from_slice::<Value>(part).ok();
        Some(Message {
            identities: frames[..delimiter].to_vec(),
            header: json(header)?,
            content: json(content)?,
            buffers: buffers.to_vec(),
        })
    }

    /// A message about `parent`, for its sender if it is a reply, else for all.
    pub fn encode(&self, kind: &str, parent: Option<&Message>, content: &Value) -> Option<ZmqMessage> {
        let header = json!({
            "msg_id": Uuid::new_v4().to_string(), "session": self.session, "username": "kernel",
            "date": chrono::Utc::now().to_rfc3339(), "msg_type": kind, "version": "5.3",
        });
        let answered = parent.map_or_else(|| json!({}), |parent| parent.header.clone());
        let parts: Vec<_> =
            [&header, &answered, &json!({}), content].iter().map(|part| part.to_string()).collect();
        let signature = self.signature().map(|mut signature| {
            parts.iter().for_each(|part| signature.update(part.as_bytes()));
            signature.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        });
        let mut frames: Vec<Bytes> = match parent {
            Some(parent) if kind.ends_with("_reply") || kind == "input_request" => parent.identities.clone(),
            _ => vec![Bytes::copy_from_slice(kind.as_bytes())],
        };
        frames.push(Bytes::from_static(DELIMITER));
        frames.push(signature.unwrap_or_default().into());
        frames.extend(parts.into_iter().map(Bytes::from));
        ZmqMessage::try_from(frames).ok()
    }
}

fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let digits = std::str::from_utf8(text).ok()?;
    (0..digits.len() / 2).map(|at| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()).collect()
}

/// A request, and who has sent it.
#[derive(Clone)]
pub struct Message {
    identities: Vec<Bytes>,
    header: Value,
    pub content: Value,
    pub buffers: Vec<Bytes>,
}

impl Message {
    pub fn id(&self) -> &Value {
        &self.header["msg_id"]
    }

    pub fn kind(&self) -> &str {
        self.header["msg_type"].as_str().unwrap_or_default()
    }

    pub fn code(&self) -> &str {
        self.content["code"].as_str().unwrap_or_default()
    }

    /// A place in the code, in bytes: Jupyter counts characters.
    pub fn cursor(&self) -> usize {
        let characters = self.content["cursor_pos"].as_u64().unwrap_or(u64::MAX) as usize;
        let code = self.code();
        code.char_indices().nth(characters).map_or(code.len(), |(at, _)| at)
    }

    pub fn flag(&self, name: &str, usual: bool) -> bool {
        self.content[name].as_bool().unwrap_or(usual)
    }
}

#[cfg(test)]
impl Connection {
    /// One that signs with this key and leads nowhere.
    pub fn for_tests(key: &str) -> Self {
        Self { file: json!({"key": key}), session: "s".to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn connection(key: &str) -> Connection {
        Connection::for_tests(key)
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map(any::<String>(), inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_message_arrives_as_it_was_sent(content in any_json(), key in "[a-z0-9]{0,8}", kind in "[a-z_]{1,20}") {
            let connection = connection(&key);
            let request = connection.decode(connection.encode("execute_request", None, &json!({})).unwrap()).unwrap();
            let sent = connection.encode(&kind, Some(&request), &content).unwrap();
            let arrived = connection.decode(sent).unwrap();
            prop_assert_eq!(arrived.kind(), kind.as_str());
            prop_assert_eq!(&arrived.content, &content);
            prop_assert!(arrived.id().is_string() && arrived.id() != request.id());
        }

        #[test]
        fn a_message_that_was_changed_or_signed_with_another_key_is_none(
            content in any_json(), frame in 2usize..7, at in any::<prop::sample::Index>(), flip in 1u8..255,
        ) {
            let sent = connection("key").encode("status", None, &content).unwrap();
            prop_assert!(connection("other").decode(sent.clone()).is_none());
            let mut frames = sent.into_vec();
            let mut bytes = frames[frame].to_vec();
            let at = at.index(bytes.len());
            // A hexadecimal digit may be written in two ways.
            prop_assume!(frame != 2 || flip != 0x20);
            bytes[at] ^= flip;
            frames[frame] = bytes.into();
            prop_assert!(connection("key").decode(ZmqMessage::try_from(frames).unwrap()).is_none());
        }

        #[test]
        fn a_cursor_lies_between_two_characters(code in any::<String>(), cursor in any::<u16>()) {
            let message = connection("").encode("inspect_request", None, &json!({"code": code, "cursor_pos": cursor}));
            let message = connection("").decode(message.unwrap()).unwrap();
            prop_assert!(code.is_char_boundary(message.cursor()));
            let characters = code[..message.cursor()].chars().count();
            prop_assert_eq!(characters, code.chars().count().min(cursor.into()));
        }
    }
}
