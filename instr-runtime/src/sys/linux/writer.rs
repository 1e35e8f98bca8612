//! Text for new files.

use core::fmt;

use super::super::Errno;
use super::{close, file_size_limit, write};

/// Text for a new file, through a buffer. The first error sticks, and ends with [`Writer::finish`].
pub(crate) struct Writer<'a> {
    buffer: &'a mut [u8],
    len: usize,
    target: Target,
}

struct Target {
    file: i32,
    /// How many more bytes the process may write to a file.
    left: u64,
    error: Option<Errno>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(file: i32, buffer: &'a mut [u8]) -> Self {
        Writer { buffer, len: 0, target: Target { file, left: file_size_limit(), error: None } }
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) {
        if self.len + bytes.len() > self.buffer.len() {
            self.flush();
        }
        match self.buffer.get_mut(self.len..self.len + bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.len += bytes.len();
            }
            None => self.target.write(bytes),
        }
    }

    /// Writes what is left, closes the file, and says whether all of it went well.
    pub(crate) fn finish(mut self) -> Result<(), Errno> {
        self.flush();
        close(self.target.file);
        self.target.error.map_or(Ok(()), Err)
    }

    fn flush(&mut self) {
        self.target.write(self.buffer.get(..self.len).unwrap_or_default());
        self.len = 0;
    }
}

impl Target {
    fn write(&mut self, mut bytes: &[u8]) {
        if bytes.len() as u64 > self.left {
            self.error = self.error.or(Some(Errno::TOO_LARGE));
        }
        while self.error.is_none() && !bytes.is_empty() {
            match write(self.file, bytes) {
                Ok(0) => self.error = Some(Errno::NO_SPACE),
                Ok(written) => {
                    self.left -= written as u64;
                    bytes = bytes.get(written..).unwrap_or_default();
                }
                Err(Errno::INTERRUPTED) => {}
                Err(errno) => self.error = Some(errno),
            }
        }
    }
}

impl fmt::Write for Writer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.put(text.as_bytes());
        Ok(())
    }
}
