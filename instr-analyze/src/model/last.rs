//! The `last` file: what every thread was doing, and the process.

use instr_format::last::{BadLast, HeaderCopy, SlotCopy, VERSION, decode};

use super::damage::{Damage, DamageKind};

/// A `last` file that has been read.
#[derive(Debug)]
pub struct Last {
    /// What holds for the process.
    pub header: HeaderCopy,
    /// One for each thread that reached a statement.
    pub slots: Vec<SlotCopy>,
}

impl Last {
    /// Reads the file named `name`.
    ///
    /// # Errors
    /// What makes it unreadable.
    pub fn read(name: &str, file: &[u8]) -> Result<Self, Damage> {
        match decode(file) {
            Ok((header, slots)) => Ok(Last { header, slots: slots.collect() }),
            Err(BadLast::Version(found)) => Err(Damage::version(name, found.into(), VERSION.into())),
            Err(BadLast::NotALast) => {
                let message = match file {
                    [] => "empty, as where the disk was full when the run began",
                    _ => "not the last-reached statements of a run, or those of another kind of machine",
                };
                Err(Damage::of_file(DamageKind::Damaged, name, message))
            }
        }
    }

    /// The slot of a thread.
    pub fn slot(&self, tid: u64, reuse: u64) -> Option<&SlotCopy> {
        self.slots.iter().find(|slot| slot.tid == tid && u64::from(slot.reuse) == reuse)
    }
}

/// The thread's name that a slot holds.
pub(crate) fn name(slot: &SlotCopy) -> String {
    text_of_name(&slot.name)
}

/// The text of a name that is padded with NUL.
pub(crate) fn text_of_name(name: &[u8]) -> String {
    let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
    String::from_utf8_lossy(name.get(..end).unwrap_or_default()).into_owned()
}
