//! Open statements as JSON, innermost first.

use serde::Serialize;

use crate::model::chain::{Call, Chain};
use crate::model::package::package;
use crate::model::sites::Sites;
use crate::model::source_path::is_local;
use crate::model::statement::Statement;
use crate::model::total::total;

/// What a thread's chain adds to the thread.
#[derive(Serialize)]
pub(crate) struct JsonChain {
    stack: Vec<JsonCall>,
    depth: u64,
    /// How many of these calls no entry stands for.
    #[serde(skip_serializing_if = "is_zero")]
    stack_left_out: u64,
    /// How many of the outermost ones the parent process had entered.
    #[serde(skip_serializing_if = "is_zero")]
    inherited: u64,
}

#[derive(Serialize)]
struct JsonCall {
    file: String,
    line: u64,
    column: u64,
    function: String,
    snippet: String,
    package: String,
    is_local: bool,
    repeats: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl JsonChain {
    pub(crate) fn new(chain: &Chain, sites: &Sites) -> Self {
        let calls = chain.calls().filter_map(|call| Some((call, call.statement()?)));
        let stack: Vec<JsonCall> = calls.map(|(call, id)| JsonCall::new(call, id, sites)).collect();
        let told = total(stack.iter().map(|call| call.repeats));
        let (depth, inherited) = (chain.depth, chain.inherited);
        JsonChain { stack, depth, stack_left_out: depth.saturating_sub(told), inherited }
    }
}

impl JsonCall {
    fn new(call: &Call, id: u32, sites: &Sites) -> Self {
        let statement = sites.statement(id).unwrap_or_else(|| Statement::unknown(id));
        let (package, is_local) = (package(&statement).name.to_owned(), is_local(&statement.file));
        let Statement { file, line, column, function, snippet, .. } = statement;
        JsonCall { file, line, column, function, snippet, package, is_local, repeats: call.repeats }
    }
}
