//! From the table `parameters` to [`Parameter`]s.

use super::fields::{self, Fields, Node};
use super::source::SuiteSource;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::parameter::{Parameter, VARIABLE, VARIABLE_HELP, VARIABLE_LABEL};
use crate::scenario::payload::{Notation, TokenKind, tokens};
use crate::scenario::template::VariableName;

/// The parameters of a suite. None of them is used yet.
pub(super) fn read(suite: &Fields<'_>, source: &mut SuiteSource<'_>) -> Vec<Parameter> {
    let table = suite.table("parameters");
    let entries = table.iter().flat_map(Fields::entries);
    let mut parameters: Vec<_> = entries
        .filter_map(|(name, node)| parameter(name, node, source))
        .collect();
    parameters.sort_by(|a, b| a.name.cmp(&b.name));
    parameters
}

fn parameter(name: &str, node: &Node<'_>, source: &mut SuiteSource<'_>) -> Option<Parameter> {
    let long = fields::of(node);
    let value = long.map_or(Some(node), |long| long.get("default"))?;
    let literal = source.literal(value)?;
    if name == VariableName::UNIQUE {
        let message = format!("the name `{name}` is taken");
        let fault = Diagnostic::new(message, value.span(), "reserved by wirecheck");
        source.faults.push(fault.help("choose another name"));
        return None;
    }
    let known = |_: &str| true;
    for token in tokens(literal.text, Notation::Wire) {
        let span = literal.span(&token.range);
        if let TokenKind::Value(_) = token.kind {
            let fault = Diagnostic::new(VARIABLE, span, VARIABLE_LABEL);
            source.faults.push(fault.help(VARIABLE_HELP));
        } else {
            source.check_token(&token.kind, span, &known);
        }
    }
    Some(Parameter {
        name: VariableName::new(name),
        written: literal.text.to_owned(),
        about: long.and_then(|long| long.text("about")).map(str::to_owned),
        span: value.span(),
        is_used: false,
    })
}
