//! The peer while a run goes on.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use wirecheck_report::record::Concurrency;

use super::client_launcher::{ClientLauncher, LaunchedClient};
use super::{PeerSource, Reconnects};
use crate::engine::wait::{WaitFor, Waiter};
use crate::peer::{
    Client, CommandLine, DelayedStart, EscapedProcess, ExitStatus, ExternalServer, OutputMark,
    OutputPosition, OutputWait, Resources, Server, StartError, StartOptions, close_waits,
    count_connection, end_orphans,
};
use crate::wire::diag::listening;
use crate::wire::link::{ConnectError, Link, LinkOptions};
use crate::wire::watch::Watch;

/// The peer while a run goes on.
pub(in crate::engine) enum Target {
    Server {
        command: CommandLine,
        options: StartOptions,
        server: Box<Server>,
        /// For the record.
        notes: Vec<String>,
    },
    External(ExternalServer),
    /// A client for each case.
    ClientPerCase(ClientLauncher),
    /// One client that connects again and again.
    ReconnectingClient {
        launcher: ClientLauncher,
        client: Box<LaunchedClient>,
    },
}

/// A connection to the peer.
pub(in crate::engine) struct PeerConnection {
    pub(in crate::engine) link: Link,
    /// The client that was started for it alone.
    pub(in crate::engine) client: Option<LaunchedClient>,
    /// How long it took until the connection was there.
    pub(in crate::engine) waited: Duration,
}

/// Why there is no connection.
#[derive(Debug)]
pub(in crate::engine) enum NoConnection {
    /// The peer refused it, or ended.
    Peer(String),
    /// The peer did nothing, and may only be slow.
    Silent(String),
    /// The machine could not make one.
    Machine(String),
}

/// Why there is no connection, and what the peer printed last.
#[derive(Debug)]
pub(in crate::engine) struct NotConnected {
    pub(in crate::engine) why: NoConnection,
    pub(in crate::engine) last_output: Vec<String>,
}

impl Target {
    /// Keeps `keep` bytes of the beginning, and as many of the end, of what it prints.
    pub(in crate::engine) fn start(source: &PeerSource, keep: usize) -> Result<Self, StartError> {
        Ok(match source {
            PeerSource::Start { command, options } => {
                let options = StartOptions {
                    keep,
                    ..options.clone()
                };
                Self::Server {
                    server: Box::new(Server::start(command, &options)?),
                    command: command.clone(),
                    options,
                    notes: Vec::new(),
                }
            }
            PeerSource::Connect(server) => Self::External(server.clone()),
            PeerSource::Client { command, options } => {
                let launcher = ClientLauncher::new(command.clone(), options.clone(), keep);
                match options.reconnects {
                    Reconnects::Never => {
                        // Shows at once whether it can be started at all.
                        launcher.start_one_ahead()?;
                        Self::ClientPerCase(launcher)
                    }
                    Reconnects::Always => Self::ReconnectingClient {
                        client: Box::new(launcher.start()?),
                        launcher,
                    },
                }
            }
        })
    }

    /// Connects to the peer, or accepts its connection.
    pub(in crate::engine) fn connect(
        &self,
        options: &LinkOptions,
        waiter: &mut Waiter<'_>,
        limit: Duration,
    ) -> Result<PeerConnection, NotConnected> {
        let begun = Instant::now();
        count_connection();
        let missing = |why| NotConnected {
            why,
            last_output: self.last_output(OutputPosition::default()),
        };
        let (link, client) = match self {
            Self::Server { .. } | Self::External(_) => {
                let deadline = begun + waiter.limit(WaitFor::Answer, limit);
                let link = Link::connect(self.addr(), options, deadline);
                (link.map_err(|error| missing(error.into()))?, None)
            }
            Self::ReconnectingClient { client, .. } => {
                (client.accept(options, waiter).map_err(missing)?, None)
            }
            Self::ClientPerCase(launcher) => {
                let machine = |error: StartError| missing(NoConnection::Machine(error.to_string()));
                let client = launcher.next().map_err(machine)?;
                waiter.watch_only(client.watch());
                match client.accept(options, waiter) {
                    Ok(link) => (link, Some(client)),
                    Err(why) => {
                        let last_output = client.stop().last_output;
                        return Err(NotConnected { why, last_output });
                    }
                }
            }
        };
        Ok(PeerConnection {
            link,
            client,
            waited: begun.elapsed(),
        })
    }

    /// Starts a client that a later case will need.
    pub(in crate::engine) fn start_ahead(&self) {
        if let Self::ClientPerCase(launcher) = self {
            launcher.start_ahead();
        }
    }

    /// How many cases may run on it at once, where that is known without a trial.
    pub(in crate::engine) fn concurrency(&self) -> Option<Concurrency> {
        match self {
            Self::Server { .. } | Self::External(_) => None,
            Self::ClientPerCase(_) => Some(Concurrency::Several),
            Self::ReconnectingClient { .. } => Some(Concurrency::One),
        }
    }

    /// How many connections may wait until a server accepts them. The kernel queues one more
    /// than the server asks for, and may reset what comes when the queue is full.
    pub(in crate::engine) fn accept_queue(&self) -> Option<NonZeroUsize> {
        match self {
            Self::Server { .. } | Self::External(_) => {
                let backlog = listening(self.addr()).ok()??;
                NonZeroUsize::new(backlog.limit as usize + 1)
            }
            Self::ClientPerCase(_) | Self::ReconnectingClient { .. } => None,
        }
    }

    /// Whether a process is started for each case.
    pub(in crate::engine) fn is_new_each_time(&self) -> bool {
        matches!(self, Self::ClientPerCase(_))
    }

    /// Starts the peer again, if wirecheck starts it, after the old one is gone. Returns
    /// how many were started.
    pub(in crate::engine) fn restart(&mut self) -> Result<u32, StartError> {
        match self {
            Self::Server {
                command,
                options,
                server,
                notes,
            } => {
                notes.extend(note_survivors(&server.end().survivors));
                let delayed = server.restart(command, options)?;
                notes.extend(delayed.as_ref().map(note_delay));
            }
            Self::ReconnectingClient { launcher, client } => {
                client.kill();
                **client = launcher.start()?;
            }
            Self::External(_) => return Ok(0),
            Self::ClientPerCase(launcher) => {
                launcher.stop_all();
                return Ok(0);
            }
        }
        Ok(1)
    }

    /// Ends it with all of its processes, if wirecheck started it.
    pub(in crate::engine) fn stop(&mut self) {
        match self {
            Self::Server { server, notes, .. } => {
                notes.extend(note_survivors(&server.end().survivors));
            }
            Self::ReconnectingClient { client, .. } => client.kill(),
            Self::ClientPerCase(launcher) => launcher.stop_all(),
            Self::External(_) => {}
        }
    }

    /// What the record should say of its processes, since the last call.
    pub(in crate::engine) fn take_notes(&mut self) -> Vec<String> {
        match self {
            Self::Server { notes, .. } => std::mem::take(notes),
            Self::ClientPerCase(_) | Self::ReconnectingClient { .. } => {
                note_survivors(&end_orphans()).into_iter().collect()
            }
            Self::External(_) => Vec::new(),
        }
    }

    /// Whether wirecheck starts it.
    pub(in crate::engine) fn is_ours(&self) -> bool {
        !matches!(self, Self::External(_))
    }

    pub(in crate::engine) fn addr(&self) -> SocketAddr {
        match self {
            Self::Server { server, .. } => server.addr(),
            Self::External(server) => server.addr(),
            Self::ReconnectingClient { client, .. } => client.addr(),
            Self::ClientPerCase(launcher) => launcher.addr(),
        }
    }

    pub(in crate::engine) fn watch(&self) -> Option<Watch> {
        match self {
            Self::Server { server, .. } => server.watch().ok(),
            Self::External(server) => server.watch()?.ok(),
            Self::ReconnectingClient { client, .. } => client.watch(),
            Self::ClientPerCase(_) => None,
        }
    }

    /// What its processes hold, if that can be seen and they live for several cases.
    pub(in crate::engine) fn resources(&self) -> Option<Resources> {
        Resources::of(self.watch()?.processes().ok()?)
    }

    /// How many of its sockets are in CLOSE_WAIT, if it is a server of this machine.
    pub(in crate::engine) fn close_waits(&self) -> usize {
        match self {
            Self::Server { .. } | Self::External(_) => close_waits(self.addr().port()),
            Self::ReconnectingClient { .. } | Self::ClientPerCase(_) => 0,
        }
    }

    /// Whether any of its threads will wake by itself.
    pub(in crate::engine) fn has_timers(&self) -> bool {
        let timers = self.watch().and_then(|mut watch| watch.timers().ok());
        timers.is_some_and(|timers| timers > 0)
    }

    /// How its process ended, if it has.
    pub(in crate::engine) fn ended(&self) -> Option<ExitStatus> {
        match self.process()? {
            Process::Server(server) => server.exit_status(),
            Process::Client(client) => client.exit_status(),
        }
    }

    /// The output from here on of a peer that lives for several cases.
    pub(in crate::engine) fn output_watch(&self) -> Option<OutputWatch<'_>> {
        let process = self.process()?;
        let since = match process {
            Process::Server(server) => server.mark(),
            Process::Client(client) => client.mark(),
        };
        Some(OutputWatch { process, since })
    }

    /// How much a peer that lives for several cases has printed by now.
    pub(in crate::engine) fn output_position(&self) -> OutputPosition {
        match self.process() {
            Some(Process::Server(server)) => server.output_position(),
            Some(Process::Client(client)) => client.output_position(),
            None => OutputPosition::default(),
        }
    }

    /// The first and the last lines that it printed after a position.
    pub(in crate::engine) fn last_output(&self, since: OutputPosition) -> Vec<String> {
        let output = match self.process() {
            Some(Process::Server(server)) => server.output(),
            Some(Process::Client(client)) => client.output(),
            None => return Vec::new(),
        };
        let text = output.last_output_since(since);
        text.lines().map(str::to_owned).collect()
    }

    /// Its process, where one that wirecheck started lives for several cases.
    fn process(&self) -> Option<Process<'_>> {
        match self {
            Self::Server { server, .. } => Some(Process::Server(server)),
            Self::ReconnectingClient { client, .. } => Some(Process::Client(client.process())),
            Self::External(_) | Self::ClientPerCase(_) => None,
        }
    }
}

/// One line for the record, if any process could not be ended.
fn note_survivors(survivors: &[EscapedProcess]) -> Option<String> {
    const MOST: usize = 8;
    let names = survivors.iter().take(MOST);
    let names: Vec<String> = names
        .map(|it| format!("{} {}", it.process, it.name))
        .collect();
    (!survivors.is_empty()).then(|| {
        format!(
            "processes: {} processes of the peer could not be ended: {}",
            survivors.len(),
            names.join(", ")
        )
    })
}

/// One line for the record. Without times and ports: they differ between runs.
fn note_delay(delayed: &DelayedStart) -> String {
    let said = match delayed.last_output.lines().last() {
        Some(line) => format!("{}; `{}`", delayed.status, line.trim()),
        None => delayed.status.to_string(),
    };
    format!(
        "start: a fresh server exited until what the stopped one had used was free ({said}); \
         wirecheck started it again until it listened"
    )
}

/// A process that wirecheck started.
#[derive(Clone, Copy)]
enum Process<'t> {
    Server(&'t Server),
    Client(&'t Client),
}

/// What a peer prints from some point on.
#[derive(Clone, Copy)]
pub(in crate::engine) struct OutputWatch<'t> {
    process: Process<'t>,
    since: OutputMark,
}

impl OutputWatch<'_> {
    /// Waits for a text.
    pub(in crate::engine) fn wait_for(&self, text: &[u8], deadline: Instant) -> OutputWait {
        match self.process {
            Process::Server(server) => server.await_output(text, self.since, deadline),
            Process::Client(client) => client.await_output(text, self.since, deadline),
        }
    }

    /// The last bytes of what it printed.
    pub(in crate::engine) fn printed(&self) -> Vec<u8> {
        let output = match self.process {
            Process::Server(server) => server.output(),
            Process::Client(client) => client.output(),
        };
        output.stdout.bytes().into_owned()
    }
}

/// A peer that refuses a connection is at fault. A machine that cannot make one leaves
/// nothing to judge.
impl From<ConnectError> for NoConnection {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Refused { .. } | ConnectError::TimedOut { .. } => {
                Self::Peer(error.to_string())
            }
            ConnectError::NoPorts { .. } | ConnectError::Machine { .. } => {
                Self::Machine(error.to_string())
            }
        }
    }
}
