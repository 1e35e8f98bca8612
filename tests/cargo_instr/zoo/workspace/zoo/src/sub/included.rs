mod within;

/// From a file that is included.
pub fn included() -> String {
    let place = place!();
    place + "\n" + &within::here()
}
