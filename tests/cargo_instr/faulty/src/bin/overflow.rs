fn main() {
    let number: u8 = 256;
    let other = [1, 2, 3][7];
    println!("{number} {other}");
}
