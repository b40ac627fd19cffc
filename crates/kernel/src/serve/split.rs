//! What a cell prints, split into text, messages for Jupyter and results.

use super::marked;
use memchr::memmem;

const MARK: &[u8] = marked::MARK.as_bytes();

/// How a result begins and ends, as evcxr_runtime prints it.
const BEGIN: &[u8] = b"EVCXR_BEGIN_CONTENT ";
const END: &[u8] = b"\nEVCXR_END_CONTENT\n";

/// A part of what a cell has printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    /// The JSON of a marked line.
    Marked(String),
    /// A result: its MIME type and its content.
    Content(String, String),
}

/// One stream, in whatever portions it comes.
#[derive(Default)]
pub struct Splitter {
    bytes: Vec<u8>,
    /// Up to here the end of what stands at the start was looked for.
    searched: usize,
}

impl Splitter {
    /// Takes what has come and returns what is whole.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Piece> {
        self.bytes.extend_from_slice(bytes);
        self.pieces(false)
    }

    /// Returns what is left: nothing more will come for now.
    pub fn finish(&mut self) -> Vec<Piece> {
        self.pieces(true)
    }

    fn pieces(&mut self, last: bool) -> Vec<Piece> {
        let mut found = Vec::new();
        let mut begin = 0;
        loop {
            let rest = &self.bytes[begin..];
            let special = first_special(rest);
            let text =
                special.unwrap_or_else(|| if last { rest.len() } else { rest.len() - held_back(rest) });
            if text > 0 {
                found.push(Piece::Text(String::from_utf8_lossy(&rest[..text]).into_owned()));
                (begin, self.searched) = (begin + text, 0);
            }
            if special.is_none() {
                break;
            }
            match special_piece(&self.bytes[begin..], self.searched) {
                Some((piece, length)) => {
                    found.push(piece);
                    (begin, self.searched) = (begin + length, 0);
                }
                None if last => {
                    // It was no message after all.
                    found.push(Piece::Text(String::from_utf8_lossy(&self.bytes[begin..]).into_owned()));
                    (begin, self.searched) = (self.bytes.len(), 0);
                    break;
                }
                None => {
                    self.searched = self.bytes.len() - begin;
                    break;
                }
            }
        }
        self.bytes.drain(..begin);
        found
    }
}

/// Where the next message or result begins.
fn first_special(bytes: &[u8]) -> Option<usize> {
    let ends = [MARK, BEGIN].map(|start| memmem::find(bytes, start));
    ends.into_iter().flatten().min()
}

/// The message or result at the start, and its length; `None` while its end is missing.
fn special_piece(bytes: &[u8], searched: usize) -> Option<(Piece, usize)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if bytes.starts_with(MARK) {
        let end = searched + memchr::memchr(b'\n', &bytes[searched..])?;
        return Some((Piece::Marked(text(&bytes[MARK.len()..end])), end + 1));
    }
    let head = memchr::memchr(b'\n', bytes)?;
    let from = searched.saturating_sub(END.len()).max(head);
    let end = from + memmem::find(&bytes[from..], END)?;
    let content = bytes.get(head + 1..end).unwrap_or_default();
    Some((Piece::Content(text(&bytes[BEGIN.len()..head]), text(content)), end + END.len()))
}

/// How many bytes at the end may belong to what comes: to a message that begins, or to a character.
fn held_back(bytes: &[u8]) -> usize {
    let starts = [MARK, BEGIN].into_iter().flat_map(|start| (1..start.len()).rev().map(move |n| &start[..n]));
    let special = starts.filter(|start| bytes.ends_with(start)).map(<[u8]>::len).max().unwrap_or(0);
    let tail = &bytes[bytes.len().saturating_sub(4)..];
    let character = match std::str::from_utf8(tail) {
        Err(error) if error.error_len().is_none() => tail.len() - error.valid_up_to(),
        // The tail may begin within a character: what counts is how it ends.
        Err(_) => (1..tail.len()).rev().find(|&n| is_cut(&tail[tail.len() - n..])).unwrap_or(0),
        Ok(_) => 0,
    };
    special.max(character)
}

/// Whether these bytes are the beginning of one character.
fn is_cut(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    #[test]
    fn text_is_handed_on_as_it_comes_and_needs_no_line_end() {
        let mut splitter = Splitter::default();
        assert_eq!(splitter.push(b"Name? "), [text("Name? ")]);
        assert_eq!(splitter.push(b"\rstep 1"), [text("\rstep 1")]);
        assert_eq!(splitter.finish(), []);
    }

    #[test]
    fn a_result_may_follow_text_in_its_line() {
        let mut splitter = Splitter::default();
        let pieces = splitter.push(b"value EVCXR_BEGIN_CONTENT text/plain\n6\nEVCXR_END_CONTENT\nmore");
        let content = Piece::Content("text/plain".into(), "6".into());
        assert_eq!(pieces, [text("value "), content, text("more")]);
    }

    #[test]
    fn a_result_may_be_empty() {
        let mut splitter = Splitter::default();
        let pieces = splitter.push(b"EVCXR_BEGIN_CONTENT text/plain\nEVCXR_END_CONTENT\n");
        assert_eq!(pieces, [Piece::Content("text/plain".into(), String::new())]);
    }

    #[test]
    fn a_character_that_is_cut_waits_for_its_rest_and_what_is_no_text_is_shown_as_such() {
        let mut splitter = Splitter::default();
        let heart = "♥".as_bytes();
        assert_eq!(splitter.push(&[b"a", &heart[..2]].concat()), [text("a")]);
        assert_eq!(splitter.push(&heart[2..]), [text("♥")]);
        assert_eq!(splitter.push(b"\xff\xfe"), [text("\u{fffd}\u{fffd}")]);
        assert_eq!(splitter.push(&heart[..1]), []);
        assert_eq!(splitter.finish(), [text("\u{fffd}")]);
    }

    #[test]
    fn what_begins_like_a_message_and_never_ends_is_text() {
        let mut splitter = Splitter::default();
        assert_eq!(splitter.push(b"EVCXR_BEGIN_CONTENT text/plain\n6\n"), []);
        assert_eq!(splitter.finish(), [text("EVCXR_BEGIN_CONTENT text/plain\n6\n")]);
        assert_eq!(splitter.push(b"\x1b_convlab {"), []);
        assert_eq!(splitter.finish(), [text("\x1b_convlab {")]);
    }

    fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
        let mut joined: Vec<Piece> = Vec::new();
        for piece in pieces {
            match (joined.last_mut(), piece) {
                (Some(Piece::Text(before)), Piece::Text(after)) => before.push_str(&after),
                (_, piece) => joined.push(piece),
            }
        }
        joined
    }

    proptest! {
        #[test]
        fn it_does_not_matter_in_which_portions_output_comes(
            parts in prop::collection::vec(prop_oneof![
                "[a-zE\u{1b}_♥ \n\r]{0,12}",
                Just("\u{1b}_convlab {\"a\": 1}\n".to_owned()),
                Just("EVCXR_BEGIN_CONTENT text/html\n<b>\n\n</b>\nEVCXR_END_CONTENT\n".to_owned()),
                Just("EVCXR_BEGIN".to_owned()),
            ], 0..8),
            cuts in prop::collection::vec(1usize..9, 0..40),
        ) {
            let all = parts.concat();
            let mut whole = Splitter::default();
            let mut expected = whole.push(all.as_bytes());
            expected.extend(whole.finish());
            let (mut splitter, mut pieces, mut rest) = (Splitter::default(), Vec::new(), all.as_bytes());
            for cut in cuts {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                pieces.extend(splitter.push(now));
                rest = later;
            }
            pieces.extend(splitter.push(rest));
            pieces.extend(splitter.finish());
            prop_assert_eq!(joined(pieces), joined(expected));
        }
    }
}
