//! Stacks of open statements made by hand, as `instr-format` lays them out.

use std::mem::offset_of;

use instr_format::stack::{Head, MAGIC, PANIC_AT, PANIC_SLOTS, SLOTS_AT, VERSION};

use crate::fake_run::{DEMO, FakeRun, PID, put};

/// Low half of the address of the site with id 0.
const FIRST_SITE: u32 = 0x5555_1000;
/// Address of slot 0, in the process.
const SLOTS: u64 = 0x7f00_0000_0800;

/// A thread's open statements.
#[derive(Debug, Clone)]
pub struct FakeStack {
    /// Kernel thread id.
    pub tid: u64,
    /// Which thread of those with this id, from 1.
    pub reuse: u32,
    /// What each slot holds, from slot 0 on.
    pub slots: Vec<Option<u32>>,
    /// How many functions the thread is in.
    pub depth: u64,
    /// How many of these the parent had entered.
    pub inherited: u32,
    /// The depth at the newest panic.
    pub panic_depth: u32,
    /// What the innermost slots held then.
    pub at_panic: Vec<Option<u32>>,
    /// How many sites there are.
    pub sites: u32,
    /// The version of the layout.
    pub version: u32,
    /// How many statements a filter has left out, and how many `INSTR_RATE`.
    pub left_out: (u64, u64),
}

impl FakeStack {
    /// Of a thread that is in these functions, outermost first.
    pub fn new(tid: u64, calls: impl IntoIterator<Item = u32>) -> Self {
        let slots: Vec<Option<u32>> = [None].into_iter().chain(calls.into_iter().map(Some)).collect();
        let depth = slots.len() as u64 - 1;
        FakeStack {
            tid,
            reuse: 1,
            slots,
            depth,
            inherited: 0,
            panic_depth: 0,
            at_panic: Vec::new(),
            sites: DEMO.len() as u32,
            version: VERSION,
            left_out: (0, 0),
        }
    }

    /// Begins to panic here, and unwinds to this depth.
    #[must_use]
    pub fn unwound_to(mut self, depth: u64) -> Self {
        self.panic_depth = u32::try_from(self.depth).expect("few calls");
        let functions = self.slots.get(1..).unwrap_or_default();
        self.at_panic = functions[functions.len().saturating_sub(PANIC_SLOTS)..].to_vec();
        self.depth = depth;
        self
    }

    /// The bytes of the file.
    pub fn file(&self) -> Vec<u8> {
        let mut file = vec![0; SLOTS_AT];
        put(&mut file, offset_of!(Head, top), &(SLOTS + self.depth * 4).to_ne_bytes());
        put(&mut file, offset_of!(Head, magic), &MAGIC.to_ne_bytes());
        put(&mut file, offset_of!(Head, version), &self.version.to_ne_bytes());
        put(&mut file, offset_of!(Head, reuse), &self.reuse.to_ne_bytes());
        put(&mut file, offset_of!(Head, pid), &PID.to_ne_bytes());
        put(&mut file, offset_of!(Head, tid), &self.tid.to_ne_bytes());
        put(&mut file, offset_of!(Head, slots), &SLOTS.to_ne_bytes());
        put(&mut file, offset_of!(Head, first_site), &FIRST_SITE.to_ne_bytes());
        put(&mut file, offset_of!(Head, site_count), &self.sites.to_ne_bytes());
        put(&mut file, offset_of!(Head, inherited), &self.inherited.to_ne_bytes());
        put(&mut file, offset_of!(Head, panic_depth), &self.panic_depth.to_ne_bytes());
        put(&mut file, offset_of!(Head, filtered), &self.left_out.0.to_ne_bytes());
        put(&mut file, offset_of!(Head, suppressed), &self.left_out.1.to_ne_bytes());
        put(&mut file, PANIC_AT, &bytes(&self.at_panic));
        file.extend(bytes(&self.slots));
        file
    }
}

fn bytes(slots: &[Option<u32>]) -> Vec<u8> {
    let slot = |id: &Option<u32>| id.map_or(0, |id| FIRST_SITE.wrapping_add(id)).to_ne_bytes();
    slots.iter().flat_map(slot).collect()
}

impl FakeRun {
    /// Writes the stacks of threads.
    pub fn stacks(&self, stacks: &[FakeStack]) {
        for stack in stacks {
            let reuse = if stack.reuse > 1 { format!(".{}", stack.reuse) } else { String::new() };
            self.write(&format!("{}{reuse}.stack", stack.tid), stack.file());
        }
    }
}
