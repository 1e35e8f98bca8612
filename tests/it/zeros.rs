//! A ring goes around at a position where a statement's word would be 0, which is what a place holds that was never written.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::mem::offset_of;
use std::os::unix::fs::FileExt;
use std::process::Stdio;

use instr_format::stack::{Head, decode_head};
use instr_tests::build::{Build, INSTRUMENTED, program};
use instr_tests::program::{Scene, finish, start};
use instr_tests::rings::{kept_records, rings, slots};

/// How many places a turn of the program takes: the function that it enters, and 32 statements.
const TURN: u64 = 33;

#[test]
fn no_record_is_taken_for_a_place_without_one() {
    for build in [INSTRUMENTED, Build { profile: "release", ..INSTRUMENTED }, Build { portable: true, ..INSTRUMENTED }]
    {
        for phase in 0..TURN {
            go_around(build, phase);
        }
    }
}

/// Moves a thread near such a position, through the cursor in its mapped stack, and has it go on. In one of the phases, the
/// statement whose word is 0 there comes just there.
fn go_around(build: Build, phase: u64) {
    let scene = Scene::new();
    let mut command = scene.command(&program("turning", build));
    command.arg("300").envs([("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K")]);
    let mut child = start(command.stdin(Stdio::piped()).stdout(Stdio::piped()));
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().expect("a pipe")).read_line(&mut line).expect("it speaks");
    assert_eq!(line, "begun\n");
    let run = scene.runs().remove(0);
    let tid = slots(&run)[0].tid;
    let path = run.join(format!("{tid}.stack"));
    let stack = OpenOptions::new().read(true).write(true).open(path).expect("a stack");
    let mut bytes = [0; 4096];
    stack.read_exact_at(&mut bytes, 0).expect("a head");
    decode_head(&bytes).expect("a head");
    let first = u32::from_ne_bytes(*bytes[offset_of!(Head, first_site)..].first_chunk().expect("a site"));
    let holes = u32::from_ne_bytes(*bytes[offset_of!(Head, cursor) + 4..].first_chunk().expect("a cursor"));
    let turn = kept_records(&rings(&run), tid, 1)[0].site;
    // Where the word of that statement is 0 which lies at a multiple of 32.
    let zero = u64::from(0_u32.wrapping_sub((first + turn).next_multiple_of(32)) / 8);
    // And again each 512 MiB. The thread is at the beginning.
    let zero = if zero < 1 << 22 { zero + (1 << 29) } else { zero };
    let cursor = zero - 4 * (200 * TURN + phase) + (u64::from(holes) << 32);
    stack.write_all_at(&cursor.to_ne_bytes(), offset_of!(Head, cursor) as u64).expect("it is written");
    child.stdin.take().expect("a pipe").write_all(b"\n").expect("it reads");
    assert!(finish(child).status.success());

    let records = kept_records(&rings(&run), tid, 1);
    let newest = &records[records.len() - 300 * 32..];
    assert_eq!(newest[newest.len() - 1].seq - newest[0].seq + 1, newest.len() as u64, "{build:?}, {phase}");
    for (record, next) in newest.iter().zip(&newest[1..]) {
        let turn = newest[0].site..newest[0].site + 32;
        assert_eq!(
            next.site,
            if record.site + 1 == turn.end { turn.start } else { record.site + 1 },
            "{build:?}, {phase}"
        );
    }
}
