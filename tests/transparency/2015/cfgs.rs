//! Statements, tails, arms and fields that are configured in or out.

struct Config {
    #[cfg(debug_assertions)]
    mode: &'static str,
    #[cfg(not(debug_assertions))]
    mode: u32,
}

fn statements() -> u32 {
    let mut n = 1;
    #[cfg(debug_assertions)]
    { n += 1; }
    #[cfg(not(debug_assertions))]
    { missing(); }
    #[cfg(not(debug_assertions))]
    missing!(n);
    #[cfg(not(debug_assertions))]
    let n = missing();
    #[cfg_attr(debug_assertions, cfg(not(debug_assertions)))]
    return 1000;
    #[cfg(not(debug_assertions))]
    return 2000;
    #[cfg(debug_assertions)]
    let m = n + 1;
    #[cfg(not(debug_assertions))]
    missing::<u8>(m) ;
    #[cfg(debug_assertions)]
    if m > 1 { n += 10 }
    #[allow(unused_variables)]
    let unused = 1;
    #[cfg(not(debug_assertions))]
    const M: Missing = 1;
    n + m
}

fn tails() -> &'static str {
    #[cfg(debug_assertions)]
    { "debug" }
    #[cfg(not(debug_assertions))]
    { "release" }
}

fn expressions(config: Config) -> u32 {
    let items = [1, #[cfg(not(debug_assertions))] missing(), 2];
    let config = Config { #[cfg(debug_assertions)] mode: config.mode, #[cfg(not(debug_assertions))] mode: { missing() } };
    match config.mode {
        #[cfg(not(debug_assertions))]
        1 => missing(),
        #[cfg(debug_assertions)]
        "test" => items.len() as u32,
        _ => 0,
    }
}

#[allow(unreachable_code)]
fn allowed(n: u32) -> u32 {
    if n > 1 { return 1 }
    #[allow(unreachable_code)]
    { return 2; }
    3
}

fn unreachable(n: u32) -> u32 {
    return n;
    #[allow(unreachable_code)]
    { n + 1 }
}

pub fn main() {
    println!("{} {} {}", statements(), tails(), expressions(Config { mode: "test" }));
    println!("{} {} {}", allowed(1), allowed(2), unreachable(3));
}
