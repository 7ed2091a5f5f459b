//! Fuzzing of framers in other languages.
//!
//! In: the bytes that a side sends in the exchanges of suites, and a program that reads
//! streams on its standard input. Out: the smallest stream that it reads wrongly.
//!
//! - [`protocol`]: what wirecheck and the program send to each other, lines of text;
//! - [`pipes`]: its standard input and output;
//! - [`program`]: the program, as a subject of [`framer`](crate::framer);
//! - [`inputs`]: the streams of suites and files;
//! - [`campaign`]: tries them, then generated ones until the time is over, and shrinks what
//!   fails;
//! - [`adapters`]: programs for a start, one for each language.

pub(crate) mod adapters;
pub(crate) mod campaign;
pub(crate) mod inputs;
mod pipes;
pub(crate) mod program;
mod protocol;
