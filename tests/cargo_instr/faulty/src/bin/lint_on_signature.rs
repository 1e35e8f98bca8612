use std::fmt::Debug; fn BadName<T: Debug>(unused: T) -> Vec<u8>
{
    let Camel = 1;
    return Vec::new();
}

fn main() {
    BadName(1);
}
