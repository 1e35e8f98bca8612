//! A test that returns an error fails without a panic.

use std::io::{self, Write};

use instr_format::escape::Printable;

use super::lines::cut;
use crate::model::end::EndKind;
use crate::model::panics::Panic;
use crate::model::thread::Thread;
use crate::run::load::Run;

/// Says that there is one, if no test can have failed otherwise.
pub(super) fn write(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    let is_failure = run.end.kind == EndKind::Exit && run.end.code.as_deref() == Some("101");
    if !is_failure || run.sites.tests().next().is_none() || may_have_panicked(run) {
        return Ok(());
    }
    writeln!(out, "  no test ended in a panic, so one has returned an error")?;
    for thread in &run.threads {
        let (Some(test), Some(last)) = (&thread.test, &thread.last) else { continue };
        let snippet = &last.statement.snippet;
        if snippet.contains('?') || snippet.contains("Err(") {
            let (name, line) = (Printable(test.name.as_bytes()), last.statement.line);
            writeln!(out, "  perhaps {name}, which ended at line {line}: {}", cut(snippet))?;
        }
    }
    Ok(())
}

/// Whether a test may have failed by a panic: one that no thread is shown for may have been a test's.
fn may_have_panicked(run: &Run) -> bool {
    let is_shown =
        |panic: &Panic| run.threads.iter().any(|thread| (thread.tid, thread.reuse) == (panic.tid, panic.reuse));
    let ended_in_panic = |thread: &Thread| thread.state.is_panicked() && !thread.has_panicked_as_expected();
    run.is_filtered
        || run.threads.iter().any(|thread| thread.has_failed_test() || ended_in_panic(thread))
        || run.panic_count > run.panics.len() as u64
        || !run.panics.iter().all(is_shown)
}
