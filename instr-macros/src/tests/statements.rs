//! Statements: a probe before each.

use expect_test::expect;

use super::check;

#[test]
fn let_with_a_value() {
    check(
        "",
        "fn f() { let a = one(); }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(1, " f <parsed\\sstring\\s1> :1\n1 10 n let\\sa\\s=\\sone();\n");
                let a = one();
            }
        "#]],
    );
}

#[test]
fn let_else() {
    check(
        "",
        "fn f() { let Some(a) = one() else { return }; }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    2,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:n let\\sSome(a)\\s=\\sone()\\selse\\s{\\sreturn\\s};\n1 37 n<1 return\n"
                );
                let Some(a) = one() else {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                    return;
                };
            }
        "#]],
    );
}

#[test]
fn a_declaration_alone_gets_no_probe() {
    check(
        "",
        "fn f() { let a; a = 1; }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(1, " f <parsed\\sstring\\s1> :1\n1 17 n a\\s=\\s1;\n");
                let a;
                a = 1;
            }
        "#]],
    );
}

#[test]
fn expression_statement() {
    check(
        "",
        "fn f() { one(); }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(1, " f <parsed\\sstring\\s1> :1\n1 10 n one();\n");
                one();
            }
        "#]],
    );
}

#[test]
fn tail_expression_is_not_wrapped() {
    check(
        "",
        "fn f() -> u32 { one().two }",
        expect![[r#"
            fn f() -> u32 {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(1, " f <parsed\\sstring\\s1> :1\n1 17 n one().two\n");
                one().two
            }
        "#]],
    );
}

#[test]
fn macro_statements_and_a_macro_tail() {
    check(
        "",
        r#"fn f() -> Vec<u8> { println!("a"); thread_local! { static A: u8 = 1 } vec![1] }"#,
        expect![[r#"
            fn f() -> Vec<u8> {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    3,
                    " f <parsed\\sstring\\s1> :1\n1 21 i println!(\"a\");\n1 36 i thread_local!\\s{\\sstatic\\sA:\\su8\\s=\\s1\\s}\n1 71 i vec![1]\n"
                );
                println!("a");
                __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                thread_local! {
                    static A : u8 = 1
                }
                __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                vec![1]
            }
        "#]],
    );
}

#[test]
fn cfg_is_copied_to_the_probe() {
    check(
        "",
        "fn f() { #[cfg(a)] one(); #[cfg_attr(b, cfg(c))] let x = 1; #[cfg(d)] x = 2; #[cfg(e)] m!(); #[inline] x; }",
        expect![[r#"
            fn f() {
                let __instr_guard = enter();
                sites!(
                    5,
                    " f <parsed\\sstring\\s1> :1\n1 20 n one();\n1 50 n let\\sx\\s=\\s1;\n1 71 n x\\s=\\s2;\n1 88 i m!();\n1 104 n x;\n"
                );
                #[cfg(a)] __INSTR_SITES.__instr_probe(&__instr_guard, 0);
                #[cfg(a)] one();
                #[cfg_attr(b, cfg(c))] __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                #[cfg_attr(b, cfg(c))]
                let x = 1;
                #[cfg(d)] __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                #[cfg(d)] x = 2;
                #[cfg(e)] __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                #[cfg(e)]
                m!();
                __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                #[inline] x;
            }
        "#]],
    );
}

#[test]
fn cfg_at_the_leftmost_operand() {
    check(
        "",
        "fn f() { #[cfg(a)] x + 1; #[cfg(b)] y as u8; }",
        expect![[r#"
            fn f() {
                let __instr_guard = enter();
                sites!(2, " f <parsed\\sstring\\s1> :1\n1 20 n x\\s+\\s1;\n1 37 n y\\sas\\su8;\n");
                #[cfg(a)] __INSTR_SITES.__instr_probe(&__instr_guard, 0);
                #[cfg(a)] x + 1;
                #[cfg(b)] __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                #[cfg(b)] y as u8;
            }
        "#]],
    );
}

#[test]
fn allowed_unreachable_code_is_allowed_for_the_probe() {
    check(
        "",
        "fn f() { #[allow(unreachable_code)] one(); #[expect(unused)] two(); #[allow(dead_code)] three(); }",
        expect![[r#"
            fn f() {
                let __instr_guard = enter();
                sites!(
                    3, " f <parsed\\sstring\\s1> :1\n1 37 n one();\n1 62 n two();\n1 89 n three();\n"
                );
                #[allow(unreachable_code)] __INSTR_SITES.__instr_probe(&__instr_guard, 0);
                #[allow(unreachable_code)] one();
                #[allow(unreachable_code)] __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                #[expect(unused)] two();
                __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                #[allow(dead_code)] three();
            }
        "#]],
    );
}

#[test]
fn empty_body() {
    check(
        "",
        "fn f() {  }",
        expect![[r#"
        fn f() {}
    "#]],
    );
}

#[test]
fn items_alone_are_no_statements() {
    check(
        "",
        "fn f() { use a::b; const C: u8 = 1; }",
        expect![[r#"
        fn f() {
            use a::b;
            const C: u8 = 1;
        }
    "#]],
    );
}

#[test]
fn unsafe_block() {
    check(
        "",
        "fn f() { unsafe { one(); two() } }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    3,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:b unsafe\\s{\\sone();\\stwo()\\s}\n1 19 n<1 one();\n1 26 n<2 two()\n"
                );
                unsafe {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                    one();
                    __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                    two()
                }
            }
        "#]],
    );
}

#[test]
fn labelled_block() {
    check(
        "",
        "fn f() { let a = 'a: { if b { break 'a 1; } 2 }; }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    4,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:b let\\sa\\s=\\s'a:\\s{\\sif\\sb\\s{\\sbreak\\s'a\\s1;\\s}\\s2\\s};\n1 24 n<1:i if\\sb\\s{\\sbreak\\s'a\\s1;\\s}\n1 31 n<1 break\\s'a\\s1;\n1 45 n<3 2\n"
                );
                let a = 'a: {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                    if b {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                        break 'a 1;
                    }
                    __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                    2
                };
            }
        "#]],
    );
}

#[test]
fn what_stands_behind_a_return_has_no_probe() {
    check(
        "",
        "fn f(n: u32) -> u32 { loop { continue; a() } match n { 0 => return 1, _ => { if n > 1 { return b() } else { return 3 } } } c(); 2 }",
        expect![[r#"
            fn f(n: u32) -> u32 {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    10,
                    " f <parsed\\sstring\\s1> :1 (n)\n1 23 n:l* loop\\s{\\scontinue;\\sa()\\s}\n1 30 n<1 continue;\n1 40 n<2 a()\n1 46 n:ma match\\sn\\s{\\s0\\s=>\\sreturn\\s1,\\s_\\s=>\\s{\\sif\\sn\\s>\\s1\\s{\\sreturn\\sb()\\s}\\selse\\s{\\sreturn\\s3\\s}\\s}\\s} 0 _\n1 61 n<1 return\\s1\n1 78 n<2.1:ie if\\sn\\s>\\s1\\s{\\sreturn\\sb()\\s}\\selse\\s{\\sreturn\\s3\\s}\n1 89 n<1 return\\sb()\n1 109 n<2.1 return\\s3\n1 124 n c();\n1 129 n 2\n"
                );
                loop {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                    continue;
                    a()
                }
                __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                match n {
                    0 => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                        return 1;
                    }
                    _ => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                        if n > 1 {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 6);
                            return b();
                        } else {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 7);
                            return 3;
                        }
                    }
                }
                c();
                2
            }
        "#]],
    );
}

#[test]
fn an_operand_that_never_has_a_value_is_not_wrapped() {
    check(
        "",
        "fn f(n: u32) -> u32 { a({ return 1 }, if b() { return 2 } else { return 3 }, { #[cfg(x)] return 4; 5 }) }",
        expect![[r#"
            fn f(n: u32) -> u32 {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    6,
                    " f <parsed\\sstring\\s1> :1 (n)\n1 23 n:bieb a({\\sreturn\\s1\\s},\\sif\\sb()\\s{\\sreturn\\s2\\s}\\selse\\s{\\sreturn\\s3\\s},\\s{\\s#[cfg(x)]\\sreturn\\s4;\\s5\\s})\n1 27 n<1 return\\s1\n1 48 n<2.1 return\\s2\n1 66 n<3.2 return\\s3\n1 90 n<4.3 return\\s4;\n1 100 n<5.3 5\n"
                );
                a(
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        return 1;
                    },
                    if b() {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                        return 2;
                    } else {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                        return 3;
                    },
                    (after)(
                        {
                            #[cfg(x)] __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                            #[cfg(x)] return 4;
                            __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                            5
                        },
                        __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                    ),
                )
            }
        "#]],
    );
}
