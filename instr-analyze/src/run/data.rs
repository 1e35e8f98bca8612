//! A file up to its last data: the hole that it ends with can be as large as anything, and holds nothing.

use std::io::{self, Read, Seek};
use std::os::fd::AsFd;

use rustix::fs::{SeekFrom, seek, tell};
use rustix::io::Errno;

/// Of a file in more pieces nothing is left out.
const PIECES: usize = 1000;

/// Reads such a file.
pub struct Data<F> {
    file: F,
    /// Whether zeros alone were read the last time, if that matters.
    zeros: Option<bool>,
}

impl<F> Data<F> {
    pub(super) fn new(file: F) -> Self {
        Data { file, zeros: Some(false) }
    }

    /// All of the file.
    pub(super) fn with_holes(file: F) -> Self {
        Data { file, zeros: None }
    }
}

impl<F: Read + AsFd> Read for Data<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.zeros == Some(true) && ends_in_hole(&self.file) {
            return Ok(0);
        }
        let len = self.file.read(buffer)?;
        if let Some(zeros) = &mut self.zeros {
            *zeros = len > 0 && buffer.iter().take(len).all(|byte| *byte == 0);
        }
        Ok(len)
    }
}

impl<F: Seek + AsFd> Seek for Data<F> {
    /// The end is that of the data.
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        let at = self.file.seek(to)?;
        match to {
            io::SeekFrom::End(0) if self.zeros.is_some() => Ok(data_end(&self.file, at)),
            _ => Ok(at),
        }
    }
}

/// Whether nothing but a hole is left.
fn ends_in_hole(file: impl AsFd) -> bool {
    let Ok(at) = tell(&file) else { return false };
    match seek(&file, SeekFrom::Data(at)) {
        Err(Errno::NXIO) => true,
        Err(_) => false,
        // What lies before the next data is read as what it is.
        Ok(_) => seek(&file, SeekFrom::Start(at)).is_err(),
    }
}

/// Where the last data ends of a file with so many bytes.
fn data_end(file: impl AsFd, len: u64) -> u64 {
    let mut end = 0;
    for _ in 0..PIECES {
        match seek(&file, SeekFrom::Data(end)).and_then(|data| seek(&file, SeekFrom::Hole(data))) {
            Ok(hole) => end = hole,
            Err(Errno::NXIO) => return end,
            Err(_) => return len,
        }
    }
    len
}
