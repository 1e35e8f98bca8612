//! Expressions: the bodies inside them, and the values after which a statement goes on.

use instr_format::sites::BlockKind;
use proc_macro2::TokenStream;
use syn::visit_mut::{self, VisitMut};
use syn::{
    AngleBracketedGenericArguments, Attribute, BinOp, Block, Expr, ExprBinary, ExprUnary, Item, Macro, Pat, Path,
    QSelf, Type, UnOp,
};

use super::Rewriter;
use super::value::{extends, gives_closure, gives_untyped_number, has_no_value, is_constructor, promotes, updates};

impl VisitMut for Rewriter<'_> {
    fn visit_block_mut(&mut self, block: &mut Block) {
        self.entered(block, BlockKind::Plain, None);
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Closure(closure) => self.closure(closure),
            Expr::Async(block) => {
                self.apart(1, false, |this| {
                    let entry = this.entry(block);
                    this.entered(&mut block.block, BlockKind::Future, entry);
                });
            }
            Expr::If(_) => self.branch(expr, BlockKind::If),
            Expr::Match(expr) => self.arms(expr),
            Expr::While(expr) => self.while_loop(expr),
            Expr::ForLoop(expr) => self.for_loop(expr),
            Expr::Loop(expr) => self.plain_loop(expr),
            Expr::Continue(inner) => {
                if let Some(probed) = self.continued(inner) {
                    *expr = probed;
                }
            }
            Expr::Binary(binary) => self.operands(binary),
            Expr::MethodCall(call) => {
                self.referred(&mut call.receiver, Self::operand);
                call.args.iter_mut().for_each(|argument| self.operand(argument));
            }
            Expr::Call(call) => {
                self.visit_expr_mut(&mut call.func);
                let constructs = is_constructor(call);
                for argument in &mut call.args {
                    if constructs { self.part(argument) } else { self.operand(argument) }
                }
            }
            Expr::Tuple(tuple) => tuple.elems.iter_mut().for_each(|element| self.part(element)),
            Expr::Array(array) => array.elems.iter_mut().for_each(|element| self.part(element)),
            Expr::Struct(literal) => {
                literal.fields.iter_mut().for_each(|field| self.part(&mut field.expr));
                literal.rest.iter_mut().for_each(|rest| self.part(rest));
            }
            Expr::Range(range) => {
                [&mut range.start, &mut range.end].into_iter().flatten().for_each(|end| self.part(end))
            }
            Expr::Reference(reference) => self.referred(&mut reference.expr, Self::part),
            Expr::Assign(assign) => {
                self.visit_expr_mut(&mut assign.left);
                // A call around the branches would hide the type that one tells the next.
                if updates(assign) { self.visit_expr_mut(&mut assign.right) } else { self.operand(&mut assign.right) }
            }
            Expr::Field(field) => self.operand(&mut field.base),
            Expr::Try(expr) => {
                self.operand(&mut expr.expr);
                if let Some(around) = self.nest.around {
                    self.table.has_try(around);
                }
            }
            Expr::Unary(unary) if is_operator(unary) => self.operand(&mut unary.expr),
            Expr::Index(index) => {
                self.visit_expr_mut(&mut index.expr);
                self.operand(&mut index.index);
            }
            Expr::Await(inner) => {
                self.operand(&mut inner.base);
                self.passed += 1;
                if inner.attrs.is_empty() {
                    self.resume_after(expr);
                }
            }
            // A length is a constant.
            Expr::Repeat(repeat) => self.part(&mut repeat.expr),
            Expr::Const(_) | Expr::Macro(_) | Expr::Verbatim(_) => {}
            _ => visit_mut::visit_expr_mut(self, expr),
        }
    }

    fn visit_item_mut(&mut self, item: &mut Item) {
        self.item(item);
    }

    // What holds no statements that run here.
    fn visit_type_mut(&mut self, _: &mut Type) {}
    fn visit_pat_mut(&mut self, _: &mut Pat) {}
    fn visit_path_mut(&mut self, _: &mut Path) {}
    fn visit_qself_mut(&mut self, _: &mut QSelf) {}
    fn visit_angle_bracketed_generic_arguments_mut(&mut self, _: &mut AngleBracketedGenericArguments) {}
    fn visit_macro_mut(&mut self, _: &mut Macro) {}
    fn visit_attribute_mut(&mut self, _: &mut Attribute) {}
}

impl Rewriter<'_> {
    /// An `if`, or what stands behind an `else`: a block of this kind.
    pub(super) fn branch(&mut self, expr: &mut Expr, kind: BlockKind) {
        match expr {
            Expr::If(choice) => {
                self.visit_expr_mut(&mut choice.cond);
                self.entered(&mut choice.then_branch, kind, None);
                if let Some((_, otherwise)) = &mut choice.else_branch {
                    let is_chain = matches!(**otherwise, Expr::If(_));
                    self.branch(otherwise, if is_chain { BlockKind::ElseIf } else { BlockKind::Else });
                }
            }
            Expr::Block(block) => self.entered(&mut block.block, kind, None),
            _ => self.visit_expr_mut(expr),
        }
    }

    fn operands(&mut self, binary: &mut ExprBinary) {
        if is_compound_assignment(&binary.op) {
            // A place, which a call would turn into a value.
            self.visit_expr_mut(&mut binary.left);
        } else {
            self.operand(&mut binary.left);
        }
        if is_lazy(&binary.op) {
            // Nothing of the operator is left after its right side.
            self.visit_expr_mut(&mut binary.right);
        } else {
            self.operand(&mut binary.right);
        }
    }

    // Input:  if c { 1 } else { 2 }
    // Output: after(if c { probe(1); 1 } else { probe(2); 2 }, resume(0))
    /// A value that the statement goes on with. Blocks and the like reach statements of their own on the way to it.
    pub(super) fn operand(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Paren(paren) if !is_block_like(&paren.expr) => return self.operand(&mut paren.expr),
            // More of the statement is left behind the right side too.
            Expr::Binary(binary) if is_lazy(&binary.op) => {
                self.operand(&mut binary.left);
                return self.operand(&mut binary.right);
            }
            Expr::Let(condition) => return self.operand(&mut condition.expr),
            _ => {}
        }
        let resumes = is_block_like(expr) && !gives_closure(expr) && !has_no_value(expr);
        let passed = self.passed;
        self.visit_expr_mut(expr);
        if resumes && self.passed > passed {
            self.resume_after(expr);
        }
    }

    // Input:  ({ a() }, if c { &one() } else { &two() })
    // Output: (after({ probe(1); a() }, resume(0)), if c { probe(2); &one() } else { probe(3); &two() })
    /// An operand that lives on in what is made of it, and so do the temporaries that it refers to.
    fn part(&mut self, expr: &mut Expr) {
        if extends(expr) { self.visit_expr_mut(expr) } else { self.operand(expr) }
    }

    /// What a reference is taken of, in so many words or by a call of a method: as a constant, it is not wrapped anywhere.
    fn referred(&mut self, expr: &mut Expr, otherwise: fn(&mut Self, &mut Expr)) {
        if promotes(expr) {
            let statement = self.statement.take();
            self.visit_expr_mut(expr);
            self.statement = statement;
        } else {
            otherwise(self, expr);
        }
    }

    fn resume_after(&self, expr: &mut Expr) {
        if let Some(statement) = self.statement {
            *expr = self.table.resume_after(taken(expr), statement);
        }
    }
}

/// The expression, with nothing left in its place.
pub(super) fn taken(expr: &mut Expr) -> Expr {
    std::mem::replace(expr, Expr::Verbatim(TokenStream::new()))
}

fn is_lazy(op: &BinOp) -> bool {
    matches!(op, BinOp::And(_) | BinOp::Or(_))
}

fn is_compound_assignment(op: &BinOp) -> bool {
    matches!(
        op,
        BinOp::AddAssign(_)
            | BinOp::SubAssign(_)
            | BinOp::MulAssign(_)
            | BinOp::DivAssign(_)
            | BinOp::RemAssign(_)
            | BinOp::BitXorAssign(_)
            | BinOp::BitAndAssign(_)
            | BinOp::BitOrAssign(_)
            | BinOp::ShlAssign(_)
            | BinOp::ShrAssign(_)
    )
}

/// Whether the operand's type does not come from around the operator, as that of `-{ 3_000_000_000 } as i64` does.
fn is_operator(unary: &ExprUnary) -> bool {
    !is_deref(unary) && !gives_untyped_number(&unary.expr)
}

fn is_deref(unary: &ExprUnary) -> bool {
    matches!(unary.op, UnOp::Deref(_))
}

/// Whether statements of its own are the last that runs on the way to the value.
fn is_block_like(expr: &Expr) -> bool {
    let kind = match expr {
        Expr::Paren(paren) => is_block_like(&paren.expr),
        Expr::Group(group) => is_block_like(&group.expr),
        // Only the whole is sure to keep its type.
        Expr::Cast(cast) => is_block_like(&cast.expr),
        Expr::Unary(unary) => !is_deref(unary) && !is_operator(unary) && is_block_like(&unary.expr),
        expr => matches!(expr, Expr::Block(_) | Expr::If(_) | Expr::Match(_) | Expr::Unsafe(_) | Expr::Loop(_)),
    };
    kind && attributes(expr).is_empty()
}

/// An expression's own attributes.
pub(crate) fn attributes(expr: &Expr) -> &[Attribute] {
    macro_rules! attrs_of {
        ($($kind:ident)*) => { match expr { $(Expr::$kind(expr) => &expr.attrs,)* _ => &[] } };
    }
    attrs_of!(
        Array Assign Async Await Binary Block Break Call Cast Closure Const Continue Field ForLoop Group If Index Infer
        Let Lit Loop Macro Match MethodCall Paren Path Range RawAddr Reference Repeat Return Struct Try TryBlock Tuple
        Unary Unsafe While Yield
    )
}
