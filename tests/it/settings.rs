//! The environment: what each variable does to a run, and that none does anything to the program.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::process::Stdio;

use instr_analyze::model::panics;
use instr_format::files::MARKS;
use instr_tests::analyzer;
use instr_tests::build::{INSTRUMENTED, PLAIN, program};
use instr_tests::cargo_instr::runs;
use instr_tests::marks::Place;
use instr_tests::package::{Package, runtime_dependency};
use instr_tests::program::{Ended, Scene, run};
use instr_tests::records::run_json;
use instr_tests::report::Report;
use instr_tests::skip::skip;

/// How far the program counts.
const TURNS: &str = "100";

/// Runs the program whose statements are always as many.
fn steady(scene: &Scene, variables: &[(&str, &OsStr)]) -> Ended {
    let ended = run(scene.command(&program("steady", INSTRUMENTED)).arg(TURNS).envs(variables.iter().copied()));
    let plain = run(scene.command(&program("steady", PLAIN)).arg(TURNS));
    assert_eq!((ended.status, &ended.stdout), (plain.status, &plain.stdout));
    ended
}

/// The report on such a run that has nothing to say on stderr.
fn quiet_report(variables: &[(&str, &str)]) -> Report {
    let scene = Scene::new();
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, OsStr::new(*value))).collect();
    assert_eq!(steady(&scene, &variables).stderr, "");
    scene.report()
}

/// How many statements the program reaches.
fn reached() -> u64 {
    quiet_report(&[]).sum("records")
}

fn counts(report: &Report, thread: &str) -> (u64, u64) {
    let thread = report.thread(thread);
    let count = |name: &str| thread[name].as_u64().expect("a number");
    (count("records"), count("filtered"))
}

#[test]
fn switched_off_it_makes_no_directory_and_the_program_does_the_same() {
    for off in ["0", "false", "off", "no", "OFF"] {
        let scene = Scene::new();
        assert_eq!(steady(&scene, &[("INSTR_ENABLE", OsStr::new(off))]).stderr, "");
        assert!(!scene.output().exists(), "{off}");
    }
}

#[test]
fn files_that_are_left_out_are_counted() {
    for (name, value) in [("INSTR_EXCLUDE", "count.rs"), ("INSTR_INCLUDE", "*/steady/[!c]*.rs")] {
        let report = quiet_report(&[(name, value)]);
        let (one, main) = (counts(&report, "one"), counts(&report, "main"));
        assert!(one.0 == 1 && one.1 > 100, "the thread's closure alone is in another file: {one:?}");
        assert!(main.0 > 1 && main.1 > 100, "{main:?}");
        assert_eq!(report.sum("records") + report.sum("filtered") + report.sum("dropped"), reached());
    }
}

#[test]
fn threads_that_are_left_out_are_counted() {
    let report = quiet_report(&[("INSTR_THREAD", "main, two")]);
    let [main, one, two] = ["main", "one", "two"].map(|name| counts(&report, name));
    assert!(main.0 > 0 && main.1 == 0, "{main:?}");
    assert!(one.0 == 0 && one.1 > 100, "{one:?}");
    assert!(two.0 > 100 && two.1 == 0, "{two:?}");
    assert_eq!(report.sum("records") + report.sum("filtered") + report.sum("dropped"), reached());
}

#[test]
fn the_last_statement_is_right_though_filters_leave_it_out() {
    for (name, value) in [("INSTR_EXCLUDE", "deaths.rs"), ("INSTR_INCLUDE", "places.rs"), ("INSTR_THREAD", "nobody")] {
        let scene = Scene::new();
        run(scene.command(&program("crasher", INSTRUMENTED)).args(["abort", "worker"]).env(name, value));
        let guilty = Place::marked("tests/crasher/src/deaths.rs", "guilty: abort");
        assert_eq!(Place::last_of(scene.report().thread("guilty")), guilty, "{name}");
    }
}

#[test]
fn empty_variables_are_unset() {
    let empty = instr_format::names::VARIABLES.map(|variable| (variable.name, ""));
    let lists = [
        "INSTR_INCLUDE",
        "INSTR_EXCLUDE",
        "INSTR_FUNCTION_INCLUDE",
        "INSTR_FUNCTION_EXCLUDE",
        "INSTR_ONLY",
        "INSTR_THREAD",
    ];
    let lists_of_nothing = lists.map(|name| (name, " ,,"));
    for variables in [&empty[..], &lists_of_nothing[..]] {
        let report = quiet_report(variables);
        assert_eq!((report.sum("records"), report.sum("filtered")), (reached(), 0), "{variables:?}");
    }
}

#[test]
fn a_value_that_cannot_be_meant_is_said_in_one_line_and_the_default_holds() {
    let not_utf8 = OsString::from_vec(b"\xff".to_vec());
    let bad = [
        ("INSTR_ENABLE", OsStr::new("maybe")),
        ("INSTR_SINK", OsStr::new("tape")),
        ("INSTR_INCLUDE", OsStr::new("[")),
        ("INSTR_EXCLUDE", OsStr::new("*,[x")),
        ("INSTR_INCLUDE_REGEX", OsStr::new("(")),
        ("INSTR_EXCLUDE_REGEX", OsStr::new("a{99999999}")),
        ("INSTR_FUNCTION_INCLUDE", OsStr::new("[")),
        ("INSTR_FUNCTION_EXCLUDE", OsStr::new("a,[")),
        ("INSTR_FUNCTION_INCLUDE_REGEX", OsStr::new("*")),
        ("INSTR_FUNCTION_EXCLUDE_REGEX", OsStr::new(r"\p{Greek}")),
        ("INSTR_ONLY", OsStr::new("line=3")),
        ("INSTR_ONLY", OsStr::new("steady:*, line=3")),
        ("INSTR_RATE", OsStr::new("0")),
        ("INSTR_RATE", OsStr::new("-1")),
        ("INSTR_RATE", OsStr::new("1/2")),
        ("INSTR_RATE", OsStr::new("4294967296")),
        ("INSTR_THREAD", &not_utf8),
        ("INSTR_ECHO_STDERR", OsStr::new("loud")),
    ];
    for variable in bad {
        let scene = Scene::new();
        let stderr = steady(&scene, &[variable]).stderr;
        let line = stderr.strip_suffix('\n').unwrap_or_default();
        assert!(line.starts_with(&format!("instr: {}", variable.0)) && !line.contains('\n'), "{stderr:?}");
        assert_eq!(scene.report().sum("records"), reached(), "{stderr}");
    }
}

/// Whether it says these sentences and nothing else, on stderr and in the run's own notes.
fn assert_said(variables: &[(&str, &str)], sentences: &[&str]) {
    let scene = Scene::new();
    let given: Vec<_> = variables.iter().map(|(name, value)| (*name, OsStr::new(*value))).collect();
    let said: Vec<_> = sentences.iter().map(|sentence| format!("instr: {sentence}\n")).collect();
    assert_eq!(steady(&scene, &given).stderr, said.concat(), "{variables:?}");
    assert_eq!(run_json(&scene.runs()[0])["notes"], serde_json::json!(sentences), "{variables:?}");
}

#[test]
fn a_variable_that_is_none_of_ours_is_said_with_the_one_that_it_may_have_been_meant_for() {
    for (written, meant) in [
        ("INSTR_SNIK", "INSTR_SINK"),
        ("INSTR_SINKS", "INSTR_SINK"),
        ("INSTR_sink", "INSTR_SINK"),
        ("INSTR_OUTPUTDIR", "INSTR_OUTPUT_DIR"),
        ("INSTR_OUTPUT", "INSTR_OUTPUT_DIR"),
        ("INSTR_THREADS", "INSTR_THREAD"),
        ("INSTR_EXLCUDE", "INSTR_EXCLUDE"),
    ] {
        assert_said(&[(written, "x")], &[&format!("{written} is not a variable of instr; did you mean {meant}?")]);
    }
    let long = format!("INSTR_{}", "X".repeat(500));
    for written in ["INSTR_COLOUR", "INSTR_", "INSTR_\"QUOTED", &long] {
        assert_said(&[(written, "x")], &[&format!("{written} is not a variable of instr, and is ignored")]);
    }
    assert_said(&[("INSTRUMENT", "x"), ("TEST_OF_INSTR_SKIPS", "x")], &[]);
}

#[test]
fn a_variable_without_effect_is_said() {
    let no_effect = |name: &str, sink: &str| format!("{name} has no effect with INSTR_SINK={sink}, only with `ring`");
    assert_said(&[("INSTR_MAX_BYTES", "1M"), ("INSTR_MAX_TOTAL_BYTES", "64K")], &[]);
    let ring = [("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K"), ("INSTR_CLOCK", "full")];
    let without_history = "INSTR_MAX_BYTES has no effect without INSTR_RING_HISTORY=1";
    assert_said(&[&ring[..], &[("INSTR_MAX_BYTES", "1M")]].concat(), &[without_history]);
    assert_said(&[&ring[..], &[("INSTR_MAX_BYTES", "1M"), ("INSTR_RING_HISTORY", "1")]].concat(), &[]);
    for sink in ["write", "count"] {
        let names = ["INSTR_RING_BYTES", "INSTR_CLOCK", "INSTR_RING_HISTORY"];
        let sentences = names.map(|name| no_effect(name, sink));
        let variables = [("INSTR_SINK", sink), (names[0], "64K"), (names[1], "coarse"), (names[2], "1")];
        assert_said(&variables, &sentences.each_ref().map(String::as_str));
        // Filters do something with each sink.
        assert_said(&[("INSTR_SINK", sink), ("INSTR_THREAD", "main"), ("INSTR_EXCLUDE", "count.rs")], &[]);
    }
    for name in ["INSTR_MAX_BYTES", "INSTR_MAX_TOTAL_BYTES"] {
        let sentence = format!("{name} has no effect with INSTR_SINK=count, only with `write` or `ring`");
        assert_said(&[("INSTR_SINK", "count"), (name, "1M")], &[&sentence]);
        let too_small = format!("{name}=1K is ignored: expected a size from 64K on, such as 16M");
        assert_said(&[(name, "1K")], &[&too_small]);
    }
    assert_said(&[("INSTR_SINK", "write"), ("INSTR_CLOCK", "full"), ("INSTR_RING_HISTORY", "0")], &[]);
    assert_said(&[("INSTR_SINK", "count"), ("INSTR_CLOCK", "off")], &[]);
    let rate = "INSTR_RATE has no effect with INSTR_SINK=count, only with `write` and `ring`";
    assert_said(&[("INSTR_SINK", "count"), ("INSTR_RATE", "10")], &[rate]);
    let filters = "filters have no effect with INSTR_SINK=stack, which keeps no records";
    for (name, value) in [("INSTR_ONLY", "nothing"), ("INSTR_THREAD", "main"), ("INSTR_EXCLUDE_REGEX", ".")] {
        assert_said(&[("INSTR_SINK", "stack"), (name, value)], &[filters]);
    }
    // What says that it is ignored needs no second sentence.
    let unknown_clock = "INSTR_CLOCK=slow is ignored: expected `off`, `coarse` or `full`";
    assert_said(&[("INSTR_CLOCK", "slow")], &[unknown_clock]);
    // Off is off.
    let scene = Scene::new();
    let off =
        [("INSTR_ENABLE", OsStr::new("0")), ("INSTR_SNIK", OsStr::new("x")), ("INSTR_MAX_BYTES", OsStr::new("1"))];
    assert_eq!(steady(&scene, &off).stderr, "");
}

#[test]
fn forked_children_do_not_say_it_again() {
    let scene = Scene::new();
    let ended = run(scene.command(&program("fork", INSTRUMENTED)).arg("tree").env("INSTR_SNIK", "ring"));
    assert_eq!(ended.stderr.lines().filter(|line| line.starts_with("instr: ")).count(), 1, "{ended:?}");
    assert!(scene.runs().len() > 1);
    for run in scene.runs() {
        assert!(run_json(&run)["notes"].to_string().contains("INSTR_SNIK"), "{run:?}");
    }
}

#[test]
fn filters_that_leave_nothing_are_said() {
    let said = "instr: the filters leave out every statement of this program; it keeps open statements alone\n";
    for variable in [("INSTR_EXCLUDE", "*"), ("INSTR_ONLY", "nowhere:*"), ("INSTR_FUNCTION_INCLUDE_REGEX", "^$")] {
        let scene = Scene::new();
        assert_eq!(steady(&scene, &[(variable.0, OsStr::new(variable.1))]).stderr, said, "{variable:?}");
        let report = scene.report();
        assert_eq!((report.sum("records"), report.sum("filtered")), (0, reached()), "{variable:?}");
    }
}

/// What is written before `main` reaches a program that would die of SIGPIPE, as C has it.
#[test]
fn a_stderr_that_nobody_reads_does_not_end_the_program() {
    let scene = Scene::new();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = scene.command(&program("steady", INSTRUMENTED));
    let status = command.arg(TURNS).env("INSTR_SNIK", "ring").stdout(Stdio::null()).stderr(writer).status();
    assert_eq!(status.expect("it starts"), steady(&Scene::new(), &[]).status);
    assert_eq!(scene.report().sum("records"), reached());
}

#[test]
fn a_process_of_cargo_nextests_says_which_test_it_runs() {
    let test = |arguments: &[&str], nextest: &str| {
        let scene = Scene::new();
        let program = program("worker-pool", INSTRUMENTED);
        run(scene.command(&program).args(arguments).env("NEXTEST", nextest));
        run_json(&scene.runs()[0])["test"].as_str().map(str::to_owned)
    };
    let name = "tests::of_pools::works";
    assert_eq!(test(&["--exact", name, "--nocapture"], "1").as_deref(), Some(name));
    assert_eq!(test(&["--ignored", name, "--exact"], "1").as_deref(), Some(name));
    assert_eq!(test(&["--exact", name], ""), None);
    assert_eq!(test(&["--list", "--format", "terse"], "1"), None);
    assert_eq!(test(&["--exact"], "1"), None);
}

#[test]
fn it_is_what_cargo_nextest_passes() {
    let package = Package::new("with-nextest");
    let dependency = runtime_dependency();
    package.write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"with-nextest\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\ninstr-runtime = {dependency}\n"
        ),
    );
    package.write(
        "src/lib.rs",
        "#[cfg(test)]\n#[instr_runtime::instrument_source]\nmod tests {\n    #[test]\n    \
         fn whose_name_the_kernel_would_cut() {\n        panic!(\"failed\");\n    }\n}\n",
    );
    let scene = Scene::new();
    let mut nextest = package.cargo(&["nextest", "run", "--no-fail-fast"]);
    let output = nextest.env("INSTR_OUTPUT_DIR", scene.output()).output().expect("cargo runs");
    if String::from_utf8_lossy(&output.stderr).contains("no such command") {
        return skip("it_is_what_cargo_nextest_passes", "there is no cargo-nextest");
    }
    let runs: Vec<_> = scene.runs().into_iter().filter(|run| run.join("panic.json").exists()).collect();
    let [run] = runs.try_into().unwrap_or_else(|runs| panic!("{runs:?} {output:?}"));
    let name = "tests::whose_name_the_kernel_would_cut";
    assert_eq!(run_json(&run)["test"], name);
    let panics = std::fs::read(run.join("panic.json")).expect("it is there");
    assert_eq!(panics::read("panic.json", &panics).0[0].thread, name);
}

#[test]
fn the_output_directory_may_name_the_program_and_the_process() {
    let scene = Scene::new();
    assert_eq!(steady(&scene, &[("INSTR_OUTPUT_DIR", OsStr::new("logs/%e/%p"))]).stderr, "");
    let mut found = std::fs::read_dir(scene.path().join("logs/steady")).expect("a directory named for the program");
    let process = found.next().expect("a directory named for the process").expect("an entry");
    let [run] = runs(&process.path()).try_into().expect("one run");
    assert_eq!(process.file_name().to_str(), Some(run_json(&run)["pid"].to_string().as_str()));
    assert!(is_marked(&process.path()), "the directory of the runs");
    assert!(!is_marked(&scene.path().join("logs")), "others may keep something else there");
}

/// Whether programs that walk directories are told to pass over this one.
fn is_marked(directory: &Path) -> bool {
    let found =
        MARKS.map(|(name, text)| std::fs::read_to_string(directory.join(name)).is_ok_and(|found| found == text));
    assert!(found.iter().all(|is_there| *is_there == found[0]), "{found:?}");
    found[0]
}

#[test]
fn only_an_output_directory_that_is_made_for_runs_tells_other_programs_to_pass_over_it() {
    let scene = Scene::new();
    for _ in 0..2 {
        assert_eq!(steady(&scene, &[]).stderr, "");
        assert!(is_marked(&scene.output()));
    }
    assert_eq!(scene.runs().len(), 2);
    let tag = std::fs::read_to_string(scene.output().join("CACHEDIR.TAG")).expect("a tag");
    assert_eq!(tag.lines().next(), Some("Signature: 8a477f597d28d172789f06886806bc55"));
    // What the user has removed stays so.
    std::fs::remove_file(scene.output().join(MARKS[0].0)).expect("it was there");
    steady(&scene, &[]);
    assert!(!scene.output().join(MARKS[0].0).exists());

    let project = Scene::new();
    std::fs::create_dir(project.path().join("project")).expect("a directory");
    for directory in [".", "project", "project/"] {
        assert_eq!(steady(&project, &[("INSTR_OUTPUT_DIR", OsStr::new(directory))]).stderr, "");
        assert!(!is_marked(project.path()) && !is_marked(&project.path().join("project")), "{directory}");
    }
    for directory in ["new", "made/", "made/deeper/still"] {
        assert_eq!(steady(&project, &[("INSTR_OUTPUT_DIR", OsStr::new(directory))]).stderr, "");
        assert!(is_marked(&project.path().join(directory)), "{directory}");
    }
}

#[test]
fn a_directory_without_runs_is_empty_for_all_that_these_files_are_there() {
    let scene = Scene::new();
    steady(&scene, &[]);
    scene.runs().iter().for_each(|run| std::fs::remove_dir_all(run).expect("it was there"));
    let outcome = analyzer::run([scene.output()]);
    assert!(outcome.stderr.contains("no runs in"), "{}", outcome.stderr);
}
