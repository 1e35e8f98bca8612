//! Rounds in which everything that is compared has its turn, so that what disturbs the machine disturbs all alike.

use super::figure::Figure;

/// How many rounds count unless something else is asked for.
pub const ROUNDS: usize = 9;

/// What was measured: in each round, everything.
#[derive(Debug)]
pub struct Rounds<T>(Vec<Vec<T>>);

/// Measures all subjects in turn, again and again. The first round warms up and does not count.
pub fn alternate<S, T>(subjects: &[S], measure: impl FnMut(&S) -> T) -> Rounds<T> {
    alternate_for(ROUNDS, subjects, measure)
}

/// The same for another number of rounds.
pub fn alternate_for<S, T>(count: usize, subjects: &[S], mut measure: impl FnMut(&S) -> T) -> Rounds<T> {
    let mut rounds: Vec<Vec<T>> = (0..=count).map(|_| subjects.iter().map(&mut measure).collect()).collect();
    rounds.remove(0);
    Rounds(rounds)
}

impl<T> Rounds<T> {
    /// A figure that is made of what one round has measured, in the order of the subjects.
    pub fn figure(&self, of: impl Fn(&[T]) -> f64) -> Figure {
        Figure::of(self.0.iter().map(|round| of(round)).collect())
    }
}
