//! One change of a run: of bytes, of the numbers in them, or of which files there are.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use instr_format::files::is_compressed_log;

use super::packed::Packed;
use super::random::Random;

/// Files grow no further.
const SIZE_MAX: usize = 1 << 20;
/// Headers end here, mostly.
const BEGINNING: usize = 256;

/// Numbers at which something may overflow.
const EDGES: [u64; 16] = [
    0,
    1,
    2,
    0x7fff,
    0xffff,
    (1 << 24) - 1,
    (1 << 31) - 1,
    1 << 31,
    (1 << 32) - 2,
    (1 << 32) - 1,
    1 << 32,
    (1 << 63) - 1,
    1 << 63,
    u64::MAX - 2,
    u64::MAX - 1,
    u64::MAX,
];

/// Texts that stand where a number was.
const NUMBERS: [&str; 12] = [
    "0",
    "1",
    "-1",
    "2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775808",
    "18446744073709551614",
    "18446744073709551615",
    "18446744073709551616",
    "1e400",
    "null",
];

/// Texts that a terminal, a shell, a parser or a file system may obey.
const TEXTS: [&str; 18] = [
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "\u{202e}\u{2066}\u{200b}\u{feff}",
    "\u{9b}31m\u{85}",
    "\\u001b[31m\\u202e\\u0000",
    "\\x1b[2J\\x00\\xff",
    "../../../../../../etc/passwd",
    "/dev/zero",
    "\r\n\t\u{b}\u{c}\0",
    "[[[[[[[[{\"a\":",
    "\\",
    "\"",
    " ",
    "seq=1 seq=2 snippet=",
    "let g = é(1)[g].lock().expect(\"(\")?.await;",
    "if let Ok(é) = a.b.read() { drop(g) }",
    "'a: loop { é.wait(",
    "::{{closure}}::{{closure}}",
    "\n",
];

/// Changes a run.
pub(super) fn change(run: &mut Packed, seeds: &[Packed], random: &mut Random) {
    if run.files.is_empty() || random.once_in(12) {
        return of_files(run, seeds, random);
    }
    let index = random.below(run.files.len());
    let (name, file) = &mut run.files[index];
    if is_compressed_log(name) && !random.once_in(4) {
        let mut text = Vec::new();
        // A change before this one may have damaged it.
        let _ = GzDecoder::new(file.as_slice()).take(SIZE_MAX as u64).read_to_end(&mut text);
        of_bytes(&mut text, seeds, random);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&text).expect("memory");
        *file = encoder.finish().expect("memory");
    } else {
        of_bytes(file, seeds, random);
    }
    file.truncate(SIZE_MAX);
}

/// One is missing, is another one's, or is there twice.
fn of_files(run: &mut Packed, seeds: &[Packed], random: &mut Random) {
    let other = random.of(seeds);
    let (name, contents) = random.of(&other.files).clone();
    let index = random.below(run.files.len());
    match random.below(4) {
        0 if !run.files.is_empty() => drop(run.files.remove(index)),
        1 if !run.files.is_empty() => run.files[index].1 = contents,
        2 if !run.files.is_empty() => {
            // Logs, rings and stacks have numbers for names.
            let copy = (run.files[index].0.replace("45", "46"), run.files[index].1.clone());
            run.files.push(copy);
        }
        _ => run.files.push((name, contents)),
    }
}

fn of_bytes(file: &mut Vec<u8>, seeds: &[Packed], random: &mut Random) {
    let at = place(file, random);
    match random.below(12) {
        0 => flip(file, at, random),
        1 => file.iter_mut().skip(at).take(1).for_each(|byte| *byte = random.next() as u8),
        2 => file.truncate(at),
        3 => drop(file.drain(range(file, at, random))),
        4 => {
            let part = file[range(file, at, random)].to_vec();
            let times = 1 + random.below(64);
            file.splice(at..at, part.repeat(times).into_iter().take(SIZE_MAX));
        }
        5 => {
            let other = random.of(seeds);
            let (_, donor) = random.of(&other.files);
            let from = place(donor, random);
            let part = donor[range(donor, from, random)].to_vec();
            file.splice(range(file, at, random), part);
        }
        6 | 7 => number(file, at, random),
        8 | 9 => decimal(file, at, random),
        10 => drop(file.splice(at..at, random.of(&TEXTS).bytes())),
        _ => {
            let zeros = range(file, at, random);
            file[zeros].fill(0);
        }
    }
}

/// Where something is changed: often at the beginning.
fn place(file: &[u8], random: &mut Random) -> usize {
    let end = if random.once_in(2) { BEGINNING.min(file.len()) } else { file.len() };
    random.below(end)
}

/// A part of the file, mostly a short one.
fn range(file: &[u8], at: usize, random: &mut Random) -> std::ops::Range<usize> {
    let most = if random.once_in(4) { file.len() } else { 64 };
    at..(at + 1 + random.below(most)).min(file.len()).max(at)
}

fn flip(file: &mut [u8], at: usize, random: &mut Random) {
    let bit = random.below(8);
    file.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << bit);
}

/// Sets a number in the machine's byte order, or moves it a little.
fn number(file: &mut [u8], at: usize, random: &mut Random) {
    let (at, size) = if random.once_in(2) { (at & !7, 8) } else { (at & !3, 4) };
    let Some(place) = file.get_mut(at..at + size) else { return };
    let mut old = [0; 8];
    old[..size].copy_from_slice(place);
    let new = match random.below(3) {
        0 => u64::from_ne_bytes(old).wrapping_add(random.below(9) as u64).wrapping_sub(4),
        _ => *random.of(&EDGES),
    };
    place.copy_from_slice(&new.to_ne_bytes()[..size]);
}

/// Puts another number in the place of the next one that is written out.
fn decimal(file: &mut Vec<u8>, at: usize, random: &mut Random) {
    let Some(start) = file.iter().skip(at).position(u8::is_ascii_digit).map(|digit| at + digit) else { return };
    let len = file[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    file.splice(start..start + len, random.of(&NUMBERS).bytes());
}
