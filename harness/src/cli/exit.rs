//! What the command's exit codes mean: the whole contract.

use std::process::ExitCode;

/// How the command ended. Scripts rely on these: they never change their
/// meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All that was asked held.
    Held,
    /// A case failed.
    Failed,
    /// The command line or a suite is wrong; nothing was run.
    Wrong,
    /// The peer did not start, could not be reached, or died for good.
    NoPeer,
    /// Nothing was selected: no suite, no scenario, no case.
    Nothing,
    /// wirecheck itself failed.
    Internal,
    /// A signal ended the run; what is known is shown and kept.
    Interrupted,
}

impl Exit {
    /// The contract as `--help` shows it.
    pub const HELP: &str = "\
Exit codes:
  0   all that was asked held
  1   a case failed
  2   the command line or a suite is wrong; nothing was run
  3   the peer did not start, could not be reached, or died for good
  4   nothing was selected
  70  wirecheck itself failed
  130 interrupted; what is known is shown and kept";

    /// The number that the process returns.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Held => 0,
            Self::Failed => 1,
            Self::Wrong => 2,
            Self::NoPeer => 3,
            Self::Nothing => 4,
            Self::Internal => 70,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn help_names_each_code_that_can_be_returned() {
        for exit in [
            Exit::Held,
            Exit::Failed,
            Exit::Wrong,
            Exit::NoPeer,
            Exit::Nothing,
            Exit::Internal,
            Exit::Interrupted,
        ] {
            assert!(
                Exit::HELP.contains(&format!("\n  {:<4}", exit.code())),
                "{exit:?}"
            );
        }
    }
}
