//! The peer of a run: one that we start, again and again if need be, or one that
//! runs already.

use std::net::SocketAddr;
use std::time::Instant;

use super::gate::Gate;
use super::lookout::{Lookout, Manner, Pace};
use crate::peer::{CommandLine, Ended, Heard, Mark, Outside, Server, StartError, StartOptions};
use crate::wire::watch::Watch;

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
    Connect(Outside),
}

/// The peer as it runs.
pub(super) enum Target {
    Started {
        command: CommandLine,
        options: StartOptions,
        server: Box<Server>,
    },
    Outside(Outside),
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
        })
    }

    /// A peer that knows nothing of earlier cases; the same one again if it is not
    /// ours to start.
    pub(super) fn renew(&mut self) -> Result<(), StartError> {
        if let Self::Started {
            command,
            options,
            server,
        } = self
        {
            **server = Server::start(command, options)?;
        }
        Ok(())
    }

    pub(super) fn is_ours(&self) -> bool {
        matches!(self, Self::Started { .. })
    }

    pub(super) fn addr(&self) -> SocketAddr {
        match self {
            Self::Started { server, .. } => server.addr(),
            Self::Outside(outside) => outside.addr(),
        }
    }

    pub(super) fn watch(&self) -> Option<Watch> {
        match self {
            Self::Started { server, .. } => server.watch().ok(),
            Self::Outside(outside) => outside.watch()?.ok(),
        }
    }

    /// Waits until it sleeps, and says how it ended, if it did instead.
    pub(super) fn rest(&self) -> Option<Ended> {
        let gate = Gate::default();
        Lookout::new(self.watch(), &gate, Pace::default(), Manner::Brisk).await_rest();
        self.ended()
    }

    /// How its process ended, if it has.
    pub(super) fn ended(&self) -> Option<Ended> {
        match self {
            Self::Started { server, .. } => server.ended(),
            Self::Outside(_) => None,
        }
    }

    pub(super) fn mark(&self) -> Mark {
        match self {
            Self::Started { server, .. } => server.mark(),
            Self::Outside(_) => Mark::default(),
        }
    }

    /// Waits for the peer to print a text; what is not ours cannot be heard, and is
    /// taken at its word.
    pub(super) fn await_output(&self, text: &[u8], since: Mark, deadline: Instant) -> Heard {
        match self {
            Self::Started { server, .. } => server.await_output(text, since, deadline),
            Self::Outside(_) => Heard::Text(since),
        }
    }

    /// The last bytes of what it printed.
    pub(super) fn printed(&self) -> Vec<u8> {
        match self {
            Self::Started { server, .. } => server.output().stdout.bytes().into_owned(),
            Self::Outside(_) => Vec::new(),
        }
    }

    pub(super) fn last_words(&self) -> Vec<String> {
        match self {
            Self::Started { server, .. } => {
                server.last_words().lines().map(str::to_owned).collect()
            }
            Self::Outside(_) => Vec::new(),
        }
    }
}
