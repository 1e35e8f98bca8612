//! Runs code that the program has too.

fn main() {
    println!("cargo::rustc-env=BUILT={}", shared::double(21));
}
