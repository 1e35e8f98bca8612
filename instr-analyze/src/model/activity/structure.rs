//! How the statements of a program lie in each other: which block and which body each is in.

use std::collections::HashMap;

use crate::model::sites::Sites;

/// What is known of each statement, by id.
#[derive(Debug)]
pub struct Structure(Vec<Option<Place>>);

/// Where a statement lies.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// The first statement of its function's or closure's body, by which that is known.
    body: u32,
    /// The innermost statement around it, in the same body.
    around: Option<u32>,
    /// The first statement of its block, by which that is known.
    block: u32,
    has_loop: bool,
}

impl Structure {
    /// Of the statements in `sites`.
    pub fn new(sites: &Sites) -> Self {
        let mut places: Vec<Option<Place>> = Vec::with_capacity(sites.end());
        let mut blocks: HashMap<(u64, Option<u32>, u32), u32> = HashMap::new();
        for id in 0..u32::try_from(sites.end()).unwrap_or(u32::MAX) {
            let place = sites.function(id).zip(sites.nesting(id)).map(|(function, nesting)| {
                let outer = nesting.up.and_then(|up| id.checked_sub(up)).filter(|outer| *outer < id);
                let block = *blocks.entry((function, outer, nesting.block)).or_insert(id);
                let around = outer.filter(|outer| sites.function(*outer) == Some(function));
                let body = around.and_then(|outer| Some(places.get(outer as usize)?.as_ref()?.body));
                Place { body: body.unwrap_or(block), around, block, has_loop: nesting.has_loop }
            });
            places.push(place);
        }
        Structure(places)
    }

    fn place(&self, id: u32) -> Option<&Place> {
        self.0.get(id as usize)?.as_ref()
    }

    /// The first statement of the function or closure that this one is in, by which that is known.
    pub fn body(&self, id: u32) -> Option<u32> {
        Some(self.place(id)?.body)
    }

    /// The statement, and those of the same body that it lies in, outermost last.
    pub fn outward(&self, id: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(Some(id), |id| self.around(*id))
    }

    /// The innermost statement around it, in the same body.
    pub fn around(&self, id: u32) -> Option<u32> {
        self.place(id)?.around
    }

    /// Whether it has a loop.
    pub fn has_loop(&self, id: u32) -> bool {
        self.place(id).is_some_and(|place| place.has_loop)
    }

    /// The statements that stand before it in its block, in their order.
    pub fn before(&self, id: u32) -> impl Iterator<Item = u32> {
        let block = self.place(id).map(|place| place.block);
        let is_beside = move |other: &u32| block.is_some() && self.place(*other).map(|place| place.block) == block;
        (block.unwrap_or(id)..id).filter(is_beside)
    }
}
