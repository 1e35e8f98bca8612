//! Whether a thread crashed while values were dropped: the statement that is open has its value then.

use std::io::{self, Write};

use instr_format::escape::Printable;

use super::crash::calls::{Step, merged};
use super::lines::cut;
use crate::model::source_path::short;
use crate::model::thread::Thread;
use crate::run::load::Run;
use crate::run::symbols::Function;

/// What the compiler calls to drop a value.
const DROPS: &str = "core::ptr::drop_in_place";
/// If it calls itself so often, the drop is recursive.
const RECURSIVE: usize = 16;

/// What the thread that crashed was dropping.
#[derive(Debug)]
pub(super) struct Dropping<'a> {
    /// The type of the value, without paths.
    pub what: String,
    /// Whether its drop calls itself, again and again.
    is_recursive: bool,
    /// The function that dropped it, where the stack was kept as far as that.
    around: Option<&'a Function>,
}

/// What was dropped in the crash, where its frames tell.
pub(super) fn found<'a>(run: &'a Run, crashed: &Thread) -> Option<Dropping<'a>> {
    let (steps, _) = merged(&run.frames, crashed.chain.as_ref(), &run.sites);
    let mut drops: Vec<&str> = Vec::new();
    let mut around = None;
    'frames: for step in &steps {
        let Step::Frame(_, _, functions) = step else { break };
        for (function, statement) in functions {
            if statement.is_some() {
                around = Some(*function);
                break 'frames;
            }
            drops.extend(dropped(function));
        }
    }
    // Where the stack was not kept as far as to the statement, all values in sight lie within the one that was dropped first.
    let what = if around.is_some() { drops.last() } else { drops.iter().max_by_key(|name| name.len()) };
    Some(Dropping { what: without_paths(what?), is_recursive: drops.len() >= RECURSIVE, around })
}

// Output:   while dropping Option<Box<Node>>, recursively; the statement of line 15 is over: sum
/// Says it, with where it was dropped and which statement had its value by then.
pub(super) fn write(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    let crashed = run.threads.iter().find(|thread| run.has_crashed(thread));
    let Some((thread, dropping)) = crashed.and_then(|thread| Some((thread, found(run, thread)?))) else {
        return Ok(());
    };
    write!(out, "  while dropping {}", Printable(dropping.what.as_bytes()))?;
    if dropping.is_recursive {
        out.write_all(b", recursively")?;
    }
    if let Some((file, line)) = dropping.around.and_then(|function| function.file.as_deref().zip(function.line)) {
        write!(out, ", at {}:{line}", Printable(short(file).as_bytes()))?;
    }
    match &thread.last {
        Some(last) => {
            let (line, text) = (last.statement.line, cut(&last.statement.snippet));
            writeln!(out, "; the statement of line {line} is over: {text}")
        }
        None => writeln!(out),
    }
}

// Input:  core::ptr::drop_in_place<alloc::boxed::Box<demo::Node>>
// Output: alloc::boxed::Box<demo::Node>
/// The type of the value that a function drops.
fn dropped(function: &Function) -> Option<&str> {
    let arguments = function.name.as_deref()?.strip_prefix(DROPS)?;
    let arguments = arguments.strip_prefix("::").unwrap_or(arguments);
    let inner = arguments.strip_prefix('<')?;
    // There may be a hash behind it.
    inner.rfind('>').map(|end| &inner[..end])
}

/// A type's names without the modules that they are in.
fn without_paths(name: &str) -> String {
    let mut output = String::new();
    let mut word_at = 0;
    let mut rest = name.char_indices().peekable();
    while let Some((_, char)) = rest.next() {
        if char == ':' && rest.peek().is_some_and(|(_, next)| *next == ':') {
            rest.next();
            output.truncate(word_at);
            continue;
        }
        output.push(char);
        if char != '_' && !char.is_alphanumeric() {
            word_at = output.len();
        }
    }
    output
}

#[cfg(test)]
mod tests {
    use super::without_paths;

    #[test]
    fn types_lose_their_paths() {
        for (name, expected) in [
            ("core::option::Option<alloc::boxed::Box<drops::Node>>", "Option<Box<Node>>"),
            ("[demo::a::B; 4]", "[B; 4]"),
            ("(a::B, &mut c::D)", "(B, &mut D)"),
            ("u8", "u8"),
        ] {
            assert_eq!(without_paths(name), expected);
        }
    }
}
