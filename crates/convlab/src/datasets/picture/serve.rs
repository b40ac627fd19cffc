//! A web server for this machine alone, so that a download can be written and tried without a network.

use crate::display::displayed_as_text;
use crate::{Error, Result};
use image::{ImageFormat, RgbImage};
use std::fmt;
use std::io::{self, BufRead, BufReader, Cursor, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use tch::{Device, Kind, Tensor};

/// A client that says nothing for so long is left.
const PATIENCE: Duration = Duration::from_secs(5);

/// Pages on this machine; made by [`serve`]. They are there until this is dropped.
#[non_exhaustive]
pub struct Served {
    /// The address of the picture: `http://127.0.0.1:PORT/picture.png`.
    pub url: String,
    address: SocketAddr,
    ended: Arc<AtomicBool>,
}

/// Serves a picture `[c, h, w]` (`c` 1 or 3, values from 0 to 1) as a PNG file at an address of this machine, which no
/// other machine can reach.
///
/// # Errors
/// If the shape is another one, or this machine allows no server.
///
/// ```
/// # use convlab::prelude::*;
/// let served = datasets::serve(&datasets::synthetic_picture())?;
/// assert!(served.url.starts_with("http://127.0.0.1:"));
/// # Ok::<(), Error>(())
/// ```
pub fn serve(picture: &Tensor) -> Result<Served> {
    Served::pages(vec![("picture.png", "200 OK", png(picture)?)])
}

/// A page: its name, the status and the bytes of the answer.
pub(crate) type Page = (&'static str, &'static str, Vec<u8>);

impl Served {
    /// Serves `pages`, of which the first has the address `url`; any other address is answered with 404.
    pub(crate) fn pages(pages: Vec<Page>) -> Result<Self> {
        let refused = |error: io::Error| {
            Error::new(
                "a server on this machine",
                error.to_string(),
                "look whether a firewall forbids 127.0.0.1",
            )
        };
        let listener = TcpListener::bind("127.0.0.1:0").map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let ended = Arc::new(AtomicBool::new(false));
        let url = format!("http://{address}/{}", pages.first().map_or("", |page| page.0));
        let end = Arc::clone(&ended);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if end.load(Ordering::Relaxed) {
                    break;
                }
                // A client that goes away is its own affair.
                let _ = answer(&stream, &pages);
            }
        });
        Ok(Self { url, address, ended })
    }

    /// The address of another page.
    pub(crate) fn of(&self, name: &str) -> String {
        format!("http://{}/{name}", self.address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes the server, which waits for a client.
        let _ = TcpStream::connect(self.address);
    }
}

impl fmt::Display for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "served on this machine at {}", self.url)
    }
}

displayed_as_text!(Served);

fn answer(mut stream: &TcpStream, pages: &[Page]) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().unwrap_or(Ok(String::new()))?;
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let name = first.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
    let missing = ("", "404 Not Found", b"There is no such page here.".to_vec());
    let (_, status, bytes) = pages.iter().find(|page| page.0 == name).unwrap_or(&missing);
    let length = bytes.len();
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")?;
    stream.write_all(bytes)
}

fn png(picture: &Tensor) -> Result<Vec<u8>> {
    let size = picture.size();
    let &[c @ (1 | 3), h, w] = size.as_slice() else {
        let remedy = "pass what `datasets::image` gives; `x.unsqueeze(0)` makes [1, h, w] of a grey [h, w]";
        return Err(Error::new(
            "a picture of shape [1, h, w] or [3, h, w]",
            format!("a tensor of shape {size:?}"),
            remedy,
        ));
    };
    let levels =
        (picture.detach().to_device(Device::Cpu) * 255.0).round().clamp(0.0, 255.0).to_kind(Kind::Uint8);
    let levels = levels.expand([3.max(c), h, w], false).permute([1, 2, 0]).contiguous().view([-1]); // [h · w · 3]
    let pixels =
        Vec::<u8>::try_from(&levels).ok().and_then(|levels| RgbImage::from_raw(w as u32, h as u32, levels));
    let mut bytes = Cursor::new(Vec::new());
    let written = pixels.unwrap_or_default().write_to(&mut bytes, ImageFormat::Png);
    written
        .map_err(|error| Error::new("a picture that can be saved", error.to_string(), "look at its shape"))?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::super::decode;
    use super::*;
    use std::io::Read;

    /// All that a server sends for a name, or nothing if nobody is there.
    fn requested(address: SocketAddr, name: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Ok(mut stream) = TcpStream::connect(address) {
            write!(stream, "GET /{name} HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
            stream.read_to_end(&mut bytes).unwrap_or_default();
        }
        bytes
    }

    #[test]
    fn the_picture_that_is_served_is_the_one_that_was_passed() {
        for shape in [[3, 2, 4], [1, 2, 4]] {
            let xs = Tensor::arange(shape.iter().product::<i64>(), (Kind::Float, Device::Cpu)).view(shape)
                * 3.0
                / 255.0;
            let served = serve(&xs).unwrap();
            let bytes = requested(served.address, "picture.png");
            let body = bytes.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
            assert!(bytes.starts_with(b"HTTP/1.1 200 OK\r\n"));
            let back = decode::picture(&bytes[body..], "it").unwrap();
            assert!(back.allclose(&xs.expand([3, 2, 4], false), 1e-6, 1e-6, false));
        }
    }

    #[test]
    fn another_address_is_answered_with_404_and_a_dropped_server_not_at_all() {
        let served = serve(&Tensor::zeros([1, 2, 2], (Kind::Float, Device::Cpu))).unwrap();
        let address = served.address;
        assert!(requested(address, "cat.png").starts_with(b"HTTP/1.1 404 Not Found\r\n"));
        drop(served);
        assert_eq!(requested(address, "picture.png"), b"");
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let text = serve(&Tensor::zeros([4, 2, 2], (Kind::Float, Device::Cpu))).unwrap_err().to_string();
        assert!(text.contains("[1, h, w] or [3, h, w]") && text.contains("[4, 2, 2]"), "{text}");
    }
}
