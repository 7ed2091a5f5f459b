//! Systems that do not show the state of another program's socket.

use super::{QueryError, SocketLookup};
use std::net::SocketAddr;

/// A request that always fails.
#[derive(Clone, Debug)]
pub(super) struct Request;

impl Request {
    pub(super) fn new(_local: SocketAddr, _remote: SocketAddr) -> Self {
        Self
    }

    pub(super) fn ask(&mut self) -> Result<SocketLookup, QueryError> {
        Err(QueryError::Unsupported)
    }
}
