//! Finds instrumented functions that are handed over as signal handlers, as far as the attribute sees both the function and
//! the call: in one function, `impl` or `mod`.

use proc_macro2::Span;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Expr, ExprAssign, ExprCall, FieldValue, ImplItemFn, ItemFn, ItemImpl, ItemMod, ItemTrait, Member, Path,
    Signature, Stmt, TraitItemFn,
};

use crate::attributes::{INSTRUMENT_SOURCE, mentions, names};
use crate::handler_lint::{last_span, segments};
use crate::item::type_name;
use crate::target::Target;
use crate::untouched;
use crate::warning::{Warning, allows, allows_in};

/// A warning for each. Looks for the calls first, as there are hardly ever any.
pub(crate) fn warnings(target: &Target) -> Vec<Warning> {
    let mut scan = Scan::default();
    match target {
        Target::Item(item) => scan.visit_item(item),
        Target::Method(method) => scan.visit_impl_item_fn(method),
        Target::TraitMethod(method) => scan.visit_trait_item_fn(method),
    }
    let Scan { handed_over, instrumented, .. } = scan;
    let warns = |Handed { function, span }: Handed| match function {
        Some(function) if !instrumented.contains(&function) => None,
        Some((_, name)) => {
            let note = format!("`{name}` is instrumented and runs as a signal handler: mark it `#[signal_handler]`");
            Some(Warning { span, note })
        }
        None => Some(Warning { span, note: CLOSURE.to_owned() }),
    };
    handed_over.into_iter().filter_map(warns).collect()
}

const CLOSURE: &str = "this closure is instrumented and runs as a signal handler: hand over a function marked \
                       `#[signal_handler]` instead";

/// A module's number and the path of a function in it.
type Function = (usize, String);

struct Handed {
    /// `None`: a closure.
    function: Option<Function>,
    span: Span,
}

#[derive(Default)]
struct Scan {
    handed_over: Vec<Handed>,
    instrumented: Vec<Function>,
    /// Where the scan is.
    module: usize,
    modules: usize,
    self_type: Option<String>,
    /// Whether closures here are instrumented.
    in_instrumented: bool,
}

impl Scan {
    /// Looks through a function, `walk`.
    fn function(&mut self, attrs: &[Attribute], sig: &Signature, walk: impl FnOnce(&mut Self)) {
        let skipped = attrs.iter().any(|attr| names(attr, INSTRUMENT_SOURCE) && mentions(&attr.meta, "skip"));
        let is_instrumented = !skipped && untouched::reason(attrs, sig).is_none();
        if is_instrumented {
            self.instrumented.push((self.module, self.path_of(&sig.ident.to_string())));
        }
        let outer = std::mem::replace(&mut self.in_instrumented, is_instrumented);
        let before = self.handed_over.len();
        walk(self);
        if allows(attrs) {
            self.handed_over.truncate(before);
        }
        self.in_instrumented = outer;
    }

    fn path_of(&self, name: &str) -> String {
        self.self_type.as_ref().map_or_else(|| name.to_owned(), |own| format!("{own}::{name}"))
    }

    /// Looks through an `impl` or a trait.
    fn below(&mut self, own: String, walk: impl FnOnce(&mut Self)) {
        let outer = self.self_type.replace(own);
        walk(self);
        self.self_type = outer;
    }

    /// Notes what is handed over to be called when a signal comes.
    fn hand_over(&mut self, mut handler: &Expr) {
        loop {
            handler = match handler {
                Expr::Cast(cast) => &cast.expr,
                Expr::Group(group) => &group.expr,
                Expr::Paren(paren) => &paren.expr,
                Expr::Reference(reference) => &reference.expr,
                _ => break,
            };
        }
        match handler {
            Expr::Path(path) => {
                if let Some(name) = self.resolve(&path.path) {
                    let function = Some((self.module, name));
                    self.handed_over.push(Handed { function, span: last_span(&path.path) });
                }
            }
            Expr::Closure(closure) if self.in_instrumented => {
                let span = closure.inputs_begin.span;
                self.handed_over.push(Handed { function: None, span });
            }
            _ => {}
        }
    }

    /// The function of this module that a path leads to, as far as can be seen.
    fn resolve(&self, path: &Path) -> Option<String> {
        match &*segments(path) {
            [name] => Some(name.clone()),
            [own, name] if own == "self" => Some(name.clone()),
            [own, name] if own == "Self" => Some(self.path_of(name)),
            [own, name] => Some(format!("{own}::{name}")),
            _ => None,
        }
    }

    /// A call that takes a handler, or makes one of a function.
    fn inside(&mut self, call: &ExprCall) {
        let Expr::Path(function) = &*call.func else { return };
        let path = segments(&function.path);
        let Some((name, modules)) = path.split_last() else { return };
        let of = |names: &[&str]| modules.last().is_some_and(|last| names.contains(&&**last));
        let a_signal = || matches!(call.args.first(), Some(Expr::Path(first)) if names_signal(&first.path));
        let takes = match &**name {
            "signal" | "bsd_signal" | "sigset" => of(&["libc", "signal"]) || a_signal(),
            "register" | "register_sigaction" | "register_signal_unchecked" | "register_unchecked" => {
                of(&["low_level", "signal_hook", "signal_hook_registry"]) || a_signal()
            }
            "Handler" | "SigAction" => of(&["SigHandler"]),
            _ => false,
        };
        if takes {
            call.args.iter().for_each(|argument| self.hand_over(argument));
        }
    }
}

/// Whether a path ends in the name of a signal, such as `SIGTERM`.
fn names_signal(path: &Path) -> bool {
    segments(path).last().is_some_and(|last| last.starts_with("SIG"))
}

fn is_handler_field(member: &Member) -> bool {
    matches!(member, Member::Named(name) if name == "sa_sigaction" || name == "sa_handler")
}

impl<'ast> Visit<'ast> for Scan {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        let outer = self.self_type.take();
        self.function(&function.attrs, &function.sig, |scan| visit::visit_item_fn(scan, function));
        self.self_type = outer;
    }

    fn visit_impl_item_fn(&mut self, method: &'ast ImplItemFn) {
        self.function(&method.attrs, &method.sig, |scan| visit::visit_impl_item_fn(scan, method));
    }

    fn visit_trait_item_fn(&mut self, method: &'ast TraitItemFn) {
        self.function(&method.attrs, &method.sig, |scan| visit::visit_trait_item_fn(scan, method));
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if !allows(&item.attrs) {
            self.below(type_name(&item.self_ty), |scan| visit::visit_item_impl(scan, item));
        }
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        if !allows(&item.attrs) {
            self.below(item.ident.to_string(), |scan| visit::visit_item_trait(scan, item));
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if allows(&item.attrs) {
            return;
        }
        self.modules += 1;
        let outer = std::mem::replace(&mut self.module, self.modules);
        visit::visit_item_mod(self, item);
        self.module = outer;
    }

    fn visit_stmt(&mut self, stmt: &'ast Stmt) {
        let before = self.handed_over.len();
        visit::visit_stmt(self, stmt);
        if before != self.handed_over.len() && allows_in(stmt) {
            self.handed_over.truncate(before);
        }
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        self.inside(call);
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_assign(&mut self, assign: &'ast ExprAssign) {
        if matches!(&*assign.left, Expr::Field(field) if is_handler_field(&field.member)) {
            self.hand_over(&assign.right);
        }
        visit::visit_expr_assign(self, assign);
    }

    fn visit_field_value(&mut self, field: &'ast FieldValue) {
        if is_handler_field(&field.member) {
            self.hand_over(&field.expr);
        }
        visit::visit_field_value(self, field);
    }
}
