macro_rules! add {
    ($left:expr) => {
        $left + "one"
    };
}

fn main() {
    let sum = add!(1);
    println!("{sum}");
}
