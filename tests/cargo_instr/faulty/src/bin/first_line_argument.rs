fn wrong(text: &Strin) {
    println!("{text}");
}

fn main() {
    wrong("a");
}
