fn main() {
    let broken = ;
}
