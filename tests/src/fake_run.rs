//! Run directories made by hand, with the encoders of `instr-format`.

use std::fs;
use std::mem::offset_of;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use instr_format::escape::Escaped;
use instr_format::files::{LAST, RUN_JSON, SITES};
use instr_format::last::{self, Header, LEFT, STATE_ENDED, STATE_LIVE, Slot};
use instr_format::names::MacroFlag;
use instr_format::sites::{FunctionLine, Nesting, Range, SiteLine, TableHeader};
use instr_format::test::Test;
use instr_format::text::{LINE_MAX, LogHeader, Moment, SiteText, encode_header, encode_record};

/// Process id of every run made here: more than any system hands out.
pub const PID: u64 = 4_500_000;
/// When every run made here began: 2026-11-22T14:00:00Z.
pub const START_NS: u64 = 1_795_356_000_000_000_000;

/// A statement.
#[derive(Debug, Clone, Copy)]
pub struct Site {
    /// Path of the source file.
    pub file: &'static str,
    /// Line, from 1.
    pub line: u64,
    /// Column, from 1.
    pub col: u64,
    /// Module path.
    pub module: &'static str,
    /// The function's name within its module.
    pub name: &'static str,
    /// Text.
    pub snippet: &'static str,
}

/// The statements of the made-up program; a site's id is its index.
pub const DEMO: [Site; 4] = [
    Site { file: "src/main.rs", line: 2, col: 5, module: "demo", name: "main", snippet: "let total = work(3);" },
    Site { file: "src/work.rs", line: 7, col: 9, module: "demo::work", name: "Job::run", snippet: "step(self.n)?;" },
    Site { file: "src/work.rs", line: 12, col: 5, module: "demo::work", name: "step", snippet: "n / (n - 3)" },
    Site { file: "src/io.rs", line: 3, col: 5, module: "demo::io", name: "pump", snippet: "read(&mut buffer);" },
];

/// One thread's slot in `last`.
#[derive(Debug, Clone, Copy)]
pub struct FakeSlot {
    /// Kernel thread id.
    pub tid: u64,
    /// Which thread with this id it is.
    pub reuse: u32,
    /// Name, at most 16 bytes.
    pub name: &'static [u8],
    /// Innermost statement that began and did not end.
    pub site: Option<u32>,
    /// Whether the outermost instrumented function was left.
    pub left: bool,
    /// Statement that a panic began to unwind from.
    pub panicked: Option<u32>,
    /// Whether the thread ended.
    pub ended: bool,
    /// Statements left out by filters.
    pub filtered: u64,
    /// Records that could not be written.
    pub dropped: u64,
    /// Why not.
    pub errno: u32,
    /// How many records there were, of a thread with a ring or a table that has ended.
    pub seq: u64,
}

impl FakeSlot {
    /// A live thread inside a statement.
    pub fn inside(tid: u64, name: &'static [u8], site: u32) -> Self {
        let (left, panicked, ended) = (false, None, false);
        FakeSlot {
            tid,
            reuse: 1,
            name,
            site: Some(site),
            left,
            panicked,
            ended,
            filtered: 0,
            dropped: 0,
            errno: 0,
            seq: 0,
        }
    }
}

/// The bytes of a `last` file.
pub fn last_file(exit_status: Option<u32>, unattributed: u64, slots: &[FakeSlot]) -> Vec<u8> {
    let mut file = vec![0; last::SLOT_SIZE * (slots.len() + 1)];
    put(&mut file, offset_of!(Header, magic), &last::MAGIC.to_ne_bytes());
    put(&mut file, offset_of!(Header, version), &last::VERSION.to_ne_bytes());
    put(&mut file, offset_of!(Header, exited), &u32::from(exit_status.is_some()).to_ne_bytes());
    put(&mut file, offset_of!(Header, exit_status), &exit_status.unwrap_or(0).to_ne_bytes());
    put(&mut file, offset_of!(Header, unattributed), &unattributed.to_ne_bytes());
    for (slot, bytes) in slots.iter().zip(file.chunks_exact_mut(last::SLOT_SIZE).skip(1)) {
        let site = slot.site.map_or(0, |id| id + 1) | if slot.left { LEFT } else { 0 };
        let state = if slot.ended { STATE_ENDED } else { STATE_LIVE };
        put(bytes, offset_of!(Slot, state), &state.to_ne_bytes());
        put(bytes, offset_of!(Slot, reuse), &slot.reuse.to_ne_bytes());
        put(bytes, offset_of!(Slot, tid), &slot.tid.to_ne_bytes());
        put(bytes, offset_of!(Slot, site), &site.to_ne_bytes());
        put(bytes, offset_of!(Slot, panicked), &slot.panicked.map_or(0, |id| id + 1).to_ne_bytes());
        put(bytes, offset_of!(Slot, seq), &slot.seq.to_ne_bytes());
        put(bytes, offset_of!(Slot, filtered), &slot.filtered.to_ne_bytes());
        put(bytes, offset_of!(Slot, dropped), &slot.dropped.to_ne_bytes());
        put(bytes, offset_of!(Slot, errno), &slot.errno.to_ne_bytes());
        put(bytes, offset_of!(Slot, name), slot.name);
    }
    file
}

/// Puts bytes in the place of others.
pub(crate) fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

/// The bytes of a site table.
pub fn sites_file(sites: &[Site]) -> Vec<u8> {
    let sites: Vec<_> = sites.iter().map(|site| (*site, None)).collect();
    sites_and_tests_file(&sites)
}

/// The bytes of a site table of which some functions are tests. Statements of one function stand together.
pub fn sites_and_tests_file(sites: &[(Site, Option<Test<'_>>)]) -> Vec<u8> {
    let mut table = TableHeader { count: sites.len() }.to_string();
    let function = |(site, test): &(Site, Option<Test<'_>>)| (site.module, site.name, site.file, test.is_some());
    let mut first = 0;
    for statements in sites.chunk_by(|one, next| function(one) == function(next)) {
        let [(site, test), ..] = statements else { continue };
        table += &Range { first, count: statements.len() }.to_string();
        table += site.module;
        table +=
            &FunctionLine { name: site.name, file: site.file, lines: None, parameters: "", test: *test }.to_string();
        for (site, _) in statements {
            let (line, col) = (usize::try_from(site.line).unwrap(), usize::try_from(site.col).unwrap());
            let (macro_flag, snippet) = (MacroFlag::None, site.snippet);
            table += &SiteLine {
                line,
                col,
                macro_flag,
                closures: 0,
                further: 0,
                nesting: Nesting::default(),
                shape: "",
                snippet,
                patterns: &[],
                other_file: None,
            }
            .to_string();
        }
        first += statements.len();
    }
    table.into_bytes()
}

/// The first line of a thread log.
pub fn header(tid: u64, reuse: u64, segment: u64, name: &[u8]) -> Vec<u8> {
    let name = Escaped(name).to_string();
    let mut buffer = [0; LINE_MAX];
    let len = encode_header(&mut buffer, &LogHeader { pid: PID, tid, reuse, segment, name: name.as_bytes() });
    buffer[..len].to_vec()
}

/// A record, made `ms` milliseconds after the run began.
pub fn record(tid: u64, seq: u64, ms: u64, site: &Site) -> Vec<u8> {
    record_at(tid, seq, (ms, ms), site)
}

/// A record, made so many milliseconds after the run began by the time of day, and by the monotonic clock.
pub fn record_at(tid: u64, seq: u64, (day_ms, ms): (u64, u64), site: &Site) -> Vec<u8> {
    let escaped = |text: &str| Escaped(text.as_bytes()).to_string();
    let (file, name, snippet) = (escaped(site.file), escaped(site.name), escaped(site.snippet));
    let [day_ns, elapsed_ns] = [day_ms, ms].map(|ms| ms * 1_000_000);
    let moment = Moment { pid: PID, tid, seq, unix_ns: START_NS + day_ns, elapsed_ns };
    let text = SiteText {
        file: file.as_bytes(),
        line: site.line,
        col: site.col,
        module: site.module.as_bytes(),
        name: name.as_bytes(),
        closures: 0,
        macro_flag: MacroFlag::None,
        snippet: snippet.as_bytes(),
    };
    let mut buffer = [0; LINE_MAX];
    let len = encode_record(&mut buffer, &moment, &text);
    buffer[..len].to_vec()
}

/// A run directory under construction.
#[derive(Debug)]
pub struct FakeRun {
    /// The directory.
    pub dir: PathBuf,
}

impl FakeRun {
    /// Makes the directory `name` below `output`, with a `run.json` and a site table of [`DEMO`].
    pub fn new(output: &Path, name: &str) -> Self {
        let dir = output.join(name);
        fs::create_dir_all(&dir).unwrap();
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o700)).unwrap();
        let run = FakeRun { dir };
        run.json(PID, START_NS, Path::new("/nowhere/else"), &[]);
        run.write(SITES, sites_file(&DEMO));
        run
    }

    /// Writes `run.json`.
    pub fn json(&self, pid: u64, start_unix_ns: u64, cwd: &Path, notes: &[&str]) {
        let json = serde_json::json!({
            "schema_version": 1, "instr_version": "0.1.0", "pid": pid, "parent": null, "exe": "/nowhere/bin/demo",
            "argv0": "demo", "cwd": Escaped(cwd.as_os_str().as_encoded_bytes()).to_string(), "build_id": null,
            "start_unix_ns": start_unix_ns, "start_monotonic_ns": 5, "load_bases": [], "sites": 4, "settings": {},
            "notes": notes, "a_key_of_a_later_version": {},
        });
        self.write(RUN_JSON, json.to_string());
    }

    /// Writes the `last` file.
    pub fn last(&self, exit_status: Option<u32>, slots: &[FakeSlot]) {
        self.write(LAST, last_file(exit_status, 0, slots));
    }

    /// Writes a log of several parts.
    pub fn log(&self, name: &str, parts: &[Vec<u8>]) {
        self.write(name, parts.concat());
    }

    /// Writes any file.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.dir.join(name), bytes).unwrap();
    }
}
