//! Values of loops that never end.

fn step() -> u32 {
    1
}

fn receiver() -> u32 {
    (loop { step(); }).min(1)
}

fn operand() -> u32 {
    1 + (loop { if step() > 1 { return 1 } })
}

fn negated() -> i32 {
    -(loop { match step() { 1 => continue, _ => while step() > 1 { break } } })
}

fn around() -> u32 {
    'outer: loop {
        (loop { for _ in 0..step() { break; } if step() > 2 { break 'outer 1 } }).min(1);
    }
}

fn compared() -> bool {
    (loop { println!("{}", step()); }) == 1
}

fn field() {
    (loop { step(); }).field;
}

fn main() {
    receiver();
    operand();
    negated();
    around();
    compared();
    field();
}
