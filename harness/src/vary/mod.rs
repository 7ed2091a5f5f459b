//! Variations of an exchange, for fuzzing a peer over TCP.
//!
//! In: a scenario and random choices. Out: other messages of wirecheck's side, and, once the
//! peer has answered them, a suite in which the peer's own answers are what is expected.
//!
//! Nothing has to know what the answers mean: however the same bytes are delivered, they must be
//! answered in the same way. The suite is played like any other.
//!
//! - [`source`]: what one side sends in a scenario;
//! - [`change`]: what can be changed in it, as proptest strategies;
//! - [`generator`]: variations, one after the other, of scenarios and of what showed
//!   something new;
//! - [`answers`]: what the peer sent;
//! - [`learned`]: the suite of a variation and its answers.

pub(crate) mod answers;
pub(crate) mod change;
pub(crate) mod generator;
pub(crate) mod learned;
pub(crate) mod source;
