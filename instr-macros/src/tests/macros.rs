//! Which statements that concern macros have probes.

use expect_test::expect;

use super::check;

#[test]
fn macros_both() {
    check(
        r#"macros = "both""#,
        "fn f() { one(); two!(); let a = three!(); match b { 1 => four!(), 2 => five(), _ => c.map(|d| six!(d)) } { seven() } eight!{} nine() }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    12,
                    " f <parsed\\sstring\\s1> :1\n1 10 n one();\n1 17 i two!();\n1 25 n let\\sa\\s=\\sthree!();\n1 43 n:maa match\\sb\\s{\\s1\\s=>\\sfour!(),\\s2\\s=>\\sfive(),\\s_\\s=>\\sc.map(|d|\\ssix!(d))\\s} 1 2 _\n1 58 i<1 four!()\n1 72 n<2.1 five()\n1 85 n<3.2:c c.map(|d|\\ssix!(d))\n1 95 i1<1 six!(d)\n1 106 n:b {\\sseven()\\s}\n1 108 n<1 seven()\n1 118 i eight!{}\n1 127 n nine()\n"
                );
                one();
                __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                two!();
                __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                let a = three!();
                __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                match b {
                    1 => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                        four!()
                    }
                    2 => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                        five()
                    }
                    _ => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 6);
                        c.map(|d| {
                            let __instr_guard = __INSTR_SITES.__instr_begin(7);
                            six!(d)
                        })
                    }
                }
                __INSTR_SITES.__instr_probe(&__instr_guard, 8);
                {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 9);
                    seven()
                }
                __INSTR_SITES.__instr_probe(&__instr_guard, 10);
                eight! {}
                __INSTR_SITES.__instr_probe(&__instr_guard, 11);
                nine()
            }
        "#]],
    );
}

#[test]
fn macros_invocations() {
    check(
        r#"macros = "invocations""#,
        "fn f() { one(); two!(); let a = three!(); match b { 1 => four!(), 2 => five(), _ => c.map(|d| six!(d)) } { seven() } eight!{} nine() }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    12,
                    " f <parsed\\sstring\\s1> :1\n1 10 n one();\n1 17 i two!();\n1 25 n let\\sa\\s=\\sthree!();\n1 43 n:maa match\\sb\\s{\\s1\\s=>\\sfour!(),\\s2\\s=>\\sfive(),\\s_\\s=>\\sc.map(|d|\\ssix!(d))\\s} 1 2 _\n1 58 i<1 four!()\n1 72 n<2.1 five()\n1 85 n<3.2:c c.map(|d|\\ssix!(d))\n1 95 i1<1 six!(d)\n1 106 n:b {\\sseven()\\s}\n1 108 n<1 seven()\n1 118 i eight!{}\n1 127 n nine()\n"
                );
                one();
                __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                two!();
                __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                let a = three!();
                __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                match b {
                    1 => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                        four!()
                    }
                    2 => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                        five()
                    }
                    _ => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 6);
                        c.map(|d| {
                            let __instr_guard = __INSTR_SITES.__instr_begin(7);
                            six!(d)
                        })
                    }
                }
                __INSTR_SITES.__instr_probe(&__instr_guard, 8);
                {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 9);
                    seven()
                }
                __INSTR_SITES.__instr_probe(&__instr_guard, 10);
                eight! {}
                __INSTR_SITES.__instr_probe(&__instr_guard, 11);
                nine()
            }
        "#]],
    );
}

#[test]
fn macros_expansions() {
    check(
        r#"macros = "expansions""#,
        "fn f() { one(); two!(); let a = three!(); match b { 1 => four!(), 2 => five(), _ => c.map(|d| six!(d)) } { seven() } eight!{} nine() }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    8,
                    " f <parsed\\sstring\\s1> :1\n1 10 n one();\n1 25 n let\\sa\\s=\\sthree!();\n1 43 n:maa match\\sb\\s{\\s1\\s=>\\sfour!(),\\s2\\s=>\\sfive(),\\s_\\s=>\\sc.map(|d|\\ssix!(d))\\s} 1 2 _\n1 72 n<1.1 five()\n1 85 n<2.2:c c.map(|d|\\ssix!(d))\n1 106 n:b {\\sseven()\\s}\n1 108 n<1 seven()\n1 127 n nine()\n"
                );
                one();
                two!();
                __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                let a = three!();
                __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                match b {
                    1 => four!(),
                    2 => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                        five()
                    }
                    _ => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                        c.map(|d| {
                            let __instr_guard = enter();
                            six!(d)
                        })
                    }
                }
                __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 6);
                    seven()
                }
                __INSTR_SITES.__instr_resume(&__instr_guard, 5);
                eight! {}
                __INSTR_SITES.__instr_probe(&__instr_guard, 7);
                nine()
            }
        "#]],
    );
}

#[test]
fn macros_none() {
    check(
        r#"macros = "none""#,
        "fn f() { one(); two!(); let a = three!(); match b { 1 => four!(), 2 => five(), _ => c.map(|d| six!(d)) } { seven() } eight!{} nine() }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    8,
                    " f <parsed\\sstring\\s1> :1\n1 10 n one();\n1 25 n let\\sa\\s=\\sthree!();\n1 43 n:maa match\\sb\\s{\\s1\\s=>\\sfour!(),\\s2\\s=>\\sfive(),\\s_\\s=>\\sc.map(|d|\\ssix!(d))\\s} 1 2 _\n1 72 n<1.1 five()\n1 85 n<2.2:c c.map(|d|\\ssix!(d))\n1 106 n:b {\\sseven()\\s}\n1 108 n<1 seven()\n1 127 n nine()\n"
                );
                one();
                two!();
                __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                let a = three!();
                __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                match b {
                    1 => four!(),
                    2 => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                        five()
                    }
                    _ => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                        c.map(|d| {
                            let __instr_guard = enter();
                            six!(d)
                        })
                    }
                }
                __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 6);
                    seven()
                }
                __INSTR_SITES.__instr_resume(&__instr_guard, 5);
                eight! {}
                __INSTR_SITES.__instr_probe(&__instr_guard, 7);
                nine()
            }
        "#]],
    );
}

#[test]
fn a_function_of_macro_calls() {
    check(
        r#"macros = "none""#,
        "fn f() { one!(); two!() }",
        expect![[r#"
            fn f() {
                one!();
                two!()
            }
        "#]],
    );
}

#[test]
fn a_call_behind_blocks() {
    check(
        r#"macros = "none""#,
        "fn f() { if a() { one(); } two!(); three!(); }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    2,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:i if\\sa()\\s{\\sone();\\s}\n1 19 n<1 one();\n"
                );
                if a() {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                    one();
                }
                __INSTR_SITES.__instr_resume(&__instr_guard, 0);
                two!();
                three!();
            }
        "#]],
    );
}
