//! Steps, and loops of steps.

use crate::model::total::total;

/// A step, or what repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item<T> {
    /// A step.
    Step(Step<T>),
    /// Steps that came so many times.
    Loop(Loop<T>),
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step<T> {
    /// Steps with the same key are alike.
    pub key: u64,
    /// The rest of it.
    pub value: T,
}

/// Steps that came several times, one behind the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loop<T> {
    /// How often.
    pub times: u64,
    /// What came first.
    pub body: Vec<Item<T>>,
    /// The step that came last.
    pub last: T,
}

impl<T> Item<T> {
    /// How many steps it stands for.
    pub fn steps(&self) -> u64 {
        match self {
            Item::Step(_) => 1,
            Item::Loop(Loop { times, body, .. }) => total(body.iter().map(Item::steps)).saturating_mul(*times),
        }
    }

    /// The steps that it holds.
    pub(in crate::model) fn size(&self) -> usize {
        match self {
            Item::Step(_) => 1,
            Item::Loop(Loop { body, .. }) => body.iter().map(Item::size).sum(),
        }
    }

    /// The step that came last.
    pub fn last(&self) -> &T {
        match self {
            Item::Step(step) => &step.value,
            Item::Loop(found) => &found.last,
        }
    }

    pub(super) fn into_last(self) -> T {
        match self {
            Item::Step(step) => step.value,
            Item::Loop(found) => found.last,
        }
    }

    /// Whether both stand for the same steps in the same way.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Item::Step(a), Item::Step(b)) => a.key == b.key,
            (Item::Loop(a), Item::Loop(b)) => a.times == b.times && are_alike(a.body.iter(), b.body.iter()),
            (Item::Step(_), Item::Loop(_)) | (Item::Loop(_), Item::Step(_)) => false,
        }
    }
}

/// Whether both stretches stand for the same steps in the same way.
pub(super) fn are_alike<'a, T: 'a>(
    mut a: impl ExactSizeIterator<Item = &'a Item<T>>,
    mut b: impl ExactSizeIterator<Item = &'a Item<T>>,
) -> bool {
    a.len() == b.len() && a.all(|a| b.next().is_some_and(|b| a.is_like(b)))
}
