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

fn in_parts(flag: bool) {
    let tuple = (if flag { &Noisy::new("tuple then") } else { &Noisy::new("tuple else") }, { Noisy::new("second") });
    let array = [match flag { true => &Noisy::new("array true"), false => { &Noisy::new("array false") } }];
    let some = Some(if flag { Some({ &Noisy::new("some") }) } else { None });
    let pair = Pair { left: { println!("left"); &Noisy::new("left") }, right: if flag { &tuple.1 } else { array[0] } };
    let of_block = &{ Noisy::new("block") };
    let of_match = &mut match flag { true => Noisy::new("true"), false => Noisy::new("false") };
    let in_tuple = (&{ Noisy::new("in tuple") }, { println!("cast"); &Noisy::new("cast") as &Noisy });
    let range = { println!("start"); &Noisy::new("start") }..{ println!("end"); &Noisy::new("end") };
    let text = ({ println!("text"); &*Noisy::new("text").0 }, { println!("format"); format!("{}", of_block.0) });
    let field = &{ (Noisy::new("kept"), Noisy::new("dropped at once?")) }.0;
    let assigned;
    assigned = if flag { Noisy::new("assigned") } else { Noisy::new("otherwise") };
    println!("end of {}", flag);
    println!("{} {} {}", tuple.0.0, tuple.1.0, array[0].0);
    println!("{:?} {} {}", some.map(|some| some.map(|noisy| noisy.0)), pair.left.0, pair.right.0);
    println!("{} {} {} {}", of_block.0, of_match.0, in_tuple.0.0, in_tuple.1.0);
    println!("{} {} {} {} {} {}", range.start.0, range.end.0, text.0, text.1, field.0, assigned.0);
}

fn statics() -> &'static [u32] {
    let promoted: &'static [u32] = &[1, 2, 3];
    let chosen: &'static u32 = if promoted.len() > 2 { &7 } else { &8 };
    println!("{}", chosen);
    promoted
}

struct One {
    one: u32,
}

fn say<T>(value: T) -> T {
    println!("said");
    value
}

/// References to constants are static, also where blocks with other statements stand around or in them.
fn promoted() -> &'static u32 {
    const FIVE: u32 = 5;
    fn keep<T: ?Sized>(kept: &'static T) -> &'static T { kept }
    println!("{} {} {}", keep(&{ say(()); 1 }), keep(&unsafe { say(()); 1 }), keep(&{ say(()); { say(()); FIVE } }));
    println!("{:?} {:?} {}", keep(&({ say(()); 1 }, 2)), keep(&Some({ say(()); 1 })), keep(&-{ say(()); 1 }));
    println!("{:?} {} {}", keep(&[{ say(()); 1 }, 2]), keep(&({ say(()); 1 } + { 2 })), keep(&({ say(()); 1 } as u64)));
    println!("{} {} {}", keep(&One { one: { say(()); 1 } }).one, keep(&{ One { one: { 2 } } }.one), keep(&!{ true }));
    println!("{} {:?} {:?}", keep(&(1 < { 2 })), keep(&({ 1 }..2)), keep(&[{ 1 }; 3]));
    println!("{} {} {}", keep(&loop { say(()); break 1 }), keep(&{ u32::max_value as fn() -> u32 })(), keep({ "a" }));
    println!("{} {:?} {}", keep(&[1, 2][{ say(()); 0 }]), keep(&{ say(()); None::<u32> }), keep(&*{ &1 }));
    println!("{:?} {} {}", keep(&{ say(()); }), keep(&{ |x: u32| { x + 1 } })(1), keep(&{ &{ 1 } }));
    let items: std::slice::Iter<'static, u32> = { say(()); [1, 2] }.iter();
    let local = 3;
    println!("{} {}", items.sum::<u32>(), &{ say(()); local });
    if local > 2 { &{ say(()); 4 } } else { match local { 1 => &{ 5 }, _ => &6 } }
}

pub fn main() {
    println!("{}", promoted());
    constructed(true);
    constructed(false);
    in_parts(true);
    in_parts(false);
    println!("{:?}", statics());
}
