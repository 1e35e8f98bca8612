//! Expansion snapshots: what each construct of the language becomes.
//!
//! `UPDATE_EXPECT=1 cargo test -p instr-macros` writes them anew; read the difference before it is committed.

mod expressions;
mod functions;
mod handlers;
mod invisible;
mod items;
mod levels;
mod loops;
mod macros;
mod names;
mod operands;
mod parts;
mod rejected;
mod statements;
mod test_functions;
mod untouched;

use expect_test::Expect;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::LitStr;

use crate::expand;

/// Compares the expansion of `input` below `#[instrument_source(args)]` with `expect`, the path to the runtime left out.
/// `invisible!(…)` in the input becomes a group as the compiler makes it of what came through `macro_rules`.
#[track_caller]
fn check(args: &str, input: &str, expect: Expect) {
    // Numbers the file of the next parsed string 1 again, which makes it the same in every run.
    proc_macro2::extra::invalidate_current_thread_spans();
    let input = with_invisible_groups(input.parse().expect("the input is Rust"));
    let output = expand::instrument_source(args.parse().expect("the arguments are tokens"), input);
    expect.assert_eq(&pretty(&output));
}

/// Compares the texts of all sites of an expansion, their files left out.
#[track_caller]
fn check_texts(args: &str, input: &str, expect: Expect) {
    proc_macro2::extra::invalidate_current_thread_spans();
    let input = with_invisible_groups(input.parse().expect("the input is Rust"));
    let output = expand::instrument_source(args.parse().expect("the arguments are tokens"), input);
    let mut texts = String::new();
    add_texts(output, &mut texts);
    expect.assert_eq(&texts.replace(" <parsed\\sstring\\s1>", ""));
}

/// Adds the texts in the calls of `sites!`.
fn add_texts(tokens: TokenStream, texts: &mut String) {
    let mut is_call = false;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => is_call = ident == "sites",
            TokenTree::Group(group) if is_call => {
                let literals = group.stream().into_iter().map(TokenStream::from);
                let texts_here = literals.filter_map(|literal| syn::parse2::<LitStr>(literal).ok());
                texts_here.for_each(|text| *texts += &text.value());
            }
            TokenTree::Group(group) => add_texts(group.stream(), texts),
            _ => {}
        }
    }
}

/// As it would be written, the path to the runtime left out.
fn pretty(output: &TokenStream) -> String {
    let output = output.to_string().replace(":: instr_runtime :: macro_api ::", "");
    syn::parse_str(&output).map_or(output, |file| prettyplease::unparse(&file))
}

fn with_invisible_groups(tokens: TokenStream) -> TokenStream {
    let mut output: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let TokenTree::Group(group) = token else {
            output.push(token);
            continue;
        };
        let marked = output.len().checked_sub(2).filter(|at| output[*at].to_string() == "invisible");
        let mut copy = match marked {
            Some(at) => {
                output.truncate(at);
                Group::new(Delimiter::None, with_invisible_groups(group.stream()))
            }
            None => Group::new(group.delimiter(), with_invisible_groups(group.stream())),
        };
        copy.set_span(group.span());
        output.push(TokenTree::Group(copy));
    }
    output.into_iter().collect()
}
