//! The system calls of the runtime's, and what becomes of a program when one of them fails or it is killed there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use super::strace;
use crate::program::{Ended, Scene, run};

/// A system call that a program makes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// Its name.
    pub name: String,
    /// Its number among the calls of this name by its thread, from 1.
    pub number: usize,
}

/// The calls that are the runtime's own, whichever thread makes them: those that no thread makes for the program.
///
/// # Panics
/// When there are none.
pub fn own_calls(scene: &Scene, command: &Command) -> Vec<Call> {
    let trace = scene.path().join("trace");
    let mut strace = under_strace(scene, command, &["-k", "-o", trace.to_str().expect("UTF-8")]);
    run(&mut strace);
    let text = String::from_utf8_lossy(&fs::read(trace).expect("a trace")).into_owned();
    let (mut own, mut others) = (BTreeSet::new(), BTreeSet::new());
    for (call, is_own) in calls(&text) {
        if is_own {
            own.insert(call)
        } else {
            others.insert(call)
        };
    }
    let own: Vec<_> = own.difference(&others).cloned().collect();
    assert!(!own.is_empty(), "{text}");
    own
}

/// Every call of every thread, and whether the runtime has made it: whether the innermost of the program's own functions
/// that were running is one of the runtime's.
fn calls(trace: &str) -> Vec<(Call, bool)> {
    let mut counts = BTreeMap::<_, usize>::new();
    let mut open = BTreeMap::new();
    let mut calls = Vec::new();
    let mut current = None;
    for line in trace.lines() {
        if let Some(frame) = line.strip_prefix(" > ") {
            if let Some(call) = current.take_if(|_| !frame.contains(".so")) {
                let (_, is_own): &mut (Call, bool) = &mut calls[call];
                *is_own = frame.contains("instr_runtime::");
            }
            continue;
        }
        let Some((thread, event)) = line.split_once(' ') else { continue };
        let event = event.trim_start();
        if event.starts_with("<... ") {
            current = open.get(thread).copied();
        } else if let Some((name, _)) = event.split_once('(').filter(|_| !event.starts_with(['-', '+'])) {
            let number = counts.entry((thread, name)).or_default();
            *number += 1;
            open.insert(thread, calls.len());
            current = Some(calls.len());
            calls.push((Call { name: name.to_owned(), number: *number }, false));
        }
    }
    calls
}

/// Runs the program to its end, with this (`signal=KILL`, `error=EIO`) at that call of every thread that gets so far.
pub fn inject(scene: &Scene, command: &Command, call: &Call, what: &str) -> Ended {
    let Call { name, number } = call;
    let [trace, inject] = [format!("trace={name}"), format!("inject={name}:{what}:when={number}")];
    run(&mut under_strace(scene, command, &["-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject]))
}

/// Runs the program to its end, under strace too, with nothing injected.
pub fn leave(scene: &Scene, command: &Command) -> Ended {
    run(&mut under_strace(scene, command, &["-qq", "-o", "/dev/null", "-e", "trace=none"]))
}

fn under_strace(scene: &Scene, command: &Command, options: &[&str]) -> Command {
    let mut strace = strace(scene, options);
    strace.arg(command.get_program()).args(command.get_args());
    strace.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    strace
}
