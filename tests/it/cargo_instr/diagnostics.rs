//! The compiler's messages are those about the sources.

use std::fs;
use std::process::Output;

use cargo_instr::diagnostics::{Line, classify, is_error};
use instr_tests::cargo_instr::Workspace;
use instr_tests::package::{json_lines, said};
use serde_json::{Value, json};

fn messages(output: &Output) -> Vec<(String, Value)> {
    let mut messages: Vec<_> = json_lines(output)
        .filter(|line| line["reason"] == "compiler-message")
        .map(|line| (format!("{} {}", line["target"]["src_path"], line["message"]["message"]), line["message"].clone()))
        .collect();
    messages.sort_by_key(|(name, message)| (name.clone(), message.to_string()));
    messages
}

/// Warnings and errors of a library and of programs with a mistake each, field by field.
#[test]
fn messages_are_the_same() {
    let faulty = Workspace::new("faulty", "faulty");
    let arguments = ["build", "--keep-going", "--message-format", "json"];
    let plain = faulty.cargo(&arguments).output().expect("cargo runs");
    let instrumented = faulty.instr(&arguments).output().expect("cargo runs");
    assert_eq!((plain.status.code(), instrumented.status.code()), (Some(101), Some(101)));
    let (plain, instrumented) = (messages(&plain), messages(&instrumented));
    assert!(plain.len() > 40, "{plain:#?}");
    assert_eq!(plain.len(), instrumented.len());
    for ((name, plain), (_, instrumented)) in plain.into_iter().zip(instrumented) {
        assert_eq!(instrumented, plain, "{name}");
    }
}

#[test]
fn a_mistake_that_is_mended_is_forgotten() {
    let faulty = Workspace::new("faulty", "mended");
    faulty.write("src/bin/moved.rs", "fn main() { let moved = 1; }\n");
    let arguments = ["build", "--bin", "moved"];
    let warned = faulty.instr(&arguments).output().expect("cargo runs");
    assert!(warned.status.success() && said(&warned).contains("unused variable: `moved`"), "{}", said(&warned));
    let replayed = faulty.instr(&arguments).output().expect("cargo runs");
    assert!(said(&replayed).contains("unused variable: `moved`"), "{}", said(&replayed));
    faulty.write("src/bin/moved.rs", "fn main() {\n    wrong();\n}\n");
    let wrong = faulty.instr(&arguments).output().expect("cargo runs");
    assert!(!wrong.status.success() && said(&wrong).contains("cannot find function `wrong`"), "{}", said(&wrong));
    faulty.write("src/bin/moved.rs", "fn main() {\n    println!(\"right\");\n}\n");
    let mended = faulty.instr(&["run", "--bin", "moved"]).output().expect("cargo runs");
    assert_eq!(String::from_utf8_lossy(&mended.stdout), "right\n", "{}", said(&mended));
    assert!(!said(&mended).contains("moved.rs"), "{}", said(&mended));
}

/// A library that uses another one: what is said about the first can point into the second, and what is said about a program
/// into both.
#[test]
fn messages_into_libraries() {
    let pair = Workspace::new("pair", "into libraries");
    let manifest = fs::read_to_string(pair.path().join("two/Cargo.toml")).expect("a manifest");
    pair.write("two/Cargo.toml", &format!("{manifest}\n[dependencies]\none = {{ path = \"../one\" }}\n"));
    pair.write("two/build.rs", "fn main() {\n    println!(\"cargo::rustc-env=MADE=by the build script\");\n}\n");
    pair.write(
        "two/src/lib.rs",
        "const _: &str = env!(\"MADE\");\nconst _: &str = env!(\"CARGO_PKG_NAME\");\n\
         pub fn go(one: &one::Way) -> u8 { one.go() } pub fn twice<T: Fn() -> u8>(way: T) -> u8 { let unused = 1;\n    \
         way() + way()\n}\n",
    );
    pair.write(
        "two/src/main.rs",
        "fn main() {\n    two::twice(1);\n    one::Way::new();\n    two::go(&one::Way::new(\"\"), 2);\n    \
         one::ways::give_up();\n}\n",
    );
    let arguments = ["build", "-p", "two", "--message-format", "json"];
    let plain = messages(&pair.cargo(&arguments).output().expect("cargo runs"));
    let instrumented = messages(&pair.instr(&arguments).output().expect("cargo runs"));
    let places: Vec<_> =
        plain.iter().flat_map(|(_, message)| message["children"].as_array().expect("children")).collect();
    let into = |file: &str| places.iter().any(|place| place["spans"][0]["file_name"] == file);
    assert!(into("two/src/lib.rs") && into("one/src/lib.rs") && plain.len() >= 4, "{plain:#?}");
    assert_eq!(instrumented, plain);
}

/// Procedural macros are not instrumented, and what they use is.
#[test]
fn messages_from_macros_into_libraries() {
    let pair = Workspace::new("pair", "from macros");
    pair.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"one\", \"macros\"]\n");
    pair.write(
        "macros/Cargo.toml",
        "[package]\nname = \"macros\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\nproc-macro = true\n\n\
         [dependencies]\none = { path = \"../one\" }\n",
    );
    pair.write("macros/src/lib.rs", "pub(crate) fn wrong() {\n    one::Way::new();\n    one::ways::give_up();\n}\n");
    let arguments = ["build", "-p", "macros", "--message-format", "json"];
    let plain = messages(&pair.cargo(&arguments).output().expect("cargo runs"));
    assert!(plain.len() >= 2, "{plain:#?}");
    assert_eq!(messages(&pair.instr(&arguments).output().expect("cargo runs")), plain);
}

/// Through a crate that is not instrumented.
#[test]
fn messages_into_dependencies() {
    let pair = Workspace::new("pair", "into dependencies");
    let manifest = fs::read_to_string(pair.path().join("two/Cargo.toml")).expect("a manifest");
    pair.write("two/Cargo.toml", &format!("{manifest}\n[dependencies]\nsignal-hook = \"0.4\"\n"));
    pair.write("two/src/main.rs", "fn main() {\n    signal_hook::low_level::unregister();\n}\n");
    let arguments = ["build", "-p", "two", "--message-format", "json"];
    let plain = messages(&pair.cargo(&arguments).output().expect("cargo runs"));
    let with = [&arguments[..], &["--with-dep", "signal-hook-registry"]].concat();
    let instrumented = pair.instr(&with).output().expect("cargo runs");
    assert!(plain.iter().any(|(_, message)| message.to_string().contains("signal-hook-registry-")), "{plain:#?}");
    assert_eq!(messages(&instrumented), plain, "{}", said(&instrumented));
}

#[test]
fn lines_are_told_apart() {
    let diagnostic = json!({"$message_type": "diagnostic", "level": "error: internal compiler error"});
    assert!(is_error(&diagnostic));
    assert!(!is_error(&json!({"level": "warning"})));
    assert_eq!(classify(&diagnostic.to_string()), Line::Message(diagnostic));
    assert_eq!(classify(r#"{"$message_type":"artifact","emit":"metadata"}"#), Line::Library);
    assert_eq!(classify(r#"{"$message_type":"artifact","emit":"dep-info"}"#), Line::Other);
    for other in ["", "thread 'rustc' panicked", "1", r#"{"level":"error"}"#] {
        assert_eq!(classify(other), Line::Other, "{other}");
    }
}
