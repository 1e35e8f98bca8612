//! `--deps`: all that the workspace depends on, but for what runs in the compiler or in cargo.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use cargo_metadata::{DependencyKind, Metadata, Node, Package, PackageId};

use crate::workspace::{directory, is_the_runtime, runs_in_the_compiler};

/// How many names are said.
const NAMED: usize = 5;

/// The dependencies of a workspace.
#[derive(Debug)]
pub struct Dependencies {
    /// The directories of those to instrument.
    pub chosen: Vec<PathBuf>,
    /// The names of the others.
    left_out: BTreeSet<String>,
}

impl Dependencies {
    /// Sorts them. A package that build scripts or procedural macros use as well as the program is left out: cargo may compile
    /// it once for both.
    pub fn of(metadata: &Metadata) -> Self {
        let graph = Graph::new(metadata);
        let (programs, others) = graph.reached();
        let (mut chosen, mut left_out) = (Vec::new(), BTreeSet::new());
        let members: BTreeSet<_> = metadata.workspace_members.iter().collect();
        for package in metadata.packages.iter().filter(|package| !members.contains(&package.id)) {
            let runs_elsewhere = others.contains(&package.id) || runs_in_the_compiler(package);
            match programs.contains(&package.id) && !is_the_runtime(package) {
                true if !runs_elsewhere => chosen.extend(directory(package)),
                true => drop(left_out.insert(package.name.to_string())),
                false if others.contains(&package.id) => drop(left_out.insert(package.name.to_string())),
                false => {}
            }
        }
        Dependencies { chosen, left_out }
    }

    /// What is said of those that are not instrumented.
    pub fn left_out(&self) -> Option<String> {
        let names: Vec<&str> = self.left_out.iter().take(NAMED).map(String::as_str).collect();
        let more = match self.left_out.len().checked_sub(NAMED) {
            Some(more @ 1..) => format!(" and {more} more"),
            _ => String::new(),
        };
        let all = self.chosen.len() + self.left_out.len();
        (!names.is_empty()).then(|| {
            let (count, names) = (self.left_out.len(), names.join(", "));
            format!("{count} of {all} dependencies are not instrumented, as they run in the compiler or in build scripts: {names}{more}")
        })
    }
}

struct Graph<'a> {
    nodes: BTreeMap<&'a PackageId, &'a Node>,
    packages: BTreeMap<&'a PackageId, &'a Package>,
    members: &'a [PackageId],
}

impl<'a> Graph<'a> {
    fn new(metadata: &'a Metadata) -> Self {
        let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
        Graph {
            nodes: nodes.map(|node| (&node.id, node)).collect(),
            packages: metadata.packages.iter().map(|package| (&package.id, package)).collect(),
            members: &metadata.workspace_members,
        }
    }

    /// What programs are made of, and what runs while they are built.
    fn reached(&self) -> (BTreeSet<&'a PackageId>, BTreeSet<&'a PackageId>) {
        let (mut programs, mut others) = (BTreeSet::new(), BTreeSet::new());
        let mut rest: Vec<(&PackageId, bool)> = self.members.iter().map(|member| (member, false)).collect();
        while let Some((package, is_other)) = rest.pop() {
            let is_other = is_other || self.packages.get(package).is_some_and(|package| runs_in_the_compiler(package));
            if !(if is_other { &mut others } else { &mut programs }).insert(package) {
                continue;
            }
            for dependency in self.nodes.get(package).into_iter().flat_map(|node| &node.deps) {
                let is_of = |kind| dependency.dep_kinds.iter().any(|known| known.kind == kind);
                if is_of(DependencyKind::Normal) || is_of(DependencyKind::Development) {
                    rest.push((&dependency.pkg, is_other));
                }
                if is_of(DependencyKind::Build) {
                    rest.push((&dependency.pkg, true));
                }
            }
        }
        (programs, others)
    }
}
