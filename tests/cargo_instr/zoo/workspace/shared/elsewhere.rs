//! Outside the package.

mod sibling;

pub fn here() -> String {
    let place = crate::place!();
    place + "\n" + &sibling::here()
}
