//! From the value of `ws` to a message of WebSocket.

use super::action::repeat;
use super::dry_run::DryRun;
use super::fields::{self, Node};
use super::hex;
use super::source::SuiteSource;
use crate::scenario::message::Body;
use crate::scenario::pattern::MessagePattern;
use crate::scenario::template::Template;

/// What stands before the payload of a ping, as the framing reads it.
const PING: &[u8] = b"\xffping ";

/// Any close frame, as the framing reads it.
const ANY_CLOSE: &str = r"(?s-u)\xffclose.*";

pub(super) fn read(
    node: &Node<'_>,
    dry_run: &DryRun<'_>,
    source: &mut SuiteSource<'_>,
) -> Option<Body> {
    let message = fields::of(node)?;
    let (kind, value) = message.entries().next()?;
    let mut content = || content(value, dry_run, source);
    Some(Body::Text(match kind {
        "binary" => word(b"\xffbinary ", content()?),
        "ping" => word(PING, content()?),
        "pong" => word(b"\xffpong ", content()?),
        "fragments" => {
            let parts = message.list("fragments");
            let parts = parts.map(|it| source.payload(it, &|name| dry_run.defines(name)));
            let parts: Vec<_> = parts.collect();
            fragments(parts.into_iter().collect::<Option<_>>()?)
        }
        "close" => return close(value, dry_run, source),
        _ => return None,
    }))
}

/// From the value of `ws` to a message of WebSocket that comes at any time.
pub(super) fn trigger(
    node: &Node<'_>,
    known: &dyn Fn(&str) -> bool,
    source: &mut SuiteSource<'_>,
) -> Option<Body> {
    let ping = fields::of(node)?.get("ping")?;
    let Some(any) = fields::of(ping) else {
        return Some(Body::Text(word(PING, source.payload(ping, known)?)));
    };
    let written = format!(r"(?s-u)\xffping (?<{}>.*)", any.text("capture")?);
    let (most, parameters) = (source.most_states(), source.parameters.clone());
    let pattern = MessagePattern::new(&written, most, &parameters);
    Some(Body::Matches {
        pattern: pattern.expect("a name of a variable is one of a group"),
        example: word(PING, Template::default()),
    })
}

fn word(word: &[u8], content: Template) -> Template {
    Template::joined([Template::of_bytes(word.to_vec()), content])
}

fn content(
    node: &Node<'_>,
    dry_run: &DryRun<'_>,
    source: &mut SuiteSource<'_>,
) -> Option<Template> {
    let known = |name: &str| dry_run.defines(name);
    let Some(bytes) = fields::of(node) else {
        return source.payload(node, &known);
    };
    match bytes.entries().next()? {
        ("hex", value) => hex::fixed(value, &known, source),
        ("repeat", value) => repeat(value, dry_run, source),
        _ => None,
    }
}

fn fragments(parts: Vec<Template>) -> Template {
    let mut all = vec![Template::of_bytes(b"\xfffragments ".to_vec())];
    for (index, part) in parts.into_iter().enumerate() {
        if index > 0 {
            all.push(Template::of_bytes(b"\xff".to_vec()));
        }
        all.push(part);
    }
    Template::joined(all)
}

fn close(node: &Node<'_>, dry_run: &DryRun<'_>, source: &mut SuiteSource<'_>) -> Option<Body> {
    let with_code = |code| Template::of_bytes(format!(" {code}").into_bytes());
    let frame = |after| word(b"\xffclose", after);
    if let Some(code) = crate::scenario::toml_value::integer(node.get_ref()) {
        return Some(Body::Text(frame(with_code(code))));
    }
    match node.get_ref().as_str() {
        Some("empty") => return Some(Body::Text(frame(Template::default()))),
        Some(_) => {
            let (most, parameters) = (source.most_states(), source.parameters.clone());
            let pattern = MessagePattern::new(ANY_CLOSE, most, &parameters);
            return Some(Body::Matches {
                pattern: pattern.expect("the expression is valid"),
                example: frame(with_code(1000)),
            });
        }
        None => {}
    }
    let fields = fields::of(node)?;
    let code = with_code(fields.number("code")?);
    let Some(reason) = fields.get("reason") else {
        return Some(Body::Text(frame(code)));
    };
    let reason = source.payload(reason, &|name| dry_run.defines(name))?;
    let space = Template::of_bytes(b" ".to_vec());
    Some(Body::Text(frame(Template::joined([code, space, reason]))))
}
