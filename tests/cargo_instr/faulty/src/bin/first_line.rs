fn wrong() -> u32 { "not a number" }

fn main() {
    let number = wrong();
    println!("{number}");
}
