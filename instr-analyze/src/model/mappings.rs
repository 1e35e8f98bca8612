//! `/proc/self/maps` as a crash keeps it: what was mapped where.

/// A file that was mapped to be executed, as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Its path.
    pub path: String,
    /// Where its first mapping begins, and its last one ends.
    pub range: std::ops::Range<u64>,
    /// Address and offset in the file of a mapping of it.
    pub anchor: (u64, u64),
}

/// One line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mapping<'a> {
    pub(super) range: std::ops::Range<u64>,
    /// `r-xp` and the like.
    pub(super) modes: &'a str,
    offset: u64,
    /// A path, a word in brackets, or nothing.
    pub(super) path: &'a str,
}

/// The text as the kernel wrote it: `\xNN` stands for a byte, `\\` for a backslash, and any other backslash for itself, as
/// earlier versions left them all.
pub(super) fn unescaped(text: &str) -> String {
    let mut rest = text.as_bytes();
    let mut bytes = Vec::with_capacity(rest.len());
    while let [byte, behind @ ..] = rest {
        let (byte, len) = match behind {
            [b'\\', ..] if *byte == b'\\' => (*byte, 2),
            [b'x', high, low, ..] if *byte == b'\\' => {
                match [*high, *low].map(|digit| char::from(digit).to_digit(16)) {
                    [Some(high), Some(low)] => (u8::try_from(high * 16 + low).unwrap_or(*byte), 4),
                    _ => (*byte, 1),
                }
            }
            _ => (*byte, 1),
        };
        bytes.push(byte);
        rest = rest.get(len..).unwrap_or_default();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The files that are mapped executably, by address.
pub fn modules(maps: &str) -> Vec<Module> {
    let (mut modules, mut executable): (Vec<Module>, Vec<bool>) = (Vec::new(), Vec::new());
    for Mapping { range, modes, offset, path } in mappings(maps).filter(|mapping| mapping.path.starts_with('/')) {
        let executes = modes.contains('x');
        match modules.last_mut() {
            Some(last) if last.path == path => {
                last.range.end = range.end;
                if let Some(flag) = executable.last_mut() {
                    *flag |= executes;
                }
            }
            _ => {
                let anchor = (range.start, offset);
                modules.push(Module { path: path.to_owned(), range, anchor });
                executable.push(executes);
            }
        }
    }
    modules.into_iter().zip(executable).filter_map(|(module, executable)| executable.then_some(module)).collect()
}

/// All of them, by address.
pub(super) fn mappings(maps: &str) -> impl Iterator<Item = Mapping<'_>> {
    maps.lines().filter_map(mapping)
}

/// `7f00-7f10 r-xp 00001000 fe:00 1234   /path`
fn mapping(line: &str) -> Option<Mapping<'_>> {
    let mut words = line.splitn(6, ' ');
    let (start, end) = words.next()?.split_once('-')?;
    let hex = |text: &str| u64::from_str_radix(text, 16).ok();
    let (start, end) = (hex(start)?, hex(end)?);
    let modes = words.next()?;
    let offset = hex(words.next()?)?;
    let path = words.nth(2).unwrap_or_default().trim_start();
    (start < end).then_some(Mapping { range: start..end, modes, offset, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_path_is_as_it_was() {
        let cases = [
            (r"/a\xc3\xa9 b", "/aé b"),
            (r"/a\\x41\\012", r"/a\x41\012"),
            (r"/old\012\x4", r"/old\012\x4"),
            (r"/\xff", "/\u{fffd}"),
            ("\\", "\\"),
        ];
        for (escaped, expected) in cases {
            assert_eq!(unescaped(escaped), expected);
        }
    }
}
