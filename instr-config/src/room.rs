//! Memory for values: a text takes no more in it than it takes in the file.

use core::mem::take;

use toml_parser::decoder::StringBuilder;

pub(crate) struct Room<'s> {
    free: &'s mut [u8],
    /// Length of the value so far.
    len: usize,
    /// Where the string at hand begins in it.
    start: usize,
}

impl<'s> Room<'s> {
    pub(crate) fn new(free: &'s mut [u8]) -> Self {
        Room { free, len: 0, start: 0 }
    }

    /// Begins a string, behind a comma if it is not the value's first one.
    pub(crate) fn begin(&mut self, is_first: bool) {
        if !is_first {
            self.put(b",");
        }
        self.start = self.len;
    }

    /// The value.
    pub(crate) fn finish(&mut self) -> &'s str {
        let (value, free) = take(&mut self.free).split_at_mut(take(&mut self.len));
        self.free = free;
        self.start = 0;
        str::from_utf8(value).unwrap_or_default()
    }

    fn put(&mut self, bytes: &[u8]) -> bool {
        let place = self.free.get_mut(self.len..self.len + bytes.len());
        place.map(|place| place.copy_from_slice(bytes)).inspect(|()| self.len += bytes.len()).is_some()
    }
}

impl<'s> StringBuilder<'s> for Room<'_> {
    fn clear(&mut self) {
        self.len = self.start;
    }

    fn push_str(&mut self, text: &'s str) -> bool {
        self.put(text.as_bytes())
    }

    fn push_char(&mut self, character: char) -> bool {
        self.put(character.encode_utf8(&mut [0; 4]).as_bytes())
    }
}
