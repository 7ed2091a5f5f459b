//! Suites: from TOML to valid types.
//!
//! In: the text of a file. Out: a [`Suite`], or a [`SuiteError`] that shows every error
//! at its place. A `Suite` that exists is valid: the framing can carry its messages, its
//! patterns match their examples, and no side sends after its end.
//!
//! This module does no I/O and knows no clock. The caller reads the files that a suite
//! refers to ([`Attachments`]).

mod byte_pattern;
mod check;
mod connection;
mod diagnostic;
mod duration;
mod exchange;
mod exchange_framing;
mod grammar;
mod http;
mod ignored;
mod json;
mod json_match;
mod message;
mod name;
mod parameter;
mod parse;
mod part;
mod pattern;
mod payload;
mod prefix_search;
mod refusal;
mod schema;
mod suite;
mod template;
mod toml_value;

pub use byte_pattern::BytePattern;
pub(crate) use check::nearest;
pub use connection::ConnectionPart;
pub use diagnostic::{Diagnostic, FileKind, Severity, Style, SuiteError};
pub use duration::{DurationError, parse as parse_duration};
pub use exchange::{Action, Close, Obligation, Side, Step};
pub use exchange_framing::{ExchangeFramings, SideFramings};
pub use http::HttpPattern;
pub use ignored::{AutomaticReply, IgnoredMessage};
pub use message::{Body, Capture, Captured, Message};
pub use name::{ConnectionName, EditName, NameError, ScenarioId, SuiteId};
pub use parameter::{Parameter, ParameterName, ParameterSetting, ParameterValue, SettingError};
pub use parse::{Attachments, NoAttachments, parse, parse_framing};
pub use part::{ExchangePart, KeptStep};
pub use pattern::MessagePattern;
pub use prefix_search::{PrefixEnd, PrefixSearch};
pub use refusal::Refusal;
pub use schema::schema;
pub use suite::{Adversary, Level, Limits, Permission, Scenario, Suite, TruncationReply};
pub use template::{Bindings, BoundValue, JsonTemplate, Overflow, Template, VariableName};
