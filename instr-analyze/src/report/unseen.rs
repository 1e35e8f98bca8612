//! What a thread was in below its innermost statement: functions that are not instrumented. Of a crash, its frames tell; otherwise
//! the name of one that a macro makes may stand in the statement.

use std::io::{self, Write};

use instr_format::escape::Printable;
use serde::Serialize;

use super::crash::calls::{Step, is_path, merged, plain};
use crate::model::process::Untouched;
use crate::model::source_path::{in_toolchain, short};
use crate::model::statement::unescaped;
use crate::model::thread::{Choice, State, Thread};
use crate::run::load::Run;
use crate::run::source::is_ours_alone;
use crate::run::symbols::{Frame, Function, backtrace};

/// So many functions are named; the others are in `run.json`, or among the calls of `crash`.
const NAMED: usize = 3;
/// So many of a crash's innermost frames are looked at.
const FRAMES: usize = 256;

/// A function that is not instrumented.
#[derive(Debug, Serialize)]
pub(super) struct Unseen {
    function: String,
    file: String,
    line: u64,
    /// The macro that makes it.
    #[serde(rename = "macro", skip_serializing_if = "Option::is_none")]
    maker: Option<String>,
    /// Why it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Whether the thread was in it, or only may have been.
    is_certain: bool,
}

/// Those that the thread was in, innermost first; or those that it may have been in.
pub(super) fn found(run: &Run, thread: &Thread) -> Vec<Unseen> {
    let is_inside = matches!(thread.state, State::Inside | State::Unknown);
    // A panic says itself where it was.
    if !is_inside && !run.has_crashed_outside(thread) {
        return Vec::new();
    }
    let certain = if run.has_crashed(thread) { entered(run, thread) } else { Vec::new() };
    if is_inside && certain.is_empty() { named(run, thread) } else { certain }
}

// Output: what this calls is not instrumented: demo::count at src/main.rs:40, made by `counts!`: other crates can use the macro
// Output: perhaps in `log` (src/main.rs:14), which `logs!` makes and which is not instrumented: other crates can use the macro
/// Writes them.
pub(super) fn write(run: &Run, thread: &Thread, out: &mut dyn Write) -> io::Result<()> {
    let found = found(run, thread);
    let (first, indent) = match found.as_slice() {
        [Unseen { is_certain: false, .. }, ..] => return found.iter().try_for_each(|unseen| perhaps(unseen, out)),
        _ if run.has_crashed_outside(thread) => ("  what it was in is not instrumented:", " "),
        [_] => ("  what this calls is not instrumented:", " "),
        _ => ("  what this calls is not instrumented, innermost first:\n", "    "),
    };
    for (at, Unseen { function, file, line, maker, reason, .. }) in found.iter().enumerate() {
        let [function, file] = [function, file].map(|text| Printable(text.as_bytes()));
        write!(out, "{}{indent}{function} at {file}:{line}", if at == 0 { first } else { "" })?;
        if let Some((maker, reason)) = maker.as_ref().zip(reason.as_ref()) {
            let [maker, reason] = [maker, reason].map(|text| Printable(text.as_bytes()));
            write!(out, ", made by `{maker}!`: {reason}")?;
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn perhaps(unseen: &Unseen, out: &mut dyn Write) -> io::Result<()> {
    let Unseen { function, file, line, .. } = unseen;
    let texts =
        [function, file, unseen.maker.as_deref().unwrap_or_default(), unseen.reason.as_deref().unwrap_or_default()];
    let [function, file, maker, reason] = texts.map(|text| Printable(text.as_bytes()).to_string());
    let which = format!("which `{maker}!` makes and which is not instrumented: {reason}");
    writeln!(out, "  perhaps in `{function}` ({file}:{line}), {which}")
}

/// What the innermost statement may call, by its text.
fn named(run: &Run, thread: &Thread) -> Vec<Unseen> {
    let Some(last) = thread.last.as_ref().filter(|last| last.choice == Choice::Innermost) else { return Vec::new() };
    let may_be = |untouched: &Untouched| {
        let (maker, name) = untouched.made_by().filter(|(_, name)| calls(&last.statement.snippet, name))?;
        Some(Unseen {
            function: name.to_owned(),
            file: short(&untouched.file),
            line: untouched.line,
            maker: Some(maker.to_owned()),
            reason: Some(untouched.reason.clone()),
            is_certain: false,
        })
    };
    run.process.untouched.iter().filter_map(may_be).take(NAMED).collect()
}

/// What the thread that crashed had called from its innermost statement, where the frames reach as far as that; all that it was
/// in, if it was in no statement. The standard library's functions say nothing, nor do those without debug information.
fn entered(run: &Run, thread: &Thread) -> Vec<Unseen> {
    let Some(crash) = &run.crash else { return Vec::new() };
    let loaded: Vec<Frame>;
    let mut frames = &run.frames;
    if frames.is_empty() {
        loaded = backtrace(crash, is_ours_alone(&run.dir), FRAMES);
        frames = &loaded;
    }
    let (steps, _) = merged(frames, thread.chain.as_ref(), &run.sites);
    let mut inner: Vec<&Function> = Vec::new();
    for step in &steps {
        // A statement without a frame: who called what is not known.
        let Step::Frame(_, _, functions) = step else { return Vec::new() };
        for (function, statement) in functions {
            if let Some(statement) = statement {
                let root = function.file.as_deref().and_then(|file| file.strip_suffix(statement.file.as_str()));
                return inner.iter().take(NAMED).filter_map(|function| unseen(run, function, root)).collect();
            }
            let is_known = |known: &&Function| is_of(known, function);
            if is_telling(function) && !inner.iter().any(is_known) && !is_instrumented(run, function) {
                inner.push(function);
            }
        }
    }
    let outside = run.has_crashed_outside(thread).then(|| unseen(run, inner.first()?, None)).flatten();
    outside.into_iter().collect()
}

/// Whether it is neither of the standard library nor of the runtime, and has a place.
fn is_telling(function: &Function) -> bool {
    let (Some(name), Some(file), Some(_)) = (&function.name, &function.file, function.line) else { return false };
    in_toolchain(file).is_none() && !name.trim_start_matches('<').starts_with("instr_runtime::")
}

/// Whether there are statements of a function of this name: it may have been entered and not have reached one.
fn is_instrumented(run: &Run, function: &Function) -> bool {
    let (Some(name), Some(file)) = (&function.name, &function.file) else { return false };
    let (name, end) = (plain(name).0, u32::try_from(run.sites.end()).unwrap_or(u32::MAX));
    let is_named = |known: &[u8]| str::from_utf8(known).is_ok_and(|known| plain(known).0 == name);
    let mut sites = (0..end).filter_map(|id| run.sites.text(id)).filter(|site| is_named(site.name));
    sites.any(|site| is_path(file, &unescaped(site.file)))
}

/// Whether both are one function, or one is a closure of the other.
fn is_of(one: &Function, other: &Function) -> bool {
    let name = |function: &Function| function.name.as_deref().map(|name| plain(name).0.to_owned());
    name(one) == name(other) && one.file == other.file
}

/// `root`: the directory that the paths of sites are relative to.
fn unseen(run: &Run, function: &Function, root: Option<&str>) -> Option<Unseen> {
    let (name, file) = (function.name.as_deref()?, function.file.as_deref()?);
    let is_same = |untouched: &&Untouched| {
        is_path(file, &untouched.file) && untouched.made_by().is_some_and(|(_, made)| made == plain(name).0)
    };
    let untouched = run.process.untouched.iter().find(is_same);
    let within = root.filter(|root| !root.is_empty()).and_then(|root| file.strip_prefix(root));
    Some(Unseen {
        function: name.to_owned(),
        file: within.map_or_else(|| short(file), str::to_owned),
        line: function.line?.into(),
        maker: untouched.and_then(Untouched::made_by).map(|(maker, _)| maker.to_owned()),
        reason: untouched.map(|untouched| untouched.reason.clone()),
        is_certain: true,
    })
}

/// Whether a statement may call a function of this name.
fn calls(statement: &str, name: &str) -> bool {
    statement.match_indices(name).any(|(at, _)| {
        let is_part = statement[..at].ends_with(|before: char| before == '_' || before.is_alphanumeric());
        let behind = statement[at + name.len()..].trim_start();
        !is_part && (behind.starts_with('(') || behind.starts_with("::<"))
    })
}

#[cfg(test)]
mod tests {
    use super::calls;

    #[test]
    fn calls_are_told_by_the_name_before_a_parenthesis() {
        for statement in ["to.log(text);", "a = log (b)", "log::<u8>(c)", "blog(log(d))"] {
            assert!(calls(statement, "log"), "{statement}");
        }
        for statement in ["to.blog(text);", "log;", "log_all(a)", "log::other(a)", ""] {
            assert!(!calls(statement, "log"), "{statement}");
        }
    }
}
