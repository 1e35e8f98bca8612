//! Which process of one command is which of another: the same program, for the same test, in the order of their start.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::run::files::read_process;

/// The runs that belong together, and those of one side alone.
#[derive(Debug, Default)]
pub struct Processes {
    /// The directories of those that do.
    pub pairs: Vec<[PathBuf; 2]>,
    /// The others'.
    pub only: [Vec<PathBuf>; 2],
}

/// Pairs the runs in these directories, which stand in the order of their start. Single ones belong together, whatever their
/// programs.
pub fn pair_processes(a: Vec<PathBuf>, b: Vec<PathBuf>) -> Processes {
    if let ([of_a], [of_b]) = (a.as_slice(), b.as_slice()) {
        return Processes { pairs: vec![[of_a.clone(), of_b.clone()]], only: Default::default() };
    }
    let mut waiting: HashMap<_, Vec<PathBuf>> = HashMap::new();
    // The oldest is the last one, which is taken first.
    for dir in b.iter().rev() {
        waiting.entry(identity(dir)).or_default().push(dir.clone());
    }
    let mut found = Processes::default();
    for of_a in a {
        match waiting.get_mut(&identity(&of_a)).and_then(Vec::pop) {
            Some(of_b) => found.pairs.push([of_a, of_b]),
            None => found.only[0].push(of_a),
        }
    }
    let left: Vec<PathBuf> = waiting.into_values().flatten().collect();
    found.only[1] = b.into_iter().filter(|dir| left.contains(dir)).collect();
    found
}

/// The program, and the test that it ran.
fn identity(dir: &Path) -> (Option<String>, Option<String>) {
    read_process(dir).map(|process| (process.program(), process.test)).unwrap_or_default()
}
