//! How a report writes bytes, numbers and times: the same everywhere.
//!
//! Raw values come in, text that is safe to show on one line comes out. This
//! room knows nothing of terminals, pages or widths.

mod number;
mod text;

pub use number::{counted, duration, grouped, share};
pub use text::{Glyph, glyphs, printable, text};
