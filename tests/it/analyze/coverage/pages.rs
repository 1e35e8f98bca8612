//! The pages of HTML: sources with what was reached, and where runs died.

use std::fs;
use std::path::Path;

use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::fake_ring::{FakeTable, counts_file};
use instr_tests::fake_run::{FakeRun, FakeSlot, PID, Site, sites_file};
use instr_tests::marks::Place;
use instr_tests::program::{Scene, run};

use super::{killed, show};

const SOURCE: &str = "tests/programs/src/bin/covering.rs";

fn write(directory: &Path, runs: &[&Path]) {
    let outcome = show(&["--format", "html", "--output", directory.to_str().unwrap()], runs);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, ""), "{}", outcome.stderr);
}

fn row(page: &str, line: u64) -> &str {
    let row = page.split("<tr ").find(|row| row.starts_with(&format!("id=\"L{line}\"")));
    row.unwrap_or_else(|| panic!("line {line} in {page}"))
}

#[test]
fn a_page_shows_the_source_and_where_the_run_died() {
    let scene = killed(40, &[("INSTR_COVERAGE", "counts")]);
    let directory = scene.path().join("html");
    write(&directory, &[&scene.output()]);
    let page = fs::read_to_string(directory.join("tests-programs-src-bin-covering.rs.html")).unwrap();
    let at = |mark: &str| row(&page, Place::marked(SOURCE, mark).line);
    assert!(at("kill").starts_with(&format!("id=\"L{}\" class=\"hit\"", Place::marked(SOURCE, "kill").line)));
    // Nobody saw of what it died: both living threads were there at the end.
    assert!(at("kill").contains("was here at the end: ") && at("kill").contains("thread main ("), "{}", at("kill"));
    assert!(at("never").contains("class=\"miss\"") && at("never").contains("&quot;never&quot;"), "{}", at("never"));
    assert!(page.contains("then ") && page.contains("1 | 2 "), "{page}");
    let index = fs::read_to_string(directory.join("index.html")).unwrap();
    let link = format!("<a href=\"tests-programs-src-bin-covering.rs.html#L{}\">", Place::marked(SOURCE, "kill").line);
    assert!(index.contains(&link) && index.contains("<h2>Never ran</h2>"), "{index}");
    for text in [&page, &index] {
        assert!(!text.contains("<script") && !text.contains("http://") && !text.contains("https://"), "{text}");
    }
}

#[test]
fn the_thread_that_died_is_told_from_the_others() {
    let scene = Scene::new();
    let variables = [("INSTR_COVERAGE", "1"), ("INSTR_SINK", "stack")];
    run(scene.command(&program("crasher", INSTRUMENTED)).args(["null-dereference", "eight"]).envs(variables));
    let directory = scene.path().join("html");
    write(&directory, &[&scene.output()]);
    let index = fs::read_to_string(directory.join("index.html")).unwrap();
    assert_eq!(index.matches("died here").count(), 1, "{index}");
    let died = index.lines().find(|line| line.contains("died here")).unwrap();
    assert!(died.contains("thread guilty (") && died.contains("tests-crasher-src-deaths.rs.html#L"), "{died}");
    assert!(index.contains(", of SIGSEGV") && index.contains("thread bystander-7 ("), "{index}");
    let page = fs::read_to_string(directory.join("tests-crasher-src-deaths.rs.html")).unwrap();
    assert_eq!(page.matches(">died here: ").count(), 1, "{page}");
}

#[test]
fn a_directory_is_asked_for_and_not_written_over() {
    let scene = killed(3, &[("INSTR_COVERAGE", "1")]);
    let without = show(&["--format", "html"], &[&scene.output()]);
    assert!(without.code == 2 && without.stderr.contains("name a directory with --output"), "{without:?}");
    let directory = scene.path().join("html");
    write(&directory, &[&scene.output()]);
    let arguments = ["--format", "html", "--output", directory.to_str().unwrap()];
    let again = show(&arguments, &[&scene.output()]);
    assert!(again.code == 2 && again.stderr.contains("exists"), "{again:?}");
    assert_eq!(show(&[&arguments[..], &["--force"]].concat(), &[&scene.output()]).code, 0);
    assert!(fs::read_dir(&directory).unwrap().all(|entry| !entry.unwrap().path().ends_with("part")));
}

#[test]
fn nothing_of_a_run_becomes_a_tag_or_leaves_the_directory() {
    let output = tempfile::tempdir().unwrap();
    let run = FakeRun::new(&output.path().join("runs"), "<b>run</b>");
    let sites = [
        Site { file: "../../<i>.rs", line: 2, col: 5, module: "<u>", name: "f<T>", snippet: "a::<B>(\"&\");" },
        Site { file: "index", line: 2, col: 5, module: "m", name: "g", snippet: "b();" },
        Site { file: "a-b.rs", line: 2, col: 5, module: "m", name: "h", snippet: "c();" },
        Site { file: "a/b.rs", line: 2, col: 5, module: "m", name: "i", snippet: "d();" },
    ];
    run.write("sites", sites_file(&sites));
    run.last(None, &[FakeSlot::inside(PID, b"<s>thread", 0)]);
    run.write("counts", counts_file(4, &[FakeTable { tid: PID, reuse: 1, before: 0, hits: vec![1, 0, 2, 3] }]));
    let directory = output.path().join("html");
    write(&directory, &[&run.dir]);
    let mut names: Vec<String> =
        fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["-..--i-.rs.html", "a-b.rs-2.html", "a-b.rs.html", "index-2.html", "index.html"]);
    for name in names {
        let page = fs::read_to_string(directory.join(name)).unwrap();
        for tag in ["<b>", "<i>", "<u>", "<T>", "<B>", "<s>"] {
            assert!(!page.contains(tag), "{tag} in {page}");
        }
    }
    assert_eq!(fs::read_dir(output.path()).unwrap().count(), 2);
}
