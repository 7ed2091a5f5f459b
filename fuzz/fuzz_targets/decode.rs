//! Any framing, any bytes, any cuts: no panic, no more memory than the bound, and the
//! same result in pieces as in one.

#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use wirecheck::framing::{
    Align, AsciiLength, Blank, CountedBytes, Decoded, Delimiter, Endian, FieldWidth, Fixed,
    Framing, Headers, Http1, Length, Line, LineEnding, MalformedKind, Masking, Netstring, Pad, Raw,
    Resp, StreamEnd, Strip, Varint, VarintLength, WebSocket,
};

#[derive(Debug)]
struct Input {
    framing: Framing,
    /// How long the pieces are, in turn; the last one is the rest.
    pieces: Vec<u8>,
    stream: Vec<u8>,
}

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self {
            framing: framing(input)?,
            pieces: input.arbitrary()?,
            stream: input.bytes(input.len())?.to_vec(),
        })
    }
}

fn framing(input: &mut Unstructured<'_>) -> Result<Framing> {
    let max = usize::from(u16::arbitrary(input)?);
    Ok(match input.int_in_range(0..=11)? {
        0 => Framing::Raw(Raw { max }),
        1 => Framing::Line(Line {
            ending: *input.choose(&[LineEnding::Lf, LineEnding::CrLf, LineEnding::Either])?,
            strip: *input.choose(&[Strip::Nothing, Strip::End, Strip::Both])?,
            blank: *input.choose(&[Blank::Message, Blank::Skipped])?,
            max,
        }),
        2 => Framing::Delimiter(delimiter(input, max)?),
        3 => Framing::Fixed(Fixed::new(max + 1).expect("it is not 0")),
        4 => Framing::AsciiLength(ascii_length(input, max)?),
        5 => Framing::Length(length(input, max)?),
        6 => Framing::VarintLength(VarintLength {
            encoding: *input.choose(&[Varint::Leb128, Varint::Mqtt])?,
            offset: usize::from(u8::arbitrary(input)?),
            max,
        }),
        7 => Framing::Netstring(Netstring { max }),
        8 => Framing::Headers(Headers {
            max_header: usize::from(u8::arbitrary(input)?),
            max,
        }),
        9 => Framing::Http1(http1(input, max)?),
        10 => Framing::WebSocket(WebSocket {
            masking: *input.choose(&[Masking::Masked, Masking::Unmasked])?,
            max,
        }),
        _ => Framing::Resp(Resp {
            max_depth: usize::from(u8::arbitrary(input)?),
            max,
        }),
    })
}

fn delimiter(input: &mut Unstructured<'_>, max: usize) -> Result<Delimiter> {
    let bytes: [u8; 3] = input.arbitrary()?;
    let length = input.int_in_range(1..=3)?;
    Ok(Delimiter::new(&bytes[..length], max).expect("it is not empty"))
}

fn ascii_length(input: &mut Unstructured<'_>, max: usize) -> Result<AsciiLength> {
    let width = input.int_in_range(1..=20)?;
    let (align, pad) = *input.choose(&[
        (Align::Left, Pad::Space),
        (Align::Right, Pad::Space),
        (Align::Right, Pad::Zero),
    ])?;
    Ok(AsciiLength::new(width, align, pad, max).expect("all of these can be used"))
}

/// For the answers to requests of every kind.
fn http1(input: &mut Unstructured<'_>, max: usize) -> Result<Http1> {
    let max_header = usize::from(u16::arbitrary(input)?);
    let max_fields = usize::from(u8::arbitrary(input)?);
    let requests: [u8; 3] = input.arbitrary()?;
    let requests = requests.map(|it| ["GET", "HEAD", "CONNECT"][usize::from(it % 3)]);
    Ok(Http1::limited_to(max_header, max_fields, max).answering(requests))
}

fn length(input: &mut Unstructured<'_>, max: usize) -> Result<Length> {
    let widths = [
        FieldWidth::U8,
        FieldWidth::U16,
        FieldWidth::U24,
        FieldWidth::U32,
        FieldWidth::U64,
    ];
    Ok(Length {
        width: *input.choose(&widths)?,
        endian: *input.choose(&[Endian::Big, Endian::Little])?,
        offset: usize::from(u8::arbitrary(input)?),
        counts: *input.choose(&[
            CountedBytes::Body,
            CountedBytes::FieldAndBody,
            CountedBytes::Message,
        ])?,
        max,
    })
}

/// The messages, and how the stream ended.
fn read(framing: &Framing, stream: &[u8], pieces: &[u8]) -> (Vec<Vec<u8>>, String) {
    let mut decoder = framing.decoder();
    let mut messages = Vec::new();
    let mut rest = stream;
    let sizes = pieces.iter().map(|size| usize::from(*size));
    for size in sizes.chain([usize::MAX]) {
        let (mut piece, later) = rest.split_at(size.min(rest.len()));
        rest = later;
        while let Decoded::Message(payload) = decoder.decode(&mut piece) {
            messages.push(payload.to_vec());
        }
        assert!(decoder.allocated() <= decoder.bound());
        assert!(piece.is_empty() || matches!(decoder.finish(), StreamEnd::Malformed(_)));
    }
    (messages, format!("{:?}", decoder.finish()))
}

fuzz_target!(|input: Input| {
    let whole = read(&input.framing, &input.stream, &[]);
    let in_pieces = read(&input.framing, &input.stream, &input.pieces);
    assert_eq!(in_pieces, whole);
    for payload in whole.0 {
        let malformed = input.framing.malformed(&payload).into_iter();
        // Megabytes that the first of them decides about.
        for member in malformed.filter(|it| it.kind != MalformedKind::Endless) {
            let valid = input
                .framing
                .encode(&payload)
                .expect("it has malformed variants");
            read(
                &input.framing,
                &member.edit.apply(&valid.bytes),
                &input.pieces,
            );
        }
    }
});
