//! Temporaries that a `let` keeps alive stay alive.

use crate::noisy::Noisy;

struct Pair<'a> {
    left: &'a Noisy,
    right: &'a Noisy,
}

fn constructed(flag: bool) {
    let reference = &Noisy::new("reference");
    let field = &Noisy::new("field").0;
    let some = Some(&Noisy::new("some"));
    let pair = Pair { left: &Noisy::new("left"), right: &Noisy::new("right") };
    let tuple = (&Noisy::new("first"), &[Noisy::new("second")]);
    let ref by_pattern = Noisy::new("by pattern");
    let block = { &Noisy::new("block") };
    let nested = Some({ &Noisy::new("nested") });
    let either = if flag { &Noisy::new("then") } else { &Noisy::new("else") };
    let arm = match flag {
        true => &Noisy::new("true"),
        false => { &Noisy::new("false") }
    };
    let cast = &Noisy::new("cast") as &Noisy;
    let index = &vec![Noisy::new("index")][{ 1 - 1 }];
    let Pair { left, .. } = Pair { left: &Noisy::new("let left"), right: &Noisy::new("let right") };
    println!("end of {}", flag);
    println!("{} {} {} {}", reference.0, field, some.unwrap().0, pair.left.0);
    println!("{} {} {} {}", pair.right.0, tuple.0.0, tuple.1[0].0, by_pattern.0);
    println!("{} {} {} {}", block.0, nested.unwrap().0, either.0, arm.0);
    println!("{} {} {}", cast.0, index.0, left.0);
}

fn statics() -> &'static [u32] {
    let promoted: &'static [u32] = &[1, 2, 3];
    let chosen: &'static u32 = if promoted.len() > 2 { &7 } else { &8 };
    println!("{}", chosen);
    promoted
}

pub fn main() {
    constructed(true);
    constructed(false);
    println!("{:?}", statics());
}
