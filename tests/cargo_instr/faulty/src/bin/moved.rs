fn main() {
    let moved = String::new();
    drop(moved);
    println!("{moved}");
}
