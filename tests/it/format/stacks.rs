//! Stacks of open statements: what the head says, and what the slots hold.

use std::mem::offset_of;

use instr_format::stack::{BadStack, Head, PANIC_SLOTS, SLOTS_AT, decode_head};
use instr_tests::fake_run::PID;
use instr_tests::fake_stack::FakeStack;

const FIRST_SITE: usize = offset_of!(Head, first_site);

#[test]
fn the_slots_in_use_are_those_up_to_the_innermost_function() {
    let stack = FakeStack { depth: 2, inherited: 1, ..FakeStack::new(PID, [0, 1, 2, 3]) };
    let file = stack.file();
    let head = decode_head(&file).unwrap();
    assert_eq!((head.pid, head.tid, head.reuse), (PID, PID, 1));
    assert_eq!((head.depth, head.inherited, head.panic_depth), (2, 1, None));
    assert_eq!(head.slots(&file).collect::<Vec<_>>(), [None, Some(0), Some(1)]);
    assert_eq!(head.used(), SLOTS_AT as u64 + 3 * 4);
    assert_eq!(head.slots_at_panic(&file).count(), 0);
}

#[test]
fn a_thread_that_has_left_its_functions_keeps_the_first_slot() {
    let file = FakeStack { depth: 0, ..FakeStack::new(PID, [2, 1]) }.file();
    assert_eq!(decode_head(&file).unwrap().slots(&file).collect::<Vec<_>>(), [None, Some(2)]);
}

#[test]
fn of_a_deep_panic_the_copy_has_the_innermost_slots() {
    let file = FakeStack::new(PID, (0..300).map(|number| number % 4)).unwound_to(3).file();
    let head = decode_head(&file).unwrap();
    let first = 300 - PANIC_SLOTS as u64 + 1;
    assert_eq!((head.depth, head.panic_depth, head.first_at_panic()), (3, Some(300), first));
    let below: Vec<_> = head.slots_below_panic(&file).collect();
    let copied: Vec<_> = head.slots_at_panic(&file).collect();
    assert_eq!((below.len() as u64, copied.len()), (first, PANIC_SLOTS));
    let all: Vec<u32> = below.into_iter().chain(copied).flatten().collect();
    assert_eq!(all, (0..300).map(|number| number % 4).collect::<Vec<u32>>());
    assert_eq!(head.used(), SLOTS_AT as u64 + first * 4);
}

#[test]
fn addresses_of_sites_can_go_on_behind_32_bits() {
    let stack = FakeStack { sites: 20, ..FakeStack::new(PID, [3, 4, 19]) };
    let mut file = stack.file();
    let old = u32::from_ne_bytes(file[FIRST_SITE..FIRST_SITE + 4].try_into().unwrap());
    let first = u32::MAX - 4;
    file[FIRST_SITE..FIRST_SITE + 4].copy_from_slice(&first.to_ne_bytes());
    for slot in file[SLOTS_AT + 4..].chunks_exact_mut(4) {
        let id = u32::from_ne_bytes(slot.try_into().unwrap()) - old;
        slot.copy_from_slice(&first.wrapping_add(id).to_ne_bytes());
    }
    let head = decode_head(&file).unwrap();
    assert_eq!(head.slots(&file).collect::<Vec<_>>(), [None, Some(3), Some(4), Some(19)]);
}

#[test]
fn what_is_no_site_of_the_program_is_none() {
    let file = FakeStack { sites: 3, ..FakeStack::new(PID, [2, 3, u32::MAX]) }.file();
    assert_eq!(decode_head(&file).unwrap().slots(&file).collect::<Vec<_>>(), [None, Some(2), None, None]);
}

#[test]
fn what_is_no_stack_is_said() {
    let file = FakeStack::new(PID, [1]).file();
    let with = |at: usize, bytes: &[u8]| {
        let mut file = file.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        decode_head(&file)
    };
    assert_eq!(with(offset_of!(Head, magic), &[0; 8]), Err(BadStack::Empty));
    assert_eq!(with(offset_of!(Head, top), &[0; 8]), Err(BadStack::Empty));
    assert_eq!(with(offset_of!(Head, magic), b"instrsta"), Err(BadStack::NotAStack));
    assert_eq!(with(offset_of!(Head, version), &7_u32.to_ne_bytes()), Err(BadStack::Version(7)));
    assert_eq!(with(offset_of!(Head, top), &1_u64.to_ne_bytes()), Err(BadStack::NotAStack));
    assert_eq!(decode_head(&file[..size_of::<Head>() - 1]), Err(BadStack::NotAStack));
}
