//! Writes objects of JSON of which a terminal obeys nothing: what it would is escaped, as JSON allows for any character.

use std::io::{self, Write};

use instr_format::escape::is_shown;
use serde::Serialize;

/// Writes an object on one line, without its newline.
///
/// # Errors
/// When the output cannot be written.
pub fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    Ok(serde_json::to_writer(Escaping(out), value)?)
}

/// Writes an object on many lines, with the last newline.
///
/// # Errors
/// When the output cannot be written.
pub fn write_pretty(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(Escaping(&mut *out), value)?;
    out.write_all(b"\n")
}

/// Takes JSON, of which serde_json has escaped the control characters below a space. All that is not ASCII stands in strings.
struct Escaping<'a>(&'a mut dyn Write);

impl Write for Escaping<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    /// Whole characters come together.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_ascii() && !bytes.contains(&0x7f) {
            return self.0.write_all(bytes);
        }
        for character in String::from_utf8_lossy(bytes).chars() {
            if (character.is_ascii() && character != '\x7f') || is_shown(character) {
                write!(self.0, "{character}")?;
            } else {
                let mut units = [0; 2];
                character.encode_utf16(&mut units).iter().try_for_each(|unit| write!(self.0, "\\u{unit:04x}"))?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped_and_reads_back() {
        let text = "é \u{1b}[m\u{7f}\u{9b}\u{202e}\u{2028}\n\u{1f980}";
        let mut json = Vec::new();
        write(&text, &mut json).unwrap();
        assert_eq!(str::from_utf8(&json), Ok("\"é \\u001b[m\\u007f\\u009b\\u202e\\u2028\\n\u{1f980}\""));
        assert_eq!(serde_json::from_slice::<String>(&json).unwrap(), text);
    }
}
