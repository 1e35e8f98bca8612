//! Ends at its first panic: nothing is dropped, no function returns.

struct Noisy(&'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("- {}", self.0);
    }
}

fn checked(number: u32) -> u32 {
    let _noisy = Noisy("checked");
    assert!(number < 3, "{number} is too much");
    number
}

fn sum(numbers: &[u32]) -> u32 {
    let _noisy = Noisy("sum");
    let each = |number: &u32| checked(*number) + { 1 };
    numbers.iter().map(each).sum()
}

fn main() {
    std::panic::set_hook(Box::new(|panic| println!("{panic}")));
    println!("{}", sum(&[1, 2]));
    let caught = std::panic::catch_unwind(|| sum(&[2, 3, 1]));
    println!("{}", caught.is_err());
}
