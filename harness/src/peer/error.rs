//! Why a peer could not be started: what, where, and how to mend it.

use super::port::NoPort;
use super::{CommandLine, Ended};
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

/// A peer that could not be started. Shown, it says what happened and where;
/// [`help`](Self::help) says how to mend it.
#[derive(Debug, thiserror::Error)]
#[error("cannot start `{command}`: {why}{}", Quoted(last_words))]
pub struct StartError {
    /// The command, as it was typed.
    pub command: Box<CommandLine>,
    /// What went wrong.
    pub why: Unstartable,
    /// The last lines that it printed, safe to show; mostly there are none.
    pub last_words: String,
}

/// What keeps a peer from starting.
#[derive(Debug, thiserror::Error)]
pub enum Unstartable {
    /// The user: there is no such program.
    #[error("the program is not found")]
    NotFound,
    /// The user: the program is a script whose interpreter is not there.
    #[error("the program is there, but not the interpreter that its first line names")]
    NoInterpreter,
    /// The user: the file is there and cannot be run.
    #[error("the file cannot be run: {0}")]
    NotExecutable(io::Error),
    /// The user, or the machine: it has no such address.
    #[error("{host} is not an address of this machine: {source}")]
    Host {
        /// Where the peer was to listen.
        host: IpAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The peer: it ended before it listened.
    #[error("it ended before it listened on {addr}: {ended}")]
    Died {
        /// Where it was to listen.
        addr: SocketAddr,
        /// How it ended.
        ended: Ended,
    },
    /// The peer: it put itself into the background, where it cannot be judged.
    #[error(
        "it returned before it listened on {addr} and left process {process} in the background"
    )]
    WentAway {
        /// Where it was to listen.
        addr: SocketAddr,
        /// A process that it left; it was ended.
        process: u32,
    },
    /// The peer: it runs and does not listen where it should.
    #[error("it did not listen on {addr} within {}{}", Seconds(*waited), Elsewhere(elsewhere))]
    NeverListened {
        /// Where it was to listen.
        addr: SocketAddr,
        /// How long it was given.
        waited: Duration,
        /// Where it listens instead.
        elsewhere: Vec<SocketAddr>,
    },
    /// The machine: another program took the port, several times.
    #[error("another program, process {process}, took its port {addr}")]
    PortTaken {
        /// Where the peer was to listen.
        addr: SocketAddr,
        /// Who listens there.
        process: u32,
    },
    /// The machine: there is no free port.
    #[error("this machine has no free port for it")]
    NoPort,
    /// The machine.
    #[error("the system does not let it start: {0}")]
    Machine(io::Error),
}

impl StartError {
    pub(super) fn new(command: &CommandLine, why: Unstartable) -> Self {
        Self {
            command: Box::new(command.clone()),
            why,
            last_words: String::new(),
        }
    }

    pub(super) fn quoting(mut self, last_words: String) -> Self {
        self.last_words = last_words;
        self
    }

    pub(super) fn spawn(command: &CommandLine, error: io::Error) -> Self {
        Self::new(command, blame_spawn(command, error))
    }

    pub(super) fn port(command: &CommandLine, host: IpAddr, error: NoPort) -> Self {
        let why = match error {
            NoPort::AllTaken => Unstartable::NoPort,
            NoPort::Host(source) => Unstartable::Host { host, source },
            NoPort::Machine(error) => Unstartable::Machine(error),
        };
        Self::new(command, why)
    }

    /// The address that a client is to call cannot be listened on.
    pub(crate) fn place(command: &CommandLine, host: IpAddr, source: io::Error) -> Self {
        Self::new(command, Unstartable::Host { host, source })
    }

    /// How to mend it, if there is something to say.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let text = match &self.why {
            Unstartable::NotFound if has_directory(&self.command) => {
                "a relative path begins in the directory where wirecheck was started"
            }
            Unstartable::NotFound => "it is in no directory of PATH: install it or give its path",
            Unstartable::NoInterpreter => "install it, or mend the line that begins with #!",
            Unstartable::NotExecutable(_) => {
                "make it executable (chmod +x) with a first line such as #!/bin/sh, \
                 or write its interpreter before it"
            }
            Unstartable::Host { .. } => "choose another loopback address",
            Unstartable::Died { .. } if !self.command.uses_port() => {
                return Some(format!("{NO_PORT}; {A_CLIENT}"));
            }
            Unstartable::Died { .. } => A_CLIENT,
            Unstartable::WentAway { .. } => "give the option that keeps it in the foreground",
            Unstartable::NeverListened {
                addr, elsewhere, ..
            } => return Some(self.help_listen(*addr, elsewhere)),
            Unstartable::NoPort => "wait until other programs have closed their connections",
            Unstartable::PortTaken { .. } | Unstartable::Machine(_) => {
                return None;
            }
        };
        Some(text.to_owned())
    }

    fn help_listen(&self, addr: SocketAddr, elsewhere: &[SocketAddr]) -> String {
        let same_port = elsewhere.iter().find(|other| other.port() == addr.port());
        match (same_port, elsewhere.first()) {
            (Some(other), _) => format!(
                "have it listen on {}, or have wirecheck call it at {}",
                addr.ip(),
                other.ip()
            ),
            (None, Some(_)) if !self.command.uses_port() => NO_PORT.to_owned(),
            (None, Some(other)) => format!(
                "have it listen on the port that it is given; \
                 if {} is meant, start it yourself and use --connect {other}",
                other.port()
            ),
            (None, None) if !self.command.uses_port() => format!("{NO_PORT}; {A_CLIENT}"),
            (None, None) => format!("if it needs longer, raise --start-timeout; {A_CLIENT}"),
        }
    }
}

const NO_PORT: &str = "no argument contains {port}, so it must take its port from PORT in its \
                       environment; write {port} where its port stands";

/// What connects instead of listening may be no server at all.
const A_CLIENT: &str = "if it is a client, start it with --client";

fn blame_spawn(command: &CommandLine, error: io::Error) -> Unstartable {
    const EXEC_FORMAT: i32 = 8;
    match error.kind() {
        io::ErrorKind::NotFound if is_there(command) => Unstartable::NoInterpreter,
        io::ErrorKind::NotFound => Unstartable::NotFound,
        io::ErrorKind::PermissionDenied => Unstartable::NotExecutable(error),
        _ if error.raw_os_error() == Some(EXEC_FORMAT) => Unstartable::NotExecutable(error),
        _ => Unstartable::Machine(error),
    }
}

fn is_there(command: &CommandLine) -> bool {
    has_directory(command) && Path::new(command.program()).exists()
}

/// Only a name without a directory is looked for in PATH.
fn has_directory(command: &CommandLine) -> bool {
    Path::new(command.program()).components().count() > 1
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

struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        write!(f, "\nits last words:")?;
        self.0.lines().try_for_each(|line| write!(f, "\n  {line}"))
    }
}
