//! The bytes of a minidump: a header, what streams refer to, the streams, and last the directory of them.

use std::io;

use minidump_common::format::{
    MINIDUMP_DIRECTORY, MINIDUMP_HEADER, MINIDUMP_LOCATION_DESCRIPTOR, MINIDUMP_SIGNATURE, MINIDUMP_STREAM_TYPE,
    MINIDUMP_VERSION,
};
use scroll::ctx::{SizeWith, TryIntoCtx};
use scroll::{Endian, LE, Pwrite as _};

/// What has been put together.
pub(super) struct Layout {
    bytes: Vec<u8>,
    directory: Vec<MINIDUMP_DIRECTORY>,
}

impl Layout {
    pub(super) fn new() -> Self {
        Layout { bytes: vec![0; MINIDUMP_HEADER::size_with(&LE)], directory: Vec::new() }
    }

    /// Adds bytes that something refers to.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> io::Result<MINIDUMP_LOCATION_DESCRIPTOR> {
        let rva = self.here()?;
        self.bytes.extend_from_slice(bytes);
        // What follows begins at an even place, as readers on some machines want it.
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let data_size = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        Ok(MINIDUMP_LOCATION_DESCRIPTOR { data_size, rva })
    }

    /// Adds a structure that something refers to.
    pub(super) fn put<T>(&mut self, value: T) -> io::Result<MINIDUMP_LOCATION_DESCRIPTOR>
    where
        T: TryIntoCtx<Endian, Error = scroll::Error> + SizeWith<Endian>,
    {
        let bytes = encoded(value)?;
        self.bytes(&bytes)
    }

    /// Adds a string that something refers to: its length in bytes, then UTF-16, then a zero.
    pub(super) fn string(&mut self, text: &str) -> io::Result<u32> {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let len = u32::try_from(units.len()).map_err(io::Error::other)?;
        Ok(self.bytes(&[&len.to_le_bytes(), units.as_slice(), &[0, 0]].concat())?.rva)
    }

    /// Adds a stream that is one structure, which is told its size.
    pub(super) fn stream<T>(&mut self, kind: MINIDUMP_STREAM_TYPE, value: impl FnOnce(u32) -> T) -> io::Result<()>
    where
        T: TryIntoCtx<Endian, Error = scroll::Error> + SizeWith<Endian>,
    {
        let size = u32::try_from(T::size_with(&LE)).map_err(io::Error::other)?;
        let location = self.put(value(size))?;
        self.directory.push(MINIDUMP_DIRECTORY { stream_type: kind.into(), location });
        Ok(())
    }

    /// Adds a stream that is a list of structures, headed by their number.
    pub(super) fn list<T>(&mut self, kind: MINIDUMP_STREAM_TYPE, values: Vec<T>) -> io::Result<()>
    where
        T: TryIntoCtx<Endian, Error = scroll::Error> + SizeWith<Endian>,
    {
        let mut list = u32::try_from(values.len()).map_err(io::Error::other)?.to_le_bytes().to_vec();
        for value in values {
            list.extend(encoded(value)?);
        }
        self.stream_of(kind.into(), &list)
    }

    /// Adds a stream of bytes.
    pub(super) fn stream_of(&mut self, stream_type: u32, bytes: &[u8]) -> io::Result<()> {
        let location = self.bytes(bytes)?;
        self.directory.push(MINIDUMP_DIRECTORY { stream_type, location });
        Ok(())
    }

    /// The whole file.
    pub(super) fn finish(mut self, time_date_stamp: u32) -> io::Result<Vec<u8>> {
        let stream_directory_rva = self.here()?;
        let stream_count = u32::try_from(self.directory.len()).map_err(io::Error::other)?;
        for entry in std::mem::take(&mut self.directory) {
            self.bytes.extend(encoded(entry)?);
        }
        let header = MINIDUMP_HEADER {
            signature: MINIDUMP_SIGNATURE,
            version: MINIDUMP_VERSION,
            stream_count,
            stream_directory_rva,
            checksum: 0,
            time_date_stamp,
            flags: 0,
        };
        self.bytes.pwrite_with(header, 0, LE).map_err(io::Error::other)?;
        Ok(self.bytes)
    }

    fn here(&self) -> io::Result<u32> {
        u32::try_from(self.bytes.len()).map_err(|_| io::Error::other("more than 4 GiB, which a minidump cannot hold"))
    }
}

fn encoded<T>(value: T) -> io::Result<Vec<u8>>
where
    T: TryIntoCtx<Endian, Error = scroll::Error> + SizeWith<Endian>,
{
    let mut bytes = vec![0; T::size_with(&LE)];
    bytes.pwrite_with(value, 0, LE).map_err(io::Error::other)?;
    Ok(bytes)
}
