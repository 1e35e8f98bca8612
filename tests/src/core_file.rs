//! Core files: what the kernel writes down of a process that a signal ends.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::limits::limit;

/// A core file, and what it says of the thread that the signal hit.
#[derive(Debug)]
pub struct Core {
    file: Vec<u8>,
    /// The instruction.
    pub pc: u64,
    /// The signal.
    pub signal: i32,
    /// Its code.
    pub code: i32,
    /// The address that it is about, or who has sent it.
    pub about: u64,
}

const PT_LOAD: u32 = 1;
const PT_NOTE: u32 = 4;
const NT_PRSTATUS: u32 = 1;
const NT_SIGINFO: u32 = 0x5349_4749;
/// Where the registers are in the former.
const REGISTERS: usize = 112;
/// Which of them is the instruction's address.
const PC: usize = if cfg!(target_arch = "x86_64") { 16 } else { 32 };

/// Why the kernel writes no core into the directory of a process here, if it does not.
pub fn why_not() -> Option<String> {
    let pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap_or_default();
    let here = pattern.starts_with("core") && !pattern.contains('/');
    (!here).then(|| format!("/proc/sys/kernel/core_pattern is {}", pattern.trim()))
}

/// Lets a program leave a core, however large, where it runs.
pub fn allow(command: &mut Command) {
    limit(command, libc::RLIMIT_CORE, libc::RLIM_INFINITY);
}

impl Core {
    /// Reads the core in this directory, and removes it.
    ///
    /// # Panics
    /// When there is none, or it is none.
    pub fn take(directory: &Path) -> Self {
        let entries = fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").path());
        let is_core = |path: &Path| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"core"));
        let path = entries.into_iter().find(|path| is_core(path)).expect("a core");
        let file = fs::read(&path).expect("readable");
        fs::remove_file(path).expect("it is there");
        let (status, info) = (note(&file, NT_PRSTATUS), note(&file, NT_SIGINFO));
        let code = |at: usize| i32::from_ne_bytes(*info[at..].first_chunk().expect("four bytes"));
        Core { pc: word(status, REGISTERS + 8 * PC), signal: code(0), code: code(8), about: word(info, 16), file }
    }

    /// The file's size.
    pub fn size(&self) -> u64 {
        self.file.len() as u64
    }

    /// Memory as it was.
    ///
    /// # Panics
    /// When the core does not have it.
    pub fn memory(&self, address: u64, len: u64) -> &[u8] {
        let segment = segments(&self.file, PT_LOAD).find(|segment| {
            let (start, size) = (word(segment, 16), word(segment, 32));
            (start..start + size).contains(&address)
        });
        let segment = segment.expect("a part of the core");
        let at = word(segment, 8) + (address - word(segment, 16));
        &self.file[at as usize..(at + len) as usize]
    }

    /// The process that has sent the signal.
    pub fn sender(&self) -> u64 {
        self.about & u64::from(u32::MAX)
    }
}

/// The contents of the first note of this type, which is about the thread that the signal hit.
fn note(file: &[u8], wanted: u32) -> &[u8] {
    for header in segments(file, PT_NOTE) {
        let (start, len) = (word(header, 8) as usize, word(header, 32) as usize);
        let mut notes = &file[start..start + len];
        while let Some((head, rest)) = notes.split_at_checked(12) {
            let [name, contents] = [0, 4].map(|at| half(head, at) as usize);
            let rest = &rest[name.next_multiple_of(4)..];
            if half(head, 8) == wanted {
                return &rest[..contents];
            }
            notes = &rest[contents.next_multiple_of(4)..];
        }
    }
    panic!("no note {wanted:#x} in a core")
}

/// The descriptions of the file's parts of this type.
fn segments(file: &[u8], wanted: u32) -> impl Iterator<Item = &[u8]> {
    let headers = word(file, 32) as usize;
    let count = u16::from_ne_bytes(*file[56..].first_chunk().expect("two bytes"));
    let all = (0..usize::from(count)).map(move |number| &file[headers + 56 * number..]);
    all.filter(move |header| half(header, 0) == wanted)
}

fn half(bytes: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(*bytes[at..].first_chunk().expect("four bytes"))
}

fn word(bytes: &[u8], at: usize) -> u64 {
    u64::from_ne_bytes(*bytes[at..].first_chunk().expect("eight bytes"))
}
