//! The site table knows tests, and how they are to end, however their attributes stand.

use std::fs;

use instr_analyze::model::sites::Sites;
use instr_format::files::SITES;
use instr_tests::cargo_instr::{Workspace, runs};
use instr_tests::package::succeed;

const UNIT_TESTS: &str = "
pub fn twice(n: u32) -> u32 {
    n * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn four() -> u32 {
        4
    }

    #[test]
    fn doubles() {
        let doubled = [2].map(|n| twice(n));
        assert_eq!(doubled, [four()]);
    }

    #[test]
    #[should_panic(expected = \"index out of bounds: the len is 1\")]
    fn fails_as_said() {
        let index = four() as usize;
        assert_eq!([1][index], 1);
    }

    #[should_panic]
    #[test]
    fn fails() {
        assert_eq!(four(), 5);
    }

    #[cfg_attr(debug_assertions, should_panic)]
    #[test]
    fn fails_in_debug_builds() {
        debug_assert_eq!(four(), 5);
    }

    #[test]
    #[cfg_attr(not(debug_assertions), should_panic)]
    fn fails_in_release_builds() {
        assert_eq!(four(), if cfg!(debug_assertions) { 4 } else { 5 });
    }

    mod deeper {
        /// Says nothing.
        #[should_panic(expected = \"no \\\"number\\\"\")]
        #[allow(unused)]
        #[test]
        fn also_fails() {
            let number: u32 = \"x\".parse().expect(\"no \\\"number\\\"\");
        }
    }
}
";

const INTEGRATION_TESTS: &str = "
fn helps() -> u32 {
    two::twice(1)
}

#[test]
fn from_outside() {
    assert_eq!(helps(), 2);
}

#[test] #[should_panic(expected = \"left\")] fn on_one_line() { assert_eq!(helps(), 3); }
";

#[test]
fn tests_are_known() {
    let pair = Workspace::new("pair", "test functions");
    pair.write("two/src/lib.rs", UNIT_TESTS);
    pair.write("two/tests/outside.rs", INTEGRATION_TESTS);
    let output = pair.output("tests");
    let arguments = ["test", "-q", "-p", "two", "--lib", "--test", "outside"];
    succeed(pair.instr(&arguments).env("INSTR_OUTPUT_DIR", &output));
    let mut found = Vec::new();
    for run in runs(&output) {
        let (sites, damage) = Sites::read(SITES, fs::read(run.join(SITES)).expect("a site table"));
        assert!(damage.is_none(), "{damage:?}");
        for (path, test) in sites.tests() {
            assert_eq!(sites.test(path), Some(test));
            let should_panic = test.should_panic.as_ref().map(|panic| panic.expected.clone());
            found.push((path.to_owned(), should_panic));
        }
    }
    found.sort();
    let expected = [
        ("outside::from_outside", None),
        ("outside::on_one_line", Some(Some("left"))),
        ("two::tests::deeper::also_fails", Some(Some("no \"number\""))),
        ("two::tests::doubles", None),
        ("two::tests::fails", Some(None)),
        ("two::tests::fails_as_said", Some(Some("index out of bounds: the len is 1"))),
        ("two::tests::fails_in_debug_builds", Some(None)),
        ("two::tests::fails_in_release_builds", None),
    ];
    let owned = |(path, panics): (&str, Option<Option<&str>>)| {
        (path.to_owned(), panics.map(|expected| expected.map(str::to_owned)))
    };
    assert_eq!(found, expected.map(owned));
}
