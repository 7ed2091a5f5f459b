//! From the value of `http` to an [`HttpPattern`].

use super::action::{json_template, message_pattern};
use super::fields::{self, Fields, Node};
use super::source::SuiteSource;
use crate::framing::BodyFraming;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::http::{
    FieldPattern, FieldRule, HttpBody, HttpPattern, StartPattern, StatusPattern, ValuePattern,
};
use crate::scenario::message::Body;
use crate::scenario::template::VariableName;

type Known<'k> = &'k dyn Fn(&str) -> bool;

pub(super) fn read(
    node: &Node<'_>,
    known: Known<'_>,
    source: &mut SuiteSource<'_>,
) -> Option<HttpPattern> {
    let message = fields::of(node)?;
    let start = start(&message, known, source);
    let fields = header_fields(&message, known, source);
    let body = body(&message, known, source);
    Some(HttpPattern {
        start: start?,
        fields: fields?,
        body: body?,
        framing: message.text("framing").and_then(framing),
    })
}

fn start(
    message: &Fields<'_>,
    known: Known<'_>,
    source: &mut SuiteSource<'_>,
) -> Option<StartPattern> {
    if let Some(status) = message.get("status") {
        let status = status_pattern(status)?;
        return Some(StartPattern::Answer { status });
    }
    Some(StartPattern::Request {
        method: message.text("method")?.to_owned(),
        target: match message.get("target") {
            Some(target) => Some(value(target, known, source)?),
            None => None,
        },
    })
}

fn status_pattern(node: &Node<'_>) -> Option<StatusPattern> {
    if node.get_ref().as_str() == Some("same") {
        return Some(StatusPattern::Same(of_baseline(node)));
    }
    let ranges = match node.get_ref().as_array() {
        Some(all) => all.iter().map(range).collect::<Option<_>>()?,
        None => vec![range(node)?],
    };
    Some(StatusPattern::Ranges(ranges))
}

fn range(node: &Node<'_>) -> Option<(u16, u16)> {
    let Some(class) = node.get_ref().as_str() else {
        let code = crate::scenario::toml_value::integer(node.get_ref())?;
        let code = u16::try_from(code).ok()?;
        return Some((code, code));
    };
    if class == "any" {
        return Some((100, 999));
    }
    let first = class.strip_suffix("xx")?.parse::<u16>().ok()? * 100;
    Some((first, first + 99))
}

/// The variable that has what the baseline showed at this place of the suite. No message can
/// use it: its name is not one.
fn of_baseline(node: &Node<'_>) -> VariableName {
    VariableName::of_baseline(node.span().start)
}

fn header_fields(
    message: &Fields<'_>,
    known: Known<'_>,
    source: &mut SuiteSource<'_>,
) -> Option<Vec<FieldPattern>> {
    let Some(table) = message.table("fields") else {
        return Some(Vec::new());
    };
    let mut entries: Vec<_> = table.entries().collect();
    // They are sent in the order of the file.
    entries.sort_by_key(|(_, node)| node.span().start);
    let fields = entries.into_iter().map(|(name, node)| {
        Some(FieldPattern {
            name: name.to_owned(),
            rule: field_rule(node, known, source)?,
        })
    });
    let fields: Vec<_> = fields.collect();
    fields.into_iter().collect()
}

fn field_rule(
    node: &Node<'_>,
    known: Known<'_>,
    source: &mut SuiteSource<'_>,
) -> Option<FieldRule> {
    if fields::of(node).is_some_and(|table| table.has("absent")) {
        return Some(FieldRule::Absent);
    }
    let values = match node.get_ref().as_array() {
        Some(all) => all.iter().map(|it| value(it, known, source)).collect(),
        None => vec![value(node, known, source)],
    };
    let values: Option<Vec<_>> = values.into_iter().collect();
    values.filter(|it| !it.is_empty()).map(FieldRule::Values)
}

fn value(node: &Node<'_>, known: Known<'_>, source: &mut SuiteSource<'_>) -> Option<ValuePattern> {
    let Some(table) = fields::of(node) else {
        return source.payload(node, known).map(ValuePattern::Text);
    };
    let pattern = message_pattern(table.get("matches")?, known, source);
    let example = source.payload(table.get("example")?, known);
    Some(ValuePattern::Matches {
        pattern: pattern?,
        example: example?,
    })
}

/// `Some(None)` where any body is accepted.
fn body(
    message: &Fields<'_>,
    known: Known<'_>,
    source: &mut SuiteSource<'_>,
) -> Option<Option<HttpBody>> {
    let (body, chunks) = (message.get("body"), message.get("chunked"));
    match (body, chunks) {
        (None, None) => Some(None),
        (Some(_), Some(chunks)) => {
            let label = "the body is described twice";
            let fault = Diagnostic::new("`chunked` beside `body`", chunks.span(), label);
            source.faults.push(
                fault.help("keep one of them; `framing = 'chunked'` sends `body` as a chunk"),
            );
            None
        }
        (Some(body), None) => whole_body(body, known, source).map(Some),
        (None, Some(_)) => {
            let chunks = message.list("chunked");
            let chunks: Vec<_> = chunks.map(|it| source.payload(it, known)).collect();
            let chunks: Option<_> = chunks.into_iter().collect();
            Some(Some(HttpBody::Chunks(chunks?)))
        }
    }
}

fn whole_body(node: &Node<'_>, known: Known<'_>, source: &mut SuiteSource<'_>) -> Option<HttpBody> {
    let Some(table) = fields::of(node) else {
        let text = source.payload(node, known)?;
        return Some(HttpBody::Whole(Box::new(Body::Text(text))));
    };
    let (verb, value) = table.entries().find(|(key, _)| *key != "example")?;
    let example = table.get("example");
    let body = match verb {
        "same" => return Some(HttpBody::Same(of_baseline(value))),
        "json" => Body::Json(json_template(value, known, source)?),
        "json_subset" => Body::JsonSubset {
            value: json_template(value, known, source)?,
            example: json_template(example.unwrap_or(value), known, source)?,
        },
        "matches" => {
            let pattern = message_pattern(value, known, source);
            let example = source.payload(example?, known);
            Body::Matches {
                pattern: pattern?,
                example: example?,
            }
        }
        _ => return None,
    };
    Some(HttpBody::Whole(Box::new(body)))
}

fn framing(word: &str) -> Option<BodyFraming> {
    match word {
        "none" => Some(BodyFraming::None),
        "length" => Some(BodyFraming::Length),
        "chunked" => Some(BodyFraming::Chunked),
        "close" => Some(BodyFraming::UntilClose),
        _ => None,
    }
}
