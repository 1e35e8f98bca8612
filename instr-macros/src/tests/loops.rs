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
                let __instr_guard = enter();
                sites!(
                    2, " f <parsed\\sstring\\s1>\n1 10 n while\\sa\\s{\\sone();\\s}\n1 20 n one();\n"
                );
                probe(&__INSTR_SITES, 0);
                while a {
                    {
                        probe(&__INSTR_SITES, 1);
                        one();
                    }
                    #[allow(unreachable_code)] probe(&__INSTR_SITES, 0);
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
                let __instr_guard = enter();
                sites!(
                    2,
                    " f <parsed\\sstring\\s1>\n1 10 n while\\slet\\sSome(a)\\s=\\sone()\\s{\\stwo(a)\\s}\n1 38 n two(a)\n"
                );
                probe(&__INSTR_SITES, 0);
                while let Some(a) = one() {
                    {
                        probe(&__INSTR_SITES, 1);
                        two(a)
                    }
                    #[allow(unreachable_code)] probe(&__INSTR_SITES, 0);
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
                let __instr_guard = enter();
                sites!(
                    1,
                    " f <parsed\\sstring\\s1>\n1 10 n while\\slet\\sSome(a)\\s=\\sone()\\s&&\\sa\\s>\\s1\\s{}\n"
                );
                probe(&__INSTR_SITES, 0);
                while let Some(a) = one() && a > 1 {
                    {}
                    #[allow(unreachable_code)] probe(&__INSTR_SITES, 0);
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
                let __instr_guard = enter();
                sites!(
                    2,
                    " f <parsed\\sstring\\s1>\n1 10 n for\\sa\\sin\\sone()\\s{\\stwo(a);\\s}\n1 27 n two(a);\n"
                );
                probe(&__INSTR_SITES, 0);
                for a in one() {
                    {
                        probe(&__INSTR_SITES, 1);
                        two(a);
                    }
                    #[allow(unreachable_code)] probe(&__INSTR_SITES, 0);
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
                let __instr_guard = enter();
                sites!(
                    3,
                    " f <parsed\\sstring\\s1>\n1 10 n loop\\s{\\sone();\\scontinue;\\s}\n1 17 n one();\n1 24 n continue;\n"
                );
                probe(&__INSTR_SITES, 0);
                loop {
                    probe(&__INSTR_SITES, 1);
                    one();
                    probe(&__INSTR_SITES, 2);
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
                let __instr_guard = enter();
                sites!(
                    5,
                    " f <parsed\\sstring\\s1>\n1 10 n while\\sa\\s{\\sif\\sb\\s{\\scontinue\\s}\\smatch\\sc\\s{\\s1\\s=>\\scontinue,\\s_\\s=>\\s{}\\s}\\s}\n1 20 n if\\sb\\s{\\scontinue\\s}\n1 27 n continue\n1 38 n match\\sc\\s{\\s1\\s=>\\scontinue,\\s_\\s=>\\s{}\\s}\n1 53 n continue\n"
                );
                probe(&__INSTR_SITES, 0);
                while a {
                    {
                        probe(&__INSTR_SITES, 1);
                        if b {
                            probe(&__INSTR_SITES, 2);
                            {
                                probe(&__INSTR_SITES, 0);
                                continue;
                            }
                        }
                        probe(&__INSTR_SITES, 3);
                        match c {
                            1 => {
                                probe(&__INSTR_SITES, 4);
                                {
                                    probe(&__INSTR_SITES, 0);
                                    continue;
                                }
                            }
                            _ => {}
                        }
                    }
                    #[allow(unreachable_code)] probe(&__INSTR_SITES, 0);
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
                let __instr_guard = enter();
                sites!(
                    4,
                    " f <parsed\\sstring\\s1>\n1 10 n 'a:\\swhile\\sb\\s{\\sfor\\sc\\sin\\sd\\s{\\sloop\\s{\\scontinue\\s'a;\\s}\\s}\\s}\n1 24 n for\\sc\\sin\\sd\\s{\\sloop\\s{\\scontinue\\s'a;\\s}\\s}\n1 37 n loop\\s{\\scontinue\\s'a;\\s}\n1 44 n continue\\s'a;\n"
                );
                probe(&__INSTR_SITES, 0);
                'a: while b {
                    {
                        probe(&__INSTR_SITES, 1);
                        for c in d {
                            {
                                probe(&__INSTR_SITES, 2);
                                loop {
                                    probe(&__INSTR_SITES, 3);
                                    {
                                        probe(&__INSTR_SITES, 0);
                                        continue 'a;
                                    };
                                }
                            }
                            #[allow(unreachable_code)] probe(&__INSTR_SITES, 1);
                        }
                    }
                    #[allow(unreachable_code)] probe(&__INSTR_SITES, 0);
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
                let __instr_guard = enter();
                sites!(
                    3,
                    " f <parsed\\sstring\\s1>\n1 10 n let\\sa\\s=\\s'a:\\sloop\\s{\\sfor\\sb\\sin\\sc\\s{\\sbreak\\s'a\\sb;\\s}\\s};\n1 29 n for\\sb\\sin\\sc\\s{\\sbreak\\s'a\\sb;\\s}\n1 42 n break\\s'a\\sb;\n"
                );
                probe(&__INSTR_SITES, 0);
                let a = 'a: loop {
                    probe(&__INSTR_SITES, 1);
                    for b in c {
                        {
                            probe(&__INSTR_SITES, 2);
                            break 'a b;
                        }
                        #[allow(unreachable_code)] probe(&__INSTR_SITES, 1);
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
                let __instr_guard = enter();
                sites!(
                    7,
                    " f <parsed\\sstring\\s1>\n1 10 n while\\sa\\s{\\slet\\sb\\s=\\s||\\sloop\\s{\\scontinue\\s};\\slet\\sc\\s=\\sasync\\s{\\sfor\\sd\\sin\\se\\s{\\scontinue\\s}\\s};\\s}\n1 20 n let\\sb\\s=\\s||\\sloop\\s{\\scontinue\\s};\n1 31 n loop\\s{\\scontinue\\s}\n1 38 n continue\n1 50 n let\\sc\\s=\\sasync\\s{\\sfor\\sd\\sin\\se\\s{\\scontinue\\s}\\s};\n1 66 n for\\sd\\sin\\se\\s{\\scontinue\\s}\n1 79 n continue\n"
                );
                probe(&__INSTR_SITES, 0);
                while a {
                    {
                        probe(&__INSTR_SITES, 1);
                        let b = || {
                            let __instr_guard = enter();
                            probe(&__INSTR_SITES, 2);
                            loop {
                                probe(&__INSTR_SITES, 3);
                                continue;
                            }
                        };
                        probe(&__INSTR_SITES, 4);
                        let c = async {
                            probe(&__INSTR_SITES, 5);
                            for d in e {
                                {
                                    probe(&__INSTR_SITES, 6);
                                    {
                                        probe(&__INSTR_SITES, 5);
                                        continue;
                                    }
                                }
                                #[allow(unreachable_code)] probe(&__INSTR_SITES, 5);
                            }
                        };
                    }
                    #[allow(unreachable_code)] probe(&__INSTR_SITES, 0);
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
                    " f <parsed\\sstring\\s1>\n1 10 n while\\sa\\s{\\s#![allow(unused)]\\sone();\\s}\n1 38 n one();\n"
                );
                #[allow(unreachable_code)] probe(&__INSTR_SITES, 0);
                while a {
                    #![allow(unused)]
                    {
                        probe(&__INSTR_SITES, 1);
                        one();
                    }
                    #[allow(unreachable_code)] probe(&__INSTR_SITES, 0);
                }
            }
        "#]],
    );
}
