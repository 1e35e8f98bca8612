//! The first page: how much of each file was reached, what never ran, and where runs died.

use super::dead::{Dead, how, name, run};
use super::{Names, Shown, document, escaped};
use crate::model::coverage::{Ratio, Totals};
use crate::model::source_path::short;
use crate::report::coverage::percent;
use crate::run::deaths::{DeadThread, Death};

pub(super) fn text(shown: &Shown<'_>, names: &Names<'_>, dead: &Dead<'_>) -> String {
    let count = shown.covered.runs.len();
    let runs = if count == 1 { "1 run".to_owned() } else { format!("{count} runs") };
    let mut body = format!("<h1>Coverage of {runs}</h1>\n");
    died(shown, names, &mut body);
    files(shown, names, dead, &mut body);
    never_ran(shown, names, &mut body);
    document("coverage", &body)
}

fn files(shown: &Shown<'_>, names: &Names<'_>, dead: &Dead<'_>, body: &mut String) {
    *body += "<table>\n<tr><th class=\"name\">file</th><th colspan=\"2\">lines</th><th colspan=\"2\">functions</th>\
              <th colspan=\"2\">branches</th></tr>\n";
    for (file, found) in &shown.coverage.files {
        let mark = if dead.lines(file).next().is_some() { " <span class=\"dead\">†</span>" } else { "" };
        let name = format!("{}{mark}", link(names, file, None, &escaped(&short(file))));
        *body += &format!("<tr><td class=\"name\">{name}</td>{}</tr>\n", cells(&found.totals()));
    }
    *body += &format!("<tr><th class=\"name\">total</th>{}</tr>\n</table>\n", cells(&shown.coverage.totals()));
}

fn cells(totals: &Totals) -> String {
    let cell = |ratio: Ratio| match percent(ratio) {
        Some(percent) => format!("<td>{} of {}</td><td>{percent} %</td>", ratio.hit, ratio.all),
        None => "<td>none</td><td></td>".to_owned(),
    };
    [totals.lines, totals.functions, totals.branches].map(cell).concat()
}

fn never_ran(shown: &Shown<'_>, names: &Names<'_>, body: &mut String) {
    let mut never = shown.coverage.never_ran().peekable();
    if never.peek().is_none() {
        return;
    }
    *body += "<h2>Never ran</h2>\n<ul>\n";
    for (file, function) in never {
        let place = format!("{}:{}", escaped(&short(file)), function.line);
        let place = link(names, file, Some(function.line), &place);
        *body += &format!("<li>{} <span class=\"faint\">{place}</span></li>\n", escaped(&function.path));
    }
    *body += "</ul>\n";
}

fn died(shown: &Shown<'_>, names: &Names<'_>, body: &mut String) {
    let deaths = &shown.covered.deaths;
    if deaths.is_empty() {
        return;
    }
    *body += "<h2>Died</h2>\n<ul>\n";
    for death in deaths {
        *body += &format!("<li>{}{}\n<ul>\n", run(death), how(death));
        // Who ended it comes first.
        let (first, others): (Vec<_>, Vec<_>) = death.threads.iter().partition(|thread| thread.ended_it);
        first.into_iter().chain(others).for_each(|thread| *body += &place(death, thread, names));
        *body += "</ul></li>\n";
    }
    *body += "</ul>\n";
}

// Output: <li><span class="dead">died here</span>: <a href="src-main.rs.html#L61">src/main.rs:61</a>, thread main (17)</li>
fn place(death: &Death, thread: &DeadThread, names: &Names<'_>) -> String {
    let Some(last) = thread.open.first() else { return String::new() };
    let was = match (thread.ended_it, thread.panicked) {
        (true, _) => "<span class=\"dead\">died here</span>",
        (false, true) => "<span class=\"dead\">panicked; at the end</span>",
        (false, false) if death.threads.iter().any(|thread| thread.ended_it) => "at the end",
        (false, false) => "<span class=\"open\">died here</span>",
    };
    let place = format!("{}:{}", escaped(&short(&last.file)), last.line);
    let place = link(names, &last.file, Some(last.line), &place);
    format!("<li>{was}: {place}, {} <span class=\"faint\">{}</span></li>\n", name(thread), escaped(&last.snippet))
}

/// To a file's page, or to a line of it, if it has one.
fn link(names: &Names<'_>, file: &str, line: Option<u64>, text: &str) -> String {
    let at = line.map_or_else(String::new, |line| format!("#L{line}"));
    match names.get(file) {
        Some(page) => format!("<a href=\"{page}{at}\">{text}</a>"),
        None => text.to_owned(),
    }
}
