//! One statement of the program, as its record or the site table describes it.

use instr_format::escape::unescape;
use instr_format::names::MacroFlag;
use instr_format::text::SiteText;

use super::sites::Sites;

/// A statement; its texts are not escaped any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Path of the source file, as the compiler was given it.
    pub file: String,
    /// Line of the first token, from 1.
    pub line: u64,
    /// Column of the first token, in characters, from 1.
    pub column: u64,
    /// The module of the function.
    pub module: String,
    /// The function's name within its module.
    pub function: String,
    /// Relation to macros.
    pub macro_flag: MacroFlag,
    /// The statement's text, shortened.
    pub snippet: String,
    /// Of an expanded one: where the outermost macro was invoked, if that is known.
    pub expanded_from: Option<String>,
}

impl Statement {
    /// The statement of a record, whose function's path is split as `sites` knows it, or else at its last `::`.
    pub fn of_record(site: &SiteText<'_>, sites: &Sites) -> Self {
        let path = site.name;
        let module = sites.module_len(path).or_else(|| path.windows(2).rposition(|pair| pair == b"::"));
        let (module, function) = match module {
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
            function: unescaped(site.name),
            macro_flag: site.macro_flag,
            snippet: unescaped(site.snippet),
            expanded_from: None,
        }
    }

    /// `module::function`.
    pub fn path(&self) -> String {
        if self.module.is_empty() { self.function.clone() } else { format!("{}::{}", self.module, self.function) }
    }
}

/// The text that an escaped word stands for; what is not UTF-8 is replaced, and a bad escape ends it.
pub(crate) fn unescaped(escaped: &[u8]) -> String {
    let bytes: Vec<u8> = unescape(escaped).map_while(Result::ok).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
