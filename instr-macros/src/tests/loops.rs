//! Loops: the header's statement is recorded before every turn.

use expect_test::expect;

use super::check;

#[test]
fn while_loop() {
    check(
        "",
        "fn f() { while a { one(); } }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    2,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:t* while\\sa\\s{\\sone();\\s}\n1 20 n<1 one();\n"
                );
                while a {
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        one();
                    };
                    #[allow(unreachable_code)] __INSTR_SITES.__instr_probe(&__instr_guard, 0);
                }
            }
        "#]],
    );
}

#[test]
fn while_let() {
    check(
        "",
        "fn f() { while let Some(a) = one() { two(a) } }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    2,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:t* while\\slet\\sSome(a)\\s=\\sone()\\s{\\stwo(a)\\s}\n1 38 n<1 two(a)\n"
                );
                while let Some(a) = one() {
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        two(a)
                    }
                    #[allow(unreachable_code)] __INSTR_SITES.__instr_probe(&__instr_guard, 0);
                }
            }
        "#]],
    );
}

#[test]
fn while_let_chain() {
    check(
        "",
        "fn f() { while let Some(a) = one() && a > 1 {} }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    1,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:t* while\\slet\\sSome(a)\\s=\\sone()\\s&&\\sa\\s>\\s1\\s{}\n"
                );
                while let Some(a) = one() && a > 1 {
                    {}
                    #[allow(unreachable_code)] __INSTR_SITES.__instr_probe(&__instr_guard, 0);
                }
            }
        "#]],
    );
}

#[test]
fn for_loop() {
    check(
        "",
        "fn f() { for a in one() { two(a); } }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    2,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:t* for\\sa\\sin\\sone()\\s{\\stwo(a);\\s}\n1 27 n<1 two(a);\n"
                );
                for a in one() {
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        two(a);
                    };
                    #[allow(unreachable_code)] __INSTR_SITES.__instr_probe(&__instr_guard, 0);
                }
            }
        "#]],
    );
}

#[test]
fn plain_loop_has_no_header() {
    check(
        "",
        "fn f() { loop { one(); continue; } }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    3,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:l* loop\\s{\\sone();\\scontinue;\\s}\n1 17 n<1 one();\n1 24 n<2 continue;\n"
                );
                loop {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                    one();
                    __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                    continue;
                }
            }
        "#]],
    );
}

#[test]
fn continue_records_the_header() {
    check(
        "",
        "fn f() { while a { if b { continue } match c { 1 => continue, _ => {} } } }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    5,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:t* while\\sa\\s{\\sif\\sb\\s{\\scontinue\\s}\\smatch\\sc\\s{\\s1\\s=>\\scontinue,\\s_\\s=>\\s{}\\s}\\s}\n1 20 n<1:i if\\sb\\s{\\scontinue\\s}\n1 27 n<1 continue\n1 38 n<3:ma match\\sc\\s{\\s1\\s=>\\scontinue,\\s_\\s=>\\s{}\\s} 1 _\n1 53 n<1 continue\n"
                );
                while a {
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        if b {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                            {
                                __INSTR_SITES.__instr_probe(&__instr_guard, 0);
                                continue;
                            }
                        }
                        __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                        match c {
                            1 => {
                                __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                                {
                                    __INSTR_SITES.__instr_probe(&__instr_guard, 0);
                                    continue;
                                }
                            }
                            _ => {}
                        }
                    }
                    #[allow(unreachable_code)] __INSTR_SITES.__instr_probe(&__instr_guard, 0);
                }
            }
        "#]],
    );
}

#[test]
fn continue_with_a_label() {
    check(
        "",
        "fn f() { 'a: while b { for c in d { loop { continue 'a; } } } }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    4,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:t* 'a:\\swhile\\sb\\s{\\sfor\\sc\\sin\\sd\\s{\\sloop\\s{\\scontinue\\s'a;\\s}\\s}\\s}\n1 24 n<1:t* for\\sc\\sin\\sd\\s{\\sloop\\s{\\scontinue\\s'a;\\s}\\s}\n1 37 n<1:l* loop\\s{\\scontinue\\s'a;\\s}\n1 44 n<1 continue\\s'a;\n"
                );
                'a: while b {
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        for c in d {
                            {
                                __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                                loop {
                                    __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                                    {
                                        __INSTR_SITES.__instr_probe(&__instr_guard, 0);
                                        continue 'a;
                                    };
                                }
                            }
                            #[allow(unreachable_code)]
                            __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        }
                    }
                    #[allow(unreachable_code)] __INSTR_SITES.__instr_probe(&__instr_guard, 0);
                }
            }
        "#]],
    );
}

#[test]
fn break_with_a_label_and_a_value() {
    check(
        "",
        "fn f() { let a = 'a: loop { for b in c { break 'a b; } }; }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    3,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:l* let\\sa\\s=\\s'a:\\sloop\\s{\\sfor\\sb\\sin\\sc\\s{\\sbreak\\s'a\\sb;\\s}\\s};\n1 29 n<1:t* for\\sb\\sin\\sc\\s{\\sbreak\\s'a\\sb;\\s}\n1 42 n<1 break\\s'a\\sb;\n"
                );
                let a = 'a: loop {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                    for b in c {
                        {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                            break 'a b;
                        };
                        #[allow(unreachable_code)] __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                    }
                };
            }
        "#]],
    );
}

#[test]
fn a_closure_and_an_async_block_hide_the_loops_around() {
    check(
        "",
        "fn f() { while a { let b = || loop { continue }; let c = async { for d in e { continue } }; } }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    7,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:t* while\\sa\\s{\\slet\\sb\\s=\\s||\\sloop\\s{\\scontinue\\s};\\slet\\sc\\s=\\sasync\\s{\\sfor\\sd\\sin\\se\\s{\\scontinue\\s}\\s};\\s}\n1 20 n<1:c let\\sb\\s=\\s||\\sloop\\s{\\scontinue\\s};\n1 31 n1<1:l* loop\\s{\\scontinue\\s}\n1 38 n1<1 continue\n1 50 n<4:y let\\sc\\s=\\sasync\\s{\\sfor\\sd\\sin\\se\\s{\\scontinue\\s}\\s};\n1 66 n1<1:t* for\\sd\\sin\\se\\s{\\scontinue\\s}\n1 79 n1<1 continue\n"
                );
                while a {
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        let b = || {
                            let __instr_guard = __INSTR_SITES.__instr_begin(2);
                            loop {
                                __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                                continue;
                            }
                        };
                        __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                        let c = async {
                            __INSTR_SITES.__instr_probe_here(5);
                            for d in e {
                                {
                                    __INSTR_SITES.__instr_probe_here(6);
                                    {
                                        __INSTR_SITES.__instr_probe_here(5);
                                        continue;
                                    }
                                }
                                #[allow(unreachable_code)] __INSTR_SITES.__instr_probe_here(5);
                            }
                        };
                    };
                    #[allow(unreachable_code)] __INSTR_SITES.__instr_probe(&__instr_guard, 0);
                }
            }
        "#]],
    );
}

#[test]
fn inner_attributes_of_a_loop() {
    check(
        "",
        "fn f() { while a { #![allow(unused)] one(); } }",
        expect![[r#"
            fn f() {
                let __instr_guard = enter();
                sites!(
                    2,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:t* while\\sa\\s{\\s#![allow(unused)]\\sone();\\s}\n1 38 n<1 one();\n"
                );
                #[allow(unreachable_code)] __INSTR_SITES.__instr_probe(&__instr_guard, 0);
                while a {
                    #![allow(unused)]
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        one();
                    };
                    #[allow(unreachable_code)] __INSTR_SITES.__instr_probe(&__instr_guard, 0);
                }
            }
        "#]],
    );
}
