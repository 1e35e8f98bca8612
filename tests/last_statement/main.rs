//! Dies in the rest of a statement, in many ways. Without arguments it lists them: how often each case could die. With
//! the name of a case and a number it dies there, and says before in which line the statement begins.

mod calls;
mod crash_point;
mod drops;
mod futures;
mod handlers;
mod levels;
mod loops;
mod parts;
mod tail_calls;

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    let cases = [calls::CASES, loops::CASES, parts::CASES, drops::CASES, futures::CASES, levels::CASES, tail_calls::CASES, handlers::CASES].concat();
    let mut arguments = std::env::args().skip(1);
    let chosen = arguments.next();
    crash_point::die_at(arguments.next().map_or(0, |nth| nth.parse().unwrap()));
    for (name, case) in cases {
        if chosen.as_ref().is_none_or(|chosen| chosen == name) {
            // Some cases are about panics.
            let _ = std::panic::catch_unwind(case);
            println!("{name}: {}", crash_point::reached());
        }
    }
}
