//! What is private, or has the wrong shape.

mod inner {
    pub struct Private(u32);
    #[derive(Default)]
    pub struct Fields {
        hidden: u32,
        pub shown: u32,
    }
    impl Fields {
        fn secret(&self) -> u32 {
            self.hidden
        }
    }
    fn function() {}
    pub mod deep {
        pub(super) fn function() -> u32 {
            1
        }
    }
    pub(in crate::inner) const CONSTANT: u32 = 1;
}

fn uses() {
    inner::function();
    let a = { inner::Fields::default() };
    a.hidden + { a.secret() };
    { a }.hidden;
    let b = inner::Private(1);
    let inner::Private(c) = b;
    let d = inner::Fields { hidden: 1, shown: 2 };
    match d { inner::Fields { hidden, .. } => hidden };
    inner::deep::function();
    inner::CONSTANT + 1;
    if d.hidden == 1 { d.secret(); }
    for _ in 0..d.hidden {}
    while d.secret() == 1 {}
    (|| d.hidden)();
}

fn main() {}
