//! Records as text for a terminal.
//!
//! In comes a [`Record`](crate::Record), or several, and the terminal's
//! [`Width`]; out comes text with ANSI styles, each part ending in a line feed.
//! Whoever prints it sends it through `anstream`, which takes the styles out
//! where nobody wants them: the words are the same without them.
//!
//! All text passes through `line::Line`, which escapes whatever a terminal
//! could take for an instruction: what a peer says cannot move the cursor.
//!
//! This available does no I/O, asks no environment and knows no clock.

mod failure;
mod header;
mod line;
mod matrix;
mod page;
mod progress;
mod shell;
mod style;
mod summary;
mod table;
mod width;

pub use failure::{Explain, failure};
pub use header::{PlannedSuite, header, left_out};
pub use matrix::{MatrixColumns, MatrixRow, PeerForm, matrix};
pub use progress::{ScenarioProgress, progress_line};
pub use summary::summary;
pub use table::table;
pub use width::TerminalWidth;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
