//! The annotator moves nothing: texts byte by byte, and every place in them.

use cargo_instr::annotate::{ATTRIBUTE, ATTRIBUTE_2015, Style, annotate, annotate_in_style};
use proc_macro2::{TokenStream, TokenTree};

/// `@` stands for the attribute.
#[track_caller]
fn check(expected: &str) {
    check_style(expected, &Style::new("@"));
}

#[track_caller]
fn check_style(expected: &str, style: &Style<'_>) {
    let annotated = annotate_in_style(&expected.replace('@', ""), style).expect("Rust");
    assert_eq!(annotated.text, expected);
    assert_eq!(annotated.places, expected.matches('@').count());
}

#[test]
fn the_first_item() {
    check("@fn main() {}\n");
    check("@// A license.\n\nfn main() {}\n");
}

#[test]
fn behind_the_item_before() {
    check("use a::b;@\n\nfn c() {}@\nfn d() {}\n");
    check("static A: u8 = 1;@ fn b() {}\n");
}

#[test]
fn before_comments_and_attributes_of_the_item() {
    check("use a;@ // Why.\n/* More. */\n/// Doc.\n#[inline]\nfn b() {}\n");
    check("use a;@\n/** Doc. */ #[inline] fn b() {}\n");
}

#[test]
fn behind_inner_attributes() {
    check("#![no_std]@\nfn a() {}\n");
    check("//! Doc.\n//! More.\n@\nfn a() {}\n");
    check("/*! Doc. */@\nfn a() {}\n");
    check("mod a {\n    #![allow(unused)]@\n    fn b() {}\n}\n");
    check("mod a { //! Doc.\n@    fn b() {}\n}\n");
    check("mod a {\n    //! Doc.\n@    fn b() {}\n}\n");
}

#[test]
fn byte_order_mark_and_shebang_stay_first() {
    check("\u{feff}@fn a() {}\n");
    check("#!/usr/bin/env run\n@fn a() {}\n");
    check("\u{feff}#!/usr/bin/env run\n@// é\nfn a() {}@\nfn b() {}\n");
    check("#![allow(unused)]@\nfn a() {}\n");
}

#[test]
fn impls_traits_and_inline_modules() {
    check(
        "struct A;@\nimpl A {\n    fn b() {}\n    const fn c() {}\n}\nmod d;\nmod e {@\n    trait F { fn g() {} }\n}\n",
    );
    check("@unsafe impl A for B { fn c() {} }\n");
}

#[test]
fn whole_inline_modules() {
    let check = |expected| check_style(expected, &Style { whole_modules: true, ..Style::new("@") });
    check("use a;@\n/// Doc.\n#[cfg(test)]\nmod b {\n    fn c() {}\n    mod d { fn e() {} }\n}@\nfn f() {}\n");
    check("mod a {\n    mod b;@\n    fn c() {}@\n    mod d { fn e() {} }\n}\nmod f { struct G; }\n");
    check("mod a { mod b { mod c; } }\n");
}

#[test]
fn what_is_left_out() {
    check("const fn a() {}\nimpl B { const fn c() {} }\nimpl D for E {}\ntrait G { fn h(); }\n");
    check("#[panic_handler]\nfn a() {}\n");
    check(
        "macro_rules! a { () => { fn b() {} } }\na! { fn c() {} }\nextern \"C\" { fn d(); }\nstatic E: fn() = || {};\n",
    );
}

/// The compiler takes none through an attribute.
#[test]
fn what_holds_a_module_in_a_file_is_left_out() {
    check("fn a() {\n    mod b { mod c; }\n}@\nfn d() { mod e {} }\n");
    check("impl A { fn b() { if c { mod d; } } }\ntrait E { fn f() { #[path = \"g.rs\"] mod g; } }\n");
    check("mod a {\n    fn b() { mod c; }@\n    fn d() {}\n}\n");
    let annotated = annotate("fn a() {\n    mod b;\n}\n", ATTRIBUTE).expect("Rust");
    let left = &annotated.untouched[0];
    assert_eq!((left.line, left.column), (2, 5));
    assert_eq!(left.reason, "the compiler takes no module in a file through an attribute");
}

#[test]
fn both_spellings_are_attributes_of_the_item() {
    for attribute in [ATTRIBUTE, ATTRIBUTE_2015] {
        let annotated = annotate("fn a() {}", attribute).expect("Rust");
        assert_eq!(annotated.text, format!("{attribute}fn a() {{}}"));
        syn::parse_str::<syn::ItemFn>(&annotated.text).expect("an annotated function");
    }
}

#[test]
fn what_is_not_rust_is_an_error() {
    annotate("fn a( {}", ATTRIBUTE).expect_err("not Rust");
}

#[test]
fn an_item_that_only_the_compiler_knows_is_passed_over() {
    check("@fn a() {}\ntype B = Fn() + Send;@\nfn c() {}\n");
    check("fn a() -> {}@\nfn b() {}\n");
    check("impl A for Fn() + Send { fn b() { ; } }@\nfn c() {}\ntype D = Fn() + Send");
}

/// A comment in place of the attribute leaves the same tokens, so that their places can be compared.
#[test]
fn no_token_of_this_repository_moves() {
    let mut places = 0;
    for directory in
        ["instr-format", "instr-macros", "instr-runtime", "instr-analyze", "cargo-instr", "tests/src", "tests/it"]
    {
        for file in instr_tests::rust_files(&instr_tests::workspace().join(directory)) {
            let source = std::fs::read_to_string(&file).expect("a source file");
            let annotated = annotate(&source, "/*@*/").expect("Rust");
            assert_eq!(token_places(&annotated.text), token_places(&source), "{file:?}");
            places += annotated.places;
        }
    }
    assert!(places > 500, "{places}");
}

fn token_places(source: &str) -> Vec<(String, usize, usize)> {
    fn collect(tokens: TokenStream, places: &mut Vec<(String, usize, usize)>) {
        for token in tokens {
            let start = token.span().start();
            if let TokenTree::Group(group) = token {
                collect(group.stream(), places);
            } else {
                places.push((token.to_string(), start.line, start.column));
            }
        }
    }
    let mut places = Vec::new();
    collect(source.parse().expect("Rust"), &mut places);
    places
}
