use crate::scenario::{Action, Bindings, Message, NoAttachments, Refusal, Side, parse};
use crate::tactic::Script;

/// The steps of an exchange, of which the first is a request.
fn messages(exchange: &str) -> Vec<Message> {
    let text =
        format!("title = 'T'\nframing = 'http1'\n[[scenario]]\nid = 's'\nexchange = [{exchange}]");
    let suite = parse("t.toml", &text, &NoAttachments).expect("a valid suite");
    let steps = suite.scenarios()[0].exchange().iter();
    let messages = steps.filter_map(|step| match &step.action {
        Action::Send(message) => Some(message.clone()),
        _ => None,
    });
    messages.collect()
}

fn request(table: &str) -> String {
    let message = &messages(&format!("{{ client.http = {{ {table} }} }}"))[0];
    let bytes = message.outgoing_payload(&Bindings::example());
    String::from_utf8(bytes).expect("it is text")
}

fn answer(table: &str) -> Message {
    let exchange =
        format!("{{ client.http = {{ method = 'GET' }} }}, {{ server.http = {{ {table} }} }}");
    messages(&exchange).remove(1)
}

fn accept(message: &Message, bytes: &str, bindings: &mut Bindings) -> Result<(), Refusal> {
    let framing = crate::scenario::parse_framing("'http1'").expect("a framing");
    message.accept(bytes.as_bytes(), &framing, bindings)
}

/// What is wrong with an answer; nothing if it is accepted.
fn refusal(table: &str, bytes: &str) -> String {
    let result = accept(&answer(table), bytes, &mut Bindings::example());
    result.err().map(|it| it.to_string()).unwrap_or_default()
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nSet-Cookie: a=1\r\n\
                  Set-Cookie: b=2\r\nContent-Length: 5\r\n\r\nhello";

#[test]
fn a_request_has_a_host_and_the_field_that_frames_its_body() {
    assert_eq!(
        request("method = 'GET'"),
        "GET / HTTP/1.1\r\nHost: wirecheck\r\n\r\n"
    );
    assert_eq!(
        request(
            "method = 'POST', target = '/e', fields = { Host = 'x', A = ['1', '2'] }, body = 'hi'"
        ),
        "POST /e HTTP/1.1\r\nHost: x\r\nA: 1\r\nA: 2\r\nContent-Length: 2\r\n\r\nhi"
    );
    assert_eq!(
        request("method = 'POST', chunked = ['hel', 'lo']"),
        "POST / HTTP/1.1\r\nHost: wirecheck\r\nTransfer-Encoding: chunked\r\n\r\n\
         3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"
    );
}

#[test]
fn fields_are_sent_in_the_order_of_the_file() {
    let sent = request("method = 'GET', fields = { Z = '1', Host = 'x', A = '2' }");
    assert_eq!(sent, "GET / HTTP/1.1\r\nZ: 1\r\nHost: x\r\nA: 2\r\n\r\n");
}

#[test]
fn what_is_not_named_may_be_anything() {
    for named in [
        "status = 200",
        "status = '2xx'",
        "status = ['4xx', 200]",
        "status = 'any'",
        "status = 200, fields = { content-TYPE = 'text/plain' }",
        "status = 200, fields = { Content-Type = { matches = 'text/.*', example = 'text/a' } }",
        "status = 200, fields = { Set-Cookie = ['a=1', 'b=2'], X = { absent = true } }",
        "status = 200, fields = { Set-Cookie = 'a=1, b=2' }",
        "status = 200, body = 'hello'",
        "status = 200, chunked = ['hel', 'lo']",
        "status = 200, body = { matches = 'h.*', example = 'hi' }, framing = 'length'",
    ] {
        assert_eq!(refusal(named, OK), "", "{named}");
    }
}

#[test]
fn a_wrong_status_a_wrong_field_and_a_wrong_body_are_told_from_each_other() {
    for (named, why) in [
        ("status = 404", "the status is 200, expected 404"),
        (
            "status = ['4xx', 500]",
            "the status is 200, expected 4xx or 500",
        ),
        (
            "status = 200, fields = { X = 'a' }",
            "the field X is missing, expected a",
        ),
        (
            "status = 200, fields = { Content-Type = { absent = true } }",
            "the field Content-Type is text/plain, expected missing",
        ),
        (
            "status = 200, fields = { Set-Cookie = 'a=1' }",
            "the field Set-Cookie is a=1, b=2, expected a=1",
        ),
        (
            "status = 200, body = 'hallo'",
            "the body is wrong: the bytes differ",
        ),
        (
            "status = 200, framing = 'chunked'",
            "the framing of the body is Content-Length, expected chunked",
        ),
        (
            "status = 200, body = { json = 1 }",
            "the body is wrong: not JSON: expected value at line 1 column 1",
        ),
    ] {
        assert_eq!(refusal(named, OK), why, "{named}");
    }
    assert_eq!(
        refusal("status = 200", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        "the message is a request, expected an answer"
    );
}

#[test]
fn json_in_chunks_is_compared_as_json_and_captured() {
    let chunked = "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n\
                   7\r\n{\"id\": \r\n3\r\n7 }\r\n0\r\n\r\n";
    let exchange = "{ client.http = { method = 'GET' } }, \
                    { server = { http = { status = '2xx', body = { json_subset = { id = 7 } } }, capture = { id = '/id' } } }";
    let message = messages(exchange).remove(1);
    let mut bindings = Bindings::example();
    accept(&message, chunked, &mut bindings).expect("it is accepted");
    assert_eq!(bindings.bytes(&message.captured_variables()[0]), b"7");
}

#[test]
fn a_value_of_the_baseline_is_expected_again() {
    let message = answer("status = 'same', body = { same = true }");
    let mut bindings = Bindings::example();
    accept(&message, OK, &mut bindings).expect("the baseline may show anything");
    let mut later = Bindings::fresh("7");
    later.add(&bindings.of_baseline());
    assert_eq!(later.unique(), Bindings::fresh("7").unique());
    assert_eq!(accept(&message, OK, &mut later), Ok(()));
    let other = accept(&message, &OK.replace("hello", "hallo"), &mut later);
    assert!(matches!(other, Err(Refusal::WrongBody { .. })), "{other:?}");
    let other = accept(&message, &OK.replace("200", "500"), &mut later);
    let other = other.expect_err("the status differs");
    assert_eq!(
        other.to_string(),
        "the status is 500, expected 200, as in the baseline"
    );
}

#[test]
fn an_answer_to_head_has_no_body() {
    let exchange = "{ client.http = { method = 'HEAD' } }, \
                    { server.http = { status = 200, fields = { Content-Length = '5' }, body = '' } }, \
                    { client.http = { method = 'GET' } }, { server.http = { status = 404 } }";
    let text =
        format!("title = 'T'\nframing = 'http1'\n[[scenario]]\nid = 's'\nexchange = [{exchange}]");
    let suite = parse("t.toml", &text, &NoAttachments).expect("a valid suite");
    let scenario = &suite.scenarios()[0];
    let stream = Script::of(scenario, Side::Server).stream();
    let mut decoder = scenario.framing(Side::Server, 0).decoder();
    let mut rest = &stream[..];
    let mut lengths = Vec::new();
    while let crate::framing::Decoded::Message(message) = decoder.decode(&mut rest) {
        lengths.push(message.len());
    }
    assert_eq!(lengths.len(), 2);
    assert_eq!(lengths.iter().sum::<usize>(), stream.len());
}

#[test]
fn an_interim_answer_is_not_the_one_of_the_baseline() {
    let refused = refusal("status = 'same'", "HTTP/1.1 100 Continue\r\n\r\n");
    assert!(refused.contains("100"), "{refused}");
    let switched = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
    assert_eq!(refusal("status = 'same'", switched), "");
    assert_eq!(refusal("status = 'same'", OK), "");
}
