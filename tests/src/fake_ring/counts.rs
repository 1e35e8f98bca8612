//! Counts made by hand.

use std::mem::offset_of;

use instr_format::counts;

use crate::fake_run::put;

/// One table of a `counts` file.
#[derive(Debug, Clone)]
pub struct FakeTable {
    /// Kernel thread id; 0: nobody's.
    pub tid: u64,
    /// Which thread with this id it is.
    pub reuse: u32,
    /// What threads before this one have counted.
    pub before: u64,
    /// How often each statement was reached.
    pub hits: Vec<u64>,
}

/// The bytes of a `counts` file for so many sites.
pub fn counts_file(sites: usize, tables: &[FakeTable]) -> Vec<u8> {
    let size = (size_of::<counts::TableHead>() + sites * 8).next_multiple_of(4096);
    let mut file = vec![0; counts::HEADER_SIZE + tables.len() * size];
    put(&mut file, offset_of!(counts::Header, magic), &counts::MAGIC.to_ne_bytes());
    put(&mut file, offset_of!(counts::Header, version), &counts::VERSION.to_ne_bytes());
    put(&mut file, offset_of!(counts::Header, sites), &(sites as u64).to_ne_bytes());
    put(&mut file, offset_of!(counts::Header, table_size), &(size as u64).to_ne_bytes());
    for (table, bytes) in tables.iter().zip(file[counts::HEADER_SIZE..].chunks_exact_mut(size)) {
        put(bytes, offset_of!(counts::TableHead, tid), &table.tid.to_ne_bytes());
        put(bytes, offset_of!(counts::TableHead, reuse), &table.reuse.to_ne_bytes());
        put(bytes, offset_of!(counts::TableHead, before), &table.before.to_ne_bytes());
        for (counter, hits) in bytes[size_of::<counts::TableHead>()..].chunks_exact_mut(8).zip(&table.hits) {
            put(counter, 0, &hits.to_ne_bytes());
        }
    }
    file
}
