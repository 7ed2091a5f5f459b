//! No input makes a decoder panic, or buffer more than its bound.

use proptest::prelude::*;
use wirecheck::framing::{
    CountedBytes, Decoded, Endian, FieldWidth, Framing, Headers, Http1, Length, Line, Netstring,
    Resp,
};

use crate::reading::{Ending, read};
use crate::strategies;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn any_bytes_are_read_within_the_bound(
        framing in strategies::framing(),
        stream in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..1000),
            "([0-9]{1,4}[:\r\n,$*%+ a-z]{1,4}){0,99}".prop_map(String::into_bytes),
            "([$*%+:>][0-9]{0,3}\r\n){0,99}".prop_map(String::into_bytes),
            prop::collection::vec(strategies::http_message(), 0..9).prop_map(|it| it.concat()),
        ],
        size in 1usize..30,
    ) {
        // `read` watches the bound.
        let reading = read(&framing, stream.chunks(size));
        prop_assert!(reading.taken <= stream.len() );
    }
}

#[test]
fn a_declared_length_takes_no_memory() {
    let framing = Framing::Length(Length {
        width: FieldWidth::U32,
        endian: Endian::Big,
        offset: 0,
        counts: CountedBytes::Body,
        max: 1 << 30,
    });
    let mut decoder = framing.decoder();
    let mut start = &b"\x3f\xff\xff\xffhello"[..];
    assert_eq!(decoder.decode(&mut start), Decoded::NeedMore);
    assert!(
        decoder.allocated() <= 64,
        "{} bytes are allocated",
        decoder.allocated()
    );
}

#[test]
fn a_decoder_never_buffers_more_than_the_longest_message() {
    let framing = Framing::Netstring(Netstring { max: 1000 });
    let message = framing.encode(&[b'x'; 1000]).expect("it is within max");
    let mut decoder = framing.decoder();
    for byte in message.bytes.chunks(1) {
        decoder.decode(&mut &byte[..]);
        assert!(decoder.allocated() <= decoder.bound());
    }
    assert_eq!(decoder.bound(), message.bytes.len());
}

#[test]
fn a_steady_stream_needs_no_more_memory() {
    let framing = Framing::Line(Line::default());
    let mut decoder = framing.decoder();
    let stream = b"hello\nworld\n";
    let mut first = None;
    for _ in 0..100 {
        for piece in stream.chunks(4) {
            let mut rest = piece;
            while let Decoded::Message(_) = decoder.decode(&mut rest) {}
        }
        let at_first = *first.get_or_insert_with(|| decoder.allocated());
        assert_eq!(decoder.allocated(), at_first);
    }
}

#[test]
fn once_malformed_a_stream_stays_malformed() {
    let mut decoder = Framing::Netstring(Netstring::default()).decoder();
    let first = decoder.decode(&mut &b"x"[..]);
    assert!(matches!(first, Decoded::Malformed(_)));
    let mut later = &b"1:a,"[..];
    let Decoded::Malformed(why) = decoder.decode(&mut later) else {
        panic!("the stream was read again");
    };
    assert_eq!(later, b"1:a,");
    assert_eq!(Ending::from(decoder.finish()), Ending::Malformed(why));
}

/// A reader that starts again at each byte would need minutes for these messages.
#[test]
fn a_large_message_byte_by_byte_takes_linear_time() {
    let crlf = Line {
        ending: wirecheck::framing::LineEnding::CrLf,
        ..Line::default()
    };
    let headers = Headers {
        max_header: 200_000,
        max: 10,
    };
    let many_headers = "a: b\r\n".repeat(30_000) + "Content-Length: 0\r\n\r\n";
    let many_values = "*60000\r\n".to_owned() + &"_\r\n".repeat(60_000);
    let http = Http1::limited_to(200_000, 30_000, 30_000);
    let many_fields = format!("GET / HTTP/1.0\r\n{}\r\n", "a: b\r\n".repeat(30_000));
    let chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    let many_chunks = format!("{chunked}{}0\r\n\r\n", "1\r\nx\r\n".repeat(30_000));
    let streams = [
        (Framing::Http1(http.clone()), many_fields),
        (Framing::Http1(http), many_chunks),
        (Framing::Line(crlf), "\n".repeat(200_000) + "\r\n"),
        (Framing::Headers(headers), many_headers),
        (Framing::Resp(Resp::default()), many_values),
    ];
    for (framing, stream) in streams {
        let reading = read(&framing, stream.as_bytes().chunks(1));
        assert_eq!(reading.messages.len(), 1, "{framing:?}");
    }
}
