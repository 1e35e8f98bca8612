//! Lines of a stream that may be endless, torn or still growing, in bounded memory.

use std::io::{self, BufRead, ErrorKind};

use instr_format::text::LINE_MAX;

/// A line that has its newline.
pub(crate) struct Line<'a> {
    /// Where it begins in the stream.
    pub(crate) start: u64,
    /// The first byte that is not zero. Nobody writes such bytes, but a forked child can leave any number of them.
    pub(crate) behind_zeros: u64,
    /// The first byte behind its newline.
    pub(crate) end: u64,
    /// Its bytes from there on, without the newline; `None` when it is longer than any record.
    pub(crate) text: Option<&'a [u8]>,
}

/// Splits a stream into lines.
pub(crate) struct Lines<R> {
    input: R,
    text: Vec<u8>,
    start: u64,
    zeros: u64,
    end: u64,
    whole: bool,
    too_long: bool,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(input: R) -> Self {
        Lines { input, text: Vec::with_capacity(LINE_MAX), start: 0, zeros: 0, end: 0, whole: false, too_long: false }
    }

    /// Goes to the next line; false at the end of the stream. A last line without newline is kept, so that a later
    /// call completes it when the stream has grown.
    pub(crate) fn advance(&mut self) -> io::Result<bool> {
        if self.whole {
            self.text.clear();
            (self.start, self.zeros, self.whole, self.too_long) = (self.end, 0, false, false);
        }
        while !self.whole {
            let available = match self.input.fill_buf() {
                Ok([]) => return Ok(false),
                Ok(available) => available,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let newline = memchr::memchr(b'\n', available);
            let mut part = available.get(..newline.unwrap_or(available.len())).unwrap_or_default();
            let used = part.len() + usize::from(newline.is_some());
            self.whole = newline.is_some();
            if self.start + self.zeros == self.end {
                let zeros = part.iter().take_while(|byte| **byte == 0).count();
                self.zeros += zeros as u64;
                part = part.get(zeros..).unwrap_or_default();
            }
            self.too_long |= self.text.len() + part.len() >= LINE_MAX;
            if !self.too_long {
                self.text.extend_from_slice(part);
            }
            self.input.consume(used);
            self.end += used as u64;
        }
        Ok(true)
    }

    /// The line that [`advance`](Self::advance) went to.
    pub(crate) fn line(&self) -> Line<'_> {
        let text = (!self.too_long).then_some(self.text.as_slice());
        Line { start: self.start, behind_zeros: self.start + self.zeros, end: self.end, text }
    }

    /// Start and end of a last line that has no newline.
    pub(crate) fn unfinished(&self) -> Option<(u64, u64)> {
        (!self.whole && self.end > self.start).then_some((self.start, self.end))
    }
}
