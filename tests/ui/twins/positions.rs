//! The same mistake, a mismatched type, at every place of an expression.

struct Point {
    x: u32,
    y: u32,
}

struct Tuple(u32, u32);

fn takes(_: u32, _: u32) -> u32 {
    1
}

fn in_let() {
    let _a: u32 = "a";
    let _b: u32 = { "b" };
    let _c: u32 = if true { "c" } else { "d" };
    let _d: u32 = match 1 { 1 => "e", _ => 1 };
    let _e: u32 = unsafe { "g" };
    let _f: u32 = loop { break "h" };
    let _g: u32 = 'label: { break 'label "i" };
    let Some(_h): Option<u32> = Some("j") else { return };
    let (_i, _j): (u32, u32) = ("k", { "l" });
}

fn in_tail() -> u32 {
    "tail"
}

fn in_tail_block() -> u32 {
    { "tail" }
}

fn in_tail_if(flag: bool) -> u32 {
    if flag { "then" } else { "else" }
}

fn in_tail_else(flag: bool) -> u32 {
    if flag { 1 } else { "else" }
}

fn in_if_without_else(flag: bool) -> u32 {
    if flag { 1 }
}

fn in_statement_if(flag: bool) {
    if flag { 1 }
    if flag { takes(1, 2) } else { 1 }
    { 1 }
}

fn in_arguments() {
    takes("a", { "b" });
    takes(if true { "c" } else { 1 }, match 1 { 1 => "d", _ => 2 });
    takes({ takes(1, "e") }, 1);
    u32::max("f", { "g" });
    1u32.min("h").min({ "i" });
    "j".len().checked_add({ "k" });
    Tuple("l", { "m" });
    Some::<u32>({ "n" });
    Point { x: "o", y: { "p" } };
    Point { x: 1, ..{ "q" } };
    [1, { "r" }];
    [{ "s" }; 2].map(|s: u32| s);
    println!("{}", takes("t", { "u" }));
    vec![1, { "v" }];
    (takes)("w", 1);
}

fn in_operators(mut n: u32) {
    let _ = n + { "a" };
    let _ = { "b" } + n;
    n += { "c" };
    n = { "d" };
    n = if true { "e" } else { 1 };
    let _ = -{ "f" };
    let _ = !{ "g" };
    let _ = *{ 1 };
    let _ = n == { "h" };
    let _ = { 1u8 } == n;
    let _ = n && { true };
    let _ = true || { 1 };
    let _ = { n } as String;
    let _ = { "i" } as u32;
    let _ = n..{ "j" };
    let _ = [1, 2][{ "k" }];
    let _ = [1, 2][n];
    let _ = { n }[0];
    let _ = &{ n } + "l";
    let _ = &mut { n } == 1;
    let _ = { n }?;
    let _ = { n }();
    let _ = (|x: u32| x)({ "m" });
}

fn in_arms(n: u32) -> u32 {
    match n { 0 => "zero", _ => 1 };
    let _a: u32 = match n { 0 => 1, _ => { "one" } };
    match n { 2 if { 2 } => 2, 3 if "x" => 3, _ => 4 };
    takes(match n { 4 => 1, 5 => takes(1, "four"), _ => return "five" }, 1);
    let _b: u32 = match n { 6 => { n; } _ => 1 };
    let _c: u32 = match n { 7 => (), _ => 1 };
    match n { "eight" => 8, _ => panic!("{}", takes("nine", 1)) };
    match n {
        10 => 1,
    }
}

fn in_closures() {
    let a = |x: u32| -> u32 { "a" };
    let b = |x: u32| -> u32 { x; };
    let c: fn(u32) -> u32 = |x| "c";
    let d: fn(u32) -> u32 = |x| { "d" };
    let e: Box<dyn Fn(u32) -> u32> = Box::new(|x| "e");
    [1].iter().map(|x| x + "f").count();
    [1].iter().map(|x| { x + "g" }).count();
    [1].iter().for_each(|x| 1);
    [1].iter().filter(|x| 1).count();
    [1].iter().filter(|x| { 1 }).count();
    [1].iter().map(|x, y| x).count();
    a("h");
    b(1, 2);
    a({ "i" });
}

fn in_loops() -> u32 {
    while 1 {}
    while { "a" } {}
    while let 1 = "b" {}
    while let Some(_) = { 1 } {}
    while true { 5 }
    for _ in 1 {}
    for _ in { 1 } {}
    for "c" in [1] {}
    for _ in [1] { "d" }
    if true { loop { "e" } }
    loop { break { "f" } }
}

fn in_breaks() -> u32 {
    while true { break 1 }
    for _ in 0..1 { continue 'missing }
    loop { if true { break "a" } else { break 1 } }
}

fn in_returns(flag: bool) -> u32 {
    if flag { return "a" }
    if flag { return { "b" } }
    if flag { return }
    return takes(1, "c");
}

fn in_conditions() {
    if 1 {}
    if { 1 } {}
    if let Some(_) = 1 {}
    if true {} else if "a" {}
    if true && { 1 } {}
    if let 1 = { "b" } && true {}
    if let Some(n) = Some(1) && n {}
    assert!({ 1 });
    assert_eq!({ 1 }, "c");
}

fn question_marks() -> Result<u32, String> {
    Err(1)?;
    "a".parse::<u32>()?;
    let _ = { None::<u32> }?;
    1?;
    Ok(Some("b"))
}

fn no_result() {
    Some(1)?;
    Err::<(), _>(1)?;
}

async fn awaits() -> u32 {
    takes(1, 2).await;
    let _ = { takes(1, 2) }.await;
    let _a: String = async { 1 }.await;
    let _b: String = { async { 1 } }.await;
    let _ = async { "c" }.await + 1;
    async { takes("d", 1) }.await
}

fn not_async() {
    async { 1 }.await;
    let closure = || async { 1 }.await;
}

fn wrong_future() -> impl Future<Output = u32> {
    async { "a" }
}

fn wrong_future_of_block() -> impl Future<Output = u32> {
    async move {
        let a = 1u8;
        a
    }
}

fn missing_return() -> u32 {}

fn missing_return_after(n: u32) -> u32 {
    let m = n + 1;
}

fn semicolon(n: u32) -> u32 {
    n + 1;
}

fn semicolon_after_match(n: u32) -> u32 {
    match n { _ => 1 };
}

fn never() -> ! {
    takes(1, 2);
}

fn wrong_numbers() {
    takes(1);
    takes(1, 2, 3);
    takes({ 1 });
    Tuple(1);
    1u32.min();
    1u32.pow(1, { 2 });
    Point { x: 1 };
    Point { x: 1, y: 2, z: 3 };
    let Tuple(_) = Tuple(1, 2);
    let Point { x } = Point { x: 1, y: 2 };
}

fn unknown(p: Point) {
    p.missing();
    let _ = { p }.missing();
    let _ = if true { p } else { p }.missing;
    p.z;
    p.x.missing({ 1 });
    p();
    "a".missing().present();
    u32::missing({ 1 });
    Point::missing;
    let _ = { 1.0 }.missing();
    (match 1 { n => n }).missing();
    let _: u32 = "a".parse().unwrap().missing();
}

fn ambiguous() {
    let a = { "1".parse() }.unwrap();
    let b = None;
    let c = [1].iter().collect();
    let d = { Default::default() };
    let e = |x| x.len();
    let f = [].len();
    let _ = { "2".parse() }.unwrap().len();
    [1].iter().sum() + 1;
    [1].iter().map({ |x| x }).sum();
}

fn main() {}
