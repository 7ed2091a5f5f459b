//! Framings and payloads drawn at random.

use proptest::prelude::*;
use proptest::sample::select;
use wirecheck::framing::{
    Align, AsciiLength, Blank, CountedBytes, Delimiter, EncodeError, Endian, FieldWidth, Fixed,
    Framing, Headers, Http1, Length, Line, LineEnding, Masking, Netstring, Pad, Raw, Resp, Strip,
    Varint, VarintLength, WebSocket,
};

/// Any framing with limits that random bytes can reach.
pub(crate) fn framing() -> impl Strategy<Value = Framing> {
    prop_oneof![
        (0usize..200).prop_map(|max| Framing::Raw(Raw { max })),
        line().prop_map(Framing::Line),
        delimiter().prop_map(Framing::Delimiter),
        (1usize..40).prop_map(|size| Framing::Fixed(Fixed::new(size).expect("not 0"))),
        ascii_length().prop_map(Framing::AsciiLength),
        length().prop_map(Framing::Length),
        varint_length().prop_map(Framing::VarintLength),
        (0usize..2000).prop_map(|max| Framing::Netstring(Netstring { max })),
        (0usize..100, 0usize..300)
            .prop_map(|(max_header, max)| Framing::Headers(Headers { max_header, max })),
        (0usize..5, 0usize..300)
            .prop_map(|(max_depth, max)| Framing::Resp(Resp { max_depth, max })),
        http1().prop_map(Framing::Http1),
        websocket(0usize..300),
    ]
}

fn websocket(max: std::ops::Range<usize>) -> impl Strategy<Value = Framing> {
    let masking = select(vec![Masking::Masked, Masking::Unmasked]);
    (masking, max).prop_map(|(masking, max)| Framing::WebSocket(WebSocket { masking, max }))
}

/// The payload of a message of WebSocket.
fn websocket_message() -> impl Strategy<Value = Vec<u8>> {
    let word = select(vec!["binary", "ping", "pong"]);
    let content = prop::collection::vec(any::<u8>(), 0..130);
    prop_oneof![
        (word, content)
            .prop_map(|(word, content)| [b"\xff", word.as_bytes(), b" ", &content].concat()),
        prop::collection::vec("\\PC{0,60}", 1..4).prop_map(|parts| {
            let parts: Vec<_> = parts.iter().map(String::as_bytes).collect();
            [b"\xfffragments ", parts.join(&0xff).as_slice()].concat()
        }),
        "(1000|1011|3000|4999)( [a-z]{1,9})?"
            .prop_map(|close| [b"\xffclose ", close.as_bytes()].concat()),
    ]
}

fn line() -> impl Strategy<Value = Line> {
    let ending = select(vec![LineEnding::Lf, LineEnding::CrLf, LineEnding::Either]);
    let strip = select(vec![Strip::Nothing, Strip::End, Strip::Both]);
    let blank = select(vec![Blank::Message, Blank::Skipped]);
    (ending, strip, blank, 0usize..60).prop_map(|(ending, strip, blank, max)| Line {
        ending,
        strip,
        blank,
        max,
    })
}

fn delimiter() -> impl Strategy<Value = Delimiter> {
    let bytes = prop::collection::vec(select(b"ab\r\n".to_vec()), 1..5);
    (bytes, 0usize..60).prop_map(|(bytes, max)| Delimiter::new(bytes, max).expect("not empty"))
}

fn ascii_length() -> impl Strategy<Value = AsciiLength> {
    let side = select(vec![
        (Align::Left, Pad::Space),
        (Align::Right, Pad::Space),
        (Align::Right, Pad::Zero),
    ]);
    (1usize..=20, side, 0usize..300).prop_map(|(width, (align, pad), max)| {
        AsciiLength::new(width, align, pad, max).expect("the side and the width can be used")
    })
}

fn length() -> impl Strategy<Value = Length> {
    let width = select(vec![
        FieldWidth::U8,
        FieldWidth::U16,
        FieldWidth::U24,
        FieldWidth::U32,
        FieldWidth::U64,
    ]);
    let endian = select(vec![Endian::Big, Endian::Little]);
    let counts = select(vec![
        CountedBytes::Body,
        CountedBytes::FieldAndBody,
        CountedBytes::Message,
    ]);
    (width, endian, 0usize..5, counts, 0usize..600).prop_map(
        |(width, endian, offset, counts, max)| Length {
            width,
            endian,
            offset,
            counts,
            max,
        },
    )
}

fn varint_length() -> impl Strategy<Value = VarintLength> {
    let encoding = select(vec![Varint::Leb128, Varint::Mqtt]);
    (encoding, 0usize..4, 0usize..600).prop_map(|(encoding, offset, max)| VarintLength {
        encoding,
        offset,
        max,
    })
}

fn http1() -> impl Strategy<Value = Http1> {
    (0usize..200, 0usize..6, 0usize..100)
        .prop_map(|(max_header, max_fields, max)| Http1::limited_to(max_header, max_fields, max))
}

/// A framing and payloads that it can carry; at least one.
pub(crate) fn exchange() -> impl Strategy<Value = (Framing, Vec<Vec<u8>>)> {
    let payloads = prop::collection::vec(payload(), 1..6);
    let values = prop::collection::vec(resp_value(), 1..4);
    let messages = prop::collection::vec(http_message(), 1..4);
    let http = (80usize..200, 3usize..9, 30usize..60);
    let http = http.prop_map(|(max_header, max_fields, max)| {
        Framing::Http1(Http1::limited_to(max_header, max_fields, max))
    });
    prop_oneof![
        3 => carried(framing(), payloads),
        1 => carried(framing(), values),
        1 => carried(http, messages),
        1 => carried(websocket(20..300), prop::collection::vec(websocket_message(), 1..4)),
    ]
}

fn carried(
    framing: impl Strategy<Value = Framing>,
    candidates: impl Strategy<Value = Vec<Vec<u8>>>,
) -> impl Strategy<Value = (Framing, Vec<Vec<u8>>)> {
    (framing, candidates).prop_filter_map("nothing can be carried", |(framing, candidates)| {
        let payloads: Vec<_> = candidates
            .into_iter()
            .map(|payload| fitted(&framing, payload))
            .filter(|payload| framing.encode(payload).is_ok())
            .collect();
        (!payloads.is_empty()).then_some((framing, payloads))
    })
}

/// Bytes that mean something to one framing or another, and any bytes.
fn payload() -> impl Strategy<Value = Vec<u8>> {
    let telling = select(b"ab \t\r\n\0:,;0159$*+-\"\\\x80\xff".to_vec());
    prop_oneof![
        prop::collection::vec(telling, 0..20),
        prop::collection::vec(any::<u8>(), 0..60),
        prop::collection::vec(any::<u8>(), 0..400),
    ]
}

/// One RESP value, nested.
pub(crate) fn resp_value() -> impl Strategy<Value = Vec<u8>> {
    let text = "[a-z ]{0,6}";
    let scalar = prop_oneof![
        text.prop_map(|text| format!("+{text}\r\n").into_bytes()),
        any::<i64>().prop_map(|number| format!(":{number}\r\n").into_bytes()),
        any::<bool>().prop_map(|truth| format!("#{}\r\n", if truth { 't' } else { 'f' }).into()),
        select(vec!["$-1\r\n", "*-1\r\n", "_\r\n", ",-inf\r\n"]).prop_map(|v| v.into()),
        prop::collection::vec(any::<u8>(), 0..12).prop_map(|body| {
            [format!("${}\r\n", body.len()).as_bytes(), &body, b"\r\n"].concat()
        }),
    ];
    scalar.prop_recursive(3, 12, 4, |inner| {
        (select(b"*~>%".to_vec()), prop::collection::vec(inner, 0..4)).prop_map(list)
    })
}

/// An HTTP/1.1 message with a body of any kind.
pub(crate) fn http_message() -> impl Strategy<Value = Vec<u8>> {
    let request = "(GET|POST|X!) /[a-z?%]{0,9} HTTP/1[.][01]\r\nHost:[ \t]{0,2}x\r\n";
    let answer = "HTTP/1[.][01] (100|200|204|304|404)( [A-Za-z ]{0,9})?\r\n";
    let start = prop_oneof![request, answer];
    let fields = prop::collection::vec("[A-Za-z]{1,5}:[ \t]{0,2}[a-zA-Z0-9:\"]{0,9}\r\n", 0..3);
    (start, fields, http_body()).prop_map(|(start, fields, (field, body))| {
        [
            start.as_bytes(),
            fields.concat().as_bytes(),
            &field,
            b"\r\n",
            &body,
        ]
        .concat()
    })
}

/// The field that shows the end of a body, and the body.
fn http_body() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..20);
    let chunk = (
        prop::collection::vec(any::<u8>(), 1..9),
        "0{0,2}",
        "(;[a-z]{1,3}(=[a-z]|))?",
    );
    let chunk = chunk.prop_map(|(data, zeros, extension)| {
        let line = format!("{zeros}{:x}{extension}\r\n", data.len());
        [line.as_bytes(), &data, b"\r\n"].concat()
    });
    let chunks = (prop::collection::vec(chunk, 0..4), "(T: [a-z]{1,5}\r\n)?");
    prop_oneof![
        Just((Vec::new(), Vec::new())),
        bytes().prop_map(|body| (format!("Content-Length: {}\r\n", body.len()).into(), body)),
        bytes().prop_map(|body| (Vec::new(), body)),
        chunks.prop_map(|(chunks, trailers)| {
            let chunks = [
                &chunks.concat(),
                &b"0\r\n"[..],
                trailers.as_bytes(),
                b"\r\n",
            ]
            .concat();
            (b"Transfer-Encoding: chunked\r\n".to_vec(), chunks)
        }),
    ]
}

fn list((kind, mut items): (u8, Vec<Vec<u8>>)) -> Vec<u8> {
    let per = if kind == b'%' { 2 } else { 1 };
    items.truncate(items.len() / per * per);
    let header = format!("{}{}\r\n", kind as char, items.len() / per);
    [header.into_bytes(), items.concat()].concat()
}

/// The payload cut down to what this framing can carry, where an error says how.
fn fitted(framing: &Framing, mut payload: Vec<u8>) -> Vec<u8> {
    for _ in 0..3 {
        match framing.encode(&payload) {
            Err(EncodeError::WrongSize { size, .. }) => payload.resize(size, b'.'),
            Err(EncodeError::TooLong { max, .. }) => payload.truncate(max),
            Err(EncodeError::ContainsEnding { at, .. } | EncodeError::ContainsDelimiter { at }) => {
                payload.truncate(at);
            }
            _ => break,
        }
    }
    payload
}
