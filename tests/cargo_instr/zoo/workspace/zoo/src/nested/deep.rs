#![allow(dead_code)]
mod deeper;

pub fn here() -> String {
    let place = crate::place!();
    place + "\n" + &deeper::here()
}
