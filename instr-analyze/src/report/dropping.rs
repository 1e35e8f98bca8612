//! Whether a thread crashed while values were dropped: the statement that is open has its value then.

use std::io::{self, Write};

use instr_format::escape::Printable;

use super::crash::calls::{Step, merged};
use super::lines::cut;
use crate::model::source_path::short;
use crate::run::load::Run;
use crate::run::symbols::Function;

/// What the compiler calls to drop a value.
const DROPS: &str = "core::ptr::drop_in_place";
/// If it calls itself so often, the drop is recursive.
const RECURSIVE: usize = 16;

// Output:   while dropping Option<Box<Node>>, recursively; the statement of line 15 is over: sum
/// Says what the thread that crashed was dropping, where its frames tell.
pub(super) fn write(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    let Some(thread) = run.threads.iter().find(|thread| run.has_crashed(thread)) else { return Ok(()) };
    let (steps, _) = merged(&run.frames, thread.chain.as_ref(), &run.sites);
    let mut drops: Vec<&Function> = Vec::new();
    let mut around = None;
    'frames: for step in &steps {
        let Step::Frame(_, _, functions) = step else { break };
        for (function, statement) in functions {
            if statement.is_some() {
                around = Some(*function);
                break 'frames;
            }
            drops.extend(dropped(function).map(|_| *function));
        }
    }
    let Some(last) = drops.last() else { return Ok(()) };
    // Where the stack was not kept as far as to the statement, all values in sight lie within the one that was dropped first.
    let widest = || drops.iter().filter_map(|function| dropped(function)).max_by_key(|name| name.len());
    let what = if around.is_some() { dropped(last) } else { widest() };
    let what = without_paths(what.unwrap_or("a value"));
    write!(out, "  while dropping {}", Printable(what.as_bytes()))?;
    if drops.len() >= RECURSIVE {
        out.write_all(b", recursively")?;
    }
    if let Some((file, line)) = around.and_then(|function| function.file.as_deref().zip(function.line)) {
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
