//! The calls that led to a crash, from two sources: frames that the unwinder has found, and the thread's open statements.
//!
//! The unwinder sees every function, those of C and of the standard library too, as far as the stack was kept. The statement
//! stack has instrumented functions alone, but all of them.

use instr_format::names::MacroFlag;

use crate::model::chain::Chain;
use crate::model::sites::Sites;
use crate::model::statement::Statement;
use crate::run::symbols::{Frame, Function};

/// So many open statements can be without a frame before one that has some: of functions that left none.
const WITHOUT_FRAME: usize = 64;

/// One step on the way to the crash, innermost first.
#[derive(Debug)]
pub(in crate::report) enum Step<'a> {
    /// A frame: its number, and its functions with the statements that are open in them.
    Frame(usize, &'a Frame, Vec<(&'a Function, Option<Statement>)>),
    /// An open statement in a function without a frame.
    Open(Statement),
}

/// The calls, innermost first, as far as frames tell; and how many calls of the chain that is.
pub(in crate::report) fn merged<'a>(frames: &'a [Frame], chain: Option<&Chain>, sites: &Sites) -> (Vec<Step<'a>>, u64) {
    let open: Vec<Option<Statement>> = chain
        .into_iter()
        .flat_map(|chain| &chain.innermost)
        .map(|call| call.map(|id| sites.statement(id).unwrap_or_else(|| Statement::unknown(id))))
        .collect();
    let (mut steps, mut told) = (Vec::new(), 0);
    for (number, frame) in frames.iter().enumerate() {
        let mut functions = Vec::new();
        for function in &frame.functions {
            let rest = open.get(told..).unwrap_or_default();
            let at = rest
                .iter()
                .take(WITHOUT_FRAME)
                .position(|call| call.as_ref().is_some_and(|call| is_in(function, call)));
            let statement = at.and_then(|at| {
                steps.extend(rest.iter().take(at).flatten().cloned().map(Step::Open));
                told += at + 1;
                rest.get(at).cloned().flatten()
            });
            functions.push((function, statement));
        }
        steps.push(Step::Frame(number, frame, functions));
    }
    (steps, told as u64)
}

/// Whether the statement can be what the function is executing: it is in a function of this name, in the same file, and does
/// not begin behind the place. One that came out of a macro may stand in the macro's file.
pub(in crate::report) fn is_in(function: &Function, statement: &Statement) -> bool {
    let (Some(name), Some(file)) = (&function.name, &function.file) else { return false };
    let (name, inner) = plain(name);
    let (of_statement, closures) = plain(&statement.function);
    // An async function's body is a closure to the compiler.
    let is_same = name == of_statement && inner >= closures;
    let begins_before = function.line.is_none_or(|line| line == 0 || u64::from(line) >= statement.line);
    let is_expanded = statement.macro_flag == MacroFlag::Expansion;
    is_same && (is_expanded || (begins_before && is_path(file, &statement.file)))
}

/// Whether the debug information's path is that of the statement, which can be relative.
pub(in crate::report) fn is_path(full: &str, path: &str) -> bool {
    full.strip_suffix(path).is_some_and(|before| before.is_empty() || before.ends_with('/') || path.starts_with('/'))
}

// Input:  <demo::Session as core::fmt::Display>::fmt::<u8>::{{closure}}
// Output: fmt, 1
/// The last name of a path, without generic arguments and hashes, and how many closures it is in.
pub(in crate::report) fn plain(path: &str) -> (&str, usize) {
    let (mut rest, mut closures) = (path, 0);
    loop {
        if let Some(generic) = without_arguments(rest) {
            rest = generic;
            continue;
        }
        let (before, last) = rest.rsplit_once("::").unwrap_or(("", rest));
        let is_closure = last.starts_with("{{closure}}") || last.starts_with("{closure");
        let is_hash = last.len() == 17 && last.starts_with('h');
        if before.is_empty() || !(is_closure || is_hash) {
            return (last, closures);
        }
        closures += usize::from(is_closure);
        rest = before;
    }
}

/// What stands before the `::<…>` that a path ends in.
fn without_arguments(path: &str) -> Option<&str> {
    let bytes = path.strip_suffix('>')?.as_bytes();
    let mut depth = 1;
    for (at, byte) in bytes.iter().enumerate().rev() {
        match byte {
            // The arrow of a function's type.
            b'>' if at > 0 && bytes.get(at - 1) == Some(&b'-') => {}
            b'>' => depth += 1,
            b'<' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return path.get(..at)?.strip_suffix("::");
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_functions() {
        let cases = [
            ("crasher::deaths::ffi_segfault", ("ffi_segfault", 0)),
            ("Job::run::{{closure}}::{{closure}}", ("run", 2)),
            ("demo::work::{closure#0}", ("work", 1)),
            ("<demo::Session as core::fmt::Display>::fmt", ("fmt", 0)),
            ("demo::sum::<alloc::vec::Vec<u8>>", ("sum", 0)),
            ("demo::sum::<fn(u8) -> u8, demo::main::<u8>::{closure#0}>", ("sum", 0)),
            ("demo::sum::<u8>::{closure#0}", ("sum", 1)),
            ("demo::sum::h0123456789abcdef", ("sum", 0)),
            ("main", ("main", 0)),
            ("<>", ("<>", 0)),
            (">::>", (">", 0)),
            ("{{closure}}", ("{{closure}}", 0)),
            ("", ("", 0)),
        ];
        for (path, expected) in cases {
            assert_eq!(plain(path), expected, "{path}");
        }
    }

    #[test]
    fn a_path_ends_in_a_whole_name() {
        assert!(is_path("/w/src/main.rs", "src/main.rs") && is_path("/w/main.rs", "/w/main.rs"));
        assert!(!is_path("/w/src/domain.rs", "main.rs") && !is_path("main.rs", "src/main.rs"));
    }
}
