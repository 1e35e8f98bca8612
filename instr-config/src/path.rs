//! Where a value stands: the names of the tables around it, and its own.

use instr_format::keys::{self, Key};

/// No path that means something is longer.
const DEPTH: usize = 4;

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Path<'s> {
    names: [&'s str; DEPTH],
    /// May be more than there are names.
    pub(crate) len: usize,
}

impl<'s> Path<'s> {
    pub(crate) fn push(&mut self, name: &'s str) {
        if let Some(place) = self.names.get_mut(self.len) {
            *place = name;
        }
        self.len += 1;
    }

    fn names(&self) -> Option<&[&'s str]> {
        self.names.get(..self.len)
    }

    /// Its last name, and those before.
    pub(crate) fn split(&self) -> Option<(&'s str, Self)> {
        let (last, _) = self.names()?.split_last()?;
        Some((last, Path { names: self.names, len: self.len - 1 }))
    }

    pub(crate) fn is(&self, table: &str) -> bool {
        self.names().is_some_and(|names| table.split('.').eq(names.iter().copied()))
    }

    /// Its number in the list of tables.
    pub(crate) fn table(&self) -> Option<usize> {
        keys::TABLES.iter().position(|table| self.is(table))
    }

    /// The key, and its number among all.
    pub(crate) fn key(&self) -> Option<(usize, Key)> {
        let (name, table) = self.split()?;
        keys::all().enumerate().find(|(_, key)| table.is(key.table) && key.is_named(name))
    }
}
