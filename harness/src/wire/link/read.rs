//! Reading what the peer sends.

use super::poll::{Readiness, wait};
use super::{ConnectionEnd, Link, ReadPace, Received};
use rustix::net::{RecvFlags, recv};
use std::io;
use std::mem::MaybeUninit;
use std::net::TcpStream;
use std::time::Instant;

/// The size of one read.
const READ_SIZE: usize = 16 << 10;
/// How many bytes a slow reader takes one by one. Its buffer is small, so what it takes later
/// is little too.
const SINGLE_BYTES: u64 = 64;

/// The result of waiting for bytes from the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum ReadResult {
    /// The expected bytes are there.
    Enough,
    /// The connection ended first.
    Ended(ConnectionEnd),
    /// The deadline came first.
    TimedOut,
    /// The peer sent more than is kept.
    Flooded,
}

enum ReadStep {
    Bytes,
    Nothing,
    End,
}

impl Link {
    /// Reads until `enough` accepts all that was received, the connection ends, or the
    /// deadline comes. Looks at least once, even after the deadline.
    pub fn read_until(
        &mut self,
        mut enough: impl FnMut(&Received) -> bool,
        deadline: Instant,
    ) -> ReadResult {
        // If there is enough already, only what has arrived is read.
        let mut until = if enough(&self.received) {
            Instant::now()
        } else {
            deadline
        };
        loop {
            if self.can_read() {
                // Usually nothing has arrived yet. To wait first saves a read.
                wait(&self.stream, Readiness::Readable, until);
                self.drain();
            }
            if enough(&self.received) {
                return ReadResult::Enough;
            }
            if let Some(ending) = self.ending {
                return ReadResult::Ended(ending.how);
            }
            if self.received.remaining() == 0 {
                return ReadResult::Flooded;
            }
            if Instant::now() >= deadline {
                return ReadResult::TimedOut;
            }
            until = deadline;
        }
    }

    /// Reads until the peer ends the connection.
    pub fn read_to_end(&mut self, deadline: Instant) -> ReadResult {
        self.read_until(|_| false, deadline)
    }

    /// Reads what has arrived: all of it, or a little.
    pub(super) fn drain(&mut self) {
        match self.pace {
            ReadPace::AsItArrives => self.drain_all(),
            ReadPace::Slow => _ = self.read_once(self.slow_read_size()),
        }
    }

    /// Reads all that has arrived.
    pub(super) fn drain_all(&mut self) {
        while let ReadStep::Bytes = self.read_once(READ_SIZE) {}
    }

    /// Single bytes at first.
    fn slow_read_size(&self) -> usize {
        match self.received.total() {
            0..SINGLE_BYTES => 1,
            _ => READ_SIZE,
        }
    }

    /// Whether there may be more to read, now or later.
    pub(super) fn can_read(&self) -> bool {
        self.ending.is_none() && self.received.remaining() > 0
    }

    fn read_once(&mut self, size: usize) -> ReadStep {
        if !self.can_read() {
            return ReadStep::Nothing;
        }
        acknowledge_at_once(&self.stream);
        let mut buffer = [MaybeUninit::uninit(); READ_SIZE];
        let most = size.min(self.received.remaining());
        match recv(&self.stream, &mut buffer[..most], RecvFlags::empty()) {
            Ok((_, 0)) => self.ended(ConnectionEnd::Eof),
            Ok(((bytes, _), _)) => self.received_bytes(bytes),
            Err(error) => self.failed_to_read(&error.into()),
        }
    }

    fn received_bytes(&mut self, bytes: &[u8]) -> ReadStep {
        if self.written.total > 0 && self.written.received_before == self.received.total() {
            self.pacer.learn(self.written.last.elapsed());
        }
        let at = self.elapsed();
        self.received.push(bytes, at);
        ReadStep::Bytes
    }

    fn ended(&mut self, how: ConnectionEnd) -> ReadStep {
        self.record_end(how);
        ReadStep::End
    }

    fn failed_to_read(&mut self, error: &io::Error) -> ReadStep {
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => ReadStep::Nothing,
            _ => self.ended(end_of_error(error)),
        }
    }
}

/// How the connection ended, if a read or a write fails with this error.
pub(super) fn end_of_error(error: &io::Error) -> ConnectionEnd {
    match error.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => ConnectionEnd::Reset,
        _ => ConnectionEnd::Broken {
            errno: error.raw_os_error().unwrap_or(0),
        },
    }
}

/// Sends the delayed acknowledgement. A peer with Nagle's algorithm waits for it before it
/// sends its next segment, and the kernel would wait some 40 ms.
fn acknowledge_at_once(stream: &TcpStream) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = rustix::net::sockopt::set_tcp_quickack(stream, true);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = stream;
}
