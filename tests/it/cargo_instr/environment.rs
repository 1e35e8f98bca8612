//! What the program finds in its environment.

use std::collections::BTreeMap;

use instr_format::names::{CONFIG, OUTPUT_DIR, VARIABLES};
use instr_tests::cargo_instr::Workspace;
use instr_tests::package::succeed;

const SHOW: &str = "fn main() {\n    for (name, value) in std::env::vars() {\n        println!(\"{name}={value}\");\n    }\n}\n\n\
                    #[test]\nfn shown() {\n    main();\n}\n";

fn variables(output: &[u8]) -> BTreeMap<String, String> {
    let output = String::from_utf8_lossy(output).into_owned();
    let pairs = output.lines().filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Every variable of instr's, also one that no version knows yet, in a program and in a test, whatever was built before.
#[test]
fn what_the_user_has_set_for_the_runtime_arrives() {
    let pair = Workspace::new("pair", "environment");
    pair.write("two/src/main.rs", SHOW);
    let directory = pair.output("environment").display().to_string();
    for round in ["one", "two"] {
        let mut given: BTreeMap<String, String> =
            VARIABLES.iter().map(|variable| (variable.name.to_owned(), format!("{round}, a b=c"))).collect();
        given.insert("INSTR_OF_A_LATER_VERSION".to_owned(), round.to_owned());
        given.insert(OUTPUT_DIR.to_owned(), format!("{directory}/%p"));
        // One that is not there ends the command.
        pair.write(&format!("{round} a b=c"), "");
        given.insert(CONFIG.to_owned(), pair.path().join(format!("{round} a b=c")).to_string_lossy().into_owned());
        for arguments in [&["run", "-q", "-p", "two"][..], &["test", "-q", "-p", "two", "--", "--nocapture"]] {
            let ended = succeed(pair.instr(arguments).envs(&given));
            let mut found = variables(&ended.stdout);
            found.retain(|name, _| name.starts_with("INSTR_"));
            assert_eq!(found, given);
        }
    }
}

/// Beyond what cargo sets there is where to write to, more stack for threads, and a path to libraries that names our directory.
#[test]
fn nothing_else_is_added() {
    let pair = Workspace::new("pair", "environment of ours");
    pair.write("two/src/main.rs", SHOW);
    let arguments = ["run", "-q", "-p", "two"];
    let plain = variables(&succeed(&mut pair.cargo(&arguments)).stdout);
    let instrumented = variables(&succeed(&mut pair.instr(&arguments)).stdout);
    let changed = |name: &&String| plain.get(*name) != instrumented.get(*name);
    let names: Vec<_> = instrumented.keys().chain(plain.keys()).filter(changed).collect();
    // The last two are the tests' own.
    let expected = ["INSTR_OUTPUT_DIR", "RUST_MIN_STACK", "LD_LIBRARY_PATH", "PATH", "XDG_CACHE_HOME"];
    for name in names {
        assert!(expected.contains(&name.as_str()), "{name}: {:?}, plain {:?}", instrumented.get(name), plain.get(name));
    }
}
