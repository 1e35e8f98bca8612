//! What the arguments of the attribute choose, and what no attribute can instrument.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, trivial_bounds)]

use instr_runtime::{instrument_source, signal_handler};

#[instrument_source(level = "function")]
mod functions {
    pub fn sum(values: &[u32]) -> u32 {
        let mut sum = 0;
        for value in values {
            if *value > 1 {
                sum += double(*value);
            }
        }
        [sum].iter().map(|x| x + 1).sum()
    }

    fn double(n: u32) -> u32 {
        n * 2
    }

    pub fn empty() {}

    #[instr_runtime::instrument_source(level = "block")]
    pub fn turns(n: u32) {
        let mut i = 0;
        while i < n {
            i += 1;
            if i == 1 {
                continue;
            }
            empty();
        }
    }
}

macro_rules! made {
    ($name:ident, $body:block) => {
        #[instrument_source]
        fn $name() -> u32 {
            let x = $body;
            print!("");
            x + 1
        }
    };
}

made!(first, {
    let y = 1;
    y
});
    made!(second, { 2 });

macro_rules! both {
    ($($attribute:tt)*) => { $($attribute)* fn third() { print!(""); } };
}

both!(#[instrument_source(macros = "expansions")]);

macro_rules! quiet {
    ($macros:literal, $name:ident, $given:expr) => {
        #[instrument_source(macros = $macros)]
        fn $name() {
            let _made = 1;
            let given = || $given;
            given();
        }
    };
}

quiet!("invocations", only_invocations, print!(""));
quiet!("none", only_given, second());
quiet!("none", nothing, print!(""));

/// Not to be instrumented.
pub struct Untouched<const N: usize>;

#[instrument_source]
impl<const N: usize> Untouched<N> {
    /// A constant.
    pub const HALF: usize = Self::half();

    const fn half() -> usize {
        N / 2
    }

    #[cfg(any())]
    const fn configured_out() {}

    #[instr_runtime::instrument_source(skip)]
    const fn skipped() -> usize {
        N
    }

    #[signal_handler]
    fn handler(&self, _: i32) {}
}

/// Implemented by what is not to be instrumented.
pub trait Handles {
    /// A handler.
    fn handle(&self, signal: i32);
}

#[instrument_source]
impl<const N: usize> Handles for Untouched<N> {
    #[signal_handler]
    fn handle(&self, signal: i32) {
        self.handler(signal);
    }
}

macro_rules! unknown {
    ($statement:stmt) => {
        #[instrument_source]
        fn unknown<T: Copy>(value: T) -> T
        where
            T: Clone,
        {
            $statement
            let _other = 1;
            value
        }
    };
}

unknown!(let _one = 1);

#[instrument_source]
const fn doubled(n: usize) -> usize {
    n * 2
}

const LENGTH: usize = doubled(Untouched::<4>::HALF);

#[instrument_source(level = "function")]
fn main() {
    functions::sum(&[1, 2]);
    functions::empty();
    functions::turns(2);
    first();
    second();
    third();
    only_invocations();
    only_given();
    nothing();
    let handles: &dyn Handles = &Untouched::<2>;
    handles.handle(Untouched::<3>::skipped() as i32);
    assert_eq!([0; LENGTH].len(), unknown(4));
}
