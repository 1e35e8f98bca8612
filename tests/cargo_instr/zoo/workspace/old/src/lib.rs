//! Edition 2015.
extern crate core;

mod inner;
mod words;

pub fn here() -> String {
    let place = format!("{}:{}:{} {}", file!(), line!(), column!(), module_path!());
    place + "\n" + &::inner::here() + "\n" + &::words::here()
}
