//! Names that do not resolve, and what is private.

mod inner {
    pub struct Private(u32);
    pub struct Fields {
        hidden: u32,
        pub shown: u32,
    }
    impl Fields {
        fn secret(&self) -> u32 {
            1
        }
        pub fn new() -> Self {
            Fields { hidden: 1, shown: { missing_in_new } }
        }
    }
    fn function() {}
}

fn names() {
    missing;
    missing();
    { missing }
    let a = missing + { missing };
    let b = if missing { missing } else { missing };
    match missing { MISSING => missing, missing::A => 1, _ => missing };
    for missing in missing { missin }
    while missing {}
    while let Missing(x) = missing {}
    let c = |x| missing + y;
    let d = Missing { a: 1 };
    let e = Missing(1);
    let f: Missing = 1;
    missing!();
    let g = missing!(1) + 1;
    missing::path();
    break;
    continue;
    let h = || break;
    let i = async { break };
    'a: loop { break 'b }
    loop { continue 'c }
    'd: loop { || { break 'd }; }
    self.a;
    Self::b();
    let j = a_later;
    let a_later = 1;
    format!("{missing} {}", missing);
    __instr_guard;
    instr_guard();
    after(1, resume(1));
    probe(1);
}

impl inner::Fields {
    fn method() -> u32 {
        self.hidden;
        let closure = || self.hidden;
        1
    }
    fn generic() {
        fn nested() -> Self { loop {} }
        fn of<T>() { fn in_it(_: T) {} }
    }
}

fn lifetimes(a: &str, b: &str) -> &str {
    if a.len() > 1 { a } else { b }
}

struct Holds {
    a: &str,
}

fn unknown_lifetime(a: &'a str) -> u32 {
    let b: &'b str = a;
    1
}

fn main() {
    await_me().await;
}
