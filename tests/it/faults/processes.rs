//! Programs that are replaced, lend their memory, go elsewhere or are confined.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::process::Command;

use instr_tests::build::{Build, INSTRUMENTED, PLAIN, program};
use instr_tests::faults::times;
use instr_tests::marks::Place;
use instr_tests::program::{Ended, Scene, copy_program, finish, run, start};
use instr_tests::records::{Log, id, log, logs, run_json};
use instr_tests::report::Report;
use instr_tests::rings::{slots, tables};
use instr_tests::sandbox;
use instr_tests::skip::{counted, needing, skip};

fn source(name: &str) -> String {
    format!("tests/programs/src/bin/{name}.rs")
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|said| said.stdout == b"0\n")
}

/// Runs a program with and without the feature, which ends in the same way.
fn twins(name: &str, argument: &str, variables: &[(&str, &str)]) -> Scene {
    let (scene, plain_scene) = (Scene::new(), Scene::new());
    let ended = |scene: &Scene, build: Build| {
        let mut command = scene.command(&program(name, build));
        run(command.arg(argument).env("TMPDIR", scene.path()).envs(variables.iter().copied()))
    };
    let plain = ended(&plain_scene, PLAIN);
    assert!(plain.status.success(), "{name} {argument}: {plain:?}");
    assert_eq!(ended(&scene, INSTRUMENTED), plain, "{name} {argument} {variables:?}");
    scene
}

#[test]
fn row_52_a_child_in_its_parents_memory_is_recorded_there_and_harms_nothing() {
    for (way, children) in [("vfork", 100), ("clone", 100), ("posix_spawn", 0)] {
        for sink in ["write", "ring"] {
            let scene = twins("borrowed", way, &[("INSTR_SINK", sink)]);
            let [run] = scene.runs().try_into().expect("one run, as there is one memory");
            let main = log(&run, "borrowed");
            main.assert_whole();
            let counts = ["parent", "child"].map(|mark| main.count(&Place::marked(&source("borrowed"), mark)));
            assert_eq!(counts, [100, children], "{way} {sink}");
            assert_eq!(scene.report().end(), ("exit", Some("0")), "{way} {sink}");
        }
    }
}

#[test]
fn row_53_a_failed_exec_changes_nothing_and_what_one_replaces_is_kept() {
    for sink in ["write", "ring"] {
        let scene = Scene::new();
        let replaced =
            |scene: &Scene, build: Build| run(scene.command(&program("replaced", build)).env("INSTR_SINK", sink));
        let (ended, plain) = (replaced(&scene, INSTRUMENTED), replaced(&Scene::new(), PLAIN));
        let [said, before, after] = ended.stdout.lines().collect::<Vec<_>>().try_into().expect("three lines");
        assert_eq!((ended.status, Some(said)), (plain.status, plain.stdout.lines().next()), "{ended:?}");
        assert_eq!(before, after, "the same process");
        assert_eq!(scene.runs().len(), 2);
        let (first, second): (Vec<_>, Vec<_>) = scene.runs().into_iter().partition(|run| logs(run).len() == 2);
        let of = |mark| Place::marked(&source("replaced"), mark);
        for log in logs(&first[0]).into_iter().chain(logs(&second[0])) {
            let mut seqs = log.seqs;
            seqs.sort_unstable();
            // A ring has the newest ones, which on a busy machine are not all.
            assert!(seqs.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{sink} {}", log.name);
            assert!(sink == "ring" || seqs[0] == 1, "{sink} {}", log.name);
        }
        let main = log(&first[0], "replaced");
        assert_eq!((main.count(&of("goes on")), main.count(&of("replaced"))), (1, 1), "{sink}");
        assert!(log(&first[0], "worker").count(&of("turn")) >= 200, "{sink}");
        let report = Report::of(&first[0]);
        assert_eq!((report.end(), Place::last_of(report.thread("main"))), (("unknown", None), of("replaced")));
        assert_eq!(log(&second[0], "replaced").count(&of("second")), 1, "{sink}");
    }
}

#[test]
fn row_54_processes_with_the_same_id_have_a_run_each() {
    needing("row_54_processes_with_the_same_id_have_a_run_each", sandbox::missing, run_processes_with_the_same_id);
}

fn run_processes_with_the_same_id() {
    let scene = Scene::new();
    let script = "echo 400 >/proc/sys/kernel/pid_max; n=0; while [ $n -lt 500 ]; do \"$0\"; n=$((n+1)); done";
    let ended = run(&mut sandbox::command(&scene, script, &program("constructors", INSTRUMENTED)));
    if ended.stderr.contains("pid_max") {
        return skip("row_54_processes_with_the_same_id_have_a_run_each", &ended.stderr);
    }
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(scene.runs().len(), 500);
    let main = Place::marked(&source("constructors"), "after ours");
    let mut ids = BTreeSet::new();
    for run in scene.runs() {
        let [log] = logs(&run).try_into().expect("one thread");
        log.assert_whole();
        assert_eq!(log.count(&main), 1, "{run:?}");
        ids.insert(log.pid);
    }
    assert!(ids.len() < 400, "{} ids", ids.len());
    counted(&format!("500 processes, {} ids, 500 runs", ids.len()));
}

#[test]
fn row_56_two_first_processes_of_their_namespaces_share_a_directory() {
    needing("row_56_two_first_processes_of_their_namespaces_share_a_directory", sandbox::missing, run_first_processes);
}

fn run_first_processes() {
    let scene = Scene::new();
    let pairs = times(5, 100);
    for _ in 0..pairs {
        let started = [(); 2]
            .map(|()| start(&mut sandbox::command(&scene, "exec \"$0\"", &program("constructors", INSTRUMENTED))));
        for child in started {
            assert!(finish(child).status.success());
        }
    }
    let runs = scene.runs();
    assert_eq!(runs.len() as u64, 2 * pairs);
    for run in &runs {
        assert_eq!((run_json(run)["pid"].as_u64(), logs(run).len()), (Some(1), 1));
        logs(run).iter().for_each(Log::assert_whole);
    }
    counted(&format!("{pairs} pairs of processes 1, {} runs", runs.len()));
}

#[test]
fn row_58_a_program_that_goes_elsewhere_is_recorded_where_it_was() {
    for way in ["chdir", "chroot", "unshare"] {
        if way != "chdir" && !is_root() {
            skip("row_58_a_program_that_goes_elsewhere_is_recorded_where_it_was", &format!("{way} needs root"));
            continue;
        }
        for sink in ["write", "ring"] {
            let scene = twins("moved", way, &[("INSTR_SINK", sink)]);
            let run = &scene.runs()[0];
            let counts = ["moved", "new"].map(|thread| {
                log(run, thread).assert_whole();
                log(run, thread).count(&Place::marked(&source("moved"), "goes on"))
            });
            assert_eq!(counts, [100, 100], "{way} {sink}");
        }
    }
}

#[test]
fn row_58_without_the_right_to_make_files_new_threads_are_counted() {
    if !is_root() {
        return skip("row_58_without_the_right_to_make_files_new_threads_are_counted", "setuid needs root");
    }
    let scene = twins("moved", "setuid", &[]);
    let main = log(&scene.runs()[0], "moved");
    main.assert_whole();
    assert_eq!(main.count(&Place::marked(&source("moved"), "goes on")), 100);
    let report = scene.report();
    let new = report.thread("new");
    assert_eq!((&new["records"], &new["dropped"]), (&0.into(), &101.into()), "and the statement that begins them");
    assert_eq!((&new["damage"][0]["kind"], &new["damage"][0]["errno"]), (&"write-failed".into(), &"EACCES".into()));
}

#[test]
fn row_59_a_program_with_rights_of_its_own_reads_no_variables_and_records_nothing() {
    const TEST: &str = "row_59_a_program_with_rights_of_its_own_reads_no_variables_and_records_nothing";
    if !is_root() {
        return skip(TEST, "to give a program to another user needs root");
    }
    let scene = Scene::new();
    let copy = scene.path().join("privileged");
    let output = scene.path().join("planted");
    fs::create_dir(&output).expect("a directory");
    fs::set_permissions(&output, fs::Permissions::from_mode(0o777)).expect("it is ours");
    let runs = |owner: u32, mode: u32| {
        copy_program(program("constructors", INSTRUMENTED), &copy);
        chown(&copy, Some(owner), None).expect("it may");
        fs::set_permissions(&copy, fs::Permissions::from_mode(mode)).expect("it may");
        let ended: Ended = run(scene.command(&copy).env("INSTR_OUTPUT_DIR", &output).env("INSTR_ECHO_STDERR", "1"));
        assert!(ended.status.success() && ended.stderr.is_empty(), "{ended:?}");
        fs::read_dir(&output).expect("a directory").count() + scene.runs().len()
    };
    assert_eq!(runs(65534, 0o4755), 0, "another user's rights");
    assert_eq!(runs(65534, 0o755), 1, "the starter's own");
}

/// Nothing tells a thread that it is in strict mode without a call that kills there. So no clock may be read; see the limits.
#[test]
fn row_60_confined_threads_go_on() {
    let ways = [
        ("strict", "ring", "off"),
        ("strict", "count", "off"),
        ("filter", "write", "full"),
        ("filter", "ring", "full"),
        ("filter", "ring", "coarse"),
        ("filter", "count", "off"),
    ];
    let turn = Place::marked(&source("confined"), "goes on");
    for (way, sink, clock) in ways {
        let mut variables = vec![("INSTR_SINK", sink), ("INSTR_CLOCK", clock)];
        if sink == "ring" && clock == "off" {
            // A ring of which the thread passes some quarters.
            variables.push(("INSTR_RING_BYTES", "128K"));
        }
        let scene = twins("confined", way, &variables);
        let run = &scene.runs()[0];
        let recorded = match sink {
            "count" => tables(run).iter().map(|table| table.counters[id(run, &turn) as usize]).sum(),
            _ => {
                log(run, "inmate").assert_whole();
                log(run, "inmate").count(&turn)
            }
        };
        assert_eq!(recorded, 10_000, "{way} {sink} {clock}");
        assert!(slots(run).iter().all(|slot| slot.dropped == 0), "{way} {sink} {clock}");
    }
}
