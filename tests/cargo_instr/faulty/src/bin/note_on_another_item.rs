struct Cage; fn enter(cage: Cage, number: u32) -> u32 {
    number
}

fn main() {
    enter(Cage);
}
