//! The site table: the statements that are asked for, and where module paths end.

use std::collections::{HashMap, HashSet};

use instr_format::sites::{BadTable, VERSION, decode_table};
use instr_format::text::{LINE_MAX, Moment, Record, SiteText, decode_record, encode_record};

use super::damage::{Damage, DamageKind};
use super::statement::{Statement, unescaped};

/// What is needed of a site table.
#[derive(Debug, Default)]
pub struct Sites {
    wanted: HashMap<u32, Site>,
    functions: HashMap<Vec<u8>, Known>,
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
    /// The statement.
    pub statement: Statement,
    record: Vec<u8>,
}

impl Site {
    fn new(site: &SiteText<'_>, expanded_from: Option<String>) -> Self {
        let moment = Moment { pid: 0, tid: 0, seq: 0, unix_ns: 0, elapsed_ns: 0 };
        let mut line = [0; LINE_MAX];
        let len = encode_record(&mut line, &moment, site).saturating_sub(1);
        let statement = Statement { expanded_from, ..Statement::of_site(site) };
        Site { statement, record: line.get(..len).unwrap_or_default().to_vec() }
    }

    /// What a record of this statement holds: over-long texts are cut there and not in the table.
    pub fn in_records(&self) -> Option<SiteText<'_>> {
        decode_record(&self.record).map(|Record { site, .. }| site)
    }
}

impl Sites {
    /// Reads the table named `name`, keeping the entries with the `wanted` ids; what stands before damage is kept.
    pub fn read(name: &str, table: &[u8], wanted: &HashSet<u32>) -> (Self, Option<Damage>) {
        let mut sites = Sites::default();
        let outcome = decode_table(table, |id, site, expanded_from| {
            let expanded_from =
                expanded_from.map(|place| format!("{}:{}:{}", unescaped(place.file), place.line, place.col));
            if wanted.contains(&id) {
                sites.wanted.insert(id, Site::new(&site, expanded_from.clone()));
            }
            let path = [site.module, b"::", site.name].concat();
            let known = Known { module_len: site.module.len(), expanded_from: Vec::new() };
            let places = &mut sites.functions.entry(path).or_insert(known).expanded_from;
            places.extend(expanded_from.filter(|place| !places.contains(place)));
        });
        let damage = match outcome {
            Ok(()) => None,
            Err(BadTable::Version(found)) => Some(Damage::version(name, found, VERSION)),
            Err(BadTable::NotATable) => Some(Damage::of_file(DamageKind::Damaged, name, "not a site table")),
            Err(BadTable::Line(line)) => {
                Some(Damage::of_file(DamageKind::Damaged, name, format!("cut or broken at line {line}")))
            }
        };
        (sites, damage)
    }

    /// The entry with this id, if it was wanted.
    pub fn get(&self, id: u32) -> Option<&Site> {
        self.wanted.get(&id)
    }

    /// How long the module path is that `path`, a function's, begins with.
    pub(crate) fn module_len(&self, path: &[u8]) -> Option<usize> {
        self.functions.get(path).map(|known| known.module_len)
    }

    /// Where the macro was invoked that an expanded statement of the function with this path came out of, if there is
    /// but one such place.
    pub(crate) fn expanded_from(&self, path: &[u8]) -> Option<&str> {
        match self.functions.get(path)?.expanded_from.as_slice() {
            [place] => Some(place),
            _ => None,
        }
    }
}
