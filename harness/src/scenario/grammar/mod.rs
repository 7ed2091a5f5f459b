//! What a suite file may contain, said once.
//!
//! The checker ([`super::check`]) holds a file against these tables, and the
//! JSON Schema ([`super::schema`]) is printed from them, so that an editor and
//! `wirecheck check` never disagree about structure.

mod framing;
mod suite;

pub(in crate::scenario) use suite::{MISPLACED, SUITE};

/// A table with a known set of keys.
#[derive(Debug)]
pub(in crate::scenario) struct TableShape {
    /// What the table is, for messages: "a suite", "a step".
    pub(in crate::scenario) what: &'static str,
    pub(in crate::scenario) keys: &'static [Key],
}

/// One key of a table.
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

/// Whether a table can do without a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::scenario) enum Presence {
    Required,
    Optional,
}

/// What stands behind a key.
#[derive(Debug)]
pub(in crate::scenario) enum Shape {
    /// Text for people.
    Text,
    /// Bytes for the wire, written with wirecheck's escapes.
    Payload,
    /// A suite's or a scenario's id.
    Id,
    /// A name for a captured value.
    Name,
    /// `500ms`, `2s`.
    Duration,
    /// A whole number within bounds, both included.
    Integer { min: i64, max: i64 },
    /// `true` or `false`.
    Flag,
    /// `true`, where `false` would mean nothing.
    True,
    /// One of a few words.
    Word(&'static [&'static str]),
    /// Anything that JSON can express.
    Json,
    /// So many of one shape.
    List {
        of: &'static Self,
        min: usize,
        max: usize,
    },
    /// A table with known keys.
    Table(&'static TableShape),
    /// A table that is one of several, told apart by its first key.
    Variants(&'static Variants),
    /// A table with free names as keys.
    Names(&'static Self),
    /// A short form or a long one, told apart by their TOML types.
    Either(&'static [Self]),
}

/// Several tables of which a value is exactly one; each is known by its first
/// key.
#[derive(Debug)]
pub(in crate::scenario) struct Variants {
    /// What the value is, for messages.
    pub(in crate::scenario) what: &'static str,
    /// What its first key says, for messages: "a verb".
    pub(in crate::scenario) tag: &'static str,
    pub(in crate::scenario) tables: &'static [TableShape],
}

impl TableShape {
    pub(in crate::scenario) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// The key that tells this table from the other variants.
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
