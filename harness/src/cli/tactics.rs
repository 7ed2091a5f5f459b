//! The texts about tactics for `wirecheck explain`.

use std::io::{self, Write};

use anstyle::Style;

use crate::tactic::{Profile, Tactic, TacticFamily};

const BOLD: Style = Style::new().bold();

/// The family that a text names: by its name, or by the id of one of its tactics.
pub(super) fn named(text: &str) -> Option<TacticFamily> {
    let by_name = TacticFamily::ALL
        .into_iter()
        .find(|family| family.as_str() == text);
    by_name.or_else(|| text.parse::<Tactic>().ok().map(|tactic| tactic.family()))
}

/// One line per family.
pub(super) fn table(out: &mut impl Write) -> io::Result<()> {
    for family in TacticFamily::ALL {
        let (name, summary) = (family.as_str(), about(family).summary);
        writeln!(out, "{BOLD}{name:<10}{BOLD:#}  {summary}")?;
    }
    Ok(())
}

pub(super) fn explain(family: TacticFamily, out: &mut impl Write) -> io::Result<()> {
    let About { summary, more, id } = about(family);
    writeln!(out, "{BOLD}{family}{BOLD:#}: a tactic. {summary}\n")?;
    writeln!(out, "{more}\n")?;
    writeln!(out, "{BOLD}id{BOLD:#}       {id}")?;
    writeln!(out, "{BOLD}profile{BOLD:#}  from {} on", family.profile())?;
    let profile = match family.profile() {
        Profile::Quick | Profile::Standard => String::new(),
        larger => format!("--profile {larger} "),
    };
    writeln!(
        out,
        "{BOLD}alone{BOLD:#}    {profile}--only '{}'",
        glob(family, id)
    )
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
            "If it fails, the delivery is not the cause: the scenario's other cases are not\n\
             played.",
            "whole",
        ),
        TacticFamily::Bytes => (
            "Each byte in a write of its own.",
            "Each read of the peer returns one byte. A peer that treats a read as a message\n\
             fails.",
            "bytes",
        ),
        TacticFamily::Cut => (
            "One cut, at every offset of the bytes that wirecheck sends.",
            "cut@7 sends seven bytes, waits until the peer has read them, and sends the rest.\n\
             The offsets that fail show what the reader gets wrong: a header, a body, a\n\
             delimiter, a character. Long streams are cut at the edges and at a sample of\n\
             offsets.",
            "cut@7",
        ),
        TacticFamily::Cuts => (
            "Two cuts, at every pair of offsets of a short stream.",
            "Finds readers that survive one cut but not two. Streams longer than 64 bytes are\n\
             cut at the edges.",
            "cuts@3,9",
        ),
        TacticFamily::Joined => (
            "All messages that may be sent at once, in one write.",
            "One read returns several messages. A peer that answers the first and drops the\n\
             rest fails.",
            "joined",
        ),
        TacticFamily::JoinedCut => (
            "As joined, with one cut: a message and a part of the next, then the rest.",
            "One read returns the end of one message and the beginning of the next.",
            "joined+cut@12",
        ),
        TacticFamily::Random => (
            "Random cuts and joins, drawn from the seed.",
            "The same --seed gives the same deliveries.",
            "random@5",
        ),
        TacticFamily::Fin => (
            "The connection is closed after the first k bytes.",
            "The peer must notice it, close its side and serve the next connection.",
            "fin@7",
        ),
        TacticFamily::Half => (
            "The sending direction is closed after the first k bytes.",
            "wirecheck awaits the answers to whole messages before, and still reads afterwards.\n\
             The peer must notice the end, not answer a truncated message, and close.",
            "half@7",
        ),
        TacticFamily::Rst => (
            "The connection is reset after the first k bytes.",
            "The answers to whole messages are awaited first. Then the peer's next read or\n\
             write fails. It must keep running, become idle and serve the next connection. A\n\
             client must not take a truncated message for a whole one.",
            "rst@7",
        ),
        TacticFamily::FinAtOnce => (
            "The first k bytes and the FIN, back to back.",
            "The FIN arrives with the last byte: a peer that looks for the end has all of it\n\
             before it has answered. wirecheck keeps reading: after a full close it could not\n\
             tell a missing answer from a lost one. The peer must answer every whole message.\n\
             half sends the FIN after these answers.",
            "fin+@7",
        ),
        TacticFamily::Hold => (
            "The first k bytes in one write, and one by one on a second connection.",
            "Both connections stay open, and the answers must be the same on both: a whole\n\
             message is answered although more may follow, a part of one is not.",
            "hold@7",
        ),
        TacticFamily::Pause => (
            "One cut inside a message, and a pause there: 0.3 s, or until the peer's own timeout.",
            "A peer may give up in the pause: it closes, or answers an error. If it goes on, it\n\
             must read the rest as a part of the same message, not as a new one.",
            "pause@7",
        ),
        TacticFamily::RstAtAccept => (
            "Bytes and a reset before the peer accepts.",
            "wirecheck suspends the server (SIGSTOP), connects, sends the first messages, resets\n\
             and continues the server, which accepts a connection that was already reset. The\n\
             server must not exit or spin, and must serve the next connection. The case is\n\
             played alone, after all others, and only with a server that wirecheck started.",
            "rst@accept",
        ),
        TacticFamily::SlowRead => (
            "The answers are read byte by byte, through the smallest buffer.",
            "A peer that ignores how many bytes its write accepted loses the rest. wirecheck\n\
             reads when the peer is blocked in its send, or has no more to send. Planned only\n\
             where the peer's messages have more than 2 MB together: less fits into the\n\
             buffers of a socket, and shows nothing.",
            "slow-read",
        ),
        TacticFamily::Neighbours => (
            "Another connection is open, in the middle of a message.",
            "stalled: it has stopped in the header, the payload or the delimiter, and this\n\
             connection must be served all the same. Only one connection stalls at a time, so\n\
             a server with several workers passes. A case that fails is also played alone,\n\
             with as much time, and the stalled connection is closed: the peer counts as\n\
             blocked only if it then continues.\n\
             interleaved: it sends the same messages, a byte of one connection after a byte\n\
             of the other, and both must get their own answers.\n\
             Not planned where the suite forbids concurrent connections\n\
             (`adversary = { concurrent = false }`), nor for a client under test: it makes\n\
             the connections itself.",
            "neighbours:stalled",
        ),
        TacticFamily::Header => (
            "The first message with a malformed header, then a half-close.",
            "A length that is negative, in hex, empty, too large, longer or shorter than the\n\
             body; a line without an end; in HTTP/1.1 also two Hosts, a blank before a colon,\n\
             a length and chunks. The peer may close, or answer with an error (the suite says\n\
             which: `adversary.malformed`). It must not answer as if the header were valid,\n\
             hang, die, or allocate memory for the declared length. It may accept forms that\n\
             the framing leaves open, such as leading zeros.",
            "header:negative",
        ),
        TacticFamily::Churn => (
            "A thousand connections are opened and dropped first.",
            "They are closed or reset, before a message and inside one, in turn. Then the\n\
             exchange must be served. Shows descriptors, memory and threads that are not\n\
             released. Not planned for a client under test: it makes the connections itself.",
            "churn",
        ),
        TacticFamily::Content => (
            "Changed messages: LF line ends, longer payloads, delimiters or headers inside one.",
            "wirecheck does not know the correct answers, so it compares the peer with itself. It\n\
             must give the same answers when the same bytes arrive in other pieces, and it must\n\
             survive them. The variations are lf, framing, 128-bytes, 300-bytes and wide\n\
             (multi-byte characters), as far as they change something and the framing can encode\n\
             them. If the peer closes first, wirecheck checks only that it serves the next\n\
             connection. If its answers vary by themselves, only their number is compared. LF line\n\
             ends are judged only if the peer accepts them. `wirecheck fuzz` tries many more.",
            "content:lf",
        ),
        TacticFamily::AllCuts => (
            "Every segmentation of a short stream.",
            "In the number, each set bit is a cut after one byte. The lowest bit is the first\n\
             byte.",
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
