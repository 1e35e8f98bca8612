//! What a thread may be in below its innermost statement: functions that macros make and that are not instrumented.

use std::io::{self, Write};

use instr_format::escape::Printable;

use crate::model::process::Untouched;
use crate::model::source_path::short;
use crate::model::thread::{Choice, State, Thread};
use crate::run::load::Run;

/// So many functions are named; the others are in `run.json`.
const NAMED: usize = 3;

// Output: perhaps in `log` (src/main.rs:14), made by an exported macro, `logs!`: not instrumented
/// Names those that the statement may call, if the thread may be in one.
pub(super) fn write(run: &Run, thread: &Thread, out: &mut dyn Write) -> io::Result<()> {
    let Some(last) = thread.last.as_ref().filter(|last| last.choice == Choice::Innermost) else { return Ok(()) };
    // A panic says itself where it was.
    if !matches!(thread.state, State::Inside | State::Unknown) {
        return Ok(());
    }
    let called =
        |untouched: &&Untouched| untouched.made_by().is_some_and(|(_, name)| calls(&last.statement.snippet, name));
    for untouched in run.process.untouched.iter().filter(called).take(NAMED) {
        let Some((maker, name)) = untouched.made_by() else { continue };
        let place = format!("{}:{}", short(&untouched.file), untouched.line);
        let [name, maker, reason, place] =
            [name, maker, untouched.reason.as_str(), place.as_str()].map(|text| Printable(text.as_bytes()).to_string());
        writeln!(
            out,
            "  perhaps in `{name}` ({place}), which `{maker}!` makes and which is not instrumented: {reason}"
        )?;
    }
    Ok(())
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
