fn main() {
    let way = one::Way::new("0");
    println!("example {}", way.go());
}
