//! Makes long chains short: what lies within dependencies is counted, and then what lies in the middle.

use std::collections::HashMap;

use super::rows::Block;
use crate::model::total::total;
use crate::report::number::Grouped;

/// Chains of more lines have the calls within dependencies folded.
const LONG: usize = 12;
/// The most lines, if each part has one; of these so many for the outermost calls.
const MOST: usize = 20;
const OUTERMOST: usize = 6;
/// So few lines of dependencies are left as they are.
const FEW: usize = 2;
/// So many packages are named.
const PACKAGES: usize = 3;

/// The same calls in fewer lines, if there are many.
pub(super) fn shortened(mut blocks: Vec<Block>) -> Vec<Block> {
    if lines(&blocks) > LONG {
        blocks = without_dependencies(blocks);
    }
    if lines(&blocks) > MOST {
        blocks = without_middle(blocks);
    }
    blocks
}

fn lines(blocks: &[Block]) -> usize {
    blocks.iter().map(|block| block.rows.len()).sum()
}

/// Folds each row of calls within dependencies; the statement that the thread is in stays.
fn without_dependencies(blocks: Vec<Block>) -> Vec<Block> {
    let (mut shown, mut inside): (Vec<Block>, Vec<Block>) = (Vec::new(), Vec::new());
    for block in blocks {
        let stays = block.rows.iter().any(|row| row.is_innermost);
        if block.packages.is_some() && !stays {
            inside.push(block);
        } else {
            within(&mut inside, &mut shown);
            shown.push(block);
        }
    }
    within(&mut inside, &mut shown);
    shown
}

// Output: … 14 calls in serde_json 1.0.149 and serde 1.0.228
fn within(inside: &mut Vec<Block>, shown: &mut Vec<Block>) {
    if lines(inside) <= FEW {
        shown.append(inside);
        return;
    }
    let blocks = std::mem::take(inside);
    let calls = total(blocks.iter().map(|block| block.calls));
    let mut packages: Vec<&str> = Vec::new();
    for package in blocks.iter().flat_map(|block| block.packages.iter().flatten()) {
        if !packages.contains(&package.as_str()) {
            packages.push(package);
        }
    }
    if packages.len() > PACKAGES {
        packages.truncate(PACKAGES);
        packages.push("others");
    }
    let names = match packages.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    };
    let note = Block::note(format!("… {} calls in {names}", Grouped(calls)), calls);
    let functions = blocks.into_iter().flat_map(|block| block.functions).collect();
    shown.push(Block { functions, ..note });
}

/// Counts the calls in the middle.
fn without_middle(mut blocks: Vec<Block>) -> Vec<Block> {
    let fitting = |blocks: &mut dyn Iterator<Item = &Block>, most: usize| {
        let mut lines = 0;
        let fits = |block: &&Block| {
            lines += block.rows.len();
            lines <= most
        };
        blocks.take_while(fits).count()
    };
    // A block that is larger than its share is shown all the same: it may be all that there is.
    let first = fitting(&mut blocks.iter(), OUTERMOST).max(1);
    let last = fitting(&mut blocks.iter().rev(), MOST - OUTERMOST - 1).max(1);
    let Some(between @ 1..) = blocks.len().checked_sub(first + last) else { return blocks };
    let innermost = blocks.split_off(first + between);
    let middle = blocks.split_off(first);
    let calls = total(middle.iter().map(|block| block.calls));
    let mut by_function: HashMap<String, u64> = HashMap::new();
    for (path, calls) in middle.into_iter().flat_map(|block| block.functions) {
        *by_function.entry(path).or_default() += calls;
    }
    let mut functions: Vec<(String, u64)> = by_function.into_iter().collect();
    functions.sort_by(|(a, most), (b, more)| more.cmp(most).then_with(|| a.cmp(b)));
    blocks.push(Block::counted(calls, functions));
    blocks.extend(innermost);
    blocks
}
