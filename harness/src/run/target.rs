//! The peer of a run: one that we start, again and again if need be, or one that
//! runs already; a server that we call or a client that calls us.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::caller::{Call, Caller, Calling, Calls, Missed};
use super::gate::Gate;
use super::lookout::{Lookout, Manner, Pace};
use crate::peer::{
    CommandLine, ExitStatus, ExternalServer, OutputMark, OutputWait, Server, StartError,
    StartOptions,
};
use crate::wire::link::{ConnectError, Link, LinkOptions};
use crate::wire::watch::Watch;
use wirecheck_report::record::Concurrency;

/// How the peer is had.
#[derive(Clone, Debug)]
pub enum PeerSource {
    /// It is started by us.
    Start {
        /// How.
        command: CommandLine,
        /// Within which bounds.
        options: StartOptions,
    },
    /// It runs already.
    Connect(ExternalServer),
    /// It is a client: it is started by us, and calls us.
    Client {
        /// How it is started.
        command: CommandLine,
        /// How it calls.
        calling: Calling,
    },
}

/// The peer as it runs.
pub(super) enum Target {
    Started {
        command: CommandLine,
        options: StartOptions,
        server: Box<Server>,
    },
    Outside(ExternalServer),
    /// A client for each case.
    Callers(Caller),
    /// One client that calls again and again.
    Regular {
        caller: Caller,
        call: Box<Call>,
    },
}

/// A connection to the peer.
pub(super) struct Meeting {
    pub(super) link: Link,
    /// The client that was started for it alone.
    pub(super) call: Option<Call>,
    /// How long it was waited for that client.
    pub(super) waited: Duration,
}

/// Why there is no connection, and what the peer had printed by then.
pub(super) struct NotMet {
    pub(super) missed: Missed,
    pub(super) last_words: Vec<String>,
}

impl Target {
    pub(super) fn start(source: &PeerSource) -> Result<Self, StartError> {
        Ok(match source {
            PeerSource::Start { command, options } => Self::Started {
                server: Box::new(Server::start(command, options)?),
                command: command.clone(),
                options: options.clone(),
            },
            PeerSource::Connect(outside) => Self::Outside(outside.clone()),
            PeerSource::Client { command, calling } => {
                let caller = Caller::new(command.clone(), calling.clone());
                match calling.habit {
                    Calls::Once => {
                        // Whether it can be started at all is known from the first.
                        caller.start_one()?;
                        Self::Callers(caller)
                    }
                    Calls::AgainAndAgain => Self::Regular {
                        call: Box::new(caller.call()?),
                        caller,
                    },
                }
            }
        })
    }

    /// Makes a connection to the peer, or takes one from it.
    pub(super) fn meet(
        &self,
        options: &LinkOptions,
        lookout: &mut Lookout<'_>,
        limit: Duration,
    ) -> Result<Meeting, NotMet> {
        let begun = Instant::now();
        let here = |missed| NotMet {
            missed,
            last_words: self.last_output(),
        };
        let (link, call) = match self {
            Self::Started { .. } | Self::Outside(_) => {
                let deadline = lookout.allowed(limit).deadline;
                let link = Link::connect(self.addr(), options, deadline);
                (link.map_err(|error| here(error.into()))?, None)
            }
            Self::Regular { call, .. } => (call.meet(options, lookout).map_err(here)?, None),
            Self::Callers(caller) => {
                let machine = |error: StartError| here(Missed::Machine(error.to_string()));
                let call = caller.next().map_err(machine)?;
                lookout.turn_to(call.watch());
                match call.meet(options, lookout) {
                    Ok(link) => (link, Some(call)),
                    Err(missed) => {
                        let last_words = call.break_off().last_words;
                        return Err(NotMet { missed, last_words });
                    }
                }
            }
        };
        Ok(Meeting {
            link,
            call,
            waited: begun.elapsed(),
        })
    }

    /// Starts a client that a later case will need.
    pub(super) fn start_ahead(&self) {
        if let Self::Callers(caller) = self {
            caller.start_ahead();
        }
    }

    /// How many cases may run on it at once, if that needs no trial.
    pub(super) fn concurrency(&self) -> Option<Concurrency> {
        match self {
            Self::Started { .. } | Self::Outside(_) => None,
            Self::Callers(_) => Some(Concurrency::Several),
            Self::Regular { .. } => Some(Concurrency::One),
        }
    }

    /// Whether a peer is started for each case.
    pub(super) fn is_new_each_time(&self) -> bool {
        matches!(self, Self::Callers(_))
    }

    /// A peer that knows nothing of earlier cases; the same one again if it is not
    /// ours to start. Says how often one was started anew.
    pub(super) fn renew(&mut self) -> Result<u32, StartError> {
        match self {
            Self::Started {
                command,
                options,
                server,
            } => **server = Server::start(command, options)?,
            Self::Regular { caller, call } => **call = caller.call()?,
            Self::Outside(_) => return Ok(0),
            Self::Callers(caller) => {
                caller.send_away();
                return Ok(0);
            }
        }
        Ok(1)
    }

    pub(super) fn is_ours(&self) -> bool {
        !matches!(self, Self::Outside(_))
    }

    pub(super) fn addr(&self) -> SocketAddr {
        match self {
            Self::Started { server, .. } => server.addr(),
            Self::Outside(outside) => outside.addr(),
            Self::Regular { call, .. } => call.addr(),
            Self::Callers(caller) => caller.host(),
        }
    }

    pub(super) fn watch(&self) -> Option<Watch> {
        match self {
            Self::Started { server, .. } => server.watch().ok(),
            Self::Outside(outside) => outside.watch()?.ok(),
            Self::Regular { call, .. } => call.watch(),
            Self::Callers(_) => None,
        }
    }

    /// Waits until it sleeps, and says how it ended, if it did instead.
    pub(super) fn rest(&self) -> Option<ExitStatus> {
        let gate = Gate::default();
        Lookout::new(self.watch(), &gate, Pace::default(), Manner::Brisk).await_rest();
        self.ended()
    }

    /// How its process ended, if it has.
    pub(super) fn ended(&self) -> Option<ExitStatus> {
        match self {
            Self::Started { server, .. } => server.exit_status(),
            Self::Regular { call, .. } => call.client().exit_status(),
            Self::Outside(_) | Self::Callers(_) => None,
        }
    }

    pub(super) fn mark(&self) -> OutputMark {
        match self {
            Self::Started { server, .. } => server.mark(),
            Self::Regular { call, .. } => call.client().mark(),
            Self::Outside(_) | Self::Callers(_) => OutputMark::default(),
        }
    }

    /// Waits for the peer to print a text; what is not ours cannot be heard, and is
    /// taken at its word.
    pub(super) fn await_output(
        &self,
        text: &[u8],
        since: OutputMark,
        deadline: Instant,
    ) -> OutputWait {
        match self {
            Self::Started { server, .. } => server.await_output(text, since, deadline),
            Self::Regular { call, .. } => call.client().await_output(text, since, deadline),
            Self::Outside(_) | Self::Callers(_) => OutputWait::Found(since),
        }
    }

    /// The last bytes of what it printed.
    pub(super) fn printed(&self) -> Vec<u8> {
        match self {
            Self::Started { server, .. } => server.output().stdout.bytes().into_owned(),
            Self::Regular { call, .. } => call.client().output().stdout.bytes().into_owned(),
            Self::Outside(_) | Self::Callers(_) => Vec::new(),
        }
    }

    pub(super) fn last_output(&self) -> Vec<String> {
        let words = match self {
            Self::Started { server, .. } => server.last_output(),
            Self::Regular { call, .. } => call.client().last_output(),
            Self::Outside(_) | Self::Callers(_) => return Vec::new(),
        };
        words.lines().map(str::to_owned).collect()
    }
}

/// A peer that does not take a connection is at fault; a machine that cannot make one
/// leaves nothing to judge.
impl From<ConnectError> for Missed {
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
