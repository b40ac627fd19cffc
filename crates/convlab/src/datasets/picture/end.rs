//! Whether a picture's file goes on to its end: decoders take what is missing for grey.

/// Whether the file ends before the picture does. What follows the picture, as some cameras write it, does not count.
pub fn is_cut_off(bytes: &[u8]) -> bool {
    let has_end = match bytes {
        [0xff, 0xd8, rest @ ..] => jpeg(rest),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', rest @ ..] => png(rest),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', rest @ ..] => gif(rest),
        _ => Some(()),
    };
    has_end.is_none()
}

/// Segments, each with its length, and between them the coded pixels, up to the marker EOI (ITU T.81, annex B).
fn jpeg(mut rest: &[u8]) -> Option<()> {
    loop {
        // The next marker: 0xff that neither stands for itself (0), fills up (0xff), nor restarts the coder (D0 to D7).
        let marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xff | 0xd0..=0xd7);
        let at = rest.windows(2).position(marker)?;
        let kind = rest[at + 1];
        rest = &rest[at + 2..];
        match kind {
            0xd9 => return Some(()),
            // These two have no length.
            0x01 | 0xd8 => {}
            _ => {
                let [high, low, ..] = rest else { return None };
                rest = rest.get(usize::from(u16::from_be_bytes([*high, *low]))..)?;
            }
        }
    }
}

/// Chunks of a length, a name, the content and a checksum, up to IEND (W3C PNG, 5).
fn png(mut rest: &[u8]) -> Option<()> {
    loop {
        let (length, name) = (rest.first_chunk::<4>()?, rest.get(4..8)?);
        let next = rest.get(12usize.checked_add(u32::from_be_bytes(*length) as usize)?..)?;
        if name == b"IEND" {
            return Some(());
        }
        rest = next;
    }
}

/// The screen, then extensions and images, up to the trailer (GIF89a, 17 to 27).
fn gif(rest: &[u8]) -> Option<()> {
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let mut rest = rest.get(7 + table(*rest.get(4)?)..)?;
    loop {
        let skipped = match *rest.first()? {
            b';' => return Some(()),
            b'!' => 2,
            b',' => 11 + table(*rest.get(9)?),
            _ => return None,
        };
        rest = rest.get(skipped..)?;
        // Blocks, each with its length, up to one of length 0.
        loop {
            let length = usize::from(*rest.first()?);
            rest = rest.get(1 + length..)?;
            if length == 0 {
                break;
            }
        }
    }
}
