//! Which files a crate is made of.

use std::fs;
use std::path::Path;

use cargo_instr::modules::find;

/// Writes the files and compares those found, each with its module, but for the root.
#[track_caller]
fn check(files: &[(&str, &str)], expected: &[(&str, &str)]) {
    let directory = tempfile::tempdir().expect("a directory");
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::write(path, text).expect("a file");
    }
    let root = directory.path().join("src/lib.rs");
    let shown = |path: &Path| path.strip_prefix(directory.path()).expect("below it").display().to_string();
    let mut found: Vec<_> = find(&root, "c").into_iter().map(|(path, module)| (shown(&path), module.path)).collect();
    found.retain(|(path, _)| path != "src/lib.rs");
    found.sort();
    let expected: Vec<_> = expected.iter().map(|(path, module)| ((*path).to_owned(), (*module).to_owned())).collect();
    assert_eq!(found, expected);
}

#[test]
fn by_name() {
    check(
        &[
            ("src/lib.rs", "mod a; pub(crate) mod b;"),
            ("src/a.rs", "mod c;"),
            ("src/a/c.rs", ""),
            ("src/b/mod.rs", "mod d; mod r#e;"),
            ("src/b/d.rs", "mod f;"),
            ("src/b/d/f.rs", ""),
            ("src/b/e.rs", ""),
            ("src/unused.rs", ""),
        ],
        &[
            ("src/a.rs", "c::a"),
            ("src/a/c.rs", "c::a::c"),
            ("src/b/d.rs", "c::b::d"),
            ("src/b/d/f.rs", "c::b::d::f"),
            ("src/b/e.rs", "c::b::e"),
            ("src/b/mod.rs", "c::b"),
        ],
    );
}

#[test]
fn by_path() {
    check(
        &[
            ("src/lib.rs", "#[cfg(unix)] #[path = \"x.rs\"] mod a; #[cfg_attr(unix, path = \"y.rs\")] mod b; mod c;"),
            ("src/x.rs", "mod d;"),
            ("src/d.rs", ""),
            ("src/y.rs", ""),
            ("src/c.rs", "#[path = \"../z.rs\"] mod e; mod f { #[path = \"g.rs\"] mod h; }"),
            ("z.rs", ""),
            ("src/c/f/g.rs", ""),
        ],
        &[
            ("src/c.rs", "c::c"),
            ("src/c/f/g.rs", "c::c::f::h"),
            ("src/d.rs", "c::a::d"),
            ("src/x.rs", "c::a"),
            ("src/y.rs", "c::b"),
            ("z.rs", "c::c::e"),
        ],
    );
}

#[test]
fn inline_included_and_given_to_macros() {
    check(
        &[
            ("src/lib.rs", "mod a { mod b; } choose! { if { mod c; } else { mod d; } } include!(\"sub/e.in\");"),
            ("src/a/b.rs", ""),
            ("src/c.rs", ""),
            ("src/sub/e.in", "mod f;"),
            ("src/sub/f.rs", ""),
        ],
        &[("src/a/b.rs", "c::a::b"), ("src/c.rs", "c::c"), ("src/sub/e.in", "c"), ("src/sub/f.rs", "c::f")],
    );
}

#[test]
fn what_leads_nowhere_or_round_in_circles() {
    check(
        &[
            (
                "src/lib.rs",
                "mod missing; #[path = \"lib.rs\"] mod me; mod a; mod broken; include!(concat!(\"a\", \"b\"));",
            ),
            ("src/a.rs", "#[path = \"a.rs\"] mod a;"),
            ("src/broken.rs", "fn a( {"),
        ],
        &[("src/a.rs", "c::a"), ("src/broken.rs", "c::broken")],
    );
}
