//! `instr-analyze symbolize`: addresses in files however their debug information is kept, and addresses of processes.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use expect_test::expect;
use instr_analyze::run::symbolize::of_file;
use instr_tests::analyzer::{self, Outcome};
use instr_tests::build::{INSTRUMENTED, program};
use instr_tests::faults::times;
use instr_tests::limits::limit;
use instr_tests::program::{Scene, copy_program, run};
use instr_tests::skip::{counted, needing, skip, without};
use instr_tests::{json, workspace};
use serde_json::Value;

/// A program of a few functions, or the small library, built with these options.
fn built(scene: &Scene, source: &str, name: &str, options: &[&str]) -> PathBuf {
    let source = workspace().join("tests/symbolize").join(source);
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--edition", "2024", "-o", name]).args(options).arg(source).current_dir(scene.path());
    let said = rustc.output().expect("the compiler runs");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    scene.path().join(name)
}

fn tool(name: &str, arguments: &[&str], directory: &Path) -> String {
    let said = Command::new(name).args(arguments).current_dir(directory).output().expect("it is there");
    assert!(said.status.success(), "{name} {arguments:?}: {}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).expect("UTF-8")
}

fn missing_tools() -> Option<String> {
    ["addr2line", "nm", "objcopy"].into_iter().find_map(without)
}

/// Has the verb look up what comes from standard input.
fn asked(arguments: &[&str], input: &str, directory: &Path) -> Outcome {
    let mut command = analyzer::command([&["symbolize"], arguments].concat());
    command.current_dir(directory).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    // It may have refused its arguments already.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    analyzer::outcome(child.wait_with_output().expect("it ends"))
}

/// Every few bytes of every function of a program.
fn addresses(program: &Path) -> Vec<u64> {
    let listed = tool("nm", &["-S", "--defined-only", program.to_str().expect("UTF-8")], Path::new("/"));
    let hex = |word: &str| u64::from_str_radix(word, 16).ok();
    let mut all = Vec::new();
    for line in listed.lines() {
        if let [start, size, "t" | "T" | "w" | "W", _] = *line.split(' ').collect::<Vec<_>>()
            && let Some((start, size)) = hex(start).zip(hex(size))
        {
            all.extend((start..start + size).step_by(61));
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// Built without the names that the linker gives functions.
const LINES: &str = "lines";

/// A function as both tell it: linkage name or name, file and line.
type Told = (String, String, u64);

/// What the tool of GNU says, with symbols as they are: demanglers differ.
fn by_addr2line(program: &Path, addresses: &[u64]) -> Vec<Vec<Told>> {
    let words = addresses.iter().map(|address| format!("{address:#x}"));
    let arguments: Vec<String> =
        ["-fiae".to_owned(), program.to_str().expect("UTF-8").to_owned()].into_iter().chain(words).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let said = tool("addr2line", &arguments, Path::new("/"));
    let mut told: Vec<Vec<Told>> = Vec::new();
    let mut lines = said.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("0x") {
            told.push(Vec::new());
            continue;
        }
        let place = lines.next().expect("a place");
        let (file, number) = place.split(" (disc").next().expect("a place").rsplit_once(':').expect("a line");
        let known = |text: &str| if text == "??" { String::new() } else { text.to_owned() };
        let of_address = told.last_mut().expect("an address");
        of_address.push((known(line), known(file), number.parse().unwrap_or(0)));
    }
    told
}

fn by_instr(program: &Path, addresses: &[u64]) -> (Value, Vec<Vec<Told>>) {
    let input: String = addresses.iter().map(|address| format!("{address:x}\n")).collect();
    let program = program.to_str().expect("UTF-8");
    let outcome = asked(&["--format", "json", program], &input, Path::new("/"));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{program}");
    let document = json::parse(&outcome.stdout);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let told = |function: &Value| {
        // What has no symbol of its own is told with its path.
        let name = text(&function["name"]).rsplit("::").next().unwrap_or_default().to_owned();
        let symbol = function["linkage_name"].as_str().map_or(name, str::to_owned);
        (symbol, text(&function["file"]), function["line"].as_u64().unwrap_or(0))
    };
    let of_address = |address: &Value| match address["functions"].as_array().expect("a list").as_slice() {
        [] => vec![(String::new(), String::new(), 0)],
        functions => functions.iter().map(told).collect(),
    };
    let all = document["addresses"].as_array().expect("a list").iter().map(of_address).collect();
    (document, all)
}

/// Compares all addresses of a program, whose debug information is in `whole`.
fn compare(program: &Path, whole: &Path) -> (Value, usize) {
    let addresses = addresses(whole);
    let (document, ours) = by_instr(program, &addresses);
    let theirs = by_addr2line(whole, &addresses);
    assert_eq!(ours.len(), theirs.len());
    let mut inlined = 0;
    for ((address, ours), mut theirs) in addresses.iter().zip(ours).zip(theirs) {
        let has_place = |told: &[Told]| told.iter().any(|(_, _, line)| *line > 0);
        if !has_place(&ours) && ours.len() == 1 && ours[0].1.is_empty() {
            // Where there is only a symbol, it tells the object file for a source file.
            theirs.iter_mut().for_each(|told| told.1.clear());
        }
        let plain = |told: &mut Told| {
            told.1 = told.1.replace("/./", "/");
            if program.ends_with(LINES) {
                // There are no symbols of inlined functions then, and it takes that of the outermost for one.
                told.0.clear();
            }
        };
        let mut ours = ours;
        ours.iter_mut().chain(&mut theirs).for_each(plain);
        assert_eq!(ours, theirs, "{address:#x} in {}", program.display());
        inlined += usize::from(ours.len() > 1);
    }
    assert!(addresses.len() > 3000 && inlined > 500, "{} addresses, {inlined} with inlined functions", addresses.len());
    (document, addresses.len())
}

#[test]
fn every_address_of_a_program_is_what_addr2line_says() {
    needing("every_address_of_a_program_is_what_addr2line_says", missing_tools, || {
        let scene = Scene::new();
        let mut count = 0;
        for (name, options) in [
            ("debug", &["-g"][..]),
            ("release", &["-g", "-O"]),
            (LINES, &["-Cdebuginfo=line-tables-only", "-O"]),
            ("lto", &["-g", "-O", "-Clto=fat"]),
            ("static", &["-g", "-O", "-Crelocation-model=static"]),
        ] {
            let program = built(&scene, "shapes.rs", name, options);
            count += compare(&program, &program).1;
        }
        counted(&format!("{count} addresses as addr2line says"));
    });
}

#[test]
fn debug_information_that_was_split_off_is_found() {
    needing("debug_information_that_was_split_off_is_found", missing_tools, || {
        let scene = Scene::new();
        let whole = built(&scene, "shapes.rs", "whole", &["-g", "-O", "-Clink-arg=-Wl,--build-id"]);
        let cases: [(&str, &[&[&str]], &str); 5] = [
            ("linked", &[&["--only-keep-debug", "whole", "linked.dbg"]], "--add-gnu-debuglink=linked.dbg"),
            (
                "hidden",
                &[&["--only-keep-debug", "whole", ".debug/hidden.dbg"]],
                "--add-gnu-debuglink=.debug/hidden.dbg",
            ),
            ("named", &[&["--only-keep-debug", "whole", "named.debug"]], ""),
            ("numbered", &[&["--only-keep-debug", "whole", "BUILD"]], ""),
            ("packed", &[&["--compress-debug-sections=zlib", "whole", "packed.debug"]], ""),
        ];
        fs::create_dir(scene.path().join(".debug")).unwrap();
        let notes = json::parse(&asked(&["--format", "json", "whole", "0"], "", scene.path()).stdout);
        let build = notes["modules"][0]["build_id"].as_str().expect("a build id").to_owned();
        let (first, rest) = build.split_at(2);
        fs::create_dir_all(scene.path().join(".build-id").join(first)).unwrap();
        let numbered = format!(".build-id/{first}/{rest}.debug");
        for (name, makes, link) in cases {
            let mut debug_file = String::new();
            for make in makes {
                let words: Vec<&str> =
                    make.iter().map(|word| if *word == "BUILD" { numbered.as_str() } else { word }).collect();
                tool("objcopy", &words, scene.path());
                debug_file = (*words.last().expect("a file")).to_owned();
            }
            let strip = ["--strip-all", link, "whole", name];
            let words: Vec<&str> = strip.into_iter().filter(|word| !word.is_empty()).collect();
            // Else the build id would find it.
            let without_id = ["--remove-section=.note.gnu.build-id"];
            let words = if link.is_empty() { words } else { [&without_id[..], &words].concat() };
            tool("objcopy", &words, scene.path());
            let (document, _) = compare(&scene.path().join(name), &whole);
            let found = document["modules"][0]["debug_file"].as_str().expect("another file");
            assert_eq!(Path::new(found), scene.path().canonicalize().unwrap().join(&debug_file), "{name}");
            fs::remove_file(scene.path().join(debug_file)).unwrap();
        }
    });
}

#[test]
fn split_units_are_found_packed_and_unpacked() {
    needing("split_units_are_found_packed_and_unpacked", missing_tools, || {
        for kind in ["packed", "unpacked"] {
            let scene = Scene::new();
            let options = ["-g", "-O", &format!("-Csplit-debuginfo={kind}")];
            let program = built(&scene, "shapes.rs", "shapes", &options);
            let files: Vec<PathBuf> = fs::read_dir(scene.path())
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| *path != program)
                .collect();
            let extension = if kind == "packed" { "dwp" } else { "dwo" };
            assert_eq!(
                files.iter().map(|file| file.extension()).collect::<Vec<_>>(),
                [Some(extension.as_ref())],
                "{files:?}"
            );
            let listed = tool("nm", &["shapes"], scene.path());
            let area =
                listed.lines().find(|line| line.contains("4area")).expect("the function").split(' ').next().unwrap();
            let asked = || asked(&["--format", "json", "shapes"], area, scene.path());
            let names = |outcome: &Outcome| -> Vec<String> {
                let document = json::parse(&outcome.stdout);
                let functions = document["addresses"][0]["functions"].as_array().expect("a list").iter();
                functions
                    .map(|function| format!("{}:{}", function["name"].as_str().unwrap_or("?"), function["line"]))
                    .collect()
            };
            let found = asked();
            let names_found = names(&found);
            assert_eq!(
                names_found[1..],
                ["shapes::shape::doubled:21", "shapes::shape::Square<u32>::area:14"],
                "{found:?}"
            );
            fs::remove_file(&files[0]).unwrap();
            let found = asked();
            assert_eq!((found.code, names(&found).len()), (0, 1), "{found:?}");
            assert!(
                found.stderr.contains("was split off to ") && found.stderr.contains(".dwo, which is not there"),
                "{found:?}"
            );
        }
    });
}

#[test]
fn types_arguments_and_source_lines_are_told() {
    needing("types_arguments_and_source_lines_are_told", missing_tools, || {
        let scene = Scene::new();
        built(&scene, "shapes.rs", "shapes", &["-g", "-O", "-Csymbol-mangling-version=v0"]);
        let listed = tool("nm", &["shapes"], scene.path());
        let of = |part: &str| {
            let line = listed.lines().find(|line| line.contains(part) && !line.contains("4core")).expect("a function");
            line.split(' ').next().unwrap().to_owned()
        };
        let mut command = analyzer::command([
            "symbolize",
            "--context",
            "1",
            scene.path().join("shapes").to_str().unwrap(),
            &of("4area"),
        ]);
        let outcome = analyzer::outcome(command.current_dir(workspace()).output().unwrap());
        let root = workspace().canonicalize().unwrap();
        let toolchain =
            |line: &str| line.split_once("/rustc/").map_or(line.to_owned(), |(before, _)| format!("{before}…"));
        let text: String = outcome.stdout.lines().map(|line| toolchain(line) + "\n").collect();
        let text = text.replace(root.to_str().unwrap(), "…").replace(scene.path().to_str().unwrap(), "…");
        // What the toolchain has is not ours to tell.
        let (_, text) = text.split_once("  inlined into shapes::shape::doubled").expect("it is inlined");
        let text = format!("doubled{text}");
        let is_stable = |line: &&str| !line.contains("symbol: ") && !line.starts_with("0x");
        let text: Vec<&str> = text.lines().filter(is_stable).collect();
        expect![[r#"
            doubled at …/tests/symbolize/shapes.rs:21:9
                namespace: shapes::shape
                arguments: side: u32
                   20 |     pub fn doubled(side: u32) -> u32 {
              >    21 |         super::black_box(side) * 2
                   22 |     }
              inlined into <shapes::shape::Square<u32>>::area at …/tests/symbolize/shapes.rs:14:24
                type: shapes::shape::Square<u32>
                arguments: self: &shapes::shape::Square<u32>, scale: u32
                   13 |         pub fn area(&self, scale: u32) -> u32 {
              >    14 |             let side = doubled(self.side);
                   15 |             side * self.side * scale
        "#]]
        .assert_eq(&(text.join("\n") + "\n"));
        assert_eq!(outcome.code, 0, "{outcome:?}");
    });
}

#[test]
fn what_cannot_be_looked_up_is_said() {
    needing("what_cannot_be_looked_up_is_said", missing_tools, || {
        let scene = Scene::new();
        built(&scene, "shapes.rs", "plain", &["-Cstrip=none", "-Cdebuginfo=0"]);
        built(&scene, "shapes.rs", "stripped", &["-Cstrip=symbols"]);
        built(&scene, "shapes.rs", "object.o", &["-g", "--emit=obj"]);
        fs::write(scene.path().join("text"), "no program\n").unwrap();
        fs::create_dir(scene.path().join("empty")).unwrap();
        let listed = tool("nm", &["plain"], scene.path());
        let area = listed.lines().find(|line| line.contains("4area")).expect("the function").split(' ').next().unwrap();
        let hint = "no debug information; build with debug = \"line-tables-only\"";
        for (arguments, input, code, said) in [
            (&["plain", area][..], "", 0, hint),
            (&["plain", "10"], "", 1, "none of these addresses is in a function that is known"),
            (&["stripped", area], "", 1, "stripped: is stripped: no debug information and no symbols"),
            (&["object.o", "0"], "", 2, "object.o is an object file"),
            (&["text", "0"], "", 2, "text is no ELF file"),
            (&["empty", "0"], "", 1, "no runs in empty"),
            (&["missing", "0"], "", 2, "missing is no run, no file and no address"),
            (&["plain", "zz"], "", 2, "zz is no address; expected hexadecimal digits such as 0x401136"),
            (&["plain", "+10"], "", 2, "+10 is no address"),
            (&["plain", "0x1ffffffffffffffff"], "", 2, "0x1ffffffffffffffff is no address"),
            (&["plain"], "10\n\n what\n", 2, "standard input, line 3: what is no address"),
            (&["plain"], "", 1, "no addresses came from standard input"),
            (&["0x10"], "", 1, "no runs found"),
        ] {
            let outcome = asked(arguments, input, scene.path());
            assert_eq!(outcome.code, code, "{arguments:?}: {outcome:?}");
            assert!(outcome.stderr.contains(said), "{arguments:?}: {outcome:?}");
        }
        let outcome = asked(&["plain", area], "", scene.path());
        assert!(outcome.stdout.contains("shapes::shape::Square<u32>::area"), "{outcome:?}");
    });
}

/// Runs the crasher, from a copy of its own, and returns its run's directory and the addresses of its calls with their modules.
fn crashed(scene: &Scene, copy: &Path) -> (PathBuf, Vec<(String, String)>) {
    copy_program(program("crasher", INSTRUMENTED), copy);
    run(scene.command(copy).args(["ffi-segfault", "worker"]));
    let dir = scene.runs().remove(0);
    let crash = json::parse(&analyzer::run(["crash", "--format", "json", dir.to_str().unwrap()]).stdout);
    let frames = crash["crashes"][0]["frames"].as_array().expect("frames").iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let frames = frames.enumerate().map(|(number, frame)| {
        // What a call is to return to is behind it.
        let address = u64::from_str_radix(&text(&frame["address"])[2..], 16).expect("an address");
        (format!("{:#x}", address - u64::from(number > 0)), text(&frame["module"]))
    });
    (dir, frames.collect())
}

#[test]
fn addresses_of_a_process_are_joined_to_its_statements() {
    let scene = Scene::new();
    let (dir, frames) = crashed(&scene, &scene.path().join("crasher"));
    for without_crash in [false, true] {
        if without_crash {
            fs::remove_file(dir.join("crash.json")).unwrap();
        }
        let words = frames.iter().map(|(address, _)| address.as_str());
        let arguments: Vec<&str> = ["--format", "json", dir.to_str().unwrap()].into_iter().chain(words).collect();
        let outcome = asked(&arguments, "", &workspace());
        assert_eq!(outcome.code, 0, "{outcome:?}");
        let document = json::parse(&outcome.stdout);
        let found = document["addresses"].as_array().expect("a list");
        for (address, (asked, module)) in found.iter().zip(&frames) {
            let found = address["module"].as_str().and_then(|path| Path::new(path).canonicalize().ok());
            assert_eq!(
                (address["address"].as_str(), found),
                (Some(asked.as_str()), Path::new(module).canonicalize().ok())
            );
        }
        let functions = || found.iter().flat_map(|address| address["functions"].as_array().expect("a list"));
        let dead = functions().find(|function| function["name"].as_str() == Some("crasher::deaths::ffi_segfault"));
        let dead = dead.unwrap_or_else(|| panic!("{document:#}"));
        assert_eq!(dead["statement"]["snippet"], "libc::strlen(no_text());", "{dead:#}");
        assert_eq!(dead["statement"]["open_in"][0]["name"], "guilty", "{dead:#}");
        // Its library is found in that library.
        let of_libc =
            found.iter().find(|address| address["module"].as_str().is_some_and(|path| path.contains("/libc.so")));
        let of_libc = of_libc.unwrap_or_else(|| panic!("{document:#}"));
        assert!(of_libc["functions"][0]["name"].is_string(), "{of_libc:#}");
        assert_ne!(of_libc["in_file"], of_libc["address"]);
    }
    let words: Vec<&str> =
        [dir.to_str().unwrap()].into_iter().chain(frames.iter().map(|(address, _)| address.as_str())).collect();
    let text = asked(&words, "", &workspace()).stdout;
    assert!(text.contains("libc::strlen(no_text());  open in guilty ("), "{text}");
}

#[test]
fn another_build_is_refused_by_name_and_so_is_what_others_can_write() {
    let scene = Scene::new();
    let copy = scene.path().join("crasher");
    let (dir, frames) = crashed(&scene, &copy);
    let (address, _) = frames.iter().find(|(_, module)| Path::new(module) == copy).expect("a frame of the program");
    let asked = || asked(&[dir.to_str().unwrap(), address], "", scene.path());
    assert_eq!(asked().code, 0, "{:?}", asked());

    fs::set_permissions(&dir, PermissionsExt::from_mode(0o777)).unwrap();
    let outcome = asked();
    assert!(
        outcome.code == 1 && outcome.stdout.contains("is not read: others can write to the run's directory"),
        "{outcome:?}"
    );
    fs::set_permissions(&dir, PermissionsExt::from_mode(0o700)).unwrap();

    fs::remove_file(&copy).unwrap();
    copy_program(program("signalled", INSTRUMENTED), &copy);
    let outcome = asked();
    assert!(outcome.code == 1 && outcome.stdout.contains("/crasher: has been replaced since"), "{outcome:?}");
    assert!(outcome.stderr.contains("/crasher: has been replaced since"), "{outcome:?}");

    fs::remove_file(&copy).unwrap();
    let outcome = asked();
    assert!(outcome.code == 1 && outcome.stdout.contains("/crasher: cannot be read: No such file"), "{outcome:?}");
}

/// A library of which single bytes, numbers or the end have been lost: nothing panics, and none takes long.
#[test]
fn damaged_debug_information_is_survived() {
    let scene = Scene::new();
    let options = ["-g", "-O", "-Cpanic=abort", "--crate-type=cdylib", "-Clink-arg=-nostdlib"];
    let library = built(&scene, "small.rs", "libsmall.so", &options);
    let (whole, path) = (fs::read(&library).unwrap(), scene.path().join("damaged.so"));
    let addresses: Vec<u64> = (0x0..0x3000).step_by(16).chain([u64::MAX - 1, u64::MAX]).collect();
    let named = |path: &Path| {
        let symbols = of_file(path, &addresses);
        symbols.map_or(0, |symbols| symbols.addresses.iter().filter(|address| !address.functions.is_empty()).count())
    };
    assert!(named(&library) > 2, "{}", named(&library));
    let mut state = 1_u64;
    let mut random = |end: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("small") % end
    };
    let (count, mut read) = (times(3000, 60_000), 0);
    for _ in 0..count {
        let mut bytes = whole.clone();
        for _ in 0..=random(4) {
            let at = random(bytes.len());
            let value = [0, 1, 0x7f, 0x80, 0xff, u8::try_from(random(256)).expect("a byte")][random(6)];
            let len = [1, 1, 1, 4, 8][random(5)];
            bytes.iter_mut().skip(at).take(len).for_each(|byte| *byte = value);
        }
        if random(8) == 0 {
            bytes.truncate(random(whole.len()));
        }
        fs::write(&path, bytes).unwrap();
        read += usize::from(named(&path) > 0);
    }
    assert!(read * 2 > usize::try_from(count).expect("small"), "only {read} of {count} were read at all");
    counted(&format!("{count} damaged libraries"));
}

/// Has the verb look up an address in so much of the address space.
fn within(memory: u64, file: &Path) -> Outcome {
    let mut command = analyzer::command(["symbolize", file.to_str().expect("UTF-8"), "0x1300"]);
    limit(command.env("MALLOC_ARENA_MAX", "1"), libc::RLIMIT_AS, memory);
    analyzer::outcome(command.output().expect("it starts"))
}

#[test]
fn files_that_are_larger_than_the_memory_are_refused() {
    let scene = Scene::new();
    let options = ["-g", "-O", "-Cpanic=abort", "--crate-type=cdylib", "-Clink-arg=-nostdlib"];
    let library = built(&scene, "small.rs", "libsmall.so", &options);
    let memory = 64 << 20;
    assert_ne!(within(memory, &library).code, 2, "{:?}", within(memory, &library));
    // Its own debug information is more.
    let outcome = within(memory, analyzer::path());
    assert!(outcome.code == 2 && outcome.stderr.contains("cannot be read: out of memory"), "{outcome:?}");

    let file = fs::File::options().write(true).open(&library).unwrap();
    match file.set_len(1 << 40) {
        Ok(()) => {
            let outcome = within(memory, &library);
            assert!(outcome.code == 2 && outcome.stderr.contains("cannot be read: larger than"), "{outcome:?}");
        }
        Err(error) => {
            skip("files_that_are_larger_than_the_memory_are_refused", &format!("no file of a terabyte: {error}"))
        }
    }
}

/// A section that unpacks to a gigabyte, and says so or says less.
#[test]
fn packed_sections_take_no_more_than_they_say() {
    needing("packed_sections_take_no_more_than_they_say", missing_tools, || {
        let scene = Scene::new();
        let options = ["-g", "-O", "-Cpanic=abort", "--crate-type=cdylib", "-Clink-arg=-nostdlib"];
        built(&scene, "small.rs", "libsmall.so", &options);
        let file = fs::File::create(scene.path().join("zeros")).unwrap();
        file.set_len(1 << 28).unwrap();
        for name in [".debug_line_str", ".debug_str"] {
            let section = format!("{name}=zeros");
            let adds = ["--remove-section", name, "--add-section", &section, "libsmall.so", "large.so"];
            tool("objcopy", &adds, scene.path());
            tool("objcopy", &["--compress-debug-sections=zlib", "large.so", "bomb.so"], scene.path());
            let bomb = scene.path().join("bomb.so");
            assert!(bomb.metadata().unwrap().len() < 1 << 20, "it is packed");
            let outcome = within(64 << 20, &bomb);
            assert!(outcome.code == 2 && outcome.stderr.contains("cannot be read: out of memory"), "{outcome:?}");
            // The header of the packed section: its size when unpacked.
            let mut bytes = fs::read(&bomb).unwrap();
            let size = (1_u64 << 28).to_le_bytes();
            let at = bytes.windows(8).position(|window| window == size).expect("its size");
            bytes[at..at + 8].copy_from_slice(&1000_u64.to_le_bytes());
            fs::write(&bomb, bytes).unwrap();
            let outcome = within(64 << 20, &bomb);
            assert!((0..=2).contains(&outcome.code), "{outcome:?}");
        }
    });
}
