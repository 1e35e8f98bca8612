//! What cannot be instrumented: as it was, but for an entry that says so.

use expect_test::expect;

use super::check;

#[test]
fn const_method_with_inner_attributes() {
    check(
        "",
        "impl A { pub const fn f<const N: usize>(self) -> usize { #![allow(unused)] N } }",
        expect![[r#"
            impl A {
                pub const fn f<const N: usize>(self) -> usize {
                    #![allow(unused)]
                    let _ = 0_u8;
                    untouched!(" A::f <parsed\\sstring\\s1>\n1 const fn\n");
                    N
                }
            }
        "#]],
    );
}

#[test]
fn const_signal_handler() {
    check(
        "",
        "mod a { #[signal_handler] const fn f() { one(); } }",
        expect![[r#"
            mod a {
                #[signal_handler]
                const fn f()
                where
                    [(); {
                        untouched!(" f <parsed\\sstring\\s1>\n1 signal handler\n");
                        0
                    }]:,
                {
                    one();
                }
            }
        "#]],
    );
}

#[test]
fn naked_with_bounds() {
    check(
        "",
        r#"impl<T> A<T> { #[unsafe(naked)] unsafe extern "C" fn f<U>(u: U) where U: Copy { naked_asm!("ret") } }"#,
        expect![[r#"
            impl<T> A<T> {
                #[unsafe(naked)]
                unsafe extern "C" fn f<U>(u: U)
                where
                    U: Copy,
                    [(); {
                        untouched!(" A::f <parsed\\sstring\\s1>\n1 naked function\n");
                        0
                    }]:,
                {
                    naked_asm!("ret")
                }
            }
        "#]],
    );
}

#[test]
fn skipped_ones_are_not_listed() {
    check(
        "",
        "mod a { #[instrument_source(skip)] const fn f() { one(); } }",
        expect![[r#"
            mod a {
                const fn f() {
                    one();
                }
            }
        "#]],
    );
}

#[test]
fn unknown_method() {
    check(
        "",
        "gen fn f(&self) -> u8 where A: B { yield 1 }",
        expect![[
            r#"gen fn f (& self) -> u8 where [() ; {  untouched ! (" f <parsed\\sstring\\s1>\n1 syntax that instr does not know\n") ; 0 }] : , A : B { yield 1 }"#
        ]],
    );
}

#[test]
fn unknown_main() {
    check("", "fn main() { one() <-> two() }", expect!["fn main () { one () <-> two () }"]);
}

#[test]
fn unknown_syntax_in_an_impl() {
    check(
        "",
        "impl A for B { fn f() { one() <-> two() } }",
        expect![[
            r#"impl A for B { fn f () { one () <-> two () } } const _ : () = {  untouched ! (" impl\\sA\\sfor\\sB <parsed\\sstring\\s1>\n1 syntax that instr does not know\n") ; } ;"#
        ]],
    );
}

#[test]
fn const_fn_under_another_runtime() {
    check(
        "crate = a::b",
        "const fn f() { one(); }",
        expect![[r#"
            const fn f() {
                let _ = 0_u8;
                a::b::macro_api::untouched!(" f <parsed\\sstring\\s1>\n1 const fn\n");
                one();
            }
        "#]],
    );
}
