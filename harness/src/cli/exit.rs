//! The exit codes of the command.

use std::process::ExitCode;

/// How the command ended. Scripts rely on the codes: they never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The command succeeded; for `run`, nothing failed that `--fail-on` names.
    Success,
    /// The run failed by its rules, also if a signal ended it.
    Failed,
    /// The command line or a suite is invalid; nothing was run.
    Usage,
    /// The peer did not start, could not be reached, or was lost.
    PeerUnavailable,
    /// No suite, no scenario or no case was selected.
    NothingSelected,
    /// wirecheck itself failed.
    Internal,
    /// A signal ended the run before anything failed; the results so far are shown and
    /// written.
    Interrupted,
}

impl Exit {
    /// The exit codes as `--help` shows them.
    pub const HELP: &str = "\
Exit codes:
  0   success; for `run`, nothing failed that --fail-on names
  1   one of: a result that --fail-on names; a failure that could not be confirmed; an
      outdated known failure; fewer cases than --min-cases. Also if the run was
      interrupted after that
  2   the command line or a suite is invalid; nothing was run
  3   the peer did not start, could not be reached, or was lost
  4   nothing was selected
  70  wirecheck itself failed
  130 interrupted before anything failed; the results so far are shown and written";

    /// The code that the process returns.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::PeerUnavailable => 3,
            Self::NothingSelected => 4,
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
    fn help_lists_every_exit_code() {
        for exit in [
            Exit::Success,
            Exit::Failed,
            Exit::Usage,
            Exit::PeerUnavailable,
            Exit::NothingSelected,
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
