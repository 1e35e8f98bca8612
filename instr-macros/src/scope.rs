//! What holds for the probes of a function: its own attribute and those around it, each argument for itself.

use std::borrow::Cow;
use std::sync::Arc;

use instr_format::names::MacroFlag;
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;

use crate::args::Args;
use crate::config::ForFile;
use crate::probe::default_runtime;

/// What has a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Every statement.
    Statement,
    /// Every function, closure and async block, and every block in them that holds statements.
    Block,
    /// Every function, closure and async block.
    Function,
}

/// Which statements that concern macros have probes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Macros {
    Both,
    Invocations,
    Expansions,
    None,
}

impl Macros {
    pub(crate) fn include(self, flag: MacroFlag) -> bool {
        match flag {
            MacroFlag::None => true,
            MacroFlag::Invocation => matches!(self, Macros::Both | Macros::Invocations),
            MacroFlag::Expansion => matches!(self, Macros::Both | Macros::Expansions),
        }
    }
}

#[derive(Clone)]
pub(crate) struct Scope {
    /// Tokens that lead to the runtime.
    pub(crate) runtime: TokenStream,
    pub(crate) level: Level,
    pub(crate) macros: Macros,
    /// What chooses among functions, if anything does. Those in functions go with the ones around them.
    pub(crate) config: Option<Arc<ForFile>>,
}

impl Scope {
    /// What holds below the outermost attribute.
    pub(crate) fn new(args: &Args, config: Option<Arc<ForFile>>) -> Self {
        let (level, macros) =
            (config.as_ref().and_then(|file| file.level()), config.as_ref().and_then(|file| file.macros()));
        let (level, macros) = (level.unwrap_or(Level::Statement), macros.unwrap_or(Macros::Both));
        Scope { runtime: default_runtime(), level, macros, config }.inside(args)
    }

    /// What holds below an attribute in this scope.
    pub(crate) fn inside(&self, args: &Args) -> Self {
        Scope {
            runtime: args.runtime.as_ref().map_or_else(|| self.runtime.clone(), ToTokens::to_token_stream),
            level: args.level.unwrap_or(self.level),
            macros: args.macros.unwrap_or(self.macros),
            config: self.config.clone(),
        }
    }

    /// What holds in an inline module.
    pub(crate) fn inside_module(&self, name: &Ident) -> Self {
        Scope { config: self.config.as_ref().map(|config| config.inside(&name.to_string())), ..self.clone() }
    }

    /// What holds in a function.
    pub(crate) fn inside_function(&self) -> Cow<'_, Self> {
        match self.config {
            Some(_) => Cow::Owned(Scope { config: None, ..self.clone() }),
            None => Cow::Borrowed(self),
        }
    }

    /// Whether a function is instrumented. `path` leads to it from its module.
    pub(crate) fn admits_function(&self, path: &str) -> bool {
        self.config.as_ref().is_none_or(|config| config.admits_function(path))
    }
}
