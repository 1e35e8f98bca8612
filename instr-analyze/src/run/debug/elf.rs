//! ELF files, as far as addresses need them: build id, segments, symbols, sections, and names of files with more of it.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::ops::Range;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::{Crc, Decompress, FlushDecompress};
use gimli::RunTimeEndian;
use object::read::{CompressedFileRange, CompressionFormat};
use object::{
    Object as _, ObjectKind, ObjectSection as _, ObjectSegment as _, ObjectSymbol as _, ReadCache, SymbolKind,
};
use ruzstd::decoding::StreamingDecoder;

use crate::run::open;

/// A larger file is not read, nor are more bytes of its sections, unpacked.
const BYTES_MAX: u64 = 4 << 30;

/// Reads a section, which all that was read from it keeps.
pub(super) type Reader = gimli::EndianArcSlice<RunTimeEndian>;

type Object<'a> = object::File<'a, &'a ReadCache<File>>;

/// An ELF file.
pub(crate) struct Elf {
    path: PathBuf,
    cache: ReadCache<File>,
    /// The same file, for what is not to stay in the cache.
    file: File,
    /// How many bytes of sections may still be read.
    left: Cell<u64>,
}

/// Why a file cannot be used.
#[derive(Debug)]
pub(crate) enum BadFile {
    /// It cannot be read.
    Unreadable(io::Error),
    /// It is no ELF file, or a damaged one.
    NoElf,
    /// Its addresses are not final.
    Object,
}

impl Elf {
    /// Opens the file at `path`, which can be a link.
    pub(crate) fn open(path: &Path) -> Result<Self, BadFile> {
        let path = path.canonicalize().map_err(BadFile::Unreadable)?;
        let file = open::open(&path).map_err(BadFile::Unreadable)?;
        let len = file.metadata().map_err(BadFile::Unreadable)?.len();
        if len > BYTES_MAX {
            let error = io::Error::other(format!("larger than {BYTES_MAX} bytes"));
            return Err(BadFile::Unreadable(error));
        }
        let cache = ReadCache::new(file.try_clone().map_err(BadFile::Unreadable)?);
        let elf = Elf { path, cache, file, left: Cell::new(BYTES_MAX) };
        if elf.object().is_some() { Ok(elf) } else { Err(BadFile::NoElf) }
    }

    /// Where it lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether its addresses are not final: it was not linked.
    pub(crate) fn is_unlinked(&self) -> bool {
        self.object().is_some_and(|object| object.kind() == ObjectKind::Relocatable)
    }

    /// The build that it is.
    pub(crate) fn build_id(&self) -> Option<Vec<u8>> {
        Some(self.object()?.build_id().ok()??.to_vec())
    }

    /// Whether it has debug information of its own.
    pub(super) fn has_debug_information(&self) -> bool {
        let range = self.object().and_then(|object| object.section_by_name(".debug_info")?.file_range());
        range.is_some_and(|(_, size)| size > 0)
    }

    /// The name of the file that was split off, and the checksum of that.
    pub(super) fn debug_link(&self) -> Option<(OsString, u32)> {
        let object = self.object()?;
        let (name, sum) = object.gnu_debuglink().ok()??;
        Some((OsString::from_vec(name.to_vec()), sum))
    }

    /// The file that several share parts of their debug information in, and the build that it has to be.
    pub(super) fn shared_link(&self) -> Option<(PathBuf, Vec<u8>)> {
        let object = self.object()?;
        let (name, build) = object.gnu_debugaltlink().ok()??;
        Some((OsString::from_vec(name.to_vec()).into(), build.to_vec()))
    }

    /// The addresses of what is loaded of it.
    pub(crate) fn span(&self) -> Option<Range<u64>> {
        let object = self.object()?;
        let ends =
            |segment: object::Segment<'_, '_, _>| (segment.address(), segment.address().saturating_add(segment.size()));
        let start = object.segments().map(|segment| ends(segment).0).min()?;
        let end = object.segments().map(|segment| ends(segment).1).max()?;
        Some(start..end)
    }

    /// What was added to its addresses, where an offset in it was mapped to an address.
    pub(crate) fn bias(&self, (address, offset): (u64, u64)) -> Option<u64> {
        let object = self.object()?;
        let segment = object.segments().find(|segment| {
            let (start, size) = segment.file_range();
            // Mappings begin at whole pages.
            (start & !0xfff..start.saturating_add(size)).contains(&offset)
        })?;
        let (start, _) = segment.file_range();
        Some(address.wrapping_sub(segment.address().wrapping_sub(start).wrapping_add(offset)))
    }

    /// Whether it has symbols besides those for other files.
    pub(crate) fn has_symbols(&self) -> bool {
        self.object().is_some_and(|object| object.symbols().next().is_some())
    }

    /// The names of the functions that its symbols put at these addresses, which are sorted.
    pub(super) fn symbols(&self, wanted: &[u64]) -> BTreeMap<u64, String> {
        let Some(object) = self.object() else { return BTreeMap::new() };
        // By address: where the symbol begins, and which one of which table it is.
        let mut closest: BTreeMap<u64, (u64, bool, object::SymbolIndex)> = BTreeMap::new();
        let symbols = object.symbols().map(|symbol| (false, symbol));
        for (is_dynamic, symbol) in symbols.chain(object.dynamic_symbols().map(|symbol| (true, symbol))) {
            if symbol.kind() != SymbolKind::Text || !symbol.is_definition() {
                continue;
            }
            let start = symbol.address();
            for address in super::within(wanted, start..start.saturating_add(symbol.size().max(1))) {
                let known = closest.entry(*address).or_insert((start, is_dynamic, symbol.index()));
                if known.0 < start {
                    *known = (start, is_dynamic, symbol.index());
                }
            }
        }
        let name = |(_, is_dynamic, index): (u64, bool, object::SymbolIndex)| {
            let table = if is_dynamic { object.dynamic_symbol_table() } else { object.symbol_table() };
            let symbol = object::ObjectSymbolTable::symbol_by_index(&table?, index).ok()?;
            Some(String::from_utf8_lossy(symbol.name_bytes().ok()?).into_owned())
        };
        closest.into_iter().filter_map(|(address, found)| Some((address, name(found)?))).collect()
    }

    /// The section with this name, unpacked; an empty one if there is none.
    pub(super) fn section(&self, name: Option<&str>) -> io::Result<Reader> {
        let object = self.object().ok_or_else(|| damaged("no ELF file"))?;
        let endian = if object.is_little_endian() { RunTimeEndian::Little } else { RunTimeEndian::Big };
        let bytes = match name.and_then(|name| object.section_by_name(name)) {
            Some(section) => self.unpacked(&section.compressed_file_range().map_err(damaged)?)?,
            None => Vec::new(),
        };
        // Shared bytes are a copy, and want room that may be refused.
        drop(room(bytes.len())?);
        Ok(Reader::new(Arc::from(bytes), endian))
    }

    /// The checksum that links to it have.
    pub(super) fn checksum(&self) -> io::Result<u32> {
        let (mut sum, mut block) = (Crc::new(), vec![0; 1 << 16]);
        let mut file = &self.file;
        file.rewind()?;
        loop {
            match file.read(&mut block)? {
                0 => return Ok(sum.sum()),
                len => sum.update(block.get(..len).unwrap_or_default()),
            }
        }
    }

    fn object(&self) -> Option<Object<'_>> {
        object::File::parse(&self.cache).ok()
    }

    fn unpacked(&self, range: &CompressedFileRange) -> io::Result<Vec<u8>> {
        let packed = self.take(range.compressed_size)?;
        let end = range.offset.checked_add(range.compressed_size);
        if end.is_none_or(|end| self.file.metadata().is_ok_and(|file| end > file.len())) {
            return Err(damaged("a section is beyond the end"));
        }
        let mut bytes = room(packed)?;
        bytes.resize(packed, 0);
        self.file.read_exact_at(&mut bytes, range.offset)?;
        let unpacked = match range.format {
            CompressionFormat::None => return Ok(bytes),
            CompressionFormat::Zlib => {
                let mut unpacked = room(self.take(range.uncompressed_size)?)?;
                // Stops where there is no more room.
                Decompress::new(true).decompress_vec(&bytes, &mut unpacked, FlushDecompress::Finish)?;
                unpacked
            }
            CompressionFormat::Zstandard => {
                let most = self.take(range.uncompressed_size)?;
                let decoder = StreamingDecoder::new(bytes.as_slice()).map_err(damaged)?;
                let mut unpacked = room(most)?;
                decoder.take(most as u64).read_to_end(&mut unpacked)?;
                unpacked
            }
            _ => return Err(damaged("a section is packed in an unknown way")),
        };
        if unpacked.len() as u64 == range.uncompressed_size { Ok(unpacked) } else { Err(damaged("a section is cut")) }
    }

    /// Takes so many bytes off what may still be read.
    fn take(&self, len: u64) -> io::Result<usize> {
        let left = self.left.get().checked_sub(len).ok_or_else(|| damaged("its sections are too large"))?;
        self.left.set(left);
        usize::try_from(len).map_err(damaged)
    }
}

/// Room for so many bytes: an error and no abort where there is none.
fn room(len: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(len).map_err(|_| io::ErrorKind::OutOfMemory)?;
    Ok(bytes)
}

fn damaged(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
