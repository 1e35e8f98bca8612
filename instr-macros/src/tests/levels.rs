//! The levels: what has a probe, and where what is around it is resumed.

use expect_test::expect;

use super::check;

#[test]
fn function_has_one_probe() {
    check(
        r#"level = "function""#,
        "fn f(a: &[u8],  b: u8) -> u8 { one(); if a { two() } else { three() } for c in d { four(); continue } (if e { 1 } else { 2 }) + 3 }",
        expect![[r#"
            fn f(a: &[u8], b: u8) -> u8 {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    1,
                    " f <parsed\\sstring\\s1> :1 (a,b)\n1 1 n:ietie fn\\sf(a:\\s&[u8],\\sb:\\su8)\\s->\\su8\n"
                );
                one();
                if a { two() } else { three() }
                for c in d {
                    four();
                    continue;
                }
                (if e { 1 } else { 2 }) + 3
            }
        "#]],
    );
}

#[test]
fn function_without_statements() {
    check(
        r#"level = "function""#,
        "fn f() {}",
        expect![[r#"
            fn f() {
                sites!(1, " f <parsed\\sstring\\s1> :1\n1 1 n fn\\sf()\n");
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
            }
        "#]],
    );
}

#[test]
fn function_with_closures() {
    check(
        r#"level = "function""#,
        "fn f() { let c = |x| x + 1; let d = move |y| { one(); }; two(|| {}); three() }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    4,
                    " f <parsed\\sstring\\s1> :1\n1 1 n:ccc fn\\sf()\n1 18 n1<1 |x|\\sx\\s+\\s1\n1 37 n1<2 move\\s|y|\\s{\\sone();\\s}\n1 62 n1<3 ||\\s{}\n"
                );
                let c = |x| {
                    let __instr_guard = __INSTR_SITES.__instr_begin(1);
                    x + 1
                };
                let d = move |y| {
                    let __instr_guard = __INSTR_SITES.__instr_begin(2);
                    one();
                };
                two(|| {});
                three()
            }
        "#]],
    );
}

#[test]
fn function_that_is_async() {
    check(
        r#"level = "function""#,
        "async fn f() { one().await; two(); let a = { three().await } + 4; async move { five() }.await; while six() { seven().await } eight() }",
        expect![[r#"
            async fn f() {
                sites!(
                    2,
                    " f <parsed\\sstring\\s1> :1\n1 1 n:byt async\\sfn\\sf()\n1 67 n1<1 async\\smove\\s{\\sfive()\\s}\n"
                );
                __INSTR_SITES.__instr_probe_here(0);
                one().await;
                __INSTR_SITES.__instr_resume_here(0);
                two();
                let a = (after)({ three().await }, __INSTR_SITES.__instr_resume_here(0)) + 4;
                __INSTR_SITES.__instr_resume_here(0);
                async move {
                    __INSTR_SITES.__instr_probe_here(1);
                    five()
                }
                    .await;
                __INSTR_SITES.__instr_resume_here(0);
                while six() {
                    { seven().await }
                    #[allow(unreachable_code)] __INSTR_SITES.__instr_resume_here(0);
                }
                __INSTR_SITES.__instr_resume_here(0);
                eight()
            }
        "#]],
    );
}

#[test]
fn function_inside_a_function() {
    check(
        r#"level = "function""#,
        "fn f() { one(); fn g() { two(); } three(); }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                one();
                fn g() {
                    let __instr_guard = __INSTR_SITES.__instr_begin(0);
                    sites!(1, " f::g <parsed\\sstring\\s1> :1\n1 17 n fn\\sg()\n");
                    two();
                }
                sites!(1, " f <parsed\\sstring\\s1> :1\n1 1 n fn\\sf()\n");
                three();
            }
        "#]],
    );
}

#[test]
fn blocks() {
    check(
        r#"level = "block""#,
        "fn f() -> u8 { one(); { two(); three(); } let a = { four() }; unsafe { five(); } {} six() }",
        expect![[r#"
            fn f() -> u8 {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    4,
                    " f <parsed\\sstring\\s1> :1\n1 1 n:bbbb fn\\sf()\\s->\\su8\n1 23 n<1 {\\stwo();\\sthree();\\s}\n1 51 n<2 {\\sfour()\\s}\n1 70 n<3 {\\sfive();\\s}\n"
                );
                one();
                {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                    two();
                    three();
                }
                __INSTR_SITES.__instr_resume(&__instr_guard, 0);
                let a = {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                    four()
                };
                __INSTR_SITES.__instr_resume(&__instr_guard, 0);
                unsafe {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                    five();
                }
                __INSTR_SITES.__instr_resume(&__instr_guard, 0);
                {}
                six()
            }
        "#]],
    );
}

#[test]
fn branches() {
    check(
        r#"level = "block""#,
        "fn f() { if a() { one(); } else if b() { two(); } else { } let Some(c) = d() else { return; }; match e() { 1 => three(), 2 => { four(); } _ => {} } g(if h { 1 } else { 2 }, i()); }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    8,
                    " f <parsed\\sstring\\s1> :1\n1 1 n:ijenmaaie fn\\sf() 1 2 _\n1 17 n<1 {\\sone();\\s}\n1 40 n<2.1 {\\stwo();\\s}\n1 83 n<3 {\\sreturn;\\s}\n1 113 n<4 three()\n1 127 n<5.1 {\\sfour();\\s}\n1 156 n<6 {\\s1\\s}\n1 167 n<7.1 {\\s2\\s}\n"
                );
                if a() {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                    one();
                } else if b() {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                    two();
                } else {}
                __INSTR_SITES.__instr_resume(&__instr_guard, 0);
                let Some(c) = d() else {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                    return;
                };
                __INSTR_SITES.__instr_resume(&__instr_guard, 0);
                match e() {
                    1 => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                        three()
                    }
                    2 => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 5);
                        four();
                    }
                    _ => {}
                }
                __INSTR_SITES.__instr_resume(&__instr_guard, 0);
                g(
                    (after)(
                        if h {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 6);
                            1
                        } else {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 7);
                            2
                        },
                        __INSTR_SITES.__instr_resume(&__instr_guard, 0),
                    ),
                    i(),
                );
            }
        "#]],
    );
}

#[test]
fn loops_at_the_level_of_blocks() {
    check(
        r#"level = "block""#,
        "fn f() { while a() { one(); } for b in c() { if d() { continue; } } loop { break; } two() }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    5,
                    " f <parsed\\sstring\\s1> :1\n1 1 n:ttl fn\\sf()\n1 20 n<1 {\\sone();\\s}\n1 44 n<2:i {\\sif\\sd()\\s{\\scontinue;\\s}\\s}\n1 53 n<1 {\\scontinue;\\s}\n1 74 n<4 {\\sbreak;\\s}\n"
                );
                while a() {
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        one();
                    };
                    #[allow(unreachable_code)] __INSTR_SITES.__instr_resume(&__instr_guard, 0);
                }
                __INSTR_SITES.__instr_resume(&__instr_guard, 0);
                for b in c() {
                    {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                        if d() {
                            __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                            {
                                __INSTR_SITES.__instr_resume(&__instr_guard, 0);
                                continue;
                            };
                        }
                    }
                    #[allow(unreachable_code)] __INSTR_SITES.__instr_resume(&__instr_guard, 0);
                }
                __INSTR_SITES.__instr_resume(&__instr_guard, 0);
                loop {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                    break;
                }
                __INSTR_SITES.__instr_resume(&__instr_guard, 0);
                two()
            }
        "#]],
    );
}

#[test]
fn attributes_at_the_level_of_blocks() {
    check(
        r#"level = "block""#,
        "fn f() { { one(); } #[cfg(a)] return; #[cfg(not(a))] two(); three(); }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    2, " f <parsed\\sstring\\s1> :1\n1 1 n:b fn\\sf()\n1 10 n<1 {\\sone();\\s}\n"
                );
                {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                    one();
                }
                #[cfg(a)] __INSTR_SITES.__instr_resume(&__instr_guard, 0);
                #[cfg(a)] return;
                #[cfg(not(a))] __INSTR_SITES.__instr_resume(&__instr_guard, 0);
                #[cfg(not(a))] two();
                __INSTR_SITES.__instr_resume(&__instr_guard, 0);
                three();
            }
        "#]],
    );
}

#[test]
fn inner_attribute_overrides_one_argument() {
    check(
        r#"level = "function", macros = "none", crate = a"#,
        r#"mod m { fn f() { one(); two!(); } #[instrument_source(level = "statement")] impl A { fn g() { one(); two!(); } #[instrument_source(macros = "both")] fn h() { two!(); #[instrument_source(crate = b, level = "block")] fn i() { { three!(); } } } } }"#,
        expect![[r#"
            mod m {
                fn f() {
                    let __instr_guard = __INSTR_SITES.__instr_begin(0);
                    a::macro_api::sites!(1, " f <parsed\\sstring\\s1> :1\n1 9 n fn\\sf()\n");
                    one();
                    two!();
                }
                impl A {
                    fn g() {
                        let __instr_guard = __INSTR_SITES.__instr_begin(0);
                        a::macro_api::sites!(1, " A::g <parsed\\sstring\\s1> :1\n1 95 n one();\n");
                        one();
                        two!();
                    }
                    fn h() {
                        let __instr_guard = __INSTR_SITES.__instr_begin(0);
                        two!();
                        fn i() {
                            let __instr_guard = __INSTR_SITES.__instr_begin(0);
                            b::macro_api::sites!(
                                2,
                                " A::h::i <parsed\\sstring\\s1> :1\n1 216 n:b fn\\si()\n1 225 n<1 {\\sthree!();\\s}\n"
                            );
                            {
                                __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                                three!();
                            }
                        }
                        a::macro_api::sites!(1, " A::h <parsed\\sstring\\s1> :1\n1 159 i two!();\n");
                    }
                }
            }
        "#]],
    );
}
