//! From the events of the syntax to keys and values.

use core::cell::RefCell;

use instr_format::keys::{self, Key};
use instr_format::spelling::closest;
use instr_format::value::Value;
use toml_parser::decoder::{Encoding, IntegerRadix, ScalarKind};
use toml_parser::lexer::Token;
use toml_parser::parser::{EventReceiver, RecursionGuard, parse_document};
use toml_parser::{ErrorSink, ParseError, Source, Span};

use crate::path::Path;
use crate::problem::{Error, Place, Problem};
use crate::room::Room;

/// Values that lie deeper mean nothing.
const DEPTH: usize = 4;

/// A key with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'s> {
    /// The key.
    pub key: Key,
    /// Its value, checked, in the form that a variable has: a list has commas.
    pub text: &'s str,
    /// Which of the tables with the same name it stands in, from 0 on.
    pub table: usize,
    /// The line in which the value begins, from 1 on.
    pub line: usize,
}

/// What has been read.
#[derive(Debug, Clone)]
pub enum Found<'s> {
    /// A key that can be used.
    Entry(Entry<'s>),
    /// Something that cannot, and is left out. One for a line.
    Error(Error<'s>),
}

/// Reads a text, of which `tokens` are all [`tokens`](crate::tokens), and hands over what is in it in its order. `room` is as
/// long as the text. Does not allocate.
pub fn read<'s>(text: &'s str, tokens: &[Token], room: &'s mut [u8], each: &mut dyn FnMut(Found<'s>)) {
    let out = RefCell::new(Out { text, each, last: None });
    let mut reader = Reader {
        source: Source::new(text),
        out: &out,
        room: Room::new(room),
        path: Path::default(),
        key: Span::default(),
        in_header: false,
        is_unknown: false,
        bases: [0; DEPTH],
        depth: 0,
        list: None,
        elements: None,
        ignored: 0,
        seen: [0; keys::COUNT],
        tables: [0; keys::TABLES.len()],
        element: None,
        element_count: 0,
    };
    let mut errors = |error| out.borrow_mut().syntax(error);
    parse_document(tokens, &mut RecursionGuard::new(&mut reader, DEPTH as u32), &mut errors);
    reader.end_element();
}

/// Takes what comes from the syntax and from its meaning.
struct Out<'r, 's> {
    text: &'s str,
    each: &'r mut dyn FnMut(Found<'s>),
    /// Where the line of the last error begins.
    last: Option<usize>,
}

impl<'s> Out<'_, 's> {
    fn syntax(&mut self, error: ParseError) {
        let span = error.unexpected().or(error.context()).unwrap_or_default();
        self.error(span, Problem::Syntax(error));
    }

    /// What is wrong behind an error in the same line mostly follows from it.
    fn error(&mut self, span: Span, problem: Problem<'s>) {
        let before = self.text.get(..span.start()).unwrap_or(self.text);
        let line = Some(before.rfind('\n').map_or(0, |at| at + 1));
        if self.last != line {
            self.last = line;
            (self.each)(Found::Error(Error { start: span.start(), end: span.end(), problem }));
        }
    }
}

/// An array of strings.
#[derive(Debug, Clone, Copy)]
struct List {
    /// Its bracket.
    start: Span,
    is_empty: bool,
    is_good: bool,
}

struct Reader<'r, 's> {
    source: Source<'s>,
    out: &'r RefCell<Out<'r, 's>>,
    room: Room<'s>,
    /// The table, and the key that is being read.
    path: Path<'s>,
    /// Where the key stands.
    key: Span,
    in_header: bool,
    /// Whether the table is none of ours.
    is_unknown: bool,
    /// How much of the path is the table, for each of those that lie in each other.
    bases: [usize; DEPTH],
    depth: usize,
    /// The array that is being read.
    list: Option<List>,
    /// The depth of the array of tables that is being read.
    elements: Option<usize>,
    /// How many brackets deep we are in a value that is no key's.
    ignored: usize,
    /// Where each key was given in the tables at hand: 1 more than the byte.
    seen: [usize; keys::COUNT],
    tables: [usize; keys::TABLES.len()],
    /// The element of `build.path` that is being read, and whether it has files.
    element: Option<(Span, bool)>,
    element_count: usize,
}

impl<'s> Reader<'_, 's> {
    fn error(&mut self, span: Span, problem: Problem<'s>) {
        self.out.borrow_mut().error(span, problem);
    }

    fn text(&self, span: Span) -> &'s str {
        self.source.get(span).map_or("", |raw| raw.as_str())
    }

    fn base(&self) -> usize {
        self.bases.get(self.depth).copied().unwrap_or_default()
    }

    fn set_base(&mut self) {
        if let Some(base) = self.bases.get_mut(self.depth) {
            *base = self.path.len;
        }
    }

    fn begin_header(&mut self, span: Span) {
        self.end_element();
        (self.in_header, self.is_unknown, self.ignored, self.depth) = (true, false, 0, 0);
        (self.list, self.elements) = (None, None);
        self.path.len = 0;
        self.key = span.after();
    }

    fn end_header(&mut self, is_array: bool) {
        self.in_header = false;
        self.set_base();
        let known = self.path.table();
        self.is_unknown = !known.is_some_and(|table| self.begin_table(table, is_array));
        if known.is_none() {
            let (name, tables) = (self.text(self.key), keys::TABLES);
            self.error(self.key, Problem::UnknownTable(name, closest(name, tables)));
        }
    }

    /// Begins a table, or the next element of an array of them, unless it is the other one of the two.
    fn begin_table(&mut self, table: usize, is_array: bool) -> bool {
        let name = keys::TABLES[table];
        let array = name == keys::BUILD_PATH;
        if array != is_array {
            self.error(self.key, Problem::Brackets(name, array));
            return false;
        }
        if array {
            let keys = keys::all().enumerate().filter(|(_, key)| key.table == name);
            keys.for_each(|(number, _)| self.seen[number] = 0);
            self.element = Some((self.key, false));
            self.element_count += 1;
        } else {
            let first = core::mem::replace(&mut self.tables[table], self.key.start() + 1);
            self.refuse_second(first);
        }
        true
    }

    fn end_element(&mut self) {
        if let Some((span, false)) = self.element.take() {
            self.error(span, Problem::NoFiles);
        }
    }

    fn refuse_second(&mut self, first: usize) -> bool {
        if first > 0 {
            let line = Place::of(self.source.input(), first - 1).line;
            self.error(self.key, Problem::Twice(line));
        }
        first > 0
    }

    /// The key at hand. `None`: there is none, which is said.
    fn known_key(&mut self) -> Option<(usize, Key)> {
        if self.is_unknown {
            return None;
        }
        let known = self.path.key();
        if known.is_none() {
            self.error(self.key, self.unknown());
        }
        known
    }

    fn unknown(&self) -> Problem<'s> {
        let Some((name, table)) = self.path.split() else { return Problem::UnknownKey(self.text(self.key), None) };
        let siblings = keys::all().filter(|key| table.is(key.table)).map(|key| key.name().0);
        let meant = closest(name, siblings).map(keys::Name);
        let elsewhere = keys::all().find(|key| key.is_named(name)).filter(|_| meant.is_none());
        match elsewhere {
            Some(key) => Problem::ElsewhereKey(name, key),
            None => Problem::UnknownKey(self.text(self.key), meant),
        }
    }

    /// What is not a value of the key at hand, if there is such a key.
    fn refuse(&mut self, span: Span, found: &'static str) {
        if self.in_elements() {
            self.error(span, Problem::NoTable(keys::BUILD_PATH));
        } else if let Some((_, key)) = self.known_key() {
            self.error(span, Problem::Type(key.value, found));
        }
    }

    /// The same, and nothing in it counts.
    fn refuse_nested(&mut self, span: Span, found: &'static str) {
        self.refuse(span, found);
        self.ignored = 1;
        if let Some(list) = &mut self.list {
            list.is_good = false;
        }
    }

    fn in_elements(&self) -> bool {
        self.elements == Some(self.depth)
    }

    /// A value is over, whatever it was.
    fn end_value(&mut self) {
        if self.list.is_none() && !self.in_elements() {
            self.path.len = self.base();
        }
    }

    /// Hands over the value that the room holds, if it is good.
    fn finish(&mut self, span: Span, is_good: bool) {
        let text = self.room.finish();
        let Some((number, key)) = self.known_key() else { return };
        let first = core::mem::replace(&mut self.seen[number], self.key.start() + 1);
        if self.refuse_second(first) {
            return;
        }
        if key.table == keys::BUILD_PATH && key.is_named("files") {
            self.element = self.element.map(|(span, _)| (span, true));
        }
        if !is_good {
            return;
        }
        if let Err(wrong) = key.value.check(text) {
            return self.error(span, Problem::Value(text, wrong));
        }
        let table = if key.table == keys::BUILD_PATH { self.element_count - 1 } else { 0 };
        let entry = Entry { key, text, table, line: Place::of(self.source.input(), span.start()).line };
        (self.out.borrow_mut().each)(Found::Entry(entry));
    }
}

/// Whether a value of this kind may be written as it is in TOML.
fn takes(value: Value, kind: ScalarKind) -> bool {
    match kind {
        ScalarKind::String => true,
        ScalarKind::Boolean(_) => value == Value::Switch,
        ScalarKind::Integer(IntegerRadix::Dec) => {
            matches!(value, Value::Switch | Value::Size(_) | Value::Number(_) | Value::List)
        }
        _ => false,
    }
}

/// Whether a value without quotes is no value of TOML, but what someone writes who has left the quotes out.
fn is_word(text: &str) -> bool {
    let values = ["true", "false", "inf", "nan"];
    text.starts_with(|letter: char| letter.is_ascii_alphabetic()) && !values.contains(&text)
}

fn described(kind: ScalarKind) -> &'static str {
    match kind {
        ScalarKind::String => "a string",
        ScalarKind::Boolean(_) => "a boolean",
        ScalarKind::Integer(_) => "an integer",
        ScalarKind::Float => "a float",
        ScalarKind::DateTime => "a date",
    }
}

impl EventReceiver for Reader<'_, '_> {
    fn std_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.begin_header(span);
    }

    fn std_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.end_header(false);
    }

    fn array_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.begin_header(span);
    }

    fn array_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.end_header(true);
    }

    fn simple_key(&mut self, span: Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        if self.ignored > 0 {
            return;
        }
        let is_first = self.path.len == if self.in_header { 0 } else { self.base() };
        self.key = if is_first { span } else { self.key.append(span) };
        if let Some(raw) = self.source.get(span) {
            self.room.begin(true);
            toml_parser::Raw::new_unchecked(raw.as_str(), encoding, span).decode_key(&mut self.room, error);
        }
        let name = self.room.finish();
        self.path.push(name);
    }

    fn scalar(&mut self, span: Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        if self.ignored > 0 {
            return;
        }
        let Some(raw) = self.source.get(span) else { return };
        if encoding.is_none() && is_word(raw.as_str()) {
            self.error(span, Problem::Unquoted(raw.as_str()));
        }
        self.room.begin(self.list.is_none_or(|list| list.is_empty));
        let mut is_good = true;
        let mut errors = |problem| {
            is_good = false;
            error.report_error(problem);
        };
        let raw = toml_parser::Raw::new_unchecked(raw.as_str(), encoding, span);
        let kind = raw.decode_scalar(&mut self.room, &mut errors);
        if self.in_elements() || self.path.key().is_some_and(|(_, key)| !takes(key.value, kind)) {
            is_good = false;
            self.refuse(span, described(kind));
        }
        match &mut self.list {
            Some(list) => (list.is_empty, list.is_good) = (false, list.is_good && is_good),
            None => self.finish(span, is_good),
        }
        self.end_value();
    }

    fn array_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        let is_list = self.path.key().is_some_and(|(_, key)| key.value.is_list());
        if self.ignored > 0 {
            self.ignored += 1;
        } else if self.list.is_none() && self.path.is(keys::BUILD_PATH) && !self.in_elements() {
            self.elements = Some(self.depth);
        } else if self.list.is_none() && is_list {
            self.list = Some(List { start: span, is_empty: true, is_good: true });
        } else {
            self.refuse_nested(span, "an array");
        }
        true
    }

    fn array_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        if self.ignored > 0 {
            self.ignored -= 1;
        } else if let Some(list) = self.list.take() {
            self.finish(list.start.append(span), list.is_good);
        } else if self.in_elements() {
            self.elements = None;
        }
        if self.ignored == 0 {
            self.end_value();
        }
    }

    fn inline_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        let table = self.path.table().filter(|_| self.list.is_none() && self.depth + 1 < DEPTH);
        if self.ignored == 0 && self.in_elements() {
            self.end_element();
            self.key = span;
        }
        match table {
            _ if self.ignored > 0 => self.ignored += 1,
            Some(table) if self.begin_table(table, self.in_elements()) => {
                self.depth += 1;
                self.set_base();
            }
            Some(_) => self.ignored = 1,
            None => self.refuse_nested(span, "a table"),
        }
        true
    }

    fn inline_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        if self.ignored > 0 {
            self.ignored -= 1;
        } else {
            self.path.len = self.base();
            self.depth = self.depth.saturating_sub(1);
        }
        if self.ignored == 0 {
            self.end_value();
        }
    }

    fn newline(&mut self, _: Span, _: &mut dyn ErrorSink) {
        // What came before an error in this line is left behind.
        if core::mem::take(&mut self.in_header) {
            self.is_unknown = true;
        }
        if self.depth == 0 && self.ignored == 0 && self.elements.is_none() {
            self.end_value();
        }
    }
}
