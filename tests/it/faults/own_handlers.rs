//! Programs that replace our handlers by their own: where the end is unknown, the report says so.

use instr_tests::analyzer;
use instr_tests::build::{INSTRUMENTED, PLAIN, program};
use instr_tests::program::{Ended, Scene, run};
use serde_json::Value;

/// So many statements are needed to look at every handler in a log, a look every 32 and seven signals, and to fill half the
/// ring below.
const ENOUGH: &str = "10000";

type Variables = &'static [(&'static str, &'static str)];
/// Where one thread looks at the handlers.
const LOOKS: [Variables; 2] =
    [&[("INSTR_SINK", "write")], &[("INSTR_SINK", "ring"), ("INSTR_RING_BYTES", "64K"), ("INSTR_RING_HISTORY", "1")]];
const SINKS: [Variables; 4] = [LOOKS[0], LOOKS[1], &[("INSTR_SINK", "ring")], &[("INSTR_SINK", "count")]];

/// Runs the program with and without us: how it ends according to the report, and the handlers that this calls replaced.
fn ended(arguments: &[&str], variables: Variables) -> (String, Value) {
    let (scene, plain_scene) = (Scene::new(), Scene::new());
    let start = |scene: &Scene, build| -> Ended {
        let mut command = scene.command(&program("own_handlers", build));
        run(command.args(arguments).envs(variables.iter().copied()))
    };
    assert_eq!(start(&scene, INSTRUMENTED), start(&plain_scene, PLAIN), "{arguments:?} {variables:?}");
    let report = scene.report();
    let replaced = report.run()["replaced_handlers"].clone();
    let text = analyzer::run([scene.output()]).stdout;
    let says = text
        .contains("the program has its own handlers for SIGSEGV; such a crash is recorded only if they pass it on\n");
    assert_eq!(says, replaced.is_array(), "{text}");
    (report.end().0.to_owned(), replaced)
}

#[test]
fn row_15_an_unknown_end_behind_replaced_handlers_says_so() {
    let replaced = ("unknown".to_owned(), Value::from(["SIGSEGV"].as_slice()));
    for variables in SINKS {
        for way in ["sigaction", "signal", "ignored"] {
            assert_eq!(ended(&[way, "0"], variables), replaced, "{way} {variables:?}");
        }
        let (_, seen) = ended(&["sigaction", ENOUGH], variables);
        // In one thread, only what makes system calls anyway.
        assert_eq!(seen.is_array(), LOOKS.contains(&variables), "{variables:?}");
        // Whether it passes on what never came, nobody knows.
        assert_eq!(ended(&["passing-on", "0", "killed"], variables), replaced, "{variables:?}");
    }
}

#[test]
fn row_15_handlers_that_pass_on_or_came_before_or_are_gone_are_not_called_replaced() {
    for variables in SINKS {
        for turns in ["0", ENOUGH] {
            for way in ["before", "none", "passing-on"] {
                let (end, replaced) = ended(&[way, turns], variables);
                assert_eq!((end.as_str(), replaced), ("signal", Value::Null), "{way} {turns} {variables:?}");
            }
            for way in ["before", "none", "restored"] {
                let (end, replaced) = ended(&[way, turns, "killed"], variables);
                assert_eq!((end.as_str(), replaced), ("unknown", Value::Null), "{way} {turns} {variables:?}");
            }
        }
    }
}
