//! Functions that a file's own macros make are annotated where they stand in the macro.

use cargo_instr::annotate::{Annotated, Style, annotate_in_style};
use cargo_instr::macros::Refused;

fn annotate(source: &str, selects: &dyn Fn(&str) -> bool) -> Annotated {
    let refused = Refused::default();
    let style = Style {
        skip: "~",
        module: "c::m",
        selects,
        keeps_columns: true,
        macros: Some(&refused),
        is_library: true,
        ..Style::new("@")
    };
    annotate_in_style(&source.replace(['@', '~'], ""), &style).expect("Rust")
}

fn macro_of(matcher: &str, transcriber: &str) -> String {
    format!("macro_rules! m {{\n    ({matcher}) => {{{transcriber}\n    }};\n}}\n")
}

/// `@` stands for the attribute, in a transcriber whose rule has this matcher.
#[track_caller]
fn check(matcher: &str, transcriber: &str) {
    let expected = macro_of(matcher, transcriber);
    let annotated = annotate(&expected, &|_| true);
    assert_eq!(annotated.text, expected);
    assert_eq!(annotated.places, expected.matches('@').count());
    assert_eq!(annotated.left, []);
}

/// The functions that a file's macros make and that are left alone.
#[track_caller]
fn left(source: &str) -> Vec<String> {
    let annotated = annotate(source, &|_| true);
    assert_eq!(annotated.text, source);
    annotated.left.iter().map(|left| format!("{}:{} {}", left.line, left.name, left.reason)).collect()
}

#[test]
fn functions() {
    check("", "@\n fn f() {\n}@\n fn g() {\n}");
    check("$name:ident", "@\n pub fn $name(a: u8) -> u8 {\na\n}");
    check("$v:vis $f:ident", "@\n $v unsafe extern \"C\" fn $f() {\n}@\n pub(crate) async fn g() {\n}");
    check("$(#[$m:meta])* $($v:tt)*", "@\n $(#[$m])*\n#[inline]\n$($v)* fn f() {\n}");
    check("$f:ident $body:block", "@\n fn $f() $body");
    check("$f:ident $($body:tt)*", "@\n fn $f() $($body)*");
    check("$n:expr", "@\n fn f() -> [u8; $n] where [u8; { $n }]: Copy {\n}");
    check("$n:expr", "@\n fn f() -> Array<{ $n }> {\n}@\n fn g() {\n}");
    check("$f:ident $e:expr", "@ // Why.\n /// Doc.\n fn $f() {\n fn inner() {\n}\n$e\n}");
    // `i#` would be one token.
    let behind = annotate(&macro_of("$i:item", "\n $i\n fn f() {\n}"), &|_| true);
    assert_eq!(behind.text, macro_of("$i:item", "\n $i @\n fn f() {\n}"));
}

#[test]
fn impls_and_traits() {
    check("$t:ty", "@\n impl Log for $t {\n fn log(&self) {\n}\n}");
    check(
        "$($g:tt),* ; $t:ty",
        "@\n #[cfg(unix)]\n unsafe impl<$($g),*> Log for $t<$($g),*> where $t: A {\n fn log() {\n}\n}",
    );
    check("$t:ident", "@\n pub trait $t {\n fn a();\n fn b() {\n}\n}");
    check("$t:ty", "\n impl $t {\n const fn a() {\n}\n const B: fn() = c;\n}\n trait T {\n fn a();\n}");
    check("$t:ty, $($body:tt)*", "@\n impl $t {\n $($body)*\n}");
    check("$($t:ty)*", "$(@\n impl A for $t {\n fn a() {\n}\n}\n)*@\n fn b() {\n}");
    check("$($f:ident),*", "@\n impl A {\n $(fn $f() {\n})*\n}");
}

#[test]
fn within_modules_blocks_and_constants() {
    check("$m:ident", "\n mod $m {@\n fn a() {\n}\n mod b;\n mod c {@\n fn d() {\n}\n}\n}");
    check("", "\n const _: () = {@\n impl A for B {\n fn c() {\n}\n}\n};@\n fn e() {\n}");
    check("$e:expr", "{@\n fn f() {\n}\n let g = match $e { _ => |h| h };\n f(g);@\n fn i() {\n}\n}");
    check("", "\n use a::b;\n struct C { pub d: fn(u8), e: F }\n static G: H = H { i: 1 };@\n fn j() {\n}");
}

#[test]
fn what_makes_no_function() {
    check("$e:expr", "\n { let a: fn() = || $e; a() }\n");
    check("$t:ty", "\n let f: impl Fn() = 1; let g: &dyn Fn(fn()) -> $t = f;\n struct $t { a: fn(u8) }\n");
    check("", "\n const fn f() {\n}\n pub const unsafe fn g() {\n}\n extern \"C\" { fn h(); }\n");
    check("", "\n #[panic_handler]\n fn f() {\n}\n");
    check("$i:item $($j:item)*", "\n $i $(#[cfg(unix)] $j)*\n");
}

#[test]
fn macros_wherever_they_are_defined() {
    let definition = macro_of("", "@\n fn f() {\n}");
    for around in ["MACRO", "mod a {\nMACRO}\n", "@fn a() {\nMACRO}\n", "use b;@\nimpl A {\n fn b() {\nMACRO}\n}\n"] {
        let expected = around.replace("MACRO", &definition);
        assert_eq!(annotate(&expected, &|_| true).text, expected);
    }
    let two =
        "macro_rules! m (\n($a:ty) => (@\n impl $a {\n fn f() {\n}\n}\n);\n[$b:ident] => [@\n fn $b() {\n}\n]\n);\n";
    assert_eq!(annotate(two, &|_| true).text, two);
}

/// Other macros may want exactly what they are given, and may print it.
#[test]
fn what_macros_are_given_is_left_alone() {
    assert_eq!(left("a! { macro_rules! b { () => { fn c() {} } } }\n"), [""; 0]);
    let given = left(&macro_of("$cb:ident", "\n $cb! { a { fn f(); fn g() {} } }\n other!(impl A { fn $cb() {} });"));
    assert_eq!(given, ["3:m!::g the macro gives it to another one", "4:m!::$cb the macro gives it to another one"]);
    let nested = left(&macro_of("", "\n macro_rules! n { () => { fn f() {\n} } }\n"));
    assert_eq!(nested, ["3:m!::f the macro gives it to another one"]);
}

#[test]
fn what_other_crates_can_use_is_left_alone() {
    for export in ["#[macro_export]", "#[doc(hidden)]\n#[cfg_attr(a, macro_export(local_inner_macros))]\n/// Doc."] {
        let source =
            format!("{export}\n{}", macro_of("$t:ty", "\n impl A for $t {\n fn f() {\n}\n const fn g() {}\n}"));
        let line = 5 + export.matches('\n').count();
        assert_eq!(left(&source), [format!("{line}:m!::$t::f other crates can use the macro")]);
    }
    // The attribute was another item's.
    let other = format!("#[macro_export]\nmacro_rules! n {{ () => {{}} }}\n{}", macro_of("", "@\n fn f() {\n}"));
    assert_eq!(annotate(&other, &|_| true).places, 1);
}

#[test]
fn what_shares_a_line_with_other_code_is_left_alone() {
    let one_line = left("macro_rules! m { () => { fn f() { g() } } }\n");
    assert_eq!(one_line, ["1:m!::f it shares a line with other code of the macro"]);
    check("", "@ fn f() {\n g()\n}");
}

#[test]
fn functions_are_selected_by_their_names_in_the_macro() {
    let text = macro_of("$t:ty", "@\n impl<T> a::B<T> for &$t {~\n fn a() {\n}\n fn b() {\n}\n}\n fn c() {\n}\n");
    let annotated = annotate(&text, &|name| name == "c::m::$t::b");
    assert_eq!(annotated.text, text);
    assert_eq!((annotated.places, annotated.left), (1, vec![]));
}
