//! Systems that hand no sockets to another process: views stand still there.

use std::io;

pub struct Channel;

impl Channel {
    pub fn open() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn request(&mut self, _: &[u8], _: impl Fn() -> bool) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
