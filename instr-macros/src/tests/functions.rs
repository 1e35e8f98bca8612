//! Functions: what is entered and what is left alone.

use expect_test::expect;

use super::check;

#[test]
fn async_fn_has_no_guard() {
    check(
        "",
        "async fn f() { one(); }",
        expect![[r#"
            async fn f() {
                sites!(1, " f <parsed\\sstring\\s1> :1\n1 16 n one();\n");
                __INSTR_SITES.__instr_probe_here(0);
                one();
            }
        "#]],
    );
}

#[test]
fn what_another_macro_may_make_const_is_left_alone() {
    check(
        "",
        "#[rustversion::attr(since(1.83), const)] fn f() { one(); }",
        expect![[r##"
            #[rustversion::attr(since(1.83), const)]
            fn f() {
                let _ = 0_u8;
                untouched!(" f <parsed\\sstring\\s1>\n1 const fn\n");
                one();
            }
        "##]],
    );
}

#[test]
fn const_fn_is_left_alone() {
    check(
        "",
        "const fn f() { one(); }",
        expect![[r#"
            const fn f() {
                let _ = 0_u8;
                untouched!(" f <parsed\\sstring\\s1>\n1 const fn\n");
                one();
            }
        "#]],
    );
}

#[test]
fn naked_fn_is_left_alone() {
    check(
        "",
        r#"#[unsafe(naked)] extern "C" fn f() { naked_asm!() }"#,
        expect![[r##"
            #[unsafe(naked)]
            extern "C" fn f()
            where
                [(); {
                    untouched!(" f <parsed\\sstring\\s1>\n1 naked function\n");
                    0
                }]:,
            {
                naked_asm!()
            }
        "##]],
    );
}

#[test]
fn cfg_attr_naked_fn_is_left_alone() {
    check(
        "",
        "#[cfg_attr(a, unsafe(naked))] fn f() { naked_asm!() }",
        expect![[r##"
            #[cfg_attr(a, unsafe(naked))]
            fn f()
            where
                [(); {
                    untouched!(" f <parsed\\sstring\\s1>\n1 naked function\n");
                    0
                }]:,
            {
                naked_asm!()
            }
        "##]],
    );
}

#[test]
fn attributes_signature_and_where_clause_stay() {
    check(
        "",
        r#"
/// Doc.
#[must_use] #[inline] pub(crate) unsafe extern "C" fn f<'a, T: 'a, const N: usize>(a: &'a T, mut b: [u8; N]) -> impl Fn(u8) -> u8 + use<'a, T, N> where T: for<'b> A<'b> { one() }
"#,
        expect![[r#"
            /// Doc.
            #[must_use]
            #[inline]
            pub(crate) unsafe extern "C" fn f<'a, T: 'a, const N: usize>(
                a: &'a T,
                mut b: [u8; N],
            ) -> impl Fn(u8) -> u8 + use<'a, T, N>
            where
                T: for<'b> A<'b>,
            {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(1, " f <parsed\\sstring\\s1> :3 (a,b)\n3 172 n one()\n");
                one()
            }
        "#]],
    );
}

#[test]
fn inner_attributes_stay_first() {
    check(
        "",
        "fn f() { #![allow(unused)] one(); }",
        expect![[r#"
            fn f() {
                #![allow(unused)]
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(1, " f <parsed\\sstring\\s1> :1\n1 28 n one();\n");
                one();
            }
        "#]],
    );
}

#[test]
fn method() {
    check(
        "",
        "pub fn f(&mut self, a: u8) -> Self { self.one(a) }",
        expect![[r#"
            pub fn f(&mut self, a: u8) -> Self {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(1, " f <parsed\\sstring\\s1> :1 (self,a)\n1 38 n self.one(a)\n");
                self.one(a)
            }
        "#]],
    );
}

#[test]
fn method_that_is_no_free_function() {
    check(
        "",
        "default fn f(self: Box<Self>) { one() }",
        expect![[
            r#"default fn f (self : Box < Self >) { let __instr_guard = __INSTR_SITES . __instr_begin (0) ;  sites ! (1 , " f <parsed\\sstring\\s1> :1 (self)\n1 33 n one()\n") ; one () }"#
        ]],
    );
}

#[test]
fn trait_method_with_a_body() {
    check(
        "",
        "fn f(&self) where Self: Sized { one() }",
        expect![[r#"
            fn f(&self)
            where
                Self: Sized,
            {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(1, " f <parsed\\sstring\\s1> :1 (self)\n1 33 n one()\n");
                one()
            }
        "#]],
    );
}

#[test]
fn nested_function() {
    check(
        "",
        "fn f() { one(); fn g() { two(); } three(); }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                one();
                fn g() {
                    let __instr_guard = __INSTR_SITES.__instr_begin(0);
                    sites!(1, " f::g <parsed\\sstring\\s1> :1\n1 26 n two();\n");
                    two();
                }
                sites!(2, " f <parsed\\sstring\\s1> :1\n1 10 n one();\n1 35 n three();\n");
                __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                three();
            }
        "#]],
    );
}

#[test]
fn nested_impl_and_mod() {
    check(
        "",
        "fn f() { impl A { fn g(&self) { one(); } } mod b { fn h() { two(); } } }",
        expect![[r#"
            fn f() {
                impl A {
                    fn g(&self) {
                        let __instr_guard = __INSTR_SITES.__instr_begin(0);
                        sites!(1, " f::A::g <parsed\\sstring\\s1> :1 (self)\n1 33 n one();\n");
                        one();
                    }
                }
                mod b {
                    fn h() {
                        let __instr_guard = __INSTR_SITES.__instr_begin(0);
                        sites!(1, " h <parsed\\sstring\\s1> :1\n1 61 n two();\n");
                        two();
                    }
                }
            }
        "#]],
    );
}

#[test]
fn items_in_blocks_of_expressions() {
    check(
        "",
        "fn f() { let a = { fn g() { one(); } g() }; }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    2,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:b let\\sa\\s=\\s{\\sfn\\sg()\\s{\\sone();\\s}\\sg()\\s};\n1 38 n<1 g()\n"
                );
                let a = {
                    fn g() {
                        let __instr_guard = __INSTR_SITES.__instr_begin(0);
                        sites!(1, " f::g <parsed\\sstring\\s1> :1\n1 29 n one();\n");
                        one();
                    }
                    __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                    g()
                };
            }
        "#]],
    );
}

#[test]
fn items_first_stay_first() {
    check(
        "",
        "fn f() { use a::b; fn g() {} let c = || { const D: u8 = 1; D }; }",
        expect![[r#"
            fn f() {
                use a::b;
                fn g() {}
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    2,
                    " f <parsed\\sstring\\s1> :1\n1 30 n:c let\\sc\\s=\\s||\\s{\\sconst\\sD:\\su8\\s=\\s1;\\sD\\s};\n1 60 n1<1 D\n"
                );
                let c = || {
                    const D: u8 = 1;
                    let __instr_guard = __INSTR_SITES.__instr_begin(1);
                    D
                };
            }
        "#]],
    );
}

#[test]
fn runtime_elsewhere() {
    check(
        "crate = a::b",
        "fn f() { let a = { one() } + 1; fn g() { two(); } }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                let a = (a::b::macro_api::after)(
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        one()
                    },
                    __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                ) + 1;
                fn g() {
                    let __instr_guard = __INSTR_SITES.__instr_begin(0);
                    a::b::macro_api::sites!(1, " f::g <parsed\\sstring\\s1> :1\n1 42 n two();\n");
                    two();
                }
                a::b::macro_api::sites!(
                    2,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:b let\\sa\\s=\\s{\\sone()\\s}\\s+\\s1;\n1 20 n<1 one()\n"
                );
            }
        "#]],
    );
}

#[test]
fn syntax_that_syn_does_not_know_stays() {
    check(
        "",
        "fn f() { one() <-> two() }",
        expect![[
            r#"fn f () where [() ; {  untouched ! (" f <parsed\\sstring\\s1>\n1 syntax that instr does not know\n") ; 0 }] : { one () <-> two () }"#
        ]],
    );
}

#[test]
fn tail_calls_of_itself_leave_the_guard_behind() {
    check(
        "",
        "fn f(n: u64, sum: u64) -> u64 { if n == 0 { return sum; } if c { return f(n - 1, { one() }); } match n { 1 => unsafe { f(1, 2) }, _ => g(f(n, 1)) } }",
        expect![[r#"
            fn f(n: u64, sum: u64) -> u64 {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    9,
                    " f <parsed\\sstring\\s1> :1 (n,sum)\n1 33 n:i if\\sn\\s==\\s0\\s{\\sreturn\\ssum;\\s}\n1 45 n<1 return\\ssum;\n1 59 n:i if\\sc\\s{\\sreturn\\sf(n\\s-\\s1,\\s{\\sone()\\s});\\s}\n1 66 n<1:b return\\sf(n\\s-\\s1,\\s{\\sone()\\s});\n1 84 n<1 one()\n1 96 n:ma match\\sn\\s{\\s1\\s=>\\sunsafe\\s{\\sf(1,\\s2)\\s},\\s_\\s=>\\sg(f(n,\\s1))\\s} 1 _\n1 111 n<1:b unsafe\\s{\\sf(1,\\s2)\\s}\n1 120 n<1 f(1,\\s2)\n1 136 n<3.1 g(f(n,\\s1))\n"
                );
                if n == 0 {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                    return sum;
                }
                __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                if c {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                    return f(
                        n - 1,
                        (after)(
                            (after)(
                                {
                                    __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                                    one()
                                },
                                __INSTR_SITES.__instr_resume(&__instr_guard, 3),
                            ),
                            leave(__instr_guard),
                        ),
                    );
                }
                __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                match n {
                    1 => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 6);
                        unsafe {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 7);
                            f(1, (after)(2, leave(__instr_guard)))
                        }
                    }
                    _ => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 8);
                        g(f(n, 1))
                    }
                }
            }
        "#]],
    );
    check(
        "",
        "fn f() { let g = || { f() }; fn h(n: u8) { h(n) } f() }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                let g = || {
                    let __instr_guard = __INSTR_SITES.__instr_begin(1);
                    f()
                };
                fn h(n: u8) {
                    let __instr_guard = __INSTR_SITES.__instr_begin(0);
                    sites!(1, " f::h <parsed\\sstring\\s1> :1 (n)\n1 44 n h(n)\n");
                    h((after)(n, leave(__instr_guard)))
                }
                sites!(
                    3,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:c let\\sg\\s=\\s||\\s{\\sf()\\s};\n1 23 n1<1 f()\n1 51 n f()\n"
                );
                __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                (after)(f, leave(__instr_guard))()
            }
        "#]],
    );
    check(
        "",
        "impl A { fn f(&self) { if c { self.f() } else if d { self.one.f() } else if e { Self::f(self) } else if g { A::f(self) } else { f(1) } } fn g(self) { self.g() } }",
        expect![[r#"
            impl A {
                fn f(&self) {
                    let __instr_guard = __INSTR_SITES.__instr_begin(0);
                    sites!(
                        6,
                        " A::f <parsed\\sstring\\s1> :1 (self)\n1 24 n:ijjje if\\sc\\s{\\sself.f()\\s}\\selse\\sif\\sd\\s{\\sself.one.f()\\s}\\selse\\sif\\se\\s{\\sSelf::f(self)\\s}\\selse\\sif\\sg\\s{\\sA::f(self)\\s}\\selse\\s{\\sf(1)\\s}\n1 31 n<1 self.f()\n1 54 n<2.1 self.one.f()\n1 81 n<3.2 Self::f(self)\n1 109 n<4.3 A::f(self)\n1 129 n<5.4 f(1)\n"
                    );
                    if c {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        (after)(self, leave(__instr_guard)).f()
                    } else if d {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                        self.one.f()
                    } else if e {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                        Self::f((after)(self, leave(__instr_guard)))
                    } else if g {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                        A::f((after)(self, leave(__instr_guard)))
                    } else {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                        f(1)
                    }
                }
                fn g(self) {
                    let __instr_guard = __INSTR_SITES.__instr_begin(0);
                    sites!(1, " A::g <parsed\\sstring\\s1> :1 (self)\n1 151 n self.g()\n");
                    self.g()
                }
            }
        "#]],
    );
}

#[test]
fn clippy_judges_the_function_as_before() {
    check(
        "",
        "fn f() { panic!(); }",
        expect![[r#"
            fn f() {
                sites!(1, " f <parsed\\sstring\\s1> :1\n1 10 i panic!();\n");
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                panic!();
            }
        "#]],
    );
    check(
        "",
        "fn f() { one(); const N: u8 = 1; two(); }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                one();
                const N: u8 = 1;
                sites!(2, " f <parsed\\sstring\\s1> :1\n1 10 n one();\n1 34 n two();\n");
                __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                two();
            }
        "#]],
    );
}

#[test]
fn parameters_are_named_and_patterns_are_not() {
    check(
        "",
        "fn f(mut a: A, _: B, (b, c): D, r#type: E, [d, ..]: F, ref e: G) { one(); }",
        expect![[r#"
            fn f(mut a: A, _: B, (b, c): D, r#type: E, [d, ..]: F, ref e: G) {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(1, " f <parsed\\sstring\\s1> :1 (a,_,_,r#type,_,e)\n1 68 n one();\n");
                one();
            }
        "#]],
    );
}
