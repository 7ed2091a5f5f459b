//! Sockets, exact delivery, kernel observations: the only room that touches the
//! network.
//!
//! In come an address, bytes and deadlines; out go typed observations. This room
//! does not know what the bytes mean, whether a close was legal, or what a suite
//! is. It never folds two observations into one: a timeout, an end of stream, a
//! reset and a refusal stay four different things.
//!
//! - [`diag`] asks the kernel for the peer's socket: has it read, has it been
//!   accepted, has it been closed;
//! - [`link`] is one TCP connection which hands a chunk over and knows that the
//!   peer has *read* it before the next one leaves;
//! - [`watch`] looks at the peer's processes: asleep or not, processor time,
//!   descriptors, memory.
//!
//! Exact delivery needs the peer on this host, in this network namespace, under
//! Linux. Everywhere else a chunk is followed by a pause and counted as
//! unverified, with the reason.

pub mod diag;
pub mod link;
pub mod watch;
