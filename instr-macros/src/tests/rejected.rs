//! Mistakes: one error each, and the item behind it as it was.

use expect_test::expect;

use super::check;

#[test]
fn a_struct() {
    check(
        "",
        "struct A { b: u8 }",
        expect![[r#"
        ::core::compile_error! {
            "`#[instrument_source]` goes on a function, a method, an `impl`, a `trait` or an inline `mod`"
        }
        struct A {
            b: u8,
        }
    "#]],
    );
}

#[test]
fn an_unknown_argument() {
    check(
        "speed = 1",
        "fn f() { one(); }",
        expect![[r#"
            ::core::compile_error! {
                "unknown argument, expected `skip`, `level = \"…\"`, `macros = \"…\"` or `crate = path`"
            }
            fn f() {
                one();
            }
        "#]],
    );
}

#[test]
fn an_argument_given_twice() {
    check(
        "crate = a, crate = b",
        "fn f() { one(); }",
        expect![[r#"
        ::core::compile_error! {
            "argument `crate` is given twice"
        }
        fn f() {
            one();
        }
    "#]],
    );
}

#[test]
fn skip_at_the_top() {
    check(
        "skip",
        "fn f() { one(); }",
        expect![[r#"
        ::core::compile_error! {
            "`skip` leaves an item out of an instrumented `impl`, `trait`, `mod` or function, but nothing around this item is instrumented: remove the attribute"
        }
        fn f() {
            one();
        }
    "#]],
    );
}

#[test]
fn both_attributes_on_one_function() {
    check(
        "",
        "#[signal_handler] fn f() { one(); }",
        expect![[r#"
        ::core::compile_error! {
            "a function is either recorded by `#[instrument_source]` or left alone by `#[signal_handler]`: remove one"
        }
        #[signal_handler]
        fn f() {
            one();
        }
    "#]],
    );
}

#[test]
fn both_attributes_inside_an_impl() {
    check(
        "",
        "impl A { #[signal_handler] #[instrument_source] fn f() { one(); } }",
        expect![[r#"
        ::core::compile_error! {
            "a function is either recorded by `#[instrument_source]` or left alone by `#[signal_handler]`: remove one"
        }
        impl A {
            #[signal_handler]
            #[instrument_source]
            fn f() {
                one();
            }
        }
    "#]],
    );
}

#[test]
fn two_mistakes_are_two_errors() {
    check(
        "",
        "impl A { #[signal_handler] #[instrument_source] fn f() { one(); } #[instrument_source] #[signal_handler] fn g() { two(); } }",
        expect![[r#"
        ::core::compile_error! {
            "a function is either recorded by `#[instrument_source]` or left alone by `#[signal_handler]`: remove one"
        }
        ::core::compile_error! {
            "a function is either recorded by `#[instrument_source]` or left alone by `#[signal_handler]`: remove one"
        }
        impl A {
            #[signal_handler]
            #[instrument_source]
            fn f() {
                one();
            }
            #[instrument_source]
            #[signal_handler]
            fn g() {
                two();
            }
        }
    "#]],
    );
}
