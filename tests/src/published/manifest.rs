//! A published manifest, made to stand alone.

use toml::{Table, Value};

/// What cargo is told about a crate.
#[derive(Debug)]
pub struct Manifest {
    table: Table,
}

impl Manifest {
    /// Takes away what its tests do not need: benchmarks, examples, and the dependencies `without`.
    ///
    /// # Panics
    /// When it is no manifest.
    pub fn new(text: &str, without: &[&str]) -> Self {
        let mut table: Table = text.parse().expect("a manifest");
        for targets in ["bench", "example"] {
            table.remove(targets);
        }
        let package = table["package"].as_table_mut().expect("a package");
        for automatic in ["autobenches", "autoexamples"] {
            package.insert(automatic.to_owned(), Value::Boolean(false));
        }
        remove_dependencies(&mut table, without);
        if let Some(Value::Table(targets)) = table.get_mut("target") {
            let targets = targets.iter_mut().filter_map(|(_, target)| target.as_table_mut());
            targets.for_each(|target| remove_dependencies(target, without));
        }
        if let Some(Value::Table(features)) = table.get_mut("features") {
            for (_, enables) in features.iter_mut() {
                let enables = enables.as_array_mut().expect("a list of features");
                enables.retain(|enabled| !without.contains(&dependency(enabled.as_str().expect("a feature"))));
            }
        }
        // So that it belongs to none of the directories above it.
        table.insert("workspace".to_owned(), Value::Table(Table::new()));
        Manifest { table }
    }

    /// Takes a target away whose file is.
    pub fn remove_target(&mut self, path: &str) {
        if let Some(Value::Array(tests)) = self.table.get_mut("test") {
            tests.retain(|test| test.get("path").and_then(Value::as_str) != Some(path));
        }
    }

    /// The edition of the crate.
    pub fn edition(&self) -> &str {
        self.table["package"].get("edition").and_then(Value::as_str).unwrap_or("2015")
    }

    /// Whether it is code of the compiler's, which only its tests use from a program.
    pub fn is_macro(&self) -> bool {
        let library = self.table.get("lib");
        ["proc-macro", "proc_macro"].iter().any(|key| library.and_then(|library| library.get(key)).is_some())
    }

    /// Adds the runtime to what its code depends on, or its tests alone.
    ///
    /// # Panics
    /// When `runtime` is no dependency.
    pub fn add_runtime(&mut self, runtime: &str) {
        let kind = if self.is_macro() { "dev-dependencies" } else { "dependencies" };
        let dependencies = self.table.entry(kind).or_insert_with(|| Value::Table(Table::new()));
        let runtime: Table = format!("instr-runtime = {runtime}").parse().expect("a dependency");
        dependencies.as_table_mut().expect("a table").extend(runtime);
        // Tests that spend their time in loops would spend all of it in an unoptimized runtime.
        let optimized: Table =
            "[dev.package]\ninstr-format.opt-level = 3\ninstr-runtime.opt-level = 3".parse().expect("TOML");
        let profiles = self.table.entry("profile").or_insert_with(|| Value::Table(Table::new()));
        let profiles = profiles.as_table_mut().expect("a table");
        match profiles.get_mut("dev").and_then(Value::as_table_mut) {
            Some(profile) => profile.extend(optimized["dev"].as_table().expect("a table").clone()),
            None => profiles.extend(optimized),
        }
    }

    /// The manifest as cargo reads it.
    ///
    /// # Panics
    /// Never: it was TOML before.
    pub fn text(&self) -> String {
        toml::to_string(&self.table).expect("what was TOML before")
    }
}

fn remove_dependencies(table: &mut Table, without: &[&str]) {
    for dependencies in ["dependencies", "dev-dependencies"] {
        if let Some(Value::Table(dependencies)) = table.get_mut(dependencies) {
            dependencies.retain(|name, _| !without.contains(&name));
        }
    }
}

/// The dependency that a feature enables or belongs to, if it does.
fn dependency(feature: &str) -> &str {
    let name = feature.strip_prefix("dep:").unwrap_or(feature);
    name.split(['/', '?']).next().unwrap_or(name)
}
