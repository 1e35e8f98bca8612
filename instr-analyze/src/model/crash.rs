//! `crash.json`: of what the process died, as its handler wrote it down.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::damage::Damage;
use super::mappings;
use super::process::read_versioned;
use super::stack::has_overflowed;
use super::statement::unescaped;

/// The signal that ended the process; everything else can be missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crash {
    /// The thread that it hit.
    pub tid: u64,
    /// Which thread of those that had this id, from 1.
    #[serde(default = "first")]
    pub reuse: u64,
    /// When it was.
    pub unix_ns: Option<u64>,
    /// Its name.
    pub signal: Option<String>,
    /// Its number.
    pub signal_number: i32,
    /// The name of its code.
    pub code: Option<String>,
    /// Its code.
    pub code_number: i32,
    /// The address that could not be accessed.
    pub fault_address: Option<String>,
    /// Who sent it.
    pub sender: Option<Sender>,
    /// What the C library said when it aborted the process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abort_message: Option<String>,
    /// Id of the statement that the thread was in.
    #[serde(default)]
    pub statement: Option<u64>,
    /// Whether the thread was panicking.
    #[serde(default)]
    pub panicking: bool,
    /// Whether the process was exiting in an orderly way already.
    #[serde(default)]
    pub exiting: bool,
    /// The general registers, by name.
    #[serde(default)]
    pub registers: BTreeMap<String, String>,
    /// The instruction, and those that calls were to return to, as far as frame pointers told.
    #[serde(default)]
    pub backtrace: Vec<String>,
    /// Where the stack ended.
    #[serde(default)]
    pub stack_address: String,
    /// The stack from there on, two digits a byte. `crash` has open statements by the name that it has in the file.
    #[serde(default, rename(serialize = "stack_bytes"))]
    pub stack: String,
    /// The builds of what was mapped, as far as memory told.
    #[serde(default)]
    pub builds: Vec<Build>,
    /// What was mapped where, as the kernel has it.
    #[serde(default)]
    pub maps: String,
}

/// The build of a mapped file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// Where the file's beginning was mapped.
    pub address: String,
    /// Its id, two digits a byte.
    pub id: String,
}

/// The process that sent a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// Its id.
    pub pid: u64,
}

fn first() -> u64 {
    1
}

impl Crash {
    /// Reads the file named `name`.
    ///
    /// # Errors
    /// What makes it unreadable.
    pub fn read(name: &str, json: &[u8]) -> Result<Self, Damage> {
        let crash: Crash = read_versioned(name, json)?;
        let maps = mappings::unescaped(&crash.maps);
        let abort_message = crash.abort_message.map(|message| unescaped(message.as_bytes()));
        Ok(Crash { maps, abort_message, ..crash })
    }

    /// The signal's name, or what there is instead.
    pub fn signal(&self) -> String {
        self.signal.clone().unwrap_or_else(|| format!("signal {}", self.signal_number))
    }

    /// The code's name, or what there is instead.
    pub fn code(&self) -> String {
        self.code.clone().unwrap_or_else(|| self.code_number.to_string())
    }

    /// What a register held.
    pub fn register(&self, name: &str) -> Option<u64> {
        self.registers.get(name).and_then(|value| number(value))
    }

    /// Where the stack ended.
    pub fn stack_start(&self) -> u64 {
        number(&self.stack_address).unwrap_or(0)
    }

    /// The stack from there on.
    pub fn stack_bytes(&self) -> Vec<u8> {
        bytes(&self.stack)
    }

    /// The build of the file whose beginning was mapped there.
    pub fn build_id(&self, address: u64) -> Option<Vec<u8>> {
        let build = self.builds.iter().find(|build| number(&build.address) == Some(address))?;
        Some(bytes(&build.id))
    }

    /// Whether the thread aborted, by itself, while it panicked.
    pub fn is_panics_abort(&self, pid: Option<u64>) -> bool {
        self.is_abort(pid) && self.panicking
    }

    /// Whether the thread of the process with this id aborted by itself.
    pub fn is_abort(&self, pid: Option<u64>) -> bool {
        self.signal_number == SIGABRT && self.sender.is_some_and(|sender| Some(sender.pid) == pid)
    }

    /// Whether the thread had used up its stack.
    pub fn has_overflowed(&self) -> bool {
        let stack_pointer = self.register("rsp").or_else(|| self.register("sp"));
        let address = self.fault_address.as_deref().and_then(number);
        stack_pointer.zip(address).is_some_and(|(pointer, address)| has_overflowed(&self.maps, pointer, address))
    }

    /// What had happened, in words, in the process with this id. `None`: the signal says it all.
    pub fn cause(&self, pid: Option<u64>) -> Option<String> {
        let at = self.fault_address.as_deref();
        let address = at.unwrap_or("an unknown address");
        Some(match self.code.as_deref()? {
            "SEGV_MAPERR" | "SEGV_ACCERR" if self.has_overflowed() => format!("stack overflow at {address}"),
            "SEGV_MAPERR" => format!("address {address} is not mapped"),
            "SEGV_ACCERR" => format!("no permission for this access to {address}"),
            "BUS_ADRALN" => format!("misaligned access to {address}"),
            "BUS_ADRERR" => format!("the mapping at {address} has no memory or file behind it"),
            "FPE_INTDIV" => "integer division by zero".to_owned(),
            "FPE_INTOVF" => "integer overflow".to_owned(),
            "ILL_ILLOPC" | "ILL_ILLOPN" | "ILL_ILLADR" => format!("illegal instruction at {address}"),
            "TRAP_BRKPT" => "breakpoint".to_owned(),
            "SI_TIMER" => "sent by a timer of the process".to_owned(),
            "SYS_SECCOMP" => "system call forbidden by seccomp".to_owned(),
            // Addresses that are none at all are not told.
            "SI_KERNEL" if self.signal_number == SIGSEGV => "access to an address that is not canonical".to_owned(),
            _ => match self.sender {
                Some(sender) if Some(sender.pid) == pid => "raised by the process itself".to_owned(),
                Some(sender) => format!("sent by process {}", sender.pid),
                None => return None,
            },
        })
    }
}

/// An address as it is written down.
pub(crate) fn number(text: &str) -> Option<u64> {
    u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}

/// Pairs of digits. What is no such pair ends it.
pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks_exact(2).map(|pair| str::from_utf8(pair).ok());
    pairs.map_while(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

const SIGABRT: i32 = 6;
const SIGSEGV: i32 = 11;
