//! The implementation under test: start, readiness, output, resources, stop.
//!
//! In come a command line and a few bounds; out go a running peer, where it can
//! be reached, what it printed and how it ended. This room does not know what is
//! said over the connection, and never opens one: a server is ready when the
//! kernel shows that one of its processes listens.
//!
//! - [`CommandLine`] is what the user typed, with `{port}` and `{host}` in it;
//! - [`Server`] is started once and serves many cases;
//! - [`Client`] is started once for each case;
//! - [`Outside`] is a server that ran before we came and runs on after us;
//! - [`Output`], [`Mark`] and [`Heard`] are what a peer prints.
//!
//! # Nothing is left behind
//!
//! A peer leads a process group of its own, so that a Ctrl-C at the terminal does
//! not reach it and one signal reaches all of it. Dropping it ends that group.
//! Three nets lie one below the other:
//!
//! 1. `Drop` ends the group, and after it every process that has left the group
//!    but was born of this peer (it carries the peer's brand in its environment,
//!    or holds the peer's listening socket).
//! 2. If wirecheck is killed and nothing is dropped, a guardian ends the groups
//!    and whatever carries the brand: one small shell, started with the first
//!    peer, asleep until the pipe that only wirecheck holds is closed.
//! 3. The brand is there from the first instruction of the program, so there is no
//!    moment between its birth and the word to the guardian.
//!
//! `PR_SET_PDEATHSIG` would do less and cost more: it fires when the *thread* that
//! started the peer ends, it does not reach grandchildren, and setting it needs
//! `unsafe` code between `fork` and `exec`, which keeps the standard library from
//! its fast way to start a process. There is no `unsafe` in this room.
//!
//! Systems other than Linux have none of the nets but `Drop`, for the direct child.

mod client;
mod command;
mod ended;
mod error;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;
mod output;
mod outside;
mod port;
mod process;
mod server;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
use other as system;

pub use client::{Client, Waited};
pub use command::{CommandLine, EmptyCommand};
pub use ended::{Ended, Manner, Stopped, Stray};
pub use error::{StartError, Unstartable};
pub use output::{Heard, Mark, Output, Stream};
pub use outside::{Outside, OutsideError, Owner};
pub use server::{Server, StartOptions};
