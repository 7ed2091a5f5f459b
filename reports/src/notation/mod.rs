//! How reports write bytes, numbers and times.
//!
//! Raw values come in; text that is safe to show on one line comes out. This module
//! does not know terminals, pages or widths.

mod number;
mod text;

pub use number::{counted, duration, grouped, share};
pub use text::{Glyph, glyphs, printable, shortened, text};
