//! The names of functions, and of the closures in them: those of a backtrace.

use expect_test::expect;

use super::check_texts;

#[test]
fn closures_say_how_deep_they_are() {
    check_texts(
        "",
        "fn f() { a(); g(|| { b(); h(|| c()); d() }); e() }",
        expect![[r#"
             f :1
            1 10 n a();
            1 15 n:c g(||\s{\sb();\sh(||\sc());\sd()\s});
            1 22 n1<1 b();
            1 27 n1<2:c h(||\sc());
            1 32 n2<1 c()
            1 38 n1<4 d()
            1 46 n e()
        "#]],
    );
}

#[test]
fn an_async_closure_is_two_and_an_async_fn_none() {
    let input = "async fn f() { a(); async { b() }.await; let g = async || c(); let h = || async { d() }; }";
    check_texts(
        "",
        input,
        expect![[r#"
             f :1
            1 16 n a();
            1 21 n:y async\s{\sb()\s}.await;
            1 29 n1<1 b()
            1 42 n:c let\sg\s=\sasync\s||\sc();
            1 59 n2<1 c()
            1 64 n:c let\sh\s=\s||\sasync\s{\sd()\s};
            1 75 n1<1:y async\s{\sd()\s}
            1 83 n2<1 d()
        "#]],
    );
}

#[test]
fn items_in_a_closure_have_its_name() {
    let input = "fn f() { let g = || { fn h() { a() } impl T { fn i() { b(|| { fn j() { c() } j() }) } } h() }; fn k() { d() } }";
    check_texts(
        "",
        input,
        expect![[r#"
             f::{{closure}}::h :1
            1 32 n a()
             f::{{closure}}::T::i :1
            1 56 n:c b(||\s{\sfn\sj()\s{\sc()\s}\sj()\s})
            1 78 n1<1 j()
             f::{{closure}}::T::i::{{closure}}::j :1
            1 72 n c()
             f::k :1
            1 105 n d()
             f :1
            1 10 n:c let\sg\s=\s||\s{\sfn\sh()\s{\sa()\s}\simpl\sT\s{\sfn\si()\s{\sb(||\s{\sfn\sj()\s{\sc()\s}\sj()\s})\s}\s}\sh()\s};
            1 89 n1<1 h()
        "#]],
    );
}

#[test]
fn arguments_of_a_call_behind_a_closure_are_the_functions() {
    check_texts(
        "",
        "fn f() { g(|x| { a(x) }, { b() }); match h(|| c()) { _ => d() } }",
        expect![[r#"
             f :1
            1 10 n:cb g(|x|\s{\sa(x)\s},\s{\sb()\s});
            1 18 n1<1 a(x)
            1 28 n<2.1 b()
            1 36 n:cm match\sh(||\sc())\s{\s_\s=>\sd()\s} _
            1 47 n1<1 c()
            1 59 n<2.1 d()
        "#]],
    );
}

#[test]
fn what_enters_a_closure_is_the_closures() {
    let input = "fn f() { g(|x| { a(x); if y { b() } }); async { c() }.await; }";
    check_texts(
        r#"level = "function""#,
        input,
        expect![[r#"
             f :1
            1 1 n:cy fn\sf()
            1 12 n1<1:i |x|\s{\sa(x);\sif\sy\s{\sb()\s}\s}
            1 41 n1<2 async\s{\sc()\s}
        "#]],
    );
    check_texts(
        r#"level = "block""#,
        input,
        expect![[r#"
             f :1
            1 1 n:cy fn\sf()
            1 12 n1<1:i |x|\s{\sa(x);\sif\sy\s{\sb()\s}\s}
            1 29 n1<1 {\sb()\s}
            1 41 n1<3 async\s{\sc()\s}
        "#]],
    );
}
