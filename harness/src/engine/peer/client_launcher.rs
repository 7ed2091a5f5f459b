//! Clients under test: starting them, accepting their connection, and their end.
//!
//! The port that a client connects to is open before the client starts. Where each case
//! has a client of its own, the next ones are started while others play. They wait in the
//! backlog, as clients of a busy server do, and nobody waits for the start of a program
//! twice.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::NoConnection;
use crate::engine::wait::{Awaited, Progress, WaitEnd, WaitFor, Waiter};
use crate::judge::{ProcessEnd, ProcessOutcome, SilenceProof};
use crate::peer::{Client, CommandLine, ExitStatus, StartError, WaitResult};
use crate::wire::link::{AcceptError, Link, LinkOptions, Listener};
use crate::wire::watch::Watch;

/// The time between two looks at a client that should end, and at the connections that it makes
/// meanwhile.
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);
/// How long a client may have waited for its turn: after that it may have given up.
const FRESH: Duration = Duration::from_secs(1);
/// How many clients are started ahead: more would only make each other slow.
const AHEAD: usize = 2;
/// The most connections of one client that are counted.
const MOST_CONNECTIONS: usize = 16;

/// How clients are started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientOptions {
    /// The address of this machine that they connect to.
    pub host: IpAddr,
    /// How long one may take to connect.
    pub start_timeout: Duration,
    /// How many connections one makes.
    pub reconnects: Reconnects,
}

/// How many connections a client makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reconnects {
    /// One. A process is started for each case, and ends with it.
    Never,
    /// One after the other, as a service does when its server went away.
    Always,
}

/// Starts clients.
pub(in crate::engine) struct ClientLauncher {
    command: CommandLine,
    options: ClientOptions,
    /// How many bytes are kept of the beginning, and as many of the end, of what one prints.
    keep: usize,
    /// Clients that were started ahead, the oldest first.
    ahead: Mutex<VecDeque<LaunchedClient>>,
}

/// A client that was started, and the port that it connects to.
pub(in crate::engine) struct LaunchedClient {
    process: Client,
    listener: Listener,
    started: Instant,
    start_timeout: Duration,
}

/// What a client did until its end.
pub(in crate::engine) struct ClientEnd {
    pub(in crate::engine) outcome: ProcessOutcome,
    pub(in crate::engine) last_output: Vec<String>,
}

impl ClientLauncher {
    pub(super) fn new(command: CommandLine, options: ClientOptions, keep: usize) -> Self {
        Self {
            command,
            options,
            keep,
            ahead: Mutex::default(),
        }
    }

    pub(super) fn start(&self) -> Result<LaunchedClient, StartError> {
        let any_port = SocketAddr::new(self.options.host, 0);
        let listener = Listener::bind(any_port, LinkOptions::default())
            .map_err(|error| StartError::host(&self.command, self.options.host, error))?;
        Ok(LaunchedClient {
            process: Client::start_keeping(&self.command, listener.addr(), self.keep)?,
            listener,
            started: Instant::now(),
            start_timeout: self.options.start_timeout,
        })
    }

    /// Starts a client for a later case.
    pub(super) fn start_one_ahead(&self) -> Result<(), StartError> {
        let client = self.start()?;
        self.ahead().push_back(client);
        Ok(())
    }

    /// Starts a client for a later case, unless enough of them wait already.
    pub(super) fn start_ahead(&self) {
        if self.ahead().len() < AHEAD {
            // If it cannot be started, the case that needs it reports that.
            let _ = self.start_one_ahead();
        }
    }

    /// A client that was started ahead, or a new one.
    pub(super) fn next(&self) -> Result<LaunchedClient, StartError> {
        let mut ahead = self.ahead();
        while let Some(client) = ahead.pop_front() {
            if client.started.elapsed() < FRESH {
                return Ok(client);
            }
        }
        drop(ahead);
        self.start()
    }

    /// Ends the clients that were started ahead.
    pub(super) fn stop_all(&self) {
        self.ahead().clear();
    }

    /// Where clients connect; each has a port of its own.
    pub(super) fn addr(&self) -> SocketAddr {
        SocketAddr::new(self.options.host, 0)
    }

    fn ahead(&self) -> MutexGuard<'_, VecDeque<LaunchedClient>> {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LaunchedClient {
    pub(super) fn process(&self) -> &Client {
        &self.process
    }

    pub(super) fn addr(&self) -> SocketAddr {
        self.listener.addr()
    }

    pub(super) fn watch(&self) -> Option<Watch> {
        self.process.watch().ok()
    }

    /// Kills it where it stands.
    pub(super) fn kill(&mut self) {
        self.process.stop(Duration::ZERO);
    }

    /// Waits until the client connects.
    pub(super) fn accept(
        &self,
        options: &LinkOptions,
        waiter: &mut Waiter<'_>,
    ) -> Result<Link, NoConnection> {
        let mut awaited = AwaitConnection {
            client: self,
            options,
            accepted: None,
        };
        let end = waiter.wait(WaitFor::Connection, self.start_timeout, &mut awaited);
        match (awaited.accepted, end) {
            (Some(accepted), _) => accepted,
            (None, WaitEnd::Idle(_)) => Err(NoConnection::Silent("it is idle".to_owned())),
            (None, _) => {
                let waited = self.start_timeout;
                Err(NoConnection::Silent(format!("not within {waited:?}")))
            }
        }
    }

    /// Waits until the client, whose connection is over, ends.
    pub(in crate::engine) fn await_exit(
        mut self,
        waiter: &mut Waiter<'_>,
        limit: Duration,
    ) -> ClientEnd {
        let mut awaited = AwaitExit {
            process: &mut self.process,
            listener: &self.listener,
            exit: None,
            extra_connections: 0,
        };
        let end = waiter.wait(WaitFor::Exit, limit, &mut awaited);
        let mut extra_connections = awaited.extra_connections;
        let process_end = match (awaited.exit, end) {
            (Some(exit), _) => ProcessEnd::Exited(exit),
            (None, WaitEnd::Idle(time)) => ProcessEnd::StillRunning(SilenceProof::Idle(time)),
            (None, WaitEnd::Spinning(time)) => {
                ProcessEnd::StillRunning(SilenceProof::Spinning(time))
            }
            (None, WaitEnd::TimedOut(time)) => {
                ProcessEnd::StillRunning(SilenceProof::TimeLimit(time))
            }
            (None, WaitEnd::Stopped(_) | WaitEnd::Happened) => ProcessEnd::NotAwaited,
        };
        extra_connections += refuse(&self.listener, MOST_CONNECTIONS - extra_connections);
        self.end(process_end, extra_connections)
    }

    /// Ends the client where it stands.
    pub(in crate::engine) fn stop(self) -> ClientEnd {
        let extra_connections = refuse(&self.listener, MOST_CONNECTIONS);
        self.end(ProcessEnd::NotAwaited, extra_connections)
    }

    fn end(mut self, end: ProcessEnd, extra_connections: usize) -> ClientEnd {
        self.process.stop(Duration::ZERO);
        let output = self.process.output();
        ClientEnd {
            outcome: ProcessOutcome {
                printed: output.stdout.bytes().into_owned(),
                not_kept: output.stdout.missing(),
                printed_errors: output.stderr.total > 0,
                end,
                extra_connections,
            },
            last_output: output.last_output().lines().map(str::to_owned).collect(),
        }
    }
}

/// A wait for a client to connect. One that ends first does not.
struct AwaitConnection<'c> {
    client: &'c LaunchedClient,
    options: &'c LinkOptions,
    accepted: Option<Result<Link, NoConnection>>,
}

impl Awaited for AwaitConnection<'_> {
    fn poll(&mut self, until: Instant) -> Progress {
        loop {
            // What it did before it ended is seen by one more look.
            let ended = self.client.process.exit_status();
            let until_next = until.min(Instant::now() + BETWEEN_LOOKS);
            self.accepted = match self.client.listener.accept_with(self.options, until_next) {
                Ok(link) => Some(Ok(link)),
                Err(AcceptError::Machine(error)) => {
                    Some(Err(NoConnection::Machine(error.to_string())))
                }
                Err(AcceptError::TimedOut) => ended.map(|ended| {
                    let why = format!("it ended before it connected: {ended}");
                    Err(NoConnection::Peer(why))
                }),
            };
            if self.accepted.is_some() {
                return Progress::Happened;
            }
            if Instant::now() >= until {
                return Progress::Nothing;
            }
        }
    }
}

/// A wait for a client to end. Connections that it makes meanwhile are reset and counted:
/// no case serves them.
struct AwaitExit<'c> {
    process: &'c mut Client,
    listener: &'c Listener,
    exit: Option<ExitStatus>,
    extra_connections: usize,
}

impl Awaited for AwaitExit<'_> {
    fn poll(&mut self, until: Instant) -> Progress {
        loop {
            let until_next = until.min(Instant::now() + BETWEEN_LOOKS);
            if let WaitResult::Exited(exit) = self.process.wait(until_next) {
                self.exit = Some(exit);
                return Progress::Happened;
            }
            let refused = refuse(self.listener, MOST_CONNECTIONS - self.extra_connections);
            self.extra_connections += refused;
            if refused > 0 {
                return Progress::Moved;
            }
            if Instant::now() >= until {
                return Progress::Nothing;
            }
        }
    }
}

/// Resets the connections that wait to be accepted, and counts them.
fn refuse(listener: &Listener, most: usize) -> usize {
    let waiting = std::iter::from_fn(|| listener.accept(Instant::now()).ok());
    waiting.take(most).map(Link::reset).count()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::engine::wait::{PeerTimings, Phase};

    #[test]
    fn a_client_that_ends_is_never_taken_for_an_idle_one() {
        let options = ClientOptions {
            host: Ipv4Addr::LOCALHOST.into(),
            start_timeout: Duration::from_secs(60),
            reconnects: Reconnects::Never,
        };
        let command = CommandLine::new(["sh", "-c", "sleep 0.1; exit 3"]);
        let launcher = ClientLauncher::new(command.expect("it has a program"), options, 1024);
        let client = launcher.start().expect("there is a shell");
        let stop = AtomicBool::new(false);
        let timings = PeerTimings::default();
        let mut waiter = Waiter::alone(client.watch(), Phase::Baseline, timings, &stop);
        let Err(NoConnection::Peer(why)) = client.accept(&LinkOptions::default(), &mut waiter)
        else {
            panic!("it ended");
        };
        assert!(why.contains("exit code 3"), "{why}");
    }
}
