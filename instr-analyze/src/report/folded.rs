//! Records with their loops folded, a thread at a time: lines for people, or an object of JSON a part.

use std::io::{self, Write};

use instr_format::escape::Printable;
use instr_format::ring::Clock;
use instr_format::time::format_timestamp;

use super::number::Grouped;
use super::object;
use super::record::{RecordFormat, RecordWriter};
use crate::model::damage::{Damage, DamageList};
use crate::model::filter::Taken;
use crate::model::fold::{Item, Loop};
use crate::model::history::{Part, Steps};
use crate::model::record::{Kept, Record, Visitor};
use crate::model::sites::Sites;

/// Writes the records of one thread as they come.
pub struct FoldedWriter<'a, 'b> {
    /// The thread's id and name.
    thread: (u64, &'a str),
    sites: &'a Sites,
    taken: Taken<'a>,
    steps: Steps<Kept>,
    writer: &'a mut RecordWriter,
    out: &'b mut dyn Write,
    outcome: io::Result<()>,
    nothing: bool,
    damage: DamageList,
}

impl<'a, 'b> FoldedWriter<'a, 'b> {
    /// Writes the records of the thread with this id and name that are `taken`.
    pub fn new(
        thread: (u64, &'a str),
        sites: &'a Sites,
        taken: Taken<'a>,
        writer: &'a mut RecordWriter,
        out: &'b mut dyn Write,
    ) -> Self {
        let (steps, damage) = (Steps::default(), DamageList::default());
        FoldedWriter { thread, sites, taken, steps, writer, out, outcome: Ok(()), nothing: true, damage }
    }

    /// Writes what is left. Returns whether there was nothing, and the damage.
    ///
    /// # Errors
    /// When the output could not be written.
    pub fn finish(self) -> io::Result<(bool, Vec<Damage>)> {
        let FoldedWriter { thread, sites, steps, writer, out, mut outcome, mut nothing, damage, .. } = self;
        steps.finish(&mut |found| {
            nothing = false;
            if outcome.is_ok() {
                outcome = part(thread, sites, &found, writer, out);
            }
        });
        outcome?;
        Ok((nothing, damage.into_entries()))
    }
}

impl Visitor for FoldedWriter<'_, '_> {
    fn record(&mut self, record: &Record<'_>) {
        if self.outcome.is_err() {
            return;
        }
        let FoldedWriter { thread, sites, taken, steps, writer, out, outcome, nothing, .. } = self;
        let mut each = |found| {
            *nothing = false;
            if outcome.is_ok() {
                *outcome = part(*thread, sites, &found, writer, *out);
            }
        };
        steps.missing_before(record, &mut each);
        if taken.takes(record) {
            steps.push(record.key(), record.kept(), &mut each);
        }
    }

    fn damage(&mut self, damage: Damage) {
        self.damage.push(damage);
    }
}

fn part(
    thread: (u64, &str),
    sites: &Sites,
    part: &Part<Kept>,
    writer: &mut RecordWriter,
    out: &mut dyn Write,
) -> io::Result<()> {
    match part {
        Part::Missing(count) => writer.missed(thread, *count, out),
        Part::Item(item) if writer.format() == RecordFormat::Json => {
            json(thread, sites, item, out)?;
            out.write_all(b"\n")
        }
        Part::Item(item) => text(thread.1, sites, item, 0, writer, out),
    }
}

fn text(
    thread: &str,
    sites: &Sites,
    item: &Item<Kept>,
    depth: usize,
    writer: &mut RecordWriter,
    out: &mut dyn Write,
) -> io::Result<()> {
    write!(out, "{:1$}", "", 2 * depth)?;
    match item {
        Item::Step(step) => writer.write(thread, sites, &step.value.record(), out),
        Item::Loop(Loop { times, body, last }) => {
            let strong = writer.paint().strong;
            write!(out, "{strong}x{}{strong:#}", Grouped(*times))?;
            let stamp = last.record().stamp;
            if let Some(until) = stamp.unix_ns() {
                // Its block's beginning: the record came then, or later.
                let later = if stamp.clock == Clock::Coarse { " or later" } else { "" };
                write!(out, " until {}{later}", Printable(&format_timestamp(until)))?;
            }
            out.write_all(b"\n")?;
            body.iter().try_for_each(|inner| text(thread, sites, inner, depth + 1, writer, out))
        }
    }
}

fn json((tid, thread): (u64, &str), sites: &Sites, item: &Item<Kept>, out: &mut dyn Write) -> io::Result<()> {
    match item {
        Item::Step(step) => super::record::json(thread, &step.value.record(), sites, out),
        Item::Loop(Loop { times, body, last }) => {
            let stamp = last.record().stamp;
            let (records, seq) = (item.steps(), stamp.moment.seq);
            write!(out, "{{\"tid\":{tid},\"thread\":")?;
            object::write(&thread, out)?;
            write!(out, ",\"times\":{times},\"records\":{records},\"last_seq\":{seq},\"last_unix_ns\":")?;
            object::write(&stamp.unix_ns(), out)?;
            out.write_all(b",\"body\":[")?;
            for (at, inner) in body.iter().enumerate() {
                if at > 0 {
                    out.write_all(b",")?;
                }
                json((tid, thread), sites, inner, out)?;
            }
            out.write_all(b"]}")
        }
    }
}
