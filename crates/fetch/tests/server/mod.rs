//! A mirror on this machine, as good or bad as a test wants it.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The address as it stands in the request: `/a.gz`, or the whole of it if this server is used as a proxy.
    pub address: String,
    /// The byte from which the file is asked for: `bytes=FROM-`.
    pub from: Option<usize>,
}

/// What is sent back.
#[derive(Debug, Clone)]
pub enum Reply {
    /// The file, or its end if that is asked for.
    File(Vec<u8>),
    /// The file, from its beginning whatever is asked for.
    WholeFile(Vec<u8>),
    /// The file's announced length, but only so many of its bytes (or of the asked end's); then the line is cut.
    CutAfter(usize, Vec<u8>),
    /// The file's announced length, so many of its bytes, and then nothing, without an end.
    StallAfter(usize, Vec<u8>),
    /// These bytes a hundred times, without an announced length: no end is in sight, and yet no disk is filled by a
    /// client that believes it.
    Endless(Vec<u8>),
    /// This length is announced; nothing of it is sent.
    Huge(u64),
    /// The bytes one by one, so long after one another.
    Drip(Duration, Vec<u8>),
    /// Another address to ask in this one's place.
    Redirect(String),
    /// An answer without a file: `404 Not Found`.
    Status(&'static str),
}

/// A server on 127.0.0.1, until the test program ends.
pub struct Server {
    /// `http://127.0.0.1:PORT/`
    pub url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Starts a server that answers each request with what `reply` makes of it.
    pub fn start(reply: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (reply, seen) = (Arc::new(reply), Arc::clone(&requests));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (reply, seen) = (Arc::clone(&reply), Arc::clone(&seen));
                // A client that goes away is its own affair.
                thread::spawn(move || serve(&stream, &*reply, &seen));
            }
        });
        Self { url, requests }
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

/// The address of a server that is not there.
pub fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

fn serve(
    mut stream: &TcpStream,
    reply: &impl Fn(&Request) -> Reply,
    seen: &Mutex<Vec<Request>>,
) -> io::Result<()> {
    let request = read(stream)?;
    seen.lock().unwrap().push(request.clone());
    let from = request.from.unwrap_or(0);
    match reply(&request) {
        Reply::File(bytes) => send(stream, &bytes, from, usize::MAX),
        Reply::WholeFile(bytes) => send(stream, &bytes, 0, usize::MAX),
        Reply::CutAfter(count, bytes) => send(stream, &bytes, from, count),
        Reply::StallAfter(count, bytes) => {
            send(stream, &bytes, from, count)?;
            loop {
                thread::park();
            }
        }
        Reply::Endless(bytes) => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            (0..100).try_for_each(|_| stream.write_all(&bytes))
        }
        Reply::Drip(pause, bytes) => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len())?;
            bytes.chunks(1).try_for_each(|byte| {
                thread::sleep(pause);
                stream.write_all(byte)
            })
        }
        Reply::Redirect(to) => {
            write!(
                stream,
                "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
        }
        Reply::Huge(length) => write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\nx"),
        Reply::Status(status) => {
            write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
    }
}

fn read(stream: &TcpStream) -> io::Result<Request> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().unwrap_or(Ok(String::new()))?;
    let address = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut from = None;
    for line in lines {
        let line = line?.to_lowercase();
        if let Some(range) = line.strip_prefix("range: bytes=") {
            from = range.trim_end_matches('-').parse().ok();
        }
        if line.is_empty() {
            break;
        }
    }
    Ok(Request { address, from })
}

/// Sends `bytes[from..]`, but after `count` of them no more.
fn send(mut stream: &TcpStream, bytes: &[u8], from: usize, count: usize) -> io::Result<()> {
    let length = bytes.len();
    if from > 0 && from >= length {
        return write!(
            stream,
            "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
    }
    let mut head = String::new();
    if from > 0 {
        write!(
            head,
            "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {from}-{}/{length}\r\n",
            length - 1
        )
        .unwrap();
    } else {
        head += "HTTP/1.1 200 OK\r\n";
    }
    write!(head, "Content-Length: {}\r\nConnection: close\r\n\r\n", length - from).unwrap();
    stream.write_all(head.as_bytes())?;
    let rest = &bytes[from..];
    stream.write_all(&rest[..rest.len().min(count)])
}
