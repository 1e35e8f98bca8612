//! What a thread was doing, concluded from its slot, its open statements and its records.

use instr_format::last::SlotCopy;

use super::activity::Activity;
use super::chain::{Chain, Part};
use super::damage::{Damage, DamageKind};
use super::errno::Errno;
use super::filter::Filter;
use super::scan::Scan;
use super::sites::{Site, Sites};
use super::source_path::is_local;
use super::statement::Statement;
use super::thread::{Choice, LastReached, Sink, State, Thread};

/// The statement that the thread was in: the one that its slot says, or the innermost open one that the filter takes.
pub fn wanted(slot: Option<&SlotCopy>, chain: Option<&Chain>, sites: &Sites, filter: &Filter<'_>) -> Option<Site> {
    let takes = |id: u32| sites.statement(id).is_some_and(|statement| filter.takes_file(&statement.file));
    let last = slot.and_then(|slot| slot.panicked.or(slot.site));
    let other = || chain.filter(|_| filter.restricts_files())?.find(takes);
    sites.get(last.filter(|id| takes(*id)).or_else(other).or(last)?)
}

/// Concludes a thread from its slot, the statement that this names, its open statements, and the pass over its records, of
/// which the oldest file is the segment `first`.
pub fn conclude(
    (tid, reuse, name): (u64, u64, &str),
    (slot, wanted, chain): (Option<&SlotCopy>, Option<&Site>, Option<&Chain>),
    (sink, first): (Sink, Option<u64>),
    mut scan: Scan<'_>,
    sites: &Sites,
    filter: &Filter<'_>,
) -> Thread {
    scan.finish();
    let share = scan.share();
    let last = match wanted {
        Some(site) if filter.takes_file(&site.statement.file) => {
            Some(LastReached::new(site.statement.clone(), scan.of_wanted, Choice::Innermost))
        }
        other => {
            if other.is_none() && scan.records > 0 {
                scan.damage.push(no_last());
            }
            let choice = if filter.restricts_files() { Choice::Matching } else { Choice::Newest };
            scan.matching()
                .map(|record| LastReached::new(Statement::of_record(&record, sites), Some(record.stamp), choice))
        }
    };
    let newest = scan.newest.map_or(0, |newest| newest.moment.seq);
    let missing = newest.saturating_sub(scan.records);
    let (overwritten, dropped) = match (sink, slot) {
        (Sink::Log, slot) => missing_lines(slot, first, &scan),
        // A ring that has been given to another thread has nothing left.
        (Sink::Ring, Some(slot)) if slot.ended => (slot.seq.max(newest).saturating_sub(scan.records), slot.dropped),
        (Sink::Ring, slot) => (missing, slot.map_or(0, |slot| slot.dropped)),
        (Sink::Counts, slot) => (0, slot.map_or(0, |slot| slot.dropped)),
    };
    let counted = slot.map_or(0, |slot| slot.dropped);
    if let Some(slot) = slot.filter(|_| counted > 0) {
        scan.damage.push(write_failed(counted, slot.errno));
    }
    if dropped > counted {
        scan.damage.push(gap(dropped - counted));
    }
    if let Some(Part::Missing(count)) = chain.and_then(|chain| chain.parts.last()) {
        scan.damage.push(innermost_missing(*count));
    }
    let chain = chain.map(|chain| chain.clone().filtered(sites, filter));
    let is_elsewhere = last.as_ref().is_some_and(|last| !is_local(&last.statement.file));
    let in_workspace = |id: u32| sites.statement(id).is_some_and(|statement| is_local(&statement.file));
    let own = match &chain {
        Some(chain) => chain.find(in_workspace).and_then(|id| sites.statement(id)),
        None => scan.own().map(|record| Statement::of_record(&record, sites)),
    };
    Thread {
        tid,
        reuse,
        name: name.to_owned(),
        sink,
        test: None,
        state: state(slot, last.as_ref()),
        first: scan.first().map(|record| Statement::of_record(&record, sites)),
        own: own.filter(|_| is_elsewhere),
        activity: Activity::default(),
        chain,
        last,
        newest: scan.newest,
        records: scan.records,
        filtered: slot.map_or(0, |slot| slot.filtered),
        suppressed: slot.map_or(0, |slot| slot.suppressed),
        dropped,
        overwritten,
        share,
        history: Vec::new(),
        is_history_cut: false,
        damage: scan.damage.into_entries(),
    }
}

/// How many lines were rotated away, and how many are missing otherwise. Nobody has counted a record that a signal handler has
/// left half made, or a line that is gone; and nothing is known of those that were rotated away but how many there were.
fn missing_lines(slot: Option<&SlotCopy>, first: Option<u64>, scan: &Scan<'_>) -> (u64, u64) {
    let (begun, dropped) = slot.map_or((0, 0), |slot| (slot.seq, slot.dropped));
    let newest = scan.newest.map_or(0, |newest| newest.moment.seq);
    let begin = match first {
        Some(0) => 0,
        Some(_) => scan.oldest.map_or(begun, |oldest| oldest.saturating_sub(1)),
        // Of a thread that lives, the newest segment stays.
        None if slot.is_some_and(|slot| slot.ended) => begun,
        None => 0,
    };
    let gaps = newest.saturating_sub(begin).saturating_sub(scan.records).saturating_sub(scan.damaged);
    let dropped_since = dropped.min(gaps + begun.saturating_sub(newest.max(begin)));
    (begin.saturating_sub(dropped - dropped_since), dropped.max(gaps))
}

/// A record that stands in for the last statement may be a callee's that has ended: nobody is known to be inside it.
fn state(slot: Option<&SlotCopy>, last: Option<&LastReached>) -> State {
    let stands_in = last.is_some_and(|last| last.choice != Choice::Innermost);
    match slot {
        Some(slot) if slot.continued => State::Continued,
        Some(slot) if slot.panicked.is_some() && slot.ended => State::PanickedAndEnded,
        Some(slot) if slot.panicked.is_some() && slot.left => State::PanickedAndLeft,
        Some(slot) if slot.panicked.is_some() => State::Panicking,
        Some(slot) if slot.ended => State::Ended,
        Some(slot) if slot.left => State::Left,
        Some(slot) if slot.site.is_some() && !stands_in => State::Inside,
        _ => State::Unknown,
    }
}

fn no_last() -> Damage {
    let message = "the innermost statement is unknown; the newest record may be a callee's";
    Damage::new(DamageKind::NoLast, message)
}

fn innermost_missing(count: u64) -> Damage {
    let message =
        format!("the innermost open statements are unknown: {count} were in memory that died with the process");
    Damage { count: Some(count), ..Damage::new(DamageKind::NoLast, message) }
}

fn write_failed(count: u64, errno: u32) -> Damage {
    let errno = Errno::new(errno);
    let why = errno.map(|errno| format!(": {errno}")).unwrap_or_default();
    let message = format!("{count} records could not be written{why}");
    Damage { count: Some(count), errno, ..Damage::new(DamageKind::WriteFailed, message) }
}

fn gap(count: u64) -> Damage {
    let message = format!("{count} records are missing between those that can be read");
    Damage { count: Some(count), ..Damage::new(DamageKind::Gap, message) }
}
