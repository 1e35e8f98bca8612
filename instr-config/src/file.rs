//! The file as those have it who may allocate.

use core::fmt;
use std::borrow::ToOwned as _;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::string::{String, ToString as _};
use std::vec::Vec;
use std::{format, vec};

use instr_format::keys::{self, Key};

use crate::{Found, NOT_TEXT, Place, Shown, TOO_LARGE, read, refusal, tokens};

/// A file that has been read.
#[derive(Debug)]
pub struct File {
    /// Where it is, as it is shown.
    pub path: PathBuf,
    /// The keys that can be used, in the file's order.
    pub settings: Vec<Setting>,
    /// What cannot be used.
    pub errors: Vec<Message>,
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The key.
    pub key: Key,
    /// Its value, in the form that a variable has.
    pub text: String,
    /// Which of the tables with the same name it stands in, from 0 on.
    pub table: usize,
    /// The line in which the value begins.
    pub line: usize,
}

/// An error, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Where it is.
    pub place: Place,
    /// What is wrong.
    pub problem: String,
    /// `FILE:LINE:COLUMN: PROBLEM`, and below the line with a mark.
    pub shown: String,
}

impl File {
    /// Reads a file. What is wrong in it is no error.
    ///
    /// # Errors
    /// When it cannot be read, is too large to be one of these, or is not text.
    pub fn read(path: &Path) -> io::Result<Self> {
        Self::read_as(path, path)
    }

    /// The same of a file that is shown under another path.
    ///
    /// # Errors
    /// As there.
    pub fn read_as(path: &Path, shown: &Path) -> io::Result<Self> {
        if let Some(why) = refusal(path.as_os_str().as_encoded_bytes()) {
            return Err(io::Error::other(why));
        }
        // As programs do, which must not wait for somebody to write to a pipe.
        if !fs::metadata(path)?.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let mut text = Vec::new();
        fs::File::open(path)?.take(keys::SIZE_MAX as u64 + 1).read_to_end(&mut text)?;
        if text.len() > keys::SIZE_MAX {
            return Err(io::Error::other(TOO_LARGE));
        }
        let text = String::from_utf8(text).map_err(|_| io::Error::other(NOT_TEXT))?;
        Ok(Self::parse(shown, &text))
    }

    /// Reads a text that stands in this file.
    pub fn parse(path: &Path, text: &str) -> Self {
        let mut file = File { path: path.to_owned(), settings: Vec::new(), errors: Vec::new() };
        let shown_path = path.to_string_lossy();
        let tokens: Vec<_> = tokens(text).collect();
        let mut room = vec![0; text.len()];
        read(text, &tokens, &mut room, &mut |found| match found {
            Found::Entry(entry) => file.settings.push(Setting {
                key: entry.key,
                text: entry.text.to_owned(),
                table: entry.table,
                line: entry.line,
            }),
            Found::Error(error) => file.errors.push(Message {
                place: Place::of(text, error.start),
                problem: error.problem.to_string(),
                shown: format!("{:#}", Shown { file: &shown_path, text, error: &error }),
            }),
        });
        file
    }

    /// The setting of a key such as `build.level`.
    pub fn setting(&self, table: &str, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.key.table == table && setting.key.is_named(name))
    }

    /// Its value.
    pub fn value(&self, table: &str, name: &str) -> Option<&str> {
        Some(&*self.setting(table, name)?.text)
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}
