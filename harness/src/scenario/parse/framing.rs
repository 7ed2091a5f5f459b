//! From a framing's table to a [`Framing`].

use super::fields::{self, Fields, Node};
use super::source::SuiteSource;
use crate::framing::{
    Align, AsciiLength, Blank, CountedBytes, DEFAULT_MAX, Delimiter, Endian, FieldWidth, Fixed,
    Framing, FramingError, Headers, Http1, Length, Line, LineEnding, Netstring, Pad, Raw, Resp,
    Strip, Varint, VarintLength, WebSocket,
};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::exchange_framing::SideFramings;

/// Reads the value of `framing`: one for both sides, or one for each.
pub(super) fn read(node: &Node<'_>, source: &mut SuiteSource<'_>) -> Option<SideFramings> {
    let sides = fields::of(node).filter(|fields| fields.has("client") && fields.has("server"));
    let Some(sides) = sides else {
        return read_one(node, source).map(SideFramings::both);
    };
    let client = read_one(sides.get("client")?, source);
    let server = read_one(sides.get("server")?, source);
    Some(SideFramings {
        client: client?,
        server: server?.of_server(),
    })
}

/// Reads a framing: a word, or a table with one key.
pub(super) fn read_one(node: &Node<'_>, source: &mut SuiteSource<'_>) -> Option<Framing> {
    if let Some(word) = node.get_ref().as_str() {
        return plain(word);
    }
    let (kind, value) = fields::of(node)?.entries().next()?;
    let parameters = fields::of(value)?;
    match of_kind(kind, &parameters, source)? {
        Ok(framing) => Some(framing),
        Err(unusable) => {
            let span = value.span();
            let is_inside =
                |fault: &Diagnostic| span.start <= fault.span.start && fault.span.end <= span.end;
            // A parameter that is out of range has its own error.
            if !source.faults.iter().any(is_inside) {
                let label = unusable.to_string();
                let fault = Diagnostic::new("invalid framing", span, label);
                source.faults.push(fault);
            }
            None
        }
    }
}

fn plain(word: &str) -> Option<Framing> {
    Some(match word {
        "raw" => Framing::Raw(Raw::default()),
        "line" => Framing::Line(Line::default()),
        "netstring" => Framing::Netstring(Netstring::default()),
        "headers" => Framing::Headers(Headers::default()),
        "http1" => Framing::Http1(Http1::default()),
        "resp" => Framing::Resp(Resp::default()),
        "websocket" => Framing::WebSocket(WebSocket::default()),
        _ => return None,
    })
}

fn of_kind(
    kind: &str,
    parameters: &Fields<'_>,
    source: &mut SuiteSource<'_>,
) -> Option<Result<Framing, FramingError>> {
    let max = parameters.number("max").unwrap_or(DEFAULT_MAX);
    Some(Ok(match kind {
        "raw" => Framing::Raw(Raw { max }),
        "line" => Framing::Line(line(parameters, max)),
        "netstring" => Framing::Netstring(Netstring { max }),
        "length" => Framing::Length(length(parameters, max)?),
        "varint_length" => Framing::VarintLength(varint_length(parameters, max)?),
        "headers" => {
            let max_header = parameters
                .number("max_header")
                .unwrap_or_else(|| Headers::default().max_header);
            Framing::Headers(Headers { max_header, max })
        }
        "http1" => Framing::Http1(http1(parameters, max)),
        "resp" => {
            let max_depth = parameters
                .number("max_depth")
                .unwrap_or_else(|| Resp::default().max_depth);
            Framing::Resp(Resp { max_depth, max })
        }
        "websocket" => Framing::WebSocket(WebSocket {
            max,
            ..WebSocket::default()
        }),
        "delimiter" => {
            let bytes = source.payload(parameters.get("bytes")?, &|_| false)?;
            let bytes = bytes.fill(&crate::scenario::Bindings::example());
            return Some(Delimiter::new(bytes, max).map(Framing::Delimiter));
        }
        "fixed" => return Some(Fixed::new(parameters.number("size")?).map(Framing::Fixed)),
        "ascii_length" => return Some(ascii_length(parameters, max)?.map(Framing::AsciiLength)),
        _ => return None,
    }))
}

fn line(parameters: &Fields<'_>, max: usize) -> Line {
    Line {
        ending: match parameters.text("ending") {
            Some("crlf") => LineEnding::CrLf,
            Some("either") => LineEnding::Either,
            _ => LineEnding::Lf,
        },
        strip: match parameters.text("strip") {
            Some("end") => Strip::End,
            Some("both") => Strip::Both,
            _ => Strip::Nothing,
        },
        blank: match parameters.text("blank") {
            Some("skipped") => Blank::Skipped,
            _ => Blank::Message,
        },
        max,
    }
}

fn ascii_length(parameters: &Fields<'_>, max: usize) -> Option<Result<AsciiLength, FramingError>> {
    let align = match parameters.text("align") {
        Some("right") => Align::Right,
        _ => Align::Left,
    };
    let pad = match parameters.text("pad") {
        Some("zero") => Pad::Zero,
        _ => Pad::Space,
    };
    Some(AsciiLength::new(
        parameters.number("width")?,
        align,
        pad,
        max,
    ))
}

fn length(parameters: &Fields<'_>, max: usize) -> Option<Length> {
    Some(Length {
        width: match parameters.text("type")? {
            "u8" => FieldWidth::U8,
            "u16" => FieldWidth::U16,
            "u24" => FieldWidth::U24,
            "u32" => FieldWidth::U32,
            "u64" => FieldWidth::U64,
            _ => return None,
        },
        endian: match parameters.text("endian") {
            Some("little") => Endian::Little,
            _ => Endian::Big,
        },
        offset: parameters.number("offset").unwrap_or(0),
        counts: match parameters.text("counts") {
            Some("field_and_body") => CountedBytes::FieldAndBody,
            Some("message") => CountedBytes::Message,
            _ => CountedBytes::Body,
        },
        max,
    })
}

fn http1(parameters: &Fields<'_>, max: usize) -> Http1 {
    let Http1 {
        max_header,
        max_fields,
        ..
    } = Http1::default();
    let max_header = parameters.number("max_header").unwrap_or(max_header);
    let max_fields = parameters.number("max_fields").unwrap_or(max_fields);
    Http1::limited_to(max_header, max_fields, max)
}

fn varint_length(parameters: &Fields<'_>, max: usize) -> Option<VarintLength> {
    Some(VarintLength {
        encoding: match parameters.text("encoding")? {
            "leb128" => Varint::Leb128,
            "mqtt" => Varint::Mqtt,
            _ => return None,
        },
        offset: parameters.number("offset").unwrap_or(0),
        max,
    })
}
