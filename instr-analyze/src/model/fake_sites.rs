//! Site tables of made-up programs, for unit tests.

use super::sites::Sites;

/// Of these functions, `name` or `name (parameters)`, each with its statements: what stands in the site table behind `n`, and the
/// text.
pub(super) fn sites(functions: &[(&str, &[&str])]) -> Sites {
    let count: usize = functions.iter().map(|(_, statements)| statements.len()).sum();
    let mut table = format!("# instr-sites v6 count={count}\n");
    let mut first = 0;
    for (name, statements) in functions {
        let (name, parameters) = name.split_once(' ').unwrap_or((name, ""));
        let parameters = if parameters.is_empty() { String::new() } else { format!(" {parameters}") };
        table += &format!("@{first} {}\nm {name} f.rs{parameters}\n", statements.len());
        for (line, statement) in statements.iter().enumerate() {
            let (place, text) = statement.split_once(' ').expect("two words");
            table += &format!("{} 1 n{} {}\n", line + 1, place.trim_start_matches('-'), text.replace(' ', "\\s"));
        }
        first += statements.len();
    }
    let (sites, damage) = Sites::read("sites", table.into_bytes());
    assert_eq!(damage, None);
    sites
}
