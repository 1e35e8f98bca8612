//! Parts of values: operands whose temporaries may live on in what is made of them, and scrutinees.

use expect_test::expect;

use super::check;

#[test]
fn parts() {
    check(
        "",
        "fn f() { (if a { 1 } else { 2 }, [{ b }]); S { c: { d }, ..{ e } }; &{ g }; { h }..{ i }; j = { k }; { l }.m + { n } as u8; }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    18,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:ieb (if\\sa\\s{\\s1\\s}\\selse\\s{\\s2\\s},\\s[{\\sb\\s}]);\n1 18 n<1 1\n1 29 n<2.1 2\n1 37 n<3.2 b\n1 44 n:bb S\\s{\\sc:\\s{\\sd\\s},\\s..{\\se\\s}\\s};\n1 53 n<1 d\n1 62 n<2.1 e\n1 69 n:b &{\\sg\\s};\n1 72 n<1 g\n1 77 n:b {\\sh\\s}\n1 79 n<1 h\n1 82 n:b ..{\\si\\s};\n1 86 n<1 i\n1 91 n:b j\\s=\\s{\\sk\\s};\n1 97 n<1 k\n1 102 n:bb {\\sl\\s}.m\\s+\\s{\\sn\\s}\\sas\\su8;\n1 104 n<1 l\n1 114 n<2.1 n\n"
                );
                (
                    (after)(
                        if a {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                            1
                        } else {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                            2
                        },
                        __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                    ),
                    [
                        (after)(
                            {
                                __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                                b
                            },
                            __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                        ),
                    ],
                );
                __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                S {
                    c: (after)(
                        {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                            d
                        },
                        __INSTR_SITES.__instr_resume(&__instr_guard, 4),
                    ),
                    ..(after)(
                        {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 6);
                            e
                        },
                        __INSTR_SITES.__instr_resume(&__instr_guard, 4),
                    )
                };
                __INSTR_SITES.__instr_probe(&__instr_guard, 7);
                &(after)(
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 8);
                        g
                    },
                    __INSTR_SITES.__instr_resume(&__instr_guard, 7),
                );
                __INSTR_SITES.__instr_probe(&__instr_guard, 9);
                {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 10);
                    h
                }
                __INSTR_SITES.__instr_probe(&__instr_guard, 11);
                ..(after)(
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 12);
                        i
                    },
                    __INSTR_SITES.__instr_resume(&__instr_guard, 11),
                );
                __INSTR_SITES.__instr_probe(&__instr_guard, 13);
                j = (after)(
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 14);
                        k
                    },
                    __INSTR_SITES.__instr_resume(&__instr_guard, 13),
                );
                __INSTR_SITES.__instr_probe(&__instr_guard, 15);
                (after)(
                        {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 16);
                            l
                        },
                        __INSTR_SITES.__instr_resume(&__instr_guard, 15),
                    )
                    .m
                    + (after)(
                        {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 17);
                            n
                        } as u8,
                        __INSTR_SITES.__instr_resume(&__instr_guard, 15),
                    );
            }
        "#]],
    );
}

#[test]
fn parts_that_refer_to_temporaries_stay() {
    check(
        "",
        "fn f() { let a = (if b { &one() } else { &two }, Some({ c!() }), [{ &d.e[1] }], &{ (1, &F) }, ({ Some(&two()) })); }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    7,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:iebbbb let\\sa\\s=\\s(if\\sb\\s{\\s&one()\\s}\\selse\\s{\\s&two\\s},\\sSome({\\sc!()\\s}),\\s[{\\s&d.e[1]\\s}],\\s&{\\s(1,\\s&F)\\s},\\s({\\sSome(&two())\\s}));\n1 26 n<1 &one()\n1 42 n<2.1 &two\n1 57 i<3.2 c!()\n1 69 n<4.3 &d.e[1]\n1 84 n<5.4 (1,\\s&F)\n1 98 n<6.5 Some(&two())\n"
                );
                let a = (
                    if b {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        &one()
                    } else {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                        &two
                    },
                    Some({
                        __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                        c!()
                    }),
                    [
                        (after)(
                            {
                                __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                                &d.e[1]
                            },
                            __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                        ),
                    ],
                    &{
                        __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                        (1, &F)
                    },
                    ({
                        __INSTR_SITES.__instr_probe(&__instr_guard, 6);
                        Some(&two())
                    }),
                );
            }
        "#]],
    );
}

#[test]
fn numbers_that_a_cast_gives_a_type() {
    check(
        "",
        "fn f() { let a = -{ 3_000_000_000 } as i64 + { 1 } as i64; }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    3,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:bb let\\sa\\s=\\s-{\\s3_000_000_000\\s}\\sas\\si64\\s+\\s{\\s1\\s}\\sas\\si64;\n1 21 n<1 3_000_000_000\n1 48 n<2.1 1\n"
                );
                let a = (after)(
                    -{
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        3_000_000_000
                    } as i64,
                    __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                )
                    + (after)(
                        {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                            1
                        } as i64,
                        __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                    );
            }
        "#]],
    );
}

#[test]
fn scrutinees_with_code_behind_them() {
    check(
        "",
        "fn f() { if let A = { b } && let C = { c } {} if let D = { d } {} match { d } { e if e => {}, _ => {} } match { g } { _ => {} } }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    9,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:bbi if\\slet\\sA\\s=\\s{\\sb\\s}\\s&&\\slet\\sC\\s=\\s{\\sc\\s}\\s{}\n1 23 n<1 b\n1 40 n<2.1 c\n1 47 n:bi if\\slet\\sD\\s=\\s{\\sd\\s}\\s{}\n1 60 n<1 d\n1 67 n:bma match\\s{\\sd\\s}\\s{\\se\\sif\\se\\s=>\\s{},\\s_\\s=>\\s{}\\s} e\\sif\\se _\n1 75 n<1 d\n1 105 n:bm match\\s{\\sg\\s}\\s{\\s_\\s=>\\s{}\\s} _\n1 113 n<1 g\n"
                );
                if let A = (after)(
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        b
                    },
                    __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                )
                    && let C = {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                        c
                    }
                {}
                __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                if let D = {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                    d
                } {}
                __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                match (after)(
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 6);
                        d
                    },
                    __INSTR_SITES.__instr_resume(&__instr_guard, 5),
                ) {
                    e if e => {}
                    _ => {}
                }
                __INSTR_SITES.__instr_probe(&__instr_guard, 7);
                match {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 8);
                    g
                } {
                    _ => {}
                }
            }
        "#]],
    );
}

#[test]
fn a_reference_to_a_constant_stays_static() {
    check(
        "",
        "fn f() -> &'static [u32] { g(&{ a(); 1 }, &(-{ 2 }, Some({ 3 })), { [4] }.iter(), &{ let b = 5; b }); &{ a(); [1, 2] } }",
        expect![[r#"
            fn f() -> &'static [u32] {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    11,
                    " f <parsed\\sstring\\s1> :1\n1 28 n:bbbbb g(&{\\sa();\\s1\\s},\\s&(-{\\s2\\s},\\sSome({\\s3\\s})),\\s{\\s[4]\\s}.iter(),\\s&{\\slet\\sb\\s=\\s5;\\sb\\s});\n1 33 n<1 a();\n1 38 n<2 1\n1 48 n<3.1 2\n1 60 n<4.2 3\n1 69 n<5.3 [4]\n1 86 n<6.4 let\\sb\\s=\\s5;\n1 97 n<7.4 b\n1 103 n:b &{\\sa();\\s[1,\\s2]\\s}\n1 106 n<1 a();\n1 111 n<2 [1,\\s2]\n"
                );
                g(
                    &{
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        a();
                        __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                        1
                    },
                    &(
                        -{
                            __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                            2
                        },
                        Some({
                            __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                            3
                        }),
                    ),
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                        [4]
                    }
                        .iter(),
                    &(after)(
                        {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 6);
                            let b = 5;
                            __INSTR_SITES.__instr_probe(&__instr_guard, 7);
                            b
                        },
                        __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                    ),
                );
                __INSTR_SITES.__instr_probe(&__instr_guard, 8);
                &{
                    __INSTR_SITES.__instr_probe(&__instr_guard, 9);
                    a();
                    __INSTR_SITES.__instr_probe(&__instr_guard, 10);
                    [1, 2]
                }
            }
        "#]],
    );
}
