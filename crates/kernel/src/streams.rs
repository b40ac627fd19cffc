//! The learner's standard streams, apart from those over which evcxr speaks with its process.
//!
//! evcxr's own process reads calls on stdin and answers on stdout, line by line: whatever else is printed there without
//! a line end would stop it for good. So the learner's code gets streams of its own, and that of evcxr moves to
//! descriptors that only this program knows.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};

/// Names the descriptors of the learner's stdout and stderr for the process that runs the learner's code.
const STREAMS: &str = "CONVLAB_STREAMS";

/// Names the descriptor to which a cell writes what is meant for evcxr: `panic_runtime.rs` writes there.
const PROTOCOL: &str = "CONVLAB_PROTOCOL";

/// What the kernel reads of the learner's stdout and stderr, for as long as it lives.
pub struct Outputs {
    pub stdout: File,
    pub stderr: File,
}

impl Outputs {
    /// Makes both pipes; processes that are started from now on can have their other ends.
    pub fn make() -> io::Result<Self> {
        let (stdout, stdout_of_cell) = io::pipe()?;
        let (stderr, stderr_of_cell) = io::pipe()?;
        let (stdout, stderr) = (OwnedFd::from(stdout), OwnedFd::from(stderr));
        set_nonblocking(&stdout)?;
        set_nonblocking(&stderr)?;
        // They stay open here: a process that is started after another one has ended gets the same.
        let ends = [OwnedFd::from(stdout_of_cell), OwnedFd::from(stderr_of_cell)].map(|end| {
            inherit(&end)?;
            Ok::<_, io::Error>(std::os::fd::IntoRawFd::into_raw_fd(end))
        });
        let [stdout_of_cell, stderr_of_cell] = ends;
        let names = format!("{} {}", stdout_of_cell?, stderr_of_cell?);
        crate::stage::set_env(STREAMS, names.as_ref());
        Ok(Self { stdout: stdout.into(), stderr: stderr.into() })
    }
}

/// Has what cells print go nowhere, in processes that are started from now on.
pub fn discard() -> io::Result<()> {
    let null = OwnedFd::from(File::options().write(true).open("/dev/null")?);
    inherit(&null)?;
    let error = null.try_clone()?;
    inherit(&error)?;
    let [stdout, stderr] = [null, error].map(std::os::fd::IntoRawFd::into_raw_fd);
    crate::stage::set_env(STREAMS, format!("{stdout} {stderr}").as_ref());
    Ok(())
}

/// The descriptors over which evcxr speaks with this process, and those that the learner's code finds as its own.
pub struct Protocol {
    input: File,
    output: File,
    /// Standard input, output and error of each cell.
    standard: [OwnedFd; 3],
}

impl Protocol {
    /// Takes evcxr's streams; the learner's are in their place once they are [given](Self::give_streams).
    pub fn take() -> io::Result<Self> {
        let (input, output) =
            (io::stdin().as_fd().try_clone_to_owned()?, io::stdout().as_fd().try_clone_to_owned()?);
        let names = std::env::var(STREAMS).unwrap_or_default();
        let ends = names.split_once(' ').and_then(|(out, err)| Some((out.parse().ok()?, err.parse().ok()?)));
        let [stdout, stderr] = match ends {
            Some((stdout, stderr)) => [close_on_exec(owned(stdout))?, close_on_exec(owned(stderr))?],
            // A kernel that only prepares reads all as evcxr's own does.
            None => [output.try_clone()?, io::stderr().as_fd().try_clone_to_owned()?],
        };
        crate::stage::remove_env(STREAMS);
        crate::stage::set_env(PROTOCOL, output.as_raw_fd().to_string().as_ref());
        let standard = [File::open("/dev/null")?.into(), stdout, stderr];
        Ok(Self { input: input.into(), output: output.into(), standard })
    }

    /// Gives the next cell its standard streams, whatever the last one has made of its own.
    ///
    /// Processes that the learner starts get none of evcxr's, and find stdin at its end.
    pub fn give_streams(&self) -> io::Result<()> {
        let standard = [libc::STDIN_FILENO, libc::STDOUT_FILENO, libc::STDERR_FILENO];
        standard.into_iter().zip(&self.standard).try_for_each(|(number, stream)| replace(stream, number))
    }

    /// The next line that evcxr has written, without its end; `None` when it writes no more.
    pub fn line(&mut self) -> Option<String> {
        read_line(&mut self.input)
    }

    /// The descriptor that evcxr's lines come from.
    pub fn input(&self) -> &File {
        &self.input
    }

    pub fn write_line(&mut self, line: &str) -> io::Result<()> {
        self.output.write_all(format!("{line}\n").as_bytes())
    }

    /// Another handle for the same descriptors.
    pub fn try_clone(&self) -> io::Result<Self> {
        let [stdin, stdout, stderr] = &self.standard;
        let standard = [stdin.try_clone()?, stdout.try_clone()?, stderr.try_clone()?];
        Ok(Self { input: self.input.try_clone()?, output: self.output.try_clone()?, standard })
    }
}

/// A line, byte by byte: what comes after it is left for another reader.
fn read_line(from: &mut impl Read) -> Option<String> {
    let (mut line, mut byte) = (Vec::new(), [0]);
    loop {
        match from.read(&mut byte) {
            Ok(0) => return None,
            Ok(_) if byte == *b"\n" => return Some(String::from_utf8_lossy(&line).into_owned()),
            Ok(_) => line.push(byte[0]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
}

#[allow(unsafe_code, reason = "the kernel names descriptors of its own making")]
fn owned(descriptor: RawFd) -> OwnedFd {
    // SAFETY: `Outputs::make` opened it for this process, which takes it once.
    unsafe { OwnedFd::from_raw_fd(descriptor) }
}

#[allow(unsafe_code, reason = "std has no call for it")]
fn replace(new: &OwnedFd, standard: RawFd) -> io::Result<()> {
    // SAFETY: both descriptors are open; nobody holds what stood behind the standard one.
    succeeded(unsafe { libc::dup2(new.as_raw_fd(), standard) })
}

fn inherit(end: &OwnedFd) -> io::Result<()> {
    set_flags(end, 0)
}

fn close_on_exec(end: OwnedFd) -> io::Result<OwnedFd> {
    set_flags(&end, libc::FD_CLOEXEC).map(|()| end)
}

#[allow(unsafe_code, reason = "std has no call for it")]
fn set_flags(end: &OwnedFd, flags: libc::c_int) -> io::Result<()> {
    // SAFETY: it only changes flags of an open descriptor.
    succeeded(unsafe { libc::fcntl(end.as_raw_fd(), libc::F_SETFD, flags) })
}

#[allow(unsafe_code, reason = "std has no call for it")]
fn set_nonblocking(end: &OwnedFd) -> io::Result<()> {
    // SAFETY: it only changes flags of an open descriptor.
    succeeded(unsafe { libc::fcntl(end.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) })
}

fn succeeded(result: libc::c_int) -> io::Result<()> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_one_by_one_and_the_rest_stays() {
        let mut from = &b"one\ntwo\xff\nrest"[..];
        assert_eq!(read_line(&mut from).as_deref(), Some("one"));
        assert_eq!(read_line(&mut from).as_deref(), Some("two\u{fffd}"));
        assert_eq!(from, b"rest");
        assert_eq!(read_line(&mut from), None);
    }
}
