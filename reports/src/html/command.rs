//! A command with a button that copies it.

use maud::{Markup, html};

use super::outside;
use crate::record::FailedCase;
use crate::repeat::{self, FailedScenario};

/// The command that repeats a case. The script shows the button.
pub(super) fn command(failed: FailedScenario<'_>, case: &FailedCase) -> Markup {
    let words = repeat::command(failed, case);
    html! {
        div.command {
            code { (outside::command(&words.join(" "))) }
            button.copy type="button" hidden { "Copy" }
        }
    }
}
