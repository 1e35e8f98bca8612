//! The page of a file: its source, with how often each line was reached, which ways branches went, and who was there at the end.

use std::collections::BTreeMap;

use super::dead::Dead;
use super::{document, escaped};
use crate::model::coverage::{Branch, File, Way};
use crate::model::source_path::short;

pub(super) fn text((name, file): (&str, &File), source: Option<&str>, dead: &Dead<'_>) -> String {
    let title = short(name);
    let mut body = format!("<p><a href=\"index.html\">all files</a></p>\n<h1>{}</h1>\n", escaped(&title));
    let mut lines: BTreeMap<u64, &str> =
        file.lines.keys().copied().chain(dead.lines(name)).map(|line| (line, "")).collect();
    match source {
        Some(source) => lines.extend((1..).zip(source.lines())),
        None => body += "<p class=\"faint\">The source was not found.</p>\n",
    }
    body += "<table class=\"source\">\n";
    for (number, code) in lines {
        row((name, file), (number, code), dead, &mut body);
    }
    body += "</table>\n";
    document(&title, &body)
}

fn row((name, file): (&str, &File), (number, code): (u64, &str), dead: &Dead<'_>, body: &mut String) {
    let hits = file.lines.get(&number).map(|line| line.count());
    let ways = file.ways_of(number);
    let class = match hits {
        None => "",
        Some(0) => "miss",
        Some(_) if ways.hit < ways.all => "part",
        Some(_) => "hit",
    };
    let count = hits.map_or_else(String::new, |hits| hits.to_string());
    let branches: Vec<String> = file.branches_of(number).map(branch).collect();
    let here: String = dead.at(name, number).iter().map(super::dead::Here::html).collect();
    *body += &format!(
        "<tr id=\"L{number}\" class=\"{class}\"><td class=\"number\">{number}</td><td>{count}</td>\
         <td class=\"ways\">{}</td><td class=\"code\">{}{here}</td></tr>\n",
        branches.join("<br>"),
        escaped(&code.replace('\t', "    "))
    );
}

// Output: then 5, else 0
fn branch(branch: &Branch) -> String {
    let way = |(number, (way, hits)): (usize, &(Way, crate::model::coverage::Hits))| {
        let name = match (way, branch.patterns.get(number)) {
            (Way::Arm, Some(pattern)) => escaped(pattern),
            (way, _) => word(*way).to_owned(),
        };
        format!("{name} {}", hits.known().map_or_else(|| "?".to_owned(), |hits| hits.to_string()))
    };
    let ways: Vec<String> = branch.ways.iter().enumerate().map(way).collect();
    let separator = if branch.patterns.is_empty() { ", " } else { "<br>" };
    ways.join(separator)
}

fn word(way: Way) -> &'static str {
    match way {
        Way::Then => "then",
        Way::ElseIf => "else if",
        Way::Else => "else",
        Way::Arm => "arm",
        Way::Matched => "matched",
        Way::Unmatched => "else",
        Way::Entered => "turns",
        Way::NotEntered => "none",
        Way::WentOn => "on",
        Way::Left => "left by ?",
    }
}
