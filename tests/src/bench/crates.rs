//! Published crates whose hot loops are measured, plain and with every function annotated.

use std::fs;
use std::path::PathBuf;

use super::programs::COVERED_BY_LLVM;
use crate::package::{Feature, Package, download, runtime};
use crate::published::Manifest;
use crate::{rust_files, workspace};

/// A crate, and the loop in `tests/benches/crates` that is hot in it.
#[derive(Debug)]
pub struct Hot {
    /// Its name, and the loop's.
    pub name: &'static str,
    version: &'static str,
}

/// Those that are measured.
pub const HOT: [Hot; 5] = [
    Hot { name: "serde_json", version: "1.0.154" },
    Hot { name: "regex-lite", version: "0.1.9" },
    Hot { name: "pulldown-cmark", version: "0.13.6" },
    Hot { name: "roxmltree", version: "0.21.2" },
    Hot { name: "miniz_oxide", version: "0.9.1" },
];

impl Hot {
    /// Builds the loop with the crate, instrumented unless the feature is off.
    ///
    /// # Panics
    /// When the crate cannot be had or built.
    pub fn program(&self, feature: Feature, release: bool) -> PathBuf {
        self.build(kind(feature), feature, if release { &["build", "--release"] } else { &["build"] })
    }

    /// The same as LLVM's coverage has it, without the attribute, optimized.
    ///
    /// # Panics
    /// When the crate cannot be had or built.
    pub fn covered_by_llvm(&self) -> PathBuf {
        self.build("llvm", Feature::Off, &[&["build", "--release"], &COVERED_BY_LLVM[..]].concat())
    }

    fn build(&self, kind: &str, feature: Feature, command: &[&str]) -> PathBuf {
        let library = self.library(kind, feature);
        let name = format!("hot-{}-{kind}", self.name);
        let package = Package::new(&name);
        let sources = workspace().join("tests/benches/crates");
        package.copy(&sources.join("driver.rs"), "src/main.rs");
        package.copy(&sources.join(format!("{}.rs", self.name)), "src/hot.rs");
        package.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
                 [dependencies]\n{} = {{ path = {:?} }}\n",
                self.name,
                library.path(),
            ),
        );
        package.build(command).0.remove(&name).expect("a program")
    }

    /// A copy of the crate.
    fn library(&self, kind: &str, feature: Feature) -> Package {
        let source = download(self.name, self.version);
        let package = Package::new(&format!("{}-{kind}", self.name));
        for file in rust_files(&source.join("src")) {
            let path = file.strip_prefix(&source).expect("a path below it");
            package.copy(&file, path.to_str().expect("UTF-8"));
        }
        if source.join("build.rs").exists() {
            package.copy(&source.join("build.rs"), "build.rs");
        }
        let mut manifest = Manifest::new(&fs::read_to_string(source.join("Cargo.toml")).expect("a manifest"), &[]);
        if feature != Feature::Off {
            package.annotate("src", manifest.edition());
            manifest.add_runtime(&runtime(feature));
        }
        package.write("Cargo.toml", &manifest.text());
        package
    }
}

fn kind(feature: Feature) -> &'static str {
    match feature {
        Feature::Off => "plain",
        Feature::Stack => "stack",
        Feature::Enabled => "instrumented",
    }
}
