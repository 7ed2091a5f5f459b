//! A suite, its scenarios, their steps.

use super::framing::FRAMING;
use super::{Key, Shape, TableShape, Variants, optional, required};

const GIB: i64 = 1 << 30;

/// Keys that are easily written a level too high or too low, and how they are
/// written where they belong.
pub(in crate::scenario) const MISPLACED: [(&str, &str); 3] = [
    (
        "within",
        "it stands beside a step's speaker: `{ server = 'ok', within = '2s' }`; \
         for all steps write `limits = { reply = '2s' }`",
    ),
    (
        "example",
        "it stands beside a step's verb: `{ server = { matches = 'a+', example = 'a' } }`",
    ),
    (
        "capture",
        "it stands beside a step's verb: `{ server = { any = true, capture = 'name' } }`",
    ),
];

/// The most scenarios one suite may hold.
const MAX_SCENARIOS: usize = 10_000;
/// The most steps one exchange may have.
const MAX_STEPS: usize = 1_000;
const MAX_TAGS: usize = 32;
const MAX_ALTERNATIVES: usize = 64;

pub(in crate::scenario) static SUITE: TableShape = TableShape {
    what: "a suite",
    keys: &[
        optional(
            "id",
            Shape::Id,
            "The first part of every case id; by default the file's name without `.toml`.",
        ),
        required(
            "title",
            Shape::Text,
            "What the suite is about, in a few words.",
        ),
        optional("why", Shape::Text, "Why these scenarios matter."),
        required("framing", FRAMING, "How messages lie in the stream.").example("framing = 'line'"),
        LEVEL,
        SPEC,
        TAGS,
        PEER,
        LIMITS_KEY,
        ADVERSARY_KEY,
        required(
            "scenario",
            Shape::List {
                of: &Shape::Table(&SCENARIO),
                min: 1,
                max: MAX_SCENARIOS,
            },
            "The scenarios, in the order in which they are shown.",
        )
        .example("[[scenario]]"),
    ],
};

static SCENARIO: TableShape = TableShape {
    what: "a scenario",
    keys: &[
        required(
            "id",
            Shape::Id,
            "The second part of the case ids; stable for ever.",
        ),
        optional(
            "title",
            Shape::Text,
            "What holds, as a sentence; by default the id in words.",
        ),
        optional("why", Shape::Text, "Why it must hold."),
        LEVEL,
        SPEC,
        TAGS,
        PEER,
        LIMITS_KEY,
        ADVERSARY_KEY,
        required(
            "exchange",
            Shape::List {
                of: &Shape::Variants(&STEP),
                min: 1,
                max: MAX_STEPS,
            },
            "Who says what, in order.",
        )
        .example("exchange = [{ client = 'hello' }, { server = 'ok' }]"),
    ],
};

const LEVEL: Key = optional(
    "level",
    Shape::Word(&["must", "should", "may"]),
    "How much it matters: a broken `must` fails the run, a broken `should` is reported as nonstrict.",
);
const SPEC: Key = optional(
    "spec",
    Shape::Text,
    "The citation: which sentence of which document asks for it.",
);
const TAGS: Key = optional(
    "tags",
    Shape::List {
        of: &Shape::Id,
        min: 0,
        max: MAX_TAGS,
    },
    "Words to select scenarios by.",
);
const PEER: Key = optional(
    "peer",
    Shape::Word(&["client", "server"]),
    "Who it is about, if not about both: where the other one is under test it is left out.",
);
const LIMITS_KEY: Key = optional("limits", Shape::Table(&LIMITS), "Bounds on time and size.");
const ADVERSARY_KEY: Key = optional(
    "adversary",
    Shape::Table(&ADVERSARY),
    "What this protocol lets a difficult partner do; what it forbids is not tried.",
);

static LIMITS: TableShape = TableShape {
    what: "limits",
    keys: &[
        optional(
            "reply",
            Shape::Duration,
            "How long an answer may take; 5s by default.",
        ),
        optional(
            "close",
            Shape::Duration,
            "How long closing may take; 5s by default.",
        ),
        optional(
            "cases",
            Shape::Integer {
                min: 1,
                max: 10_000_000,
            },
            "The most cases of one scenario; 100000 by default.",
        ),
        optional(
            "stream_bytes",
            Shape::Integer { min: 1, max: GIB },
            "The most bytes one side may say in an exchange; 16 MiB by default.",
        ),
        optional(
            "reply_bytes",
            Shape::Integer { min: 1, max: GIB },
            "The most bytes kept of a peer's answers in a case; 16 MiB by default.",
        ),
        optional(
            "output_bytes",
            Shape::Integer { min: 1, max: GIB },
            "The most bytes kept of what a peer prints in a case; 1 MiB by default.",
        ),
    ],
};

static ADVERSARY: TableShape = TableShape {
    what: "an adversary",
    keys: &[
        optional(
            "pipelining",
            Shape::Flag,
            "May a client send its next message before the last is answered? true by default.",
        ),
        optional(
            "concurrent",
            Shape::Flag,
            "May there be several connections at once? true by default.",
        ),
        optional(
            "truncation_replies",
            Shape::Flag,
            "May a message that is cut off be answered (an error reply)? false by default.",
        ),
    ],
};

static STEP: Variants = Variants {
    what: "a step",
    tag: "a speaker",
    tables: &[
        TableShape {
            what: "a client's step",
            keys: &[
                required("client", ACTION_OR_TEXT, "What the client says or does."),
                WITHIN,
            ],
        },
        TableShape {
            what: "a server's step",
            keys: &[
                required("server", ACTION_OR_TEXT, "What the server says or does."),
                WITHIN,
            ],
        },
    ],
};

const WITHIN: Key = optional(
    "within",
    Shape::Duration,
    "How long this step may take, if not `limits.reply`.",
);
const ACTION_OR_TEXT: Shape = Shape::Either(&[Shape::Payload, Shape::Variants(&ACTION)]);

const CAPTURE: Key = optional(
    "capture",
    Shape::Either(&[Shape::Name, Shape::Names(&Shape::Text)]),
    "Keeps what was said for `${name}`: the whole message under one name, or parts of a JSON message by JSON pointer.",
);

static ACTION: Variants = Variants {
    what: "what a side says or does",
    tag: "a verb",
    tables: &[
        TableShape {
            what: "a text message",
            keys: &[
                required("text", Shape::Payload, "The message, as text with escapes."),
                CAPTURE,
            ],
        },
        TableShape {
            what: "a JSON message",
            keys: &[
                required(
                    "json",
                    Shape::Json,
                    "The message, as a JSON value; compared as JSON.",
                ),
                CAPTURE,
            ],
        },
        TableShape {
            what: "a hex message",
            keys: &[
                required(
                    "hex",
                    Shape::Text,
                    "The message, as pairs of hex digits; white space is free.",
                ),
                CAPTURE,
            ],
        },
        TableShape {
            what: "a large message",
            keys: &[
                required(
                    "repeat",
                    Shape::Table(&REPEAT),
                    "The message, as a text repeated.",
                ),
                CAPTURE,
            ],
        },
        TableShape {
            what: "a message from a file",
            keys: &[
                required(
                    "file",
                    Shape::Text,
                    "The message, as the content of a file beside the suite.",
                ),
                CAPTURE,
            ],
        },
        TableShape {
            what: "raw bytes",
            keys: &[required(
                "raw",
                Shape::Payload,
                "Bytes past the framing, as they stand.",
            )],
        },
        TableShape {
            what: "a pattern",
            keys: &[
                required(
                    "matches",
                    Shape::Text,
                    "A regular expression for the whole message; its named groups are captured.",
                ),
                required(
                    "example",
                    Shape::Payload,
                    "A message that matches: what wirecheck says when it speaks this step.",
                ),
                CAPTURE,
            ],
        },
        TableShape {
            what: "a part of a JSON message",
            keys: &[
                required(
                    "json_subset",
                    Shape::Json,
                    "A JSON value of which each part must be found in the message.",
                ),
                optional(
                    "example",
                    Shape::Json,
                    "A message that holds it, if the value itself would not do.",
                ),
                CAPTURE,
            ],
        },
        TableShape {
            what: "any message",
            keys: &[
                required("any", Shape::True, "Any one message will do."),
                optional(
                    "example",
                    Shape::Payload,
                    "What wirecheck says when it speaks this step; `any` by default.",
                ),
                CAPTURE,
            ],
        },
        TableShape {
            what: "one of several messages",
            keys: &[
                required(
                    "one_of",
                    Shape::List {
                        of: &Shape::Payload,
                        min: 1,
                        max: MAX_ALTERNATIVES,
                    },
                    "The messages of which one is expected; wirecheck speaks the first.",
                ),
                CAPTURE,
            ],
        },
        TableShape {
            what: "a close",
            keys: &[required(
                "close",
                Shape::Word(&["write", "full", "reset", "fin", "any"]),
                "How the side ends: `write` (half), `full`, `reset`; expected of the other: `fin`, `reset`, `any`.",
            )],
        },
        TableShape {
            what: "an output",
            keys: &[required(
                "prints",
                Shape::Payload,
                "A text that the side prints.",
            )],
        },
        TableShape {
            what: "an exit",
            keys: &[required(
                "exits",
                Shape::Integer { min: 0, max: 255 },
                "The code with which the side's process ends.",
            )],
        },
    ],
};

static REPEAT: TableShape = TableShape {
    what: "a repetition",
    keys: &[
        required("text", Shape::Payload, "What is repeated."),
        required(
            "times",
            Shape::Integer { min: 1, max: GIB },
            "How often; bounded by `limits.stream_bytes`.",
        ),
    ],
};
