//! How the peer is reached: from the options of `run`, or from a saved case.

use std::time::Duration;

use wirecheck_report::record::Role;
use wirecheck_report::saved_case::SavedPeer;

use super::error::CommandError;
use crate::engine::{ClientOptions, PeerSource, Reconnects};
use crate::peer::{CommandLine, ExternalServer, StartOptions};

pub(super) fn peer_source(peer: &SavedPeer) -> Result<PeerSource, CommandError> {
    if let Some(address) = &peer.connect {
        let server = ExternalServer::find(address).map_err(CommandError::usage)?;
        return Ok(PeerSource::Connect(server));
    }
    let command = CommandLine::new(&peer.command).map_err(CommandError::usage)?;
    let host = peer.host.parse();
    let host =
        host.map_err(|_| CommandError::usage(format!("`{}` is not an IP address", peer.host)))?;
    let start_timeout = Duration::from_millis(peer.start_timeout_ms);
    if peer.role == Role::Server {
        let options = StartOptions {
            host,
            port: peer.port,
            start_timeout,
            ..StartOptions::default()
        };
        return Ok(PeerSource::Start { command, options });
    }
    let reconnects = if peer.reconnects {
        Reconnects::Always
    } else {
        Reconnects::Never
    };
    let options = ClientOptions {
        host,
        start_timeout,
        reconnects,
    };
    Ok(PeerSource::Client { command, options })
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
