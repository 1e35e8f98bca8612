//! What is stepped through: the acts, the sinks, and where the ring stands.

/// The size of the smallest ring.
pub(super) const RING_SIZE: u64 = 64 << 10;
/// What a call of a function with one statement takes of it: a place that is passed over, and the record.
pub(super) const CALL: u64 = 8;

/// What is stepped through, and when.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// For people.
    pub name: &'static str,
    /// The program's act.
    pub act: &'static str,
    /// The environment.
    pub variables: &'static [(&'static str, &'static str)],
    /// Where the ring stands before it.
    pub before: Before,
    /// How many statements a handler reaches.
    pub each: u64,
}

/// Where the ring stands before an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// There is none: the thread has reached nothing yet.
    Nothing,
    /// Within a chunk.
    Within,
    /// At the end of a chunk.
    ChunkEnd,
    /// At the end of a quarter of the ring, which a history is kept of.
    QuarterEnd,
    /// A chunk before that.
    BeforeQuarterEnd,
    /// At the end of the ring.
    RingEnd,
}

const RING: &[(&str, &str)] = &[("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K")];
const FULL: &[(&str, &str)] = &[("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K"), ("INSTR_CLOCK", "full")];
const HISTORY: &[(&str, &str)] = &[("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K"), ("INSTR_RING_HISTORY", "1")];
const FILTERED: &[(&str, &str)] = &[("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K"), ("INSTR_EXCLUDE", "act.rs")];
const COUNT: &[(&str, &str)] = &[("INSTR_SINK", "count")];
const WRITE: &[(&str, &str)] = &[("INSTR_SINK", "write")];

/// Every case.
pub const CASES: &[Case] = &[
    Case { name: "ring, first record", act: "one", variables: RING, before: Before::Nothing, each: 1 },
    Case { name: "ring, within a chunk", act: "one", variables: RING, before: Before::Within, each: 1 },
    Case {
        name: "ring, many statements in the handler",
        act: "one",
        variables: RING,
        before: Before::Within,
        each: 600,
    },
    Case { name: "ring, parts of statements", act: "parts", variables: RING, before: Before::Within, each: 1 },
    Case { name: "ring, first record of a chunk", act: "one", variables: RING, before: Before::ChunkEnd, each: 1 },
    Case { name: "ring, chunk, many in the handler", act: "one", variables: RING, before: Before::ChunkEnd, each: 600 },
    Case { name: "ring, wrap", act: "one", variables: RING, before: Before::RingEnd, each: 1 },
    Case { name: "ring, filtered", act: "one", variables: FILTERED, before: Before::Within, each: 1 },
    Case { name: "ring, clock full", act: "one", variables: FULL, before: Before::Within, each: 1 },
    Case { name: "ring, clock full, chunk", act: "one", variables: FULL, before: Before::ChunkEnd, each: 300 },
    Case { name: "ring, history, quarter", act: "one", variables: HISTORY, before: Before::QuarterEnd, each: 1 },
    Case {
        name: "ring, history, many in the handler",
        act: "one",
        variables: HISTORY,
        before: Before::QuarterEnd,
        each: 600,
    },
    Case {
        name: "ring, history, chunk before a quarter",
        act: "one",
        variables: HISTORY,
        before: Before::BeforeQuarterEnd,
        each: 600,
    },
    Case {
        name: "ring, more than the ring in the handler",
        act: "one",
        variables: RING,
        before: Before::Within,
        each: 20_000,
    },
    Case {
        name: "ring, chunk, more than the ring",
        act: "one",
        variables: RING,
        before: Before::ChunkEnd,
        each: 20_000,
    },
    Case { name: "count, first record", act: "one", variables: COUNT, before: Before::Nothing, each: 1 },
    Case { name: "count", act: "parts", variables: COUNT, before: Before::Within, each: 1 },
    Case { name: "write, first record", act: "one", variables: WRITE, before: Before::Nothing, each: 1 },
    Case { name: "write", act: "one", variables: WRITE, before: Before::Within, each: 1 },
];

impl Case {
    /// The one with this name.
    ///
    /// # Panics
    /// When there is none.
    pub fn named(name: &str) -> &'static Case {
        CASES.iter().find(|case| case.name == name).unwrap_or_else(|| panic!("no case {name}"))
    }

    /// Whether a handler reaches more than the ring has room for.
    pub fn overruns(&self) -> bool {
        self.each > RING_SIZE / CALL
    }

    pub(super) fn variable(&self, name: &str) -> Option<&'static str> {
        self.variables.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}
