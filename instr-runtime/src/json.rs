//! A JSON writer that does not allocate, so that a forked child can describe its run from any context.

use core::fmt::{self, Write};

use instr_format::escape::Escaped;

/// Writes JSON to `out`. The caller opens and closes; commas come by themselves.
pub(crate) struct Json<'a> {
    out: &'a mut dyn Write,
    comma: bool,
}

impl<'a> Json<'a> {
    pub(crate) fn new(out: &'a mut dyn Write) -> Self {
        Json { out, comma: false }
    }

    /// Begins an object or an array.
    pub(crate) fn open(&mut self, bracket: char) -> fmt::Result {
        self.value(format_args!("{bracket}"))?;
        self.comma = false;
        Ok(())
    }

    pub(crate) fn close(&mut self, bracket: char) -> fmt::Result {
        self.comma = true;
        self.out.write_char(bracket)
    }

    pub(crate) fn key(&mut self, key: &str) -> fmt::Result {
        self.string(key.as_bytes())?;
        self.comma = false;
        self.out.write_char(':')
    }

    pub(crate) fn value(&mut self, value: fmt::Arguments<'_>) -> fmt::Result {
        if self.comma {
            self.out.write_char(',')?;
        }
        self.comma = true;
        self.out.write_fmt(value)
    }

    pub(crate) fn number(&mut self, number: u64) -> fmt::Result {
        self.value(format_args!("{number}"))
    }

    pub(crate) fn signed(&mut self, number: i32) -> fmt::Result {
        self.value(format_args!("{number}"))
    }

    /// A number that means something only in hexadecimal.
    pub(crate) fn address(&mut self, address: u64) -> fmt::Result {
        self.value(format_args!("\"{address:#x}\""))
    }

    /// Bytes that need not be UTF-8: what is not, and backslashes, are escaped as in records, spaces stay.
    pub(crate) fn string(&mut self, bytes: &[u8]) -> fmt::Result {
        self.value(format_args!("{}", Quoted(bytes)))
    }

    /// A path of two parts that are escaped already.
    pub(crate) fn escaped_path(&mut self, module: &[u8], name: &[u8]) -> fmt::Result {
        self.value(format_args!("\"{}::{}\"", Requoted(module), Requoted(name)))
    }

    /// A string that is escaped already.
    pub(crate) fn escaped(&mut self, text: &[u8]) -> fmt::Result {
        self.value(format_args!("\"{}\"", Requoted(text)))
    }

    pub(crate) fn string_or_null(&mut self, bytes: Option<&[u8]>) -> fmt::Result {
        match bytes {
            Some(bytes) => self.string(bytes),
            None => self.value(format_args!("null")),
        }
    }

    pub(crate) fn number_or_null(&mut self, number: Option<u64>) -> fmt::Result {
        match number {
            Some(number) => self.number(number),
            None => self.string_or_null(None),
        }
    }

    /// Two digits a byte.
    pub(crate) fn hex_or_null(&mut self, bytes: Option<&[u8]>) -> fmt::Result {
        match bytes {
            Some(bytes) => self.value(format_args!("\"{}\"", Hex(bytes))),
            None => self.string_or_null(None),
        }
    }
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

struct Quoted<'a>(&'a [u8]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for (number, word) in self.0.split(|byte| *byte == b' ').enumerate() {
            if number > 0 {
                f.write_char(' ')?;
            }
            // Escaped text holds no control characters, so only these two are left to escape for JSON.
            write!(JsonEscape(f), "{}", Escaped(word))?;
        }
        f.write_char('"')
    }
}

/// Escaped text as [`Quoted`] writes what it stands for.
struct Requoted<'a>(&'a [u8]);

impl fmt::Display for Requoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut characters = str::from_utf8(self.0).unwrap_or_default().chars();
        while let Some(character) = characters.next() {
            match (character, characters.clone().next()) {
                ('\\', Some('s')) => f.write_char(' ')?,
                ('\\', Some(escape)) => write!(JsonEscape(f), "\\{escape}")?,
                _ => {
                    JsonEscape(f).write_char(character)?;
                    continue;
                }
            }
            characters.next();
        }
        Ok(())
    }
}

struct JsonEscape<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Write for JsonEscape<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|character| {
            if matches!(character, '"' | '\\') {
                self.0.write_char('\\')?;
            }
            self.0.write_char(character)
        })
    }
}
