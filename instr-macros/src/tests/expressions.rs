//! Expressions: the bodies inside them.

use expect_test::expect;

use super::check;

#[test]
fn if_else_if() {
    check(
        "",
        "fn f() { if a { one() } else if b { two() } else { three() } }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    4,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:ije if\\sa\\s{\\sone()\\s}\\selse\\sif\\sb\\s{\\stwo()\\s}\\selse\\s{\\sthree()\\s}\n1 17 n<1 one()\n1 37 n<2.1 two()\n1 52 n<3.2 three()\n"
                );
                if a {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                    one()
                } else if b {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                    two()
                } else {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                    three()
                }
            }
        "#]],
    );
}

#[test]
fn if_let_chain() {
    check(
        "",
        "fn f() { if let Some(a) = b && a > 1 && let Some(c) = d { one() } }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    2,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:i if\\slet\\sSome(a)\\s=\\sb\\s&&\\sa\\s>\\s1\\s&&\\slet\\sSome(c)\\s=\\sd\\s{\\sone()\\s}\n1 59 n<1 one()\n"
                );
                if let Some(a) = b && a > 1 && let Some(c) = d {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                    one()
                }
            }
        "#]],
    );
}

#[test]
fn match_arms_with_and_without_blocks() {
    check(
        "",
        "fn f() { match a { 1 => one(), 2 => { two() } 3 => {} _ => return, } }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    4,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:maaa match\\sa\\s{\\s1\\s=>\\sone(),\\s2\\s=>\\s{\\stwo()\\s}\\s3\\s=>\\s{}\\s_\\s=>\\sreturn,\\s} 1 2 3 _\n1 25 n<1 one()\n1 39 n<2.1 two()\n1 60 n<3.3 return\n"
                );
                match a {
                    1 => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        one()
                    }
                    2 => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                        two()
                    }
                    3 => {}
                    _ => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                        return;
                    }
                }
            }
        "#]],
    );
}

#[test]
fn match_guards() {
    check(
        "",
        "fn f() { match a { b if { one(); b } => two(), Some(c) if let Some(d) = c => d, _ => three() } }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    6,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:bmaa match\\sa\\s{\\sb\\sif\\s{\\sone();\\sb\\s}\\s=>\\stwo(),\\sSome(c)\\sif\\slet\\sSome(d)\\s=\\sc\\s=>\\sd,\\s_\\s=>\\sthree()\\s} b\\sif\\s{\\sone();\\sb\\s} Some(c)\\sif\\slet\\sSome(d)\\s=\\sc _\n1 27 n<1 one();\n1 34 n<2 b\n1 41 n<3.1 two()\n1 78 n<4.2 d\n1 86 n<5.3 three()\n"
                );
                match a {
                    b if {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        one();
                        __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                        b
                    } => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                        two()
                    }
                    Some(c) if let Some(d) = c => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                        d
                    }
                    _ => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                        three()
                    }
                }
            }
        "#]],
    );
}

#[test]
fn closures_with_and_without_block() {
    check(
        "",
        "fn f() { let a = |x| x + 1; let b = move |x: u8| -> u8 { x + 1 }; let c = || {}; }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    5,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:c let\\sa\\s=\\s|x|\\sx\\s+\\s1;\n1 22 n1<1 x\\s+\\s1\n1 29 n:c let\\sb\\s=\\smove\\s|x:\\su8|\\s->\\su8\\s{\\sx\\s+\\s1\\s};\n1 58 n1<1 x\\s+\\s1\n1 67 n:c let\\sc\\s=\\s||\\s{};\n"
                );
                let a = |x| {
                    let __instr_guard = __INSTR_SITES.__instr_begin(1);
                    x + 1
                };
                __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                let b = move |x: u8| -> u8 {
                    let __instr_guard = __INSTR_SITES.__instr_begin(3);
                    x + 1
                };
                __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                let c = || {};
            }
        "#]],
    );
}

#[test]
fn closure_that_begins_like_a_statement() {
    check(
        "",
        "fn f() { let a = || match b { _ => c }.d(); let e = || { f } + 1; }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    6,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:c let\\sa\\s=\\s||\\smatch\\sb\\s{\\s_\\s=>\\sc\\s}.d();\n1 21 n1<1:m match\\sb\\s{\\s_\\s=>\\sc\\s}.d() _\n1 36 n1<1 c\n1 45 n:c let\\se\\s=\\s||\\s{\\sf\\s}\\s+\\s1;\n1 56 n1<1:b {\\sf\\s}\\s+\\s1\n1 58 n1<1 f\n"
                );
                let a = || {
                    let __instr_guard = __INSTR_SITES.__instr_begin(1);
                    (after)(
                            match b {
                                _ => {
                                    __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                                    c
                                }
                            },
                            __INSTR_SITES.__instr_resume(&__instr_guard, 1),
                        )
                        .d()
                };
                __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                let e = || {
                    let __instr_guard = __INSTR_SITES.__instr_begin(4);
                    (after)(
                        {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                            f
                        },
                        __INSTR_SITES.__instr_resume(&__instr_guard, 4),
                    ) + 1
                };
            }
        "#]],
    );
}

#[test]
fn async_block_and_closure() {
    check(
        "",
        "fn f() { let a = async { one().await; two().await + 1 }; let b = async move |x| x.await; }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    5,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:y let\\sa\\s=\\sasync\\s{\\sone().await;\\stwo().await\\s+\\s1\\s};\n1 26 n1<1 one().await;\n1 39 n1<2 two().await\\s+\\s1\n1 58 n:c let\\sb\\s=\\sasync\\smove\\s|x|\\sx.await;\n1 81 n2<1 x.await\n"
                );
                let a = async {
                    __INSTR_SITES.__instr_probe_here(1);
                    one().await;
                    __INSTR_SITES.__instr_probe_here(2);
                    (after)(two().await, __INSTR_SITES.__instr_resume_here(2)) + 1
                };
                __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                let b = async move |x| {
                    __INSTR_SITES.__instr_probe_here(4);
                    x.await
                };
            }
        "#]],
    );
}

#[test]
fn const_contexts_are_left_alone() {
    check(
        "",
        "fn f() { const A: u8 = { one(); 1 }; let a: [u8; { one(); 1 }] = [{ two(); 1 }; { one(); 1 }]; const { one(); } b::<{ one(); 1 }>(); }",
        expect![[r#"
            fn f() {
                const A: u8 = {
                    one();
                    1
                };
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    5,
                    " f <parsed\\sstring\\s1> :1\n1 38 n:b let\\sa:\\s[u8;\\s{\\sone();\\s1\\s}]\\s=\\s[{\\stwo();\\s1\\s};\\s{\\sone();\\s1\\s}];\n1 69 n<1 two();\n1 76 n<2 1\n1 96 n const\\s{\\sone();\\s}\n1 113 n b::<{\\sone();\\s1\\s}>();\n"
                );
                let a: [u8; {
                    one();
                    1
                }] = [(after)(
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        two();
                        __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                        1
                    },
                    __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                ); {
                    one();
                    1
                }];
                __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                const {
                    one();
                }
                __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                b::<
                    {
                        one();
                        1
                    },
                >();
            }
        "#]],
    );
}

#[test]
fn patterns_and_types_are_left_alone() {
    check(
        "",
        "fn f() { let A::<{ one(); 1 }> { b: C::<{ one(); 2 }>::D } = e; let g = h as [u8; { one(); 3 }]; }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    2,
                    " f <parsed\\sstring\\s1> :1\n1 10 n let\\sA::<{\\sone();\\s1\\s}>\\s{\\sb:\\sC::<{\\sone();\\s2\\s}>::D\\s}\\s=\\se;\n1 65 n let\\sg\\s=\\sh\\sas\\s[u8;\\s{\\sone();\\s3\\s}];\n"
                );
                let A::<
                        {
                            one();
                            1
                        },
                    > {
                    b: C::<
                        {
                            one();
                            2
                        },
                    >::D,
                } = e;
                __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                let g = h
                    as [u8; {
                        one();
                        3
                    }];
            }
        "#]],
    );
}
