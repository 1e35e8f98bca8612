//! Finds the files of which a crate is made, by following its `mod x;` and `include!("x")`.
//!
//! It looks at tokens and not at items, so that modules are found that a macro is given; a file too much does no harm,
//! since the compiler never asks for it, and one that is not found is compiled as it is.

use std::collections::BTreeMap;
use std::fs;
use std::iter::Peekable;
use std::path::{Component, Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree, token_stream};

use crate::annotate::head_len;

/// A source file of the crate.
#[derive(Debug, PartialEq, Eq)]
pub struct Module {
    /// Path of its module, from the crate's name on.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The files of the crate whose root is the file `root`, an absolute path.
pub fn find(root: &Path, crate_name: &str) -> BTreeMap<PathBuf, Module> {
    let mut found = BTreeMap::new();
    let place = Place { module: crate_name.to_owned(), directory: parent(root), path_directory: parent(root) };
    visit(normal(root), place, &mut found);
    found
}

/// Where `mod x;` is looked for.
#[derive(Clone)]
struct Place {
    module: String,
    /// Of modules that are found by their names.
    directory: PathBuf,
    /// Of modules with a `#[path]`.
    path_directory: PathBuf,
}

fn visit(file: PathBuf, place: Place, found: &mut BTreeMap<PathBuf, Module>) {
    if found.contains_key(&file) {
        return;
    }
    let Ok(text) = fs::read_to_string(&file) else { return };
    let tokens = text[head_len(&text)..].parse();
    found.insert(file.clone(), Module { path: place.module.clone(), text });
    if let Ok(tokens) = tokens {
        walk(tokens, &parent(&file), &place, found);
    }
}

fn walk(tokens: TokenStream, included_from: &Path, place: &Place, found: &mut BTreeMap<PathBuf, Module>) {
    let mut paths = Vec::new();
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                if let Some(TokenTree::Group(group)) = rest.peek() {
                    path_values(group.stream(), &mut paths);
                    rest.next();
                }
            }
            TokenTree::Ident(word) if word == "mod" => {
                declaration(&mut rest, std::mem::take(&mut paths), included_from, place, found);
            }
            TokenTree::Ident(word) if word == "include" => {
                if let Some(path) = included(&mut rest) {
                    let file = normal(&included_from.join(path));
                    let directory = parent(&file);
                    let module = place.module.clone();
                    visit(file, Place { module, path_directory: directory.clone(), directory }, found);
                }
            }
            // The visibility of a module.
            TokenTree::Ident(word) if word == "pub" => {
                rest.next_if(
                    |token| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis),
                );
            }
            TokenTree::Group(group) => {
                paths.clear();
                walk(group.stream(), included_from, place, found);
            }
            _ => paths.clear(),
        }
    }
}

/// Behind `mod`.
fn declaration(
    rest: &mut Peekable<token_stream::IntoIter>,
    paths: Vec<String>,
    included_from: &Path,
    place: &Place,
    found: &mut BTreeMap<PathBuf, Module>,
) {
    let Some(TokenTree::Ident(name)) = rest.next_if(|token| matches!(token, TokenTree::Ident(_))) else { return };
    let name = name.to_string();
    let name = name.trim_start_matches("r#");
    let module = format!("{}::{name}", place.module);
    match rest.peek() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let names = if paths.is_empty() { vec![name.to_owned()] } else { paths };
            for name in names {
                let directory = place.directory.join(&name);
                let place = Place { module: module.clone(), path_directory: directory.clone(), directory };
                walk(group.stream(), included_from, &place, found);
            }
            rest.next();
        }
        Some(TokenTree::Punct(punct)) if punct.as_char() == ';' => {
            for path in paths {
                let file = normal(&place.path_directory.join(path));
                let directory = parent(&file);
                let place = Place { module: module.clone(), path_directory: directory.clone(), directory };
                visit(file, place, found);
            }
            let below = place.directory.join(name);
            let own = Place { module, directory: below.clone(), path_directory: place.directory.clone() };
            visit(normal(&place.directory.join(format!("{name}.rs"))), own.clone(), found);
            visit(normal(&below.join("mod.rs")), Place { path_directory: below, ..own }, found);
        }
        _ => {}
    }
}

/// The strings in `path = "…"` of an attribute, also within `cfg_attr`.
fn path_values(attribute: TokenStream, paths: &mut Vec<String>) {
    let mut rest = attribute.into_iter().peekable();
    while let Some(token) = rest.next() {
        match token {
            TokenTree::Ident(word) if word == "path" => {
                let equals = rest.next_if(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '='));
                paths.extend(equals.and_then(|_| rest.next()).as_ref().and_then(string));
            }
            TokenTree::Group(group) => path_values(group.stream(), paths),
            _ => {}
        }
    }
}

/// Behind `include`: the string in `!("…")`.
fn included(rest: &mut Peekable<token_stream::IntoIter>) -> Option<String> {
    rest.next_if(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '!'))?;
    match rest.peek()? {
        TokenTree::Group(group) => group.stream().into_iter().next().as_ref().and_then(string),
        _ => None,
    }
}

fn string(token: &TokenTree) -> Option<String> {
    let TokenTree::Literal(literal) = token else { return None };
    syn::parse_str::<syn::LitStr>(&literal.to_string()).ok().map(|literal| literal.value())
}

fn parent(file: &Path) -> PathBuf {
    file.parent().unwrap_or(Path::new("/")).to_owned()
}

/// The path without `.` and `..`.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            component => normal.push(component),
        }
    }
    normal
}
