//! How a peer ended.

use std::fmt;

/// How a process exited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// It returned this exit code.
    Code(i32),
    /// This signal killed it.
    Signal(i32),
    /// It exited, but the system does not say how: SIGCHLD is ignored here.
    Unknown,
    /// It still runs although it was killed: it is blocked in the kernel, or it belongs to
    /// another user.
    Unkillable,
}

/// Why a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopCause {
    /// It had already exited when it was stopped.
    Exited,
    /// It exited after SIGTERM.
    Terminated,
    /// SIGKILL: at once if no grace was given, otherwise because it ignored SIGTERM.
    Killed,
}

/// The result of stopping a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// How the process that we started exited.
    pub status: ExitStatus,
    /// Why it exited.
    pub cause: StopCause,
    /// Processes of the peer that had left its group. They were killed.
    pub escaped: Vec<EscapedProcess>,
    /// Processes of the peer that still run: they are another user's, or blocked in the
    /// kernel.
    pub survivors: Vec<EscapedProcess>,
}

/// A process of the peer that had left its group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscapedProcess {
    /// Its id.
    pub process: u32,
    /// The name that the kernel knows it by.
    pub name: String,
}

impl ExitStatus {
    /// Whether it returned exit code 0.
    #[must_use]
    pub fn is_success(self) -> bool {
        self == Self::Code(0)
    }

    /// `SIGSEGV` or `exit code 1`.
    #[must_use]
    pub fn brief(self) -> String {
        match self {
            Self::Signal(number) => match signal_name(number) {
                Some(name) => name.to_owned(),
                None => self.to_string(),
            },
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for ExitStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal(number) => match signal_name(number) {
                Some(name) => write!(f, "signal {number} ({name})"),
                None => write!(f, "signal {number}"),
            },
            Self::Unknown => write!(f, "unknown exit status"),
            Self::Unkillable => write!(f, "still running after SIGKILL"),
        }
    }
}

/// The signals that kill a process by default and have the same number on every system, or
/// at least on every Linux.
fn signal_name(number: i32) -> Option<&'static str> {
    Some(match number {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        7 if cfg!(target_os = "linux") => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        10 if cfg!(target_os = "linux") => "SIGUSR1",
        11 => "SIGSEGV",
        12 if cfg!(target_os = "linux") => "SIGUSR2",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ",
        31 if cfg!(target_os = "linux") => "SIGSYS",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_status_names_the_code_or_the_signal() {
        assert_eq!(ExitStatus::Code(3).to_string(), "exit code 3");
        assert_eq!(ExitStatus::Signal(11).to_string(), "signal 11 (SIGSEGV)");
        assert_eq!(ExitStatus::Signal(40).to_string(), "signal 40");
        assert_eq!(ExitStatus::Signal(11).brief(), "SIGSEGV");
        assert_eq!(ExitStatus::Signal(40).brief(), "signal 40");
    }
}
