//! How wide lines may be.

use std::env;
use std::io;

/// The width of lines that nobody says anything about.
const WIDTH: usize = 120;

/// The width of the terminal that is written to, or what `COLUMNS` says.
pub(super) fn width() -> usize {
    let of_terminal = rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col));
    let columns = || env::var("COLUMNS").ok()?.parse().ok();
    of_terminal.filter(|width| *width > 0).or_else(columns).unwrap_or(WIDTH)
}
