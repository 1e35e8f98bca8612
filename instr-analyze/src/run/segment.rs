//! One file of a thread's records: whose it is, and its records one after the other.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Seek as _, Take};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use instr_format::files::{GZIP_SUFFIX, LOG_SUFFIX, OfThread, is_compressed_log, is_ring, is_thread_log};
use instr_format::ring::flat::SEGMENT_HEADER_SIZE;

use super::data::Data;
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
    /// Tells it from other files, whatever its name.
    pub(crate) inode: u64,
}

/// Whether `name` is that of a file of records.
pub(crate) fn holds_records(name: &str) -> bool {
    is_thread_log(name) || is_compressed_log(name) || is_ring(name)
}

/// What the name of a log becomes.
fn compressed(log: &str) -> String {
    log.replace(LOG_SUFFIX, GZIP_SUFFIX)
}

/// What the lines of a log come from.
pub enum Lines<F> {
    /// The file.
    Plain(Take<Data<F>>),
    /// The file, which is compressed.
    Gzip(Box<MultiGzDecoder<F>>),
}

impl<F: Read + AsFd> Lines<F> {
    fn new(name: &str, file: F, len: u64) -> Self {
        if is_compressed_log(name) {
            Lines::Gzip(Box::new(MultiGzDecoder::new(file)))
        } else {
            Lines::Plain(Data::new(file).take(len))
        }
    }
}

impl<F: Read + AsFd> Read for Lines<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Lines::Plain(file) => file.read(buffer),
            Lines::Gzip(decoder) => decoder.read(buffer).map_err(|error| match error.raw_os_error() {
                Some(_) => error,
                None => io::Error::new(ErrorKind::InvalidData, error.to_string()),
            }),
        }
    }
}

/// Steps through a file of records.
pub enum Reader {
    /// A log.
    Log(LogReader<BufReader<Lines<File>>>),
    /// A ring, or a segment of one.
    Ring(Box<RingReader<Data<File>>>),
}

impl Segment {
    /// Finds out whose the file `name` in `dir` is; `None` when nothing was written to it yet, or it has made room meanwhile.
    ///
    /// # Errors
    /// What makes it unreadable.
    pub(crate) fn identify(dir: &Path, name: &str) -> Result<Option<Self>, Damage> {
        let path = dir.join(name);
        let unreadable = |error| Damage::unreadable(name, &error);
        let file = match open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let other = is_thread_log(name).then(|| compressed(name));
                return other.map_or(Ok(None), |name| Segment::identify(dir, &name));
            }
            opened => opened.map_err(unreadable)?,
        };
        let inode = file.metadata().map_err(unreadable)?.ino();
        let head = identify(name, &file)?;
        Ok(head.map(|head| Segment { name: name.to_owned(), path, head, inode }))
    }

    /// Opens the file as it is now: one that grows faster than it is read would never end. Of a ring, the records up to
    /// what was reached are passed over. `None`: the file has made room for newer records.
    ///
    /// # Errors
    /// What makes it unreadable.
    pub fn open(&self, after: Reached) -> Result<Option<Reader>, Damage> {
        for name in self.names() {
            let unreadable = |error| Damage::unreadable(&name, &error);
            let mut file = match open(&self.path.with_file_name(&name)) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                opened => opened.map_err(unreadable)?,
            };
            if let Kind::Log { .. } = self.head.kind {
                if !identify(&name, &file)?.is_some_and(|head| head.is_same_log(&self.head)) {
                    continue;
                }
                file.rewind().map_err(unreadable)?;
            }
            let len = file.metadata().map_err(unreadable)?.len();
            return Ok(Some(reader(&name, &self.head, file, len, after)));
        }
        Ok(None)
    }

    /// What the file has become since it was listed, one after the other: a log is renamed when it is full, and may be compressed.
    fn names(&self) -> Vec<String> {
        let mut names = vec![self.name.clone()];
        if is_thread_log(&self.name) {
            let Head { tid, reuse, segment, .. } = self.head;
            names.push(OfThread { tid, reuse, number: segment.saturating_add(1), suffix: LOG_SUFFIX }.to_string());
            names.extend(names.clone().iter().map(|name| compressed(name)));
        }
        names
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
        let mut file = match open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(unreadable)?,
        };
        let Some(head) = identify(name, &file)? else { return Ok(None) };
        file.rewind().map_err(unreadable)?;
        let reader = reader(name, &head, file, u64::MAX, Reached::default());
        Ok(Some((head, reader)))
    }
}

fn reader(name: &str, head: &Head, file: File, len: u64, after: Reached) -> Reader {
    match head.kind {
        Kind::Log { .. } => {
            let lines = BufReader::new(Lines::new(name, file, len));
            Reader::Log(LogReader::new(name, head.pid, head.tid, lines))
        }
        Kind::Ring(header) => {
            // What a ring has no records of yet may be a hole.
            let file = if header.segment == 0 { Data::with_holes(file) } else { Data::new(file) };
            Reader::Ring(Box::new(RingReader::new(name, header, file, after)))
        }
    }
}

fn identify(name: &str, file: &File) -> Result<Option<Head>, Damage> {
    if !is_ring(name) {
        return log::identify(name, BufReader::new(Lines::new(name, file, u64::MAX)));
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
