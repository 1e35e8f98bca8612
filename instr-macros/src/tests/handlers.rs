//! `#[signal_handler]`: the guard, what it refuses, and what it and `#[instrument_source]` warn of.

use expect_test::{Expect, expect};

use super::{check, pretty};
use crate::expand;

/// Compares the expansion of `input` below `#[signal_handler(args)]` with `expect`.
#[track_caller]
fn check_handler(args: &str, input: &str, expect: Expect) {
    let input = input.parse().expect("the input is Rust");
    let output = expand::signal_handler(args.parse().expect("the arguments are tokens"), input);
    expect.assert_eq(&pretty(&output));
}

/// The notes of the warnings about a handler with this body, a line each.
#[track_caller]
fn check_lint(body: &str, expect: Expect) {
    let input = format!("extern \"C\" fn f(_: i32) {{ {body} }}").parse().expect("the body is Rust");
    let output = expand::signal_handler(Default::default(), input).to_string();
    expect.assert_eq(&notes(&output));
}

/// The notes of the warnings about what is handed over in this item, a line each.
#[track_caller]
fn check_handed_over(item: &str, expect: Expect) {
    let output = expand::instrument_source(Default::default(), item.parse().expect("the item is Rust"));
    expect.assert_eq(&notes(&output.to_string()));
}

fn notes(output: &str) -> String {
    let notes = output.split("note = \"").skip(1).filter_map(|rest| rest.split_once("\")]"));
    notes.map(|(note, _)| format!("{note}\n")).collect()
}

#[test]
fn a_guard_and_no_probe() {
    check_handler(
        "",
        r#"pub unsafe extern "C" fn f(_: i32) { #![allow(unused)] use a::b; let c = || b(); c() }"#,
        expect![[r#"
            pub unsafe extern "C" fn f(_: i32) {
                #![allow(unused)]
                use a::b;
                let __instr_guard = enter();
                let c = || b();
                c()
            }
        "#]],
    );
}

#[test]
fn another_runtime() {
    check_handler(
        "crate = a::b",
        "fn f() { g() }",
        expect![[r#"
        fn f() {
            let __instr_guard = a::b::macro_api::enter();
            g()
        }
    "#]],
    );
}

#[test]
fn nothing_in_a_naked_function_and_no_guard_in_a_const_one() {
    check_handler(
        "",
        r#"#[unsafe(naked)] extern "C" fn f(_: i32) { naked_asm!("ret") }"#,
        expect![[r##"
        #[unsafe(naked)]
        extern "C" fn f(_: i32) {
            naked_asm!("ret")
        }
    "##]],
    );
    check_handler(
        "",
        r#"const extern "C" fn f(_: i32) {}"#,
        expect![[r#"
        const extern "C" fn f(_: i32) {}
    "#]],
    );
}

#[test]
fn a_warning_is_an_item_of_the_handler() {
    check_handler(
        "",
        r#"extern "C" fn f(_: i32) { libc::malloc(1); write(1); }"#,
        expect![[r#"
        extern "C" fn f(_: i32) {
            let __instr_guard = enter();
            const _: () = {
                #[deprecated(
                    note = "`libc::malloc` may find the heap locked by what the signal interrupted; see signal-safety(7)"
                )]
                const NOT_ASYNC_SIGNAL_SAFE: () = ();
                NOT_ASYNC_SIGNAL_SAFE
            };
            libc::malloc(1);
            write(1);
        }
    "#]],
    );
}

#[test]
fn denied() {
    check_handler(
        "deny",
        r#"extern "C" fn f(_: i32) { libc::malloc(1); a.unwrap(); }"#,
        expect![[r#"
        ::core::compile_error! {
            "`libc::malloc` may find the heap locked by what the signal interrupted; see signal-safety(7)"
        }
        ::core::compile_error! {
            "`unwrap` may panic, which allocates and locks, and must not leave a handler; see signal-safety(7)"
        }
        extern "C" fn f(_: i32) {
            libc::malloc(1);
            a.unwrap();
        }
    "#]],
    );
    check_handler(
        "deny",
        r#"extern "C" fn f(_: i32) { #[allow(deprecated)] libc::malloc(1); }"#,
        expect![[r#"
        extern "C" fn f(_: i32) {
            let __instr_guard = enter();
            #[allow(deprecated)] libc::malloc(1);
        }
    "#]],
    );
}

#[test]
fn calls_by_their_paths() {
    check_lint(
        "Box::new(1); std::boxed::Box::<u8>::new(1); Vec::<u8>::with_capacity(1); String::new(); HashMap::new();
         Mutex::lock(&m); std::env::var(a); env::args(); std::thread::current(); thread::sleep(d); std::fs::read(p);
         File::open(p); std::io::stdout(); std::process::exit(1); std::panic::resume_unwind(a); Backtrace::capture();",
        expect![[r#"
            `Box::new` allocates, and what the signal interrupted may hold the heap's lock; see signal-safety(7)
            `std::boxed::Box::new` allocates, and what the signal interrupted may hold the heap's lock; see signal-safety(7)
            `Vec::with_capacity` allocates, and what the signal interrupted may hold the heap's lock; see signal-safety(7)
            `HashMap::new` allocates, and what the signal interrupted may hold the heap's lock; see signal-safety(7)
            `Mutex::lock` waits for a lock, which what the signal interrupted may hold for ever; see signal-safety(7)
            `std::env::var` locks the environment, which the signal may have interrupted in use, and allocates; see signal-safety(7)
            `env::args` locks the environment, which the signal may have interrupted in use, and allocates; see signal-safety(7)
            `std::thread::current` sets thread-local state up under locks, and allocates; see signal-safety(7)
            `thread::sleep` keeps what the signal interrupted, and the locks that it holds, waiting; see signal-safety(7)
            `std::fs::read` allocates for paths and buffers; `write(2)` and its like do not; see signal-safety(7)
            `File::open` allocates for paths and buffers; `write(2)` and its like do not; see signal-safety(7)
            `std::io::stdout` allocates, and locks a stream that the signal may have interrupted in use; see signal-safety(7)
            `std::process::exit` runs exit handlers and destructors in the midst of what the signal interrupted; `_exit` does not; see signal-safety(7)
            `std::panic::resume_unwind` may panic, which allocates and locks, and must not leave a handler; see signal-safety(7)
            `Backtrace::capture` allocates, and what the signal interrupted may hold the heap's lock; see signal-safety(7)
        "#]],
    );
}

#[test]
fn methods_and_macros() {
    check_lint(
        r#"a.to_string(); m.lock(); l.write(); a.b().unwrap(); c.borrow_mut(); i.collect::<A>(); format!(""); vec![1];
           println!(); std::eprintln!(); assert!(a); panic!(); log::info!(""); match a { b => todo!() }"#,
        expect![[r#"
            `to_string` allocates, and what the signal interrupted may hold the heap's lock; see signal-safety(7)
            `lock` waits for a lock, which what the signal interrupted may hold for ever; see signal-safety(7)
            `write` waits for a lock, which what the signal interrupted may hold for ever; see signal-safety(7)
            `unwrap` may panic, which allocates and locks, and must not leave a handler; see signal-safety(7)
            `borrow_mut` may panic, which allocates and locks, and must not leave a handler; see signal-safety(7)
            `collect` allocates, and what the signal interrupted may hold the heap's lock; see signal-safety(7)
            `format!` allocates, and what the signal interrupted may hold the heap's lock; see signal-safety(7)
            `vec!` allocates, and what the signal interrupted may hold the heap's lock; see signal-safety(7)
            `println!` allocates, and locks a stream that the signal may have interrupted in use; see signal-safety(7)
            `std::eprintln!` allocates, and locks a stream that the signal may have interrupted in use; see signal-safety(7)
            `assert!` may panic, which allocates and locks, and must not leave a handler; see signal-safety(7)
            `panic!` may panic, which allocates and locks, and must not leave a handler; see signal-safety(7)
            `log::info!` hands over to a logger, which may lock and allocate; see signal-safety(7)
            `todo!` may panic, which allocates and locks, and must not leave a handler; see signal-safety(7)
        "#]],
    );
}

#[test]
fn functions_of_c() {
    check_lint(
        "libc::malloc(1); nix::libc::exit(1); printf(a); getenv(a); libc::pthread_mutex_lock(a); libc::localtime(a);
         libc::dlsym(a, b); syslog(a); libc::qsort(a);",
        expect![[r#"
            `libc::malloc` may find the heap locked by what the signal interrupted; see signal-safety(7)
            `nix::libc::exit` runs exit handlers and destructors in the midst of what the signal interrupted; `_exit` does not; see signal-safety(7)
            `printf` may find the stream locked or half written by what the signal interrupted, and allocates; see signal-safety(7)
            `getenv` may find the environment half changed by what the signal interrupted; see signal-safety(7)
            `libc::pthread_mutex_lock` may wait for what the interrupted thread holds, or find it half changed; see signal-safety(7)
            `libc::localtime` locks the time zone, which what the signal interrupted may hold; see signal-safety(7)
            `libc::dlsym` locks the loader, which what the signal interrupted may hold, and allocates; see signal-safety(7)
            `syslog` locks the connection to the log, which what the signal interrupted may hold, and allocates; see signal-safety(7)
            `libc::qsort` is not on the list of functions that a handler may call; see signal-safety(7)
        "#]],
    );
}

#[test]
fn what_a_handler_may_do() {
    check_lint(
        r#"libc::write(1, a, 2); libc::_exit(1); libc::WEXITSTATUS(a); libc::mmap64(a); libc::__errno_location();
           exit(1); free(a); own::malloc(1); sink.write(a); pointer.read(); DONE.store(true, Relaxed); matches!(a, b);
           std::process::abort(); Instant::now(); std::process::id(); io::Error::last_os_error(); write!(a, "");
           Arc::clone(&a); Box::leak(b); a[1]; a + b; std::hint::spin_loop(); m.try_lock(); own::println!();
           fn inner() { Box::new(1); } #[allow(deprecated)] Box::new(1); #[allow(deprecated)] a.b = Box::new(1);
           match a { #[allow(deprecated)] b => Box::new(1), #[allow(warnings)] c => Box::new(2) };"#,
        expect![[""]],
    );
}

#[test]
fn an_allowed_handler() {
    check_handler(
        "",
        r#"#[allow(deprecated)] extern "C" fn f(_: i32) { panic!() }"#,
        expect![[r##"
        #[allow(deprecated)]
        extern "C" fn f(_: i32) {
            let __instr_guard = enter();
            panic!()
        }
    "##]],
    );
}

#[test]
fn handed_over_to_libc() {
    check_handed_over(
        "mod a {
             extern \"C\" fn f(_: i32) {}
             fn install() {
                 libc::signal(SIGINT, f as usize);
                 signal(SIGINT, f as *const () as sighandler_t);
                 action.sa_sigaction = self::f as usize;
                 let _ = sigaction { sa_sigaction: f as usize, sa_flags: 0 };
             }
         }",
        expect![[r#"
            `f` is instrumented and runs as a signal handler: mark it `#[signal_handler]`
            `f` is instrumented and runs as a signal handler: mark it `#[signal_handler]`
            `f` is instrumented and runs as a signal handler: mark it `#[signal_handler]`
            `f` is instrumented and runs as a signal handler: mark it `#[signal_handler]`
        "#]],
    );
}

#[test]
fn handed_over_to_other_crates() {
    check_handed_over(
        "impl A {
             extern \"C\" fn f(_: i32) {}
             fn install() {
                 signal_hook::low_level::register(SIGINT, Self::f);
                 register(SIGTERM, || A::f(1));
                 SigHandler::Handler(A::f);
                 let _ = SigAction::new(SigHandler::SigAction(Self::f), flags, set);
             }
         }",
        expect![[r#"
            `A::f` is instrumented and runs as a signal handler: mark it `#[signal_handler]`
            this closure is instrumented and runs as a signal handler: hand over a function marked `#[signal_handler]` instead
            `A::f` is instrumented and runs as a signal handler: mark it `#[signal_handler]`
            `A::f` is instrumented and runs as a signal handler: mark it `#[signal_handler]`
        "#]],
    );
}

#[test]
fn handed_over_by_itself_or_from_within() {
    check_handed_over(
        "extern \"C\" fn f(_: i32) { libc::signal(2, f as usize); }",
        expect![[r#"
        `f` is instrumented and runs as a signal handler: mark it `#[signal_handler]`
    "#]],
    );
    check_handed_over(
        "fn g() { extern \"C\" fn f(_: i32) {} libc::signal(2, f as usize); }",
        expect![[r#"
        `f` is instrumented and runs as a signal handler: mark it `#[signal_handler]`
    "#]],
    );
}

#[test]
fn nothing_to_warn_of() {
    check_handed_over(
        "mod a {
             #[signal_handler] extern \"C\" fn marked(_: i32) {}
             #[instrument_source(skip)] extern \"C\" fn skipped(_: i32) {}
             const extern \"C\" fn constant(_: i32) {}
             extern \"C\" fn f(_: i32) {}
             fn install() {
                 libc::signal(SIGINT, marked as usize);
                 libc::signal(SIGINT, skipped as usize);
                 libc::signal(SIGINT, constant as usize);
                 libc::signal(SIGINT, elsewhere::f as usize);
                 libc::signal(SIGINT, libc::SIG_IGN);
                 registry.register(SIGINT, f);
                 events::register(name, f);
                 signal(name, f);
                 Handler(f);
                 #[allow(deprecated)] libc::signal(SIGINT, f as usize);
                 #[allow(deprecated)] action.sa_sigaction = f as usize;
             }
             #[allow(deprecated)] fn allowed() { libc::signal(SIGINT, f as usize); }
             mod b { fn install() { libc::signal(SIGINT, f as usize); } }
         }",
        expect![[""]],
    );
    check(
        "by_tool",
        "fn f() { libc::signal(2, f as usize); }",
        expect![[r#"
            fn f() {
                let __instr_guard = __INSTR_SITES.__instr_begin(0);
                sites!(
                    1, " f <parsed\\sstring\\s1> :1\n1 10 n libc::signal(2,\\sf\\sas\\susize);\n"
                );
                libc::signal(2, f as usize);
            }
        "#]],
    );
}
