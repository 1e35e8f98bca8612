fn main() {
    let places = zoo::places();
    println!("{}", places.join("\n"));
}
