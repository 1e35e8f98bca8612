//! Everything that `instr-analyze` prints as JSON against the schemas in `docs/schema`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use instr_analyze::cli::verbs;
use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::cargo_instr::Workspace;
use instr_tests::hanging::Hanging;
use instr_tests::program::{Scene, run};
use instr_tests::report::Report;
use instr_tests::{analyzer, json, workspace};
use jsonschema::{Draft, Registry, Validator};
use serde_json::Value;

/// What several schemas refer to.
const PARTS: &str = "parts";
/// Reads no run.
const CHECK: &str = "check";
/// Reads two.
const DIFF: &str = "diff";
/// Reads one, and addresses.
const SYMBOLIZE: &str = "symbolize";

fn directory() -> PathBuf {
    workspace().join("docs/schema")
}

/// The schemas by the names of their files.
fn schemas() -> BTreeMap<String, Value> {
    let files = fs::read_dir(directory()).expect("a directory").map(|entry| entry.expect("an entry").path());
    files
        .map(|file| {
            let name = file.file_stem().expect("a name").to_str().expect("UTF-8").to_owned();
            (name, json::parse(&fs::read_to_string(&file).expect("a schema")))
        })
        .collect()
}

/// The verbs that can print JSON, as they say themselves.
fn printing_json() -> Vec<String> {
    let prints_json = |verb: &String| {
        let help = analyzer::run([verb, "--help"]).stdout;
        let format = help.split("--format").nth(1).and_then(|rest| rest.split("\n      --").next());
        format.is_some_and(|format| format.contains("- json"))
    };
    verbs().into_iter().filter(prints_json).collect()
}

/// The schema of what a verb prints.
struct Schema {
    verb: String,
    validator: Validator,
    /// Whether each line is a document.
    lines: bool,
}

impl Schema {
    /// Of the verbs that read any number of runs, and nothing else.
    fn of_runs() -> impl Iterator<Item = Self> {
        Schema::all().into_iter().filter(|schema| ![CHECK, DIFF, SYMBOLIZE].contains(&schema.verb.as_str()))
    }

    fn of(verb: &str) -> Self {
        Schema::all().into_iter().find(|schema| schema.verb == verb).expect("it prints JSON")
    }

    fn all() -> Vec<Self> {
        let schemas = schemas();
        let base = |name: &str| format!("file:///{name}.json");
        let resources = schemas.iter().map(|(name, schema)| (base(name), schema.clone()));
        let registry = Registry::new().extend(resources).expect("schemas").prepare().expect("schemas");
        let of = |verb: String| {
            let schema = schemas.get(&verb).unwrap_or_else(|| panic!("docs/schema/{verb}.json is missing"));
            let options = jsonschema::options().with_draft(Draft::Draft202012).with_registry(&registry);
            let validator = options.with_base_uri(base(&verb)).build(schema).expect("a schema");
            let lines = schema["title"].as_str().expect("a title").ends_with("each line");
            Schema { verb, validator, lines }
        };
        printing_json().into_iter().map(of).collect()
    }

    /// Checks what the verb prints in this directory, and returns it.
    fn check(&self, directory: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Vec<Value> {
        let mut command = analyzer::command([&[self.verb.as_str(), "--format", "json"], arguments].concat());
        let outcome =
            analyzer::outcome(command.current_dir(directory).envs(variables.iter().copied()).output().unwrap());
        let texts: Vec<&str> = match outcome.stdout.as_str() {
            "" => Vec::new(),
            lines if self.lines => lines.lines().collect(),
            document => vec![document],
        };
        let documents: Vec<Value> = texts.into_iter().map(json::parse).collect();
        for document in &documents {
            let errors: Vec<String> = self
                .validator
                .iter_errors(document)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert_eq!(errors, [""; 0], "{} {arguments:?}: {document:.4000}", self.verb);
        }
        documents
    }
}

/// Has every verb print what it can of these runs, and returns the documents of each.
pub(crate) fn check_all(output: &Path) -> BTreeMap<String, Vec<Value>> {
    let mut printed: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let output = output.to_str().expect("UTF-8");
    for schema in Schema::of_runs() {
        let more: &[&[&str]] = match schema.verb.as_str() {
            "report" => &[&[], &["--history", "3"], &["--include", "*.rs"], &["--breadcrumbs"]],
            "dump" => &[&[], &["--fold"], &["--tree"]],
            "stats" => &[&[], &["--include", "*.rs", "--top", "1000"]],
            _ => &[&[]],
        };
        for more in more {
            let documents = schema.check(&workspace(), &[], &[&[output], *more].concat());
            printed.entry(schema.verb.clone()).or_default().extend(documents);
        }
    }
    printed
}

/// Runs an instrumented program with these variables.
fn scene(name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Scene {
    let scene = Scene::new();
    run(scene.command(&program(name, INSTRUMENTED)).args(arguments).envs(variables.iter().copied()));
    scene
}

fn printing(printed: &BTreeMap<String, Vec<Value>>) -> BTreeSet<&str> {
    printed.iter().filter(|(_, documents)| !documents.is_empty()).map(|(verb, _)| verb.as_str()).collect()
}

#[test]
fn every_verb_that_prints_json_has_a_schema_and_no_schema_is_left_over() {
    let mut expected: BTreeSet<String> = printing_json().into_iter().collect();
    assert!(expected.contains("report") && !expected.contains("clean"), "{expected:?}");
    expected.insert(PARTS.to_owned());
    assert_eq!(schemas().into_keys().collect::<BTreeSet<_>>(), expected);
    for (name, schema) in schemas() {
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
    }
}

#[test]
fn the_reference_names_every_schema() {
    let reference = fs::read_to_string(workspace().join("docs/reference.md")).unwrap();
    for name in schemas().into_keys() {
        assert!(reference.contains(&format!("(schema/{name}.json)")), "{name}");
    }
}

#[test]
fn what_no_schema_knows_is_found() {
    let scene = scene("crasher", &["null-dereference", "main"], &[("INSTR_COVERAGE", "1")]);
    let output = scene.output().to_str().unwrap().to_owned();
    for schema in Schema::of_runs() {
        let mut document = schema.check(scene.path(), &[], &[&output]).remove(0);
        assert!(schema.validator.is_valid(&document), "{}", schema.verb);
        document["undocumented"] = Value::Null;
        assert!(!schema.validator.is_valid(&document), "{}", schema.verb);
    }
}

#[test]
fn a_crash_with_each_sink() {
    for (sink, without) in [
        ("write", &["coverage"][..]),
        ("ring", &["coverage"]),
        ("count", &["tail"]),
        ("stack", &["coverage", "dump", "stats", "tail"]),
    ] {
        let scene = scene("crasher", &["null-dereference", "worker"], &[("INSTR_SINK", sink)]);
        let printed = check_all(&scene.output());
        let expected: BTreeSet<&str> = ["coverage", "crash", "dump", "list", "report", "stats", "tail"].into();
        assert_eq!(printing(&printed), &expected - &without.iter().copied().collect(), "{sink}");
        assert_eq!(printed["report"][0]["runs"][0]["end"]["kind"], "signal", "{sink}");
    }
}

#[test]
fn a_crash_among_others_and_what_led_to_it() {
    let scene = scene("parting", &["worker-1=abp", "worker-2=aabp", "worker-3=aab!"], &[("INSTR_SINK", "ring")]);
    let printed = check_all(&scene.output());
    let has = |key: &str| printed["report"].iter().any(|document| !document["runs"][0][key].is_null());
    assert!(has("siblings") && has("breadcrumbs"), "{:?}", printed["report"]);
}

#[test]
fn addresses_of_a_process() {
    let scene = scene("crasher", &["null-dereference", "worker"], &[]);
    let output = scene.output().to_str().unwrap().to_owned();
    let crash = Schema::of("crash").check(scene.path(), &[], &[&output]).remove(0);
    let frames = crash["crashes"][0]["frames"].as_array().expect("frames").iter();
    let mut arguments = vec![output.as_str(), "0x0", "0xffffffffffffffff"];
    arguments.extend(frames.map(|frame| frame["address"].as_str().expect("an address")));
    let documents = Schema::of(SYMBOLIZE).check(scene.path(), &[], &arguments);
    assert_eq!(documents[0]["addresses"].as_array().map(Vec::len), Some(arguments.len() - 1));
    assert!(!documents[0]["addresses"][2]["functions"][0]["statement"].is_null(), "{:#}", documents[0]);
}

#[test]
fn a_panic() {
    let scene = scene("crasher", &["panic-in-thread", "worker"], &[]);
    let printed = check_all(&scene.output());
    let threads = printed["report"][0]["runs"][0]["threads"].as_array().unwrap();
    assert!(threads.iter().any(|thread| thread["panic"].is_object()), "{threads:?}");
}

#[test]
fn failed_tests() {
    let failing = Workspace::new("failing", "schemas");
    let ended = run(&mut failing.instr(&["test", "-q", "--lib"]));
    assert_eq!(ended.status.code(), Some(101), "{ended:?}");
    let printed = check_all(&failing.path().join("target/instr/runs"));
    assert!(printed["list"][0]["entries"][0]["command"].is_array(), "{:?}", printed["list"]);
}

#[test]
fn rings_that_have_overwritten_records() {
    for clock in ["coarse", "full", "off"] {
        let variables = [("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K"), ("INSTR_CLOCK", clock)];
        let scene = scene("short_threads", &["200"], &variables);
        let printed = check_all(&scene.output());
        let has_loop = printed["dump"].iter().any(|document| document["times"].is_u64());
        assert!(has_loop && printed["stats"][0]["overwritten"].as_u64() > Some(0), "{clock}");
    }
}

#[test]
fn a_fork() {
    let scene = scene("fork", &["threads"], &[("INSTR_SINK", "ring")]);
    let printed = check_all(&scene.output());
    assert!(printed["report"][0]["runs"].as_array().unwrap().len() > 1);
}

#[test]
fn recursion_that_overflows() {
    let variables = [("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K")];
    let scene = scene("crasher", &["stack-overflow", "worker"], &variables);
    let printed = check_all(&scene.output());
    let stack = printed["crash"][0]["crashes"][0]["stack"].as_array().unwrap();
    assert!(stack.iter().any(|call| call["repeats"].as_u64() > Some(1)), "{stack:?}");
}

/// While it runs, and when it has been killed.
#[test]
fn programs_that_hang() {
    let schema = Schema::of("report");
    for (way, kind) in [("spin", "looping"), ("cycle", "waiting"), ("recursion", "waiting")] {
        let does = |report: &Report| {
            let does = |thread: &Value| thread["activity"]["kind"] == kind && thread["activity"]["kernel"].is_object();
            report.threads().iter().any(does)
        };
        let hanging = Hanging::until(way, &[("INSTR_SINK", "ring")], does);
        assert!(!schema.check(&workspace(), &[], &[hanging.run().to_str().unwrap()]).is_empty());
        check_all(&hanging.kill().output());
    }
}

#[test]
fn damage() {
    let scene = scene("crasher", &["null-dereference", "worker"], &[("INSTR_RATE", "2")]);
    let [dir] = scene.runs().try_into().expect("one run");
    let logs = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path());
    for log in logs.filter(|path| path.extension().is_some_and(|extension| extension == "log")) {
        let mut lines = fs::read(&log).unwrap();
        lines.truncate(lines.len() - 3);
        fs::write(log, lines).unwrap();
    }
    fs::remove_file(dir.join("last")).unwrap();
    let printed = check_all(&scene.output());
    let threads = printed["report"][0]["runs"][0]["threads"].as_array().unwrap();
    assert!(threads.iter().all(|thread| !thread["damage"].as_array().unwrap().is_empty()), "{threads:?}");
}

#[test]
fn two_runs() {
    let diff = Schema::of(DIFF);
    let letters = [["same=ab", "one=aabacaaa", "two=aaa", "=ab"], ["same=ab", "one=aabbcaaa", "two=aaaa!", "extra=ba"]];
    for sink in ["write", "ring", "count", "stack"] {
        let scenes = [0, 0, 1].map(|at| scene("parting", &letters[at], &[("INSTR_SINK", sink)]));
        let [a, again, b] = scenes.each_ref().map(|scene| scene.output().to_str().unwrap().to_owned());
        let [found] = diff.check(&workspace(), &[], &[&a, &b]).try_into().unwrap();
        assert_eq!(found["differs"], true, "{sink}: {found}");
        assert_eq!(found["runs"][0]["hits"].is_object(), sink == "count", "{found}");
        let has_first =
            found["runs"][0]["threads"].as_array().unwrap().iter().any(|threads| threads["first"].is_object());
        assert_eq!(has_first, ["write", "ring"].contains(&sink), "{sink}: {found}");
        let [equal] = diff.check(&workspace(), &[], &[&a, &again]).try_into().unwrap();
        assert_eq!(equal["differs"], false, "{sink}: {equal}");
    }
}

#[test]
fn what_was_reached() {
    let coverage = Schema::of("coverage");
    let variables = [("INSTR_COVERAGE", "counts")];
    let scenes = ["3", "40"].map(|number| scene("covering", &["kill", number], &variables));
    let [a, b] = scenes.each_ref().map(|scene| scene.output().to_str().unwrap().to_owned());
    let [both] = coverage.check(&workspace(), &[], &[&a, &b]).try_into().unwrap();
    assert_eq!(both["runs"].as_array().unwrap().len(), 2);
    let [found] = coverage.check(&workspace(), &[], &["--diff", &a, &b]).try_into().unwrap();
    assert_eq!(found["differs"], true);
    let [nothing] = coverage.check(&workspace(), &[], &["--diff", &b, &a]).try_into().unwrap();
    assert_eq!(nothing["only_b"], serde_json::json!([]));
}

#[test]
fn settings() {
    let scene = Scene::new();
    fs::write(scene.path().join("instr.toml"), "[run]\nsink = \"ring\"\nrate = \"none\"\n").unwrap();
    let check = Schema::of(CHECK);
    let [document] =
        check.check(scene.path(), &[("INSTR_CLOCK", "off"), ("INSTR_RINGS", "1")], &[]).try_into().unwrap();
    let is_empty = |key: &str| document[key].as_array().unwrap().is_empty();
    assert!(!is_empty("errors") && !is_empty("notes") && !is_empty("settings"), "{document}");
}
