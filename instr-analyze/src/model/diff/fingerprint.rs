//! What a thread did, in a few numbers: enough to see which of many threads did the same, and for how long.

/// How many steps are told apart: as many as 32 doublings.
const DOUBLINGS: usize = 32;
/// Any odd number with many bits set.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// Of the steps of a thread.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    /// How many there are.
    pub steps: u64,
    /// A hash of all.
    sum: u64,
    /// Those of the first one, two, four and so on.
    beginnings: Vec<u64>,
}

impl Fingerprint {
    /// Of steps with these keys.
    pub fn of(keys: impl Iterator<Item = u64>) -> Self {
        let mut fingerprint = Fingerprint::default();
        for key in keys {
            fingerprint.steps += 1;
            fingerprint.sum = (fingerprint.sum.rotate_left(5) ^ key).wrapping_mul(BASE);
            if fingerprint.steps.is_power_of_two() && fingerprint.beginnings.len() < DOUBLINGS {
                fingerprint.beginnings.push(fingerprint.sum);
            }
        }
        fingerprint
    }

    /// How long two threads did the same, in doublings.
    pub fn likeness(&self, other: &Self) -> usize {
        self.beginnings.iter().zip(&other.beginnings).take_while(|(a, b)| a == b).count()
    }
}
