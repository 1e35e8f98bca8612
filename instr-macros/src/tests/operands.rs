//! Operands: values after which the statement goes on, and is the last-reached one again.

use expect_test::expect;

use super::check;

#[test]
fn block_operands() {
    check(
        "",
        "fn f() { let a = { one(); 1 } + if b { 2 } else { 3 } * unsafe { c }; }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    6,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:bieb let\\sa\\s=\\s{\\sone();\\s1\\s}\\s+\\sif\\sb\\s{\\s2\\s}\\selse\\s{\\s3\\s}\\s*\\sunsafe\\s{\\sc\\s};\n1 20 n<1 one();\n1 27 n<2 1\n1 40 n<3.1 2\n1 51 n<4.2 3\n1 66 n<5.3 c\n"
                );
                let a = (after)(
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        one();
                        __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                        1
                    },
                    __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                )
                    + (after)(
                        if b {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                            2
                        } else {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                            3
                        },
                        __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                    )
                        * (after)(
                            unsafe {
                                __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                                c
                            },
                            __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                        );
            }
        "#]],
    );
}

#[test]
fn match_operands() {
    check(
        "",
        "fn f() { let a = match b { _ => 1 } - (match c { _ => 2 }); }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    3,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:mm let\\sa\\s=\\smatch\\sb\\s{\\s_\\s=>\\s1\\s}\\s-\\s(match\\sc\\s{\\s_\\s=>\\s2\\s}); _ _\n1 33 n<1 1\n1 55 n<2.1 2\n"
                );
                let a = (after)(
                    match b {
                        _ => {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                            1
                        }
                    },
                    __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                )
                    - (after)(
                        match c {
                            _ => {
                                __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                                2
                            }
                        },
                        __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                    );
            }
        "#]],
    );
}

#[test]
fn operands_of_and_and_or() {
    check(
        "",
        "fn f() { let a = { b } && { c } || { d }; }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    4,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:bbb let\\sa\\s=\\s{\\sb\\s}\\s&&\\s{\\sc\\s}\\s||\\s{\\sd\\s};\n1 20 n<1 b\n1 29 n<2.1 c\n1 38 n<3.2 d\n"
                );
                let a = (after)(
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        b
                    },
                    __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                )
                    && (after)(
                        {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                            c
                        },
                        __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                    )
                    || {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                        d
                    };
            }
        "#]],
    );
}

#[test]
fn block_receivers_arguments_and_question_marks() {
    check(
        "",
        "fn f() { if a { b } else { c }.d({ e }, g({ h }))?; loop { break i }?; }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    7,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:iebb? if\\sa\\s{\\sb\\s}\\selse\\s{\\sc\\s}.d({\\se\\s},\\sg({\\sh\\s}))?;\n1 17 n<1 b\n1 28 n<2.1 c\n1 36 n<3.2 e\n1 45 n<4.3 h\n1 53 n:l?* loop\\s{\\sbreak\\si\\s}?;\n1 60 n<1 break\\si\n"
                );
                (after)(
                        if a {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                            b
                        } else {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                            c
                        },
                        __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                    )
                    .d(
                        (after)(
                            {
                                __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                                e
                            },
                            __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                        ),
                        g(
                            (after)(
                                {
                                    __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                                    h
                                },
                                __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                            ),
                        ),
                    )?;
                __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                (after)(
                    loop {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 6);
                        break i;
                    },
                    __INSTR_SITES.__instr_resume(&__instr_guard, 5),
                )?;
            }
        "#]],
    );
}

#[test]
fn constructor_arguments() {
    check(
        "",
        "fn f() { let a = Some({ &one() }); let b = m::_Type({ c }); let d = (Type)({ e }); }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    6,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:b let\\sa\\s=\\sSome({\\s&one()\\s});\n1 25 n<1 &one()\n1 36 n:b let\\sb\\s=\\sm::_Type({\\sc\\s});\n1 55 n<1 c\n1 61 n:b let\\sd\\s=\\s(Type)({\\se\\s});\n1 78 n<1 e\n"
                );
                let a = Some({
                    __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                    &one()
                });
                __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                let b = m::_Type(
                    (after)(
                        {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                            c
                        },
                        __INSTR_SITES.__instr_resume(&__instr_guard, 2),
                    ),
                );
                __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                let d = (Type)(
                    (after)(
                        {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                            e
                        },
                        __INSTR_SITES.__instr_resume(&__instr_guard, 4),
                    ),
                );
            }
        "#]],
    );
}

#[test]
fn compound_assignment() {
    check(
        "",
        "fn f() { *{ a } += { b }; c <<= if d { 1 } else { 2 }; }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    6,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:bb *{\\sa\\s}\\s+=\\s{\\sb\\s};\n1 13 n<1 a\n1 22 n<2.1 b\n1 27 n:ie c\\s<<=\\sif\\sd\\s{\\s1\\s}\\selse\\s{\\s2\\s};\n1 40 n<1 1\n1 51 n<2.1 2\n"
                );
                *{
                    __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                    a
                }
                    += (after)(
                        {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                            b
                        },
                        __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                    );
                __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                c
                    <<= (after)(
                        if d {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                            1
                        } else {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                            2
                        },
                        __INSTR_SITES.__instr_resume(&__instr_guard, 3),
                    );
            }
        "#]],
    );
}

#[test]
fn await_operands() {
    check(
        "",
        "async fn f() { one(a.await, b.await + 1); c.await; c.await? }",
        expect![[r#"
            async fn f() {
                sites!(
                    3,
                    " f <parsed\\sstring\\s1> :1\n1 16 n one(a.await,\\sb.await\\s+\\s1);\n1 43 n c.await;\n1 52 n:? c.await?\n"
                );
                __INSTR_SITES.__instr_probe_here(0);
                one(
                    (after)(a.await, __INSTR_SITES.__instr_resume_here(0)),
                    (after)(b.await, __INSTR_SITES.__instr_resume_here(0)) + 1,
                );
                __INSTR_SITES.__instr_probe_here(1);
                c.await;
                __INSTR_SITES.__instr_probe_here(2);
                (after)(c.await, __INSTR_SITES.__instr_resume_here(2))?
            }
        "#]],
    );
}

#[test]
fn indices_and_unary_operators() {
    check(
        "",
        "fn f() { let a = -{ b } + c[{ d }][e] + *{ g } + !if h { i } else { j }; }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    6,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:bbbie let\\sa\\s=\\s-{\\sb\\s}\\s+\\sc[{\\sd\\s}][e]\\s+\\s*{\\sg\\s}\\s+\\s!if\\sh\\s{\\si\\s}\\selse\\s{\\sj\\s};\n1 21 n<1 b\n1 31 n<2.1 d\n1 44 n<3.2 g\n1 58 n<4.3 i\n1 69 n<5.4 j\n"
                );
                let a = -(after)(
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        b
                    },
                    __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                )
                    + c[(after)(
                        {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                            d
                        },
                        __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                    )][e]
                    + *{
                        __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                        g
                    }
                    + !(after)(
                        if h {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                            i
                        } else {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                            j
                        },
                        __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                    );
            }
        "#]],
    );
}

#[test]
fn what_is_awaited() {
    check(
        "",
        "async fn f() { let a = match b { _ => c() }.await; { d() }.await; }",
        expect![[r#"
            async fn f() {
                sites!(
                    4,
                    " f <parsed\\sstring\\s1> :1\n1 16 n:m let\\sa\\s=\\smatch\\sb\\s{\\s_\\s=>\\sc()\\s}.await; _\n1 39 n<1 c()\n1 52 n:b {\\sd()\\s}.await;\n1 54 n<1 d()\n"
                );
                __INSTR_SITES.__instr_probe_here(0);
                let a = (after)(
                        match b {
                            _ => {
                                __INSTR_SITES.__instr_probe_here(1);
                                c()
                            }
                        },
                        __INSTR_SITES.__instr_resume_here(0),
                    )
                    .await;
                __INSTR_SITES.__instr_probe_here(2);
                (after)(
                        {
                            __INSTR_SITES.__instr_probe_here(3);
                            d()
                        },
                        __INSTR_SITES.__instr_resume_here(2),
                    )
                    .await;
            }
        "#]],
    );
}

#[test]
fn attributes_keep_an_operand_unwrapped() {
    check(
        "",
        "fn f() { one(#[a] { b }); }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    2, " f <parsed\\sstring\\s1> :1\n1 10 n:b one(#[a]\\s{\\sb\\s});\n1 21 n<1 b\n"
                );
                one(
                    #[a]
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        b
                    },
                );
            }
        "#]],
    );
}

#[test]
fn closures_out_of_blocks_stay() {
    check(
        "",
        "fn f() { a({ one(); |x| x }, if b { &|x| x } else { c }, { d!(|x| x) }, loop { break (1, |x| x); }); e({ |x| x }(1)); }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    13,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:biebl* a({\\sone();\\s|x|\\sx\\s},\\sif\\sb\\s{\\s&|x|\\sx\\s}\\selse\\s{\\sc\\s},\\s{\\sd!(|x|\\sx)\\s},\\sloop\\s{\\sbreak\\s(1,\\s|x|\\sx);\\s});\n1 14 n<1 one();\n1 21 n<2:c |x|\\sx\n1 25 n1<1 x\n1 37 n<4.1:c &|x|\\sx\n1 42 n1<1 x\n1 53 n<6.2 c\n1 60 i<7.3 d!(|x|\\sx)\n1 80 n<8.4:c break\\s(1,\\s|x|\\sx);\n1 94 n1<1 x\n1 102 n:b e({\\s|x|\\sx\\s}(1));\n1 106 n<1:c |x|\\sx\n1 110 n1<1 x\n"
                );
                a(
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        one();
                        __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                        |x| {
                            let __instr_guard = __INSTR_SITES.__instr_begin(3);
                            x
                        }
                    },
                    if b {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                        &|x| {
                            let __instr_guard = __INSTR_SITES.__instr_begin(5);
                            x
                        }
                    } else {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 6);
                        c
                    },
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 7);
                        d!(| x | x)
                    },
                    loop {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 8);
                        break (
                            1,
                            |x| {
                                let __instr_guard = __INSTR_SITES.__instr_begin(9);
                                x
                            },
                        );
                    },
                );
                __INSTR_SITES.__instr_probe(&__instr_guard, 10);
                e(
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 11);
                        |x| {
                            let __instr_guard = __INSTR_SITES.__instr_begin(12);
                            x
                        }
                    }(1),
                );
            }
        "#]],
    );
}

#[test]
fn updated_variables() {
    check(
        "",
        "fn f() { a = match a.take() { None => b, Some(c) => d }; self.e = if self.e { f } else { g }; }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    6,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:ma a\\s=\\smatch\\sa.take()\\s{\\sNone\\s=>\\sb,\\sSome(c)\\s=>\\sd\\s}; None Some(c)\n1 39 n<1 b\n1 53 n<2.1 d\n1 58 n:ie self.e\\s=\\sif\\sself.e\\s{\\sf\\s}\\selse\\s{\\sg\\s};\n1 79 n<1 f\n1 90 n<2.1 g\n"
                );
                a = match a.take() {
                    None => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        b
                    }
                    Some(c) => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                        d
                    }
                };
                __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                self.e = (after)(
                    if self.e {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                        f
                    } else {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                        g
                    },
                    __INSTR_SITES.__instr_resume(&__instr_guard, 3),
                );
            }
        "#]],
    );
}
