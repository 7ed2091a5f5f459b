//! Records as text for a terminal.
//!
//! A [`Record`] or several and a [`TerminalWidth`] come in; text with ANSI styles comes out,
//! each part ending with a line feed. The caller prints it through `anstream`, which removes
//! the styles where they are not wanted. The words are the same without them.
//!
//! All text passes through `line::StyledLine`, which escapes what a terminal would
//! interpret: the output of a peer cannot move the cursor.
//!
//! This module does no I/O and reads neither the environment nor the clock.

mod comparison;
mod disagreement;
mod failure;
mod header;
mod line;
mod matrix;
mod page;
mod progress;
mod replay;
mod style;
mod summary;
mod table;
mod width;

pub use crate::repeat::SavedIn;
pub use comparison::comparison;
pub use disagreement::disagreements;
#[cfg(feature = "formats")]
pub(crate) use failure::block as failure_block;
pub use failure::{BlockLayout, Detail, failure, failures};
pub use header::{PlannedSuite, header, left_out};
#[cfg(feature = "formats")]
pub(crate) use matrix::{MatrixCell, titles};
pub use matrix::{MatrixColumns, MatrixRow, PeerForm, matrix};
pub use progress::{ScenarioProgress, first_failure, progress_line};
pub use replay::{ReplayVerdict, replay_header, replay_result};
pub use summary::{MatrixOutcome, matrix_verdict, peer_verdict, summary, verdict};
pub use table::table;
pub use width::TerminalWidth;

use crate::Record;

/// The table, and the block of each scenario that did not pass.
#[must_use]
pub fn results(record: &Record, saved_in: SavedIn<'_>, layout: impl Into<BlockLayout>) -> String {
    let layout = layout.into();
    let table = table(record, layout.width);
    let failures = failures(record, saved_in, layout);
    let gap = if failures.is_empty() { "" } else { "\n" };
    table + gap + &failures
}

#[cfg(test)]
mod tests;
