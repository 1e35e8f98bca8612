//! One statement of the program, as its record or the site table describes it.

use instr_format::escape::unescape;
use instr_format::names::MacroFlag;
use instr_format::text::{CLOSURE, CLOSURES_MAX, SiteText};
use serde::{Serialize, Serializer};

use super::record::{Record, What};
use super::sites::Sites;

/// A statement; its texts are not escaped any more. All JSON has these keys of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Statement {
    /// Path of the source file, as the compiler was given it.
    pub file: String,
    /// Line of the first token, from 1.
    pub line: u64,
    /// Column of the first token, in characters, from 1.
    pub column: u64,
    /// The module of the function.
    pub module: String,
    /// The function's name within its module; in a closure, `outer::{{closure}}`.
    pub function: String,
    /// Relation to macros.
    #[serde(rename = "macro", serialize_with = "word")]
    pub macro_flag: MacroFlag,
    /// The statement's text, shortened.
    pub snippet: String,
    /// Of an expanded one: where the outermost macro was invoked, if that is known.
    #[serde(skip)]
    pub expanded_from: Option<String>,
}

impl Statement {
    /// The statement of a record.
    pub fn of_record(record: &Record<'_>, sites: &Sites) -> Self {
        match record.what {
            What::Line(_, site) => Statement::of_line(&site, sites),
            What::Site(id) => sites.statement(id).unwrap_or_else(|| Statement::unknown(id)),
        }
    }

    /// The statement of a log's line.
    fn of_line(site: &SiteText<'_>, sites: &Sites) -> Self {
        let path = site.name;
        let (module, function) = match sites.module_len(path) {
            Some(at) => (path.get(..at), path.get(at + 2..)),
            None => (None, Some(path)),
        };
        let expanded = site.macro_flag == MacroFlag::Expansion;
        let statement = Statement::of_site(&SiteText {
            module: module.unwrap_or_default(),
            name: function.unwrap_or_default(),
            ..*site
        });
        let expanded_from = if expanded { sites.expanded_from(path).map(str::to_owned) } else { None };
        Statement { expanded_from, ..statement }
    }

    /// The statement of an entry of the site table.
    pub fn of_site(site: &SiteText<'_>) -> Self {
        Statement {
            file: unescaped(site.file),
            line: site.line,
            column: site.col,
            module: unescaped(site.module),
            function: unescaped(site.name) + &CLOSURE.repeat(site.closures.min(CLOSURES_MAX) as usize),
            macro_flag: site.macro_flag,
            snippet: unescaped(site.snippet),
            expanded_from: None,
        }
    }

    /// Stands for one that the site table does not have.
    pub(crate) fn unknown(id: u32) -> Self {
        let text = unknown(id);
        Statement::of_site(&SiteText { snippet: text.as_bytes(), ..NOWHERE })
    }

    /// Whether it is in a closure or an async block of its function.
    pub fn is_in_closure(&self) -> bool {
        self.function.ends_with(CLOSURE)
    }

    /// The function's name without the closures that the statement is in: what filters on functions look at.
    pub fn function_around(&self) -> &str {
        self.function.split(CLOSURE).next().unwrap_or_default()
    }

    /// `module::function`.
    pub fn path(&self) -> String {
        if self.module.is_empty() { self.function.clone() } else { format!("{}::{}", self.module, self.function) }
    }
}

fn word<S: Serializer>(flag: &MacroFlag, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(flag.word())
}

/// What is said of a statement that the site table does not have, but for its text.
pub(crate) const NOWHERE: SiteText<'static> = SiteText {
    file: b"?",
    line: 0,
    col: 0,
    module: b"",
    name: b"?",
    closures: 0,
    macro_flag: MacroFlag::None,
    snippet: b"",
};

/// The escaped text of a statement that the site table does not have.
pub(crate) fn unknown(id: u32) -> String {
    format!("statement\\s{id},\\swhich\\sis\\snot\\sin\\sthe\\ssite\\stable")
}

/// The text that an escaped word stands for; what is not UTF-8 is replaced, and a bad escape ends it.
pub(crate) fn unescaped(escaped: &[u8]) -> String {
    let bytes: Vec<u8> = unescape(escaped).map_while(Result::ok).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
