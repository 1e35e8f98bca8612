//! The first and the last token of a statement, without making tokens of all between: a statement in a block in a
//! statement would be made once for each of them.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{Attribute, Block, Expr, ExprAsync, ExprClosure, Member, Path, PathArguments, Signature, Stmt, UnOp};

use crate::rewrite::attributes;

/// Code that knows its ends in the common cases. `None`: its tokens tell.
pub(crate) trait Edges: ToTokens {
    fn edges(&self) -> Option<(Span, Span)> {
        None
    }
}

impl Edges for ExprAsync {}
impl Edges for ExprClosure {}
impl Edges for Signature {}

impl Edges for Block {
    fn edges(&self) -> Option<(Span, Span)> {
        Some((start(self), end(self)))
    }
}

impl Edges for Expr {
    fn edges(&self) -> Option<(Span, Span)> {
        Some((first(self)?, last(self)?))
    }
}

impl Edges for Stmt {
    fn edges(&self) -> Option<(Span, Span)> {
        match self {
            Stmt::Local(local) => none(&local.attrs).map(|()| (local.let_token.span, local.semi_token.span)),
            Stmt::Expr(expr, Some(semi)) => Some((first(expr)?, semi.span)),
            Stmt::Expr(expr, None) => expr.edges(),
            Stmt::Macro(call) => {
                none(&call.attrs)?;
                let end = call.semi_token.map_or_else(|| call.mac.delimiter.span().close(), |semi| semi.span);
                Some((path_start(&call.mac.path), end))
            }
            Stmt::Item(_) => None,
        }
    }
}

/// Attributes stand first, wherever the expression does.
fn none(attrs: &[Attribute]) -> Option<()> {
    attrs.is_empty().then_some(())
}

fn first(expr: &Expr) -> Option<Span> {
    none(attributes(expr))?;
    Some(match expr {
        Expr::Array(array) => array.bracket_token.span.open(),
        Expr::Assign(assign) => first(&assign.left)?,
        Expr::Await(inner) => first(&inner.base)?,
        Expr::Binary(binary) => first(&binary.left)?,
        Expr::Block(block) if block.label.is_none() => start(&block.block),
        Expr::Break(leave) => leave.break_token.span,
        Expr::Call(call) => first(&call.func)?,
        Expr::Cast(cast) => first(&cast.expr)?,
        Expr::Continue(next) => next.continue_token.span,
        Expr::Field(field) => first(&field.base)?,
        Expr::ForLoop(expr) if expr.label.is_none() => expr.for_token.span,
        Expr::If(expr) => expr.if_token.span,
        Expr::Index(index) => first(&index.expr)?,
        Expr::Lit(literal) => literal.lit.span(),
        Expr::Loop(expr) if expr.label.is_none() => expr.loop_token.span,
        Expr::Macro(call) => path_start(&call.mac.path),
        Expr::Match(expr) => expr.match_token.span,
        Expr::MethodCall(call) => first(&call.receiver)?,
        Expr::Paren(paren) => paren.paren_token.span.open(),
        Expr::Path(path) if path.qself.is_none() => path_start(&path.path),
        Expr::Reference(reference) => reference.and_token.span,
        Expr::Return(expr) => expr.return_token.span,
        Expr::Struct(literal) if literal.qself.is_none() => path_start(&literal.path),
        Expr::Try(inner) => first(&inner.expr)?,
        Expr::Tuple(tuple) => tuple.paren_token.span.open(),
        Expr::Unary(unary) => match unary.op {
            UnOp::Deref(star) => star.span,
            UnOp::Not(not) => not.span,
            UnOp::Neg(minus) => minus.span,
            _ => return None,
        },
        Expr::Unsafe(block) => block.unsafe_token.span,
        Expr::While(expr) if expr.label.is_none() => expr.while_token.span,
        _ => return None,
    })
}

fn last(expr: &Expr) -> Option<Span> {
    Some(match expr {
        Expr::Array(array) => array.bracket_token.span.close(),
        Expr::Assign(assign) => last(&assign.right)?,
        Expr::Await(inner) => inner.await_token.span,
        Expr::Binary(binary) => last(&binary.right)?,
        Expr::Block(block) => end(&block.block),
        Expr::Call(call) => call.paren_token.span.close(),
        Expr::Field(field) => match &field.member {
            Member::Named(name) => name.span(),
            Member::Unnamed(_) => return None,
        },
        Expr::ForLoop(expr) => end(&expr.body),
        Expr::If(expr) => match &expr.else_branch {
            Some((_, or)) => last(or)?,
            None => end(&expr.then_branch),
        },
        Expr::Index(index) => index.bracket_token.span.close(),
        Expr::Lit(literal) => literal.lit.span(),
        Expr::Loop(expr) => end(&expr.body),
        Expr::Macro(call) => call.mac.delimiter.span().close(),
        Expr::Match(expr) => expr.brace_token.span.close(),
        Expr::MethodCall(call) => call.paren_token.span.close(),
        Expr::Paren(paren) => paren.paren_token.span.close(),
        Expr::Path(path) => match path.path.segments.last()? {
            segment if matches!(segment.arguments, PathArguments::None) => segment.ident.span(),
            _ => return None,
        },
        Expr::Reference(reference) => last(&reference.expr)?,
        Expr::Return(expr) => match &expr.expr {
            Some(value) => last(value)?,
            None => expr.return_token.span,
        },
        Expr::Struct(literal) => literal.brace_token.span.close(),
        Expr::Try(inner) => inner.question_token.span,
        Expr::Tuple(tuple) => tuple.paren_token.span.close(),
        Expr::Unary(unary) => last(&unary.expr)?,
        Expr::Unsafe(block) => end(&block.block),
        Expr::While(expr) => end(&expr.body),
        _ => return None,
    })
}

fn start(block: &Block) -> Span {
    block.brace_token.span.open()
}

fn end(block: &Block) -> Span {
    block.brace_token.span.close()
}

fn path_start(path: &Path) -> Span {
    match (&path.leading_colon, path.segments.first()) {
        (Some(colons), _) => colons.spans[0],
        (None, Some(segment)) => segment.ident.span(),
        (None, None) => Span::call_site(),
    }
}
