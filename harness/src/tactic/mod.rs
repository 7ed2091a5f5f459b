//! From the bytes of an exchange to deliveries.
//!
//! In: the bytes that one side sends, with their regions ([`Script`]); what the protocol
//! allows ([`Allowances`]); malformed headers ([`HeaderEdit`]); and how much to try
//! ([`PlanOptions`]). Out: a [`Plan`] that makes [`Case`]s one at a time. A case is a
//! [`Tactic`] with a stable id, and a [`Delivery`] that says exactly what is sent.
//!
//! ```text
//! Script ─▶ StreamLayout ─▶ Points ─▶ Plan ─▶ Case { Tactic, Delivery } ─▶ chunks
//!           (edges)         (offsets)                          └─▶ smaller deliveries
//! ```
//!
//! Everything here is a pure function of these values. This module knows no sockets, no
//! clock and no answers. It decides what is sent and in which pieces, never when.

mod apply;
mod carry;
mod case;
mod content;
mod delivery;
mod exchange;
mod family;
mod filter;
mod glob;
mod headers;
mod id;
mod layout;
mod lengths;
mod notation;
mod offset;
mod parts;
mod plan;
mod points;
mod profile;
mod random;
mod rules;
#[cfg(test)]
mod sample;
mod script;
mod shrink;
mod stop_point;

pub use crate::scenario::{EditName, NameError, ScenarioId, SuiteId};
pub use apply::{ChunkPieces, DeliveredChunk, FitError, Piece};
pub use carry::ScriptPart;
pub use case::{Case, CaseId, CaseIdError};
pub use content::ContentVariation;
pub(crate) use content::{Content, with_line_ends};
pub use delivery::{Delivery, DeliveryEnd, EditError, OtherConnections, Reading, StreamEdit};
pub use exchange::CaseChoice;
pub(crate) use exchange::sends_learnt_values;
pub use family::TacticFamily;
pub use filter::{TacticFilter, TacticPattern};
pub use glob::{CaseGlob, GlobError, TacticGlob};
pub use headers::{HeaderEdit, HeaderEditError};
pub use id::{MalformedHeader, Neighbours, Tactic, TacticError};
pub use layout::{Allowances, Connections, HalfClose, Pipelining, SOCKET_BUFFERS, ShortSends};
pub use lengths::LengthError;
pub use notation::{NotationError, NotationProblem};
pub use offset::Offset;
pub use parts::smaller_parts;
pub use plan::{Plan, PlanOptions};
pub use profile::{Profile, ProfileError};
pub use random::{Salt, Seed};
pub use script::{OutMessage, Script};
pub use shrink::Weight;
pub(crate) use shrink::blocks;
pub use stop_point::StopPoint;
