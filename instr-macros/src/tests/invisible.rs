//! Invisible groups: what came through `macro_rules` keeps its meaning.

use expect_test::expect;

use super::check;

#[test]
fn what_could_bind_differently_get_parentheses() {
    check(
        "",
        "fn f() { let a = invisible!(1 + 2) * invisible!(b); -invisible!(c + 1); invisible!(-3).pow(2); }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    3,
                    " f <parsed\\sstring\\s1> :1\n1 10 n let\\sa\\s=\\sinvisible!(1\\s+\\s2)\\s*\\sinvisible!(b);\n1 53 n -invisible!(c\\s+\\s1);\n1 84 n -3).pow(2);\n"
                );
                let a = (1 + 2) * b;
                __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                -(c + 1);
                __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                (-3).pow(2);
            }
        "#]],
    );
}

#[test]
fn groups_in_types() {
    check(
        "",
        "fn f(a: &invisible!(dyn A + Send), b: invisible!(Vec<u8>)) -> &invisible!(str) { one() }",
        expect![[r#"
            fn f(a: &(dyn A + Send), b: Vec<u8>) -> &str {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(1, " f <parsed\\sstring\\s1> :1 (a,b)\n1 82 n one()\n");
                one()
            }
        "#]],
    );
}

#[test]
fn groups_in_patterns() {
    check(
        "",
        "fn f() { match a { invisible!(-3)..=invisible!(-1) => 1, invisible!(1 | 2) => 2, invisible!(-5) => 3, _ => 4 } }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    5,
                    " f <parsed\\sstring\\s1> :1\n1 10 n:maaa match\\sa\\s{\\sinvisible!(-3)..=invisible!(-1)\\s=>\\s1,\\sinvisible!(1\\s|\\s2)\\s=>\\s2,\\sinvisible!(-5)\\s=>\\s3,\\s_\\s=>\\s4\\s} -3)..=invisible!(-1 1 -5 _\n1 55 n<1 1\n1 79 n<2.1 2\n1 100 n<3.2 3\n1 108 n<4.3 4\n"
                );
                match a {
                    -3..=-1 => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                        1
                    }
                    (1 | 2) => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                        2
                    }
                    -5 => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 3);
                        3
                    }
                    _ => {
                        __INSTR_SITES.__instr_probe(&__instr_guard, 4);
                        4
                    }
                }
            }
        "#]],
    );
}

#[test]
fn groups_in_constant_arguments() {
    check(
        "",
        "fn f() { one::<invisible!(-3)>(); }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(1, " f <parsed\\sstring\\s1> :1\n1 10 n one::<invisible!(-3)>();\n");
                one::<-3>();
            }
        "#]],
    );
}

#[test]
fn groups_in_attributes_and_macros_stay() {
    check(
        "",
        r#"fn f() { #[doc = invisible!("a")] one(stringify!(invisible!(1 + 2))); }"#,
        expect![[r#"
            fn f() {
                let __instr_guard = enter();
                sites!(
                    1,
                    " f <parsed\\sstring\\s1> :1\n1 35 n one(stringify!(invisible!(1\\s+\\s2)));\n"
                );
                __INSTR_SITES.__instr_probe(&__instr_guard, 0);
                ///a
                one(stringify!(1 + 2));
            }
        "#]],
    );
}

#[test]
fn a_negated_parenthesis_is_no_macro() {
    check(
        "",
        "fn f() { return !(invisible!(a || b) && c); 'a: loop { break 'a !(invisible!(d || e) && g); } }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    3,
                    " f <parsed\\sstring\\s1> :1\n1 10 n return\\s!(invisible!(a\\s||\\sb)\\s&&\\sc);\n1 45 n:l* 'a:\\sloop\\s{\\sbreak\\s'a\\s!(invisible!(d\\s||\\se)\\s&&\\sg);\\s}\n1 56 n<1 break\\s'a\\s!(invisible!(d\\s||\\se)\\s&&\\sg);\n"
                );
                return !((a || b) && c);
                'a: loop {
                    __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                    break 'a !((d || e) && g);
                }
            }
        "#]],
    );
}

/// `u8 <` would be the beginning of a type's arguments.
#[test]
fn types_that_something_is_cast_to() {
    check(
        "",
        "fn f() { let a = 1 as invisible!(u8) << 2; let b = c as invisible!(d::E) < d; let e = 1 as invisible!(u8) + 1; }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    3,
                    " f <parsed\\sstring\\s1> :1\n1 10 n let\\sa\\s=\\s1\\sas\\sinvisible!(u8)\\s<<\\s2;\n1 44 n let\\sb\\s=\\sc\\sas\\sinvisible!(d::E)\\s<\\sd;\n1 79 n let\\se\\s=\\s1\\sas\\sinvisible!(u8)\\s+\\s1;\n"
                );
                let a = 1 as (u8) << 2;
                __INSTR_SITES.__instr_probe(&__instr_guard, 1);
                let b = c as (d::E) < d;
                __INSTR_SITES.__instr_probe(&__instr_guard, 2);
                let e = 1 as u8 + 1;
            }
        "#]],
    );
}
