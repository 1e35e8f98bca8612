//! Statements whose place or text is not plain to see.

use instr_runtime::instrument_source;

macro_rules! dbg_like {
    ($a:expr, $b:expr) => {
        $a + $b
    };
}

#[instrument_source]
fn written() -> usize {
	let tabs = 1;
    let é = "ü"; let after_ünicode = é.len();
    let long = [
        1, // A comment
        /* another */ 2,
    ]
    .len();
    let raw = r#"a "quoted"
    line"#.len();
    /// A doc comment is an attribute.
    #[rustfmt::skip]
    let attributed = 1;
    vec![1].len();
    println!("{tabs}");
    dbg_like!(long,
        raw) + after_ünicode + attributed
}

macro_rules! function {
    ($name:ident, $a:expr, $body:block) => {
        #[instrument_source]
        fn $name() -> usize {
            let in_macro = $a + 1;
            $a;
            let body = $body;
            in_macro + body
        }
    };
}

function!(generated, 1 + 2, {
    let by_user = 3;
    by_user
});

macro_rules! item {
    ($item:item) => {
        $item
    };
}

item! {
    #[instrument_source]
    fn passed_through() -> usize {
        let n = 1;
        n
    }
}

macro_rules! assembled {
    ($a:expr, $b:expr, $s:stmt, $e:expr) => {
        #[instrument_source]
        fn assembled() -> usize {
            $a;
            $b + $a;
            print!("");
            $a.to_string();
            [$b].map(|_| $e);
            $s;
            $e
        }
    };
}

assembled!(written(), 1, let _by_user = 1, 1 + 1);

#[instrument_source]
fn bounded() -> usize {
    let ascii = "a string of ten times twelve: a string of ten times twelve: a string of ten times twelve: a string of ten times".len();
    let multibyte = "éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé".len();
    let wide = "x語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語".len();
    ascii + multibyte + wide
}

#[instrument_source]
fn main() {
    let closure = |n: usize|
        n + 1;
    match closure(1) { 1 => {} 2 => print!("2"), _ => unreachable!() }
    print!("{}", written() + generated() + passed_through() + assembled() + bounded());
}
