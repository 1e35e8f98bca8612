//! Denied warnings.

#![deny(warnings)]

#[must_use]
fn needed() -> u32 {
    1
}

fn unused(argument: u32) {
    let variable = 1;
    let mut not_changed = 2;
    needed();
    let _ = not_changed;
    Ok::<u32, u32>(1);
    1 + 1;
    "literal";
    loop {
        break;
        needed();
    }
}

fn dead() -> u32 {
    return 1;
    let after = 2;
    after
}

fn overwritten() -> u32 {
    let mut n = 1;
    n = 2;
    n
}

fn parentheses(n: u32) -> u32 {
    if (n > 1) { (n) } else { return (1) };
    let x = (n + 1);
    while (n > x) {}
    x
}

fn unreachable(n: u32) -> u32 {
    while n > 1 {
        panic!();
    }
    match n {
        _ => 1,
        2 => 2,
    }
}

fn shadowed() {
    fn never_called() {}
    let NotConstant = 1;
    unsafe { needed() };
}

fn overflows() -> u8 {
    let n: u8 = 255 + { 1 };
    [1, 2][5] + n
}

fn main() {
    unused(1);
    shadowed();
    println!("{}", dead() + overwritten() + parentheses(1) + unreachable(1) + u32::from(overflows()));
}
