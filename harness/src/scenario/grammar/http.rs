//! Messages of HTTP/1.1.

use super::suite::EXAMPLE_OF_PATTERN;
use super::{Key, Shape, TableShape, Variants, optional, required};

const MOST_VALUES: usize = 64;
const MOST_CHUNKS: usize = 1_000;
const MOST_RANGES: usize = 16;

const STATUS_CODE: Shape = Shape::Integer { min: 100, max: 999 };
const STATUS_CLASS: Shape = Shape::Word(&["1xx", "2xx", "3xx", "4xx", "5xx"]);
const STATUS_WORD: Shape = Shape::Word(&["1xx", "2xx", "3xx", "4xx", "5xx", "any", "same"]);

pub(super) static HTTP: Variants = Variants {
    what: "an HTTP message",
    tag: "kind",
    unknown: "not a key of an HTTP message",
    only_one: ": a message is a request or an answer",
    tables: &[
        TableShape {
            what: "a request",
            keys: &[
                required("method", Shape::Text, "The method of the request.")
                    .example("method = 'GET'"),
                optional(
                    "target",
                    VALUE,
                    "The target of the request; if it is left out `/` is sent and any is accepted.",
                ),
                FIELDS,
                BODY,
                CHUNKED,
                FRAMING,
            ],
        },
        TableShape {
            what: "an answer",
            keys: &[
                required(
                    "status",
                    Shape::Either(&[
                        STATUS_CODE,
                        STATUS_WORD,
                        Shape::List {
                            of: &Shape::Either(&[STATUS_CODE, STATUS_CLASS]),
                            min: 1,
                            max: MOST_RANGES,
                        },
                    ]),
                    "The status: a code, a class, several of them, `any`, or `same`, which is that of the baseline.",
                )
                .example("status = 200"),
                FIELDS,
                BODY,
                CHUNKED,
                FRAMING,
            ],
        },
    ],
};

/// A text, or a pattern.
const VALUE: Shape = Shape::Either(&[Shape::Payload, Shape::Table(&PATTERN)]);

static PATTERN: TableShape = TableShape {
    what: "a pattern",
    keys: &[
        required(
            "matches",
            Shape::Text,
            "A regular expression for all of it.",
        ),
        required("example", Shape::Payload, EXAMPLE_OF_PATTERN),
    ],
};

const FIELDS: Key = optional(
    "fields",
    Shape::Fields(&FIELD_VALUE),
    "Fields by name, in any case; others may be there too. Several fields of one name are a list. \
     A request that does not name Host is sent with one.",
);

static FIELD_VALUE: Shape = Shape::Either(&[
    Shape::Payload,
    Shape::List {
        of: &Shape::Payload,
        min: 1,
        max: MOST_VALUES,
    },
    Shape::Variants(&FIELD),
]);

static FIELD: Variants = Variants {
    what: "a field",
    tag: "kind",
    unknown: "not a key of a field",
    only_one: "",
    tables: &[
        TableShape {
            what: "a pattern",
            keys: &[
                required(
                    "matches",
                    Shape::Text,
                    "A regular expression for the whole value.",
                ),
                required("example", Shape::Payload, EXAMPLE_OF_PATTERN),
            ],
        },
        TableShape {
            what: "an absent field",
            keys: &[required(
                "absent",
                Shape::True,
                "There is no field of this name.",
            )],
        },
    ],
};

const BODY_SHAPE: Shape = Shape::Either(&[Shape::Payload, Shape::Variants(&BODY_FORMS)]);

const BODY: Key = optional(
    "body",
    BODY_SHAPE,
    "The body, without the framing of its chunks; if it is left out any is accepted.",
);

static BODY_FORMS: Variants = Variants {
    what: "a body",
    tag: "verb",
    unknown: "not a key of a body",
    only_one: "",
    tables: &[
        TableShape {
            what: "a JSON body",
            keys: &[required(
                "json",
                Shape::Json,
                "The body as JSON; compared as JSON.",
            )],
        },
        TableShape {
            what: "a part of a JSON body",
            keys: &[
                required(
                    "json_subset",
                    Shape::Json,
                    "A JSON value that the body must contain.",
                ),
                optional(
                    "example",
                    Shape::Json,
                    "A body that contains the value; by default the value itself.",
                ),
            ],
        },
        TableShape {
            what: "a pattern",
            keys: &[
                required(
                    "matches",
                    Shape::Text,
                    "A regular expression for the whole body.",
                ),
                required("example", Shape::Payload, EXAMPLE_OF_PATTERN),
            ],
        },
        TableShape {
            what: "the body of the baseline",
            keys: &[required(
                "same",
                Shape::True,
                "The body is the same as in the baseline.",
            )],
        },
    ],
};

const CHUNKED: Key = optional(
    "chunked",
    Shape::List {
        of: &Shape::Payload,
        min: 1,
        max: MOST_CHUNKS,
    },
    "The body as the contents of the chunks that are sent; it is accepted in any framing.",
);

const FRAMING: Key = optional(
    "framing",
    Shape::Word(&["none", "length", "chunked", "close"]),
    "How the end of the body is shown: by no body at all, Content-Length, chunks, or the end of \
     the stream. If it is left out, any is accepted.",
);
