//! Which statements are in the same function.

use crate::model::sites::Sites;

/// Which function each statement is in, remembered by its id.
#[derive(Debug)]
pub struct Functions<'a> {
    sites: &'a Sites,
    known: Vec<Option<u64>>,
}

impl<'a> Functions<'a> {
    /// Of the statements in `sites`.
    pub fn new(sites: &'a Sites) -> Self {
        Functions { sites, known: vec![None; sites.end()] }
    }

    /// The same for calls of the same function or closure.
    pub(super) fn key(&mut self, call: Option<u32>) -> u64 {
        let Some(id) = call else { return 0 };
        let unknown = u64::from(id) | 1 << 63;
        let Some(known) = self.known.get_mut(id as usize) else { return unknown };
        *known.get_or_insert_with(|| self.sites.function(id).unwrap_or(unknown))
    }
}
