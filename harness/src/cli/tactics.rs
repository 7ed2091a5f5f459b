//! What the tactics are, for people who meet one in a report.

use std::io::{self, Write};

use anstyle::Style;

use crate::run::is_played;
use crate::tactic::{Tactic, TacticFamily};

const BOLD: Style = Style::new().bold();

/// The family that a text names: by its name, or by the id of one of its tactics.
pub(super) fn named(text: &str) -> Option<TacticFamily> {
    let by_name = TacticFamily::ALL
        .into_iter()
        .find(|family| family.as_str() == text);
    by_name.or_else(|| text.parse::<Tactic>().ok().map(|tactic| tactic.family()))
}

/// A line for each.
pub(super) fn table(out: &mut impl Write) -> io::Result<()> {
    for family in TacticFamily::ALL {
        let (name, summary) = (family.as_str(), about(family).summary);
        writeln!(out, "{BOLD}{name:<10}{BOLD:#}  {summary}")?;
    }
    Ok(())
}

/// All that is to be said of one.
pub(super) fn explain(family: TacticFamily, out: &mut impl Write) -> io::Result<()> {
    let About { summary, more, id } = about(family);
    writeln!(out, "{BOLD}{family}{BOLD:#}: a tactic. {summary}\n")?;
    writeln!(out, "{more}\n")?;
    writeln!(out, "{BOLD}id{BOLD:#}       {id}")?;
    writeln!(out, "{BOLD}profile{BOLD:#}  from {} on", family.profile())?;
    match is_played(family) {
        true => writeln!(out, "{BOLD}alone{BOLD:#}    --only '{}'", glob(family, id)),
        false => writeln!(out, "This version lists it and does not play it yet."),
    }
}

/// All tactics of a family, by the id of one of them.
fn glob(family: TacticFamily, id: &str) -> String {
    match id.find(['@', ':']) {
        Some(mark) if id != family.as_str() => format!("{}*", &id[..=mark]),
        _ => id.to_owned(),
    }
}

struct About {
    /// In one line.
    summary: &'static str,
    /// What it is for.
    more: &'static str,
    /// The id of one of its tactics.
    id: &'static str,
}

fn about(family: TacticFamily) -> About {
    let (summary, more, id) = match family {
        TacticFamily::Whole => (
            "Each message in one write: the baseline.",
            "The friendliest delivery. What falls here is wrong whatever the delivery, so the\n\
             scenario's other cases are not played.",
            "whole",
        ),
        TacticFamily::Bytes => (
            "Every byte alone.",
            "Each read of the peer gives it one byte: who takes a read for a message falls at once.",
            "bytes",
        ),
        TacticFamily::Cut => (
            "One cut, at every offset of what wirecheck's side says.",
            "cut@7 sends seven bytes, waits until the peer has read them, and sends the rest.\n\
             Which offsets fall says where the reader goes wrong: in a header, in a body, in a\n\
             delimiter, in a character. Of long streams the edges and a sample are cut.",
            "cut@7",
        ),
        TacticFamily::Cuts => (
            "Two cuts, at every pair of offsets of a short stream.",
            "For readers that survive one cut, but not one after the other. Of streams longer\n\
             than 64 bytes the edges are cut.",
            "cuts@3,9",
        ),
        TacticFamily::Joined => (
            "All that may be said at once, in one write.",
            "Several messages come in one read: who answers the first and forgets the rest falls.",
            "joined",
        ),
        TacticFamily::JoinedCut => (
            "The same with one cut: a message and a half, then what is missing.",
            "The end of one message and the beginning of the next come in one read.",
            "joined+cut@12",
        ),
        TacticFamily::Random => (
            "Cut and joined at random, from the seed.",
            "The same --seed draws the same deliveries.",
            "random@5",
        ),
        TacticFamily::Fin => (
            "The connection is closed after so many bytes.",
            "A peer has to notice, to close its side, and to serve the next one.",
            "fin@7",
        ),
        TacticFamily::Half => (
            "The sending direction is closed after so many bytes.",
            "wirecheck still reads: what was asked for before is to be answered.",
            "half@7",
        ),
        TacticFamily::Rst => (
            "The connection is reset after so many bytes.",
            "The peer's next read or write fails; it has to live on and serve the next one.",
            "rst@7",
        ),
        TacticFamily::FinAtOnce => (
            "So many bytes and the FIN back to back.",
            "As fin, without waiting until the peer has read: it may find both at once.",
            "fin+@7",
        ),
        TacticFamily::Hold => (
            "So many bytes in one write, then the same one by one; nothing is closed.",
            "The answers that are visible must be the same both times.",
            "hold@7",
        ),
        TacticFamily::RstAtAccept => (
            "Bytes and a reset before the peer accepts.",
            "The connection is dead when the peer gets it; accepting it must not end the peer.",
            "rst@accept",
        ),
        TacticFamily::SlowRead => (
            "The answers are read byte by byte, through the smallest buffer.",
            "Who takes a write that wrote a part for one that wrote all loses bytes.",
            "slow-read",
        ),
        TacticFamily::Neighbours => (
            "Other connections stand open, in the middle of a message.",
            "They must not hold this one up, nor may their bytes get into its messages.",
            "neighbours:stalled",
        ),
        TacticFamily::Header => (
            "A header that is wrong in a known way.",
            "Negative, signed, too large, no number: what a length field must not hold. The peer\n\
             may refuse, but not hang, die, or take it for a length.",
            "header:negative",
        ),
        TacticFamily::Churn => (
            "A thousand connections are opened and dropped first.",
            "Descriptors, memory and threads that are not given back show.",
            "churn",
        ),
        TacticFamily::AllCuts => (
            "Every segmentation of a short stream.",
            "The number has a bit for each byte after which there is a cut, the first byte's the\n\
             lowest.",
            "all-cuts@5",
        ),
    };
    About { summary, more, id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_family_is_found_by_its_name_and_by_the_id_that_is_shown() {
        for family in TacticFamily::ALL {
            assert_eq!(named(family.as_str()), Some(family), "{family}");
            assert_eq!(named(about(family).id), Some(family), "{family}");
        }
        assert_eq!(named("F01"), None);
    }

    #[test]
    fn the_glob_that_is_shown_picks_the_tactic_that_is_shown() {
        for family in TacticFamily::ALL {
            let id = about(family).id;
            let glob = globset::Glob::new(&glob(family, id)).expect("it is one");
            assert!(glob.compile_matcher().is_match(id), "{id}");
        }
    }
}
