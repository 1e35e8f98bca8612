//! Reaches the rest of a statement in many ways, and says each time which statement would be the last one.

mod calls;
mod crash_point;
mod drops;
mod futures;
mod loops;
mod parts;
mod tail_calls;

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    let cases = [calls::CASES, loops::CASES, parts::CASES, drops::CASES, futures::CASES, tail_calls::CASES].concat();
    for (name, case) in cases {
        // Some cases are about panics.
        let _ = std::panic::catch_unwind(case);
        println!("{name}: {}", crash_point::verdict());
    }
}
