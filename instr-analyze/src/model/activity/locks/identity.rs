//! Which lock it is: where the name comes from that it has in the end, and how likely two are the same.

use std::fmt;

/// A lock, or the index of one, as far as the texts tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) root: Root,
    pub(super) steps: Vec<Step>,
}

/// What a path begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Root {
    /// A number, a character or a text.
    Literal(String),
    /// A static, a function, or a path of modules.
    Global(String),
    /// A variable that was found.
    Variable(Variable),
    /// A text that is no path.
    Unknown(String),
}

/// A variable, where it gets a value that no other name is known for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) binding: Binding,
    /// The first statement of the function or closure that it is bound in, by which that is known.
    pub(super) body: u32,
    pub(super) scope: Scope,
    /// Whether its value was made where it is bound.
    pub(super) is_new: bool,
    /// Whether it can get another value.
    pub(super) is_changing: bool,
}

/// What binds a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binding {
    /// A parameter of its function.
    Parameter,
    /// This statement.
    Statement(u32),
    /// Nothing that could be found.
    Unknown,
}

/// In which call of its function a variable is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// In one of the thread's own, counted from the outermost one.
    Own(usize),
    /// In one that made the closure which the thread runs, or a closure around that.
    Captured(Captured),
}

/// How a closure got at a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Captured {
    /// The statement that has the closure.
    pub(super) made_in: u32,
    /// Whether one such variable may be captured by several closures of that statement.
    pub(super) is_shared: bool,
    /// Whether there may be several such variables in one call of the function that they are bound in.
    pub(super) is_one_of_many: bool,
}

/// A part of a path behind its root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Field(String),
    Call(String, Vec<Identity>),
    Index(Box<Identity>),
}

/// How likely two locks are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// They are not.
    Different,
    /// Nothing tells.
    Unknown,
    /// Their names are alike.
    Alike,
    /// Both come from one variable.
    Same,
}

impl Identity {
    /// How likely two locks are the same, which one thread takes or two do; `in_one_file`: both statements are in the same file.
    pub(super) fn likeness(&self, other: &Identity, is_one_thread: bool, in_one_file: bool) -> Likeness {
        let roots = of_roots(&self.root, &other.root, is_one_thread);
        if roots == OfRoots::Same {
            return of_steps(&self.steps, &other.steps, is_one_thread);
        }
        if roots == OfRoots::Different {
            return Likeness::Different;
        }
        let may_be_told = match roots {
            OfRoots::Unrelated => true,
            // Objects made alike can share what is in them.
            OfRoots::OneOfMany => !self.steps.is_empty(),
            _ => false,
        };
        // Functions of one thread have their own variables, maybe of the same object.
        let is_telling = !is_one_thread || self.root.name() == other.root.name();
        match self.last_names(other, is_one_thread) {
            Likeness::Alike if may_be_told && is_telling && (in_one_file || self.to_string() == other.to_string()) => {
                Likeness::Alike
            }
            Likeness::Alike => Likeness::Unknown,
            last => last,
        }
    }

    /// Whether the names are alike that the locks have in the end: of their fields, or else of the variables themselves.
    fn last_names(&self, other: &Identity, is_one_thread: bool) -> Likeness {
        for (one, other) in self.steps.iter().rev().zip(other.steps.iter().rev()) {
            match (one, other) {
                (Step::Field(one), Step::Field(other)) if one == other => return Likeness::Alike,
                (Step::Field(_), Step::Field(_)) => return Likeness::Different,
                _ if of_step(one, other, is_one_thread) == Likeness::Same => {}
                _ => return Likeness::Unknown,
            }
        }
        let are_one_name = self.root.name().is_some() && self.root.name() == other.root.name();
        let is_alike = are_one_name && self.steps.len() == other.steps.len();
        if is_alike { Likeness::Alike } else { Likeness::Unknown }
    }
}

/// How two roots relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OfRoots {
    Same,
    Different,
    /// They may be the same, and names that are alike say nothing of it.
    Apart,
    /// They may be the same, as far as the names tell.
    Unrelated,
    /// They may be the same, or two things that were made alike.
    OneOfMany,
}

fn of_roots(one: &Root, other: &Root, is_one_thread: bool) -> OfRoots {
    match (one, other) {
        (Root::Literal(one), Root::Literal(other)) if one == other => OfRoots::Same,
        (Root::Literal(_), Root::Literal(_)) => OfRoots::Different,
        (Root::Global(one), Root::Global(other)) => of_globals(one, other),
        (Root::Variable(one), Root::Variable(other)) if one.is_changing || other.is_changing => OfRoots::Apart,
        (Root::Variable(one), Root::Variable(other)) if one.is_of_binding(other) => {
            of_one_binding(one, other, is_one_thread)
        }
        (Root::Variable(one), Root::Variable(other)) => of_bindings(one, other, is_one_thread),
        (Root::Global(_), Root::Variable(_)) | (Root::Variable(_), Root::Global(_)) => OfRoots::Unrelated,
        _ => OfRoots::Apart,
    }
}

/// One path may leave out the modules of the other.
fn of_globals(one: &str, other: &str) -> OfRoots {
    let modules =
        |path: &str| path.rsplit_once("::").map(|(modules, _)| modules.trim_start_matches("crate::").to_owned());
    let name = |path: &str| path.rsplit("::").next().map(str::to_owned);
    match (modules(one), modules(other)) {
        _ if name(one) != name(other) => OfRoots::Different,
        (Some(one), Some(other)) if one != other => OfRoots::Unrelated,
        _ => OfRoots::Same,
    }
}

/// Of variables that one statement, or one function's head, binds by one name.
fn of_one_binding(one: &Variable, other: &Variable, is_one_thread: bool) -> OfRoots {
    let is_one = match (one.scope, other.scope) {
        (Scope::Own(one), Scope::Own(other)) if is_one_thread => one == other,
        (Scope::Own(_), Scope::Own(_)) => return OfRoots::Unrelated,
        (Scope::Own(_), Scope::Captured(captured)) | (Scope::Captured(captured), Scope::Own(_)) => {
            !captured.is_one_of_many
        }
        (Scope::Captured(one), Scope::Captured(other)) if is_one_thread && one.made_in == other.made_in => true,
        (Scope::Captured(one), Scope::Captured(other)) => {
            let is_shared = is_one_thread || one.made_in != other.made_in || one.is_shared;
            is_shared && !one.is_one_of_many
        }
    };
    match is_one {
        true => OfRoots::Same,
        false if is_one_thread => OfRoots::Apart,
        false => OfRoots::OneOfMany,
    }
}

/// Of variables that are bound at different places.
fn of_bindings(one: &Variable, other: &Variable, is_one_thread: bool) -> OfRoots {
    let is_one_call = match (one.scope, other.scope) {
        (Scope::Own(one), Scope::Own(other)) => is_one_thread && one == other,
        _ => true,
    };
    if one.body == other.body && !is_one_call {
        return OfRoots::Apart;
    }
    match (one.is_new && other.is_new, one.body == other.body) {
        (true, _) => OfRoots::Different,
        (false, true) => OfRoots::Apart,
        (false, false) => OfRoots::Unrelated,
    }
}

/// Of what stands behind one root.
fn of_steps(one: &[Step], other: &[Step], is_one_thread: bool) -> Likeness {
    let pairs = one.iter().zip(other).map(|(one, other)| of_step(one, other, is_one_thread));
    match pairs.min().unwrap_or(Likeness::Same) {
        Likeness::Same if one.len() != other.len() => Likeness::Unknown,
        least => least,
    }
}

fn of_step(one: &Step, other: &Step, is_one_thread: bool) -> Likeness {
    match (one, other) {
        (Step::Field(one), Step::Field(other)) if one == other => Likeness::Same,
        (Step::Field(_), Step::Field(_)) => Likeness::Different,
        (Step::Index(one), Step::Index(other)) => of_values(one, other, is_one_thread),
        (Step::Call(one, arguments), Step::Call(other, others)) if one == other && arguments.len() == others.len() => {
            let mut pairs = arguments.iter().zip(others);
            match pairs.all(|(one, other)| of_values(one, other, is_one_thread) == Likeness::Same) {
                true => Likeness::Same,
                false => Likeness::Unknown,
            }
        }
        _ => Likeness::Unknown,
    }
}

/// Of two indexes. What is behind a root can have changed.
fn of_values(one: &Identity, other: &Identity, is_one_thread: bool) -> Likeness {
    match of_roots(&one.root, &other.root, is_one_thread) {
        OfRoots::Same if one.steps.is_empty() && other.steps.is_empty() => Likeness::Same,
        OfRoots::Different if matches!(one.root, Root::Literal(_)) => Likeness::Different,
        _ => Likeness::Unknown,
    }
}

impl Root {
    fn name(&self) -> Option<&str> {
        match self {
            Root::Variable(variable) => Some(&variable.name),
            Root::Global(path) => Some(path),
            Root::Literal(_) | Root::Unknown(_) => None,
        }
    }
}

impl Variable {
    fn is_of_binding(&self, other: &Variable) -> bool {
        (self.binding, self.body, &self.name) == (other.binding, other.body, &other.name)
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.root {
            Root::Literal(text) | Root::Global(text) | Root::Unknown(text) => f.write_str(text)?,
            Root::Variable(variable) => f.write_str(&variable.name)?,
        }
        self.steps.iter().try_for_each(|step| match step {
            Step::Field(name) => write!(f, ".{name}"),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Call(name, arguments) => {
                let arguments: Vec<String> = arguments.iter().map(Identity::to_string).collect();
                let dot = if name.is_empty() { "" } else { "." };
                write!(f, "{dot}{name}({})", arguments.join(", "))
            }
        })
    }
}
