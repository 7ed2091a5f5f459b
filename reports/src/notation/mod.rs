//! How reports write bytes, numbers and times.
//!
//! Raw values come in; text that is safe to show on one line comes out. This module
//! does not know terminals, pages or widths.

mod number;
mod shell;
mod text;

pub use number::{counted, duration, grouped, share};
pub(crate) use shell::quoted;
pub use shell::quoted_if_needed;
#[cfg(feature = "formats")]
pub(crate) use text::one_line;
#[cfg(feature = "terminal")]
pub(crate) use text::{Cell, cells};
pub use text::{Glyph, glyphs, printable, shortened, text};
