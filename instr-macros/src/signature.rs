//! What signatures say: the names of parameters, and whether a signal can call the function.
//!
//! What the kernel calls is a C function with one parameter, or with `SA_SIGINFO` three. A Rust function is called by a handler,
//! such as that of the crate signal-hook, and may have any parameters.

use proc_macro2::Span;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Error, FnArg, Pat, Result, ReturnType, Signature, Token, Type};

use crate::spacing;

const FORMS: &str = "`extern \"C\" fn(c_int)` or `extern \"C\" fn(c_int, *mut siginfo_t, *mut c_void)`";

/// Other ABIs, such as `"C-unwind"`, are those of C too.
const NOT_OF_C: [&str; 4] = ["Rust", "rust-call", "rust-cold", "rust-intrinsic"];

/// Types that no C function has in the place of an `int`.
const NO_INT: [&str; 14] =
    ["i8", "i16", "i64", "i128", "isize", "u8", "u16", "u64", "u128", "usize", "f32", "f64", "bool", "char"];

/// Types that are handed over by their address.
const BEHIND_POINTERS: [&str; 3] = ["siginfo_t", "ucontext_t", "c_void"];

/// The names of a function's parameters, with commas between them; `_` for a pattern.
pub(crate) fn parameter_names(sig: &Signature) -> String {
    let name = |input: &FnArg| match input {
        FnArg::Receiver(_) => "self".to_owned(),
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(name) if name.subpat.is_none() => name.ident.to_string(),
            _ => "_".to_owned(),
        },
    };
    sig.inputs.iter().map(name).collect::<Vec<_>>().join(",")
}

/// Checks the signature of a function marked `#[signal_handler]`.
pub(crate) fn check(sig: &Signature) -> Result<()> {
    if let Some(keyword) = &sig.asyncness {
        return Err(Error::new(
            keyword.span,
            "calling an `async fn` runs nothing of it: a handler is an ordinary function",
        ));
    }
    let of_c =
        sig.abi.as_ref().is_some_and(|abi| abi.name.as_ref().is_none_or(|name| !NOT_OF_C.contains(&&*name.value())));
    if of_c {
        returns(&sig.output)?;
        parameters(&sig.inputs, sig.paren_token.span.join())?;
    }
    Ok(())
}

fn returns(output: &ReturnType) -> Result<()> {
    match output {
        ReturnType::Type(_, ty) if !is_nothing(ty) => {
            Err(Error::new_spanned(ty, "nobody receives what a signal handler returns: return nothing"))
        }
        _ => Ok(()),
    }
}

fn is_nothing(ty: &Type) -> bool {
    match ty {
        Type::Never(_) => true,
        Type::Tuple(tuple) => tuple.elems.is_empty(),
        Type::Group(group) => is_nothing(&group.elem),
        Type::Paren(paren) => is_nothing(&paren.elem),
        _ => false,
    }
}

fn parameters(inputs: &Punctuated<FnArg, Token![,]>, parentheses: Span) -> Result<()> {
    for (at, input) in inputs.iter().enumerate() {
        match input {
            FnArg::Receiver(receiver) => {
                return Err(Error::new(
                    receiver.self_token.span,
                    "a signal has no `self` to hand over: make it an associated function, and keep the state in a static",
                ));
            }
            FnArg::Typed(typed) if at == 0 && !can_be_int(&typed.ty) => {
                return Err(Error::new_spanned(&typed.ty, "the first parameter is the signal's number: a `c_int`"));
            }
            FnArg::Typed(typed) if is_one_of(&typed.ty, &BEHIND_POINTERS) => {
                let ty = spacing::text(typed.ty.to_token_stream());
                return Err(Error::new_spanned(&typed.ty, format!("it is handed over by its address: `*mut {ty}`")));
            }
            FnArg::Typed(_) => {}
        }
    }
    if matches!(inputs.len(), 1 | 3) {
        return Ok(());
    }
    let span = inputs.iter().nth(3).map_or(parentheses, Spanned::span);
    Err(Error::new(span, format!("a signal handler has one parameter or three: {FORMS}")))
}

fn can_be_int(ty: &Type) -> bool {
    match ty {
        Type::Group(group) => can_be_int(&group.elem),
        Type::Paren(paren) => can_be_int(&paren.elem),
        Type::Path(_) => !is_one_of(ty, &NO_INT),
        // What a macro will make of itself is not known.
        Type::Macro(_) | Type::Verbatim(_) => true,
        _ => false,
    }
}

fn is_one_of(ty: &Type, names: &[&str]) -> bool {
    let last = match ty {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    };
    last.is_some_and(|last| names.iter().any(|name| last.ident == name))
}
