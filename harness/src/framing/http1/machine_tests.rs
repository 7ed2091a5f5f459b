//! What a reader makes of streams.

use crate::framing::Http1;
use crate::framing::{Decoded, EncodeError, Framing, Malformation, StreamEnd, Truncation};

/// The messages of a stream, and how it ends.
fn read(http: Http1, stream: &str) -> (Vec<String>, String) {
    let mut decoder = Framing::Http1(http).decoder();
    let mut rest = stream.as_bytes();
    let mut messages = Vec::new();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    while let Decoded::Message(message) = decoder.decode(&mut rest) {
        messages.push(text(message));
    }
    let end = match decoder.finish() {
        StreamEnd::Clean => "clean".to_owned(),
        StreamEnd::Message(last) => {
            messages.push(text(last));
            "message".to_owned()
        }
        StreamEnd::Truncated(place) => place.to_string(),
        StreamEnd::Malformed(why) => why.to_string(),
    };
    (messages, end)
}

fn refusal(http: Http1, stream: &str) -> Malformation {
    let mut decoder = Framing::Http1(http).decoder();
    let mut rest = stream.as_bytes();
    match decoder.decode(&mut rest) {
        Decoded::Malformed(why) => why,
        other => panic!("{stream:?} was read as {other:?}"),
    }
}

fn are_read(http: Http1, messages: &[&str]) {
    let (read, end) = read(http, &messages.concat());
    assert_eq!(
        (read, end.as_str()),
        (
            messages.iter().map(|it| (*it).to_owned()).collect(),
            "clean"
        )
    );
}

const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const LENGTH: &str = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi";
const CHUNKED: &str = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\
                       2;a=b\r\nhi\r\n003\r\n\r\n0\r\n0\r\nTrailer: x\r\n\r\n";
const DECLARES: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";

#[test]
fn requests_are_read_one_after_the_other() {
    are_read(Http1::default(), &[GET, LENGTH, CHUNKED, GET]);
}

#[test]
fn empty_lines_before_a_request_are_skipped() {
    let (messages, end) = read(Http1::default(), &format!("\r\n\r\n{GET}\r\n{GET}\r\n"));
    assert_eq!((messages, end.as_str()), (vec![GET.to_owned(); 2], "clean"));
    let answer = "HTTP/1.1 204\r\n\r\n";
    let why = Malformation::EmptyLine.to_string();
    assert_eq!(read(Http1::default(), &format!("\r\n{answer}")).1, why);
    assert_eq!(read(Http1::default(), &format!("{answer}\r\n")).1, why);
}

#[test]
fn the_body_of_an_answer_depends_on_its_request() {
    let body = format!("{DECLARES}hi");
    let http = Http1::default().answering(["HEAD / HTTP/1.1\r\n", "GET /", "HEAD"]);
    are_read(http, &[DECLARES, &body, DECLARES, &body]);
}

#[test]
fn an_interim_answer_is_followed_by_another_to_the_same_request() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\n";
    let http = Http1::default().answering(["HEAD", "GET"]);
    are_read(
        http,
        &[interim, interim, DECLARES, &format!("{DECLARES}hi")],
    );
}

#[test]
fn an_answer_without_a_length_ends_with_the_stream() {
    let (messages, end) = read(Http1::default(), "HTTP/1.0 200 OK\r\n\r\nHTTP/1.1 2");
    assert_eq!(messages, ["HTTP/1.0 200 OK\r\n\r\nHTTP/1.1 2"]);
    assert_eq!(end, "message");
}

#[test]
fn after_a_tunnel_is_opened_the_rest_is_one_message() {
    let switching = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
    let stream = format!("{switching}\0\nabc\n\n");
    let (messages, end) = read(Http1::default(), &stream);
    assert_eq!(
        (messages, end.as_str()),
        (vec![switching.into(), "\0\nabc\n\n".into()], "message")
    );
    let connect = Http1::default().answering(["CONNECT x:1 HTTP/1.1"]);
    let (messages, _) = read(connect.clone(), &format!("{DECLARES}abc"));
    assert_eq!(messages, [DECLARES, "abc"]);
    let refused = "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n";
    are_read(connect, &[refused, &format!("{DECLARES}hi")]);
}

#[test]
fn a_line_ends_with_both_bytes() {
    let why = Malformation::BareNewline { at: 14 };
    assert_eq!(refusal(Http1::default(), "GET / HTTP/1.1\n"), why);
    let why = Malformation::BareReturn { at: 18 };
    assert_eq!(
        refusal(Http1::default(), "GET / HTTP/1.1\r\na:\rb\r\n"),
        why
    );
    let why = Malformation::BareNewline { at: 0 };
    assert_eq!(refusal(Http1::default(), "\n"), why);
}

/// Why the body of a request is malformed. It starts at byte 56.
fn in_chunks(body: &str) -> Malformation {
    let head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    let why = refusal(Http1::limited_to(64, 4, 9), &format!("{head}{body}"));
    assert_eq!(head.len(), 56);
    why
}

#[test]
fn a_malformed_chunk_is_rejected_at_its_offset() {
    let byte = b'x';
    assert_eq!(
        in_chunks("0x1\r\n"),
        Malformation::NotAHexDigit { at: 57, byte }
    );
    assert_eq!(in_chunks("1\n"), Malformation::BareNewline { at: 57 });
    let why = Malformation::WrongTerminator {
        at: 60,
        byte: b'b',
        expected: b'\r',
    };
    assert_eq!(in_chunks("1\r\nabc"), why);
    let why = |declared| Malformation::DeclaredTooLong { declared, max: 9 };
    assert_eq!(in_chunks("a\r\n"), why(10));
    assert_eq!(in_chunks("5\r\nabcde\r\n5\r\n"), why(10));
    assert_eq!(in_chunks("FFFFFFFFFFFFFFFF\r\n"), why(u64::MAX));
    let digits = "0".repeat(99);
    let why = Malformation::TooManyDigits { at: 72, max: 9 };
    assert_eq!(in_chunks(&digits), why);
    let extensions = format!("1;{}\r\n", "x".repeat(64));
    let why = Malformation::ExtensionsTooLong { max: 64 };
    assert_eq!(in_chunks(&extensions), why);
    let twice = format!("1;{0}\r\nx\r\n1;{0}\r\n", "x".repeat(40));
    assert_eq!(in_chunks(&twice), why);
}

#[test]
fn the_head_and_the_trailers_are_bounded() {
    let small = Http1::limited_to(32, 2, 9);
    let why = Malformation::HeaderTooLong { max: 32 };
    assert_eq!(refusal(small.clone(), &"x".repeat(40)), why);
    let line = "GET / HTTP/1.1\r\nHost: x\r\n";
    assert_eq!(refusal(small, &format!("{line}a: bcdefg\r\n")), why);
    let why = Malformation::TooManyFields { max: 2 };
    let few = Http1::limited_to(64, 2, 9);
    assert_eq!(refusal(few, &format!("{line}a:\r\nb:\r\n")), why);
    let trailers = format!("0\r\n{}", "a:\r\n".repeat(9));
    assert_eq!(in_chunks(&trailers), Malformation::TooManyFields { max: 4 });
    let trailers = format!("0\r\na:{}\r\n", "x".repeat(64));
    assert_eq!(
        in_chunks(&trailers),
        Malformation::HeaderTooLong { max: 64 }
    );
}

#[test]
fn a_truncated_message_says_how_far_it_got() {
    let end = |stream: &str| {
        let mut decoder = Framing::Http1(Http1::default()).decoder();
        assert_eq!(decoder.decode(&mut stream.as_bytes()), Decoded::NeedMore);
        decoder.finish().truncation()
    };
    assert_eq!(end("GET / H"), Some(Truncation::OpenHeader { have: 7 }));
    let body = Truncation::Body { have: 1, of: 2 };
    assert_eq!(end(&LENGTH[..LENGTH.len() - 1]), Some(body));
    for (cut, mark) in [(30, "last chunk"), (2, "empty line")] {
        let have = CHUNKED.len() - cut;
        let place = Truncation::Unended { have, mark };
        assert_eq!(end(&CHUNKED[..have]), Some(place));
    }
}

#[test]
fn a_payload_is_exactly_one_message() {
    let encode = |http: &Http1, payload: &str| {
        let encoded = Framing::Http1(http.clone()).encode(payload.as_bytes());
        encoded.map(|it| it.bytes)
    };
    let http = Http1::default();
    let one_message = [GET, LENGTH, CHUNKED, "HTTP/1.1 200 OK\r\n\r\nhello"];
    for payload in one_message {
        assert_eq!(encode(&http, payload), Ok(payload.as_bytes().to_vec()));
    }
    let at = GET.len();
    let two = encode(&http, &format!("{GET}{GET}"));
    assert_eq!(two, Err(EncodeError::AfterMessage { at }));
    for (payload, offset) in [("", None), ("GET /", None), ("GET /\r\n", Some(0))] {
        let error = encode(&http, payload).expect_err("it is not one message");
        assert_eq!(error.offset(), offset, "{payload}");
    }
    let with_empty_line = encode(&http, &format!("\r\n{GET}"));
    assert_eq!(
        with_empty_line.expect_err("it has two parts").offset(),
        Some(0)
    );
    let part = EncodeError::PartOfAMessage {
        why: Truncation::Body { have: 0, of: 2 },
    };
    assert_eq!(encode(&http, DECLARES), Err(part));
    let to_head = http.answering(["GET", "HEAD"]);
    assert!(encode(&to_head, DECLARES).is_ok());
}
