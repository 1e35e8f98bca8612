//! One file of a thread's records: whose it is, and its records one after the other.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read as _, Seek as _, Take};
use std::path::{Path, PathBuf};

use instr_format::files::{is_ring, is_thread_log};
use instr_format::ring::flat::SEGMENT_HEADER_SIZE;

use super::open::open;
use crate::model::damage::Damage;
use crate::model::head::{Head, Kind};
use crate::model::log::{self, LogReader};
use crate::model::record::Entry;
use crate::model::ring::{self, Reached, RingReader};

/// A file of a thread's records.
#[derive(Debug)]
pub struct Segment {
    /// Its name in the run's directory.
    pub name: String,
    /// Its path.
    pub path: PathBuf,
    /// Whose it is.
    pub head: Head,
}

/// Whether `name` is that of a file of records.
pub(crate) fn holds_records(name: &str) -> bool {
    is_thread_log(name) || is_ring(name)
}

/// Steps through a file of records.
pub enum Reader {
    /// A log.
    Log(LogReader<BufReader<Take<File>>>),
    /// A ring, or a segment of one.
    Ring(Box<RingReader<File>>),
}

impl Segment {
    /// Finds out whose the file `name` in `dir` is; `None` when nothing was written to it yet.
    ///
    /// # Errors
    /// What makes it unreadable.
    pub(crate) fn identify(dir: &Path, name: &str) -> Result<Option<Self>, Damage> {
        let path = dir.join(name);
        let unreadable = |error| Damage::unreadable(name, &error);
        let file = open(&path).map_err(unreadable)?;
        let head = identify(name, &file)?;
        Ok(head.map(|head| Segment { name: name.to_owned(), path, head }))
    }

    /// Opens the file as it is now: one that grows faster than it is read would never end. Of a ring, the records up to
    /// what was reached are passed over. `None`: newer records have taken the file's place.
    ///
    /// # Errors
    /// What makes it unreadable.
    pub fn open(&self, after: Reached) -> Result<Option<Reader>, Damage> {
        let unreadable = |error| Damage::unreadable(&self.name, &error);
        match (self.head.kind, open(&self.path)) {
            (Kind::Ring(_), Err(error)) if error.kind() == ErrorKind::NotFound => Ok(None),
            (_, Err(error)) => Err(unreadable(error)),
            (_, Ok(file)) => {
                let len = file.metadata().map_err(unreadable)?.len();
                Ok(Some(self.reader(file, len, after)))
            }
        }
    }

    /// How many bytes it has, if it is a log; a ring has a size of its own.
    pub(crate) fn log_bytes(&self) -> u64 {
        match self.head.kind {
            Kind::Log { .. } => self.path.metadata().map_or(0, |metadata| metadata.len()),
            Kind::Ring(_) => 0,
        }
    }

    /// Opens the file once for all, so that it stays this one when it is renamed, and as it grows.
    ///
    /// # Errors
    /// What makes it unreadable.
    pub(crate) fn follow(dir: &Path, name: &str) -> Result<Option<(Head, Reader)>, Damage> {
        let unreadable = |error| Damage::unreadable(name, &error);
        let path = dir.join(name);
        let mut file = open(&path).map_err(unreadable)?;
        let Some(head) = identify(name, &file)? else { return Ok(None) };
        file.rewind().map_err(unreadable)?;
        let segment = Segment { name: name.to_owned(), path, head };
        let reader = segment.reader(file, u64::MAX, Reached::default());
        Ok(Some((segment.head, reader)))
    }

    fn reader(&self, file: File, len: u64, after: Reached) -> Reader {
        match self.head.kind {
            Kind::Log { .. } => {
                let input = BufReader::new(file.take(len));
                Reader::Log(LogReader::new(&self.name, self.head.pid, self.head.tid, input))
            }
            Kind::Ring(header) => Reader::Ring(Box::new(RingReader::new(&self.name, header, file, after))),
        }
    }
}

fn identify(name: &str, file: &File) -> Result<Option<Head>, Damage> {
    if is_thread_log(name) {
        return log::identify(name, BufReader::new(file));
    }
    let mut beginning = Vec::new();
    file.take(SEGMENT_HEADER_SIZE as u64)
        .read_to_end(&mut beginning)
        .map_err(|error| Damage::unreadable(name, &error))?;
    ring::identify(name, &beginning)
}

impl Reader {
    /// The next entry; `None` at the end, for now.
    ///
    /// # Errors
    /// Damage that ends the reading.
    #[inline]
    pub fn step(&mut self) -> Result<Option<Entry<'_>>, Damage> {
        match self {
            Reader::Log(log) => log.step(),
            Reader::Ring(ring) => ring.step(),
        }
    }

    /// What the file ends with that is cut.
    pub fn torn(&self) -> Option<Damage> {
        match self {
            Reader::Log(log) => log.torn(),
            Reader::Ring(ring) => ring.torn(),
        }
    }

    /// How far a ring was read; a log's records need not be passed over elsewhere.
    pub fn reached(&self) -> Reached {
        match self {
            Reader::Log(_) => Reached::default(),
            Reader::Ring(ring) => ring.reached(),
        }
    }

    /// Gives no records of a ring up to there.
    pub fn skip_to(&mut self, after: Reached) {
        if let Reader::Ring(ring) = self {
            ring.skip_to(after);
        }
    }

    /// Whether nothing can come any more: the ring has been given to another thread.
    pub fn is_over(&self) -> bool {
        matches!(self, Reader::Ring(ring) if ring.is_over())
    }
}
