//! What cargo asks the compiler for, as far as it concerns us.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A compiler's command line that compiles a crate to a directory.
#[derive(Debug, PartialEq, Eq)]
pub struct Invocation {
    /// The number of the argument that names the root file.
    pub input: usize,
    /// `--crate-name`.
    pub crate_name: String,
    /// `--crate-type`s.
    pub crate_types: Vec<String>,
    /// `--out-dir`.
    pub out_dir: PathBuf,
    /// `-C extra-filename`.
    pub extra_filename: String,
    /// Whether the crate is of edition 2015.
    pub is_2015: bool,
    /// `--target`.
    pub target: Option<String>,
    /// Whether the crate has a dependency of the name `instr_runtime`.
    pub has_runtime: bool,
    /// `feature = "stack"`, which the runtime's other feature turns on too.
    pub is_enabled: bool,
    /// `--test`: the crate becomes a program that runs its tests.
    pub is_test: bool,
}

/// Options whose value may be an argument of its own.
const WITH_VALUE: [&str; 34] = [
    "--allow",
    "--cap-lints",
    "--cfg",
    "--check-cfg",
    "--codegen",
    "--color",
    "--crate-name",
    "--crate-type",
    "--deny",
    "--diagnostic-width",
    "--edition",
    "--emit",
    "--error-format",
    "--explain",
    "--extern",
    "--forbid",
    "--force-warn",
    "--json",
    "--out-dir",
    "--print",
    "--remap-path-prefix",
    "--sysroot",
    "--target",
    "--warn",
    "-A",
    "-C",
    "-D",
    "-F",
    "-L",
    "-W",
    "-Z",
    "-l",
    "-o",
    "--env-set",
];

impl Invocation {
    /// `None`: the command line asks for something else, or for something that we do not understand.
    pub fn parse(arguments: &[OsString]) -> Option<Self> {
        let mut input = None;
        let mut options = Vec::new();
        let mut rest = arguments.iter().map(|argument| argument.to_str()).enumerate();
        while let Some((number, argument)) = rest.next() {
            let argument = argument?;
            if WITH_VALUE.contains(&argument) {
                options.push((argument, rest.next()?.1?));
            } else if let Some((option, value)) = argument.split_once('=').filter(|_| argument.starts_with("--")) {
                options.push((option, value));
            } else if argument.starts_with('-') && argument.len() > 2 && WITH_VALUE.contains(&&argument[..2]) {
                options.push(argument.split_at(2));
            } else if argument == "-" || argument.starts_with('@') {
                return None;
            } else if !argument.starts_with('-') {
                input = Some(number);
            }
        }
        let all =
            |name: &'static str| options.iter().filter(move |(option, _)| *option == name).map(|(_, value)| *value);
        let one = |name: &'static str| all(name).next_back().map(str::to_owned);
        let codegen = |name: &str| all("-C").filter_map(|value| value.strip_prefix(name)).next_back();
        Some(Invocation {
            input: input?,
            crate_name: one("--crate-name")?,
            crate_types: all("--crate-type").map(str::to_owned).collect(),
            out_dir: one("--out-dir")?.into(),
            extra_filename: codegen("extra-filename=").unwrap_or_default().to_owned(),
            is_2015: one("--edition").is_none_or(|edition| edition == "2015"),
            target: one("--target"),
            has_runtime: all("--extern").any(|value| value.split('=').next() == Some("instr_runtime")),
            is_test: arguments.iter().any(|argument| argument == "--test"),
            is_enabled: all("--cfg").any(|value| value == "feature=\"stack\""),
        })
    }

    /// The file of `make` rules that tells cargo what the crate depends on.
    pub fn dep_info(&self) -> PathBuf {
        self.out_dir.join(format!("{}{}.d", self.crate_name, self.extra_filename))
    }

    /// The command line (the one that this was parsed from) for messages alone, with nothing else made but below `scratch`.
    pub fn to_check(&self, arguments: &[OsString], scratch: &Path) -> Vec<OsString> {
        let mut check: Vec<OsString> = Vec::new();
        for argument in arguments {
            let text = argument.to_str().unwrap_or_default();
            let option = check.last().and_then(|option| option.to_str()).unwrap_or_default();
            check.push(match () {
                () if text.starts_with("--emit=") => "--emit=metadata".into(),
                () if option == "--out-dir" => scratch.into(),
                () if option == "-C" && text.starts_with("incremental=") => {
                    OsString::from_iter(["incremental=".as_ref(), scratch.as_os_str()])
                }
                () => argument.clone(),
            });
        }
        check
    }

    /// Whether other crates of the program can use it.
    pub fn is_library(&self) -> bool {
        !self.is_test && self.crate_types.iter().any(|kind| kind == "lib" || kind == "rlib")
    }

    /// Whether the crate can be instrumented: what runs in the compiler or in cargo cannot, and in a Rust dylib the
    /// runtime would be there twice.
    pub fn is_program(&self) -> bool {
        !self.runs_in_compiler() && !self.has_type(&["dylib"])
    }

    /// Whether the crate is a procedural macro or a build script.
    pub fn runs_in_compiler(&self) -> bool {
        self.crate_name.starts_with("build_script_") || self.has_type(&["proc-macro"])
    }

    /// Whether the crate is linked with all that it depends on.
    pub fn is_linked(&self) -> bool {
        self.is_test || self.has_type(&["bin", "cdylib", "dylib", "staticlib"])
    }

    fn has_type(&self, types: &[&str]) -> bool {
        self.crate_types.iter().any(|kind| types.contains(&kind.as_str()))
    }
}
