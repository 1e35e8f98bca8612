//! The attribute above and below those of published crates that make functions anew.

use instr_tests::libtest::{Outcome, outcomes};
use instr_tests::package::{Package, runtime_dependency, succeed};
use instr_tests::program::{Scene, run};
use instr_tests::workspace;

#[test]
fn async_trait_and_tokio() {
    let [plain, instrumented] = [false, true].map(|enabled| {
        let package = package(enabled);
        let scene = Scene::new();
        let (messages, outcomes) = tested(&package, &scene);
        assert_eq!(messages, [""; 0]);
        // Of what only the tests use.
        let (executables, unused) = package.build(&["build"]);
        let ended = run(&mut scene.command(&executables["futures"]));
        assert_eq!(scene.runs().len(), if enabled { 2 } else { 0 });
        (outcomes, ended, unused)
    });
    assert_eq!(instrumented, plain);
    assert_eq!(plain.1.stdout, "3X\n");
    let passed = plain.0.iter().filter(|(_, outcome)| outcome == "ok");
    assert_eq!(passed.count(), 4, "{:?}", plain.0);
}

/// The compiler's messages on the tests, and what comes of each.
fn tested(package: &Package, scene: &Scene) -> (Vec<String>, Vec<Outcome>) {
    let (executables, messages) = package.build(&["test", "--no-run"]);
    let output = succeed(&mut scene.command(&executables["futures"]));
    (messages, outcomes(&String::from_utf8_lossy(&output.stdout)))
}

fn package(enabled: bool) -> Package {
    let name = if enabled { "futures-instrumented" } else { "futures-plain" };
    let package = Package::new(name);
    package.copy(&workspace().join("tests/crates/futures.rs"), "src/main.rs");
    let mut runtime = runtime_dependency();
    if !enabled {
        runtime = runtime.replace("\"enabled\"", "");
    }
    package.write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"futures\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             async-trait = \"=0.1.92\"\ninstr-runtime = {runtime}\n\
             tokio = {{ version = \"=1.54.1\", features = [\"macros\", \"rt-multi-thread\"] }}\n\n[workspace]\n"
        ),
    );
    package.fetch();
    package
}
