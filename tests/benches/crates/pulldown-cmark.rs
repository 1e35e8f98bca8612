//! Turns a text with markup of every kind into HTML.

use std::fmt::Write as _;

use pulldown_cmark::{Options, Parser, html};

/// What a turn makes.
pub type Output = String;

/// What is run.
pub fn prepare() -> impl FnMut() -> Output {
    let text = text();
    move || {
        let mut page = String::new();
        html::push_html(&mut page, Parser::new_ext(&text, Options::all()));
        page
    }
}

/// Sections of a manual.
fn text() -> String {
    let mut text = String::from("Manual\n======\n\n");
    for number in 0..10_u32 {
        let _ = write!(
            text,
            "## Section {number}: the *option* `--level={number}`\n\n\
             A paragraph with **strong** words, a [link](https://example.com/{number}?a=1&b=2 \"title\"), `code`,\n\
             an <https://example.org> address, ~~struck~~ words, a note[^{number}] and an entity &amp; more.  \n\
             Another line \\* with escapes, 1 < 2, and \"quotes\".\n\n\
             > A quotation\n> of two lines, with _emphasis_.\n\n\
             * one\n* two\n    1. inner {number}\n    2. [reference][{number}]\n* [x] done\n\n\
             | name | value |\n|:-----|------:|\n| a{number} | {} |\n| `b` | **2** |\n\n\
             ```rust\nlet x = {number} & 1; // <code>\n```\n\n\
             [^{number}]: The note.\n\n[{number}]: ./chapter-{number}.md\n\n",
            number * 17
        );
    }
    text
}
