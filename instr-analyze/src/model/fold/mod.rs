//! Loop folding: steps that repeat are kept once, with how often they came.
//!
//! A stack holds the newest items. When the ones on its top repeat the ones below them, or the body of the loop below them,
//! the loop takes them in; so that an inner loop is an item by the time its outer one comes around. Each item knows where
//! the one before it is that equals it, which are the only periods that can end here, and sums of hashes tell in one step
//! whether two stretches are alike. What is dropped was pushed once, so the time is linear; what is old leaves the stack
//! at its other end, so memory is bounded.

mod item;

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, DefaultHasher};

use item::are_alike;
pub use item::{Item, Loop, Step};

/// The longest body of a loop, in items.
const PERIOD_MAX: usize = 1024;
/// How many steps are kept, those within loops included.
const STEPS_MAX: usize = 8192;
/// How many periods are tried when a step comes.
const TRIES: usize = 64;
/// Any odd number with many bits set.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// An item on the stack.
struct Entry<T> {
    item: Item<T>,
    hash: u64,
    /// The hash of all items up to this one.
    sum: u64,
    /// What [`Item::size`] says.
    size: usize,
    /// Number of the newest item below it with the same hash.
    alike: Option<u64>,
    /// Of a loop: what its body is known by.
    body: Option<Body>,
}

#[derive(Clone, Copy)]
struct Body {
    /// The hash of its items.
    hash: u64,
    /// The hash of the last one.
    end: u64,
    /// Number of the newest loop below whose body ends in the same.
    alike: Option<u64>,
}

type Newest = HashMap<u64, u64, BuildHasherDefault<DefaultHasher>>;

/// Folds steps as they come.
pub struct Folder<T> {
    stack: VecDeque<Entry<T>>,
    /// Number of the lowest item on the stack.
    base: u64,
    /// The hash of all items below the stack.
    below: u64,
    /// Steps on the stack.
    size: usize,
    /// Number of the newest item with a hash.
    items: Newest,
    /// Number of the newest loop whose body ends in an item with a hash.
    loops: Newest,
    powers: Vec<u64>,
}

impl<T> Default for Folder<T> {
    fn default() -> Self {
        let powers = std::iter::successors(Some(1_u64), |power| Some(power.wrapping_mul(BASE)));
        Folder {
            stack: VecDeque::new(),
            base: 0,
            below: 0,
            size: 0,
            items: Newest::default(),
            loops: Newest::default(),
            powers: powers.take(PERIOD_MAX + 1).collect(),
        }
    }
}

impl<T> Folder<T> {
    /// Takes the next step. What can be folded no more goes to `each`.
    pub fn push(&mut self, key: u64, value: T, each: &mut dyn FnMut(Item<T>)) {
        self.put(Item::Step(Step { key, value }), mixed(key), None);
        while self.goes_on() || self.begins() {}
        while self.size > STEPS_MAX {
            self.shift().into_iter().for_each(&mut *each);
        }
    }

    /// What can be folded still, the newest first.
    pub fn newest(&self) -> impl Iterator<Item = &Item<T>> {
        self.stack.iter().rev().map(|entry| &entry.item)
    }

    /// Gives what is left to `each`.
    pub fn finish(mut self, each: &mut dyn FnMut(Item<T>)) {
        while let Some(item) = self.shift() {
            each(item);
        }
    }

    /// Lets the loop below take in the top of the stack, if that is its body once more.
    fn goes_on(&mut self) -> bool {
        let Some(top) = self.stack.back() else { return false };
        let mut candidate = self.loops.get(&top.hash).copied();
        for _ in 0..TRIES {
            let Some((at, Some(body))) =
                candidate.and_then(|number| self.at(number)).map(|(at, entry)| (at, entry.body))
            else {
                return false;
            };
            let period = self.stack.len() - 1 - at;
            if self.is_body(at, period, body.hash) {
                let last = self.pop(period).pop().map(Item::into_last);
                if let (Some(last), Some(Item::Loop(found))) = (last, self.pop(1).pop()) {
                    let times = found.times.saturating_add(1);
                    self.put_loop(Loop { times, last, ..found }, body);
                }
                return true;
            }
            candidate = body.alike;
        }
        false
    }

    /// Whether the loop at `at` has the items above it as its body.
    fn is_body(&self, at: usize, period: usize, hash: u64) -> bool {
        match self.stack.get(at).map(|entry| &entry.item) {
            Some(Item::Loop(Loop { body, .. })) => {
                body.len() == period && self.sum(period, 0) == hash && are_alike(self.items(period, 0), body.iter())
            }
            _ => false,
        }
    }

    /// Makes a loop of the top of the stack and what is right below it, if they are alike.
    fn begins(&mut self) -> bool {
        let Some(top) = self.stack.back() else { return false };
        let (end, mut candidate) = (top.hash, top.alike);
        for _ in 0..TRIES {
            let Some((at, next)) = candidate.and_then(|number| self.at(number)).map(|(at, entry)| (at, entry.alike))
            else {
                return false;
            };
            let period = self.stack.len() - 1 - at;
            if period > PERIOD_MAX || 2 * period > self.stack.len() {
                return false;
            }
            let hash = self.sum(period, 0);
            if hash == self.sum(period, period) && are_alike(self.items(period, 0), self.items(period, period)) {
                let last = self.pop(period).pop().map(Item::into_last);
                let body = self.pop(period);
                if let Some(last) = last {
                    self.put_loop(Loop { times: 2, body, last }, Body { hash, end, alike: None });
                }
                return true;
            }
            candidate = next;
        }
        false
    }

    /// The entry with this number and its place, unless it has left the stack.
    fn at(&self, number: u64) -> Option<(usize, &Entry<T>)> {
        let at = usize::try_from(number.checked_sub(self.base)?).ok()?;
        Some((at, self.stack.get(at)?))
    }

    /// So many items below the top `skipped` ones.
    fn items(&self, count: usize, skipped: usize) -> impl ExactSizeIterator<Item = &Item<T>> {
        let end = self.stack.len() - skipped;
        self.stack.range(end - count..end).map(|entry| &entry.item)
    }

    /// Their hash.
    fn sum(&self, count: usize, skipped: usize) -> u64 {
        let up_to =
            |end: usize| end.checked_sub(1).and_then(|at| self.stack.get(at)).map_or(self.below, |entry| entry.sum);
        let end = self.stack.len() - skipped;
        let power = self.powers.get(count).copied().unwrap_or(0);
        up_to(end).wrapping_sub(up_to(end - count).wrapping_mul(power))
    }

    fn put_loop(&mut self, item: Loop<T>, body: Body) {
        let hash = mixed(body.hash ^ mixed(item.times) ^ item.body.len() as u64);
        self.put(Item::Loop(item), hash, Some(body));
    }

    fn put(&mut self, item: Item<T>, hash: u64, body: Option<Body>) {
        let number = self.base + self.stack.len() as u64;
        let sum = self.stack.back().map_or(self.below, |below| below.sum).wrapping_mul(BASE).wrapping_add(hash);
        let size = item.size();
        self.size += size;
        let alike = self.items.insert(hash, number);
        let body = body.map(|body| Body { alike: self.loops.insert(body.end, number), ..body });
        self.stack.push_back(Entry { item, hash, sum, size, alike, body });
    }

    /// Takes so many items from the top.
    fn pop(&mut self, count: usize) -> Vec<Item<T>> {
        let kept = self.stack.len().saturating_sub(count);
        for entry in self.stack.range(kept..).rev() {
            self.size -= entry.size;
            let below = |number: &u64| *number >= self.base;
            put_back(&mut self.items, entry.hash, entry.alike.filter(below));
            if let Some(Body { end, alike, .. }) = entry.body {
                put_back(&mut self.loops, end, alike.filter(below));
            }
        }
        self.stack.drain(kept..).map(|entry| entry.item).collect()
    }

    /// Takes the lowest item.
    fn shift(&mut self) -> Option<Item<T>> {
        let entry = self.stack.pop_front()?;
        let number = self.base;
        (self.base, self.below, self.size) = (number + 1, entry.sum, self.size - entry.size);
        forget(&mut self.items, entry.hash, number);
        if let Some(Body { end, .. }) = entry.body {
            forget(&mut self.loops, end, number);
        }
        Some(entry.item)
    }
}

fn put_back(newest: &mut Newest, hash: u64, below: Option<u64>) {
    match below {
        Some(number) => newest.insert(hash, number),
        None => newest.remove(&hash),
    };
}

fn forget(newest: &mut Newest, hash: u64, number: u64) {
    if newest.get(&hash) == Some(&number) {
        newest.remove(&hash);
    }
}

/// Spreads the bits, so that sums of products tell orders apart.
fn mixed(key: u64) -> u64 {
    let key = (key ^ (key >> 30)).wrapping_add(BASE).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let key = (key ^ (key >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    key ^ (key >> 31)
}
