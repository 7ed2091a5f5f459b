//! Suites: from TOML to types that cannot be wrong.
//!
//! In comes a file's text, out comes a [`Suite`], or a [`SuiteError`] that shows
//! every fault at its place. A `Suite` that exists is valid: its messages fit its
//! framing, its patterns match their examples, nobody speaks after the end.
//!
//! This room reads no files and knows no clock; what a suite refers to is handed
//! in ([`Attachments`]).

mod check;
mod diagnostic;
mod duration;
mod exchange;
mod grammar;
mod json;
mod likeness;
mod message;
mod name;
mod parse;
mod payload;
mod schema;
mod suite;
mod template;

pub(crate) use check::nearest;
pub use diagnostic::{Diagnostic, Severity, Style, SuiteError};
pub use duration::{DurationError, parse as parse_duration};
pub use exchange::{Action, Close, Side, Step};
pub use message::{Body, Capture, Captured, Message, Pattern, Refusal};
pub use name::{EditName, NameError, ScenarioId, SuiteId};
pub use parse::{Attachments, NoAttachments, parse};
pub use schema::schema;
pub use suite::{Adversary, Level, Limits, Permission, Scenario, Suite};
pub use template::{Bindings, Bound, JsonTemplate, Name, Template};
