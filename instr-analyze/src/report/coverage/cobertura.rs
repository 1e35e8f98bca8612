//! Cobertura's XML, version 4 of its DTD, which GitLab, Jenkins and Azure read.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{Shown, printable};
use crate::model::coverage::{File, Function, Line, Ratio, Totals};

type Xml<'a> = Writer<&'a mut dyn Write>;

/// A file with its name below the source directory.
type Named<'a> = (String, &'a File);

/// Writes the document. A package is a directory, and a class is a file.
///
/// # Errors
/// When the output cannot be written.
pub fn write(shown: &Shown<'_>, out: &mut dyn Write) -> io::Result<()> {
    let totals = shown.coverage.totals();
    let mut packages: BTreeMap<String, Vec<Named<'_>>> = BTreeMap::new();
    let (mut roots, when) = (Vec::new(), seconds(shown));
    for (name, file) in &shown.coverage.files {
        roots.extend(root(shown, name));
        let directory = name.rsplit_once('/').map_or("", |(directory, _)| directory);
        packages.entry(printable(directory)).or_default().push((printable(name), file));
    }
    roots.dedup();
    let mut xml: Xml<'_> = Writer::new_with_indent(&mut *out, b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let doctype = "coverage SYSTEM \"http://cobertura.sourceforge.net/xml/coverage-04.dtd\"";
    xml.write_event(Event::DocType(BytesText::from_escaped(doctype)))?;
    let (lines, branches) = (totals.lines, totals.branches);
    let numbers = [lines.hit, lines.all, branches.hit, branches.all].map(|number| number.to_string());
    xml.create_element("coverage")
        .with_attributes(rates(&totals).iter().map(borrowed))
        .with_attributes([("lines-covered", numbers[0].as_str()), ("lines-valid", &numbers[1])])
        .with_attributes([("branches-covered", numbers[2].as_str()), ("branches-valid", &numbers[3])])
        .with_attributes([("complexity", "0"), ("version", env!("CARGO_PKG_VERSION")), ("timestamp", when.as_str())])
        .write_inner_content(|xml| {
            sources(&roots, xml)?;
            let each = |xml: &mut Xml<'_>| packages.iter().try_for_each(|(name, files)| package(name, files, xml));
            xml.create_element("packages").write_inner_content(each)?;
            Ok(())
        })?;
    out.write_all(b"\n")
}

/// When the newest run was read is of no use to anybody: the same runs give the same document.
fn seconds(shown: &Shown<'_>) -> String {
    (shown.covered.newest_unix_ns / 1_000_000_000).to_string()
}

// Input:  src/main.rs, found at /w/src/main.rs
// Output: /w
fn root(shown: &Shown<'_>, name: &str) -> Option<String> {
    let (path, _) = shown.covered.source(name)?;
    let root = path.to_str()?.strip_suffix(name)?.trim_end_matches('/');
    (!root.is_empty()).then(|| printable(root))
}

fn sources(roots: &[String], xml: &mut Xml<'_>) -> io::Result<()> {
    let each = |xml: &mut Xml<'_>| {
        roots
            .iter()
            .try_for_each(|root| xml.create_element("source").write_text_content(BytesText::new(root)).map(drop))
    };
    xml.create_element("sources").write_inner_content(each).map(drop)
}

fn package(name: &str, files: &[Named<'_>], xml: &mut Xml<'_>) -> io::Result<()> {
    let totals = files.iter().map(|(_, file)| file.totals()).fold(Totals::default(), Totals::plus);
    xml.create_element("package")
        .with_attribute(("name", name))
        .with_attributes(rates(&totals).iter().map(borrowed))
        .with_attribute(("complexity", "0"))
        .write_inner_content(|xml| {
            let each = |xml: &mut Xml<'_>| files.iter().try_for_each(|file| class(file, xml));
            xml.create_element("classes").write_inner_content(each).map(drop)
        })
        .map(drop)
}

fn class((name, file): &Named<'_>, xml: &mut Xml<'_>) -> io::Result<()> {
    let own = name.rsplit_once('/').map_or(name.as_str(), |(_, own)| own);
    xml.create_element("class")
        .with_attributes([("name", own), ("filename", name)])
        .with_attributes(rates(&file.totals()).iter().map(borrowed))
        .with_attribute(("complexity", "0"))
        .write_inner_content(|xml| {
            let each = |xml: &mut Xml<'_>| file.functions.iter().try_for_each(|function| method(function, xml));
            xml.create_element("methods").write_inner_content(each)?;
            let each =
                |xml: &mut Xml<'_>| file.lines.iter().try_for_each(|(number, found)| line(file, *number, *found, xml));
            xml.create_element("lines").write_inner_content(each).map(drop)
        })
        .map(drop)
}

fn method(function: &Function, xml: &mut Xml<'_>) -> io::Result<()> {
    let (name, number, hits) = (printable(&function.path), function.line.to_string(), function.hits.least.to_string());
    let rate = if function.hits.least > 0 { "1" } else { "0" };
    xml.create_element("method")
        .with_attributes([("name", name.as_str()), ("signature", ""), ("line-rate", rate), ("branch-rate", rate)])
        .with_attribute(("complexity", "0"))
        .write_inner_content(|xml| {
            let of_line = [("number", number.as_str()), ("hits", &hits)];
            let each = |xml: &mut Xml<'_>| xml.create_element("line").with_attributes(of_line).write_empty().map(drop);
            xml.create_element("lines").write_inner_content(each).map(drop)
        })
        .map(drop)
}

// Output: <line number="12" hits="5" branch="true" condition-coverage="50% (1/2)"/>
fn line(file: &File, number: u64, found: Line, xml: &mut Xml<'_>) -> io::Result<()> {
    let ways = file.ways_of(number);
    let (number, hits) = (number.to_string(), found.count().to_string());
    let element = xml.create_element("line").with_attributes([("number", number.as_str()), ("hits", &hits)]);
    let Some(percent) = (ways.hit * 100).checked_div(ways.all) else {
        return element.with_attribute(("branch", "false")).write_empty().map(drop);
    };
    let share = format!("{percent}% ({}/{})", ways.hit, ways.all);
    element.with_attributes([("branch", "true"), ("condition-coverage", share.as_str())]).write_empty().map(drop)
}

/// The attributes that say how much was reached; of nothing, all was.
fn rates(totals: &Totals) -> [(&'static str, String); 2] {
    [("line-rate", rate(totals.lines)), ("branch-rate", rate(totals.branches))]
}

fn rate(ratio: Ratio) -> String {
    ratio.percent().map_or_else(|| "1".to_owned(), |percent| format!("{:.4}", percent / 100.0))
}

fn borrowed<'a>((name, value): &'a (&'static str, String)) -> (&'a str, &'a str) {
    (name, value)
}
