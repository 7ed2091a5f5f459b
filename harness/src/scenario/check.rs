//! Checks the structure of a TOML tree against the grammar.
//!
//! In: a node of the tree and the shape that it should have. Out: a diagnostic for
//! each difference. What the values mean is not checked here.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use wirecheck_report::notation::counted;

use super::diagnostic::Diagnostic;
use super::grammar::{Key, MISPLACED, Presence, Shape, TableShape, Variants};
use super::name::SuiteId;
use super::payload::is_name;
use super::toml_value::{Node, integer};
use super::{duration, json};
use crate::framing::is_token;

/// Reports every part of `node` that does not have the shape.
pub(super) fn check(node: &Node<'_>, shape: &Shape, faults: &mut Vec<Diagnostic>) {
    match (shape, node.get_ref()) {
        (Shape::Text | Shape::Payload, DeValue::String(_)) => {}
        (Shape::Flag, DeValue::Boolean(_)) | (Shape::True, DeValue::Boolean(true)) => {}
        (Shape::Id, DeValue::String(text)) => check_id(text, node, faults),
        (Shape::Name, DeValue::String(text)) => check_name(text, node.span(), faults),
        (Shape::Duration, DeValue::String(text)) => check_duration(text, node, faults),
        (Shape::Integer { min, max }, DeValue::Integer(_)) => {
            check_integer(node, *min, *max, faults)
        }
        (Shape::Word(words), DeValue::String(text)) => check_word(text, words, node, faults),
        (Shape::Json, _) => json::check(node, faults),
        (Shape::List { of, min, max }, DeValue::Array(items)) => {
            check_length(items.len(), *min..=*max, node, faults);
            items
                .iter()
                .take(*max)
                .for_each(|item| check(item, of, faults));
        }
        (Shape::Table(table), DeValue::Table(found)) => {
            check_table(found, node.span(), table, faults)
        }
        (Shape::Variants(variants), DeValue::Table(found)) => {
            check_variants(found, node.span(), variants, faults);
        }
        (Shape::Names(of), DeValue::Table(found)) => {
            for (name, value) in found {
                check_name(name.get_ref(), name.span(), faults);
                check(value, of, faults);
            }
        }
        (Shape::Fields(of), DeValue::Table(found)) => {
            for (name, value) in found {
                check_field_name(name.get_ref(), name.span(), faults);
                check(value, of, faults);
            }
        }
        (Shape::Either(shapes), value) => match shapes.iter().find(|shape| shape.takes(value)) {
            Some(Shape::Word(words)) => check_short_form(words, shapes, node, faults),
            Some(shape) => check(node, shape, faults),
            None => faults.push(wrong_type(node, shape)),
        },
        _ => faults.push(wrong_type(node, shape)),
    }
}

fn check_id(text: &str, node: &Node<'_>, faults: &mut Vec<Diagnostic>) {
    if let Err(error) = text.parse::<SuiteId>() {
        faults.push(
            Diagnostic::new("invalid id", node.span(), error.to_string())
                .help("write lower-case words with hyphens, e.g. 'two-commands'"),
        );
    }
}

fn check_name(text: &str, span: Range<usize>, faults: &mut Vec<Diagnostic>) {
    if is_name(text) {
        return;
    }
    let label = "a name starts with a-z and continues with a-z, 0-9 and `_`";
    faults.push(Diagnostic::new("invalid name", span, label));
}

fn check_field_name(text: &str, span: Range<usize>, faults: &mut Vec<Diagnostic>) {
    if is_token(text.as_bytes()) {
        return;
    }
    let label = "a name has letters, digits and any of !#$%&'*+-.^_`|~";
    faults.push(Diagnostic::new("invalid name of a field", span, label));
}

fn check_duration(text: &str, node: &Node<'_>, faults: &mut Vec<Diagnostic>) {
    if let Err(error) = duration::parse(text) {
        faults.push(
            Diagnostic::new("invalid duration", node.span(), error.to_string())
                .help("write a whole number and its unit, e.g. '500ms' or '2s'"),
        );
    }
}

fn check_integer(node: &Node<'_>, min: i64, max: i64, faults: &mut Vec<Diagnostic>) {
    match integer(node.get_ref()) {
        Some(value) if (min..=max).contains(&value) => {}
        _ => faults.push(Diagnostic::new(
            "number out of range",
            node.span(),
            format!("must be between {min} and {max}"),
        )),
    }
}

fn check_word(text: &str, words: &[&str], node: &Node<'_>, faults: &mut Vec<Diagnostic>) {
    if !words.contains(&text) {
        faults.push(unknown_word(text, words, node));
    }
}

fn unknown_word(text: &str, words: &[&str], node: &Node<'_>) -> Diagnostic {
    let message = format!("unknown value `{text}`");
    Diagnostic::new(message, node.span(), "not allowed here").help(suggest(text, words))
}

/// Checks a word where a table is allowed too, as in `framing = 'line'`. The word may
/// name a table that needs parameters.
fn check_short_form(
    words: &[&str],
    shapes: &[Shape],
    node: &Node<'_>,
    faults: &mut Vec<Diagnostic>,
) {
    let text = node.get_ref().as_str().unwrap_or_default();
    if words.contains(&text) {
        return;
    }
    let tags = || shapes.iter().flat_map(Shape::tags);
    let written = tags().find(|tag| tag.name == text);
    if let Some(example) = written.and_then(|tag| tag.example) {
        let message = format!("`{text}` needs parameters");
        let fault = Diagnostic::new(message, node.span(), "the parameters are missing");
        return faults.push(fault.help(format!("write `{{ {example} }}`")));
    }
    let more = tags().map(|tag| tag.name);
    let more = more.filter(|name| !words.contains(name));
    let known: Vec<_> = words.iter().copied().chain(more).collect();
    let mut fault = unknown_word(text, &known, node);
    for shape in shapes {
        if let Shape::Variants(variants) = shape {
            fault.label = variants.unknown.to_owned();
        }
    }
    faults.push(fault);
}

fn check_length(
    len: usize,
    allowed: RangeInclusive<usize>,
    node: &Node<'_>,
    faults: &mut Vec<Diagnostic>,
) {
    let (min, max) = allowed.into_inner();
    if len < min {
        let label = format!("needs at least {}", counted(min as u64, "item"));
        faults.push(Diagnostic::new("too few items", node.span(), label));
    }
    if len > max {
        let fault = Diagnostic::new(
            "list too long",
            node.span(),
            format!("has {len} items, at most {max} are allowed"),
        );
        faults.push(fault.help("split it into several suites or scenarios"));
    }
}

fn check_table(
    found: &DeTable<'_>,
    span: Range<usize>,
    table: &TableShape,
    faults: &mut Vec<Diagnostic>,
) {
    for (name, value) in found {
        match table.key(name.get_ref()) {
            Some(key) => check_value(value, key, faults),
            None => faults.push(unknown_key(name, table.what, table.keys)),
        }
    }
    check_required(found, span, table, faults);
}

/// Checks the value of a key. The help shows the example of the key, if it has one.
fn check_value(value: &Node<'_>, key: &Key, faults: &mut Vec<Diagnostic>) {
    match key.example {
        Some(example) if !key.shape.takes(value.get_ref()) => {
            faults.push(wrong_type(value, &key.shape).help(format!("write `{example}`")));
        }
        _ => check(value, &key.shape, faults),
    }
}

fn check_required(
    found: &DeTable<'_>,
    span: Range<usize>,
    table: &TableShape,
    faults: &mut Vec<Diagnostic>,
) {
    let missing = table
        .keys
        .iter()
        .filter(|key| key.presence == Presence::Required && !found.contains_key(key.name));
    for key in missing {
        let label = format!("{} needs `{}`", table.what, key.name);
        let fault = Diagnostic::new(format!("`{}` is missing", key.name), span.clone(), label);
        faults.push(match key.example {
            Some(example) => fault.help(format!("add `{example}`: {}", lower_start(key.doc))),
            None => fault.help(format!("add `{} = …`: {}", key.name, lower_start(key.doc))),
        });
    }
}

/// A description as the end of another sentence.
fn lower_start(doc: &str) -> String {
    let (first, rest) = doc.split_at_checked(1).unwrap_or((doc, ""));
    first.to_ascii_lowercase() + rest.trim_end_matches('.')
}

fn check_variants(
    found: &DeTable<'_>,
    span: Range<usize>,
    variants: &Variants,
    faults: &mut Vec<Diagnostic>,
) {
    let is_tag = |name: &str| {
        variants
            .tables
            .iter()
            .find(|table| table.tag().name == name)
    };
    let mut tagged = found
        .keys()
        .filter_map(|name| Some((name, is_tag(name.get_ref())?)));
    let Some((first, table)) = tagged.next() else {
        return faults.push(untagged(found, span, variants));
    };
    let others: Vec<_> = tagged.collect();
    for (name, _) in &others {
        faults.push(second_tag(first, name, variants));
    }
    for (name, value) in found {
        let of_another = others
            .iter()
            .find(|(tag, _)| *tag == name)
            .map(|(_, table)| table);
        match of_another.unwrap_or(&table).key(name.get_ref()) {
            Some(key) => check_value(value, key, faults),
            None => faults.push(foreign_key(name, first, table, variants)),
        }
    }
    check_required(found, span, table, faults);
}

fn untagged(found: &DeTable<'_>, span: Range<usize>, variants: &Variants) -> Diagnostic {
    let tags: Vec<_> = variants
        .tables
        .iter()
        .map(|table| table.tag().name)
        .collect();
    let is_known = |name: &str| variants.tables.iter().any(|it| it.key(name).is_some());
    let is_misplaced = |name: &str| MISPLACED.iter().any(|(key, _)| *key == name);
    let wrong = |name: &str| !is_known(name) || is_misplaced(name);
    match found.keys().find(|name| wrong(name.get_ref())) {
        Some(name) => {
            let message = format!("unknown key `{}`", name.get_ref());
            Diagnostic::new(message, name.span(), variants.unknown)
                .help(place_or_near(name.get_ref(), &tags))
        }
        None => Diagnostic::new(
            format!("{} without a {}", variants.what, variants.tag),
            span,
            format!("needs one of {}", listed(&tags)),
        ),
    }
}

fn second_tag(
    first: &Spanned<std::borrow::Cow<'_, str>>,
    second: &Spanned<std::borrow::Cow<'_, str>>,
    variants: &Variants,
) -> Diagnostic {
    let message = format!("{} takes only one {}", variants.what, variants.tag);
    Diagnostic::new(message, second.span(), "this is the second")
        .related(first.span(), "this is the first")
        .help(format!(
            "keep one of `{}` and `{}`{}",
            first.get_ref(),
            second.get_ref(),
            variants.only_one
        ))
}

fn foreign_key(
    name: &Spanned<std::borrow::Cow<'_, str>>,
    tag: &Spanned<std::borrow::Cow<'_, str>>,
    table: &TableShape,
    variants: &Variants,
) -> Diagnostic {
    let known_elsewhere = variants
        .tables
        .iter()
        .any(|table| table.key(name.get_ref()).is_some());
    if known_elsewhere {
        let message = format!(
            "`{}` cannot be combined with `{}`",
            name.get_ref(),
            tag.get_ref()
        );
        return Diagnostic::new(message, name.span(), "not allowed here")
            .related(tag.span(), table.what);
    }
    unknown_key(name, table.what, table.keys)
}

fn unknown_key(name: &Spanned<std::borrow::Cow<'_, str>>, what: &str, keys: &[Key]) -> Diagnostic {
    let names: Vec<_> = keys.iter().map(|key| key.name).collect();
    Diagnostic::new(
        format!("unknown key `{}`", name.get_ref()),
        name.span(),
        format!("{what} has no such key"),
    )
    .help(place_or_near(name.get_ref(), &names))
}

fn wrong_type(node: &Node<'_>, shape: &Shape) -> Diagnostic {
    let label = format!("found {}", type_in_words(node.get_ref()));
    Diagnostic::new(format!("expected {}", shape.in_words()), node.span(), label)
}

fn type_in_words(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(true) => "`true`",
        DeValue::Boolean(false) => "`false`",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

impl Shape {
    /// Whether the TOML type fits; the value itself may still be wrong.
    fn takes(&self, value: &DeValue<'_>) -> bool {
        match self {
            Self::Text | Self::Payload | Self::Id | Self::Name | Self::Duration | Self::Word(_) => {
                value.is_str()
            }
            Self::Integer { .. } => value.is_integer(),
            Self::Flag | Self::True => value.is_bool(),
            Self::List { .. } => value.is_array(),
            Self::Table(_) | Self::Variants(_) | Self::Names(_) | Self::Fields(_) => {
                value.is_table()
            }
            Self::Either(shapes) => shapes.iter().any(|shape| shape.takes(value)),
            Self::Json => true,
        }
    }

    /// The first key of each table that it may be.
    fn tags(&self) -> impl Iterator<Item = &'static Key> + use<> {
        let tables = match self {
            Self::Variants(variants) => variants.tables,
            _ => &[],
        };
        tables.iter().map(TableShape::tag)
    }

    fn in_words(&self) -> String {
        match self {
            Self::Text | Self::Payload => "a string".to_owned(),
            Self::Id => "an id (a string)".to_owned(),
            Self::Name => "a name (a string)".to_owned(),
            Self::Duration => "a duration such as '500ms' (a string)".to_owned(),
            Self::Integer { .. } => "a whole number".to_owned(),
            Self::Flag => "`true` or `false`".to_owned(),
            Self::True => "`true`".to_owned(),
            Self::Word(words) => format!("one of {}", listed(words)),
            Self::Json => "a value".to_owned(),
            Self::List { .. } => "a list".to_owned(),
            Self::Table(table) => format!("a table ({})", table.what),
            Self::Variants(variants) => format!("a table ({})", variants.what),
            Self::Names(_) => "a table of names".to_owned(),
            Self::Fields(_) => "a table of fields".to_owned(),
            Self::Either(shapes) => shapes
                .iter()
                .map(Self::in_words)
                .collect::<Vec<_>>()
                .join(", or "),
        }
    }
}

/// Where a misplaced key belongs; for any other key a similar one.
fn place_or_near(key: &str, known: &[&str]) -> String {
    match MISPLACED.iter().find(|(name, _)| *name == key) {
        Some((_, place)) => (*place).to_owned(),
        None => suggest(key, known),
    }
}

/// A similar word, or else all known words.
fn suggest(word: &str, known: &[&str]) -> String {
    match nearest(word, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("use one of {}", listed(known)),
    }
}

/// The known word that is most similar, if any is similar enough.
pub(crate) fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let scored = known
        .iter()
        .map(|known| (strsim::jaro_winkler(word, known), *known));
    let (score, near) = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (score > 0.8).then_some(near)
}

fn listed(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
