//! The implementation under test: start, readiness, output, stop.
//!
//! In come a command line and a few limits; out go a running peer, the address at which it
//! can be reached, what it printed and how it exited. This module does not know what is sent
//! over the connection, and never opens one: a server is ready when the kernel shows that one
//! of its processes waits for connections.
//!
//! - [`CommandLine`] is what the user wrote, with `{port}` and `{host}` in it;
//! - [`Server`] is started once and serves many cases;
//! - [`Client`] is started once for each case;
//! - [`ExternalServer`] is a server that wirecheck neither starts nor stops;
//! - [`Output`], [`OutputMark`] and [`OutputWait`] are what a peer prints.
//!
//! # No process is left behind
//!
//! A peer leads a process group of its own, so that a Ctrl-C at the terminal does not reach
//! it and one signal reaches all of it. Three mechanisms stop its processes:
//!
//! 1. `Drop` kills the group. For a server it also kills every process that left the group
//!    but has the peer's tag in its environment, holds the peer's listening socket, or descends
//!    from the process that was started. The command (not the library) adopts what lost its
//!    parent too ([`adopt_orphans`]), and ends it at the latest with the run.
//! 2. If wirecheck is killed and nothing is dropped, a guardian kills the groups and every
//!    process with a tag of this run. It is one small shell that is started with the first
//!    peer and waits until the pipe that only wirecheck holds is closed.
//! 3. The tag is there from the first instruction of the program. So a process is never
//!    missed between its start and the message to the guardian.
//!
//! `PR_SET_PDEATHSIG` would do less: it is sent when the *thread* that started the peer ends,
//! and it does not reach grandchildren. It also needs `unsafe` code between `fork` and `exec`,
//! which makes the standard library start processes more slowly. This module has no `unsafe`.
//!
//! Systems other than Linux have only `Drop`, for the direct child.

mod client;
mod command;
mod error;
mod exit;
mod external;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;
mod output;
mod port;
mod process;
mod resources;
mod server;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
use other as system;

pub use client::{Client, WaitResult};
pub use command::{CommandLine, EmptyCommand};
pub use error::{StartError, StartFailure};
pub use exit::{EscapedProcess, ExitStatus, StopCause, Stopped};
pub use external::{ExternalServer, ExternalServerError, ServerProcess};
pub use output::{Output, OutputMark, OutputPosition, OutputWait, PrintedStream};
pub use resources::{Memory, Resources, close_waits};
pub use server::{DelayedStart, Server, StartOptions};
pub use system::adopt_orphans;

/// Ends what peers left behind and this process has adopted. Returns what still runs.
#[must_use]
pub fn end_orphans() -> Vec<EscapedProcess> {
    system::kill_orphans().survivors
}

/// A connection was made to a peer: it may have left a process that has ended since.
pub fn count_connection() {
    system::count_connection();
}
