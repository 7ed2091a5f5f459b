//! Why a peer could not be started: what happened, where, and what to do.

use super::port::PortError;
use super::{CommandLine, ExitStatus};
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

/// A peer that could not be started. Its text says what happened and where;
/// [`help`](Self::help) says what to do.
#[derive(Debug, thiserror::Error)]
#[error("cannot start `{command}`: {why}{}", LastOutput(last_output))]
pub struct StartError {
    /// The command, as the user wrote it.
    pub command: Box<CommandLine>,
    /// What went wrong.
    pub why: StartFailure,
    /// The last lines that it printed, with control characters escaped. Often empty.
    pub last_output: String,
}

/// What keeps a peer from starting.
#[derive(Debug, thiserror::Error)]
pub enum StartFailure {
    /// The user: there is no such program.
    #[error("the program was not found")]
    NotFound,
    /// The user: the interpreter of the script does not exist.
    #[error("the script exists, but the interpreter in its first line (#!) does not")]
    NoInterpreter,
    /// The user: the file exists, but is not a program.
    #[error("the file cannot be executed: {0}")]
    NotExecutable(io::Error),
    /// The user, or the machine: it has no such address.
    #[error("{host} is not an address of this machine: {source}")]
    Host {
        /// Where the peer should listen.
        host: IpAddr,
        /// The system's error.
        source: io::Error,
    },
    /// The peer: it exited before it listened.
    #[error("it exited before it listened on {addr}: {status}")]
    Exited {
        /// Where it should listen.
        addr: SocketAddr,
        /// How it exited.
        status: ExitStatus,
    },
    /// The peer: it put itself into the background, where it cannot be judged.
    #[error("it exited before it listened on {addr} and left process {process} in the background")]
    Daemonized {
        /// Where it should listen.
        addr: SocketAddr,
        /// A process that it left. It was killed.
        process: u32,
    },
    /// The peer: it runs, but does not listen where it should.
    #[error("it did not listen on {addr} within {}{}", Seconds(*waited), Elsewhere(elsewhere))]
    NeverListened {
        /// Where it should listen.
        addr: SocketAddr,
        /// The limit that it was given.
        waited: Duration,
        /// Where it listens instead.
        elsewhere: Vec<SocketAddr>,
    },
    /// The machine: another program took the port, several times.
    #[error("another program (process {process}) listens on {addr}, the port of this server")]
    PortTaken {
        /// Where the peer should listen.
        addr: SocketAddr,
        /// The process that listens there.
        process: u32,
    },
    /// The machine: there is no free port.
    #[error("this machine has no free port for it")]
    NoPort,
    /// The machine: it refuses a socket.
    #[error("the system refuses a socket: {0}")]
    Socket(io::Error),
    /// The machine: it refuses to start a process.
    #[error("the system cannot start a process: {0}")]
    Machine(io::Error),
}

impl StartError {
    pub(super) fn new(command: &CommandLine, why: StartFailure) -> Self {
        Self {
            command: Box::new(command.clone()),
            why,
            last_output: String::new(),
        }
    }

    pub(super) fn with_output(mut self, last_output: String) -> Self {
        self.last_output = last_output;
        self
    }

    pub(super) fn spawn(command: &CommandLine, error: io::Error) -> Self {
        Self::new(command, spawn_failure(command, error))
    }

    pub(super) fn port(command: &CommandLine, host: IpAddr, error: PortError) -> Self {
        let why = match error {
            PortError::AllTaken => StartFailure::NoPort,
            PortError::Host(source) => host_failure(host, source),
            PortError::Machine(error) => StartFailure::Machine(error),
        };
        Self::new(command, why)
    }

    /// wirecheck cannot listen on the address that a client should connect to.
    pub(crate) fn host(command: &CommandLine, host: IpAddr, source: io::Error) -> Self {
        Self::new(command, host_failure(host, source))
    }

    /// What to do, if there is advice.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let text = match &self.why {
            StartFailure::NotFound if has_directory(&self.command) => {
                "a relative path is relative to the directory in which wirecheck was started"
            }
            StartFailure::NotFound => {
                "it is not in a directory of PATH: install it or give its path"
            }
            StartFailure::NoInterpreter => "install it, or correct the line that begins with #!",
            StartFailure::NotExecutable(_) => {
                "make it executable (chmod +x) with a first line such as #!/bin/sh, \
                 or write its interpreter before it"
            }
            StartFailure::Host { .. } => "use a loopback address, such as 127.0.0.1",
            StartFailure::Exited { .. } if says_in_use(&self.last_output) => {
                "another program may use it, or connections of the last server are in TIME_WAIT \
                 for a minute: set SO_REUSEADDR in the server, or raise --start-timeout"
            }
            StartFailure::Exited { .. } if !self.command.uses_port() => {
                return Some(format!("{NO_PORT}; {IF_CLIENT}"));
            }
            StartFailure::Exited { .. } => IF_CLIENT,
            StartFailure::Daemonized { .. } => "add the option that keeps it in the foreground",
            StartFailure::NeverListened {
                addr, elsewhere, ..
            } => return Some(self.help_listen(*addr, elsewhere)),
            StartFailure::NoPort => "wait until other programs have closed their connections",
            StartFailure::PortTaken { .. } => "stop that program, or run wirecheck again",
            StartFailure::Machine(error) | StartFailure::Socket(error) => {
                if !is_out_of_files(error) {
                    return None;
                }
                "raise the limit of open files (`ulimit -n`)"
            }
        };
        Some(text.to_owned())
    }

    fn help_listen(&self, addr: SocketAddr, elsewhere: &[SocketAddr]) -> String {
        let same_port = elsewhere.iter().find(|other| other.port() == addr.port());
        match (same_port, elsewhere.first()) {
            (Some(other), _) => format!(
                "make it listen on {}, or make wirecheck connect to {}",
                addr.ip(),
                other.ip()
            ),
            (None, Some(other)) if !self.command.uses_port() => {
                format!(
                    "{NO_PORT}; if it must listen on {0}, use --port {0}",
                    other.port()
                )
            }
            (None, Some(other)) => format!(
                "make it listen on the port that it is given; \
                 if it must listen on {}, use --port {}",
                other.port(),
                other.port()
            ),
            (None, None) if !self.command.uses_port() => format!("{NO_PORT}; {IF_CLIENT}"),
            (None, None) => format!("if it needs longer, raise --start-timeout; {IF_CLIENT}"),
        }
    }
}

const NO_PORT: &str = "no argument contains {port}, so it must read PORT from its environment; \
                       write {port} where the port belongs";

/// A program that does not listen may be a client.
const IF_CLIENT: &str = "if it is a client, add --client";

/// Why nothing can listen on an address.
fn host_failure(host: IpAddr, source: io::Error) -> StartFailure {
    const ENOBUFS: i32 = 105;
    let is_memory = source.kind() == io::ErrorKind::OutOfMemory;
    if is_out_of_files(&source) || is_memory || source.raw_os_error() == Some(ENOBUFS) {
        StartFailure::Socket(source)
    } else {
        StartFailure::Host { host, source }
    }
}

/// Whether the process or the machine has too many open files.
fn is_out_of_files(error: &io::Error) -> bool {
    const ENFILE: i32 = 23;
    const EMFILE: i32 = 24;
    matches!(error.raw_os_error(), Some(ENFILE | EMFILE))
}

fn spawn_failure(command: &CommandLine, error: io::Error) -> StartFailure {
    const EXEC_FORMAT: i32 = 8;
    match error.kind() {
        io::ErrorKind::NotFound if exists(command) => StartFailure::NoInterpreter,
        io::ErrorKind::NotFound => StartFailure::NotFound,
        io::ErrorKind::PermissionDenied => StartFailure::NotExecutable(error),
        _ if error.raw_os_error() == Some(EXEC_FORMAT) => StartFailure::NotExecutable(error),
        _ => StartFailure::Machine(error),
    }
}

fn exists(command: &CommandLine) -> bool {
    has_directory(command) && Path::new(command.program()).exists()
}

/// Only a name without a directory is searched for in PATH.
fn has_directory(command: &CommandLine) -> bool {
    Path::new(command.program()).components().count() > 1
}

/// What most languages print for EADDRINUSE.
fn says_in_use(output: &str) -> bool {
    let output = output.to_lowercase();
    ["already in use", "address in use", "eaddrinuse"]
        .iter()
        .any(|it| output.contains(it))
}

struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0.as_secs_f64())
    }
}

struct Elsewhere<'a>(&'a [SocketAddr]);

impl fmt::Display for Elsewhere<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, addr) in self.0.iter().take(8).enumerate() {
            let before = if index == 0 { "; it listens on " } else { ", " };
            write!(f, "{before}{addr}")?;
        }
        Ok(())
    }
}

struct LastOutput<'a>(&'a str);

impl fmt::Display for LastOutput<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        write!(f, "\nits last output:")?;
        self.0.lines().try_for_each(|line| write!(f, "\n  {line}"))
    }
}
