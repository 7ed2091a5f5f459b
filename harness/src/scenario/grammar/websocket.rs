//! Messages of WebSocket that are no texts, or that are sent in fragments.

use super::suite::REPEAT;
use super::{Shape, TableShape, Variants, optional, required};

const MOST_FRAGMENTS: usize = 1_000;

pub(super) static WEBSOCKET_MESSAGE: Variants = Variants {
    what: "a WebSocket message",
    tag: "kind",
    unknown: "not a kind of WebSocket message",
    only_one: ", or write two steps",
    tables: &[
        TableShape {
            what: "a binary message",
            keys: &[required("binary", CONTENT, "A binary message.")
                .example("binary = { hex = '00 ff' }")],
        },
        TableShape {
            what: "a ping",
            keys: &[required("ping", CONTENT, "A ping with this payload.")],
        },
        TableShape {
            what: "a pong",
            keys: &[required("pong", CONTENT, "A pong with this payload.")],
        },
        TableShape {
            what: "a close frame",
            keys: &[required(
                "close",
                Shape::Either(&[CODE, Shape::Word(&["any", "empty"]), Shape::Table(&CLOSE)]),
                "A close frame: its code, `empty` without one, or `any`, which accepts each and \
                 sends 1000.",
            )
            .example("close = 1000")],
        },
        TableShape {
            what: "a fragmented message",
            keys: &[required(
                "fragments",
                Shape::List {
                    of: &Shape::Payload,
                    min: 1,
                    max: MOST_FRAGMENTS,
                },
                "A text message, sent in these fragments. The peer may fragment its own in any way.",
            )],
        },
    ],
};

/// What a peer may send at any time and is replied to.
pub(super) static WEBSOCKET_TRIGGER: Variants = Variants {
    what: "a WebSocket message that gets a reply",
    tag: "kind",
    unknown: "not a kind of WebSocket message that gets a reply",
    only_one: ", or write two entries",
    tables: &[TableShape {
        what: "a ping",
        keys: &[required(
            "ping",
            Shape::Either(&[Shape::Payload, Shape::Table(&ANY_PING)]),
            "A ping with this payload, or with any payload, which is captured.",
        )
        .example("ping = { capture = 'data' }")],
    }],
};

static ANY_PING: TableShape = TableShape {
    what: "a ping with any payload",
    keys: &[required(
        "capture",
        Shape::Name,
        "Stores the payload as the variable `${name}`.",
    )],
};

const CODE: Shape = Shape::Integer {
    min: 1000,
    max: 4999,
};

static CLOSE: TableShape = TableShape {
    what: "a close frame",
    keys: &[
        required("code", CODE, "The code."),
        optional("reason", Shape::Payload, "The reason, in UTF-8."),
    ],
};

const CONTENT: Shape = Shape::Either(&[Shape::Payload, Shape::Variants(&BYTES)]);

static BYTES: Variants = Variants {
    what: "bytes",
    tag: "kind",
    unknown: "not a way to write bytes",
    only_one: "",
    tables: &[
        TableShape {
            what: "bytes in hex",
            keys: &[required(
                "hex",
                Shape::Text,
                "Pairs of hex digits; white space is ignored.",
            )],
        },
        TableShape {
            what: "repeated bytes",
            keys: &[required(
                "repeat",
                Shape::Table(&REPEAT),
                "A text repeated.",
            )],
        },
    ],
};
