//! What the arguments of the attribute choose, and what a run says of macros and of what it cannot record.

use std::fs;

use expect_test::{Expect, expect};
use instr_format::files::SITES;
use instr_format::sites::decode_table;
use instr_tests::package::{Package, runtime_dependency, succeed};
use instr_tests::program::Scene;
use instr_tests::records::run_json;
use instr_tests::{analyzer, workspace};

fn scene(name: &str, edition: &str) -> Scene {
    let package = Package::new(&format!("{name}-{edition}"));
    package.copy(&workspace().join("tests/levels/main.rs"), "src/main.rs");
    let runtime = runtime_dependency();
    package.write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"levels\"\nversion = \"0.0.0\"\nedition = {edition:?}\n\n[dependencies]\n\
             instr-runtime = {runtime}\n\n[workspace]\n"
        ),
    );
    let (executables, messages) = package.build(&["build"]);
    assert_eq!(messages, [""; 0]);
    let scene = Scene::new();
    succeed(&mut scene.command(&executables["levels"]));
    scene
}

/// The columns of a dump behind the time and the thread.
fn check_dump(scene: &Scene, expect: Expect) {
    let dump = analyzer::run(["dump".as_ref(), scene.output().as_os_str()]);
    assert_eq!((dump.code, dump.stderr.as_str()), (0, ""));
    let mut text = String::new();
    for line in dump.stdout.lines() {
        let words = line.split("  ").map(str::trim).filter(|word| !word.is_empty());
        text += &words.skip(2).collect::<Vec<_>>().join("  ");
        text.push('\n');
    }
    expect.assert_eq(&text);
}

#[test]
fn levels_and_macros_choose_what_is_recorded() {
    let scene = scene("levels", "2021");
    check_dump(
        &scene,
        expect![[r#"
            src/main.rs:139:1  levels::main  fn main()
            src/main.rs:10:9  levels::functions::sum  fn sum(values: &[u32]) -> u32
            src/main.rs:20:5  levels::functions::double  fn double(n: u32) -> u32
            src/main.rs:17:26  levels::functions::sum::{{closure}}  |x| x + 1
            src/main.rs:24:9  levels::functions::empty  fn empty()
            src/main.rs:27:9  levels::functions::turns  fn turns(n: u32)
            src/main.rs:29:21  levels::functions::turns  { i += 1; if i == 1 { continue; } empty(); }
            src/main.rs:31:23  levels::functions::turns  { continue; }
            src/main.rs:29:21  levels::functions::turns  { i += 1; if i == 1 { continue; } empty(); }
            src/main.rs:24:9  levels::functions::empty  fn empty()
            src/main.rs:43:13  levels::first  let x = $body;  (expanded from src/main.rs:50:1)
            src/main.rs:51:5  levels::first  let y = 1;
            src/main.rs:52:5  levels::first  y
            src/main.rs:44:13  levels::first  print!("");  (expanded from src/main.rs:50:1)
            src/main.rs:45:13  levels::first  x + 1  (expanded from src/main.rs:50:1)
            src/main.rs:43:13  levels::second  let x = $body;  (expanded from src/main.rs:54:5)
            src/main.rs:54:21  levels::second  2
            src/main.rs:44:13  levels::second  print!("");  (expanded from src/main.rs:54:5)
            src/main.rs:45:13  levels::second  x + 1  (expanded from src/main.rs:54:5)
            src/main.rs:57:58  levels::third  print!("");  (expanded from src/main.rs:60:1)
            src/main.rs:73:41  levels::only_invocations::{{closure}}  print!("")
            src/main.rs:74:28  levels::only_given::{{closure}}  second()
            src/main.rs:43:13  levels::second  let x = $body;  (expanded from src/main.rs:54:5)
            src/main.rs:54:21  levels::second  2
            src/main.rs:44:13  levels::second  print!("");  (expanded from src/main.rs:54:5)
            src/main.rs:45:13  levels::second  x + 1  (expanded from src/main.rs:54:5)
        "#]],
    );
    // What has no sites takes no ids away from what has some.
    let mut ids = Vec::new();
    let table = fs::read(scene.runs()[0].join(SITES)).expect("a site table");
    decode_table(&table, |id, _, _| ids.push(id)).expect("a whole table");
    assert!(ids.len() > 15 && ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    assert!(ids.last() < run_json(&scene.runs()[0])["sites"].as_u64().map(|count| count as u32).as_ref());
}

#[test]
fn what_stays_untouched_is_listed_with_the_reason() {
    for edition in ["2018", "2021", "2024"] {
        let scene = scene("untouched", edition);
        let mut listed = Vec::new();
        for entry in run_json(&scene.runs()[0])["untouched"].as_array().expect("a list") {
            assert_eq!(entry["file"], "src/main.rs");
            let text = |key: &str| entry[key].as_str().expect("a string").to_owned();
            listed.push(format!("{} {} {}\n", text("function"), entry["line"], text("reason")));
        }
        listed.sort();
        expect![[r#"
            levels::Untouched::half 85 const fn
            levels::Untouched::handle 110 signal handler
            levels::Untouched::handler 98 signal handler
            levels::doubled 132 const fn
            levels::unknown 118 syntax that instr does not know
        "#]]
        .assert_eq(&listed.concat());
    }
}

#[test]
#[cfg(target_arch = "x86_64")]
fn naked_functions_are_listed() {
    let package = Package::new("naked");
    package.write(
        "src/main.rs",
        "#![deny(warnings)]\n\
         use std::arch::naked_asm;\n\
         pub struct A<T>(T);\n\
         #[instr_runtime::instrument_source]\n\
         impl<T> A<T> {\n\
         #[unsafe(naked)] pub extern \"C\" fn method(&self) { naked_asm!(\"ret\") }\n\
         }\n\
         #[instr_runtime::instrument_source]\n\
         #[unsafe(naked)] extern \"C\" fn alone(_: u8) where u8: Copy { naked_asm!(\"ret\") }\n\
         fn main() { A(1).method(); alone(1); }\n",
    );
    package.write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"naked\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\ninstr-runtime = \
             {}\n\n[workspace]\n",
            runtime_dependency(),
        ),
    );
    let (executables, messages) = package.build(&["build"]);
    assert_eq!(messages, [""; 0]);
    let scene = Scene::new();
    succeed(&mut scene.command(&executables["naked"]));
    let untouched = run_json(&scene.runs()[0])["untouched"].clone();
    let names: Vec<_> = untouched.as_array().expect("a list").iter().map(|entry| entry["function"].clone()).collect();
    assert!(names.contains(&"naked::A::method".into()) && names.contains(&"naked::alone".into()), "{untouched}");
    assert_eq!(untouched[0]["reason"], "naked function");
}
