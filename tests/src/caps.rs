//! A program that writes much with little room: what it leaves on the disk while it runs and when it is killed.

#![allow(unsafe_code)]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use instr_format::files::{GZIP_PART, LOG_PART_SUFFIX, is_compressed_log, is_ring, is_thread_log};

use crate::build::{INSTRUMENTED, program};
use crate::program::{Scene, finish, start};

/// How many threads `acknowledging` has.
pub const THREADS: usize = 4;

/// `acknowledging`, of whose records little is kept.
#[derive(Debug)]
pub struct Capped {
    /// Where it runs.
    pub scene: Scene,
    page: PathBuf,
}

impl Capped {
    /// Prepares it.
    #[expect(clippy::new_without_default, reason = "a directory on the disk is no default")]
    pub fn new() -> Self {
        let scene = Scene::new();
        let page = scene.path().join("acknowledged");
        fs::write(&page, [0; 4096]).expect("a file");
        Capped { scene, page }
    }

    /// The command that runs it with these variables.
    pub fn command(&self, variables: &[(&str, &str)]) -> Command {
        let mut command = self.scene.command(&program("acknowledging", INSTRUMENTED));
        command.arg(&self.page).envs(variables.iter().copied());
        command
    }

    /// Starts it.
    pub fn start(&self, variables: &[(&str, &str)]) -> Running<'_> {
        Running { capped: self, child: start(&mut self.command(variables)) }
    }

    /// How many statements each thread has behind it.
    pub fn acknowledged(&self) -> [u64; THREADS] {
        let mut bytes = [0; THREADS * 8];
        File::open(&self.page).expect("a file").read_exact_at(&mut bytes, 0).expect("the whole page");
        std::array::from_fn(|number| u64::from_ne_bytes(*bytes[number * 8..].first_chunk().expect("a number")))
    }

    /// Has each thread wait at its next statement for ever.
    ///
    /// # Panics
    /// When the page that it shares with them cannot be written.
    pub fn halt(&self) {
        let page = File::options().write(true).open(&self.page).expect("a file");
        page.write_all_at(&1_u64.to_ne_bytes(), THREADS as u64 * 8).expect("a page");
    }

    /// The only run.
    pub fn run(&self) -> PathBuf {
        let [run] = self.scene.runs().try_into().expect("one run");
        run
    }
}

/// While it runs.
#[derive(Debug)]
pub struct Running<'a> {
    capped: &'a Capped,
    child: Child,
}

impl Running<'_> {
    /// Waits until each thread has so many statements behind it.
    ///
    /// # Panics
    /// When it ends before.
    pub fn wait_for(&mut self, count: u64) {
        while self.capped.acknowledged().iter().any(|acknowledged| *acknowledged < count) {
            assert_eq!(self.child.try_wait().expect("it can be waited for"), None);
            std::thread::yield_now();
        }
    }

    /// Looks at its files while all of its threads stand still.
    pub fn with_stopped<T>(&self, look: impl FnOnce() -> T) -> T {
        let pid = self.child.id() as libc::pid_t;
        let mut status = 0;
        // SAFETY: its parent stops it, waits until it stands still, and has it go on.
        unsafe {
            libc::kill(pid, libc::SIGSTOP);
            assert_eq!(libc::waitpid(pid, &mut status, libc::WUNTRACED), pid);
            assert!(libc::WIFSTOPPED(status), "it has ended");
            let seen = look();
            libc::kill(pid, libc::SIGCONT);
            seen
        }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills it.
    ///
    /// # Panics
    /// When it has ended.
    pub fn kill(mut self) {
        self.child.kill().expect("it is there");
        finish(self.child);
    }
}

/// How many bytes the logs, rings and segments of each thread have, by what their names begin with.
///
/// # Panics
/// When the directory cannot be read.
pub fn bytes_by_thread(run: &Path) -> BTreeMap<String, Vec<u64>> {
    let mut bytes: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for entry in fs::read_dir(run).expect("a run") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("UTF-8");
        let is_part = name == GZIP_PART || name.ends_with(LOG_PART_SUFFIX);
        if is_thread_log(&name) || is_compressed_log(&name) || is_ring(&name) || is_part {
            let thread = name.split('.').next().expect("a thread").to_owned();
            bytes.entry(thread).or_default().push(entry.metadata().expect("a file").len());
        }
    }
    bytes
}
