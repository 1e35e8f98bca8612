//! What `instr-analyze control` tells the process while it runs: read by whichever thread asks first, followed by each thread when
//! it asks next.
//!
//! Who gives an order writes its number to the `last` file, and has each thread's probes ask by what they look at in the mapped head
//! of its stack. So a probe looks at nothing more for this.

use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::Relaxed;

use instr_format::control::Order;

use crate::arena::Arena;
use crate::filter::ThreadFilter;
use crate::process::Process;
use crate::settings::{self, Focus, Sink};
use crate::site::{self, COUNTED, FILTERED};
use crate::thread::{self, Thread};
use crate::{sink, sys};

/// How much longer than a byte for each site the file may be.
const TEXTS_MAX: usize = 64 << 10;

/// Whether there is an order that the process or the calling thread does not follow yet. Async-signal-safe.
#[inline]
pub(crate) fn is_new(process: &Process, thread: &Thread) -> bool {
    let Some(focus) = settings::focus() else { return false };
    let (order, followed) = (process.order(), focus.order.load(Relaxed));
    // Of a `last` file that somebody has truncated, no order is left.
    (order != 0 && order != followed) || thread.order() != followed || thread.was_asked()
}

/// Has the process and the calling thread follow the newest order. Async-signal-safe.
#[cold]
#[inline(never)]
pub(crate) fn follow(process: &Process, thread: &'static Thread) {
    let _blocked = sys::SignalsBlocked::new();
    process.take_order(site::count() + TEXTS_MAX, take);
    let Some(focus) = settings::focus() else { return };
    if focus.sink != Sink::Stack && thread.has_other_sink(focus.sink) {
        sink::thread_ends(process, thread);
        thread::go_on_as_another(process, thread);
    } else {
        thread::adapt(process, thread);
    }
}

/// Follows the order with this number that the file holds. `None`: there is none that can be followed.
fn take(number: u64, file: &'static [u8]) -> Option<()> {
    let order = Order::decode(file).filter(|order| order.number == number && order.sites.len() == site::count())?;
    let sink = Sink::ALL.into_iter().find(|sink| sink.word() == order.sink)?;
    let threads = ThreadFilter(Some(order.threads).filter(|threads| !threads.is_empty()));
    let focus = Focus { order: AtomicU64::new(number), sink, rate: order.rate.max(1), threads };
    let focus = Arena::new().keep(focus)?;
    settings::set_focus(focus);
    // Without a history, what is reached is left out, and what is left out asks when it is told to.
    let admitted = if sink == Sink::Stack { FILTERED } else { sink::switch(focus) };
    // Whether a site is counted for coverage is none of the order's business.
    let coverage = settings::get().map_or(0, |settings| sink::switch_for(settings.coverage)) & COUNTED;
    site::switch(order.sites.iter().map(|admits| coverage | if *admits != 0 { admitted } else { FILTERED }));
    Some(())
}
