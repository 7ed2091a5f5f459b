//! Why a run ends before it is done.

use super::session::Failure;
use crate::peer::StartError;

/// Why a run ends before it is done.
#[derive(Debug)]
pub(super) enum Halt {
    /// The user wants it to. What was waited for then proves nothing.
    Stopped,
    /// Without a peer there is nothing to judge.
    Failed(Failure),
}

impl Halt {
    /// The peer was there and is gone for good.
    pub(super) fn lost(why: String) -> Self {
        Self::Failed(Failure::Lost(why))
    }
}

impl From<StartError> for Halt {
    fn from(error: StartError) -> Self {
        Self::lost(error.to_string())
    }
}
