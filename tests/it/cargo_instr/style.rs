//! What of a file is annotated: selected functions, and no item whose code would move.

use cargo_instr::annotate::{Style, annotate_in_style};

/// `@` stands for the attribute that instruments, `~` for the one that leaves out.
#[track_caller]
fn check(rejected: &[&str], expected: &str, left_alone: &[usize]) {
    let selects = |name: &str| !rejected.contains(&name);
    let style = Style { skip: "~", module: "c::m", selects: &selects, keeps_columns: true, ..Style::new("@") };
    let annotated = annotate_in_style(&expected.replace(['@', '~'], ""), &style).expect("Rust");
    assert_eq!(annotated.text, expected);
    assert_eq!(annotated.left_alone, left_alone);
}

#[test]
fn functions_are_selected_by_their_paths() {
    check(&["c::m::a"], "fn a() {\n}@\nfn b() {\n}\nmod a {@\n    fn a() {\n    }\n}\n", &[]);
    check(&["c::m::n::a"], "use b;\nmod n {\n    fn a() {\n    }\n}@\nfn a() {\n}\n", &[]);
}

#[test]
fn methods_that_are_not_selected_are_left_out_of_their_block() {
    let two = "struct S;@\nimpl<T> a::S<T> {~\n    /// Doc.\n    fn a(&self) {\n    }\n    fn b(&self) {\n    }\n}\n";
    check(&["c::m::S::a"], two, &[]);
    check(&["c::m::S::a", "c::m::S::b"], &two.replace(['@', '~'], ""), &[]);
    check(&["c::m::T::a"], "use b;@\ntrait T {\n    fn b();~\n    fn a() {\n    }\n    fn c() {\n    }\n}\n", &[]);
    check(&["c::m::&S::a"], "use b;@\nimpl T for &S {~\n    fn a() {\n    }\n    fn c() {\n    }\n}\n", &[]);
}

#[test]
fn code_that_shares_a_line_with_what_stands_before_stays_where_it_is() {
    check(&[], "use a; fn b() { c(); }@\nfn d() { e(); }\n", &[1]);
    check(&[], "fn a() { b(); }@\nfn c() { d(); }\n", &[1]);
    check(&[], "use a;@ fn b() {\n    c();\n}\n", &[]);
    check(&[], "/// Doc.\nfn a() {\n}\nuse b; impl C { fn d() {\n} }\n".replacen("///", "@///", 1).as_str(), &[4]);
    check(&["c::m::S::a"], "struct S;\nimpl S { fn c() {} fn a() { d(); }\n}\n", &[2]);
}

#[test]
fn what_syn_does_not_know_is_named_if_there_can_be_functions_in_it() {
    let source = "\u{feff}#! /bin/rust\nfn a() {\n}\n\nfn async() {\n}\ntype A = B + C;\nimpl D {\n    fn dyn(&self) {}\n}\n\
                  async! { fn a() {} }\nfn b() {\n}\n";
    let annotated = annotate_in_style(source, &Style::new("@")).expect("Rust");
    assert_eq!(annotated.text.matches('@').count(), 2, "{}", annotated.text);
    let places: Vec<_> = annotated.untouched.iter().map(|untouched| (untouched.line, untouched.column)).collect();
    assert_eq!(places, [(5, 4), (9, 8)], "{:?}", annotated.untouched);
    assert_eq!(annotated.untouched[0].reason, "syn cannot parse it: expected identifier, found keyword `async`");
    assert!(annotate_in_style("fn a( {", &Style::new("@")).is_err());
}
