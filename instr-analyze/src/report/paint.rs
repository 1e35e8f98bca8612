//! Colours, or none.

use anstyle::{AnsiColor, Style};

/// The styles of the text formats.
#[derive(Debug, Clone, Copy, Default)]
pub struct Paint {
    /// What one looks for first.
    pub strong: Style,
    /// What went wrong.
    pub bad: Style,
    /// What can be passed over.
    pub faint: Style,
}

impl Paint {
    /// Colours for a terminal. Without: [`Paint::default`].
    pub fn colours() -> Self {
        Paint { strong: Style::new().bold(), bad: AnsiColor::Red.on_default().bold(), faint: Style::new().dimmed() }
    }
}
