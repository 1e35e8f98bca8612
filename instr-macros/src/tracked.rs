//! What has cargo build a crate again when `instr.toml` changes: the compiler lists each file that it includes.

use std::path::Path;

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use crate::attributes::names;
use crate::probe::{tracked, verbatim};
use crate::rewrite;
use crate::target::Target;

/// Where the entry goes.
#[derive(Clone, Copy)]
pub(crate) enum Tracked {
    /// Behind the item.
    Behind,
    /// Into a function's body, as it may be one of an `impl`'s; whether clippy passes over that.
    Inside(bool),
}

impl Tracked {
    /// Of a target that is still as the user has written it. `None`: there is nothing to instrument, and no place.
    pub(crate) fn new(target: &mut Target) -> Option<Self> {
        let is_item = matches!(target, Target::Item(_));
        match target.function() {
            Some((attrs, ..)) if attrs.iter().any(|attr| names(attr, "naked")) => None,
            Some((_, _, block)) => Some(Tracked::Inside(rewrite::is_quiet(block))),
            None => is_item.then_some(Tracked::Behind),
        }
    }

    // Input:  fn f() -> u8 { 1 }
    // Output: fn f() -> u8 { let _ = 0_u8; tracked!("/ws/instr.toml"); 1 }
    /// Puts the entry of `file` there. Returns items that belong behind the target.
    pub(crate) fn put(self, target: &mut Target, runtime: &TokenStream, file: &Path) -> TokenStream {
        let Some(file) = file.to_str() else { return TokenStream::new() };
        let entry = tracked(runtime, file);
        match (self, target.function()) {
            (Tracked::Behind, _) => return entry,
            (Tracked::Inside(quiet), Some((_, _, block))) => {
                let first = (!quiet).then(|| verbatim(quote_spanned!(Span::mixed_site()=> let _ = 0_u8;)));
                rewrite::insert_items(block, quiet, first, Some(verbatim(entry)));
            }
            _ => {}
        }
        TokenStream::new()
    }
}
