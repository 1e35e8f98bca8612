//! What addresses are, for people and for programs, with the statements of a run that are there.

mod statements;

use std::io::{self, Write};

use instr_format::escape::Printable;
use instr_format::names::SCHEMA_VERSION;
use serde::Serialize;

use self::statements::{OpenIn, Statements};
use super::excerpt;
use super::object;
use super::options::Options;
use super::paint::Paint;
use crate::model::excerpt::Excerpt;
use crate::model::statement::Statement;
use crate::run::debug::{Argument, Details, Found};
use crate::run::files::RunFiles;
use crate::run::source::Texts;
use crate::run::symbolize::{Symbolized, Symbols};
use crate::run::symbols::Function;

/// What is told.
pub struct Subject<'a> {
    symbols: &'a Symbols,
    statements: Option<Statements<'a>>,
    texts: Texts,
}

impl<'a> Subject<'a> {
    /// Addresses, of a process if that is a run's.
    pub fn new(symbols: &'a Symbols, run: Option<&'a RunFiles>, texts: Texts) -> Self {
        Subject { symbols, statements: run.map(Statements::new), texts }
    }

    fn statement(&self, found: &Found) -> Option<JsonStatement> {
        let (statement, open_in) = self.statements.as_ref()?.of(&found.function)?;
        Some(JsonStatement { statement, open_in })
    }

    fn source(&mut self, function: &Function, context: u64) -> Option<Excerpt> {
        self.texts.around(function.file.as_deref()?, function.line?.into(), context)
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    addresses: Vec<JsonAddress<'a>>,
    modules: Vec<JsonModule>,
}

#[derive(Serialize)]
struct JsonAddress<'a> {
    address: String,
    module: Option<String>,
    in_file: Option<String>,
    functions: Vec<JsonFunction<'a>>,
}

#[derive(Serialize)]
struct JsonFunction<'a> {
    #[serde(flatten)]
    function: &'a Function,
    #[serde(flatten)]
    details: &'a Details,
    source: Option<JsonSource>,
    statement: Option<JsonStatement>,
}

#[derive(Serialize)]
struct JsonSource {
    first: u64,
    lines: Vec<String>,
}

#[derive(Serialize)]
struct JsonStatement {
    #[serde(flatten)]
    statement: Statement,
    open_in: Vec<OpenIn>,
}

#[derive(Serialize)]
struct JsonModule {
    path: String,
    build_id: Option<String>,
    debug_file: Option<String>,
    problem: Option<String>,
}

/// Writes one document.
///
/// # Errors
/// When the output cannot be written.
pub fn json(subject: &mut Subject<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let symbols = subject.symbols;
    let addresses = symbols.addresses.iter().map(|found| JsonAddress {
        address: format!("{:#x}", found.address),
        module: path(found, symbols),
        in_file: found.in_file.map(|address| format!("{address:#x}")),
        functions: found.functions.iter().map(|found| json_function(subject, found, options.context)).collect(),
    });
    let addresses = addresses.collect();
    let modules = symbols.modules.iter().map(|module| JsonModule {
        path: module.path.display().to_string(),
        build_id: module.build_id.as_ref().map(|build| build.iter().map(|byte| format!("{byte:02x}")).collect()),
        debug_file: module.debug_file.as_ref().map(|file| file.display().to_string()),
        problem: module.problem.as_ref().map(ToString::to_string),
    });
    let document = Document { schema_version: SCHEMA_VERSION, addresses, modules: modules.collect() };
    object::write_pretty(&document, out)
}

fn json_function<'a>(subject: &mut Subject<'_>, found: &'a Found, context: u64) -> JsonFunction<'a> {
    let source = subject.source(&found.function, context);
    JsonFunction {
        function: &found.function,
        details: &found.details,
        source: source.map(|Excerpt { first, lines }| JsonSource { first, lines }),
        statement: subject.statement(found),
    }
}

fn path(found: &Symbolized, symbols: &Symbols) -> Option<String> {
    Some(symbols.modules.get(found.module?)?.path.display().to_string())
}

/// Writes it for people.
///
/// # Errors
/// When the output cannot be written.
pub fn text(subject: &mut Subject<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let symbols = subject.symbols;
    for (number, found) in symbols.addresses.iter().enumerate() {
        if number > 0 {
            out.write_all(b"\n")?;
        }
        head(found, symbols, out)?;
        for (depth, function) in found.functions.iter().enumerate() {
            let before = if depth > 0 { "inlined into " } else { "" };
            write_function(function, before, options.paint, out)?;
            if let Some(JsonStatement { statement, open_in }) = subject.statement(function) {
                write_statement(&statement, &open_in, out)?;
            }
            if let Some((source, line)) =
                subject.source(&function.function, options.context).zip(function.function.line)
            {
                excerpt::lines(&source, line.into(), options.paint, out)?;
            }
        }
    }
    Ok(())
}

fn head(found: &Symbolized, symbols: &Symbols, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{:#x}", found.address)?;
    let Some(module) = found.module.and_then(|module| symbols.modules.get(module)) else {
        return writeln!(out, "  in no file of the process");
    };
    let path = module.path.display().to_string();
    match found.in_file.filter(|address| *address != found.address) {
        Some(address) => write!(out, "  {address:#x} in {}", Printable(path.as_bytes()))?,
        None => write!(out, "  in {}", Printable(path.as_bytes()))?,
    }
    match &module.problem {
        Some(problem) if found.functions.is_empty() => writeln!(out, ": {problem}"),
        None if found.functions.is_empty() => writeln!(out, ": no function is there"),
        _ => writeln!(out),
    }
}

fn write_function(found: &Found, before: &str, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let (Found { function, details }, strong) = (found, paint.strong);
    let name = function.name.as_deref().unwrap_or("an unknown function");
    write!(out, "  {before}{strong}{}{strong:#}", Printable(name.as_bytes()))?;
    if let Some(file) = &function.file {
        write!(out, " at {}", Printable(file.as_bytes()))?;
        for number in [function.line, function.column].into_iter().flatten() {
            write!(out, ":{number}")?;
        }
    }
    writeln!(out)?;
    if let Some(symbol) = details.linkage_name.as_ref().filter(|symbol| Some(*symbol) != function.name.as_ref()) {
        writeln!(out, "    symbol: {}", Printable(symbol.as_bytes()))?;
    }
    if let Some(scope) = &details.scope {
        let what = if details.of_type.is_some() { "type" } else { "namespace" };
        writeln!(out, "    {what}: {}", Printable(scope.as_bytes()))?;
    }
    if !details.arguments.is_empty() {
        let arguments: Vec<String> = details.arguments.iter().map(argument).collect();
        writeln!(out, "    arguments: {}", Printable(arguments.join(", ").as_bytes()))?;
    }
    Ok(())
}

fn argument(argument: &Argument) -> String {
    let name = argument.name.as_deref().unwrap_or("_");
    argument.type_name.as_ref().map_or_else(|| name.to_owned(), |type_name| format!("{name}: {type_name}"))
}

fn write_statement(statement: &Statement, open_in: &[OpenIn], out: &mut dyn Write) -> io::Result<()> {
    write!(out, "    statement: {}:{}:{}", Printable(statement.file.as_bytes()), statement.line, statement.column)?;
    write!(out, "  {}", Printable(statement.snippet.as_bytes()))?;
    for (number, OpenIn { tid, name }) in open_in.iter().enumerate() {
        let before = if number == 0 { "  open in" } else { "," };
        let name = if name.is_empty() { "thread" } else { name.as_str() };
        write!(out, "{before} {} ({tid})", Printable(name.as_bytes()))?;
    }
    writeln!(out)
}
