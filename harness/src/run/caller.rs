//! Clients under test: how they are started, met and seen off.
//!
//! The place that a client is to call is there before the client starts. Where each
//! case has a client of its own, the next ones are started while others play: they
//! wait in the backlog, as clients of a busy server do, and the time that a program
//! takes to start is not waited for twice.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::lookout::{Bound, Lookout, Lull};
use crate::judge::{ProcessEnd, ProcessOutcome, SilenceProof};
use crate::peer::{Client, CommandLine, ExitStatus, StartError, WaitResult as Awaited};
use crate::wire::link::{AcceptError, Link, LinkOptions, Listener};
use crate::wire::watch::Watch;

/// How long one wait for a client is before it is looked at.
const SLICE: Duration = Duration::from_millis(1);
/// How long a client may have waited for its turn: longer, and it may have given up.
const FRESH: Duration = Duration::from_secs(1);
/// How many clients wait for their turn: more would only make each other slow.
const AHEAD: usize = 2;
/// The most connections of one client that are counted.
const MOST_CONNECTIONS: usize = 16;

/// How clients are started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calling {
    /// The address of this machine that they are to call.
    pub host: IpAddr,
    /// How long one may take to connect.
    pub start_timeout: Duration,
    /// How many connections one makes.
    pub habit: Calls,
}

/// How many connections a client makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calls {
    /// One: a process is started for each case, and ends with it.
    Once,
    /// One after the other, as a service does whose server went away.
    AgainAndAgain,
}

/// Starts clients.
pub(super) struct Caller {
    command: CommandLine,
    calling: Calling,
    /// Clients that were started and wait for their turn, the oldest first.
    waiting: Mutex<VecDeque<Call>>,
}

/// A client that was started, and the place that it is to call.
pub(super) struct Call {
    client: Client,
    listener: Listener,
    begun: Instant,
    start_timeout: Duration,
}

/// Why there is no connection.
pub(super) enum Missed {
    /// The peer's doing.
    Peer(String),
    /// It did nothing, and may only be slow.
    Silent(String),
    /// The machine's.
    Machine(String),
}

impl Caller {
    pub(super) fn new(command: CommandLine, calling: Calling) -> Self {
        Self {
            command,
            calling,
            waiting: Mutex::default(),
        }
    }

    /// Starts a client.
    pub(super) fn call(&self) -> Result<Call, StartError> {
        let anywhere = SocketAddr::new(self.calling.host, 0);
        let listener = Listener::bind(anywhere, LinkOptions::default())
            .map_err(|error| StartError::host(&self.command, self.calling.host, error))?;
        Ok(Call {
            client: Client::start(&self.command, listener.addr())?,
            listener,
            begun: Instant::now(),
            start_timeout: self.calling.start_timeout,
        })
    }

    /// Starts a client that waits for its turn.
    pub(super) fn start_one(&self) -> Result<(), StartError> {
        let call = self.call()?;
        self.waiting().push_back(call);
        Ok(())
    }

    /// Where clients call; each has a port of its own.
    pub(super) fn host(&self) -> SocketAddr {
        SocketAddr::new(self.calling.host, 0)
    }

    /// A client that waits for its turn, or a new one.
    pub(super) fn next(&self) -> Result<Call, StartError> {
        let mut waiting = self.waiting();
        while let Some(call) = waiting.pop_front() {
            if call.begun.elapsed() < FRESH {
                return Ok(call);
            }
        }
        drop(waiting);
        self.call()
    }

    /// Starts a client that will be needed, unless enough of them wait already.
    pub(super) fn start_ahead(&self) {
        if self.waiting().len() < AHEAD {
            // Where it cannot be started the case that needs it will say so.
            let _ = self.start_one();
        }
    }

    /// Ends those that wait.
    pub(super) fn send_away(&self) {
        self.waiting().clear();
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Call>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Call {
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn addr(&self) -> SocketAddr {
        self.listener.addr()
    }

    pub(super) fn watch(&self) -> Option<Watch> {
        self.client.watch().ok()
    }

    /// Waits until the client connects.
    pub(super) fn meet(
        &self,
        options: &LinkOptions,
        lookout: &mut Lookout<'_>,
    ) -> Result<Link, Missed> {
        let bound = Bound::of(self.start_timeout);
        loop {
            // What it did before it ended is seen by one more look.
            let ended = self.client.exit_status();
            match self.listener.accept_with(options, Instant::now() + SLICE) {
                Ok(link) => return Ok(link),
                Err(AcceptError::Machine(error)) => return Err(Missed::Machine(error.to_string())),
                Err(AcceptError::TimedOut) => {}
            }
            if let Some(ended) = ended {
                let how = format!("it ended before it connected: {ended}");
                return Err(Missed::Peer(how));
            }
            let lull = lookout.lull_before_call(bound, &mut |until| {
                self.listener.await_connection(until) || self.client.exit_status().is_some()
            });
            if matches!(lull, Lull::Quiet(_)) {
                return Err(Missed::Silent("it sleeps".to_owned()));
            }
            if bound.is_over() || lookout.is_stopped() {
                let waited = self.start_timeout;
                return Err(Missed::Silent(format!("{waited:?} were not enough")));
            }
        }
    }

    /// Waits until the client, whose connection is over, ends, and says what it did.
    pub(super) fn see_off(mut self, lookout: &mut Lookout<'_>, limit: Duration) -> SeenOff {
        let bound = lookout.allowed(limit);
        lookout.begin_to_watch_for_spinning();
        let mut more_connections = 0;
        let fate = loop {
            if let Some(ended) = self.ends_by(Instant::now() + SLICE) {
                lookout.ended();
                break ProcessEnd::Exited(ended);
            }
            more_connections += self.refuse_calls(MOST_CONNECTIONS - more_connections);
            let client = &mut self.client;
            let mut ends = |until| matches!(client.wait(until), Awaited::Exited(_));
            let lull = lookout.lull_unless(bound, &mut ends);
            let waited = match lull {
                Lull::Quiet(time) => SilenceProof::Idle(time),
                _ if bound.is_over() => {
                    lookout.waited_in_vain();
                    SilenceProof::TimeLimit(bound.limit)
                }
                _ if lookout.is_stopped() => break ProcessEnd::NotAwaited,
                Lull::Busy => match lookout.spins(bound) {
                    Some(time) => SilenceProof::Spinning(time),
                    None => continue,
                },
                Lull::Unseen => continue,
            };
            break ProcessEnd::StillRunning(waited);
        };
        more_connections += self.refuse_calls(MOST_CONNECTIONS - more_connections);
        self.end(fate, more_connections)
    }

    /// Ends the client where it stands.
    pub(super) fn break_off(self) -> SeenOff {
        let more_connections = self.refuse_calls(MOST_CONNECTIONS);
        self.end(ProcessEnd::NotAwaited, more_connections)
    }

    fn end(mut self, fate: ProcessEnd, more_connections: usize) -> SeenOff {
        self.client.stop(Duration::ZERO);
        let output = self.client.output();
        SeenOff {
            conduct: ProcessOutcome {
                printed: output.stdout.bytes().into_owned(),
                end: fate,
                extra_connections: more_connections,
            },
            last_words: output.last_output().lines().map(str::to_owned).collect(),
        }
    }

    fn ends_by(&mut self, deadline: Instant) -> Option<ExitStatus> {
        match self.client.wait(deadline) {
            Awaited::Exited(ended) => Some(ended),
            Awaited::Running => None,
        }
    }

    /// Resets the connections that wait, and says how many there were: nobody will
    /// serve them.
    fn refuse_calls(&self, most: usize) -> usize {
        let calls = std::iter::from_fn(|| self.listener.accept(Instant::now()).ok());
        calls.take(most).map(Link::reset).count()
    }
}

/// What was seen of a client to its end.
pub(super) struct SeenOff {
    pub(super) conduct: ProcessOutcome,
    pub(super) last_words: Vec<String>,
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::run::gate::Gate;
    use crate::run::lookout::{Manner, Pace};

    #[test]
    fn a_client_that_ends_is_never_taken_for_one_that_sleeps() {
        let calling = Calling {
            host: Ipv4Addr::LOCALHOST.into(),
            start_timeout: Duration::from_secs(60),
            habit: Calls::Once,
        };
        let command = CommandLine::new(["sh", "-c", "sleep 0.1; exit 3"]);
        let caller = Caller::new(command.expect("it has a program"), calling);
        let call = caller.call().expect("there is a shell");
        let gate = Gate::default();
        let mut lookout = Lookout::new(call.watch(), &gate, Pace::default(), Manner::Careful);
        let Err(Missed::Peer(why)) = call.meet(&LinkOptions::default(), &mut lookout) else {
            panic!("it ended");
        };
        assert!(why.contains("exit code 3"), "{why}");
    }
}
