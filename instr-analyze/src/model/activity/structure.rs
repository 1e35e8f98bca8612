//! How the statements of a program lie in each other: which block and which body each is in.

use std::collections::HashMap;

use crate::model::sites::Sites;

/// What is known of each statement.
#[derive(Debug)]
pub struct Structure {
    /// By id.
    places: Vec<Option<Place>>,
    /// The first statement in a block of another one.
    firsts: HashMap<(u32, u32), u32>,
}

/// Where a statement lies.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// The first statement of its function's or closure's body, by which that is known.
    body: u32,
    /// The innermost statement around it, in the same body.
    around: Option<u32>,
    /// The same, but of a closure's or async block's first statements also the one that the closure stands in.
    outer: Option<u32>,
    /// The first statement of its block, by which that is known.
    block: u32,
    has_loop: bool,
    /// Whether statements lie in it, those of closures included.
    has_inner: bool,
    /// Whether none follows in its block.
    is_last: bool,
}

impl Structure {
    /// Of the statements in `sites`.
    pub fn new(sites: &Sites) -> Self {
        let mut places: Vec<Option<Place>> = Vec::with_capacity(sites.end());
        let mut blocks: HashMap<(u64, Option<u32>, u32), u32> = HashMap::new();
        let (mut ends, mut firsts): (HashMap<u32, u32>, HashMap<_, _>) = Default::default();
        for id in 0..u32::try_from(sites.end()).unwrap_or(u32::MAX) {
            let place = sites.function(id).zip(sites.nesting(id)).map(|(function, nesting)| {
                let outer = nesting.up.and_then(|up| id.checked_sub(up)).filter(|outer| *outer < id);
                let block = *blocks.entry((function, outer, nesting.block)).or_insert(id);
                let around = outer.filter(|outer| sites.function(*outer) == Some(function));
                let body = around.and_then(|outer| Some(places.get(outer as usize)?.as_ref()?.body));
                ends.insert(block, id);
                if let Some(outer) = outer {
                    firsts.entry((outer, nesting.block)).or_insert(id);
                }
                let has_loop = nesting.has_loop;
                Place { body: body.unwrap_or(block), around, outer, block, has_loop, has_inner: false, is_last: false }
            });
            if let Some(outer) = place.and_then(|place| places.get_mut(place.outer? as usize)?.as_mut()) {
                outer.has_inner = true;
            }
            places.push(place);
        }
        for end in ends.into_values() {
            if let Some(Some(place)) = places.get_mut(end as usize) {
                place.is_last = true;
            }
        }
        Structure { places, firsts }
    }

    fn place(&self, id: u32) -> Option<&Place> {
        self.places.get(id as usize)?.as_ref()
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

    /// The statement of the function around that a closure or async block stands in, of one of its outermost statements.
    pub fn outer(&self, id: u32) -> Option<u32> {
        self.place(id)?.outer
    }

    /// The first statement of its block, by which that is known.
    pub fn block(&self, id: u32) -> Option<u32> {
        Some(self.place(id)?.block)
    }

    /// The first statement in one of its blocks, if that has any.
    pub fn first_in(&self, id: u32, block: u32) -> Option<u32> {
        self.firsts.get(&(id, block)).copied()
    }

    /// Whether statements lie in it, those of closures included.
    pub fn has_inner(&self, id: u32) -> bool {
        self.place(id).is_some_and(|place| place.has_inner)
    }

    /// Whether no statement follows it in its block.
    pub fn is_last(&self, id: u32) -> bool {
        self.place(id).is_some_and(|place| place.is_last)
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
