//! The tree that is compiled follows the tree that is written.

use std::fs;
use std::path::{Path, PathBuf};

use cargo_instr::macros::Refused;
use cargo_instr::overlay::{Overlay, Source};
use cargo_instr::rules::Rules;
use cargo_instr::selection::Selection;
use tempfile::TempDir;

struct Crate {
    directory: TempDir,
}

impl Crate {
    fn new(files: &[(&str, &str)]) -> Self {
        let new = Crate { directory: tempfile::tempdir().expect("a directory") };
        files.iter().for_each(|(path, text)| new.write(path, text));
        new
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join("ws").join(path)
    }

    fn overlay(&self) -> Overlay {
        self.overlay_of(&Selection::default())
    }

    fn overlay_of(&self, selection: &Selection) -> Overlay {
        let rules = Rules::default();
        let source = Source {
            root: &self.path("p/src/lib.rs"),
            crate_name: "c",
            workspace: &self.path(""),
            is_library: true,
            runtime: "::r",
            directory: None,
            refused: &Refused::default(),
            attribute: &|_| "#[a]".to_owned(),
            skip: "#[b]",
            selection,
            rules: &rules,
        };
        Overlay::build(&self.directory.path().join("overlay"), source).expect("a tree")
    }

    fn copy(&self, overlay: &Overlay, path: &str) -> PathBuf {
        overlay.copy_of(&self.path(path))
    }
}

const FUNCTION: &str = "fn f() {\n}\n";

fn text(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok()
}

#[test]
fn annotated_files_and_links_to_all_else() {
    let files = [("p/src/lib.rs", "mod a;\n"), ("p/src/a.rs", FUNCTION), ("README.md", "read"), ("other/x/y", "y")];
    let new = Crate::new(&files);
    let overlay = new.overlay();
    assert_eq!((overlay.places, overlay.files.len()), (1, 1));
    assert_eq!(text(&new.copy(&overlay, "p/src/a.rs")), Some(format!("#[a]{FUNCTION}")));
    for link in ["p/src/lib.rs", "README.md", "other"] {
        assert_eq!(fs::read_link(new.copy(&overlay, link)).expect("a link"), new.path(link));
    }
    assert_eq!(text(&new.copy(&overlay, "p/src").join("../../README.md")).as_deref(), Some("read"));
}

#[test]
fn what_has_gone_vanishes_and_what_has_changed_follows() {
    let new = Crate::new(&[("p/src/lib.rs", "mod a;\n"), ("p/src/a.rs", FUNCTION), ("p/src/b.txt", "b")]);
    let overlay = new.overlay();
    fs::remove_file(new.path("p/src/b.txt")).expect("it is there");
    fs::remove_file(new.path("p/src/a.rs")).expect("it is there");
    new.write("p/src/a/mod.rs", &format!("mod c;\n{FUNCTION}"));
    new.write("p/src/a/c.rs", FUNCTION);
    assert_eq!(new.overlay().places, 2);
    for gone in ["p/src/b.txt", "p/src/a.rs"] {
        let path = new.copy(&overlay, gone);
        assert!(!path.exists() && !path.is_symlink(), "{gone}");
    }
    fs::remove_dir_all(new.path("p/src/a")).expect("it is there");
    new.write("p/src/a.rs", "struct NothingToDo;\n");
    assert_eq!(new.overlay().places, 0);
    assert!(!new.copy(&overlay, "p/src/a").exists());
    assert_eq!(fs::read_link(new.copy(&overlay, "p/src/a.rs")).expect("a link"), new.path("p/src/a.rs"));
}

#[test]
fn a_file_becomes_a_directory_and_the_other_way_round() {
    let new = Crate::new(&[("p/src/lib.rs", "include!(\"x\");\n"), ("p/src/x", FUNCTION)]);
    let overlay = new.overlay();
    assert_eq!(overlay.places, 1);
    fs::remove_file(new.path("p/src/x")).expect("it is there");
    new.write("p/src/x/y.rs", FUNCTION);
    new.write("p/src/lib.rs", "#[path = \"x/y.rs\"]\nmod y;\n");
    assert_eq!(new.overlay().places, 1);
    assert_eq!(text(&new.copy(&overlay, "p/src/x/y.rs")), Some(format!("#[a]{FUNCTION}")));
    fs::remove_dir_all(new.path("p/src/x")).expect("it is there");
    new.write("p/src/x", FUNCTION);
    new.write("p/src/lib.rs", "include!(\"x\");\n");
    assert_eq!(new.overlay().places, 1);
    assert_eq!(text(&new.copy(&overlay, "p/src/x")), Some(format!("#[a]{FUNCTION}")));
}

#[test]
fn a_file_that_is_no_longer_selected_is_a_link_again() {
    let new = Crate::new(&[("p/src/lib.rs", "mod a;\n"), ("p/src/a.rs", FUNCTION)]);
    let overlay = new.overlay();
    let none = Selection { exclude_file: "p/src/a.rs".to_owned(), ..Selection::default() };
    assert_eq!(new.overlay_of(&none).places, 0);
    assert!(new.copy(&overlay, "p/src/a.rs").is_symlink());
    assert_eq!(new.path("p/src/a.rs").metadata().expect("it is there").len(), FUNCTION.len() as u64);
}

/// Files that have not changed are not written, for the time of a file is what cargo looks at.
#[test]
fn what_is_up_to_date_is_not_touched() {
    let new = Crate::new(&[("p/src/lib.rs", FUNCTION)]);
    let copy = new.copy(&new.overlay(), "p/src/lib.rs");
    let modified = || copy.metadata().and_then(|metadata| metadata.modified()).expect("a time");
    let before = modified();
    new.overlay();
    assert_eq!(modified(), before);
}

#[test]
fn a_file_that_is_no_rust_is_a_link_and_named() {
    let new =
        Crate::new(&[("p/src/lib.rs", "mod a;\nmod b;\n"), ("p/src/a.rs", "fn f( {\n"), ("p/src/b.rs", FUNCTION)]);
    let overlay = new.overlay();
    assert_eq!(overlay.places, 1);
    assert!(new.copy(&overlay, "p/src/a.rs").is_symlink());
    let untouched: Vec<_> = overlay.untouched.iter().map(|(path, untouched)| (path.clone(), untouched.line)).collect();
    assert_eq!(untouched, [(new.path("p/src/a.rs"), 1)]);
}
