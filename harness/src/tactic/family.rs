//! The families of tactics, by which reports group cases.

use std::fmt;

use super::Profile;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TacticFamily {
    /// Each message in one write: the baseline.
    Whole,
    /// Every byte alone.
    Bytes,
    /// One cut.
    Cut,
    /// Two cuts.
    Cuts,
    /// All that may be sent at once, in one write.
    Joined,
    /// The same with one cut: a message and a half.
    JoinedCut,
    /// Drawn from the seed.
    Random,
    /// The connection is closed early.
    Fin,
    /// The sending direction is closed early.
    Half,
    /// The connection is reset early.
    Rst,
    /// The bytes and the FIN at once; answers are still read.
    FinAtOnce,
    /// Single bytes; the connection stays open.
    Hold,
    /// One cut, and a pause there.
    Pause,
    /// All bytes and a reset before the peer accepts.
    RstAtAccept,
    /// The answers are read byte by byte.
    SlowRead,
    /// Other connections during the delivery.
    Neighbours,
    /// A malformed header.
    Header,
    /// Many connections are opened and closed first.
    Churn,
    /// Other contents of the messages.
    Content,
    /// Every segmentation of a short stream.
    AllCuts,
}

impl TacticFamily {
    /// In the order in which their cases run.
    pub const ALL: [Self; 20] = [
        Self::Whole,
        Self::Bytes,
        Self::Cut,
        Self::Cuts,
        Self::Joined,
        Self::JoinedCut,
        Self::Random,
        Self::Fin,
        Self::Half,
        Self::Rst,
        Self::FinAtOnce,
        Self::Hold,
        Self::Pause,
        Self::RstAtAccept,
        Self::SlowRead,
        Self::Neighbours,
        Self::Header,
        Self::Churn,
        Self::Content,
        Self::AllCuts,
    ];

    /// The smallest profile that has cases of it.
    #[must_use]
    pub const fn profile(self) -> Profile {
        match self {
            Self::Whole | Self::Bytes | Self::Cut | Self::Joined | Self::JoinedCut => {
                Profile::Quick
            }
            Self::Random | Self::Fin | Self::Half | Self::Rst => Profile::Quick,
            Self::FinAtOnce | Self::Hold | Self::RstAtAccept => Profile::Standard,
            Self::SlowRead | Self::Neighbours | Self::Header => Profile::Standard,
            Self::Cuts | Self::Pause | Self::Churn | Self::Content => Profile::Thorough,
            Self::AllCuts => Profile::Exhaustive,
        }
    }

    /// The start of the ids of its tactics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Bytes => "bytes",
            Self::Cut => "cut",
            Self::Cuts => "cuts",
            Self::Joined => "joined",
            Self::JoinedCut => "joined+cut",
            Self::Random => "random",
            Self::Fin => "fin",
            Self::Half => "half",
            Self::Rst => "rst",
            Self::FinAtOnce => "fin+",
            Self::Hold => "hold",
            Self::Pause => "pause",
            Self::RstAtAccept => "rst@accept",
            Self::SlowRead => "slow-read",
            Self::Neighbours => "neighbours",
            Self::Header => "header",
            Self::Churn => "churn",
            Self::Content => "content",
            Self::AllCuts => "all-cuts",
        }
    }
}

impl fmt::Display for TacticFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
