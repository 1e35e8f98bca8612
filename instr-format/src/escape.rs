//! Reversible escapes: any bytes become one word of printable text, without spaces.
//!
//! `\\`, `\n`, `\r`, `\t`, `\s` for a space, and `\xNN` for every other byte that a terminal or a line reader could
//! take for something else: control characters, invalid UTF-8, and characters that reorder or hide text.

use core::fmt::{self, Write as _};

/// Bytes that display as their escaped form.
#[derive(Debug, Clone, Copy)]
pub struct Escaped<'a>(pub &'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            let mut rest = chunk.valid();
            loop {
                let (plain, special) = rest.split_at(plain_len(rest.as_bytes()));
                f.write_str(plain)?;
                let mut characters = special.chars();
                match characters.next() {
                    None => break,
                    Some('\\') => f.write_str("\\\\")?,
                    Some('\n') => f.write_str("\\n")?,
                    Some('\r') => f.write_str("\\r")?,
                    Some('\t') => f.write_str("\\t")?,
                    Some(' ') => f.write_str("\\s")?,
                    Some(character) if is_shown(character) => f.write_char(character)?,
                    Some(character) => hex(f, character.encode_utf8(&mut [0; 4]).as_bytes())?,
                }
                rest = characters.as_str();
            }
            hex(f, chunk.invalid())?;
        }
        Ok(())
    }
}

/// Bytes that display as text for people: like [`Escaped`], but spaces and backslashes stay as they are.
#[derive(Debug, Clone, Copy)]
pub struct Printable<'a>(pub &'a [u8]);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                if character == ' ' || is_shown(character) {
                    f.write_char(character)?;
                } else {
                    hex(f, character.encode_utf8(&mut [0; 4]).as_bytes())?;
                }
            }
            hex(f, chunk.invalid())?;
        }
        Ok(())
    }
}

/// How many bytes at the beginning are ASCII that stands for itself.
fn plain_len(bytes: &[u8]) -> usize {
    let mut len = 0;
    // Not an iterator: the macros run this without optimisation.
    while len < bytes.len() && bytes[len] > b' ' && bytes[len] < 0x7f && bytes[len] != b'\\' {
        len += 1;
    }
    len
}

fn hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "\\x{byte:02x}"))
}

/// False for what a terminal obeys or hides: controls, separators, bidirectional and zero-width marks.
pub fn is_shown(character: char) -> bool {
    !character.is_control()
        && !character.is_whitespace()
        && !matches!(character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The escape that could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadEscape;

impl fmt::Display for BadEscape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown or cut escape")
    }
}

impl core::error::Error for BadEscape {}

/// The bytes that an escaped word stands for; ends after the first error.
#[derive(Debug, Clone)]
pub struct Unescape<'a>(core::slice::Iter<'a, u8>);

/// The bytes that `escaped` stands for.
pub fn unescape(escaped: &[u8]) -> Unescape<'_> {
    Unescape(escaped.iter())
}

impl Iterator for Unescape<'_> {
    type Item = Result<u8, BadEscape>;

    fn next(&mut self) -> Option<Self::Item> {
        let byte = *self.0.next()?;
        if byte != b'\\' {
            return Some(Ok(byte));
        }
        let value = match self.0.next() {
            Some(b'\\') => Some(b'\\'),
            Some(b'n') => Some(b'\n'),
            Some(b'r') => Some(b'\r'),
            Some(b't') => Some(b'\t'),
            Some(b's') => Some(b' '),
            Some(b'x') => self.hex_byte(),
            _ => None,
        };
        if value.is_none() {
            self.0 = [].iter();
        }
        Some(value.ok_or(BadEscape))
    }
}

impl Unescape<'_> {
    fn hex_byte(&mut self) -> Option<u8> {
        let mut digit = || char::from(*self.0.next()?).to_digit(16);
        let value = digit()? * 16 + digit()?;
        u8::try_from(value).ok()
    }
}
