//! The file of a ring or of a segment, which the program may go on writing.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom};

use instr_format::ring::{HeaderCopy, decode_header};

/// How many bytes of records are read at once, as long as the thread leaves them alone.
pub(super) const PIECE: usize = 16 << 10;

/// A ring or a segment.
pub(super) struct RingFile<R> {
    pub(super) name: String,
    pub(super) header: HeaderCopy,
    pub(super) input: R,
}

impl<R: Read + Seek> RingFile<R> {
    pub(super) fn is_segment(&self) -> bool {
        self.header.segment > 0
    }

    /// How many bytes it has now.
    pub(super) fn len(&mut self) -> io::Result<u64> {
        self.input.seek(SeekFrom::End(0))
    }

    /// Whether the ring still has this header: it has not been given to another thread.
    pub(super) fn is_still(&mut self) -> io::Result<bool> {
        let mut now = [0; 256];
        let len = self.read_at(0, &mut now)?;
        Ok(decode_header(now.get(..len).unwrap_or_default()) == Ok(self.header))
    }

    /// Reads as much as there is, up to the buffer's length.
    pub(super) fn read_at(&mut self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.input.seek(SeekFrom::Start(at))?;
        let mut len = 0;
        while let Some(room) = buffer.get_mut(len..).filter(|room| !room.is_empty()) {
            match self.input.read(room) {
                Ok(0) => break,
                Ok(more) => len += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(len)
    }
}
