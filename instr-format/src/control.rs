//! The `control` file: what `instr-analyze control` tells a running process to record.
//!
//! The analyzer decides for each site, as it has the site table and all the memory that it wants; the process reads the result. A
//! head of [`HEAD_SIZE`] bytes, the list of threads, what the settings are now (a line `NAME=value` for each that is not at its
//! default), then a byte for each site: 1 if the filters admit it, else 0. The file is written whole and renamed into place;
//! then its number goes to [`Header::order`](crate::last::Header::order). Numbers are in the machine's byte order.

use core::mem::size_of;

use crate::number::{u32_at, u64_at};

/// Begins the file.
pub const MAGIC: u64 = u64::from_be_bytes(*b"instrctl");
/// The version of the layout.
pub const VERSION: u32 = 1;
/// Size of the head.
pub const HEAD_SIZE: usize = 48;
/// Set in [`Header::taken`](crate::last::Header::taken) beside the number of an order that the process cannot follow.
pub const REFUSED: u64 = 1 << 63;

/// What a process is told to record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order<'a> {
    /// Its number, from 1.
    pub number: u64,
    /// The word for the sink.
    pub sink: &'a str,
    /// Of each thread's records, the first and every so many are kept.
    pub rate: u32,
    /// Comma list of thread ids and names; empty: all.
    pub threads: &'a str,
    /// The settings, as a user may write them.
    pub settings: &'a str,
    /// For each site whether it is recorded.
    pub sites: &'a [u8],
}

const SINK_MAX: usize = 8;
const SINK_AT: usize = 40;

impl<'a> Order<'a> {
    /// The head of the file. What follows are the threads, the settings and the sites.
    pub fn head(&self) -> [u8; HEAD_SIZE] {
        let mut head = [0; HEAD_SIZE];
        let mut put = |at: usize, bytes: &[u8]| {
            for (place, byte) in head.iter_mut().skip(at).zip(bytes) {
                *place = *byte;
            }
        };
        put(0, &MAGIC.to_ne_bytes());
        put(8, &self.number.to_ne_bytes());
        let numbers =
            [VERSION, self.rate, self.threads.len() as u32, self.settings.len() as u32, self.sites.len() as u32];
        for (at, number) in (16..).step_by(size_of::<u32>()).zip(numbers) {
            put(at, &number.to_ne_bytes());
        }
        let sink = self.sink.as_bytes();
        put(SINK_AT, sink.get(..SINK_MAX).unwrap_or(sink));
        head
    }

    /// Reads a file. `None`: it is none, or not whole. Async-signal-safe.
    pub fn decode(file: &'a [u8]) -> Option<Self> {
        let (head, rest) = file.split_at_checked(HEAD_SIZE)?;
        if u64_at(head, 0) != MAGIC || u32_at(head, 16) != VERSION {
            return None;
        }
        let len = |at| usize::try_from(u32_at(head, at)).ok();
        let (threads, rest) = rest.split_at_checked(len(24)?)?;
        let (settings, sites) = rest.split_at_checked(len(28)?)?;
        let sink = head.get(SINK_AT..)?.split(|byte| *byte == 0).next()?;
        Some(Order {
            number: u64_at(head, 8),
            sink: str::from_utf8(sink).ok()?,
            rate: u32_at(head, 20),
            threads: str::from_utf8(threads).ok()?,
            settings: str::from_utf8(settings).ok()?,
            sites: sites.get(..len(32)?)?,
        })
    }
}
