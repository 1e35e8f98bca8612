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
        self.separate()?;
        self.comma = false;
        self.out.write_char(bracket)
    }

    pub(crate) fn close(&mut self, bracket: char) -> fmt::Result {
        self.comma = true;
        self.out.write_char(bracket)
    }

    pub(crate) fn key(&mut self, key: &str) -> fmt::Result {
        self.put(key.as_bytes())?;
        self.comma = false;
        self.out.write_char(':')
    }

    pub(crate) fn put(&mut self, value: impl Value) -> fmt::Result {
        self.separate()?;
        value.write(self.out)
    }

    pub(crate) fn entry(&mut self, key: &str, value: impl Value) -> fmt::Result {
        self.key(key)?;
        self.put(value)
    }

    fn separate(&mut self) -> fmt::Result {
        if core::mem::replace(&mut self.comma, true) { self.out.write_char(',') } else { Ok(()) }
    }
}

/// What stands behind a key.
pub(crate) trait Value {
    fn write(self, out: &mut dyn Write) -> fmt::Result;
}

macro_rules! displayed {
    ($($type:ty),+) => {
        $(impl Value for $type {
            fn write(self, out: &mut dyn Write) -> fmt::Result {
                write!(out, "{self}")
            }
        })+
    };
}
displayed!(u64, u32, i32, bool);

/// Bytes that need not be UTF-8: what is not, and backslashes, are escaped as in records, spaces stay.
impl Value for &[u8] {
    fn write(self, out: &mut dyn Write) -> fmt::Result {
        write!(out, "{}", Quoted(self))
    }
}

impl Value for &str {
    fn write(self, out: &mut dyn Write) -> fmt::Result {
        self.as_bytes().write(out)
    }
}

/// Or null.
impl<T: Value> Value for Option<T> {
    fn write(self, out: &mut dyn Write) -> fmt::Result {
        match self {
            Some(value) => value.write(out),
            None => out.write_str("null"),
        }
    }
}

/// A number that means something only in hexadecimal.
pub(crate) struct Address(pub(crate) u64);

impl Value for Address {
    fn write(self, out: &mut dyn Write) -> fmt::Result {
        write!(out, "\"{:#x}\"", self.0)
    }
}

/// Two digits a byte.
pub(crate) struct Hex<'a>(pub(crate) &'a [u8]);

impl Value for Hex<'_> {
    fn write(self, out: &mut dyn Write) -> fmt::Result {
        out.write_char('"')?;
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))?;
        out.write_char('"')
    }
}

/// A string that is escaped already.
pub(crate) struct Text<'a>(pub(crate) &'a [u8]);

impl Value for Text<'_> {
    fn write(self, out: &mut dyn Write) -> fmt::Result {
        write!(out, "\"{}\"", Requoted(self.0))
    }
}

/// A path of two parts that are escaped already.
pub(crate) struct Path<'a>(pub(crate) &'a [u8], pub(crate) &'a [u8]);

impl Value for Path<'_> {
    fn write(self, out: &mut dyn Write) -> fmt::Result {
        write!(out, "\"{}::{}\"", Requoted(self.0), Requoted(self.1))
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
