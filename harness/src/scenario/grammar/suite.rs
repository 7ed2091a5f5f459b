//! Suites, scenarios and steps.

use super::framing::FRAMING_OF_SIDES;
use super::http::HTTP;
use super::websocket::{WEBSOCKET_MESSAGE, WEBSOCKET_TRIGGER};
use super::{Key, Shape, TableShape, Variants, optional, required};

const GIB: i64 = 1 << 30;

const LIMIT_OF_SUITE: &str = "write it in `limits` of the suite, before the first `[[scenario]]`";

const BESIDE_MANY: &str = "write it next to `many`: \
     `{ server = { many = { matches = 'row .*', example = 'row 1' }, until = 'end' } }`";

/// Keys that authors often write one level too high or too low, and the help for them.
pub(in crate::scenario) const MISPLACED: [(&str, &str); 11] = [
    (
        "within",
        "write it next to the side: `{ server = 'ok', within = '2s' }`; \
         to limit every step write `limits = { reply = '2s' }`",
    ),
    (
        "example",
        "write it inside the table of the side: `{ server = { matches = 'a+', example = 'a' } }`",
    ),
    (
        "capture",
        "write it inside the table of the side: `{ server = { any = true, capture = 'name' } }`",
    ),
    (
        "parameters",
        "write it at the top of the suite, before the first `[[scenario]]`",
    ),
    (
        "skips",
        "write it inside the table of the side: `{ server = { text = 'done', skips = 'progress .*' } }`",
    ),
    (
        "optional",
        "write it next to the side: `{ server = 'ok', optional = true }`",
    ),
    ("until", BESIDE_MANY),
    ("least", BESIDE_MANY),
    ("most", BESIDE_MANY),
    ("suite_bytes", LIMIT_OF_SUITE),
    ("pattern_states", LIMIT_OF_SUITE),
];

const MAX_SCENARIOS: usize = 10_000;
const MAX_STEPS: usize = 1_000;
const MAX_TAGS: usize = 32;
const MAX_ALTERNATIVES: usize = 64;
const MAX_IGNORED: usize = 64;
const MAX_UNORDERED: usize = 64;
const MAX_LEAST: i64 = 64;
const MAX_MOST: i64 = 1_000_000;

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
        )
        .example("title = 'Echo'"),
        optional("why", Shape::Text, "Why these scenarios matter."),
        required(
            "framing",
            FRAMING_OF_SIDES,
            "How messages are delimited in the stream, where a scenario does not say otherwise.",
        )
        .example("framing = 'line'"),
        optional(
            "parameters",
            Shape::Names(&PARAMETER),
            "Texts that the steps use as `${name}` and that `--set NAME=VALUE` replaces.",
        )
        .example("parameters = { target = '/' }"),
        LEVEL,
        SPEC,
        TAGS,
        PEER,
        optional(
            "limits",
            Shape::Table(&SUITE_LIMITS),
            "Limits on time and size.",
        ),
        ADVERSARY_KEY,
        IGNORE,
        REPLIES,
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

static PARAMETER: Shape = Shape::Either(&[Shape::Payload, Shape::Table(&PARAMETER_TABLE)]);

static PARAMETER_TABLE: TableShape = TableShape {
    what: "a parameter",
    keys: &[
        required(
            "default",
            Shape::Payload,
            "The value without `--set`, as text with escapes; the same in the whole run.",
        )
        .example("default = '/'"),
        optional(
            "about",
            Shape::Text,
            "What it is for, and what it must be for this server or client.",
        ),
    ],
};

static SCENARIO: TableShape = TableShape {
    what: "a scenario",
    keys: &[
        required(
            "id",
            Shape::Id,
            "The second part of the case ids. Do not change it: known failures refer to it.",
        )
        .example("id = 'answers-each-line'"),
        optional(
            "title",
            Shape::Text,
            "What a correct peer does, as a sentence; by default the id with spaces.",
        ),
        optional("why", Shape::Text, "Why the peer must do it."),
        optional(
            "framing",
            FRAMING_OF_SIDES,
            "How messages are delimited in the stream, if not as the suite says.",
        ),
        LEVEL,
        SPEC,
        TAGS,
        PEER,
        LIMITS_KEY,
        ADVERSARY_KEY,
        IGNORE,
        REPLIES,
        required(
            "exchange",
            Shape::List {
                of: &Shape::Variants(&STEP),
                min: 1,
                max: MAX_STEPS,
            },
            "The steps in order: what each side sends or does.",
        )
        .example("exchange = [{ client = 'hello' }, { server = 'ok' }]"),
    ],
};

const LEVEL: Key = optional(
    "level",
    Shape::Word(&["must", "should", "may"]),
    "How much a failure matters: a failed `must` fails the run; a failed `should` or `may` is reported as nonstrict.",
);
const SPEC: Key = optional(
    "spec",
    Shape::Text,
    "The sentence of the specification that requires it.",
);
const TAGS: Key = optional(
    "tags",
    Shape::List {
        of: &Shape::Id,
        min: 0,
        max: MAX_TAGS,
    },
    "Words to select scenarios with `--tag`.",
);
const PEER: Key = optional(
    "peer",
    Shape::Word(&["client", "server"]),
    "The only side that this tests; by default both. It is skipped when the other side is under test.",
);
const LIMITS_KEY: Key = optional("limits", Shape::Table(&LIMITS), "Limits on time and size.");
const ADVERSARY_KEY: Key = optional(
    "adversary",
    Shape::Table(&ADVERSARY),
    "What the protocol forbids wirecheck to do.",
);

const IGNORE: Key = optional(
    "ignore",
    Shape::List {
        of: &IGNORED_ENTRY,
        min: 0,
        max: MAX_IGNORED,
    },
    "Messages that a side may send at any time, and that are passed over wherever they come. The list of a scenario replaces that of its suite.",
);

const REPLIES: Key = optional(
    "replies",
    Shape::List {
        of: &REPLIES_ENTRY,
        min: 0,
        max: MAX_IGNORED,
    },
    "Messages that a side may send at any time, and what the other side replies. They are passed over as those of `ignore`; a reply is no part of the exchange. The list of a scenario replaces that of its suite.",
)
.example("replies = [{ server.matches = 'PING (?<token>.*)', reply = 'PONG ${token}' }]");

static REPLIES_ENTRY: Shape = Shape::Variants(&REPLY_ENTRY);

static REPLY_ENTRY: Variants = Variants {
    what: "an automatic reply",
    tag: "side",
    unknown: "not a side",
    only_one: ": the side that is replied to; what the other side sends is `reply`",
    tables: &[
        TableShape {
            what: "an automatic reply to the client",
            keys: &[
                required(
                    "client",
                    TRIGGER_OR_TEXT,
                    "A message that the client may send at any time.",
                ),
                SENT_REPLY,
            ],
        },
        TableShape {
            what: "an automatic reply to the server",
            keys: &[
                required(
                    "server",
                    TRIGGER_OR_TEXT,
                    "A message that the server may send at any time.",
                ),
                SENT_REPLY,
            ],
        },
    ],
};

const SENT_REPLY: Key = required(
    "reply",
    Shape::Either(&TEXT_OR_SENT_MESSAGE),
    "What the other side sends then, with the values that the message captures.",
)
.example("reply = 'PONG ${token}'");

static TEXT_OR_SENT_MESSAGE: [Shape; 2] = [Shape::Payload, Shape::Variants(&SENT_MESSAGE)];

static SENT_MESSAGE: Variants = Variants {
    what: "a reply",
    tag: "verb",
    unknown: "not a verb of a reply",
    only_one: ", or write two entries",
    tables: &[
        TableShape {
            what: "a text",
            keys: &[required(
                "text",
                Shape::Payload,
                "The reply, as text with escapes.",
            )],
        },
        TableShape {
            what: "a JSON reply",
            keys: &[required("json", Shape::Json, "The reply, as a JSON value.")],
        },
        TableShape {
            what: "a hex reply",
            keys: &[required(
                "hex",
                Shape::Text,
                "The reply, as pairs of hex digits; white space is ignored.",
            )],
        },
        TableShape {
            what: "a WebSocket reply",
            keys: &[required(
                "ws",
                Shape::Variants(&WEBSOCKET_MESSAGE),
                "A message of WebSocket that is no text; the framing must be `websocket`.",
            )],
        },
    ],
};

const TRIGGER_OR_TEXT: Shape = Shape::Either(&[Shape::Payload, Shape::Variants(&TRIGGER)]);

static TRIGGER: Variants = Variants {
    what: "a message that gets a reply",
    tag: "verb",
    unknown: "not a verb of a message that gets a reply",
    only_one: ", or write two entries",
    tables: &[
        TableShape {
            what: "a text that gets a reply",
            keys: &[required(
                "text",
                Shape::Payload,
                "The message, as text with escapes.",
            )],
        },
        TableShape {
            what: "a pattern of messages that get a reply",
            keys: &[
                required(
                    "matches",
                    Shape::Text,
                    "A regular expression for the whole message; its named groups are captured.",
                ),
                CAPTURE,
            ],
        },
        TableShape {
            what: "a hex message that gets a reply",
            keys: &[
                required(
                    "hex",
                    Shape::Text,
                    "The message, as hex digits; `??` is a byte of any value, `{name:2}` two bytes that become `${name}`, `..` the rest.",
                ),
                CAPTURE,
            ],
        },
        TableShape {
            what: "a JSON message that gets a reply",
            keys: &[
                required(
                    "json_subset",
                    Shape::Json,
                    "A JSON value that the message contains.",
                ),
                CAPTURE,
            ],
        },
        TableShape {
            what: "a WebSocket message that gets a reply",
            keys: &[required(
                "ws",
                Shape::Variants(&WEBSOCKET_TRIGGER),
                "A message of WebSocket; the framing must be `websocket`.",
            )
            .example("ws = { ping = { capture = 'data' } }")],
        },
    ],
};

static IGNORED_ENTRY: Shape = Shape::Variants(&IGNORED_STEP);

static IGNORED_STEP: Variants = Variants {
    what: "an ignored message",
    tag: "side",
    unknown: "not a side",
    only_one: ", or write two entries",
    tables: &[
        TableShape {
            what: "an ignored message of the client",
            keys: &[required(
                "client",
                IGNORED_OR_TEXT,
                "A message that the client may send at any time.",
            )],
        },
        TableShape {
            what: "an ignored message of the server",
            keys: &[required(
                "server",
                IGNORED_OR_TEXT,
                "A message that the server may send at any time.",
            )],
        },
    ],
};

const IGNORED_OR_TEXT: Shape = Shape::Either(&[Shape::Payload, Shape::Variants(&IGNORED)]);

static IGNORED: Variants = Variants {
    what: "an ignored message",
    tag: "verb",
    unknown: "not a key of an ignored message",
    only_one: ", or write two entries",
    tables: &[
        TableShape {
            what: "an ignored text",
            keys: &[required(
                "text",
                Shape::Payload,
                "The message, as text with escapes.",
            )],
        },
        TableShape {
            what: "an ignored pattern",
            keys: &[required(
                "matches",
                Shape::Text,
                "A regular expression for the whole message.",
            )],
        },
        TableShape {
            what: "an ignored hex message",
            keys: &[required(
                "hex",
                Shape::Text,
                "The message, as hex digits; `??` is a byte of any value, `..` the rest.",
            )],
        },
        TableShape {
            what: "an ignored JSON message",
            keys: &[required(
                "json_subset",
                Shape::Json,
                "A JSON value that the message contains.",
            )],
        },
    ],
};

const REPLY: Key = optional(
    "reply",
    Shape::Duration,
    "How long an answer may take; 5s by default.",
);
const CLOSE: Key = optional(
    "close",
    Shape::Duration,
    "How long closing may take; 5s by default.",
);
const CASES: Key = optional(
    "cases",
    Shape::Integer {
        min: 1,
        max: 10_000_000,
    },
    "The most cases of one scenario; 100000 by default.",
);
const STREAM_BYTES: Key = optional(
    "stream_bytes",
    Shape::Integer { min: 1, max: GIB },
    "The most bytes that one side sends in an exchange; 16 MiB by default.",
);
const REPLY_BYTES: Key = optional(
    "reply_bytes",
    Shape::Integer { min: 1, max: GIB },
    "The most bytes kept of a peer's answers in a case; 16 MiB by default.",
);
const OUTPUT_BYTES: Key = optional(
    "output_bytes",
    Shape::Integer { min: 1, max: GIB },
    "The most bytes kept of what a peer prints in a case; 1 MiB by default.",
);
const MEMORY_BYTES: Key = optional(
    "memory_bytes",
    Shape::Integer {
        min: 1 << 20,
        max: 1024 * GIB,
    },
    "The most bytes by which the peer's memory may grow during an uncut exchange; not judged by \
     default.",
);

/// Those that a scenario has too come first.
static LIMIT_KEYS: [Key; 9] = [
    REPLY,
    CLOSE,
    CASES,
    STREAM_BYTES,
    REPLY_BYTES,
    OUTPUT_BYTES,
    MEMORY_BYTES,
    optional(
        "suite_bytes",
        Shape::Integer {
            min: 1,
            max: 16 * GIB,
        },
        "The most bytes of all messages of the suite together; 256 MiB by default.",
    ),
    optional(
        "pattern_states",
        Shape::Integer { min: 1, max: GIB },
        "The most states of all regular expressions of the suite together, estimated; \
         5 million by default.",
    ),
];

static LIMITS: TableShape = TableShape {
    what: "`limits`",
    keys: LIMIT_KEYS.split_at(7).0,
};

static SUITE_LIMITS: TableShape = TableShape {
    what: "`limits` of a suite",
    keys: &LIMIT_KEYS,
};

static ADVERSARY: TableShape = TableShape {
    what: "`adversary`",
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
            "half_close",
            Shape::Flag,
            "May a side that has ended its stream still expect answers? true by default. With false, `half@*` and `fin+@*` are not played.",
        ),
        optional(
            "truncation",
            Shape::Either(&[
                Shape::Word(&["silent", "error", "any"]),
                Shape::Table(&TRUNCATION),
            ]),
            "How a peer may reply where the stream ends inside a message: `silent` (not at all), `error` (with anything but the answer to the whole message; the default) or `any`.",
        )
        .example("truncation = 'error'"),
        optional(
            "malformed",
            Shape::Either(&[
                Shape::Word(&["silent", "error", "any"]),
                Shape::Table(&MALFORMED),
            ]),
            "How a peer may reply to a message with a malformed header: `silent` (not at all), `error` (with anything but the answer to a valid message; the default) or `any`.",
        )
        .example("malformed = 'error'"),
        optional(
            "truncation_replies",
            Shape::Flag,
            "Older form: `true` is `truncation = 'any'`, `false` is `truncation = 'silent'`.",
        ),
    ],
};

static MALFORMED: TableShape = TableShape {
    what: "`malformed`",
    keys: &[required(
        "matches",
        Shape::Text,
        "A regular expression that is found in the reply to a message with a malformed header.",
    )
    .example("matches = '^-ERR Protocol error'")],
};

static TRUNCATION: TableShape = TableShape {
    what: "`truncation`",
    keys: &[required(
        "matches",
        Shape::Text,
        "A regular expression that is found in the reply to a truncated message.",
    )
    .example("matches = '^HTTP/1\\.1 400'")],
};

static STEP: Variants = Variants {
    what: "a step",
    tag: "side",
    unknown: "not a side",
    only_one: ", or write two steps",
    tables: &[
        TableShape {
            what: "a client's step",
            keys: &[
                required("client", ACTION_OR_TEXT, "What the client sends or does."),
                ON,
                WITHIN,
                OPTIONAL,
            ],
        },
        TableShape {
            what: "a server's step",
            keys: &[
                required("server", ACTION_OR_TEXT, "What the server sends or does."),
                ON,
                WITHIN,
                OPTIONAL,
            ],
        },
        TableShape {
            what: "a change of the framing",
            keys: &[
                required(
                    "framing",
                    FRAMING_OF_SIDES,
                    "How the messages of all later steps are delimited. A client sends them when all \
                     earlier ones of the server have come.",
                ),
                ON,
            ],
        },
    ],
};

const ON: Key = optional(
    "on",
    Shape::Id,
    "The connection of the step, if there are several. All are opened before the first step, in the order in which the exchange names them. Deliveries cut one of them at a time.",
)
.example("{ on = 'bob', server = 'hi' }");

const WITHIN: Key = optional(
    "within",
    Shape::Duration,
    "How long this step may take, if not `limits.reply`.",
);
const OPTIONAL: Key = optional(
    "optional",
    Shape::True,
    "The side may leave the message out. wirecheck sends it when it plays this side.",
);
const ACTION_OR_TEXT: Shape = Shape::Either(&[Shape::Payload, Shape::Variants(&ACTION)]);

const CAPTURE: Key = optional(
    "capture",
    Shape::Either(&[Shape::Name, Shape::Names(&Shape::Text)]),
    "Stores the message as the variable `${name}`: the whole message under one name, or parts of a JSON message by JSON pointer.",
);

const SKIPS: Key = optional(
    "skips",
    Shape::Text,
    "A regular expression for whole messages that the peer may send before this one, any number of them.",
)
.example("skips = '250-.*'");

pub(super) const EXAMPLE_OF_PATTERN: &str =
    "A message that matches; wirecheck sends it when it plays this side.";

static ACTION: Variants = Variants {
    what: "an action",
    tag: "verb",
    unknown: "not a verb",
    only_one: ", or write two steps",
    tables: &ACTION_TABLES,
};

/// Those of one message.
static MESSAGE: Variants = Variants {
    what: "a message",
    tag: "verb",
    unknown: "not a verb of a message",
    only_one: ", or write two messages",
    tables: ACTION_TABLES.split_at(MESSAGE_TABLES).0,
};

static TEXT_OR_MESSAGE: [Shape; 2] = [Shape::Payload, Shape::Variants(&MESSAGE)];

static MESSAGE_OR_TEXT: Shape = Shape::Either(&TEXT_OR_MESSAGE);

const MESSAGE_TABLES: usize = 12;

/// Those of one message come first.
static ACTION_TABLES: [TableShape; 17] = [
    TableShape {
        what: "a text message",
        keys: &[
            required("text", Shape::Payload, "The message, as text with escapes."),
            CAPTURE,
            SKIPS,
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
            SKIPS,
        ],
    },
    TableShape {
        what: "a hex message",
        keys: &[
            required(
                "hex",
                Shape::Text,
                "The message, as pairs of hex digits; white space is ignored. `??` is a byte of any value, `{name:2}` two bytes that become `${name}`, `..` the rest of the message.",
            ),
            optional(
                "example",
                Shape::Text,
                "A message that matches, in hex; wirecheck sends it when it plays this side. Required where some bytes have any value.",
            ),
            CAPTURE,
            SKIPS,
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
            SKIPS,
        ],
    },
    TableShape {
        what: "a message from a file",
        keys: &[
            required(
                "file",
                Shape::Text,
                "The message, as the content of a file in the suite's folder.",
            ),
            CAPTURE,
            SKIPS,
        ],
    },
    TableShape {
        what: "raw bytes",
        keys: &[required(
            "raw",
            Shape::Either(&[Shape::Payload, Shape::Table(&RAW_PATTERN)]),
            "Bytes that bypass the framing: as text with escapes, or as a pattern, which ends after the first bytes that it matches.",
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
            required("example", Shape::Payload, EXAMPLE_OF_PATTERN),
            CAPTURE,
            SKIPS,
        ],
    },
    TableShape {
        what: "a part of a JSON message",
        keys: &[
            required(
                "json_subset",
                Shape::Json,
                "A JSON value that the message must contain.",
            ),
            optional(
                "example",
                Shape::Json,
                "A message that contains the value; by default the value itself.",
            ),
            CAPTURE,
            SKIPS,
        ],
    },
    TableShape {
        what: "any message",
        keys: &[
            required("any", Shape::True, "Any one message."),
            optional(
                "example",
                Shape::Payload,
                "What wirecheck sends when it plays this side; `any` by default.",
            ),
            CAPTURE,
            SKIPS,
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
                "The accepted messages; wirecheck sends the first.",
            ),
            CAPTURE,
            SKIPS,
        ],
    },
    TableShape {
        what: "an HTTP message",
        keys: &[
            required(
                "http",
                Shape::Variants(&HTTP),
                "A request or an answer of HTTP/1.1; the framing must be `http1`.",
            )
            .example("http = { method = 'GET', target = '/' }"),
            CAPTURE,
            SKIPS,
        ],
    },
    TableShape {
        what: "a WebSocket message",
        keys: &[
            required(
                "ws",
                Shape::Variants(&WEBSOCKET_MESSAGE),
                "A message of WebSocket that is no text, or a text in fragments; the framing must be `websocket`.",
            )
            .example("ws = { ping = 'x' }"),
            CAPTURE,
            SKIPS,
        ],
    },
    TableShape {
        what: "messages in any order",
        keys: &[required(
            "unordered",
            Shape::List {
                of: &MESSAGE_OR_TEXT,
                min: 2,
                max: MAX_UNORDERED,
            },
            "Several messages, each of them once, in any order; wirecheck sends them in this order.",
        )],
    },
    TableShape {
        what: "a repeated message",
        keys: &[
            required(
                "many",
                Shape::Either(&TEXT_OR_MESSAGE),
                "A message that comes several times. wirecheck sends it twice when it plays this side, or `least` times if that is more, or `most` times if that is less.",
            )
            .example("many = { matches = 'row .*', example = 'row 1' }"),
            required("until", Shape::Either(&TEXT_OR_MESSAGE), "The message that comes after them.")
                .example("until = 'end'"),
            optional(
                "least",
                Shape::Integer {
                    min: 0,
                    max: MAX_LEAST,
                },
                "How often the repeated message comes at least; 0 by default.",
            ),
            optional(
                "most",
                Shape::Integer {
                    min: 1,
                    max: MAX_MOST,
                },
                "How often the repeated message comes at most; 10000 by default.",
            ),
        ],
    },
    TableShape {
        what: "a close",
        keys: &[required(
            "close",
            Shape::Word(&["write", "full", "reset", "fin", "any"]),
            "How the side closes: `write` (half-close), `full` or `reset`; expected of the peer also `fin` or `any`.",
        )],
    },
    TableShape {
        what: "an output",
        keys: &[required(
            "prints",
            Shape::Payload,
            "A text that the side's process prints.",
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
];

static RAW_PATTERN: TableShape = TableShape {
    what: "a raw pattern",
    keys: &[
        required(
            "matches",
            Shape::Text,
            "A regular expression. The message is the shortest beginning of the stream that the whole expression matches; its named groups are captured.",
        ),
        required(
            "example",
            Shape::Payload,
            "Bytes that match; wirecheck sends them when it plays this side.",
        ),
    ],
};

pub(super) static REPEAT: TableShape = TableShape {
    what: "a repetition",
    keys: &[
        required("text", Shape::Payload, "What is repeated."),
        required(
            "times",
            Shape::Integer { min: 1, max: GIB },
            "How many times; bounded by `limits.stream_bytes`.",
        ),
        optional("before", Shape::Payload, "What comes once before it."),
        optional("after", Shape::Payload, "What comes once after it."),
    ],
};
