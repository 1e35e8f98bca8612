//! The ways to run a program that are compared.

use std::path::Path;
use std::process::Command;

use instr_format::names::{ENABLE, OUTPUT_DIR, SINK};

use super::build::Programs;

/// A way to run the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// As cargo builds it.
    Plain,
    /// Instrumented, and turned off.
    Off,
    /// With the statement stack alone.
    Stack,
    /// Instrumented, with a ring for each thread.
    Ring,
    /// Instrumented, with a line for each statement.
    Write,
}

/// In the order of the table.
pub const KINDS: [Kind; 5] = [Kind::Plain, Kind::Off, Kind::Stack, Kind::Ring, Kind::Write];

impl Kind {
    /// The table's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Plain => "plain",
            Kind::Off => "off",
            Kind::Stack => "stack",
            Kind::Ring => "ring",
            Kind::Write => "write",
        }
    }

    /// Whether it is to leave records behind.
    pub fn records(self) -> bool {
        !matches!(self, Kind::Plain | Kind::Off)
    }

    /// The program, ready to be run in this way, with its records in `output`.
    pub fn command(self, programs: &Programs, output: &Path) -> Command {
        let program = match self {
            Kind::Plain => &programs.plain,
            Kind::Stack => &programs.stack,
            Kind::Off | Kind::Ring | Kind::Write => &programs.everything,
        };
        let mut command = program.command();
        match self {
            Kind::Plain => {}
            Kind::Off => _ = command.env(ENABLE, "0").env(OUTPUT_DIR, output),
            Kind::Stack | Kind::Ring | Kind::Write => {
                command.env(ENABLE, "1").env(SINK, self.name()).env(OUTPUT_DIR, output);
            }
        }
        command
    }
}
