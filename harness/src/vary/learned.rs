//! The suite of a variation: its messages, and the answers that a peer gave to them.
//!
//! The suite is text, as a user would write it: it is saved, read and run like any other.

use std::fmt::Write as _;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::answers::{Answers, PeerEnd};
use super::source::{OurEnd, Source, example_of_unique};
use crate::framing::{Framing, HttpMessage, StartLine};
use crate::scenario::{Limits, NoAttachments, Permission, Side, Suite, SuiteError, parse};
use crate::tactic::Content;

/// The id of the only scenario of such a suite.
const SCENARIO: &str = "variation";

const WHY: &str = "the expected answers are those of the peer when it was fuzzed; if it gives others \
                   now, fuzz it again";

/// What is expected where the peer answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// What it has answered.
    TheSame,
    /// As many messages, with any content.
    AsMany,
}

/// Reads the suite of a variation. `path` is where it would be saved.
pub(crate) fn suite(
    path: &str,
    source: &Source,
    messages: &[Content],
    answers: &Answers,
    expected: Expected,
) -> Result<Suite, Box<SuiteError>> {
    let text = text(source, messages, answers, expected);
    parse(path, &text, &NoAttachments).map_err(Box::new)
}

fn text(source: &Source, messages: &[Content], answers: &Answers, expected: Expected) -> String {
    let suite = &source.suite;
    let base = suite.text();
    let tree = DeTable::parse(base)
        .expect("a suite is valid TOML")
        .into_inner();
    let id = source.suite.scenarios()[0].id();
    let name = format!("a variation of {}/{id}", suite.id()).replace('\'', "");
    let mut text = format!("# {name}, with the answers that a peer gave to it uncut.\n");
    _ = writeln!(text, "title = '{name}'");
    // The messages have the values of the parameters.
    let left_out = [
        "scenario",
        "title",
        "id",
        "limits",
        "adversary",
        "parameters",
    ];
    settings(&tree, &left_out, base, &mut text);
    text.push_str("\n[[scenario]]\n");
    _ = writeln!(text, "id = '{SCENARIO}'");
    _ = writeln!(
        text,
        "title = 'answers in the same way however it is delivered'"
    );
    _ = writeln!(text, "why = '{WHY}'");
    if let Some(scenario) = scenario_of(&tree, id.as_str()) {
        let left_out = ["id", "title", "why", "exchange", "limits", "adversary"];
        settings(scenario, &left_out, base, &mut text);
    }
    limits_and_adversary(source, messages, &mut text);
    text.push_str("exchange = [\n");
    for step in steps(source, messages, answers, expected) {
        _ = writeln!(text, "    {{ {step} }},");
    }
    text.push_str("]\n");
    text
}

/// The limits that hold for the scenario, wherever they were written, and what else a correct peer
/// may do with messages of which nobody knows whether it accepts them:
///
/// - reply before the whole message is there, with an error;
/// - treat connections differently when there are several, because of a limit on errors;
/// - drop what follows a malformed message in the same segment.
fn limits_and_adversary(source: &Source, messages: &[Content], text: &mut String) {
    let scenario = &source.suite.scenarios()[0];
    let Limits {
        reply,
        close,
        cases,
        stream_bytes,
        reply_bytes,
        output_bytes,
        memory_bytes: _,
        suite_bytes: _,
        pattern_states: _,
    } = *scenario.limits();
    let within = scenario.exchange().iter().filter_map(|step| step.within);
    let reply = within.fold(reply, Duration::max).as_millis();
    let close = close.as_millis();
    _ = writeln!(
        text,
        "limits = {{ reply = '{reply}ms', close = '{close}ms', cases = {cases}, \
         stream_bytes = {stream_bytes}, reply_bytes = {reply_bytes}, \
         output_bytes = {output_bytes}, memory_bytes = {} }}",
        source.most_memory()
    );
    let is_framed = |it: &Content| matches!(it, Content::Framed(_));
    let may_join = scenario.adversary().pipelining == Permission::Allowed;
    let pipelining = may_join && messages.iter().all(is_framed);
    _ = writeln!(
        text,
        "adversary = {{ truncation = 'any', concurrent = false, pipelining = {pipelining} }}"
    );
}

fn scenario_of<'t>(tree: &'t DeTable<'t>, id: &str) -> Option<&'t DeTable<'t>> {
    let all = tree.get("scenario")?.get_ref().as_array()?;
    let tables = all.iter().filter_map(|it| it.get_ref().as_table());
    let mut found = tables.filter(|it| {
        let its_id = it.get("id").and_then(|value| value.get_ref().as_str());
        its_id == Some(id)
    });
    found.next()
}

/// The settings of a table, as they are written in the file.
fn settings(table: &DeTable<'_>, left_out: &[&str], base: &str, text: &mut String) {
    for (key, value) in table {
        let key = key.get_ref();
        if !left_out.contains(&key.as_ref()) {
            _ = writeln!(text, "{key} = {}", inline(value, base));
        }
    }
}

/// A value on one line, with each string as it is written in the file.
fn inline(value: &Spanned<DeValue<'_>>, base: &str) -> String {
    match value.get_ref() {
        DeValue::Table(table) => {
            let fields = table.iter();
            let fields =
                fields.map(|(key, it)| format!("{} = {}", key.get_ref(), inline(it, base)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        DeValue::Array(items) => {
            let items: Vec<_> = items.iter().map(|it| inline(it, base)).collect();
            format!("[{}]", items.join(", "))
        }
        _ => base[value.span()].to_owned(),
    }
}

/// The steps of the exchange.
fn steps(
    source: &Source,
    messages: &[Content],
    answers: &Answers,
    expected: Expected,
) -> Vec<String> {
    let answered = source.read(answers, messages);
    let (ours, theirs) = (source.side, source.side.other());
    let received = match answers.end {
        PeerEnd::Early { received } | PeerEnd::Died { received } => received,
        _ => messages.len(),
    };
    let writer = Writer {
        has_unique: source.has_unique,
    };
    let raw = |bytes: &[u8]| format!("{theirs}.raw = {}", writer.string(bytes));
    let answer = |payload: &Vec<u8>| match expected {
        _ if source.has_raw_answers => raw(payload),
        Expected::TheSame => match HttpMessage::parse(payload) {
            Ok(message) if matches!(source.framing_of_peer(), Framing::Http1(_)) => {
                writer.http_answer(theirs, &message)
            }
            _ => format!("{theirs} = {}", writer.string(payload)),
        },
        Expected::AsMany => any_message(source),
    };
    let last = answers.turns.len();
    let mut steps = Vec::new();
    for (turn, answers_of_turn) in answered.turns.iter().enumerate() {
        let unframed = answered.unframed.as_ref().filter(|(at, _)| *at == turn);
        if turn == last && !(answers_of_turn.is_empty() && unframed.is_none()) {
            // It came after our end.
            steps.push(format!("{ours}.close = 'write'"));
        }
        steps.extend(answers_of_turn.iter().map(answer));
        match unframed {
            Some((_, bytes)) if answers.ended_early() || turn == last => {
                steps.push(raw(bytes));
                break;
            }
            // The framing says that a message must follow.
            Some(_) => {
                steps.push(any_message(source));
                break;
            }
            None => {}
        }
        if let Some(message) = messages.get(turn).filter(|_| turn < received) {
            steps.push(writer.ours(ours, message));
        }
        let is_last = turn + 1 == received;
        if is_last && source.end == OurEnd::Full && !answers.ended_early() {
            // What came at the same time as our last message is read before.
            let rest = answered.turns.iter().skip(turn + 1).flatten();
            steps.extend(rest.map(answer));
            steps.push(format!("{ours}.close = 'full'"));
            break;
        }
    }
    match answers.end {
        PeerEnd::Early { .. } => steps.push(format!("{theirs}.close = 'any'")),
        // It was about to answer.
        PeerEnd::Died { .. } if !source.has_raw_answers => {
            steps.push(any_message(source));
        }
        PeerEnd::Died { .. }
        | PeerEnd::AfterOurs
        | PeerEnd::Never
        | PeerEnd::NotAwaited
        | PeerEnd::TooMuch => {}
    }
    steps
}

/// A step in which the peer sends any message.
fn any_message(source: &Source) -> String {
    match (source.framing_of_peer(), source.side.other()) {
        (Framing::Http1(_), Side::Server) => "server.http = { status = 'any' }".to_owned(),
        (Framing::Http1(_), Side::Client) => {
            "client = { any = true, example = 'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' }"
                .to_owned()
        }
        (_, theirs) => format!("{theirs}.any = true"),
    }
}

/// Writes messages as a suite has them.
struct Writer {
    has_unique: bool,
}

impl Writer {
    fn ours(&self, side: Side, message: &Content) -> String {
        match message {
            Content::Framed(payload) => format!("{side} = {}", self.string(payload)),
            Content::Raw(bytes) => format!("{side}.raw = {}", self.string(bytes)),
        }
    }

    /// The status and the body of an answer. Its fields may have a date.
    fn http_answer(&self, side: Side, answer: &HttpMessage<'_>) -> String {
        match answer.start {
            StartLine::Answer { status, .. } => {
                let body = self.string(&answer.body);
                format!("{side}.http = {{ status = {status}, body = {body} }}")
            }
            StartLine::Request { .. } => format!("{side}.any = true"),
        }
    }

    /// A string with the escapes of suites.
    fn string(&self, bytes: &[u8]) -> String {
        let example = example_of_unique();
        let mut text = String::from("'");
        let mut rest = bytes;
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix(&example[..]).filter(|_| self.has_unique) {
                text.push_str("${unique}");
                rest = after;
                continue;
            }
            let (character, length) = first_character(rest);
            match character {
                Some('$') if rest.starts_with(b"${") => text.push_str("$$"),
                Some('\\') => text.push_str("\\\\"),
                Some('\n') => text.push_str("\\n"),
                Some('\r') => text.push_str("\\r"),
                Some('\t') => text.push_str("\\t"),
                Some(it) if is_plain(it) => text.push(it),
                _ => {
                    for byte in &rest[..length] {
                        _ = write!(text, "\\x{byte:02x}");
                    }
                }
            }
            rest = &rest[length..];
        }
        text.push('\'');
        text
    }
}

/// The first character, if the bytes begin with a whole one, and its length.
fn first_character(bytes: &[u8]) -> (Option<char>, usize) {
    let most = bytes.len().min(4);
    let whole = (1..=most).find_map(|length| str::from_utf8(&bytes[..length]).ok());
    match whole.and_then(|it| it.chars().next()) {
        Some(character) => (Some(character), character.len_utf8()),
        None => (None, 1),
    }
}

/// Whether a character stands for itself in a suite, and an editor shows it.
fn is_plain(character: char) -> bool {
    match character {
        '\'' => false,
        ' '..='~' => true,
        other => other.is_alphanumeric(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Action, Bindings};

    const BASE: &str = r#"
        title = "Echo"
        framing = { line = { ending = "crlf", max = 4096 } }
        level = 'should'
        limits.reply = '2s'
        parameters.greeting = 'hello'
        [[scenario]]
        id = 'echo'
        title = 'It answers'
        adversary.truncation = 'any'
        exchange = [
            { server = '${greeting}' },
            { client = 'a ${unique}' },
            { server = 'a ${unique}' },
            { client.close = 'write' },
            { server.close = 'fin' },
        ]
    "#;

    fn source() -> Source {
        let suite = parse("echo.toml", BASE, &NoAttachments).expect("a suite");
        Source::of(&suite, 0, Side::Client).expect("it sends")
    }

    fn learned(messages: &[Content], turns: &[&[u8]], end: PeerEnd) -> Suite {
        let answers = Answers {
            turns: turns.iter().map(|it| it.to_vec()).collect(),
            last: Vec::new(),
            end,
        };
        suite("x.toml", &source(), messages, &answers, Expected::TheSame)
            .unwrap_or_else(|error| panic!("{error:?}"))
    }

    fn exchange(suite: &Suite) -> Vec<String> {
        let bindings = Bindings::fresh("12345678");
        let steps = suite.scenarios()[0].exchange().iter();
        steps
            .map(|step| match &step.action {
                Action::Send(message) => {
                    let payload = message.outgoing_payload(&bindings);
                    let kind = if message.is_framed() { "" } else { " raw" };
                    format!("{}{kind} {}", step.side, payload.escape_ascii())
                }
                other => format!("{} {other:?}", step.side),
            })
            .collect()
    }

    #[test]
    fn a_scenario_that_replies_to_the_peer_is_not_varied() {
        let replies = |side: &str| {
            let text = format!(
                "replies = [{{ {side} = 'PING', reply = 'PONG' }}]\n{}",
                BASE.trim_start()
            );
            let suite = parse("echo.toml", &text, &NoAttachments).expect("a suite");
            Source::of(&suite, 0, Side::Client).is_some()
        };
        assert!(!replies("server"));
        assert!(replies("client"));
    }

    #[test]
    fn an_answer_of_http_is_expected_with_its_status_and_its_body() {
        let text = "title = 'T'\nframing = 'http1'\n[[scenario]]\nid = 's'\nexchange = [\
                    { client.http = { method = 'GET' } }, { server.http = { status = 200 } }]";
        let suite = parse("t.toml", text, &NoAttachments).expect("a suite");
        let source = Source::of(&suite, 0, Side::Client).expect("it sends");
        let messages = [
            Content::Framed(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec()),
            Content::Framed(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec()),
        ];
        let to_head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n".to_vec();
        let to_get = b"HTTP/1.1 404 Not Found\r\nDate: now\r\nContent-Length: 2\r\n\r\nno".to_vec();
        let answers = Answers {
            turns: vec![Vec::new(), to_head, to_get],
            last: Vec::new(),
            end: PeerEnd::AfterOurs,
        };
        for expected in [Expected::TheSame, Expected::AsMany] {
            let text = super::text(&source, &messages, &answers, expected);
            let is_shown = text.contains("server.http = { status = 404, body = 'no' }");
            assert_eq!(is_shown, expected == Expected::TheSame, "{text}");
            parse("x.toml", &text, &NoAttachments).expect("a suite");
        }
    }

    #[test]
    fn a_suite_has_the_settings_of_its_source_and_the_learned_answers() {
        let messages = [
            Content::Framed(b"x 00000000 \\ ' ${y} \xff".to_vec()),
            Content::Raw("é\n".into()),
        ];
        let turns: [&[u8]; 3] = [b"hello\r\n", b"one\r\ntwo 00000000\r\n", b""];
        let suite = learned(&messages, &turns, PeerEnd::AfterOurs);
        let learned = suite.scenarios()[0].only_framing(Side::Client);
        assert_eq!(learned, Some(source().framing()));
        let scenario = &suite.scenarios()[0];
        assert_eq!(scenario.level().to_string(), "should");
        assert_eq!(scenario.limits().reply.as_secs(), 2);
        assert_eq!(
            exchange(&suite),
            [
                "server hello",
                r"client x 12345678 \\ \' ${y} \xff",
                "server one",
                "server two 12345678",
                r"client raw \xc3\xa9\n",
            ]
        );
    }

    #[test]
    fn a_peer_that_ends_early_got_only_the_first_messages() {
        let messages = [
            Content::Framed(b"a".to_vec()),
            Content::Framed(b"b".to_vec()),
        ];
        let turns: [&[u8]; 2] = [b"hello\r\n", b"bye"];
        let suite = learned(&messages, &turns, PeerEnd::Early { received: 1 });
        assert_eq!(
            exchange(&suite),
            [
                "server hello",
                "client a",
                "server raw bye",
                "server Close(Any)"
            ]
        );
    }

    #[test]
    fn a_source_is_the_same_after_it_was_learned() {
        let messages = source().messages;
        let turns: [&[u8]; 2] = [b"hello\r\n", b"a 00000000\r\n"];
        let suite = learned(&messages, &turns, PeerEnd::AfterOurs);
        let again = Source::of(&suite, 0, Side::Client).expect("it sends");
        assert_eq!(again.messages, messages);
        assert_eq!(again.peer_begins, source().peer_begins);
    }
}
