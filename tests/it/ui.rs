//! The compiler's messages: one mistake a file, and the user's own mistakes reported as without the attribute.

use instr_tests::package::{Package, fetch_workspace, runtime_dependency, without_braces};
use instr_tests::{rust_files, workspace};

/// After a change of messages: `TRYBUILD=overwrite`, then read the difference.
#[test]
fn each_mistake_is_one_message_where_it_was_made() {
    // Without it, cargo cannot clean up for trybuild, which then finds every case built already, and no mistake in any.
    fetch_workspace();
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}

#[test]
fn a_case_without_a_mistake_fails() {
    fetch_workspace();
    let passed = std::panic::catch_unwind(|| trybuild::TestCases::new().compile_fail("ui/control/no_mistake.rs"));
    assert!(passed.is_err(), "trybuild has not looked at the case");
}

/// The files in `ui/twins` hold mistakes that have nothing to do with the attribute.
#[test]
fn mistakes_of_the_user_are_reported_as_without_the_attribute() {
    let [plain, instrumented] = [false, true].map(|instrumented| {
        let package = Package::new(if instrumented { "twins-instrumented" } else { "twins-plain" });
        package.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"twins\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
                 instr-runtime = {}\n\n[workspace]\n",
                runtime_dependency(),
            ),
        );
        for file in rust_files(&workspace().join("tests/ui/twins")) {
            let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
            package.copy(&file, &format!("src/bin/{name}"));
        }
        if instrumented {
            assert!(package.annotate("src", "2024") > 5);
        }
        package.messages(&["check", "--keep-going"])
    });
    assert!(plain.len() > 500, "{plain:#?}");
    assert_eq!(without_braces(instrumented), without_braces(plain));
}
