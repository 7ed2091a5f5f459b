//! What a conversation needs of a connection: a [`Link`], or a scripted one in tests.

use std::time::{Duration, Instant};

use crate::wire::diag::{QueryError, SocketLookup};
use crate::wire::link::{
    CloseSignal, ClosedLink, Link, ObservedEnd, ReadResult, Received, SendResult, WriteResult,
};

/// An open connection to the peer. See [`Link`] for what each method promises.
pub(in crate::engine) trait Connection {
    type Closed: ClosedConnection;

    fn send(&mut self, chunk: &[u8], deadline: Instant) -> SendResult;
    fn write_chunk(&mut self, chunk: &[u8], deadline: Instant) -> WriteResult;
    /// Writes the last chunk so that our FIN arrives with its last byte.
    fn write_last(&mut self, chunk: &[u8], deadline: Instant) -> WriteResult;
    fn prove(&mut self, deadline: Instant) -> SendResult;
    /// Reads until more has come than was there before, or the peer ends.
    fn read_more(&mut self, deadline: Instant) -> ReadResult;
    fn received(&self) -> &Received;
    fn ending(&self) -> Option<ObservedEnd>;
    fn elapsed(&self) -> Duration;
    /// How many chunks were handed to the network.
    fn chunks_sent(&self) -> u64;
    /// How many bytes were; a FIN counts as one.
    fn written(&self) -> u64;
    fn look(&self) -> Result<SocketLookup, QueryError>;
    fn is_settled(&self) -> bool;
    fn came_too_late(&self, deadline: Instant) -> bool;
    fn close_write(&mut self);
    fn close(self) -> Self::Closed;
    fn reset(self) -> Self::Closed;
}

/// A connection that wirecheck has closed.
pub(in crate::engine) trait ClosedConnection {
    fn look(&mut self) -> Result<SocketLookup, QueryError>;
    fn close_signal(&self) -> CloseSignal;
    /// What was received before, and how the peer had ended.
    fn into_received(self) -> (Received, Option<ObservedEnd>);
}

impl Connection for Link {
    type Closed = ClosedLink;

    fn send(&mut self, chunk: &[u8], deadline: Instant) -> SendResult {
        self.send(chunk, deadline)
    }

    fn write_chunk(&mut self, chunk: &[u8], deadline: Instant) -> WriteResult {
        self.write_chunk(chunk, deadline)
    }

    fn write_last(&mut self, chunk: &[u8], deadline: Instant) -> WriteResult {
        self.write_last(chunk, deadline)
    }

    fn prove(&mut self, deadline: Instant) -> SendResult {
        self.prove(deadline)
    }

    fn read_more(&mut self, deadline: Instant) -> ReadResult {
        let known = self.received().bytes().len();
        self.read_until(|received| received.bytes().len() > known, deadline)
    }

    fn received(&self) -> &Received {
        self.received()
    }

    fn ending(&self) -> Option<ObservedEnd> {
        self.ending()
    }

    fn elapsed(&self) -> Duration {
        self.elapsed()
    }

    fn chunks_sent(&self) -> u64 {
        self.delivery_count().chunks
    }

    fn written(&self) -> u64 {
        self.written()
    }

    fn look(&self) -> Result<SocketLookup, QueryError> {
        self.look()
    }

    fn is_settled(&self) -> bool {
        self.is_settled()
    }

    fn came_too_late(&self, deadline: Instant) -> bool {
        self.came_too_late(deadline)
    }

    fn close_write(&mut self) {
        self.close_write();
    }

    fn close(self) -> ClosedLink {
        self.close()
    }

    fn reset(self) -> ClosedLink {
        self.reset()
    }
}

impl ClosedConnection for ClosedLink {
    fn look(&mut self) -> Result<SocketLookup, QueryError> {
        self.look()
    }

    fn close_signal(&self) -> CloseSignal {
        self.close_signal
    }

    fn into_received(self) -> (Received, Option<ObservedEnd>) {
        (self.received, self.ending)
    }
}
