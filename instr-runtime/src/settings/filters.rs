//! What is to be recorded: the filters, and how many of the records.

use instr_format::filter::{self, Rules, Selectors};
use instr_format::names;
use instr_format::number::parse_decimal;
use instr_format::pattern::Patterns;

use super::{Reader, Sink};
use crate::filter::{Regex, SiteFilter, ThreadFilter};

impl Reader<'_> {
    /// In the order in which the parts are joined.
    pub(super) fn filters(&mut self, sink: Sink) -> (ThreadFilter, SiteFilter) {
        let threads = ThreadFilter(self.list(names::THREAD));
        let file = self.rules(names::INCLUDE, names::EXCLUDE, names::INCLUDE_REGEX, names::EXCLUDE_REGEX);
        let function = self.rules(
            names::FUNCTION_INCLUDE,
            names::FUNCTION_EXCLUDE,
            names::FUNCTION_INCLUDE_REGEX,
            names::FUNCTION_EXCLUDE_REGEX,
        );
        let only = self.selectors();
        let sites = SiteFilter(filter::Filter { file, function, only });
        if sink == Sink::Stack && !(threads.0.is_none() && sites.0.admits_all()) {
            let (name, word) = (names::SINK, sink.word());
            if cfg!(all(feature = "sancov", not(feature = "enabled"))) {
                self.note(format_args!("filters have no effect on edges"));
            } else {
                self.note(format_args!("filters have no effect with {name}={word}, which keeps no records"));
            }
        }
        (threads, sites)
    }

    fn rules(
        &mut self,
        include: &'static str,
        exclude: &'static str,
        include_regex: &'static str,
        exclude_regex: &'static str,
    ) -> Rules<'static, Regex> {
        Rules {
            include: self.patterns(include),
            exclude: self.patterns(exclude),
            include_regex: self.regex(include_regex),
            exclude_regex: self.regex(exclude_regex),
        }
    }

    fn patterns(&mut self, name: &'static str) -> Option<Patterns<'static>> {
        match Patterns::new(self.text(name)?) {
            Ok(patterns) => Some(patterns).filter(|patterns| !patterns.is_empty()),
            Err(error) => {
                self.note(format_args!("{name} is ignored: its {error}"));
                None
            }
        }
    }

    #[cfg(feature = "enabled")]
    fn regex(&mut self, name: &'static str) -> Option<Regex> {
        match Regex::new(self.text(name)?) {
            Ok(regex) => Some(regex),
            Err(error) => {
                let name = self.named(name);
                self.note(format_args!("{name} is ignored: {error}"));
                None
            }
        }
    }
    #[cfg(not(feature = "enabled"))]
    fn regex(&mut self, name: &'static str) -> Option<Regex> {
        let _ = self.text(name);
        None
    }

    fn selectors(&mut self) -> Option<Selectors<'static>> {
        let list = self.text(names::ONLY)?;
        // In the configuration, its reader has said it.
        let said = self.named(names::ONLY).place.is_some();
        for error in Selectors::errors(list).filter(|_| !said) {
            self.note(format_args!("{} is ignored in part: {error}", names::ONLY));
        }
        Selectors::new(list)
    }

    pub(super) fn rate(&mut self, sink: Sink) -> u32 {
        let Some(text) = self.text(names::RATE) else { return 1 };
        let rate = parse_decimal(text.trim().as_bytes()).and_then(|rate| u32::try_from(rate).ok());
        let Some(rate @ 1..) = rate else {
            self.note(format_args!("{}={text} is ignored: expected a number from 1 on", names::RATE));
            return 1;
        };
        if rate > 1 && !sink.keeps_records() {
            let sink = sink.word();
            self.note(format_args!(
                "{} has no effect with {}={sink}, only with `write` and `ring`",
                names::RATE,
                names::SINK
            ));
        }
        rate
    }
}
