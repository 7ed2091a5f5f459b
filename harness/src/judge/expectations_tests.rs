//! What a peer sends, read against an exchange, must not depend on how it arrives.

use super::expectations::{Expectations, Mismatch};
use crate::scenario::{Bindings, NoAttachments, Side, Suite, parse};

fn suite(framing: &str, settings: &str, exchange: &str) -> Suite {
    let text = format!(
        "title = 'T'\nframing = {framing}\n{settings}\n[[scenario]]\nid = 's'\nexchange = [{exchange}]"
    );
    parse("t.toml", &text, &NoAttachments).expect("a valid suite")
}

/// How many messages were accepted, and what was wrong.
fn read(suite: &Suite, chunks: &[&[u8]], ends: bool) -> (usize, Option<String>) {
    let scenario = &suite.scenarios()[0];
    let bindings = Bindings::fresh("abcdefgh");
    let mut expectations = Expectations::new(scenario, Side::Server, bindings);
    for chunk in chunks {
        expectations.receive(chunk);
    }
    if ends {
        expectations.end_of_stream();
    }
    let mismatch = expectations.mismatch().map(|mismatch| match mismatch {
        Mismatch::Refused { step, refusal, .. } => format!("step {step}: {refusal}"),
        Mismatch::Malformed { step, why } => format!("step {step}: {why}"),
        Mismatch::CutShort { step, at } => format!("step {step}: {at}"),
        Mismatch::Surplus => "surplus".to_owned(),
    });
    (expectations.accepted(), mismatch)
}

/// The same, after every segmentation into two chunks and into single bytes.
fn invariant(suite: &Suite, stream: &[u8], ends: bool) -> (usize, Option<String>) {
    let whole = read(suite, &[stream], ends);
    for at in 0..=stream.len() {
        let (before, after) = stream.split_at(at);
        assert_eq!(read(suite, &[before, after], ends), whole, "cut at {at}");
    }
    let bytes: Vec<_> = stream.chunks(1).collect();
    assert_eq!(read(suite, &bytes, ends), whole, "byte by byte");
    whole
}

fn wrong(accepted: usize, text: &str) -> (usize, Option<String>) {
    (accepted, Some(text.to_owned()))
}

#[test]
fn a_pattern_of_known_length_ends_without_a_boundary() {
    let exchange = "{ client = 'a' }, { server = { hex = '01 {id:2}', example = '01 0000' } }, \
                    { server = { hex = '${id} ??', example = '${id} 00' } }";
    let raw = suite("'raw'", "", exchange);
    assert_eq!(invariant(&raw, b"\x01ababc", false), (2, None));
    assert_eq!(invariant(&raw, b"\x01ab", false), (1, None));
    assert_eq!(
        invariant(&raw, b"\x01abaxc", false),
        wrong(1, "step 2: byte 1 is 0x78, expected 0x62")
    );
    assert_eq!(invariant(&raw, b"\x01ababcd", false), wrong(2, "surplus"));
}

#[test]
fn a_pattern_with_an_open_end_is_the_rest_of_a_raw_stream() {
    let exchange = "{ client = 'a' }, { server = { hex = '01 ..', example = '01' } }";
    let raw = suite("'raw'", "", exchange);
    assert_eq!(invariant(&raw, b"\x01abc", false), (0, None));
    assert_eq!(invariant(&raw, b"\x01abc", true), (1, None));
}

const IGNORE: &str = "ignore = [{ server.matches = 'NOTICE .*' }]";

#[test]
fn ignored_messages_are_passed_over_wherever_they_come() {
    let exchange = "{ server = 'hi' }, { client = 'a' }, { server = 'b' }";
    let line = suite("'line'", IGNORE, exchange);
    for stream in [
        "NOTICE 1\nhi\nb\n",
        "hi\nNOTICE 1\nNOTICE 2\nb\n",
        "hi\nb\nNOTICE 1\n",
    ] {
        assert_eq!(invariant(&line, stream.as_bytes(), true), (2, None));
        assert_eq!(invariant(&line, stream.as_bytes(), false), (2, None));
    }
}

#[test]
fn other_messages_are_as_wrong_as_before() {
    let exchange = "{ server = 'hi' }, { client = 'a' }, { server = 'b' }";
    let line = suite("'line'", IGNORE, exchange);
    let refused = |accepted, step| wrong(accepted, &format!("step {step}: the bytes differ"));
    assert_eq!(
        invariant(&line, b"NOTICE 1\nnotice\n", false),
        refused(0, 0)
    );
    assert_eq!(
        invariant(&line, b"hi\nNOTICE 1\nx\nb\n", false),
        refused(1, 2)
    );
    assert_eq!(
        invariant(&line, b"hi\nb\nNOTICE 1\nb\n", false),
        wrong(2, "surplus")
    );
    // It comes in the place of the answer, which is then missing.
    assert_eq!(invariant(&line, b"hi\nNOTICE b\n", true), (1, None));
}

#[test]
fn a_part_of_an_ignored_message_is_wrong_only_where_the_stream_ends() {
    let line = suite("'line'", IGNORE, "{ client = 'a' }, { server = 'b' }");
    assert_eq!(invariant(&line, b"b\nNOTI", false), (1, None));
    assert_eq!(invariant(&line, b"b\nNOTI", true), wrong(1, "surplus"));
    let cut_short = invariant(&line, b"NOTI", true);
    assert!(cut_short.1.expect("a mismatch").starts_with("step 1: "));
}

#[test]
fn only_the_messages_of_the_named_side_are_ignored() {
    let ignore = "ignore = [{ client = 'NOTICE' }]";
    let line = suite("'line'", ignore, "{ client = 'a' }, { server = 'b' }");
    let refused = wrong(0, "step 1: the bytes differ");
    assert_eq!(invariant(&line, b"NOTICE\nb\n", false), refused);
}

#[test]
fn binary_and_json_messages_are_ignored_too() {
    let length = "{ length = { type = 'u8' } }";
    let ignore = "ignore = [{ server.hex = '05 ..' }, { server.json_subset = { log = true } }]";
    let binary = suite(length, ignore, "{ client = 'a' }, { server = 'b' }");
    let stream = b"\x02\x05!\x12{\"n\":1,\"log\":true}\x01b";
    assert_eq!(invariant(&binary, stream, false), (1, None));
}

#[test]
fn a_message_before_its_values_are_known_is_surplus_also_after_an_ignored_one() {
    let exchange = "{ client = { matches = '(?<id>.*)', example = '7' } }, { server = '${id}' }";
    let line = suite("'line'", IGNORE, exchange);
    let read = |stream: &[u8]| invariant(&line, stream, false);
    assert_eq!(read(b"NOTICE 1\n"), (0, None));
    assert_eq!(read(b"NOTICE 1\n7\n"), wrong(0, "surplus"));
}

#[test]
fn an_optional_message_comes_before_the_next_one_or_not_at_all() {
    let exchange = "{ server = 'hi', optional = true }, { client = 'a' }, \
                    { server = 'wait', optional = true }, { server = 'b' }, \
                    { server = 'bye', optional = true }";
    let line = suite("'line'", "", exchange);
    let read = |stream: &[u8]| invariant(&line, stream, true);
    assert_eq!(read(b"b\n"), (1, None));
    assert_eq!(read(b"hi\nb\nbye\n"), (3, None));
    assert_eq!(read(b"hi\nwait\nb\n"), (3, None));
    assert_eq!(read(b"wait\nb\n"), (2, None));
    assert_eq!(read(b"wait\nhi\nb\n"), wrong(1, "step 3: the bytes differ"));
    assert_eq!(read(b"hi\nhi\n"), wrong(1, "step 3: the bytes differ"));
    assert_eq!(read(b"b\nhi\n"), wrong(1, "surplus"));
    assert_eq!(read(b"b\nbye\nbye\n"), wrong(2, "surplus"));
    assert_eq!(read(b"b\nby"), wrong(1, "surplus"));
}

#[test]
fn unordered_messages_come_once_each_in_any_order() {
    let exchange = "{ client = 'a' }, \
        { server.unordered = ['x', { matches = 'y.*', example = 'y' }, 'z'] }, { server = 'end' }";
    let line = suite("'line'", "", exchange);
    let read = |stream: &[u8]| invariant(&line, stream, false);
    for stream in ["x\ny\nz\nend\n", "z\nx\nyy\nend\n", "y\nz\nx\nend\n"] {
        assert_eq!(read(stream.as_bytes()), (4, None));
    }
    let none_of =
        |count| format!("step 1: matches none of the {count} messages that may come next");
    assert_eq!(read(b"end\n"), wrong(0, &none_of(3)));
    assert_eq!(read(b"y\nend\n"), wrong(1, &none_of(2)),);
    assert_eq!(
        read(b"x\nx\n"),
        wrong(
            1,
            "step 2: matches none of the 2 messages that may come next"
        )
    );
    assert_eq!(read(b"x\ny\nend\n"), wrong(2, "step 3: the bytes differ"));
}

#[test]
fn an_unordered_group_may_be_optional() {
    let exchange = "{ client = 'a' }, { server.unordered = ['x', 'y'], optional = true }, \
                    { server = 'end' }";
    let line = suite("'line'", "", exchange);
    for (stream, count) in [("end\n", 1), ("y\nend\n", 2), ("y\nx\nend\n", 3)] {
        assert_eq!(invariant(&line, stream.as_bytes(), false), (count, None));
    }
    let refused = wrong(1, "step 3: the bytes differ");
    assert_eq!(invariant(&line, b"y\ny\n", false), refused);
}

#[test]
fn a_repeated_message_comes_any_number_of_times_until_another_one() {
    let exchange = r"{ client = 'a' }, { server = { many = { matches = 'row .*', example = 'row 1' }, until = 'end' } }, { client = 'b' }, { server = 'bye' }";
    let line = suite("'line'", "", exchange);
    let read = |stream: &[u8]| invariant(&line, stream, false);
    for (stream, count) in [
        ("end\nbye\n", 2),
        ("row 7\nend\nbye\n", 3),
        ("row\x20\nrow 2\nrow 3\nrow 4\nend\nbye\n", 6),
    ] {
        assert_eq!(read(stream.as_bytes()), (count, None));
    }
    let refused = |came| wrong(came, "step 3: the bytes differ");
    assert_eq!(read(b"row 1\nrow 2\nrow 3\n"), (3, None));
    assert_eq!(read(b"row 1\nother\n"), refused(1));
    assert_eq!(read(b"bye\n"), refused(0));
    let after_the_end = wrong(2, "step 5: the bytes differ");
    assert_eq!(read(b"row 1\nend\nrow 2\n"), after_the_end);
}

#[test]
fn a_repeated_message_comes_as_often_as_the_suite_says() {
    let exchange = r"{ client = 'a' }, { server = { many = { matches = 'row (?<id>.*)', example = 'row 1' }, until = 'end ${id}', least = 1, most = 3 } }";
    let line = suite("'line'", "", exchange);
    let read = |stream: &[u8]| invariant(&line, stream, false);
    assert_eq!(read(b"row 7\nend 7\n"), (2, None));
    assert_eq!(read(b"row 7\nrow 8\nrow 9\nend 9\n"), (4, None));
    let none = r"step 1: does not match `row (?<id>.*)`";
    assert_eq!(read(b"end \n"), wrong(0, none));
    let too_many = wrong(3, "step 3: the bytes differ");
    assert_eq!(read(b"row 1\nrow 2\nrow 3\nrow 4\nend 4\n"), too_many);
}

#[test]
fn a_raw_pattern_ends_after_its_shortest_match_and_the_framing_goes_on() {
    let exchange = r"{ server.raw = { matches = '220-(?<id>\d+) .*\r', example = '220-1 hi\r' } }, \
                     { client = 'a' }, { server = 'b ${id}' }";
    let line = suite("'line'", "", &exchange.replace("\\\n", ""));
    let read = |stream: &[u8]| invariant(&line, stream, false);
    assert_eq!(read(b"220-17 hello\rb 17\n"), (2, None));
    assert_eq!(read(b"220-17 hel"), (0, None));
    assert_eq!(
        read(b"220 hi\rb\n"),
        wrong(0, r"step 0: does not match `220-(?<id>\d+) .*\r`")
    );
    assert_eq!(read(b"220-1 \rb 2\n"), wrong(1, "step 2: the bytes differ"));
}

const ANSWERS: &str = "{ client.http = { method = 'GET' } }, { server.http = { status = 200 } }, \
                       { client.http = { method = 'GET' } }, { server.http = { status = '2xx' } }";

#[test]
fn interim_answers_of_http_may_come_before_a_final_one() {
    let http = suite("'http1'", "", ANSWERS);
    let hints = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
    let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    let stream = format!("{hints}{ok}{hints}{hints}{ok}");
    assert_eq!(invariant(&http, stream.as_bytes(), false), (2, None));
    let not_found = stream.replace("200 OK", "404 No");
    let refused = wrong(0, "step 1: the status is 404, expected 200");
    assert_eq!(invariant(&http, not_found.as_bytes(), false), refused);
    let switches = hints.replace("103", "101");
    let refused = wrong(0, "step 1: the status is 101, expected 200");
    assert_eq!(invariant(&http, switches.as_bytes(), false), refused);
}

#[test]
fn an_answer_that_ends_with_the_stream_is_one_answer_however_often_the_end_is_seen() {
    let http = suite("'http1'", "", ANSWERS);
    let scenario = &http.scenarios()[0];
    let bindings = Bindings::fresh("abcdefgh");
    let mut expectations = Expectations::new(scenario, Side::Server, bindings);
    expectations.receive(b"HTTP/1.1 200 OK\r\n\r\nhello");
    for _ in 0..3 {
        expectations.end_of_stream();
        assert_eq!(
            (expectations.accepted(), expectations.mismatch()),
            (1, None)
        );
    }
}

#[test]
fn a_message_with_a_value_of_another_connection_waits_for_it() {
    let exchange = "{ client = 'a' }, { server = { any = true, example = '7', capture = 'id' } }, \
                    { on = 'bob', server = 'hi' }, { on = 'bob', server = 'got ${id}' }";
    let suite = suite("'line'", "", exchange);
    let [main, bob] = suite.scenarios() else {
        panic!("there are two connections");
    };
    for at in 0..=9 {
        for (value, accepted) in [("7", 2), ("8", 1)] {
            let bindings = Bindings::fresh("abcdefgh");
            let [mut main, mut bob] =
                [main, bob].map(|it| Expectations::new(it, Side::Server, bindings.clone()));
            let (before, after) = b"hi\ngot 7\n".split_at(at);
            bob.receive(before);
            bob.receive(after);
            assert_eq!((bob.accepted(), bob.mismatch()), (1, None), "cut at {at}");
            main.receive(format!("{value}\n").as_bytes());
            bob.learn(suite.scenarios()[1].foreign_variables(), main.bindings());
            assert_eq!(bob.accepted(), accepted, "cut at {at}");
            assert_eq!(bob.mismatch().is_some(), accepted == 1, "cut at {at}");
        }
    }
}

const REPLIES: &str = "replies = [{ server.matches = 'PING (?<n>.*)', reply = 'PONG ${n}${n}' }]";

fn expecting(suite: &Suite, peer: Side) -> Expectations<'_> {
    let scenario = &suite.scenarios()[0];
    let bindings = Bindings::example().limited_to(scenario.limits().stream_bytes);
    Expectations::new(scenario, peer, bindings)
}

/// The replies that are sent next, as text.
fn replies(expectations: &mut Expectations<'_>) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(reply) = expectations.next_reply() {
        let text = match reply.bytes {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => error.to_string(),
        };
        all.push(text);
    }
    all
}

#[test]
fn each_message_that_asks_for_a_reply_gets_one_with_its_own_values() {
    let exchange =
        "{ client = 'a' }, { server = { any = true, capture = 'n' } }, { client = '${n}' }";
    let line = suite("'line'", REPLIES, exchange);
    let mut server = expecting(&line, Side::Server);
    server.receive(b"PING 1\nb\nPIN");
    assert!(server.lacks_reply());
    assert_eq!(replies(&mut server), ["PONG 11\n"]);
    assert!(!server.lacks_reply());
    server.receive(b"G 2\nPING \n");
    assert_eq!(replies(&mut server), ["PONG 22\n", "PONG \n"]);
    let kept = server.payload(2);
    assert_eq!(kept.as_deref(), Some(&b"b"[..]), "that of the exchange");
    assert_eq!(server.mismatch(), None);
    let mut client = expecting(&line, Side::Client);
    client.receive(b"PING 1\n");
    assert_eq!(
        replies(&mut client),
        [""; 0],
        "only the server is replied to"
    );
}

#[test]
fn the_replies_of_a_connection_are_limited_together() {
    let settings = format!("limits = {{ stream_bytes = 16 }}\n{REPLIES}");
    let line = suite("'line'", &settings, "{ client = 'a' }, { server = 'b' }");
    let mut server = expecting(&line, Side::Server);
    server.receive(b"PING 1\nPING 2\nPING 3\nPING 4\n");
    let sent = replies(&mut server);
    assert_eq!(sent[..2], ["PONG 11\n", "PONG 22\n"]);
    assert_eq!(sent.len(), 3);
    assert!(sent[2].contains("16"), "{}", sent[2]);
}

#[test]
fn a_reply_has_the_framing_that_the_exchange_has_reached() {
    let exchange = "{ client = 'a' }, { server = 'b' }, { framing = 'netstring' }, \
                    { client = 'c' }, { server = 'd' }";
    let changes = suite("'line'", REPLIES, exchange);
    let mut server = expecting(&changes, Side::Server);
    server.receive(b"PING 1\nb\n");
    assert_eq!(replies(&mut server), ["7:PONG 11,"]);
    server.receive(b"6:PING 2,");
    assert_eq!(replies(&mut server), ["7:PONG 22,"]);
    let mut server = expecting(&changes, Side::Server);
    server.receive(b"PING 1\n");
    assert_eq!(replies(&mut server), ["PONG 11\n"]);
}

#[test]
fn json_hex_and_pings_get_replies_with_their_parts() {
    let json = "replies = [{ server = { json_subset = { op = 'ping' }, capture = { id = '/id' } }, \
                reply.json = { op = 'pong', id = '${id}' } }]";
    let line = suite("'line'", json, "{ client = 'a' }, { server = 'b' }");
    let mut server = expecting(&line, Side::Server);
    server.receive(b"{\"op\":\"ping\",\"id\":[1,2],\"more\":0}\n");
    assert_eq!(replies(&mut server), ["{\"op\":\"pong\",\"id\":[1,2]}\n"]);
    let hex = "replies = [{ server.hex = '05 {id:2} ..', reply.hex = '06 ${id}' }]";
    let length = "{ length = { type = 'u8' } }";
    let binary = suite(length, hex, "{ client = 'a' }, { server = 'b' }");
    let mut server = expecting(&binary, Side::Server);
    server.receive(b"\x04\x05ab!");
    assert_eq!(replies(&mut server), ["\x03\x06ab"]);
    let ws = "replies = [{ client.ws.ping.capture = 'data', reply.ws.pong = '${data}' }]";
    let websocket = suite("'websocket'", ws, "{ client = 'a' }, { server = 'b' }");
    let mut client = expecting(&websocket, Side::Client);
    client.receive(b"\x89\x82\0\0\0\0hi\x89\x80\0\0\0\0");
    let pongs = ["\u{fffd}\x02hi", "\u{fffd}\0"];
    assert_eq!(replies(&mut client), pongs, "0x8a is no UTF-8");
}
