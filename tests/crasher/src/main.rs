//! Scratch.
use instr_runtime::instrument_source;

#[instrument_source]
fn one(n: u32) -> u32 {
    let a = n + 1;
    if a > 3 {
        return a * 2;
    }
    a
}

#[instrument_source]
fn main() {
    let v = vec![1u32, 2, 3];
    let mut sum = 0;
    for x in &v {
        sum += one(*x);
    }
    let t = std::thread::Builder::new()
        .name("worker".into())
        .spawn(move || {
            println!("in thread {sum}");
            sum + 1
        })
        .unwrap();
    println!("{}", t.join().unwrap());
    if std::env::args().nth(1).is_some() {
        unsafe { *(8 as *mut u32) = 1 };
    }
}
