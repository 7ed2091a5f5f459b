//! How a peer ended, in types and in words.

use std::fmt;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It returned this code.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
    /// It did, and the system does not say how: SIGCHLD is ignored here.
    Unknown,
    /// It did not, although it was killed: the kernel holds it, or it belongs to
    /// another user.
    Never,
}

/// Who ended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Itself, or somebody else: it was over when we came.
    Itself,
    /// It obeyed SIGTERM.
    Obeyed,
    /// It was killed: at once if there was no time to spare, else because it did
    /// not obey.
    Killed,
}

/// What stopping a peer showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// How the process that we started ended.
    pub ended: Ended,
    /// Who ended it.
    pub manner: Manner,
    /// Processes of the peer that had left its group; they were killed.
    pub strays: Vec<Stray>,
}

/// A process of the peer that had left its group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// Its id.
    pub process: u32,
    /// The name that the kernel knows it by.
    pub name: String,
}

impl Ended {
    /// Whether it ended as a program does that is content.
    #[must_use]
    pub fn is_success(self) -> bool {
        self == Self::Code(0)
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal(number) => match signal_name(number) {
                Some(name) => write!(f, "signal {number} ({name})"),
                None => write!(f, "signal {number}"),
            },
            Self::Unknown => write!(f, "ended, the system does not say how"),
            Self::Never => write!(f, "does not end, even when killed"),
        }
    }
}

/// The signals that end a process whatever the machine's kind; their numbers are
/// the same everywhere, but for SIGBUS and SIGSYS.
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
    fn an_end_reads_as_words() {
        assert_eq!(Ended::Code(3).to_string(), "exit code 3");
        assert_eq!(Ended::Signal(11).to_string(), "signal 11 (SIGSEGV)");
        assert_eq!(Ended::Signal(40).to_string(), "signal 40");
    }
}
