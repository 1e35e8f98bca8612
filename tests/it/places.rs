//! Line, column, macro flag and text of every site, as the real compiler tells them.

use expect_test::expect;
use instr_format::escape::unescape;
use instr_format::files::SITES;
use instr_format::sites::decode_table;
use instr_tests::package::{Package, runtime_dependency, succeed};
use instr_tests::workspace;

#[test]
fn places_of_statements() {
    let package = Package::new("places");
    package.copy(&workspace().join("tests/places/main.rs"), "src/main.rs");
    package.write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"places\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\ninstr-runtime = \
             {}\n\n[workspace]\n",
            runtime_dependency(),
        ),
    );
    let (executables, _) = package.build(&["build"]);
    let output = tempfile::tempdir().expect("a directory");
    succeed(std::process::Command::new(&executables["places"]).env("INSTR_OUTPUT_DIR", output.path()));
    let run = output.path().read_dir().expect("a directory").next().expect("a run").expect("an entry");
    let table = std::fs::read(run.path().join(SITES)).expect("a site table");
    let mut sites = Vec::new();
    decode_table(&table, |_, site, _| {
        assert_eq!(site.file, b"src/main.rs");
        let snippet: Result<Vec<u8>, _> = unescape(site.snippet).collect();
        let snippet = String::from_utf8(snippet.expect("escaped")).expect("UTF-8");
        assert!(snippet.len() <= 120, "{snippet}");
        let name = String::from_utf8_lossy(site.name).into_owned();
        sites.push((name, site.line, site.col, site.macro_flag.word(), snippet));
    })
    .expect("a whole table");
    sites.sort();
    let mut text = String::new();
    for (name, line, col, flag, snippet) in sites {
        text += &format!("{name} {line}:{col} {flag} {snippet}\n");
    }
    expect![[r##"
        assembled 68:13 expansion print!("");
        assembled 70:13 expansion [$b].map(|_| $e);
        assembled 77:12 expansion written() .to_string();
        assembled 77:12 none written()
        assembled 77:23 expansion 1 + written() ;
        assembled 77:26 none let _by_user = 1
        assembled 77:44 none 1 + 1
        assembled 77:44 none 1 + 1
        bounded 81:5 none let ascii = "a string of ten times twelve: a string of ten times twelve: a string of ten times twelve: a string of te…
        bounded 82:5 none let multibyte = "éééééééééééééééééééééééééééééééééééééééééééééééééé…
        bounded 83:5 none let wide = "x語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語…
        bounded 84:5 none ascii + multibyte + wide
        generated 35:13 expansion let in_macro = $a + 1;
        generated 37:13 expansion let body = $body;
        generated 38:13 expansion in_macro + body
        generated 43:22 none 1 + 2
        generated 44:5 none let by_user = 3;
        generated 45:5 none by_user
        main 89:5 none let closure = |n: usize| n + 1;
        main 90:9 none n + 1
        main 91:5 none match closure(1) { 1 => {} 2 => print!("2"), _ => unreachable!() }
        main 91:37 invocation print!("2")
        main 91:55 invocation unreachable!()
        main 92:5 invocation print!("{}", written() + generated() + passed_through() + assembled() + bounded());
        passed_through 57:9 none let n = 1;
        passed_through 58:9 none n
        written 13:2 none let tabs = 1;
        written 14:5 none let é = "ü";
        written 14:18 none let after_ünicode = é.len();
        written 15:5 none let long = [ 1, // A comment /* another */ 2, ] .len();
        written 20:5 none let raw = r#"a "quoted" line"#.len();
        written 24:5 none let attributed = 1;
        written 25:5 none vec![1].len();
        written 26:5 invocation println!("{tabs}");
        written 27:5 none dbg_like!(long, raw) + after_ünicode + attributed
    "##]].assert_eq(&text);
}
