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
mod json_match;
mod message;
mod name;
mod parse;
mod payload;
mod refusal;
mod schema;
mod suite;
mod template;
mod toml_value;

pub(crate) use check::nearest;
pub use diagnostic::{Diagnostic, Severity, Style, SuiteError};
pub use duration::{DurationError, parse as parse_duration};
pub use exchange::{Action, Close, Side, Step};
pub use message::{Body, Capture, Captured, Message, MessagePattern};
pub use name::{EditName, NameError, ScenarioId, SuiteId};
pub use parse::{Attachments, NoAttachments, parse};
pub use refusal::Refusal;
pub use schema::schema;
pub use suite::{Adversary, Level, Limits, Permission, Scenario, Suite};
pub use template::{Bindings, BoundValue, JsonTemplate, Template, VariableName};
