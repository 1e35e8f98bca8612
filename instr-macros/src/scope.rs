//! What holds for the probes of a function: its own attribute and those around it, each argument for itself.

use instr_format::names::MacroFlag;
use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::args::Args;
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
}

impl Scope {
    /// What holds below the outermost attribute.
    pub(crate) fn new(args: &Args) -> Self {
        Scope { runtime: default_runtime(), level: Level::Statement, macros: Macros::Both }.inside(args)
    }

    /// What holds below an attribute in this scope.
    pub(crate) fn inside(&self, args: &Args) -> Self {
        Scope {
            runtime: args.runtime.as_ref().map_or_else(|| self.runtime.clone(), ToTokens::to_token_stream),
            level: args.level.unwrap_or(self.level),
            macros: args.macros.unwrap_or(self.macros),
        }
    }
}
