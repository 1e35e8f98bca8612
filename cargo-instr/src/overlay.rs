//! A tree in which a crate's files are annotated and everything else is a link to the original.
//!
//! It mirrors absolute paths: the annotated `/home/u/ws/src/lib.rs` is `OVERLAY/home/u/ws/src/lib.rs`. So whatever a source
//! names relative to itself (`mod x;`, `include_str!("../README.md")`) is found, and the paths that the compiler shows are
//! the originals once `OVERLAY` is cut off.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};

use instr_config::build::How;

use crate::annotate::{Annotated, Style, annotate_in_style};
use crate::failure::Failure;
use crate::items::Untouched;
use crate::macros::{Definition, Refused};
use crate::modules;
use crate::rules::Rules;
use crate::selection::{Pattern, Selection};

/// The overlay of one crate.
#[derive(Debug)]
pub struct Overlay {
    /// Its directory.
    pub directory: PathBuf,
    /// How many items are instrumented.
    pub places: usize,
    /// Whether something in them names the runtime.
    pub needs_runtime: bool,
    /// The annotated files, by the paths of the originals.
    pub files: BTreeMap<PathBuf, Annotated>,
    /// The patterns of the selection that have matched.
    pub matched: BTreeSet<Pattern>,
    /// What is not annotated because syn does not know it, in which files.
    pub untouched: Vec<(PathBuf, Untouched)>,
    /// The macros that make what is instrumented, and those that are not to make any.
    pub macros: [Vec<(PathBuf, Definition)>; 2],
}

/// The crate that an overlay is made of.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The root file; absolute.
    pub root: &'a Path,
    /// Name of the crate.
    pub crate_name: &'a str,
    /// Files below are named relative to it, and in it everything stands beside the sources that they can name.
    pub workspace: &'a Path,
    /// Whether other crates may use the macros that it exports.
    pub is_library: bool,
    /// The path of the runtime.
    pub runtime: &'a str,
    /// What files in records are named relative to.
    pub directory: Option<&'a Path>,
    /// Macros that are left alone.
    pub refused: &'a Refused,
    /// Spelling of the attribute that instruments as it is said.
    pub attribute: &'a dyn Fn(&How) -> String,
    /// Spelling of the attribute that leaves out.
    pub skip: &'a str,
    /// What to instrument.
    pub selection: &'a Selection,
    /// What of that, and how.
    pub rules: &'a Rules,
}

impl Overlay {
    /// Annotates a crate and brings the tree in `directory` up to date.
    ///
    /// # Errors
    /// When the tree cannot be written.
    pub fn build(directory: &Path, source: Source<'_>) -> Result<Self, Failure> {
        let mut untouched = Vec::new();
        let (mut files, matched) = annotate_files(source, &mut untouched);
        let places = files.values().map(|file| file.places).sum();
        // A program of which nothing is instrumented records nothing.
        let lists = (places > 0 || source.is_library) && list_left_functions(source, &mut files);
        let tree = Tree { directory, files: &files, real: real_directories(&files, source.root, source.workspace) };
        tree.write()?;
        let macros = [|file: &Annotated| file.macros.clone(), |file: &Annotated| file.refused.clone()].map(|of_file| {
            let of_file = |(path, file)| of_file(file).into_iter().map(move |made| (PathBuf::clone(path), made));
            files.iter().flat_map(of_file).collect()
        });
        Ok(Overlay {
            directory: directory.to_owned(),
            places,
            needs_runtime: places > 0 || lists,
            files,
            matched,
            untouched,
            macros,
        })
    }

    /// Brings a tree in `directory` up to date in which the crate's root has this text, and nothing else differs.
    ///
    /// # Errors
    /// When the tree cannot be written.
    pub fn of_root(directory: &Path, root: &Path, workspace: &Path, text: String) -> Result<Self, Failure> {
        let files = BTreeMap::from([(modules::normal(root), Annotated { text, ..Annotated::default() })]);
        let tree = Tree { directory, files: &files, real: real_directories(&files, root, workspace) };
        tree.write()?;
        let (matched, untouched, macros) = (BTreeSet::new(), Vec::new(), [Vec::new(), Vec::new()]);
        let directory = directory.to_owned();
        Ok(Overlay { directory, places: 0, needs_runtime: true, files, matched, untouched, macros })
    }

    /// Has cargo look at the originals that a list of `make` rules names, and at `other`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn restore_dep_info(&self, file: &Path, directory: &Path, other: Option<&Path>) -> Result<(), Failure> {
        let Ok(text) = fs::read_to_string(file) else { return Ok(()) };
        let text = text.replace(&format!("{}/", escaped(&self.copy_of(directory))), "");
        let text = text.replace(&escaped(&self.directory), "");
        let other = other.map(|path| format!("{} ", escaped(path))).unwrap_or_default();
        let with_other = |line: &str| match line.split_once(": ") {
            Some((target, files)) if !line.starts_with('#') => format!("{target}: {other}{files}\n"),
            _ => format!("{line}\n"),
        };
        let text: String = text.lines().map(with_other).collect();
        fs::write(file, text).map_err(|error| Failure::on("write", file, &error))
    }

    /// Where the copy of a file is.
    pub fn copy_of(&self, original: &Path) -> PathBuf {
        copy_of(&self.directory, original)
    }
}

fn annotate_files(
    source: Source<'_>,
    untouched: &mut Vec<(PathBuf, Untouched)>,
) -> (BTreeMap<PathBuf, Annotated>, BTreeSet<Pattern>) {
    let mut files = BTreeMap::new();
    let (of_files, of_functions) =
        source.selection.patterns().into_iter().partition::<Vec<_>, _>(Pattern::is_for_files);
    let matched = RefCell::new(BTreeSet::new());
    let note = |patterns: &[Pattern], path: &str| {
        matched.borrow_mut().extend(patterns.iter().filter(|pattern| pattern.matches(path)).cloned());
    };
    for (path, module) in modules::find(source.root, source.crate_name) {
        let shown = path.strip_prefix(source.workspace).unwrap_or(&path);
        note(&of_files, &shown.to_string_lossy());
        if !source.selection.admits_file(&shown.to_string_lossy()) || !source.rules.admits_file(&path) {
            continue;
        }
        let attribute = (source.attribute)(&source.rules.how(&path));
        let selects = |name: &str| {
            note(&of_functions, name);
            source.selection.admits_function(name) && source.rules.admits_function(name)
        };
        let style = Style {
            skip: source.skip,
            module: &module.path,
            selects: &selects,
            keeps_columns: true,
            macros: Some(source.refused),
            is_library: source.is_library,
            ..Style::new(&attribute)
        };
        match annotate_in_style(&module.text, &style) {
            Ok(annotated) => {
                untouched.extend(annotated.untouched.iter().map(|part| (path.clone(), part.clone())));
                if annotated.places > 0 || !annotated.left.is_empty() {
                    files.insert(path, annotated);
                }
            }
            Err(error) => untouched.push((path, Untouched::new(&error, 0))),
        }
    }
    (files, matched.into_inner())
}

/// Functions of macros that are left alone have entries behind the crate's last item. Returns whether there are any.
fn list_left_functions(source: Source<'_>, files: &mut BTreeMap<PathBuf, Annotated>) -> bool {
    let mut entries = String::new();
    for (path, file) in &*files {
        let shown = source.directory.and_then(|directory| path.strip_prefix(directory).ok()).unwrap_or(path);
        entries.extend(file.left.iter().map(|function| function.entry(shown, source.runtime)));
    }
    if entries.is_empty() {
        return false;
    }
    let root = modules::normal(source.root);
    if let Some(file) = files.get_mut(&root) {
        file.text.push_str(&entries);
    } else if let Ok(text) = fs::read_to_string(&root) {
        files.insert(root, Annotated { text: text + &entries, ..Annotated::default() });
    }
    true
}

/// The directories that cannot be links: those of annotated files, and what lies between them and the workspace.
fn real_directories(files: &BTreeMap<PathBuf, Annotated>, root: &Path, workspace: &Path) -> BTreeSet<PathBuf> {
    let mut real = BTreeSet::new();
    let on_the_way = left_upwards(root).into_iter().map(|directory| directory.join("of its own"));
    for file in files.keys().cloned().chain([modules::normal(root)]).chain(on_the_way) {
        let mut directories = file.ancestors().skip(1);
        real.extend(directories.next().map(Path::to_owned));
        real.extend(directories.take_while(|directory| directory.starts_with(workspace)).map(Path::to_owned));
    }
    real
}

/// The directories that the path leaves by `..`, which leads elsewhere behind a link.
fn left_upwards(path: &Path) -> Vec<PathBuf> {
    let (mut left, mut directory) = (Vec::new(), PathBuf::new());
    for component in path.components() {
        if component == Component::ParentDir {
            left.push(directory.clone());
            directory.pop();
        } else {
            directory.push(component);
        }
    }
    left
}

struct Tree<'a> {
    directory: &'a Path,
    files: &'a BTreeMap<PathBuf, Annotated>,
    real: BTreeSet<PathBuf>,
}

impl Tree<'_> {
    fn copy_of(&self, original: &Path) -> PathBuf {
        copy_of(self.directory, original)
    }

    fn write(&self) -> Result<(), Failure> {
        self.real.iter().try_for_each(|original| {
            self.bring_up_to_date(original).map_err(|error| Failure::on("write", &self.copy_of(original), &error))
        })
    }

    fn bring_up_to_date(&self, original: &Path) -> io::Result<()> {
        let copy = self.copy_of(original);
        let mut stale: BTreeSet<OsString> = BTreeSet::new();
        if copy.is_symlink() {
            fs::remove_file(&copy)?;
        }
        fs::create_dir_all(&copy)?;
        for entry in fs::read_dir(&copy)? {
            stale.insert(entry?.file_name());
        }
        for entry in fs::read_dir(original)? {
            let name = entry?.file_name();
            let (from, to) = (original.join(&name), copy.join(&name));
            let there = stale.remove(&name);
            if self.leads_to_real(&from) {
                if there && (to.is_symlink() || !to.is_dir()) {
                    fs::remove_file(&to)?;
                }
            } else if let Some(annotated) = self.files.get(&from) {
                if to.is_symlink() || fs::read(&to).ok().as_deref() != Some(annotated.text.as_bytes()) {
                    remove(&to, there)?;
                    fs::write(&to, &annotated.text)?;
                }
            } else if fs::read_link(&to).ok().as_ref() != Some(&from) {
                remove(&to, there)?;
                symlink(&from, &to)?;
            }
        }
        for name in stale {
            let copy = copy.join(&name);
            if !self.leads_to_real(&original.join(&name)) {
                remove(&copy, true)?;
            }
        }
        Ok(())
    }

    fn leads_to_real(&self, original: &Path) -> bool {
        self.real.iter().any(|real| real.starts_with(original))
    }
}

fn copy_of(overlay: &Path, original: &Path) -> PathBuf {
    overlay.join(original.strip_prefix("/").unwrap_or(original))
}

fn remove(path: &Path, there: bool) -> io::Result<()> {
    match () {
        () if !there => Ok(()),
        () if path.is_dir() && !path.is_symlink() => fs::remove_dir_all(path),
        () => fs::remove_file(path),
    }
}

/// What has the compiler show `to` in the place of `from`.
pub(crate) fn remap_option(from: &Path, to: &str) -> OsString {
    OsString::from_iter([OsStr::new("--remap-path-prefix="), from.as_os_str(), OsStr::new("="), OsStr::new(to)])
}

/// A path as rules for `make` have it.
pub(crate) fn escaped(path: &Path) -> String {
    path.to_string_lossy().replace(' ', "\\ ")
}
