//! Pages to look at without a network: an index, and each file's source with what was reached and who died there.

mod dead;
mod index;
mod page;
mod style;

use std::collections::{BTreeSet, HashMap};

use super::{Shown, printable};
use dead::Dead;

/// The longest name of a page, so that any file system takes it.
const NAME_MAX: usize = 120;

/// A page: the name of its file, and what that holds.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// Its name in the directory.
    pub name: String,
    /// All of it.
    pub text: String,
}

/// The index, which is the first one, and a page for each file.
pub fn pages(shown: &Shown<'_>) -> impl Iterator<Item = Page> {
    let names = names(shown);
    let dead = Dead::new(&shown.covered.deaths);
    let first = Page { name: "index.html".to_owned(), text: index::text(shown, &names, &dead) };
    let files = shown.coverage.files.iter().map(move |(name, file)| {
        let source = shown.covered.source(name).map(|(_, source)| source);
        let text = page::text((name, file), source.as_deref(), &dead);
        Page { name: names.get(name.as_str()).cloned().unwrap_or_default(), text }
    });
    std::iter::once(first).chain(files)
}

/// The names of the pages, by the files that they show.
type Names<'a> = HashMap<&'a str, String>;

// Input:  src/model/mod.rs
// Output: src-model-mod.rs.html
fn names<'a>(shown: &Shown<'a>) -> Names<'a> {
    let (mut names, mut taken) = (HashMap::new(), BTreeSet::from(["index".to_owned()]));
    for file in shown.coverage.files.keys() {
        let plain = |c: char| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '-' };
        let name: String = file.trim_start_matches('/').chars().map(plain).collect();
        let name =
            name.get(name.len().saturating_sub(NAME_MAX)..).unwrap_or_default().trim_start_matches('.').to_owned();
        let mut numbered = (2..).map(|number| format!("{name}-{number}"));
        let mut unique = name.clone();
        while !taken.insert(unique.clone()) {
            unique = numbered.next().unwrap_or_default();
        }
        names.insert(file.as_str(), unique + ".html");
    }
    names
}

/// Text between tags, and in attributes with quotes around them.
fn escaped(text: &str) -> String {
    let text = printable(text);
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            other => escaped.push(other),
        }
    }
    escaped
}

/// A whole document.
fn document(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n<style>\n{}</style>\n</head>\n\
         <body>\n{body}</body>\n</html>\n",
        escaped(title),
        style::STYLE
    )
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_of_a_program_becomes_a_tag() {
        assert_eq!(escaped("a < b && \"c\" > 'd'\u{1b}"), "a &lt; b &amp;&amp; &quot;c&quot; &gt; &#39;d&#39;\\x1b");
    }
}
