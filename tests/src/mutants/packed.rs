//! A run as one sequence of bytes, for generators that know nothing of directories. Whatever the bytes are, they are a run.

use std::fs;
use std::path::{Path, PathBuf};

use instr_format::files::COMMAND_JSON;
use instr_format::keys;

/// Stands before each file; its name and a newline follow.
const MARK: &[u8] = b"\n\0file ";
/// Stands between the files of a run and those of the one that it is compared with.
const OTHER: &str = "OTHER";
/// The name of a command's directory, that of the other one, and that of the run in either.
const COMMAND: &str = "1795356000000-4500000";
const OTHER_COMMAND: &str = "1795356000000-4500001";
const RUN: &str = "demo-4500000-1795356000000000000-0123456789abcdef";

/// The files of a run, with `command.json` and `instr.toml`, which lie beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Packed {
    /// Their names and contents.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Packed {
    /// Reads the files of the run in `dir`. Zeros at the ends of files, which are mostly holes, are left out.
    ///
    /// # Panics
    /// When one cannot be read.
    pub fn of_run(dir: &Path) -> Self {
        let mut files: Vec<_> = fs::read_dir(dir)
            .expect("a run")
            .map(|entry| {
                let entry = entry.expect("an entry");
                let mut bytes = fs::read(entry.path()).expect("a file");
                bytes.truncate(bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
                (entry.file_name().into_string().expect("UTF-8"), bytes)
            })
            .collect();
        files.sort();
        Packed { files }
    }

    /// The bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, contents) in &self.files {
            bytes.extend([MARK, name.as_bytes(), b"\n", contents].concat());
        }
        bytes
    }

    /// The files; names that could lead elsewhere are left out.
    pub fn decode(bytes: &[u8]) -> Self {
        let mut files = Vec::new();
        let starts = starts(bytes);
        for (index, start) in starts.iter().enumerate() {
            let end = starts.get(index + 1).copied().unwrap_or(bytes.len());
            let file = &bytes[start + MARK.len()..end];
            let Some(newline) = file.iter().position(|byte| *byte == b'\n') else { continue };
            let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"._".contains(byte);
            let name = &file[..newline];
            if name.iter().all(is_plain) && name.first().is_some_and(u8::is_ascii_alphanumeric) && name.len() < 100 {
                files.push((String::from_utf8_lossy(name).into_owned(), file[newline + 1..].to_vec()));
            }
        }
        Packed { files }
    }

    /// The same, to be compared with the other one.
    #[must_use]
    pub fn against(mut self, other: &Packed) -> Self {
        self.files.push((OTHER.to_owned(), Vec::new()));
        self.files.extend_from_slice(&other.files);
        self
    }

    /// Makes the files below `root`, in the place of all that is there. A run that is to be compared with no other one is compared with
    /// a copy of itself.
    ///
    /// # Panics
    /// When they cannot be written.
    pub fn write(&self, root: &Path) -> Places {
        let places =
            Places { command: root.join(COMMAND), run: root.join(COMMAND).join(RUN), other: root.join(OTHER_COMMAND) };
        if root.exists() {
            fs::remove_dir_all(root).expect("an old directory");
        }
        let mark = self.files.iter().position(|(name, _)| name == OTHER);
        let (run, other) = mark.map_or((&*self.files, &*self.files), |at| (&self.files[..at], &self.files[at + 1..]));
        write(run, &places.command);
        write(other, &places.other);
        places
    }
}

/// Makes the files of a run in the directory of its command.
fn write(files: &[(String, Vec<u8>)], command: &Path) {
    let run = command.join(RUN);
    fs::create_dir_all(&run).expect("a new directory");
    for (name, contents) in files {
        let is_beside = [COMMAND_JSON, keys::FILE].contains(&name.as_str());
        fs::write(if is_beside { command } else { &run }.join(name), contents).expect("room for a file");
    }
}

/// Where a run has been written.
#[derive(Debug)]
pub struct Places {
    /// The directory of its command.
    pub command: PathBuf,
    /// Its own.
    pub run: PathBuf,
    /// The directory of the command of the run that it is compared with.
    pub other: PathBuf,
}

/// Where the marks are.
fn starts(bytes: &[u8]) -> Vec<usize> {
    let windows = bytes.windows(MARK.len()).enumerate();
    windows.filter(|(_, window)| *window == MARK).map(|(at, _)| at).collect()
}
