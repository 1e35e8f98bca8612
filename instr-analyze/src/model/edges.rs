//! The `edges` file: which edges of its code a process has reached.

use instr_format::edges::{BadEdges, VERSION, decode};
use instr_format::files::EDGES;

use super::damage::{Damage, DamageKind};

/// All edges of a process, as far as it has told.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Edges {
    /// Those of the program, and of each library that has some.
    pub ranges: Vec<Range>,
}

/// The edges of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// Its path; `None`: the program's own.
    pub path: Option<String>,
    /// What to add to addresses in the file for those in the process.
    pub base: u64,
    /// Its build id; empty if it has none.
    pub build_id: Vec<u8>,
    /// The edges, in the order of the compiler's table. One whose address nobody knows is left out.
    pub edges: Vec<Edge>,
}

/// An edge: a place in the code where a block of statements begins that runs as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Its address in the file.
    pub address: u32,
    /// Whether its function begins there.
    pub is_entry: bool,
    /// Whether it was reached.
    pub is_reached: bool,
}

impl Edges {
    /// Reads the file. A range that is not whole is damage, and the last one.
    ///
    /// # Errors
    /// What makes all of it unreadable.
    pub fn read(file: &[u8]) -> Result<(Self, Option<Damage>), Damage> {
        let ranges = decode(file).map_err(|bad| match bad {
            BadEdges::Version(found) => Damage::version(EDGES, found.into(), VERSION.into()),
            BadEdges::NotEdges => {
                let message = "not a file of edges, or one from another kind of machine";
                Damage::of_file(DamageKind::Damaged, EDGES, message)
            }
        })?;
        let (mut edges, mut damage) = (Edges::default(), None);
        for range in ranges {
            match range {
                Ok(range) => edges.ranges.push(Range::new(&range)),
                Err(at) => {
                    let torn = Damage::of_file(DamageKind::Torn, EDGES, "the edges of a file are incomplete");
                    damage = Some(Damage { start: Some(at), end: Some(file.len() as u64), ..torn });
                }
            }
        }
        Ok((edges, damage))
    }

    /// How many there are.
    pub fn known(&self) -> usize {
        self.ranges.iter().map(|range| range.edges.len()).sum()
    }

    /// How many of them were reached.
    pub fn reached(&self) -> usize {
        self.ranges.iter().flat_map(|range| &range.edges).filter(|edge| edge.is_reached).count()
    }

    /// The range in whose file an address of the process lies: the last one that begins before it.
    pub fn range_at(&self, address: u64) -> Option<&Range> {
        self.ranges.iter().filter(|range| range.base <= address).max_by_key(|range| range.base)
    }
}

impl Range {
    fn new(range: &instr_format::edges::Range<'_>) -> Self {
        let path = Some(range.head.path).filter(|path| !path.is_empty());
        let edges = range.edges().filter(|(place, _)| place.address != 0);
        Range {
            path: path.map(|path| String::from_utf8_lossy(path).into_owned()),
            base: range.head.base,
            build_id: range.head.build_id.to_vec(),
            edges: edges
                .map(|(place, is_reached)| Edge { address: place.address, is_entry: place.is_entry, is_reached })
                .collect(),
        }
    }
}
