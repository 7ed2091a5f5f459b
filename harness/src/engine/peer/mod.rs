//! The peer of a run as the engine sees it: one that wirecheck starts, again and again if
//! need be, or one that runs already; a server that wirecheck connects to or a client that
//! connects to wirecheck.

mod client_launcher;
mod player;
mod suspended;
mod target;

pub(super) use client_launcher::{ClientEnd, LaunchedClient};
pub use client_launcher::{ClientOptions, Reconnects};
pub(super) use player::{CasePlayer, PlayerSetup, Sharing, TestedPeer, on_threads};
pub(super) use target::{NoConnection, NotConnected, OutputWatch, PeerConnection, Target};

use crate::peer::{CommandLine, ExternalServer, StartOptions};

/// How to reach the peer.
#[derive(Clone, Debug)]
pub enum PeerSource {
    /// wirecheck starts the server.
    Start {
        /// What to run.
        command: CommandLine,
        /// Where it listens, and how long its start may take.
        options: StartOptions,
    },
    /// The server runs already.
    Connect(ExternalServer),
    /// The peer is a client. wirecheck starts it, and it connects to wirecheck.
    Client {
        /// What to run.
        command: CommandLine,
        /// Where it connects, and how often.
        options: ClientOptions,
    },
}
