//! What files occupy on the disk.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Bytes of the blocks of all files at and below a path, of which a sparse one has few.
pub fn occupied(path: &Path) -> u64 {
    let Ok(metadata) = fs::symlink_metadata(path) else { return 0 };
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    metadata.blocks() * 512 + entries.map(|entry| occupied(&entry.path())).sum::<u64>()
}
