//! From a suite's text to a [`Suite`].
//!
//! There are three stages. The TOML parser stops at a syntax error. The grammar
//! reports every structural error. The readers of this folder take what has the right
//! structure and report values that make no sense. All errors are returned together,
//! in the order of the file.

mod action;
mod alike;
mod budget;
mod connections;
mod dry_run;
mod exchange;
mod fields;
mod framing;
mod hex;
mod http;
mod ignored;
mod many;
mod parameters;
mod replies;
mod source;
mod toml_1_0;
mod websocket;

use std::collections::HashMap;
use std::path::Path;

use regex::bytes::Regex;
use toml::de::DeTable;

use self::dry_run::DryRun;
use self::fields::{Fields, Node};
use self::source::SuiteSource;
use super::check;
use super::diagnostic::{Diagnostic, FileKind, SuiteError};
use super::exchange::Side;
use super::exchange_framing::{ExchangeFramings, SideFramings};
use super::grammar::{ONLY_FRAMING, SUITE, Shape};
use super::ignored::IgnoredMessage;
use super::name::{ScenarioId, SuiteId};
use super::parameter::ParameterValues;
use super::suite::{Adversary, Level, Limits, Scenario, Suite, TruncationReply};
use crate::framing::Framing;

/// Access to the files that a suite refers to.
pub trait Attachments {
    /// Returns the content of a file of at most `most` bytes, or why it cannot be read.
    /// `path` is relative to the suite's folder.
    fn read(&self, path: &Path, most: usize) -> Result<Vec<u8>, String>;
}

/// For a suite without a folder: it cannot refer to files.
#[derive(Clone, Copy, Debug)]
pub struct NoAttachments;

impl Attachments for NoAttachments {
    fn read(&self, _: &Path, _: usize) -> Result<Vec<u8>, String> {
        Err("files cannot be read here".to_owned())
    }
}

/// Parses a suite. `path` is shown in messages; its stem is the id of a suite that has
/// no `id` key.
pub fn parse(path: &str, text: &str, attachments: &dyn Attachments) -> Result<Suite, SuiteError> {
    parse_all(path, text, attachments).map_err(|mut diagnostics| {
        diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
        SuiteError {
            kind: FileKind::Suite,
            path: path.to_owned(),
            text: text.to_owned(),
            diagnostics,
        }
    })
}

/// Parses the value of `framing`, as a suite has it.
pub fn parse_framing(value: &str) -> Result<Framing, SuiteError> {
    let text = format!("framing = {value}\n");
    let (tree, errors) = DeTable::parse_recoverable(&text);
    let mut faults: Vec<_> = errors.iter().map(|it| syntax_fault(it, &text)).collect();
    let root = fields::root(tree);
    if faults.is_empty() {
        check::check(&root, &Shape::Table(&ONLY_FRAMING), &mut faults);
    }
    let mut source = SuiteSource::new(&text, &NoAttachments, faults);
    let node = fields::of(&root).and_then(|fields| fields.get("framing"));
    let framing = node.and_then(|node| framing::read_one(node, &mut source));
    let faults = source.faults;
    framing
        .filter(|_| faults.is_empty())
        .ok_or_else(|| SuiteError {
            kind: FileKind::Suite,
            path: "framing".to_owned(),
            text,
            diagnostics: faults,
        })
}

fn parse_all(
    path: &str,
    text: &str,
    attachments: &dyn Attachments,
) -> Result<Suite, Vec<Diagnostic>> {
    let (tree, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(errors
            .iter()
            .map(|error| syntax_fault(error, text))
            .collect());
    }
    let root = fields::root(tree);
    let mut faults = Vec::new();
    toml_1_0::check(text, &root, &mut faults);
    check::check(&root, &Shape::Table(&SUITE), &mut faults);
    let mut source = SuiteSource::new(text, attachments, faults);
    let suite = fields::of(&root).and_then(|fields| read_suite(path, &fields, &mut source));
    match suite {
        Some(suite) if source.faults.is_empty() => Ok(suite),
        _ => Err(source.faults),
    }
}

fn syntax_fault(error: &toml::de::Error, text: &str) -> Diagnostic {
    let span = error.span().unwrap_or(text.len()..text.len());
    let before = text.get(..span.start).unwrap_or_default();
    let is_second_scenario = before.ends_with('[') && text.get(span.clone()) == Some("scenario");
    let fault = Diagnostic::new("invalid TOML", span, error.message());
    if is_second_scenario {
        fault.help("write `[[scenario]]`, in double brackets, before each scenario")
    } else {
        fault
    }
}

fn read_suite(path: &str, fields: &Fields<'_>, source: &mut SuiteSource<'_>) -> Option<Suite> {
    let limits = Limits::default();
    let limits = fields
        .table("limits")
        .map_or(limits, |table| read_limits(&table, limits));
    source.set_budgets(&limits);
    let mut parameters = parameters::read(fields, source);
    source.parameters = ParameterValues::of(&parameters);
    let common = Common::read(fields, &Common::default(), source);
    let id = suite_id(path, fields, source);
    let mut seen: HashMap<ScenarioId, std::ops::Range<usize>> = HashMap::new();
    let mut scenarios = Vec::new();
    for node in fields.list("scenario") {
        let span = fields::of(node)?.get("id").map_or(0..0, Node::span);
        for scenario in read_scenario(node, &common, source).unwrap_or_default() {
            match seen.get(&scenario.id) {
                Some(first) => {
                    source
                        .faults
                        .push(duplicate(&scenario, span.clone(), first.clone()))
                }
                None => _ = seen.insert(scenario.id.clone(), span.clone()),
            }
            scenarios.push(scenario);
        }
    }
    let unusable = replies::in_other_framings(&scenarios);
    source.faults.extend(unusable);
    let id = id?;
    for parameter in &mut parameters {
        parameter.is_used = source.used.contains(parameter.name());
    }
    Some(Suite {
        own_id: id.clone(),
        other_ids: Vec::new(),
        id,
        path: path.to_owned(),
        text: source.text().to_owned(),
        attachments: std::mem::take(&mut source.attached),
        title: fields.text("title")?.to_owned(),
        parameters,
        settings: Vec::new(),
        scenarios,
    })
}

fn suite_id(path: &str, fields: &Fields<'_>, source: &mut SuiteSource<'_>) -> Option<SuiteId> {
    if let Some(id) = fields.get("id") {
        return id.get_ref().as_str()?.parse().ok();
    }
    let stem = Path::new(path).file_stem()?.to_string_lossy();
    match stem.parse() {
        Ok(id) => Some(id),
        Err(error) => {
            let title = fields.get("title").map_or(0..0, Node::span);
            let fault = Diagnostic::new(
                "a suite without an id",
                title,
                format!("the file name `{stem}` is not a valid id: {error}"),
            );
            source
                .faults
                .push(fault.help("add an id, e.g. id = 'two-words'"));
            None
        }
    }
}

fn duplicate(
    scenario: &Scenario,
    span: std::ops::Range<usize>,
    first: std::ops::Range<usize>,
) -> Diagnostic {
    Diagnostic::new(
        format!("duplicate scenario id `{}`", scenario.id),
        span,
        "used again here",
    )
    .related(first, "first used here")
    .help("give each scenario its own id; case ids contain it")
}

fn read_scenario(
    node: &Node<'_>,
    suite: &Common,
    source: &mut SuiteSource<'_>,
) -> Option<Vec<Scenario>> {
    let fields = fields::of(node)?;
    let common = Common::read(&fields, suite, source);
    let parameters = source.parameters.clone();
    let passed_over = [&common.replies[..], &common.ignored].concat();
    let new_dry_run = || {
        DryRun::new(common.framing.clone(), &common.limits, parameters.clone())
            .ignoring(&passed_over)
    };
    let exchange = exchange::read(&fields, new_dry_run, source);
    let id: ScenarioId = fields.text("id")?.parse().ok()?;
    let span = fields.get("id")?.span();
    let exchange = exchange?;
    let framings = common.framing.clone().map(ExchangeFramings::new)?;
    let scenario = Scenario {
        title: fields
            .text("title")
            .map_or_else(|| id.as_str().replace(['-', '_'], " "), str::to_owned),
        why: fields.text("why").map(str::to_owned),
        level: common.level,
        spec: common.spec,
        tags: common.tags,
        peer: common.peer,
        framings,
        limits: common.limits,
        adversary: common.adversary,
        ignored: passed_over,
        exchange: Vec::new(),
        connection: None,
        line: source.line(span.start),
        span,
        id,
    };
    Some(exchange.scenarios(&scenario, source))
}

/// The keys that a scenario inherits from its suite and may override.
#[derive(Clone, Default)]
struct Common {
    level: Level,
    spec: Option<String>,
    tags: Vec<String>,
    peer: Option<Side>,
    /// `None` if it is invalid.
    framing: Option<SideFramings>,
    limits: Limits,
    adversary: Adversary,
    ignored: Vec<IgnoredMessage>,
    replies: Vec<IgnoredMessage>,
}

impl Common {
    fn read(fields: &Fields<'_>, above: &Self, source: &mut SuiteSource<'_>) -> Self {
        let tags = fields
            .list("tags")
            .filter_map(|tag| tag.get_ref().as_str())
            .map(str::to_owned);
        Self {
            level: fields.text("level").and_then(level).unwrap_or(above.level),
            spec: fields
                .text("spec")
                .map(str::to_owned)
                .or_else(|| above.spec.clone()),
            tags: above.tags.iter().cloned().chain(tags).collect(),
            peer: fields.text("peer").and_then(side).or(above.peer),
            framing: match fields.get("framing") {
                Some(node) => framing::read(node, source),
                None => above.framing.clone(),
            },
            limits: fields
                .table("limits")
                .map_or(above.limits, |table| read_limits(&table, above.limits)),
            adversary: match fields.table("adversary") {
                Some(table) => read_adversary(&table, &above.adversary, source),
                None => above.adversary.clone(),
            },
            ignored: ignored::read(fields, &above.ignored, source),
            replies: replies::read(fields, &above.replies, source),
        }
    }
}

fn level(word: &str) -> Option<Level> {
    match word {
        "must" => Some(Level::Must),
        "should" => Some(Level::Should),
        "may" => Some(Level::May),
        _ => None,
    }
}

fn side(word: &str) -> Option<Side> {
    [Side::Client, Side::Server]
        .into_iter()
        .find(|side| side.to_string() == word)
}

fn read_limits(fields: &Fields<'_>, above: Limits) -> Limits {
    Limits {
        reply: fields.duration("reply").unwrap_or(above.reply),
        close: fields.duration("close").unwrap_or(above.close),
        cases: fields.number("cases").unwrap_or(above.cases),
        stream_bytes: fields.number("stream_bytes").unwrap_or(above.stream_bytes),
        reply_bytes: fields.number("reply_bytes").unwrap_or(above.reply_bytes),
        output_bytes: fields.number("output_bytes").unwrap_or(above.output_bytes),
        memory_bytes: fields.number("memory_bytes").or(above.memory_bytes),
        suite_bytes: fields.number("suite_bytes").unwrap_or(above.suite_bytes),
        pattern_states: fields
            .number("pattern_states")
            .unwrap_or(above.pattern_states),
    }
}

fn read_adversary(
    fields: &Fields<'_>,
    above: &Adversary,
    source: &mut SuiteSource<'_>,
) -> Adversary {
    let permission = |key, above| fields.flag(key).map_or(above, Into::into);
    Adversary {
        pipelining: permission("pipelining", above.pipelining),
        concurrent: permission("concurrent", above.concurrent),
        half_close: permission("half_close", above.half_close),
        truncation: truncation(fields, source).unwrap_or_else(|| above.truncation.clone()),
        malformed: reply(fields, "malformed", source).unwrap_or_else(|| above.malformed.clone()),
    }
}

fn truncation(fields: &Fields<'_>, source: &mut SuiteSource<'_>) -> Option<TruncationReply> {
    let older_form = fields.flag("truncation_replies").map(|allowed| {
        if allowed {
            TruncationReply::Any
        } else {
            TruncationReply::Silent
        }
    });
    reply(fields, "truncation", source).or(older_form)
}

fn reply(fields: &Fields<'_>, key: &str, source: &mut SuiteSource<'_>) -> Option<TruncationReply> {
    match fields.text(key) {
        Some("silent") => Some(TruncationReply::Silent),
        Some("error") => Some(TruncationReply::Error),
        Some("any") => Some(TruncationReply::Any),
        _ => fields
            .table(key)
            .and_then(|table| action::expression(table.get("matches")?, source, Regex::new))
            .map(TruncationReply::Matches),
    }
}
