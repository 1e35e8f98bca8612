//! Tells a running process what to record: the file `control`, its number in `last`, and a word in the head of each thread's stack
//! that has the thread's probes ask.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::mem::offset_of;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use instr_format::control::{Order, REFUSED};
use instr_format::files::{CONTROL, CONTROL_PART, LAST, is_stack};
use instr_format::last::Header;
use instr_format::stack::{ASK, Head, decode_head};

use super::files::read_last;
use super::open::{self, open_with};

/// Between two looks at whether the process has taken the order.
const PAUSE: Duration = Duration::from_millis(10);
/// More than any order has: a byte for each site of a program, and the settings.
const ORDER_MAX: u64 = 16 << 20;

/// What has become of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The process follows it, since so long.
    Taken(Duration),
    /// No thread has reached a statement since; the first one that does takes it.
    Pending,
    /// The process cannot read it.
    Refused,
}

/// The file's bytes, if an order was given.
///
/// # Errors
/// When it cannot be read.
pub fn read(dir: &Path) -> io::Result<Option<Vec<u8>>> {
    match open::read(&dir.join(CONTROL), ORDER_MAX) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Gives an order, whose number is chosen here, and waits for the process to take it.
///
/// # Errors
/// When the files of the run cannot be written.
pub fn give(dir: &Path, order: &Order<'_>, patience: Duration) -> io::Result<Outcome> {
    let last = open_with(&dir.join(LAST), OpenOptions::new().read(true).write(true))?;
    let number = header(dir)?.0.checked_add(1).filter(|number| number & REFUSED == 0);
    let number =
        number.ok_or_else(|| io::Error::other(format!("{LAST} has a number of orders that nobody has given")))?;
    write(dir, &Order { number, ..*order })?;
    last.write_all_at(&number.to_ne_bytes(), offset_of!(Header, order) as u64)?;
    let begin = Instant::now();
    loop {
        // Again each time: a thread that just begins may have missed it.
        have_threads_ask(dir)?;
        match header(dir)?.1 {
            taken if taken == number => {
                have_threads_ask(dir)?;
                return Ok(Outcome::Taken(begin.elapsed()));
            }
            taken if taken == number | REFUSED => return Ok(Outcome::Refused),
            _ if begin.elapsed() > patience => return Ok(Outcome::Pending),
            _ => thread::sleep(PAUSE),
        }
    }
}

/// The numbers of the newest order, and of the one that was taken.
fn header(dir: &Path) -> io::Result<(u64, u64)> {
    let last = read_last(dir).map_err(|damage| io::Error::other(damage.message))?;
    Ok((last.header.order, last.header.taken))
}

/// The file is there whole or not at all.
fn write(dir: &Path, order: &Order<'_>) -> io::Result<()> {
    let new = dir.join(CONTROL_PART);
    let mut file = open_with(&new, OpenOptions::new().write(true).create(true).mode(0o600))?;
    // Not before it is known to be a file of the run's.
    file.set_len(0)?;
    for part in [&order.head()[..], order.threads.as_bytes(), order.settings.as_bytes(), order.sites] {
        file.write_all(part)?;
    }
    fs::rename(new, dir.join(CONTROL))
}

/// Has the probes of each thread ask at the next statement, whatever its site's switch is.
fn have_threads_ask(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(is_stack)
            && let Ok(file) = open_with(&entry.path(), OpenOptions::new().read(true).write(true))
        {
            // Its thread may end meanwhile, and the file be gone.
            let _ = have_thread_ask(&file);
        }
    }
    Ok(())
}

fn have_thread_ask(file: &File) -> io::Result<()> {
    let mut head = [0; size_of::<Head>()];
    file.read_exact_at(&mut head, 0)?;
    if decode_head(&head).is_err() {
        return Ok(());
    }
    let zero = [0; size_of::<u64>()];
    file.write_all_at(&zero[..size_of::<u32>()], offset_of!(Head, asks) as u64)?;
    file.write_all_at(&zero, offset_of!(Head, counters) as u64)?;
    file.write_all_at(&zero[..size_of::<u32>()], offset_of!(Head, due) as u64)?;
    // One byte alone: the thread may be counting in the others.
    let ask = ASK.to_ne_bytes();
    let at = ask.iter().position(|byte| *byte != 0).unwrap_or(0);
    file.write_all_at(&ask[at..=at], (offset_of!(Head, filtered) + at) as u64)
}
