//! Dies in the way that its first argument names, in the thread that its second one names.
//!
//! The statement that each thread must be found in carries a mark: `guilty: <death>` where it dies, `waits: <thread>`
//! where another thread is at that time.

mod deaths;
mod places;

use std::process::ExitCode;

use instr_runtime::instrument_source;

#[instrument_source]
fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let death = args.next().and_then(|name| deaths::find(&name));
    let place = args.next().and_then(|name| places::find(&name));
    match (death, place) {
        (Some(death), Some(place)) => place(death),
        _ => {
            eprintln!("usage: crasher DEATH PLACE");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
