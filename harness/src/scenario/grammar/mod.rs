//! The structure of a suite file, as data.
//!
//! [`super::check`] checks a file against these tables, and [`super::schema`] prints
//! them as a JSON Schema. So an editor and `wirecheck check` agree about structure.

mod framing;
mod http;
mod suite;
mod websocket;

pub(in crate::scenario) use framing::ONLY_FRAMING;
pub(in crate::scenario) use suite::{MISPLACED, SUITE};

/// A table with a known set of keys.
#[derive(Debug)]
pub(in crate::scenario) struct TableShape {
    /// For messages: "a suite", "a step".
    pub(in crate::scenario) what: &'static str,
    pub(in crate::scenario) keys: &'static [Key],
}

#[derive(Debug)]
pub(in crate::scenario) struct Key {
    pub(in crate::scenario) name: &'static str,
    pub(in crate::scenario) presence: Presence,
    pub(in crate::scenario) shape: Shape,
    /// Shown by editors, through the schema.
    pub(in crate::scenario) doc: &'static str,
    /// A correct line, where the shape does not show how to write it.
    pub(in crate::scenario) example: Option<&'static str>,
}

impl Key {
    const fn example(mut self, example: &'static str) -> Self {
        self.example = Some(example);
        self
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::scenario) enum Presence {
    Required,
    Optional,
}

#[derive(Debug)]
pub(in crate::scenario) enum Shape {
    /// Text for people.
    Text,
    /// Bytes to send, with wirecheck's escapes and variables.
    Payload,
    /// A suite's or a scenario's id.
    Id,
    /// The name of a variable.
    Name,
    /// `500ms`, `2s`.
    Duration,
    /// A whole number within bounds, both included.
    Integer { min: i64, max: i64 },
    /// `true` or `false`.
    Flag,
    /// `true`, where `false` would mean nothing.
    True,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Anything that JSON can express.
    Json,
    List {
        of: &'static Self,
        min: usize,
        max: usize,
    },
    /// A table with known keys.
    Table(&'static TableShape),
    /// One of several tables; its first key says which.
    Variants(&'static Variants),
    /// A table whose keys are variable names.
    Names(&'static Self),
    /// A table whose keys are names of HTTP fields.
    Fields(&'static Self),
    /// A short form or a long one; their TOML types differ.
    Either(&'static [Self]),
}

/// Several tables; a value is exactly one of them. The first key says which.
#[derive(Debug)]
pub(in crate::scenario) struct Variants {
    /// For messages: "a step".
    pub(in crate::scenario) what: &'static str,
    /// What the first key is, for messages: "verb".
    pub(in crate::scenario) tag: &'static str,
    /// What an unknown first key is, for messages: "not a verb".
    pub(in crate::scenario) unknown: &'static str,
    /// What to do about two first keys, after "keep one of them".
    pub(in crate::scenario) only_one: &'static str,
    pub(in crate::scenario) tables: &'static [TableShape],
}

impl TableShape {
    pub(in crate::scenario) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// The key by which this variant is recognised.
    pub(in crate::scenario) fn tag(&self) -> &'static Key {
        self.keys
            .first()
            .expect("every variant has its tag as first key")
    }
}

const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key {
        name,
        presence: Presence::Required,
        shape,
        doc,
        example: None,
    }
}

const fn optional(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key {
        name,
        presence: Presence::Optional,
        shape,
        doc,
        example: None,
    }
}
