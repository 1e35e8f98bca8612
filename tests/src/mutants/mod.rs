//! Runs that lie: real ones, changed by a generator that has a number and no clock, and what every verb makes of them.

mod change;
mod packed;
mod random;
pub mod verbs;

use std::fs;
use std::io::Read as _;

use instr_format::coverage::encode_header;
use instr_format::files::{COVERAGE, SITES};
use instr_format::sites::decode_table;
pub use packed::Packed;

use random::Random;

/// Where the runs lie that mutants are made of.
pub const SEEDS: &str = "tests/seeds";
/// Those that are kept as directories: versions that are written no more, and the newest site table.
const GOLDEN: [&str; 4] = ["counts-v1", "ring-v1", "sites-v5", "sites-v6"];
/// At most so many changes make a mutant.
const CHANGES_MAX: usize = 5;

/// The runs that mutants are made of.
///
/// # Panics
/// When they cannot be read.
pub fn seeds() -> Vec<Packed> {
    let recorded = crate::workspace().join(SEEDS);
    let mut names: Vec<_> =
        fs::read_dir(&recorded).expect("recorded runs").map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let read = |path: &std::path::PathBuf| {
        let mut bytes = Vec::new();
        let file = fs::File::open(path).expect("a recorded run");
        flate2::read::GzDecoder::new(file).read_to_end(&mut bytes).expect("a compressed run");
        Packed::decode(&bytes)
    };
    let golden = GOLDEN.iter().map(|name| Packed::of_run(&crate::workspace().join("tests/golden").join(name)));
    names.iter().map(read).map(with_marks).chain(golden).collect()
}

/// The same run as if it had marked every other statement as reached.
fn with_marks(mut run: Packed) -> Packed {
    let table = run.files.iter().find(|(name, _)| name == SITES).map_or(&[][..], |(_, table)| table);
    let mut end = 0;
    let _ = decode_table(table, |id, _, _| end = end.max(id as usize + 1));
    let marks = (0..end).map(|id| u8::from(id.is_multiple_of(2)));
    let file = encode_header(end as u64).into_iter().chain(marks).collect();
    run.files.push((COVERAGE.to_owned(), file));
    run
}

/// The mutant with this number, to be compared with what it was made from: the same one each time, as long as the seeds are the same.
pub fn mutant(seeds: &[Packed], number: u64) -> Packed {
    let mut random = Random::new(number);
    let seed = random.of(seeds);
    let mut run = seed.clone();
    for _ in 0..=random.below(CHANGES_MAX) {
        change::change(&mut run, seeds, &mut random);
    }
    run.against(seed)
}
