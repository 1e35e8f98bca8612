//! What `cargo test` prints about its tests.

/// A test's name and how it has ended.
pub type Outcome = (String, String);

/// Every test that the output of `cargo test` names, in order of the names. A doc test has ` - ` and a line in its name.
pub fn outcomes(stdout: &str) -> Vec<Outcome> {
    let mut outcomes: Vec<_> = stdout.lines().filter_map(outcome).collect();
    outcomes.sort();
    outcomes
}

fn outcome(line: &str) -> Option<Outcome> {
    let (name, outcome) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    Some((name.to_owned(), outcome.to_owned()))
}

/// A test's path within its crate, which for a doc test is none.
pub fn path(name: &str) -> &str {
    name.strip_suffix(" - should panic").unwrap_or(name)
}

/// How many seconds the tests took, by what `cargo test` prints about each binary.
pub fn seconds(stdout: &str) -> f64 {
    let results = stdout.lines().filter(|line| line.starts_with("test result: "));
    results.filter_map(|line| line.rsplit_once("finished in ")?.1.strip_suffix('s')?.parse::<f64>().ok()).sum()
}
