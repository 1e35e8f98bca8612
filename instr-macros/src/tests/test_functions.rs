//! Tests, which the site texts tell apart.

use expect_test::expect;

use super::{check, check_texts};

#[test]
fn tests_of_libtest_and_of_others() {
    check_texts(
        "",
        "#[test] fn f() { a() }",
        expect![[r#"
             f :1 test
            1 18 n a()
        "#]],
    );
    check_texts(
        "",
        "#[tokio::test(flavor = \"multi_thread\")] async fn f() { a() }",
        expect![[r#"
             f :1 test
            1 56 n a()
        "#]],
    );
    check_texts(
        "",
        "#[cfg(test)] fn f() { a() }",
        expect![[r#"
             f :1
            1 23 n a()
        "#]],
    );
    check_texts(
        "",
        "#[cfg_attr(test, inline)] fn f() { a() }",
        expect![[r#"
             f :1
            1 36 n a()
        "#]],
    );
    check_texts(
        "",
        "#[cfg_attr(not(miri), test)] fn f() { a() }",
        expect![[r#"
             f :1 test
            1 39 n a()
        "#]],
    );
}

#[test]
fn tests_that_are_to_panic() {
    check_texts(
        "",
        "#[test] #[should_panic] fn f() { a() }",
        expect![[r#"
             f :1 should_panic
            1 34 n a()
        "#]],
    );
    check_texts(
        "",
        "#[should_panic(expected = \"a b\")] #[test] fn f() { a() }",
        expect![[r#"
             f :1 should_panic=a\sb
            1 52 n a()
        "#]],
    );
    check_texts(
        "",
        "#[test] #[should_panic = \"a\\nb\"] fn f() { a() }",
        expect![[r#"
             f :1 should_panic=a\nb
            1 43 n a()
        "#]],
    );
    check_texts(
        "",
        "#[test] #[should_panic(expected = invisible!(\"a\"))] fn f() { a() }",
        expect![[r#"
             f :1 should_panic=a
            1 62 n a()
        "#]],
    );
    check_texts(
        "",
        "#[test] #[should_panic(expected = \"a\",)] fn f() { a() }",
        expect![[r#"
             f :1 should_panic=a
            1 51 n a()
        "#]],
    );
}

#[test]
fn a_test_whose_attribute_has_been_expanded_is_known_by_its_other_one() {
    check_texts(
        "",
        "#[should_panic] fn f() { a() }",
        expect![[r#"
             f :1 should_panic
            1 26 n a()
        "#]],
    );
}

#[test]
fn tests_in_a_module_and_not_what_is_in_them() {
    let input = "mod tests { #[test] fn f() { fn g() { a() } b(|| c()) } fn h() { d() } }";
    check_texts(
        "",
        input,
        expect![[r#"
             f::g :1
            1 39 n a()
             f :1 test
            1 45 n:c b(||\sc())
            1 50 n1<1 c()
             h :1
            1 66 n d()
        "#]],
    );
}

#[test]
fn a_condition_decides_whether_a_test_is_to_panic() {
    check(
        "",
        "#[test] #[cfg_attr(debug_assertions, should_panic(expected = \"a\"))] fn f() { a() }",
        expect![[r##"
            #[test]
            #[cfg_attr(debug_assertions, should_panic(expected = "a"))]
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                #[cfg(not(debug_assertions))]
                sites!(1, " f <parsed\\sstring\\s1> :1 test\n1 78 n a()\n");
                #[cfg(debug_assertions)]
                sites!(1, " f <parsed\\sstring\\s1> :1 should_panic=a\n1 78 n a()\n");
                a()
            }
        "##]],
    );
    let nested = "#[test] #[cfg_attr(unix, cfg_attr(debug_assertions, inline, should_panic))] fn f() { a() }";
    check(
        "",
        nested,
        expect![[r##"
            #[test]
            #[cfg_attr(unix, cfg_attr(debug_assertions, inline, should_panic))]
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                #[cfg(not(all(unix, debug_assertions)))]
                sites!(1, " f <parsed\\sstring\\s1> :1 test\n1 86 n a()\n");
                #[cfg(all(unix, debug_assertions))]
                sites!(1, " f <parsed\\sstring\\s1> :1 should_panic\n1 86 n a()\n");
                a()
            }
        "##]],
    );
}
