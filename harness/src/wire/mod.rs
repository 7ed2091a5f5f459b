//! Sockets, exact delivery and kernel observations: the only module that touches the
//! network.
//!
//! In come an address, bytes and deadlines; out go typed observations. This module does
//! not know what the bytes mean, whether a close was legal, or what a suite is. It never
//! merges two observations into one: a timeout, an end of stream, a reset and a refusal
//! stay four different values.
//!
//! - [`link`] is one TCP connection. It sends a chunk and waits until the peer has *read*
//!   it before it sends the next one.
//! - [`diag`] asks the kernel about the peer's socket: what it has read, whether it was
//!   accepted, whether it was closed.
//! - [`watch`] looks at the peer's processes: whether they are idle, which timers they have.
//!
//! Exact delivery needs the peer on this host, in this network namespace, under Linux.
//! Elsewhere [`link`] pauses after each chunk and reports it as unverified, with the reason.

pub mod diag;
pub mod link;
#[cfg(target_os = "linux")]
pub(crate) mod proc;
mod thread_state;
pub mod watch;
