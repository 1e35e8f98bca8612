//! Items: the functions inside them, with the path that leads there.

use expect_test::expect;

use super::check;

#[test]
fn impl_block() {
    check(
        "",
        "impl<T> a::B<T> { const C: u8 = { 1 }; type D = u8; fn e(&self) { one(); } const fn g() { two(); } m!(); }",
        expect![[r#"
            impl<T> a::B<T> {
                const C: u8 = { 1 };
                type D = u8;
                fn e(&self) {
                    let __instr_guard = __INSTR_SITES.__instr_begin(0);
                    sites!(1, " B::e <parsed\\sstring\\s1> :1 (self)\n1 67 n one();\n");
                    one();
                }
                const fn g() {
                    let _ = 0_u8;
                    untouched!(" B::g <parsed\\sstring\\s1>\n1 const fn\n");
                    two();
                }
                m!();
            }
        "#]],
    );
}

#[test]
fn trait_impl_for_a_reference_and_a_tuple() {
    check(
        "",
        "impl A for &'_ B { fn e(&self) { one(); } }",
        expect![[r#"
            impl A for &'_ B {
                fn e(&self) {
                    let __instr_guard = __INSTR_SITES.__instr_begin(0);
                    sites!(1, " &B::e <parsed\\sstring\\s1> :1 (self)\n1 34 n one();\n");
                    one();
                }
            }
        "#]],
    );
}

#[test]
fn trait_impl_for_a_type_without_a_name() {
    check(
        "",
        "impl A for (B, [u8; 2]) { fn e(&self) { one(); } }",
        expect![[r#"
            impl A for (B, [u8; 2]) {
                fn e(&self) {
                    let __instr_guard = __INSTR_SITES.__instr_begin(0);
                    sites!(1, " (B,[u8;2])::e <parsed\\sstring\\s1> :1 (self)\n1 41 n one();\n");
                    one();
                }
            }
        "#]],
    );
}

#[test]
fn impls_that_clippy_knows_by_heart() {
    check(
        "",
        "#[deny(clippy::all)] impl Clone for A { fn clone(&self) -> A { *self } }",
        expect![[r##"
            #[allow(clippy::non_canonical_clone_impl, clippy::non_canonical_partial_ord_impl)]
            #[deny(clippy::all)]
            impl Clone for A {
                fn clone(&self) -> A {
                    let __instr_guard = __INSTR_SITES.__instr_begin(0);
                    sites!(1, " A::clone <parsed\\sstring\\s1> :1 (self)\n1 64 n *self\n");
                    *self
                }
            }
        "##]],
    );
}

#[test]
fn trait_default_methods() {
    check(
        "",
        "trait A: B { const C: u8; fn d(&self); fn e(&self) { one(); } }",
        expect![[r#"
            trait A: B {
                const C: u8;
                fn d(&self);
                fn e(&self) {
                    let __instr_guard = __INSTR_SITES.__instr_begin(0);
                    sites!(1, " A::e <parsed\\sstring\\s1> :1 (self)\n1 54 n one();\n");
                    one();
                }
            }
        "#]],
    );
}

#[test]
fn inline_mod() {
    check(
        "",
        "mod a { #![allow(unused)] use b::c; static D: u8 = { 1 }; fn e() { one(); } mod g { fn h() { two(); } } mod i; macro_rules! m { () => { fn j() { one() } } } }",
        expect![[r#"
            mod a {
                #![allow(unused)]
                use b::c;
                static D: u8 = { 1 };
                fn e() {
                    let __instr_guard = __INSTR_SITES.__instr_begin(0);
                    sites!(1, " e <parsed\\sstring\\s1> :1\n1 68 n one();\n");
                    one();
                }
                mod g {
                    fn h() {
                        let __instr_guard = __INSTR_SITES.__instr_begin(0);
                        sites!(1, " h <parsed\\sstring\\s1> :1\n1 94 n two();\n");
                        two();
                    }
                }
                mod i;
                macro_rules! m {
                    () => {
                        fn j() { one() }
                    };
                }
            }
        "#]],
    );
}

#[test]
fn skip_leaves_one_item_out() {
    check(
        "",
        "mod a { #[instrument_source(skip)] fn b() { one(); } impl C { #[instr_runtime::instrument_source(skip)] fn d() { two(); } fn e() { three(); } } #[instrument_source(skip)] mod g { fn h() { four(); } } }",
        expect![[r#"
            mod a {
                fn b() {
                    one();
                }
                impl C {
                    fn d() {
                        two();
                    }
                    fn e() {
                        let __instr_guard = __INSTR_SITES.__instr_begin(0);
                        sites!(1, " C::e <parsed\\sstring\\s1> :1\n1 132 n three();\n");
                        three();
                    }
                }
                mod g {
                    fn h() {
                        four();
                    }
                }
            }
        "#]],
    );
}

#[test]
fn skip_in_a_function_body() {
    check(
        "",
        "fn f() { one(); #[instrument_source(skip)] fn g() { two(); } }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                one();
                fn g() {
                    two();
                }
                sites!(1, " f <parsed\\sstring\\s1> :1\n1 10 n one();\n");
            }
        "#]],
    );
}

#[test]
fn signal_handler_leaves_one_function_out() {
    check(
        "",
        "mod a { #[signal_handler] fn b() { one(); } #[cfg_attr(c, instr_runtime::signal_handler)] fn d() { two(); } }",
        expect![[r#"
            mod a {
                #[signal_handler]
                fn b()
                where
                    [(); {
                        untouched!(" b <parsed\\sstring\\s1>\n1 signal handler\n");
                        0
                    }]:,
                {
                    one();
                }
                #[cfg_attr(c, instr_runtime::signal_handler)]
                fn d()
                where
                    [(); {
                        untouched!(" d <parsed\\sstring\\s1>\n1 signal handler\n");
                        0
                    }]:,
                {
                    two();
                }
            }
        "#]],
    );
}

#[test]
fn nested_attribute_is_taken_away() {
    check(
        "",
        "impl A { #[instrument_source] fn b() { one(); } #[instrument_source(crate = c::d)] fn e() { two(); } }",
        expect![[r#"
            impl A {
                fn b() {
                    let __instr_guard = __INSTR_SITES.__instr_begin(0);
                    sites!(1, " A::b <parsed\\sstring\\s1> :1\n1 40 n one();\n");
                    one();
                }
                fn e() {
                    let __instr_guard = __INSTR_SITES.__instr_begin(0);
                    c::d::macro_api::sites!(1, " A::e <parsed\\sstring\\s1> :1\n1 93 n two();\n");
                    two();
                }
            }
        "#]],
    );
}

#[test]
fn nested_attribute_in_cfg_attr_is_taken_away() {
    check(
        "",
        "impl A { #[cfg_attr(x, instrument_source)] fn b() { one(); } #[cfg_attr(x, inline, instr_runtime::instrument_source(crate = d), must_use)] fn e() { two(); } }",
        expect![[r#"
            impl A {
                fn b() {
                    let __instr_guard = __INSTR_SITES.__instr_begin(0);
                    sites!(1, " A::b <parsed\\sstring\\s1> :1\n1 53 n one();\n");
                    one();
                }
                #[cfg_attr(x, inline, must_use)]
                fn e() {
                    let __instr_guard = __INSTR_SITES.__instr_begin(0);
                    d::macro_api::sites!(1, " A::e <parsed\\sstring\\s1> :1\n1 149 n two();\n");
                    two();
                }
            }
        "#]],
    );
}

#[test]
fn skip_in_cfg_attr_leaves_the_item_out() {
    check(
        "",
        "impl A { #[cfg_attr(x, instrument_source(skip))] fn b() { one(); } }",
        expect![[r#"
        impl A {
            fn b() {
                one();
            }
        }
    "#]],
    );
}

#[test]
fn an_impl_without_functions_stays() {
    check(
        "",
        "impl A for B {}",
        expect![[r#"
        impl A for B {}
    "#]],
    );
}
