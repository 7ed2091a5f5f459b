//! A server that does not run for a moment.

use std::time::{Duration, Instant};

use super::Target;
use crate::engine::case::NotSuspended;
use crate::peer::Server;
use crate::wire::link::{Link, LinkOptions};

/// A server whose processes are stopped. Dropped, they continue.
pub(in crate::engine) struct SuspendedServer<'t>(&'t Server);

impl Target {
    /// Suspends a server that wirecheck started.
    pub(in crate::engine) fn suspend(&self) -> Result<SuspendedServer<'_>, NotSuspended> {
        let Self::Server { server, .. } = self else {
            return Err(NotSuspended::NotOurs);
        };
        // Made first: it continues those that were reached if not all are.
        let suspended = SuspendedServer(server);
        match server.suspend() {
            Ok(()) => Ok(suspended),
            Err(_) => Err(NotSuspended::Refused),
        }
    }

    /// Makes a connection while the server is suspended.
    pub(in crate::engine) fn connect_while_suspended(&self, limit: Duration) -> Option<Link> {
        let _suspended = self.suspend().ok()?;
        Link::connect(self.addr(), &LinkOptions::default(), Instant::now() + limit).ok()
    }
}

impl Drop for SuspendedServer<'_> {
    fn drop(&mut self) {
        // A server that has ended needs none, and one that stays suspended is found not to serve.
        let _ = self.0.resume();
    }
}
