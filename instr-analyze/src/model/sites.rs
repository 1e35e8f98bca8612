//! The site table: the statements by their ids, where module paths end, and which functions are tests.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{Arc, OnceLock};

use instr_format::sites::{
    BadTable, Function, Lines, Nesting, Place, Shape, VERSION, decode_function, decode_further, decode_lines,
    decode_nesting, decode_parameters, decode_patterns, decode_shape, decode_site, decode_table,
};
use instr_format::text::{CLOSURE, CLOSURES_MAX, LINE_MAX, Moment, SiteText, encode_record};

use super::activity::structure::Structure;
use super::damage::{Damage, DamageKind};
use super::flow::Facts;
use super::record::{Record, What};
use super::statement::{Statement, unescaped};
use super::test::{Test, name_of_test};

/// A site table.
#[derive(Debug, Default)]
pub struct Sites {
    table: Vec<u8>,
    /// By id: where the lines of its function and of itself begin, or 0.
    lines: Vec<(u32, u32)>,
    functions: HashMap<Vec<u8>, Known>,
    /// By libtest's name: the whole path, and what is known of it. All tests of a program are of one crate.
    tests: BTreeMap<String, (String, Test)>,
    /// The ids by the keys of lines, once they were asked for.
    keys: OnceLock<HashMap<u64, u32>>,
    /// How the statements lie in each other, once that was asked for.
    structure: OnceLock<Arc<Structure>>,
    /// What is known of the statements, once that was asked for.
    facts: OnceLock<Facts>,
}

/// What records do not say of their function, or of the several with its path.
#[derive(Debug)]
struct Known {
    module_len: usize,
    /// Where macros were invoked that statements came out of.
    expanded_from: Vec<String>,
}

/// One entry of the table.
#[derive(Debug)]
pub struct Site {
    /// Its id.
    pub id: u32,
    /// The statement.
    pub statement: Statement,
    /// The line of a log that records this statement: over-long texts are cut there and not in the table.
    pub line: Vec<u8>,
}

impl Sites {
    /// Reads the table named `name`; what stands before damage is kept.
    pub fn read(name: &str, table: Vec<u8>) -> (Self, Option<Damage>) {
        let (mut lines, mut functions, mut tests) = (Vec::new(), HashMap::new(), BTreeMap::new());
        // Each site has a line and only padding has none, so no id of a real table is above this.
        let id_max = table.len();
        let outcome = decode_table(&table, |id, site, function| {
            let id = id as usize;
            if id < id_max {
                if lines.len() <= id {
                    lines.resize(id + 1, (0, 0));
                }
                if let Some(place) = lines.get_mut(id) {
                    *place = (line_of(&table, site.module), line_of(&table, site.snippet));
                }
            }
            let path = [site.module, b"::", site.name].concat();
            if let Some(test) = function.test {
                let path = unescaped(&path);
                tests.entry(name_of_test(&path).to_owned()).or_insert_with(|| (path, Test::new(test)));
            }
            let known = Known { module_len: site.module.len(), expanded_from: Vec::new() };
            let places = &mut functions.entry(path).or_insert(known).expanded_from;
            places.extend(function.invocation(&site).map(shown).filter(|place| !places.contains(place)));
        });
        let damage = match outcome {
            Ok(()) => None,
            Err(BadTable::Version(found)) => Some(Damage::version(name, found, VERSION)),
            Err(BadTable::NotATable) => Some(Damage::of_file(DamageKind::Damaged, name, "not a site table")),
            Err(BadTable::Line(line)) => {
                Some(Damage::of_file(DamageKind::Damaged, name, format!("incomplete or damaged at line {line}")))
            }
        };
        (Sites { table, lines, functions, tests, ..Sites::default() }, damage)
    }

    /// The entry with this id.
    pub fn get(&self, id: u32) -> Option<Site> {
        let moment = Moment { pid: 0, tid: 0, seq: 0, unix_ns: 0, elapsed_ns: 0 };
        let mut line = [0; LINE_MAX];
        let len = encode_record(&mut line, &moment, &self.text(id)?).saturating_sub(1);
        Some(Site { id, statement: self.statement(id)?, line: line.get(..len).unwrap_or_default().to_vec() })
    }

    /// Whether there is an entry with this id.
    #[inline]
    pub fn has(&self, id: u32) -> bool {
        self.lines.get(id as usize).is_some_and(|(function, _)| *function > 0)
    }

    /// One more than the highest id.
    pub fn end(&self) -> usize {
        self.lines.len()
    }

    /// What the entry with this id says, still escaped.
    pub fn text(&self, id: u32) -> Option<SiteText<'_>> {
        self.decode(id).map(|(_, site)| site)
    }

    /// The statement with this id.
    pub fn statement(&self, id: u32) -> Option<Statement> {
        let (function, site) = self.decode(id)?;
        Some(Statement { expanded_from: function.invocation(&site).map(shown), ..Statement::of_site(&site) })
    }

    /// Of a statement that came out of a macro: the file, line and column where that was invoked, if the table tells it.
    pub(crate) fn invocation(&self, id: u32) -> Option<(String, (u64, u64))> {
        let (function, site) = self.decode(id)?;
        let place = function.invocation(&site)?;
        Some((unescaped(place.file), (place.line, place.col)))
    }

    /// The bytes of the table.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.table
    }

    /// The same for statements of the same function or closure.
    pub(crate) fn function(&self, id: u32) -> Option<u64> {
        let (line, _) = *self.lines.get(id as usize)?;
        let closures = self.text(id)?.closures;
        Some(u64::from(line) << 8 | closures.min(CLOSURES_MAX))
    }

    /// The id of a record's statement.
    pub(crate) fn id(&self, record: &Record<'_>) -> Option<u32> {
        let key_of = |site: Site| Some((Record::of_line(&site.line)?.key(), site.id));
        let ids = || (0..self.lines.len() as u32).rev().filter_map(|id| self.get(id));
        match record.what {
            What::Site(id) => Some(id),
            What::Line(..) => self.keys.get_or_init(|| ids().filter_map(key_of).collect()).get(&record.key()).copied(),
        }
    }

    /// How the statements lie in each other.
    pub fn structure(&self) -> &Arc<Structure> {
        self.structure.get_or_init(|| Arc::new(Structure::new(self)))
    }

    /// What is known of each statement before it runs.
    pub fn facts(&self) -> &Facts {
        self.facts.get_or_init(|| Facts::new(self))
    }

    /// The names of the parameters of the statement's function, as far as the table tells them; `_` is a pattern.
    pub(crate) fn parameters(&self, id: u32) -> impl Iterator<Item = String> {
        let function = self.lines.get(id as usize).map(|(function, _)| *function).filter(|function| *function > 0);
        let line = function.and_then(|function| self.line(function));
        line.into_iter().flat_map(decode_parameters).map(unescaped)
    }

    /// How the statement lies in the others of its function.
    pub(crate) fn nesting(&self, id: u32) -> Option<Nesting> {
        self.own_line(id).map(decode_nesting)
    }

    /// Whether it is the table of the same build.
    pub fn is_same(&self, other: &Sites) -> bool {
        self.table == other.table
    }

    /// How many lines further than its first token the statement's last one is, as far as the table tells it.
    pub fn further(&self, id: u32) -> u64 {
        self.own_line(id).map_or(0, decode_further)
    }

    /// What blocks the statement has, as far as the table tells it.
    pub fn shape(&self, id: u32) -> Shape<'_> {
        self.own_line(id).map(decode_shape).unwrap_or_default()
    }

    /// The patterns of the statement's arms, in their order, as far as the table tells them.
    pub fn patterns(&self, id: u32) -> impl Iterator<Item = String> {
        self.own_line(id).into_iter().flat_map(decode_patterns).map(unescaped)
    }

    /// Which lines of its file the statement's function stands in, if the table tells it.
    pub fn lines_of_function(&self, id: u32) -> Option<Lines> {
        let (function, _) = *self.lines.get(id as usize)?;
        self.line(function).filter(|_| function > 0).and_then(decode_lines)
    }

    /// The line of the statement itself.
    fn own_line(&self, id: u32) -> Option<&[u8]> {
        let (function, site) = *self.lines.get(id as usize)?;
        self.line(site).filter(|_| function > 0)
    }

    fn decode(&self, id: u32) -> Option<(Function<'_>, SiteText<'_>)> {
        let (function, site) = *self.lines.get(id as usize)?;
        let function = decode_function(self.line(function)?)?;
        let site = decode_site(&function, self.line(site)?)?;
        Some((function, site))
    }

    /// The line that begins there.
    fn line(&self, at: u32) -> Option<&[u8]> {
        self.table.get(at as usize..)?.split(|byte| *byte == b'\n').next()
    }

    /// The test with this path, `module::function`.
    pub fn test(&self, path: &str) -> Option<&Test> {
        self.tests.get(name_of_test(path)).filter(|(known, _)| known == path).map(|(_, test)| test)
    }

    /// The tests of the program that have statements, with their paths.
    pub fn tests(&self) -> impl Iterator<Item = (&str, &Test)> {
        self.tests.values().map(|(path, test)| (path.as_str(), test))
    }

    /// The tests whose names begin like this, with these names, which libtest gives them.
    pub(crate) fn tests_named<'a>(&'a self, beginning: &'a str) -> impl Iterator<Item = (&'a str, &'a Test)> {
        let from = self.tests.range::<str, _>((Bound::Included(beginning), Bound::Unbounded));
        from.take_while(move |(name, _)| name.starts_with(beginning)).map(|(name, (_, test))| (name.as_str(), test))
    }

    /// Where the module path ends that `path` begins with, a function's or a closure's: as the table knows it, or else at
    /// the last `::`.
    pub(crate) fn module_len(&self, path: &[u8]) -> Option<usize> {
        let path = without_closures(path);
        let known = self.functions.get(path).map(|known| known.module_len);
        known.or_else(|| path.windows(2).rposition(|pair| pair == b"::"))
    }

    /// Where the macro was invoked that an expanded statement came out of, if there is but one such place in the function.
    /// `path` is the function's, or that of a closure in it.
    pub(crate) fn expanded_from(&self, path: &[u8]) -> Option<&str> {
        match self.functions.get(without_closures(path))?.expanded_from.as_slice() {
            [place] => Some(place),
            _ => None,
        }
    }
}

/// The path of the function that a closure is in.
fn without_closures(mut path: &[u8]) -> &[u8] {
    while let Some(around) = path.strip_suffix(CLOSURE.as_bytes()) {
        path = around;
    }
    path
}

/// Where the line begins that `part` is in.
fn line_of(table: &[u8], part: &[u8]) -> u32 {
    let at = part.as_ptr().addr().saturating_sub(table.as_ptr().addr());
    let before = table.get(..at).unwrap_or_default();
    let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    u32::try_from(start).unwrap_or(0)
}

fn shown(place: Place<'_>) -> String {
    format!("{}:{}:{}", unescaped(place.file), place.line, place.col)
}
