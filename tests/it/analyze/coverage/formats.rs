//! The formats of other tools, and the summary.

use std::fs;
use std::path::Path;
use std::process::Command;

use expect_test::expect;
use instr_tests::skip::{needing, without};
use instr_tests::workspace;

use super::{killed, show, shown};

/// Of Cobertura, version 4.
const DTD: &str = r#"
<!ELEMENT coverage (sources?, packages)>
<!ATTLIST coverage line-rate CDATA #REQUIRED branch-rate CDATA #REQUIRED lines-covered CDATA #REQUIRED
  lines-valid CDATA #REQUIRED branches-covered CDATA #REQUIRED branches-valid CDATA #REQUIRED complexity CDATA #REQUIRED
  version CDATA #REQUIRED timestamp CDATA #REQUIRED>
<!ELEMENT sources (source*)>
<!ELEMENT source (#PCDATA)>
<!ELEMENT packages (package*)>
<!ELEMENT package (classes)>
<!ATTLIST package name CDATA #REQUIRED line-rate CDATA #REQUIRED branch-rate CDATA #REQUIRED complexity CDATA #REQUIRED>
<!ELEMENT classes (class*)>
<!ELEMENT class (methods, lines)>
<!ATTLIST class name CDATA #REQUIRED filename CDATA #REQUIRED line-rate CDATA #REQUIRED branch-rate CDATA #REQUIRED
  complexity CDATA #REQUIRED>
<!ELEMENT methods (method*)>
<!ELEMENT method (lines)>
<!ATTLIST method name CDATA #REQUIRED signature CDATA #REQUIRED line-rate CDATA #REQUIRED branch-rate CDATA #REQUIRED
  complexity CDATA #REQUIRED>
<!ELEMENT lines (line*)>
<!ELEMENT line (conditions*)>
<!ATTLIST line number CDATA #REQUIRED hits CDATA #REQUIRED branch CDATA "false" condition-coverage CDATA "100%">
<!ELEMENT conditions (condition*)>
<!ELEMENT condition EMPTY>
<!ATTLIST condition number CDATA #REQUIRED type CDATA #REQUIRED coverage CDATA #REQUIRED>
"#;

#[test]
fn the_summary_names_files_and_what_never_ran() {
    let scene = killed(40, &[("INSTR_COVERAGE", "counts")]);
    let outcome = show(&[], &[&scene.output()]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    expect![[r#"
                                                              lines                functions                 branches
        tests/programs/src/bin/covering.rs        34 of 41   82.9 %          6 of 8   75.0 %        13 of 19   68.4 %
        total                                     34 of 41   82.9 %          6 of 8   75.0 %        13 of 19   68.4 %

        2 functions never ran:
          tests/programs/src/bin/covering.rs:54  covering::ways::of_child
          tests/programs/src/bin/covering.rs:59  covering::ways::never
    "#]]
    .assert_eq(&outcome.stdout);
}

/// The whole file, by its own numbers.
#[test]
fn lcov_says_what_json_says() {
    let scene = killed(40, &[("INSTR_COVERAGE", "counts")]);
    let lcov = show(&["--format", "lcov"], &[&scene.output()]).stdout;
    let shown = shown(&[&scene.output()]);
    let file = &shown["files"][0];
    let path = workspace().canonicalize().unwrap().join(file["file"].as_str().unwrap());
    assert!(lcov.starts_with(&format!("TN:\nSF:{}\n", path.display())), "{lcov}");
    let of = |key: &str| file["totals"][key].clone();
    for (record, value) in [
        ("LF", &of("lines")["all"]),
        ("LH", &of("lines")["hit"]),
        ("FNF", &of("functions")["all"]),
        ("FNH", &of("functions")["hit"]),
        ("BRF", &of("branches")["all"]),
        ("BRH", &of("branches")["hit"]),
    ] {
        assert!(lcov.lines().any(|line| line == format!("{record}:{value}")), "{record}:{value} in {lcov}");
    }
    for line in file["lines"].as_array().unwrap() {
        assert!(lcov.contains(&format!("\nDA:{},{}\n", line["line"], line["hits"])), "{line}");
    }
    assert_eq!(lcov.matches("\nBRDA:").count() as u64, of("branches")["all"].as_u64().unwrap());
}

#[test]
fn genhtml_takes_it_with_the_same_totals() {
    needing(
        "genhtml_takes_it_with_the_same_totals",
        || without("genhtml"),
        || {
            let scene = killed(40, &[("INSTR_COVERAGE", "counts")]);
            let tracefile = scene.path().join("lcov.info");
            let outcome = show(&["--format", "lcov", "--output", tracefile.to_str().unwrap()], &[&scene.output()]);
            assert_eq!(outcome.code, 0, "{}", outcome.stderr);
            let said = genhtml(&tracefile, &scene.path().join("html"));
            let totals = &shown(&[&scene.output()])["totals"];
            for key in ["lines", "functions", "branches"] {
                let expected = format!("({} of {} {key})", totals[key]["hit"], totals[key]["all"]);
                assert!(said.contains(&expected), "{expected} in {said}");
            }
        },
    );
}

#[test]
fn cobertura_is_as_its_dtd_says() {
    needing(
        "cobertura_is_as_its_dtd_says",
        || without("xmllint"),
        || {
            let scene = killed(40, &[("INSTR_COVERAGE", "counts")]);
            let path = scene.path().join("coverage.xml");
            let outcome = show(&["--format", "cobertura", "--output", path.to_str().unwrap()], &[&scene.output()]);
            assert_eq!(outcome.code, 0, "{}", outcome.stderr);
            let dtd = scene.path().join("coverage.dtd");
            fs::write(&dtd, DTD).unwrap();
            let output =
                Command::new("xmllint").args(["--noout", "--nonet", "--dtdvalid"]).args([&dtd, &path]).output();
            let output = output.unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let xml = fs::read_to_string(&path).unwrap();
            let source = format!("<source>{}</source>", workspace().canonicalize().unwrap().display());
            assert!(xml.contains(&source) && xml.contains("filename=\"tests/programs/src/bin/covering.rs\""), "{xml}");
            let (lines, shown) = (xml.split("<line ").count() as u64 - 1, shown(&[&scene.output()]));
            let file = &shown["files"][0];
            let methods = file["functions"].as_array().unwrap().len() as u64;
            assert_eq!(lines - methods, file["totals"]["lines"]["all"].as_u64().unwrap());
            assert!(xml.contains("condition-coverage=\"75% (3/4)\""), "{xml}");
        },
    );
}

fn genhtml(tracefile: &Path, directory: &Path) -> String {
    let output =
        Command::new("genhtml").args(["--branch-coverage", "--output-directory"]).args([directory, tracefile]).output();
    let output = output.expect("genhtml runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && output.stderr.is_empty(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let pages = fs::read_dir(directory).unwrap().count();
    assert!(pages > 1, "{said}");
    said
}
