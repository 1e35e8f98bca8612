mod deep;

pub fn here() -> String {
    let place = crate::place!();
    place + "\n" + &deep::here()
}
