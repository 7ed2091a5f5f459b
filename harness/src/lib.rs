//! wirecheck proves that a program reads a *stream*, not packets.
//!
//! An exchange is described once, in a suite; wirecheck plays one side of it
//! against any implementation over TCP, delivers the same bytes in every way
//! TCP may deliver them, and says which deliveries change what the
//! implementation does.
//!
//! The rooms, in the order in which data flows through them:
//!
//! - [`framing`]: how messages lie in a stream; encodes and decodes, does no I/O;
//! - [`scenario`]: suites, from TOML to types that cannot be wrong;
//! - [`tactic`]: an exchange's bytes become deliveries;
//! - [`peer`]: the implementation under test: start, readiness, output, stop;
//! - [`wire`]: sockets, exact delivery, what the kernel shows of the peer;
//! - [`judge`]: compares what the peer did with what the exchange expects of it;
//! - [`diagnose`]: the defect catalogue; which failures and passes mean which defect.
//!
//! [`load`] reads suites from disk.
//!
//! The command (`cli`) is a feature; without it the library builds with none of
//! the command's crates.

#[cfg(feature = "cli")]
pub mod cli;
pub mod diagnose;
pub mod engine;
pub mod framing;
pub mod judge;
pub mod load;
pub mod peer;
pub mod scenario;
pub mod tactic;
pub mod wire;
