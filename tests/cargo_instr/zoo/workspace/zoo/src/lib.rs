//! Modules in every place where one can be.
#![doc = include_str!("../../README.md")]
#![deny(missing_docs, reason = "as people do")]

/// Where it is written.
#[macro_export]
macro_rules! place {
    () => {
        format!("{}:{}:{} {}", file!(), line!(), column!(), module_path!())
    };
}

/// Names no module by itself.
macro_rules! choose {
    (if #[cfg($condition:meta)] { $($yes:item)* } else { $($no:item)* }) => {
        $(#[cfg($condition)] $yes)*
        $(#[cfg(not($condition))] $no)*
    };
}

mod flat;
mod nested;
#[path = "another_name.rs"]
mod renamed;
#[path = "../../shared/elsewhere.rs"]
mod elsewhere;
#[path = "../../../beyond/beyond.rs"]
mod beyond;
mod r#match;
mod inline {
    pub mod file;
    #[path = "odd.rs"]
    pub mod even;
}
mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}
choose! {
    if #[cfg(unix)] {
        mod chosen;
    } else {
        mod there_is_no_such_file;
    }
}
include!("sub/included.rs");

/// All places.
pub fn places() -> Vec<String> {
    let mut places = vec![place!(), flat::here(), nested::here(), renamed::here(), elsewhere::here()];
    places.extend([beyond::here(), r#match::here(), inline::file::here(), inline::even::here()]);
    places.extend([generated::here(), chosen::here(), included(), macros::made_of!(place), old::here()]);
    places.push(bare::double(3).to_string());
    places.push(format!("{} {}", env!("CARGO_MANIFEST_DIR"), env!("CARGO_PKG_VERSION")));
    places.push(include_str!("../../README.md").lines().next().unwrap_or_default().to_owned());
    places
}

/// One more.
///
/// ```
/// let fed = zoo::documented(1);
/// assert_eq!(fed, 2);
/// ```
///
/// ```should_panic
/// let hungry = zoo::documented(u32::MAX);
/// drop(hungry);
/// ```
///
/// ```compile_fail
/// let not_a_number: u32 = zoo::documented("1");
/// ```
pub fn documented(animals: u32) -> u32 {
    let more = animals.checked_add(1).expect("room for one more");
    more
}

/// The same.
pub fn documented_in_the_readme(animals: u32) -> u32 {
    let more = animals + 1;
    more
}

/// Panics, and says where.
pub fn escape(doors: &[u32]) -> u32 {
    let open = doors.len();
    doors[open + 2]
}

/// A cell of another crate.
pub fn tickets() -> &'static str {
    static CELL: once_cell::sync::OnceCell<String> = once_cell::sync::OnceCell::new();
    let cell = CELL.get_or_init(|| "tickets".to_owned());
    cell
}

/// On one line.
pub struct Cage(u32);

impl Cage {
    /// A cage.
    pub const fn new(number: u32) -> Self { Self(number) }

    /// Its number.
    pub fn number(&self) -> u32 {
        let number = self.0;
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unit_test() {
        let cage = Cage::new(4);
        assert_eq!(cage.number(), 4);
    }

    #[test]
    #[should_panic(expected = "index out of bounds")]
    fn panics_as_it_should() {
        let doors = [1];
        escape(&doors);
    }

    #[test]
    #[ignore = "slow"]
    fn ignored() {}
}
