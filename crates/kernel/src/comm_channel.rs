//! Frames between the kernel and the process that runs the learner's code, beside evcxr's own pipes.
//!
//! A frame is its length, a number that its answer repeats, both `u32` and little-endian, and so many bytes; what is in
//! them is `convlab::interact`'s affair. The process answers while no cell runs, one frame at a time.

use crate::stage::set_env;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// Names the descriptor that the learner's process inherits.
const DESCRIPTOR: &str = "CONVLAB_COMM_FD";

/// How long the kernel waits before it looks whether the process still lives.
const LOOK: Duration = Duration::from_millis(100);

/// The kernel's end.
pub struct Channel {
    stream: UnixStream,
    /// Stays open, for the process that takes the place of one that has ended.
    _theirs: UnixStream,
    number: u32,
}

impl Channel {
    /// Makes both ends, before the process is started.
    pub fn open() -> io::Result<Self> {
        let (stream, theirs) = UnixStream::pair()?;
        stream.set_read_timeout(Some(LOOK))?;
        stream.set_write_timeout(Some(LOOK))?;
        close_on_exec(theirs.as_raw_fd(), false)?;
        set_env(DESCRIPTOR, Path::new(&theirs.as_raw_fd().to_string()));
        Ok(Self { stream, _theirs: theirs, number: 0 })
    }

    /// Sends a request and waits for its answer as long as the process lives.
    pub fn request(&mut self, bytes: &[u8], lives: impl Fn() -> bool) -> io::Result<Vec<u8>> {
        self.number = self.number.wrapping_add(1);
        self.write_while(&frame(self.number, bytes), &lives)?;
        loop {
            let mut head = [0; 8];
            self.read_while(&mut head, &lives)?;
            let (len, number) = heading(head);
            let mut answer = vec![0; len];
            self.read_while(&mut answer, &lives)?;
            // An older number: the answer to a request whose process was taken for dead.
            if number == self.number {
                return Ok(answer);
            }
        }
    }

    fn write_while(&mut self, mut bytes: &[u8], lives: &impl Fn() -> bool) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.stream.write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) => self.is_only_late(error, lives)?,
            }
        }
        Ok(())
    }

    fn read_while(&mut self, bytes: &mut [u8], lives: &impl Fn() -> bool) -> io::Result<()> {
        let mut read = 0;
        while read < bytes.len() {
            match self.stream.read(&mut bytes[read..]) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(more) => read += more,
                Err(error) => self.is_only_late(error, lives)?,
            }
        }
        Ok(())
    }

    fn is_only_late(&mut self, error: io::Error, lives: &impl Fn() -> bool) -> io::Result<()> {
        match error.kind() {
            io::ErrorKind::Interrupted => Ok(()),
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut if lives() => Ok(()),
            _ => {
                self.empty();
                Err(error)
            }
        }
    }

    /// Takes what a process has left that ended in the middle, in both directions.
    fn empty(&mut self) {
        for stream in [&self.stream, &self._theirs] {
            let _ = stream.set_nonblocking(true);
            let mut rest = [0; 1 << 16];
            while matches!((&*stream).read(&mut rest), Ok(1..)) {}
            let _ = stream.set_nonblocking(false);
        }
    }
}

/// The end of the process that runs the learner's code.
pub struct Requests(UnixStream);

impl Requests {
    /// The end that this process has inherited, if any; what it starts in turn does not.
    #[allow(unsafe_code, reason = "a descriptor comes as a number")]
    pub fn inherited() -> Option<Self> {
        let descriptor: RawFd = std::env::var(DESCRIPTOR).ok()?.parse().ok()?;
        crate::stage::remove_env(DESCRIPTOR);
        close_on_exec(descriptor, true).ok()?;
        // SAFETY: the kernel has made it for this process, and nothing else here owns it.
        Some(Self(unsafe { UnixStream::from_raw_fd(descriptor) }))
    }

    /// Waits until a request comes, which is answered, or a line of evcxr's: then it returns.
    pub fn serve_until_line(&mut self, lines: &File, answer: impl Fn(&[u8]) -> Vec<u8>) {
        while self.comes_before(lines) {
            if self.answer(&answer).is_err() {
                return;
            }
        }
    }

    fn answer(&mut self, answer: &impl Fn(&[u8]) -> Vec<u8>) -> io::Result<()> {
        let mut head = [0; 8];
        self.0.read_exact(&mut head)?;
        let (len, number) = heading(head);
        let mut request = vec![0; len];
        self.0.read_exact(&mut request)?;
        self.0.write_all(&frame(number, &answer(&request)))
    }

    #[allow(unsafe_code, reason = "std cannot wait for two descriptors")]
    fn comes_before(&self, lines: &File) -> bool {
        let wanted = |fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
        let mut both = [wanted(lines.as_raw_fd()), wanted(self.0.as_raw_fd())];
        // SAFETY: the two structures live through the call.
        let ready = unsafe { libc::poll(both.as_mut_ptr(), 2, -1) };
        match ready {
            // A signal.
            ..0 => {
                io::Error::last_os_error().kind() == io::ErrorKind::Interrupted && self.comes_before(lines)
            }
            _ => both[0].revents == 0 && both[1].revents & libc::POLLIN != 0,
        }
    }
}

fn frame(number: u32, bytes: &[u8]) -> Vec<u8> {
    let mut frame = u32::try_from(bytes.len()).unwrap_or(0).to_le_bytes().to_vec();
    frame.extend(number.to_le_bytes());
    frame.extend(bytes);
    frame
}

fn heading(head: [u8; 8]) -> (usize, u32) {
    let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    (number(0) as usize, number(4))
}

#[allow(unsafe_code, reason = "std has no call for it")]
fn close_on_exec(descriptor: RawFd, does: bool) -> io::Result<()> {
    // SAFETY: this flag changes nothing in this process.
    let result = unsafe { libc::fcntl(descriptor, libc::F_SETFD, if does { libc::FD_CLOEXEC } else { 0 }) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Channel, UnixStream) {
        let (stream, theirs) = UnixStream::pair().unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
        let other = theirs.try_clone().unwrap();
        (Channel { stream, _theirs: theirs, number: 0 }, other)
    }

    #[test]
    fn an_answer_comes_back_and_one_to_an_older_request_is_passed_over() {
        let (mut channel, mut theirs) = pair();
        theirs.write_all(&frame(7, b"stale")).unwrap();
        let server = std::thread::spawn(move || {
            let mut requests = Requests(theirs);
            requests.answer(&|request: &[u8]| request.iter().rev().copied().collect()).unwrap();
        });
        assert_eq!(channel.request(b"abc", || true).unwrap(), b"cba");
        server.join().unwrap();
    }

    #[test]
    fn a_process_that_ends_in_the_middle_leaves_nothing_for_the_next() {
        let (mut channel, mut theirs) = pair();
        theirs.write_all(&frame(1, b"whole")[..10]).unwrap();
        assert!(channel.request(b"abc", || false).is_err());
        let server = std::thread::spawn(move || {
            let mut requests = Requests(theirs);
            requests.answer(&|request: &[u8]| request.to_vec()).unwrap();
        });
        assert_eq!(channel.request(b"next", || true).unwrap(), b"next");
        server.join().unwrap();
    }
}
