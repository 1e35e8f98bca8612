//! From keys and values, as they come, to those that can be used.

mod events;

use core::cell::RefCell;

use instr_format::keys::{self, Key};
use instr_format::spelling::closest;
use instr_format::value::Wrong;
use toml_parser::lexer::Token;
use toml_parser::parser::{RecursionGuard, parse_document};
use toml_parser::{ParseError, Source, Span};

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
            self.error(span, Problem::Value(text, wrong));
            // Of a list of selectors the others hold.
            if !matches!(wrong, Wrong::Selector(_)) {
                return;
            }
        }
        let table = if key.table == keys::BUILD_PATH { self.element_count - 1 } else { 0 };
        let entry = Entry { key, text, table, line: Place::of(self.source.input(), span.start()).line };
        (self.out.borrow_mut().each)(Found::Entry(entry));
    }
}
