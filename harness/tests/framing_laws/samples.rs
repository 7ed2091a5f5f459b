//! Every framing with all its parameters, and payloads for it.

use wirecheck::framing::{
    Align, AsciiLength, Blank, CountedBytes, Delimiter, Endian, FieldWidth, Fixed, Framing,
    Headers, Http1, Length, Line, LineEnding, Masking, Netstring, Pad, Raw, Resp, Strip, Varint,
    VarintLength, WebSocket,
};

/// A framing and payloads for it, none of them long.
pub(crate) struct Sample {
    pub(crate) framing: Framing,
    pub(crate) payloads: Vec<&'static [u8]>,
}

fn sample(framing: Framing, payloads: &[&'static [u8]]) -> Sample {
    let payloads = payloads.to_vec();
    Sample { framing, payloads }
}

const SMALL: usize = 40;

pub(crate) fn all() -> Vec<Sample> {
    let mut samples = vec![
        sample(Framing::Raw(Raw { max: SMALL }), &[b"hello"]),
        sample(
            Framing::Netstring(Netstring { max: SMALL }),
            &[b"hey", b"", b",1:"],
        ),
        // A number of two digits does not fit in this header block.
        sample(headers(21, 10), &[b"nine byte"]),
        sample(headers(64, SMALL), &[b"hello", b"", b"\r\n\r\n"]),
    ];
    samples.extend(lines());
    samples.extend(delimiters());
    samples.extend([1, 3].map(fixed));
    samples.extend(columns());
    samples.extend(lengths());
    samples.extend(varints());
    samples.push(resp());
    samples.extend(http1());
    samples.extend([Masking::Unmasked, Masking::Masked].map(websocket));
    samples
}

fn headers(max_header: usize, max: usize) -> Framing {
    Framing::Headers(Headers { max_header, max })
}

fn lines() -> impl Iterator<Item = Sample> {
    let endings = [LineEnding::Lf, LineEnding::CrLf, LineEnding::Either];
    let strips = [Strip::Nothing, Strip::End, Strip::Both];
    let blanks = [Blank::Message, Blank::Skipped];
    let settings = endings
        .into_iter()
        .flat_map(move |ending| strips.map(|strip| (ending, strip)))
        .flat_map(move |(ending, strip)| blanks.map(|blank| (ending, strip, blank)));
    settings.map(|(ending, strip, blank)| {
        let line = Line {
            ending,
            strip,
            blank,
            max: SMALL,
        };
        sample(Framing::Line(line), &[b" a\r", b"", b"\t ", b"b\r "])
    })
}

fn delimiters() -> impl Iterator<Item = Sample> {
    let delimiters: [&[u8]; 4] = [b"\0", b"\r\n.\r\n", b"aab", b"--"];
    delimiters.into_iter().map(|bytes| {
        let delimiter = Delimiter::new(bytes, SMALL).expect("it has bytes");
        sample(Framing::Delimiter(delimiter), &[b"\r\n.", b"", b"aaa"])
    })
}

fn fixed(size: usize) -> Sample {
    let fixed = Fixed::new(size).expect("it is not 0");
    let whole = &b"abc"[..size];
    sample(Framing::Fixed(fixed), &[whole, whole])
}

fn columns() -> impl Iterator<Item = Sample> {
    let sides = [
        (Align::Left, Pad::Space),
        (Align::Right, Pad::Space),
        (Align::Right, Pad::Zero),
    ];
    let settings = [1, 2, 4, 10, 20].into_iter().flat_map(move |width| {
        sides.map(|(align, pad)| AsciiLength::new(width, align, pad, SMALL))
    });
    settings.map(|column| {
        let column = column.expect("it can be used");
        sample(Framing::AsciiLength(column), &[b"hey", b"", b"   5"])
    })
}

fn lengths() -> impl Iterator<Item = Sample> {
    let widths = [
        FieldWidth::U8,
        FieldWidth::U16,
        FieldWidth::U24,
        FieldWidth::U32,
        FieldWidth::U64,
    ];
    let endians = [Endian::Big, Endian::Little];
    let counts = [
        CountedBytes::Body,
        CountedBytes::FieldAndBody,
        CountedBytes::Message,
    ];
    widths
        .into_iter()
        .flat_map(move |width| endians.map(|endian| (width, endian)))
        .flat_map(move |(width, endian)| counts.map(|counts| (width, endian, counts)))
        .flat_map(|(width, endian, counts)| {
            [0, 1, 3].map(|offset| Length {
                width,
                endian,
                offset,
                counts,
                max: SMALL,
            })
        })
        .map(|length| sample(Framing::Length(length), &[b"abcd", b"abc", b"\0\0\0\0\0"]))
}

fn varints() -> impl Iterator<Item = Sample> {
    let encodings = [Varint::Leb128, Varint::Mqtt];
    let settings = encodings.into_iter().flat_map(|encoding| {
        [0, 1, 2].map(|offset| VarintLength {
            encoding,
            offset,
            max: 300,
        })
    });
    settings.map(|varint| {
        let long = &[7; 200];
        sample(Framing::VarintLength(varint), &[b"abcd", b"ab", long])
    })
}

fn resp() -> Sample {
    let resp = Resp {
        max_depth: 3,
        max: 60,
    };
    let payloads: [&[u8]; 8] = [
        b"GET k",
        b"+OK",
        b":-1",
        b"$-1\r\n",
        b"*2\r\n*-1\r\n*1\r\n#t\r\n",
        b"%1\r\n+a\r\n$0\r\n\r\n",
        b"",
        b"\"+\" \"\"",
    ];
    sample(Framing::Resp(resp), &payloads)
}

fn websocket(masking: Masking) -> Sample {
    let payloads: [&[u8]; 9] = [
        b"hello",
        b"",
        b"h\xc3\xa9",
        b"\xfffragments hel\xff\xfflo",
        b"\xffbinary \0\xff",
        b"\xffping x",
        b"\xffpong ",
        b"\xffclose",
        b"\xffclose 1000 bye",
    ];
    sample(
        Framing::WebSocket(WebSocket { masking, max: 300 }),
        &payloads,
    )
}

fn http1() -> [Sample; 4] {
    let framing = || Framing::Http1(Http1::limited_to(120, 3, SMALL));
    let requests: [&[u8]; 6] = [
        b"G / HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
        b"POST / HTTP/1.1\r\nHost:\r\ncontent-length: 00\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\
          3;a=b\r\nabc\r\n001\r\n\n\r\n0\r\nT: 1\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, CHUNKED\r\n\r\n0\r\n\r\n",
    ];
    let answers: [&[u8]; 6] = [
        b"HTTP/1.1 100 \r\n\r\n",
        b"HTTP/1.1 204\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    ];
    let until_close: [&[u8]; 2] = [b"HTTP/1.0 200\r\n\r\nhello\r\n", b"HTTP/1.1 200 OK\r\n\r\n"];
    [
        sample(framing(), &answers),
        sample(framing(), &until_close),
        sample(framing(), &requests),
        sample(framing(), &requests[1..]),
    ]
}
