fn main() {
    let loud = cfg!(feature = "loud");
    println!("two {loud}");
}
