//! Tactics and their ids: `cut@7`, `joined+cut@12`, `header:negative`.

use std::fmt;
use std::str::FromStr;

use super::offset::number;
use super::{ContentVariation, EditName, NameError, Offset, TacticFamily};
use crate::framing::MalformedKind;

/// A rule that makes a delivery from a side's bytes.
///
/// Ids do not change between versions: records, known failures and file names contain
/// them. The order is the order in which cases run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tactic {
    /// `whole`: each message in one write, the baseline.
    Whole,
    /// `bytes`: every byte alone.
    Bytes,
    /// `cut@K`: one cut, before the byte at K.
    Cut(Offset),
    /// `cuts@I,J`: two cuts.
    Cuts(Offset, Offset),
    /// `joined`: all that may be sent at once, in one write.
    Joined,
    /// `joined+cut@K`: the same with one cut.
    JoinedCut(Offset),
    /// `random@N`: the Nth delivery drawn from the seed.
    Random(usize),
    /// `fin@K`: the connection is closed after K bytes.
    Fin(Offset),
    /// `half@K`: the sending direction is closed after K bytes.
    Half(Offset),
    /// `rst@K`: the connection is reset after K bytes.
    Rst(Offset),
    /// `fin+@K`: K bytes and the FIN, without waiting in between.
    FinAtOnce(Offset),
    /// `hold@K`: K single bytes; the connection stays open.
    Hold(Offset),
    /// `pause@K`: one cut, and a pause there.
    Pause(Offset),
    /// `rst@accept`: all bytes and a reset before the peer accepts.
    RstAtAccept,
    /// `slow-read`: the answers are read byte by byte.
    SlowRead,
    /// `neighbours:stalled`, `neighbours:interleaved`: with other connections.
    Neighbours(Neighbours),
    /// `header:NAME`: a malformed header; the name says what is wrong.
    Header(MalformedHeader),
    /// `churn`: a thousand connections are opened and closed first.
    Churn,
    /// `content:NAME`: a variation of what the messages contain, under many deliveries.
    Content(ContentVariation),
    /// `all-cuts@M`: a cut after each byte whose bit is set in M. The lowest bit is the
    /// first byte's.
    AllCuts(u16),
}

/// What the other connections do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Neighbours {
    /// They stop in the middle of a message.
    Stalled,
    /// One sends the same bytes; the two connections alternate byte by byte.
    Interleaved,
}

/// Which header is malformed, and how.
///
/// Prints the name alone for the side's first message, and with the number of the
/// message for any other: `header:negative`, `header:negative@2`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MalformedHeader {
    /// What is wrong.
    pub name: EditName,
    /// The index of the message among those of its side, from 0.
    pub message: usize,
}

impl Tactic {
    #[must_use]
    pub const fn family(&self) -> TacticFamily {
        match self {
            Self::Whole => TacticFamily::Whole,
            Self::Bytes => TacticFamily::Bytes,
            Self::Cut(_) => TacticFamily::Cut,
            Self::Cuts(..) => TacticFamily::Cuts,
            Self::Joined => TacticFamily::Joined,
            Self::JoinedCut(_) => TacticFamily::JoinedCut,
            Self::Random(_) => TacticFamily::Random,
            Self::Fin(_) => TacticFamily::Fin,
            Self::Half(_) => TacticFamily::Half,
            Self::Rst(_) => TacticFamily::Rst,
            Self::FinAtOnce(_) => TacticFamily::FinAtOnce,
            Self::Hold(_) => TacticFamily::Hold,
            Self::Pause(_) => TacticFamily::Pause,
            Self::RstAtAccept => TacticFamily::RstAtAccept,
            Self::SlowRead => TacticFamily::SlowRead,
            Self::Neighbours(_) => TacticFamily::Neighbours,
            Self::Header(_) => TacticFamily::Header,
            Self::Churn => TacticFamily::Churn,
            Self::Content(_) => TacticFamily::Content,
            Self::AllCuts(_) => TacticFamily::AllCuts,
        }
    }

    /// Whether a broken peer may take much memory under it. To see that, the case must be
    /// alone with the peer.
    #[must_use]
    pub fn may_fill_memory(&self) -> bool {
        let kind = self.malformed_kind();
        kind.is_some_and(MalformedKind::may_fill_memory)
    }

    /// What is wrong with the header.
    #[must_use]
    pub fn malformed_kind(&self) -> Option<MalformedKind> {
        match self {
            Self::Header(malformed) => MalformedKind::named(malformed.name.as_str()),
            _ => None,
        }
    }

    /// The single offset in its id, if there is one.
    #[must_use]
    pub const fn offset(&self) -> Option<Offset> {
        match self {
            Self::Cut(at) | Self::JoinedCut(at) | Self::Hold(at) => Some(*at),
            Self::Fin(at) | Self::FinAtOnce(at) => Some(*at),
            Self::Half(at) | Self::Rst(at) | Self::Pause(at) => Some(*at),
            Self::Whole | Self::Bytes | Self::Cuts(..) | Self::Joined | Self::Random(_) => None,
            Self::RstAtAccept | Self::SlowRead | Self::Neighbours(_) => None,
            Self::Header(_) | Self::Churn | Self::Content(_) | Self::AllCuts(_) => None,
        }
    }
}

impl fmt::Display for Tactic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = self.family();
        match self {
            Self::Whole | Self::Bytes | Self::Joined | Self::Churn => write!(f, "{family}"),
            Self::RstAtAccept | Self::SlowRead => write!(f, "{family}"),
            Self::Cut(k) | Self::JoinedCut(k) | Self::Hold(k) => write!(f, "{family}@{k}"),
            Self::Fin(k) | Self::Half(k) | Self::Rst(k) => write!(f, "{family}@{k}"),
            Self::FinAtOnce(k) | Self::Pause(k) => write!(f, "{family}@{k}"),
            Self::Cuts(i, j) => write!(f, "{family}@{i},{j}"),
            Self::Random(n) => write!(f, "{family}@{n}"),
            Self::AllCuts(mask) => write!(f, "{family}@{mask}"),
            Self::Neighbours(Neighbours::Stalled) => write!(f, "{family}:stalled"),
            Self::Neighbours(Neighbours::Interleaved) => write!(f, "{family}:interleaved"),
            Self::Header(malformed) => write!(f, "{family}:{malformed}"),
            Self::Content(variation) => write!(f, "{family}:{variation}"),
        }
    }
}

impl fmt::Display for MalformedHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message {
            0 => write!(f, "{}", self.name),
            message => write!(f, "{}@{message}", self.name),
        }
    }
}

/// Why a text is not a tactic.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TacticError {
    #[error("unknown tactic `{0}`: `wirecheck list` shows the tactics of a suite")]
    Unknown(String),
    /// The family exists, but what follows the `@` is invalid.
    #[error("invalid `{text}` after `{family}@`: expected {expected}")]
    Number {
        family: TacticFamily,
        /// What follows the `@`.
        text: String,
        expected: &'static str,
    },
    #[error("invalid name of a malformed header: {0}")]
    Header(#[from] NameError),
}

impl FromStr for Tactic {
    type Err = TacticError;

    fn from_str(text: &str) -> Result<Self, TacticError> {
        if let Some(tactic) = without_number(text) {
            return Ok(tactic);
        }
        if let Some(malformed) = text.strip_prefix("header:") {
            return malformed.parse().map(Self::Header);
        }
        let unknown = || TacticError::Unknown(text.to_owned());
        if let Some(name) = text.strip_prefix("content:") {
            let variation = ContentVariation::named(name);
            return variation.map(Self::Content).ok_or_else(unknown);
        }
        let (family, number) = text.split_once('@').ok_or_else(unknown)?;
        TacticFamily::ALL
            .into_iter()
            .find(|known| known.as_str() == family)
            .ok_or_else(unknown)
            .and_then(|family| numbered(family, number, unknown))
    }
}

fn without_number(text: &str) -> Option<Tactic> {
    Some(match text {
        "whole" => Tactic::Whole,
        "bytes" => Tactic::Bytes,
        "joined" => Tactic::Joined,
        "rst@accept" => Tactic::RstAtAccept,
        "slow-read" => Tactic::SlowRead,
        "neighbours:stalled" => Tactic::Neighbours(Neighbours::Stalled),
        "neighbours:interleaved" => Tactic::Neighbours(Neighbours::Interleaved),
        "churn" => Tactic::Churn,
        _ => return None,
    })
}

fn numbered(
    family: TacticFamily,
    text: &str,
    unknown: impl FnOnce() -> TacticError,
) -> Result<Tactic, TacticError> {
    let offset = number(text).map(Offset::new);
    let (tactic, expected) = match family {
        TacticFamily::Cut => (offset.map(Tactic::Cut), AN_OFFSET),
        TacticFamily::JoinedCut => (offset.map(Tactic::JoinedCut), AN_OFFSET),
        TacticFamily::Fin => (offset.map(Tactic::Fin), AN_OFFSET),
        TacticFamily::Half => (offset.map(Tactic::Half), AN_OFFSET),
        TacticFamily::Rst => (offset.map(Tactic::Rst), AN_OFFSET),
        TacticFamily::FinAtOnce => (offset.map(Tactic::FinAtOnce), AN_OFFSET),
        TacticFamily::Hold => (offset.map(Tactic::Hold), AN_OFFSET),
        TacticFamily::Pause => (offset.map(Tactic::Pause), AN_OFFSET),
        TacticFamily::Cuts => (two_cuts(text), "two offsets, e.g. `cuts@3,9`"),
        TacticFamily::Random => (number(text).map(Tactic::Random), "a number from 0"),
        TacticFamily::AllCuts => (mask(text), "a number from 0 to 65535"),
        _ => return Err(unknown()),
    };
    tactic.ok_or_else(|| TacticError::Number {
        family,
        text: text.to_owned(),
        expected,
    })
}

const AN_OFFSET: &str = "an offset in decimal digits, e.g. `@7`";

fn two_cuts(text: &str) -> Option<Tactic> {
    let (first, second) = text.split_once(',')?;
    let (first, second) = (number(first)?, number(second)?);
    Some(Tactic::Cuts(Offset::new(first), Offset::new(second)))
}

fn mask(text: &str) -> Option<Tactic> {
    let mask = number(text)?.try_into().ok()?;
    Some(Tactic::AllCuts(mask))
}

impl FromStr for MalformedHeader {
    type Err = TacticError;

    fn from_str(text: &str) -> Result<Self, TacticError> {
        let Some((name, message)) = text.split_once('@') else {
            let name = text.parse()?;
            return Ok(Self { name, message: 0 });
        };
        let message = number(message).filter(|&message| message > 0);
        Ok(Self {
            name: name.parse()?,
            message: message.ok_or_else(|| TacticError::Number {
                family: TacticFamily::Header,
                text: text.to_owned(),
                expected: "a name, and the number of the message, from 1, if it is not the first",
            })?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_of_the_design_prints_as_it_parses() {
        for id in [
            "whole",
            "bytes",
            "cut@7",
            "cuts@3,9",
            "joined",
            "joined+cut@12",
            "random@5",
            "fin@7",
            "half@7",
            "rst@7",
            "fin+@7",
            "hold@7",
            "pause@7",
            "rst@accept",
            "slow-read",
            "neighbours:stalled",
            "neighbours:interleaved",
            "header:negative",
            "header:too-large@3",
            "churn",
            "content:lf",
            "content:300-bytes",
            "all-cuts@5",
        ] {
            let tactic: Tactic = id.parse().expect(id);
            assert_eq!(tactic.to_string(), id);
            assert!(id.starts_with(tactic.family().as_str()), "{id}");
        }
    }

    #[test]
    fn no_tactic_has_two_spellings() {
        for id in [
            "",
            "Whole",
            "cut",
            "cut@",
            "cut@07",
            "cut@+7",
            "cuts@3",
            "cuts@3,9,1",
            "whole@1",
            "header:",
            "header:a@0",
            "neighbours",
            "content:LF",
            "content",
            "all-cuts@65536",
            "rst@Accept",
            "fin+7",
        ] {
            assert!(id.parse::<Tactic>().is_err(), "{id}");
        }
    }

    #[test]
    fn an_error_says_what_was_expected() {
        let error = |text: &str| {
            text.parse::<Tactic>()
                .expect_err("an invalid tactic")
                .to_string()
        };
        assert!(error("cutt@3").starts_with("unknown tactic `cutt@3`"));
        assert!(error("bytes@3").starts_with("unknown tactic `bytes@3`"));
        assert_eq!(
            error("cut@-3"),
            "invalid `-3` after `cut@`: expected an offset in decimal digits, e.g. `@7`"
        );
    }

    #[test]
    fn families_are_in_the_order_of_their_tactics() {
        assert!(TacticFamily::ALL.is_sorted());
    }
}
