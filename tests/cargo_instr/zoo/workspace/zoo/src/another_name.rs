mod child;

pub fn here() -> String {
    let place = crate::place!();
    place + "\n" + &child::here()
}
