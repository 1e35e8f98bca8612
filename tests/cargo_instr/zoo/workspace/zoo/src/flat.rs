mod below;
mod inner {
    #[path = "x.rs"]
    pub mod y;
}

pub fn here() -> String {
    let place = crate::place!();
    [place, below::here(), inner::y::here()].join("\n")
}
