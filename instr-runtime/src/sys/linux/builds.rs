//! Which builds of files are mapped, as memory tells: in signal context nobody may ask the loader, which locks.

use super::arrival::{read_bytes, read_into};
use super::{build_id_in, read_maps};

/// How much of a line of the kernel's says where a mapping is and of what: two addresses of 16 digits, four letters, an offset, a
/// device and an inode.
const COLUMNS: usize = 96;
/// A file has fewer segments, and fewer notes.
const SEGMENTS: u16 = 64;
const NOTES: usize = 1024;

/// Passes on where the beginning of each mapped program or library lies, and its build id. Async-signal-safe.
pub(crate) fn build_ids(mut each: impl FnMut(u64, &[u8])) {
    let (mut line, mut len) = ([0; COLUMNS], 0);
    read_maps(|bytes| {
        for byte in bytes {
            if *byte == b'\n' {
                if let Some(start) = line.get(..len).and_then(beginning_of_a_file) {
                    build_id_at(start, &mut each);
                }
                len = 0;
            } else if let Some(free) = line.get_mut(len) {
                *free = *byte;
                len += 1;
            }
        }
    });
}

/// `7f00-7f10 r--p 00000000 fe:00 1234   /path`: where it is mapped.
fn beginning_of_a_file(line: &[u8]) -> Option<u64> {
    let mut words = line.split(|byte| *byte == b' ');
    let (range, access, offset, inode) = (words.next()?, words.next()?, words.next()?, words.nth(1)?);
    let begins = access.first() == Some(&b'r') && offset.iter().all(|digit| *digit == b'0') && inode != b"0";
    let start = range.split(|byte| *byte == b'-').next()?;
    if begins { u64::from_str_radix(str::from_utf8(start).ok()?, 16).ok() } else { None }
}

fn build_id_at(start: u64, each: &mut impl FnMut(u64, &[u8])) -> Option<()> {
    let header: [u8; 64] = read_bytes(start)?;
    if !header.starts_with(b"\x7fELF\x02") {
        return None;
    }
    let segments = start.checked_add(word(&header, 32)?)?;
    let count = u16::from_ne_bytes(*header.get(56..)?.first_chunk()?);
    for number in 0..count.min(SEGMENTS) {
        let segment: [u8; 56] = read_bytes(segments.checked_add(56 * u64::from(number))?)?;
        if u32::from_ne_bytes(*segment.first_chunk()?) != libc::PT_NOTE {
            continue;
        }
        // Notes on a build stand in the file's first segment, which is mapped as it is.
        let (at, size) = (start.checked_add(word(&segment, 8)?)?, word(&segment, 32)?);
        let mut notes = [0; NOTES];
        let notes = notes.get_mut(..usize::try_from(size).ok()?)?;
        if read_into(at, notes)
            && let Some(id) = build_id_in(notes)
        {
            each(start, id);
            return Some(());
        }
    }
    None
}

fn word(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().copied().map(u64::from_ne_bytes)
}
