//! What lies at one address, for a learner who names a picture: into memory, within limits.

use crate::download::{Settings, Web};
use common::download::amount;
use common::{Error, Result};
use std::io::Read;
use std::time::{Duration, Instant};

/// More bytes than this are no picture for a lab.
const MAX_BYTES: u64 = 32_000_000;

/// Brings what is at `url`, whatever it is, if all of it comes within `time`.
///
/// Fails if the address is none, if nothing or an error comes, if it comes too slowly, if it sends on to other addresses
/// too often, or if it is longer than 32 MB.
pub fn picture(url: &str, settings: &Settings, time: Duration) -> Result<Vec<u8>> {
    let expected = format!("a picture from {url}");
    if !(url.starts_with("http://") || url.starts_with("https://")) {
        let remedy = "give the whole address, as a browser shows it; a file of your own is loaded by \
                      `datasets::image(\"path/to/picture.png\")?`";
        return Err(Error::new(expected, "an address that does not begin with http:// or https://", remedy));
    }
    let failed = |why: String| {
        let remedy = "try the address in a browser; or save the picture there and load the file with \
                      `datasets::image(\"path/to/picture.png\")?`";
        Error::new(&expected, why, remedy)
    };
    let web = Web::new(settings)?;
    let deadline = Instant::now() + time;
    let mut answer = web.get(url).map_err(failed)?;
    if !answer.status().is_success() {
        return Err(failed(format!("the answer {}", answer.status())));
    }
    let too_long = || failed(format!("more than {}", amount(MAX_BYTES)));
    if answer.content_length().is_some_and(|length| length > MAX_BYTES) {
        return Err(too_long());
    }
    let (mut bytes, mut piece) = (Vec::new(), vec![0; 64 * 1024]);
    loop {
        let length = answer.read(&mut piece).map_err(|error| {
            failed(format!("only {} of it: {}", amount(bytes.len() as u64), web.why_reading(&error)))
        })?;
        bytes.extend_from_slice(&piece[..length]);
        if bytes.len() as u64 > MAX_BYTES {
            return Err(too_long());
        }
        if length == 0 {
            return Ok(bytes);
        }
        if Instant::now() > deadline {
            let so_far = amount(bytes.len() as u64);
            return Err(failed(format!("only {so_far} of it in {} s", time.as_secs_f32())));
        }
    }
}
