//! Attributes where none may stand.

fn on_an_arm(n: u32) {
    match n {
        1 => println!("one"),
        _ => #[allow(unused)] {}
    }
}

fn on_an_operand_in_an_arm(n: u32) -> u32 {
    match n {
        1 => #[allow(unused)] n + 1,
        _ => #[cfg(all())] n,
    }
}

fn on_the_body_of_a_closure() -> u32 {
    let block = |n: u32| #[allow(unused)] { n };
    let call = |n: u32| #[expect(unused)] block(n);
    call(1)
}

fn main() {
    on_an_arm(1);
    on_an_operand_in_an_arm(1);
    on_the_body_of_a_closure();
}
