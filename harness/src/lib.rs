//! wirecheck tests whether a program reads TCP as a *stream*, not as packets.
//!
//! You describe an exchange once, in a suite. wirecheck plays one side of it against your
//! implementation over TCP, delivers the same bytes in every way TCP may deliver them, and
//! reports which deliveries change what the implementation does, and why.
//!
//! This library runs wirecheck from a test. A server of your own, as a program:
//!
//! ```no_run
//! # fn main() -> Result<(), wirecheck::CheckError> {
//! wirecheck::Check::suite("echo.toml")
//!     .command(["target/debug/echo", "--port", "{port}"])
//!     .run()?
//!     .assert_passed();
//! # Ok(())
//! # }
//! ```
//!
//! A server in the same process. This one takes each `read` for a message, and fails:
//!
//! ```
//! use std::io::{Read, Write};
//! use std::net::TcpListener;
//!
//! use wirecheck::{Check, Profile};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let listener = TcpListener::bind("127.0.0.1:0")?;
//! let addr = listener.local_addr()?;
//! std::thread::spawn(move || {
//!     for stream in listener.incoming() {
//!         std::thread::spawn(move || {
//!             let mut stream = stream?;
//!             let mut buffer = [0; 1024];
//!             loop {
//!                 let len = stream.read(&mut buffer)?;
//!                 if len == 0 {
//!                     return Ok::<(), std::io::Error>(());
//!                 }
//!                 stream.write_all(&[b"you said: ", &buffer[..len]].concat())?;
//!             }
//!         });
//!     }
//! });
//!
//! let suite = "
//!     title = 'Echo'
//!     framing = 'line'
//!     [[scenario]]
//!     id = 'answers-each-line'
//!     exchange = [{ client = 'hi ${unique}' }, { server = 'you said: hi ${unique}' }]
//! ";
//! let report = Check::suite_text("echo.toml", suite)
//!     .connect(addr)
//!     .profile(Profile::Quick)
//!     .run()?;
//! assert!(!report.passed());
//! assert_eq!(report.defects()[0].code, "F07");
//! # Ok(())
//! # }
//! ```
//!
//! - [`Check`] says what is checked, and runs it: [`Check::run`] on this thread,
//!   [`Check::run_async`] from an async test.
//! - [`Report`] has the failures as values, prints as the command does (feature `terminal`),
//!   and fails a test with [`Report::assert_passed`].
//! - [`framer`] tests the part of a program that makes messages of bytes, in process.
//! - [`record`] is the data model of a run, as the command writes it.
//!
//! `examples/` has a file for each kind of peer. The command itself is the feature `cli`,
//! which is on by default; a library user turns it off with `default-features = false`.

#![warn(missing_docs)]

mod background;
mod check;
pub mod framer;
mod report;

pub use check::{Check, CheckError};
pub use report::{Failure, Report};
pub use tactic::Profile;
pub use wirecheck_report::record;
pub use wirecheck_report::record::{Record, Verdict};

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod diagnose;
#[doc(hidden)]
pub mod engine;
#[doc(hidden)]
pub mod framing;
#[cfg(feature = "cli")]
mod fuzz;
#[doc(hidden)]
pub mod judge;
#[doc(hidden)]
pub mod load;
#[doc(hidden)]
pub mod peer;
#[cfg(feature = "cli")]
mod replay;
#[doc(hidden)]
pub mod scenario;
#[doc(hidden)]
pub mod tactic;
mod vary;
#[doc(hidden)]
pub mod wire;
