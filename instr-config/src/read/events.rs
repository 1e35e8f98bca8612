//! From the events of the syntax to keys and values.

use instr_format::keys;
use instr_format::value::Value;
use toml_parser::decoder::{Encoding, IntegerRadix, ScalarKind};
use toml_parser::parser::EventReceiver;
use toml_parser::{ErrorSink, Span};

use super::{DEPTH, List, Reader};
use crate::problem::Problem;

/// Whether a value of this kind may be written as it is in TOML.
fn takes(value: Value, kind: ScalarKind) -> bool {
    match kind {
        ScalarKind::String => true,
        ScalarKind::Boolean(_) => matches!(value, Value::Switch | Value::SwitchOr(_)),
        ScalarKind::Integer(IntegerRadix::Dec) => {
            matches!(value, Value::Switch | Value::SwitchOr(_) | Value::Size(_) | Value::Number(_) | Value::List)
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
