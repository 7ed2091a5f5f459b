//! How fast framings are decoded.
//!
//! - `decode`: a stream of many messages in pieces of 16 KiB, per framing; for
//!   comparison a copy of the same bytes, and memchr for each line end;
//! - `http1`: pipelined requests with 8 fields and a body by length; for comparison the
//!   crate `httparse` on the same bytes, in one piece, which parses heads only;
//! - `invariance`: a 64-byte message under every single cut, and under random
//!   segmentations, each checked for the same payload and no more. An element is
//!   one segmentation.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use wirecheck::framing::{
    Align, AsciiLength, CountedBytes, Decoded, Decoder, Delimiter, Endian, FieldWidth, Fixed,
    Framing, Headers, Http1, Length, Line, Netstring, Pad, Resp, Varint, VarintLength,
};

const STREAM: usize = 1 << 20;
const PIECE: usize = 16 << 10;
const PAYLOAD: usize = 64;
const SEGMENTATIONS: usize = 1024;

fn framings() -> Vec<(&'static str, Framing)> {
    let max = 1 << 16;
    let delimiter = Delimiter::new(b"\r\n.\r\n", max).expect("it has bytes");
    let column = AsciiLength::new(10, Align::Left, Pad::Space, max).expect("it can be used");
    let length = Length {
        width: FieldWidth::U32,
        endian: Endian::Big,
        offset: 0,
        counts: CountedBytes::Body,
        max,
    };
    let offset = Length {
        offset: 2,
        ..length.clone()
    };
    let varint = VarintLength {
        encoding: Varint::Leb128,
        offset: 0,
        max,
    };
    vec![
        ("line", Framing::Line(Line::default())),
        ("delimiter", Framing::Delimiter(delimiter)),
        ("fixed", Framing::Fixed(Fixed::new(PAYLOAD).expect("not 0"))),
        ("ascii_length", Framing::AsciiLength(column)),
        ("length", Framing::Length(length)),
        ("length+offset", Framing::Length(offset)),
        ("varint_length", Framing::VarintLength(varint)),
        ("netstring", Framing::Netstring(Netstring { max })),
        ("headers", Framing::Headers(Headers::default())),
        ("resp", Framing::Resp(Resp::default())),
    ]
}

fn message(framing: &Framing, payload: &[u8]) -> Vec<u8> {
    framing.encode(payload).expect("it can be sent").bytes
}

/// A payload that makes a message of `size` bytes, or of a few more.
fn payload_of(framing: &Framing, size: usize) -> Vec<u8> {
    let fits = |length: &usize| {
        let encoded = framing.encode(&vec![b'x'; *length]);
        encoded.is_ok_and(|message| message.bytes.len() >= size)
    };
    let length = (1..=size).find(fits).expect("a payload of the size fits");
    vec![b'x'; length]
}

fn count_messages(decoder: &mut Decoder, stream: &[u8]) -> usize {
    let mut count = 0;
    for mut piece in stream.chunks(PIECE) {
        while let Decoded::Message(payload) = decoder.decode(&mut piece) {
            count += black_box(payload).len().min(1);
        }
    }
    count
}

fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Bytes(STREAM as u64));
    for (name, framing) in framings() {
        let message = message(&framing, &[b'x'; PAYLOAD]);
        let stream = message.repeat(STREAM.div_ceil(message.len()));
        let mut decoder = framing.decoder();
        group.bench_function(name, |bencher| {
            bencher.iter(|| count_messages(&mut decoder, black_box(&stream)));
        });
    }
    let mut line = [b'x'; PAYLOAD + 1];
    line[PAYLOAD] = b'\n';
    let lines = line.repeat(STREAM / line.len());
    group.bench_function("(memchr)", |bencher| {
        // Not `count()`, which does not find the offsets.
        bencher.iter(|| {
            for at in memchr::memchr_iter(b'\n', black_box(&lines)) {
                black_box(at);
            }
        });
    });
    let mut copy = Vec::with_capacity(PIECE);
    group.bench_function("(copy)", |bencher| {
        bencher.iter(|| {
            for piece in black_box(&lines).chunks(PIECE) {
                copy.clear();
                copy.extend_from_slice(piece);
                black_box(&copy);
            }
        });
    });
    group.finish();
}

/// A request with 8 fields and a body.
fn http_request() -> Vec<u8> {
    let fields = [
        "Host: www.example.com",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Language: en-US,en;q=0.5",
        "Accept-Encoding: gzip, deflate, br, zstd",
        "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark",
        "Content-Type: application/x-www-form-urlencoded",
    ];
    let length = format!("Content-Length: {PAYLOAD}\r\n\r\n");
    let head = format!(
        "POST /a/path?query=1 HTTP/1.1\r\n{}\r\n{length}",
        fields.join("\r\n")
    );
    [head.as_bytes(), &[b'x'; PAYLOAD]].concat()
}

/// Parses heads with `httparse`, and skips the bodies.
fn count_heads(stream: &[u8]) -> usize {
    let (mut rest, mut count) = (stream, 0);
    while !rest.is_empty() {
        let mut fields = [httparse::EMPTY_HEADER; 16];
        let mut request = httparse::Request::new(&mut fields);
        let parsed = request.parse(rest).expect("it is a request");
        let httparse::Status::Complete(head) = parsed else {
            panic!("the last request is whole");
        };
        black_box(&request);
        rest = &rest[head + PAYLOAD..];
        count += 1;
    }
    count
}

fn http1(criterion: &mut Criterion) {
    let request = http_request();
    let stream = request.repeat(STREAM.div_ceil(request.len()));
    let mut group = criterion.benchmark_group("http1");
    group.throughput(Throughput::Bytes(stream.len() as u64));
    let mut decoder = Framing::Http1(Http1::default()).decoder();
    group.bench_function("requests", |bencher| {
        bencher.iter(|| count_messages(&mut decoder, black_box(&stream)));
    });
    group.bench_function("(httparse)", |bencher| {
        bencher.iter(|| count_heads(black_box(&stream)));
    });
    group.finish();
}

/// Cuts of a message of `length` bytes: each offset with a probability of 1 in `one_in`.
fn random_cuts(rng: &mut TestRng, length: usize, one_in: u32) -> Vec<usize> {
    let mut ends: Vec<_> = (1..length)
        .filter(|_| rng.next_u32().is_multiple_of(one_in))
        .collect();
    ends.push(length);
    ends
}

fn reads_the_same(decoder: &mut Decoder, stream: &[u8], ends: &[usize], expected: &[u8]) -> bool {
    let (mut start, mut same) = (0, false);
    for &end in ends {
        let mut piece = &stream[start..end];
        start = end;
        match decoder.decode(&mut piece) {
            Decoded::Message(payload) => same = piece.is_empty() && payload == expected,
            Decoded::NeedMore => {}
            Decoded::Malformed(_) => return false,
        }
    }
    same
}

fn invariance(criterion: &mut Criterion) {
    let mut rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    for (name, framing) in framings() {
        let payload = payload_of(&framing, PAYLOAD);
        let stream = message(&framing, &payload);
        let length = stream.len();
        let expected = framing.canonical(&payload).expect("it is read back");
        let mut random = |one_in| {
            let draw = |_| random_cuts(&mut rng, length, one_in);
            (0..SEGMENTATIONS).map(draw).collect()
        };
        let kinds: [(&str, Vec<Vec<usize>>); 3] = [
            ("cut", (1..length).map(|cut| vec![cut, length]).collect()),
            ("8-pieces", random(9)),
            ("32-pieces", random(2)),
        ];
        for (kind, segmentations) in kinds {
            let mut group = criterion.benchmark_group(format!("invariance/{kind}"));
            group.throughput(Throughput::Elements(segmentations.len() as u64));
            let mut decoder = framing.decoder();
            group.bench_function(name, |bencher| {
                bencher.iter(|| {
                    for ends in black_box(&segmentations) {
                        assert!(reads_the_same(&mut decoder, &stream, ends, &expected));
                    }
                });
            });
            group.finish();
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(500));
    targets = decode, http1, invariance
}
criterion_main!(benches);
