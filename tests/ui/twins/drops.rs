//! Values that are dropped to no effect, which is an idiom in the arms of a `match`.

fn f(a: &mut u32) -> &mut u32 { a }
fn c() -> u32 { 1 }
fn main() {
    let mut n = 1;
    match c() {
        0 => drop(f(&mut n)),
        1 => drop(c()),
        2 => std::mem::forget(c()),
        3 => std::mem::forget(f(&mut n)),
        4 => drop(&n),
        5 => drop(n),
        6 => { drop(c()) }
        7 => { drop(c()); }
        8 => std::mem::drop(&c()),
        9 => drop(n + 1),
        10 => drop(&n as *const u32),
        11 => drop(String::new()),
        12 => drop({ c() }),
        13 => drop((n, c())),
        14 => drop(!c()),
        _ => (|| drop(c()))(),
    }
    let g = |x: u32| drop(c());
}
