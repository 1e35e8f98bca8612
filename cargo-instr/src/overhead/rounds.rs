//! Rounds in which each kind runs once, so that what slows the machine down for a while slows down all of them.

use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use rustix::fs::statvfs;

use super::build::Built;
use super::interrupts;
use super::kind::{KINDS, Kind};
use super::measure::{End, Limits, Measured, Reason, measure};
use super::options::Options;
use crate::failure::Failure;
use crate::stack_room;

/// A run may take so many times what the plain program takes.
const TIMES: u32 = 20;
/// Or so long.
const LEAST: Duration = Duration::from_secs(10);

/// Records of a run may take so much of the disk.
const MOST_BYTES: u64 = 4_000_000_000;

/// All runs of one kind.
#[derive(Debug, Clone)]
pub struct Row {
    /// Which.
    pub kind: Kind,
    /// Seconds of each round.
    pub walls: Vec<f64>,
    /// Of the processors, in hundredths of a second, over all rounds.
    pub processor: u64,
    /// The most that records of a run took of the disk.
    pub bytes: u64,
    /// Each way in which runs have ended.
    pub ends: Vec<ExitStatus>,
    /// Why it was not run to its end, and after how many seconds.
    pub stopped: Option<(Reason, f64)>,
}

impl Row {
    /// Before the first run.
    pub fn new(kind: Kind) -> Self {
        Row { kind, walls: Vec::new(), processor: 0, bytes: 0, ends: Vec::new(), stopped: None }
    }

    fn add(&mut self, run: &Measured, is_counted: bool) {
        self.bytes = self.bytes.max(run.bytes);
        match run.end {
            End::Stopped(reason) => self.stopped = Some((reason, run.wall.as_secs_f64())),
            End::Ended(status) if !self.ends.contains(&status) => self.ends.push(status),
            End::Ended(_) => {}
        }
        if is_counted {
            self.walls.push(run.wall.as_secs_f64());
            self.processor += run.processor;
        }
    }
}

/// Runs each kind so many times as the options say, after one time that is not counted. Nothing, if somebody interrupts.
///
/// # Errors
/// When the program cannot be run, or does not end by itself.
pub fn measure_all(built: &Built, options: &Options, scratch: &Path) -> Result<Option<Vec<Row>>, Failure> {
    interrupts::watch()?;
    let mut rows = KINDS.map(Row::new);
    let given = options.limit.map(|seconds| Duration::from_secs(seconds.into()));
    // The disk stays half as free as it is.
    let free = statvfs(scratch).map_or(u64::MAX, |disk| disk.f_bavail.saturating_mul(disk.f_frsize));
    let mut limits = Limits { time: given, bytes: MOST_BYTES.min(free / 2) };
    for round in 0..=options.rounds {
        match round {
            0 => built.progress.say("a first run of each kind, which is not counted"),
            _ => built.progress.say(&format!("round {round} of {}", options.rounds)),
        }
        for place in order(round) {
            let row = &mut rows[place];
            if row.stopped.is_some() {
                continue;
            }
            let output = scratch.join("records");
            let mut command = row.kind.command(&built.programs, &output);
            // As much stack as it has under `cargo instr run`.
            let _room = (row.kind != Kind::Plain).then(|| stack_room::raise(&mut command));
            let run = measure(command, &output, limits)?;
            if interrupts::arrived() {
                return Ok(None);
            }
            if row.kind == Kind::Plain {
                if run.end == End::Stopped(Reason::Time) {
                    let seconds = run.wall.as_secs();
                    let way_out = "give it arguments with which it ends, or a larger --limit";
                    return Err(Failure(format!("the plain program does not end within {seconds} s; {way_out}")));
                }
                limits.time = given.or_else(|| Some(LEAST.max(TIMES * run.wall)));
            }
            row.add(&run, round > 0);
        }
    }
    Ok(Some(rows.to_vec()))
}

/// The plain program first, to which the others are compared; these forwards and backwards in turn.
fn order(round: u32) -> [usize; KINDS.len()] {
    let mut order = std::array::from_fn(|place| place);
    if round % 2 == 1 {
        order[1..].reverse();
    }
    order
}
