//! Published command-line programs and a server, each run as a whole on work of its own: plain, and as `cargo instr build`
//! makes it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::subject::Subject;
use crate::cargo_instr::Workspace;
use crate::disk::occupied;
use crate::package::{download, json_lines, succeed};
use crate::processor_time::children_seconds;
use crate::program::{Scene, copy_program};
use crate::workspace;

/// A program, and what it is given to do.
#[derive(Debug)]
pub struct Whole {
    name: &'static str,
    source: Source,
    program: &'static str,
    /// Dependencies that are instrumented too: of published programs, the crates of the same repository.
    with: &'static [&'static str],
    /// What it does, by the rows that show it.
    pub works: &'static [Work],
}

/// Where a program is from.
#[derive(Debug, Clone, Copy)]
enum Source {
    /// The registry: a crate and its version.
    Published(&'static str, &'static str),
    /// This directory of `tests/benches/whole`.
    Own(&'static str),
}

/// What a program does once.
#[derive(Debug)]
pub struct Work {
    /// The row.
    pub row: &'static str,
    arguments: &'static [&'static str],
    /// Files in the directory that it runs in, and the lines of each.
    files: usize,
    lines: usize,
    /// Whether it takes seconds with a line per statement, and not minutes.
    pub is_small: bool,
    /// Whether it prints the same each time, but for the order of lines.
    prints_the_same: bool,
}

const RIPGREP: &[&str] = &["--count", r"\w+ing (fish|bird)s? \w+ed", "files"];
const FD: &[&str] = &["--extension", "txt", "7.*3", "files"];
const CLIENTS: &[&str] = &["64", "500"];
const FEW_REQUESTS: &[&str] = &["64", "50"];

/// Those that are measured: a search in files and one of files, both by threads; a loop over bytes; one that waits; and
/// tasks, once with the runtime that polls them instrumented too.
pub const WHOLE: [Whole; 6] = [
    Whole {
        name: "ripgrep",
        source: Source::Published("ripgrep", "15.2.0"),
        program: "rg",
        with: &["globset", "grep", "grep-cli", "grep-matcher", "grep-printer", "grep-regex", "grep-searcher", "ignore"],
        works: &[
            Work { files: 2_000, lines: 600, arguments: RIPGREP, is_small: false, ..work("ripgrep, 2,000 files") },
            Work { files: 50, lines: 600, arguments: RIPGREP, ..work("ripgrep, 50 files") },
        ],
    },
    Whole {
        name: "fd-find",
        source: Source::Published("fd-find", "10.5.0"),
        program: "fd",
        with: &[],
        works: &[
            Work { files: 50_000, arguments: FD, is_small: false, ..work("fd, 50,000 files") },
            Work { files: 5_000, arguments: FD, ..work("fd, 5,000 files") },
        ],
    },
    Whole {
        name: "hexyl",
        source: Source::Published("hexyl", "0.17.0"),
        program: "hexyl",
        with: &[],
        works: &[
            Work {
                files: 1,
                lines: 60_000,
                arguments: &["files/0/0.txt"],
                is_small: false,
                ..work("hexyl, 60,000 lines")
            },
            Work { files: 1, lines: 600, arguments: &["files/0/0.txt"], ..work("hexyl, 600 lines") },
        ],
    },
    Whole {
        name: "hyperfine",
        source: Source::Published("hyperfine", "1.20.0"),
        program: "hyperfine",
        with: &[],
        works: &[Work {
            arguments: &["--shell=none", "--style=basic", "--warmup=0", "--runs=200", "true"],
            prints_the_same: false,
            ..work("hyperfine, 200 runs of `true`")
        }],
    },
    Whole {
        name: "server",
        source: Source::Own("server"),
        program: "server",
        with: &[],
        works: &[
            Work { arguments: CLIENTS, is_small: false, ..work("tokio server, 32,000 requests") },
            Work { arguments: FEW_REQUESTS, ..work("tokio server, 3,200 requests") },
        ],
    },
    Whole {
        name: "server with tokio",
        source: Source::Own("server"),
        program: "server",
        with: &["tokio", "mio"],
        works: &[Work { arguments: CLIENTS, is_small: false, ..work("tokio server and tokio, 32,000 requests") }],
    },
];

const fn work(row: &'static str) -> Work {
    Work { row, arguments: &[], files: 0, lines: 0, is_small: true, prints_the_same: true }
}

/// What a program took.
#[derive(Debug)]
pub struct Taken {
    /// Seconds from its start to its end.
    pub seconds: f64,
    /// What it took of the processors meanwhile, in seconds.
    pub processor_seconds: f64,
    /// What its runs occupy on the disk, in bytes.
    pub bytes: u64,
    printed: Option<Vec<String>>,
}

impl Whole {
    /// Builds it as it comes: plain, by `cargo instr`, and by `cargo instr --stack`.
    ///
    /// # Panics
    /// When it cannot be had or built.
    pub fn programs(&self) -> [PathBuf; 3] {
        let source = match self.source {
            Source::Published(name, version) => download(name, version),
            Source::Own(directory) => workspace().join("tests/benches/whole").join(directory),
        };
        let workspace = Workspace::of(&source, &format!("whole {}", self.name));
        let read = |name: &str| fs::read_to_string(source.join(name)).expect("it is there");
        // Its own versions, and nothing of the workspaces above it.
        workspace.write("Cargo.lock", &read("Cargo.lock"));
        workspace.write("Cargo.toml", &format!("{}\n[workspace]\n", read("Cargo.toml")));
        workspace.fetch();
        let build = ["build", "--release", "--locked", "--bin", self.program, "--message-format", "json"];
        let with = self.with.iter().flat_map(|name| ["--with-dep", name]);
        let instrumented: Vec<_> = build.into_iter().chain(with).collect();
        let stack = [&["--stack"], &instrumented[..]].concat();
        let commands = [workspace.cargo(&build), workspace.instr(&instrumented), workspace.instr(&stack)];
        let kept = ["plain", "instrumented", "stack"].map(|name| workspace.path().join("target/measured").join(name));
        for (mut command, kept) in commands.into_iter().zip(&kept) {
            let output = succeed(&mut command);
            let executable = json_lines(&output).find_map(|line| Some(PathBuf::from(line["executable"].as_str()?)));
            fs::create_dir_all(kept.parent().expect("a directory")).expect("a directory");
            // The next build may put its own in the same place.
            copy_program(executable.expect("cargo names the program"), kept);
        }
        kept
    }
}

impl Work {
    /// Writes the files. The same ones each time.
    ///
    /// # Panics
    /// When there is no room for them.
    pub fn prepare(&self, directory: &Path) {
        const WORDS: [&str; 8] = ["reading", "fish", "walked", "a", "bird", "birds", "of", "singing"];
        let mut random = 1_u64;
        for number in 0..self.files {
            let below = directory.join("files").join((number / 100).to_string());
            fs::create_dir_all(&below).expect("a directory");
            let mut text = String::new();
            for line in 0..self.lines {
                let _ = write!(text, "{line}");
                for _ in 0..10 {
                    random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let _ = write!(text, " {}", WORDS[(random >> 61) as usize]);
                }
                text.push('\n');
            }
            fs::write(below.join(format!("{number}.txt")), text).expect("room");
        }
    }

    /// A subject that does it, where the files are.
    pub fn subject(&self, program: &Path) -> Subject {
        Subject { pinned: false, ..Subject::new(program, self.arguments) }
    }

    /// Does it once.
    ///
    /// # Panics
    /// When that fails.
    pub fn take(&self, subject: &Subject, files: &Path) -> Taken {
        let scene = Scene::new();
        let (output, printed) = (scene.output(), scene.path().join("printed"));
        let mut command = subject.command(&scene);
        command.current_dir(files).env("INSTR_OUTPUT_DIR", &output).stderr(Stdio::null());
        // Some look for what they start.
        command.env("PATH", "/usr/bin:/bin").stdout(fs::File::create(&printed).expect("a file"));
        // So that none waits until the disk has what another one has written.
        succeed(&mut Command::new("sync"));
        let (start, before) = (Instant::now(), children_seconds());
        let status = command.status().expect("it starts");
        let seconds = start.elapsed().as_secs_f64();
        assert!(status.success(), "{command:?}: {status}");
        let processor_seconds = children_seconds() - before;
        Taken {
            seconds,
            processor_seconds,
            bytes: occupied(&output),
            printed: self.prints_the_same.then(|| lines(&printed)),
        }
    }
}

impl Taken {
    /// Whether the other has printed the same.
    pub fn assert_same(&self, other: &Taken) {
        assert!(self.printed == other.printed, "the programs have printed different things");
    }
}

fn lines(file: &Path) -> Vec<String> {
    let text = fs::read(file).expect("what it has printed");
    let mut lines: Vec<_> = String::from_utf8_lossy(&text).lines().map(str::to_owned).collect();
    assert!(!lines.is_empty(), "it has printed nothing");
    lines.sort();
    lines
}
