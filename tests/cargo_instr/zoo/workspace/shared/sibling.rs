pub fn here() -> String {
    let place = crate::place!();
    place
}
