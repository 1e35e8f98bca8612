//! Closures capture what they captured, and are what they were.

use crate::noisy::Noisy;

fn apply<F: FnOnce() -> usize>(f: F) -> usize {
    f()
}

fn captures() {
    let by_ref = Noisy::new("by ref");
    let moved = Noisy::new("moved");
    let closure = move |n: usize| moved.len() + n;
    println!("{} {}", apply(|| by_ref.len()), closure(1));
    drop(closure);
    println!("{}", by_ref.0);
    let consumed = Noisy::new("consumed");
    println!("{}", apply(|| { let inner = consumed; inner.len() }));
    let mut count = 0;
    {
        let mut counter = || count += 1;
        counter();
        counter();
    }
    println!("{}", count);
}

fn pointers() -> Vec<fn(i32) -> i32> {
    vec![|x| x + 1, |x| { x * 2 }, |x| match x { 0 => 1, _ => 0 }]
}

fn returned(n: u32) -> Box<dyn Fn(u32) -> Box<dyn Fn(u32) -> u32>> {
    Box::new(move |a| Box::new(move |b| a * b + n))
}

fn question_marks(text: &str) -> Result<Vec<u32>, std::num::ParseIntError> {
    let parse = |word: &str| -> Result<u32, std::num::ParseIntError> {
        let n = word.parse::<u32>()?;
        Ok(n + 1)
    };
    text.split(' ').map(|word| Ok(parse(word)? * 2)).collect()
}

fn first<'a>(pair: &'a (String, u32)) -> &'a str {
    let get: for<'b> fn(&'b (String, u32)) -> &'b str = |pair| &pair.0;
    get(pair)
}

fn sizes() {
    let small = 1u8;
    let closure = || small;
    println!("{} {}", std::mem::size_of_val(&closure), std::mem::size_of_val(&|| 1));
    println!("{}", (|| closure())() + (|x| x)(2));
}

fn sorted(mut words: Vec<&str>) -> Vec<&str> {
    words.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    words.sort_by_key(|word| word.chars().next().map(|c| c == 'b'));
    words
}

fn out_of_blocks(flag: bool) {
    let mut pairs = vec![(2, "b"), (1, "a")];
    pairs.sort_by_key({ let offset = 1; move |pair| pair.0 + offset });
    let words = ["a", "bb"];
    let lens: Vec<usize> = words.iter().map({ let more = 1; move |word| word.len() + more }).collect();
    let chosen: Vec<usize> = words.iter().map(match flag { _ => { { |word: &&str| word.len() } } }).collect();
    let found = words.iter().map(|word| word.len()).find(if flag { |len: &usize| *len > 1 } else { |_: &usize| true });
    let unsafely = pairs.iter().map(unsafe { let more = *(&1 as *const i32); move |pair| pair.0 + more }).count();
    let positioned = words.iter().position(loop { break |word| word.len() == 2 });
    println!("{:?} {:?} {:?} {:?} {} {:?}", pairs, lens, chosen, found, unsafely, positioned);
    fn boxed(f: Box<dyn Fn(&str) -> usize>) -> usize { f("boxed") }
    fn both<F: Fn(&str) -> usize>(pair: (F, usize)) -> usize { (pair.0)("both") + pair.1 }
    fn referred<F: Fn(&str) -> usize>(f: &F) -> usize { f("referred") }
    fn pointed(f: fn(&str) -> usize) -> usize { f("pointed") }
    macro_rules! same { ($($tokens:tt)*) => { $($tokens)* } }
    println!("{}", boxed({ let n = 1; Box::new(move |text| text.len() + n) }));
    println!("{} {}", both({ (|text| text.len(), 1) }), referred({ &|text| text.len() }));
    println!("{} {}", pointed({ |text| text.len() }), referred(&{ |text| text.len() }));
    println!("{:?}", words.iter().map({ println!("macro"); same!(|word| word.len()) }).max());
}

fn copied() {
    let n = 5;
    let closure = |x| x + n;
    let copy = closure;
    println!("{} {}", closure(1), copy(2));
}

pub fn main() {
    captures();
    println!("{:?}", pointers().into_iter().map(|f| f(3)).collect::<Vec<_>>());
    println!("{}", returned(1)(2)(3));
    println!("{:?} {:?}", question_marks("1 2"), question_marks("1 x"));
    println!("{}", first(&("a".to_string(), 1)));
    sizes();
    println!("{:?}", sorted(vec!["a", "bb", "ccc", "ab"]));
    copied();
    out_of_blocks(true);
    out_of_blocks(false);
}
