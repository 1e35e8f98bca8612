//! Ends with an error, which the standard library prints.

use std::fmt::{self, Debug, Formatter};

struct Noisy(&'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("- {}", self.0);
    }
}

struct Failure(u32);

impl Debug for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "failure {}", self.0)
    }
}

impl From<std::num::ParseIntError> for Failure {
    fn from(_: std::num::ParseIntError) -> Self {
        let number = 7;
        Failure(number)
    }
}

fn parsed(text: &str) -> Result<u32, Failure> {
    let _noisy = Noisy("parsed");
    let number: u32 = text.parse()?;
    if number > 2 { Err(Failure(number)) } else { Ok(number) }
}

fn main() -> Result<(), Failure> {
    let _first = Noisy("first");
    let argument = std::env::args().nth(1).unwrap_or_default();
    println!("{}", parsed("1")? + parsed(&argument)?);
    let _second = Noisy("second");
    Ok(())
}
