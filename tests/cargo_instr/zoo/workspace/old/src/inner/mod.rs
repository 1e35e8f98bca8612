pub trait Named {
    fn name(&self) -> String {
        let name = String::from("named");
        name
    }
}

impl Named for u8 {}

pub fn here() -> String {
    let name = 1u8.name();
    let place = format!("{}:{}:{} {}", file!(), line!(), column!(), module_path!());
    name + " " + &place
}
