//! The framings and their parameters.

use super::{Key, Shape, TableShape, Variants, optional, required};

const MIB: i64 = 1 << 20;
const GIB: i64 = 1 << 30;

/// A framing without required parameters may be written as a word.
pub(super) const FRAMING: Shape = Shape::Either(&FRAMING_SHAPES);

static FRAMING_SHAPES: [Shape; 2] = [Shape::Word(&WORDS), Shape::Variants(&FRAMINGS)];

/// The framings of both sides.
pub(super) const FRAMING_OF_SIDES: Shape =
    Shape::Either(&[Shape::Word(&WORDS), Shape::Variants(&FRAMINGS_OF_SIDES)]);

static WORDS: [&str; 7] = [
    "raw",
    "line",
    "netstring",
    "headers",
    "http1",
    "resp",
    "websocket",
];

/// A framing alone.
pub(in crate::scenario) static ONLY_FRAMING: TableShape = TableShape {
    what: "a framing",
    keys: &[required("framing", FRAMING, "How messages are delimited.")],
};

const MAX_KEY: Key = optional(
    "max",
    Shape::Integer { min: 1, max: GIB },
    "The longest message in bytes; 1 MiB by default.",
);
const OFFSET: Key = optional(
    "offset",
    Shape::Integer { min: 0, max: 64 },
    "How many bytes of each payload come before the length field (a type, a version); 0 by default.",
);

static FRAMINGS: Variants = Variants {
    what: "a framing",
    tag: "kind",
    unknown: "not a framing",
    only_one: ": a side has one framing at a time",
    tables: FRAMING_TABLES.split_at(12).0,
};

static FRAMINGS_OF_SIDES: Variants = Variants {
    what: "a framing",
    tag: "kind",
    unknown: "not a framing",
    only_one: ": a side has one framing at a time",
    tables: &FRAMING_TABLES,
};

/// Those of one side come first.
static FRAMING_TABLES: [TableShape; 13] = [
    TableShape {
        what: "a framing",
        keys: &[required(
            "raw",
            Shape::Table(&RAW),
            "No boundaries: the stream is the message.",
        )],
    },
    TableShape {
        what: "a framing",
        keys: &[required("line", Shape::Table(&LINE), "Text lines.")],
    },
    TableShape {
        what: "a framing",
        keys: &[required(
            "delimiter",
            Shape::Table(&DELIMITER),
            "Messages that end with a byte string.",
        )
        .example("delimiter = { bytes = '\\r\\n' }")],
    },
    TableShape {
        what: "a framing",
        keys: &[required(
            "fixed",
            Shape::Table(&FIXED),
            "Messages that are all of one size.",
        )
        .example("fixed = { size = 16 }")],
    },
    TableShape {
        what: "a framing",
        keys: &[required(
            "ascii_length",
            Shape::Table(&ASCII_LENGTH),
            "A decimal length in a column, then the body.",
        )
        .example("ascii_length = { width = 10 }")],
    },
    TableShape {
        what: "a framing",
        keys: &[required(
            "length",
            Shape::Table(&LENGTH),
            "A binary length, then the body.",
        )
        .example("length = { type = 'u32' }")],
    },
    TableShape {
        what: "a framing",
        keys: &[required(
            "varint_length",
            Shape::Table(&VARINT_LENGTH),
            "A length of variable width, then the body.",
        )
        .example("varint_length = { encoding = 'leb128' }")],
    },
    TableShape {
        what: "a framing",
        keys: &[required(
            "netstring",
            Shape::Table(&NETSTRING),
            "Netstrings, e.g. `5:hello,`.",
        )],
    },
    TableShape {
        what: "a framing",
        keys: &[required(
            "headers",
            Shape::Table(&HEADERS),
            "Header lines with Content-Length, a blank line, the body.",
        )],
    },
    TableShape {
        what: "a framing",
        keys: &[required(
            "http1",
            Shape::Table(&HTTP1),
            "HTTP/1.1 messages: start line, fields, body.",
        )],
    },
    TableShape {
        what: "a framing",
        keys: &[required(
            "resp",
            Shape::Table(&RESP),
            "The Redis serialisation protocol.",
        )],
    },
    TableShape {
        what: "a framing",
        keys: &[required(
            "websocket",
            Shape::Table(&WEBSOCKET),
            "Messages of WebSocket, after the opening handshake.",
        )],
    },
    TableShape {
        what: "a framing of each side",
        keys: &[
            required(
                "client",
                Shape::Either(&FRAMING_SHAPES),
                "How the messages of the client are delimited.",
            ),
            required(
                "server",
                Shape::Either(&FRAMING_SHAPES),
                "How the messages of the server are delimited.",
            )
            .example("server = 'line'"),
        ],
    },
];

static WEBSOCKET: TableShape = TableShape {
    what: "a websocket framing",
    keys: &[optional(
        "max",
        Shape::Integer { min: 1, max: GIB },
        "The longest message in bytes, put together from its fragments; 1 MiB by default.",
    )],
};

static RAW: TableShape = TableShape {
    what: "a raw framing",
    keys: &[MAX_KEY],
};

static LINE: TableShape = TableShape {
    what: "a line framing",
    keys: &[
        optional(
            "ending",
            Shape::Word(&["lf", "crlf", "either"]),
            "How a line ends; lf by default. `either` writes lf and reads both.",
        ),
        optional(
            "strip",
            Shape::Word(&["nothing", "end", "both"]),
            "Which white space around a line is dropped; nothing by default.",
        ),
        optional(
            "blank",
            Shape::Word(&["message", "skipped"]),
            "Whether a blank line is a message or skipped; message by default.",
        ),
        MAX_KEY,
    ],
};

static DELIMITER: TableShape = TableShape {
    what: "a delimiter framing",
    keys: &[
        required("bytes", Shape::Payload, "What each message ends with.")
            .example("bytes = '\\r\\n'"),
        MAX_KEY,
    ],
};

static FIXED: TableShape = TableShape {
    what: "a fixed framing",
    keys: &[required(
        "size",
        Shape::Integer {
            min: 1,
            max: 16 * MIB,
        },
        "The size of every message in bytes.",
    )],
};

static ASCII_LENGTH: TableShape = TableShape {
    what: "an ascii_length framing",
    keys: &[
        required(
            "width",
            Shape::Integer { min: 1, max: 20 },
            "How many columns the length takes.",
        )
        .example("width = 10"),
        optional(
            "align",
            Shape::Word(&["left", "right"]),
            "The side of the column where the digits are; left by default.",
        ),
        optional(
            "pad",
            Shape::Word(&["space", "zero"]),
            "What fills the column up; space by default.",
        ),
        MAX_KEY,
    ],
};

static LENGTH: TableShape = TableShape {
    what: "a length framing",
    keys: &[
        required(
            "type",
            Shape::Word(&["u8", "u16", "u24", "u32", "u64"]),
            "How wide the length field is.",
        )
        .example("type = 'u32'"),
        optional(
            "endian",
            Shape::Word(&["big", "little"]),
            "Which byte comes first; big by default.",
        ),
        OFFSET,
        optional(
            "counts",
            Shape::Word(&["body", "field_and_body", "message"]),
            "What the length counts: the bytes after the field (the default), the field too, or the whole message.",
        ),
        MAX_KEY,
    ],
};

static VARINT_LENGTH: TableShape = TableShape {
    what: "a varint_length framing",
    keys: &[
        required(
            "encoding",
            Shape::Word(&["leb128", "mqtt"]),
            "How the length is written.",
        )
        .example("encoding = 'leb128'"),
        OFFSET,
        MAX_KEY,
    ],
};

static NETSTRING: TableShape = TableShape {
    what: "a netstring framing",
    keys: &[MAX_KEY],
};

static HEADERS: TableShape = TableShape {
    what: "a headers framing",
    keys: &[
        optional(
            "max_header",
            Shape::Integer { min: 32, max: MIB },
            "The longest header block in bytes; 8192 by default.",
        ),
        MAX_KEY,
    ],
};

static HTTP1: TableShape = TableShape {
    what: "an http1 framing",
    keys: &[
        optional(
            "max_header",
            Shape::Integer { min: 32, max: MIB },
            "The longest head in bytes, with its empty line; 65536 by default. It also limits the trailers, and all chunk extensions together.",
        ),
        optional(
            "max_fields",
            Shape::Integer {
                min: 1,
                max: 10_000,
            },
            "The most fields of a message; 200 by default.",
        ),
        optional(
            "max",
            Shape::Integer { min: 1, max: GIB },
            "The longest body in bytes, without the sizes of its chunks; 1 MiB by default.",
        ),
    ],
};

static RESP: TableShape = TableShape {
    what: "a resp framing",
    keys: &[
        optional(
            "max_depth",
            Shape::Integer { min: 1, max: 1_000 },
            "How deep arrays may nest; 32 by default.",
        ),
        MAX_KEY,
    ],
};
