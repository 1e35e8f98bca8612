//! Which thread of one run is which of another: the same names, or else the same work.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;

use super::fingerprint::Fingerprint;

/// Of more possible pairs, the order of start alone decides.
const COMPARED_MAX: usize = 1 << 20;

/// What a thread is told by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its name; empty where it has none of its own.
    pub name: String,
    /// Whether others do the same work under such names as `worker-1` and `worker-2`.
    pub is_pooled: bool,
    /// What its first function is known by, if that is known.
    pub first: Option<u64>,
    /// What it did, where that was looked at.
    pub work: Option<Fingerprint>,
}

impl Candidate {
    /// Whether both are known to have done the same.
    pub fn did_the_same(&self, other: &Self) -> bool {
        self.work.as_ref().is_some_and(|work| work.steps > 0) && self.work == other.work
    }
}

/// The threads of two runs, by their indices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs {
    /// Those that belong together.
    pub pairs: Vec<[usize; 2]>,
    /// Those of one run alone.
    pub only: [Vec<usize>; 2],
}

/// The name of a pool: that of its threads without their numbers.
pub fn pool(name: &str) -> &str {
    let pool = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    if pool.is_empty() { name } else { pool }
}

/// Pairs the threads of two runs, each in the order of their start.
pub fn pair(a: &[Candidate], b: &[Candidate]) -> Pairs {
    let mut open = Open { sides: [a, b], left: [(0..a.len()).collect(), (0..b.len()).collect()], pairs: Vec::new() };
    let family = |thread: &Candidate| if thread.is_pooled { pool(&thread.name) } else { &thread.name }.to_owned();
    let work = |thread: &Candidate| thread.work.clone().filter(|work| work.steps > 0);
    open.join(|thread| Some((thread.name.clone(), work(thread)?)));
    open.join(|thread| Some((family(thread), work(thread)?)));
    open.join(|thread| Some(thread.name.clone()));
    open.join(|thread| Some(family(thread)));
    open.join(|thread| thread.first);
    let Open { left, mut pairs, .. } = open;
    pairs.sort_unstable();
    Pairs { pairs, only: left }
}

/// Threads that have yet to be paired.
struct Open<'a> {
    sides: [&'a [Candidate]; 2],
    left: [Vec<usize>; 2],
    pairs: Vec<[usize; 2]>,
}

impl Open<'_> {
    /// Pairs those of the same group: the ones that did the same for longest first, and else in the order of their start.
    fn join<K: Hash + Eq>(&mut self, group: impl Fn(&Candidate) -> Option<K>) {
        let mut groups: HashMap<K, [Vec<usize>; 2]> = HashMap::new();
        for (side, left) in self.left.iter().enumerate() {
            for index in left {
                let key = self.sides[side].get(*index).and_then(&group);
                key.into_iter().for_each(|key| groups.entry(key).or_default()[side].push(*index));
            }
        }
        for [of_a, of_b] in groups.into_values() {
            let found = self.best(&of_a, &of_b);
            self.pairs.extend(found);
        }
        for (side, left) in self.left.iter_mut().enumerate() {
            let mut paired: Vec<usize> = self.pairs.iter().map(|pair| pair[side]).collect();
            paired.sort_unstable();
            left.retain(|index| paired.binary_search(index).is_err());
        }
    }

    fn best(&self, a: &[usize], b: &[usize]) -> Vec<[usize; 2]> {
        if a.len().saturating_mul(b.len()) > COMPARED_MAX {
            return a.iter().zip(b).map(|(a, b)| [*a, *b]).collect();
        }
        let mut possible: Vec<_> =
            a.iter().enumerate().flat_map(|a| b.iter().enumerate().map(move |b| (a, b))).collect();
        possible.sort_by_cached_key(|((at, a), (bt, b))| (Reverse(self.likeness(**a, **b)), at.abs_diff(*bt), *at));
        let (mut pairs, mut taken): (Vec<[usize; 2]>, _) = (Vec::new(), [vec![false; a.len()], vec![false; b.len()]]);
        for ((at, a), (bt, b)) in possible {
            if !taken[0][at] && !taken[1][bt] {
                (taken[0][at], taken[1][bt]) = (true, true);
                pairs.push([*a, *b]);
            }
        }
        pairs
    }

    fn likeness(&self, a: usize, b: usize) -> usize {
        let [a, b] = [(0, a), (1, b)].map(|(side, index)| self.sides[side].get(index)?.work.as_ref());
        a.zip(b).map_or(0, |(a, b)| a.likeness(b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thread(name: &str, first: u64, work: &[u64]) -> Candidate {
        let (work, is_pooled) = (Fingerprint::of(work.iter().copied()), !name.starts_with("tests::"));
        Candidate { name: name.to_owned(), is_pooled, first: Some(first), work: Some(work) }
    }

    fn paired(a: &[Candidate], b: &[Candidate]) -> (Vec<[usize; 2]>, [Vec<usize>; 2]) {
        let Pairs { pairs, only } = pair(a, b);
        (pairs, only)
    }

    #[test]
    fn names_come_before_work() {
        let a = [thread("main", 1, &[1, 2]), thread("io", 2, &[3, 4]), thread("log", 3, &[5])];
        let b = [thread("main", 1, &[1]), thread("log", 3, &[3, 4]), thread("io", 2, &[5])];
        assert_eq!(paired(&a, &b), (vec![[0, 0], [1, 2], [2, 1]], [vec![], vec![]]));
    }

    #[test]
    fn workers_that_did_the_same_belong_together_whatever_their_numbers() {
        let a = [thread("w-1", 1, &[1, 2, 3]), thread("w-2", 1, &[1, 5, 6]), thread("w-3", 1, &[1, 9])];
        let b = [thread("w-1", 1, &[1, 5, 6]), thread("w-2", 1, &[1, 2, 3]), thread("w-3", 1, &[1, 8])];
        assert_eq!(paired(&a, &b), (vec![[0, 1], [1, 0], [2, 2]], [vec![], vec![]]));
    }

    #[test]
    fn of_equal_names_those_that_did_the_same_for_longest_belong_together() {
        let a = [thread("", 1, &[1, 2, 3, 4, 5, 6]), thread("", 1, &[7, 8])];
        let b = [thread("", 1, &[7, 8, 9]), thread("", 1, &[1, 2, 3, 4, 6])];
        assert_eq!(paired(&a, &b), (vec![[0, 1], [1, 0]], [vec![], vec![]]));
    }

    #[test]
    fn tests_are_no_pool_and_what_is_left_goes_by_its_first_function() {
        let a = [thread("tests::case_1", 1, &[1]), thread("pump", 5, &[9])];
        let b = [thread("tests::case_2", 2, &[2]), thread("reader", 5, &[9, 9]), thread("extra", 6, &[1])];
        assert_eq!(paired(&a, &b), (vec![[1, 1]], [vec![0], vec![0, 2]]));
    }
}
