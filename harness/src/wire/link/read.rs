//! Reading what the peer says.

use super::poll::{Readiness, wait};
use super::{Appetite, End, Link, Received};
use rustix::net::{RecvFlags, recv};
use std::io;
use std::mem::MaybeUninit;
use std::net::TcpStream;
use std::time::Instant;

/// The most that one read takes.
const GULP: usize = 16 << 10;

/// What came of waiting for the peer's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Read {
    /// What was waited for is there.
    Enough,
    /// The peer ended the connection first.
    Ended(End),
    /// The deadline came first.
    TimedOut,
    /// The peer said more than is kept.
    Flooded,
}

/// What one read brought.
enum Took {
    Bytes,
    Nothing,
    End,
}

impl Link {
    /// Reads until `enough` is content with all that was received, or the peer
    /// ends, or the deadline comes. Looks at least once, whatever the deadline.
    pub fn read_until(
        &mut self,
        mut enough: impl FnMut(&Received) -> bool,
        deadline: Instant,
    ) -> Read {
        // What is there already is no reason to wait, but a look it is worth.
        let mut until = match enough(&self.received) {
            true => Instant::now(),
            false => deadline,
        };
        loop {
            if self.is_listening() {
                // Mostly nothing has come: to wait first spares a read in vain.
                wait(&self.stream, Readiness::Readable, until);
                self.absorb();
            }
            if enough(&self.received) {
                return Read::Enough;
            }
            if let Some(ending) = self.ending {
                return Read::Ended(ending.how);
            }
            if self.received.room() == 0 {
                return Read::Flooded;
            }
            if Instant::now() >= deadline {
                return Read::TimedOut;
            }
            until = deadline;
        }
    }

    /// Waits until the peer ends the connection, keeping what it says meanwhile.
    pub fn read_to_end(&mut self, deadline: Instant) -> Read {
        self.read_until(|_| false, deadline)
    }

    /// Takes what has come, as eagerly as the appetite allows.
    pub(super) fn absorb(&mut self) {
        match self.appetite {
            Appetite::Eager => self.drain(),
            Appetite::Sip { .. } => {
                self.take();
            }
        }
    }

    /// Takes all that has come.
    pub(super) fn drain(&mut self) {
        while let Took::Bytes = self.take() {}
    }

    /// Whether there may be more to take, now or later.
    pub(super) fn is_listening(&self) -> bool {
        self.ending.is_none() && self.received.room() > 0
    }

    fn take(&mut self) -> Took {
        if !self.is_listening() {
            return Took::Nothing;
        }
        acknowledge_at_once(&self.stream);
        let mut buffer = [MaybeUninit::uninit(); GULP];
        let most = self.mouthful();
        match recv(&self.stream, &mut buffer[..most], RecvFlags::empty()) {
            Ok((_, 0)) => self.took_end(End::Eof),
            Ok(((bytes, _), _)) => self.took(bytes),
            Err(error) => self.took_error(&error.into()),
        }
    }

    fn mouthful(&self) -> usize {
        let most = match self.appetite {
            Appetite::Eager => GULP,
            Appetite::Sip { at_a_time, .. } => at_a_time.get().min(GULP),
        };
        most.min(self.received.room())
    }

    fn took(&mut self, bytes: &[u8]) -> Took {
        if self.written.total > 0 && self.written.heard == self.received.total() {
            self.pacer.learn(self.written.last.elapsed());
        }
        let at = self.elapsed();
        self.received.push(bytes, at);
        Took::Bytes
    }

    fn took_end(&mut self, how: End) -> Took {
        self.end(how);
        Took::End
    }

    fn took_error(&mut self, error: &io::Error) -> Took {
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Took::Nothing,
            _ => self.took_end(how_it_broke(error)),
        }
    }
}

/// The end that an error of a read or a write tells of.
pub(super) fn how_it_broke(error: &io::Error) -> End {
    match error.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => End::Reset,
        _ => End::Broken {
            errno: error.raw_os_error().unwrap_or(0),
        },
    }
}

/// Sends the acknowledgement that is due. A peer with Nagle's algorithm holds its
/// next segment back for it, and the kernel would take some 40 ms.
fn acknowledge_at_once(stream: &TcpStream) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = rustix::net::sockopt::set_tcp_quickack(stream, true);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = stream;
}
