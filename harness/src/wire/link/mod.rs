//! One TCP connection with exact delivery.
//!
//! In come chunks of bytes and deadlines; out go the results of writes, reads and closes. A
//! [`Link`] is our end of a connection; the peer under test has the other. It does not know
//! what the bytes mean or what the peer should answer.
//!
//! A chunk is delivered in two steps that can also be used alone:
//!
//! - [`Link::write_chunk`] writes it;
//! - [`Link::prove`] looks at the peer's socket until the peer has read all that was written,
//!   and reads meanwhile what the peer sends. It documents what counts as proof.
//!
//! [`Link::send`] does both, so that one `recv` of the peer never returns two chunks.
//!
//! What the peer sends is in [`Link::received`] with its arrival time, also if it came early
//! or a reset followed it. How the peer ended the connection is in [`Link::ending`]; the first
//! observation counts.
//!
//! ```no_run
//! use std::time::{Duration, Instant};
//! use wirecheck::wire::link::{Link, LinkOptions, ReadResult, SendResult};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let deadline = Instant::now() + Duration::from_secs(1);
//! let mut link = Link::connect("127.0.0.1:7000".parse()?, &LinkOptions::default(), deadline)?;
//! for byte in b"hello\n".chunks(1) {
//!     assert_eq!(link.send(byte, deadline), SendResult::Proven);
//! }
//! let read = link.read_until(|got| got.bytes().ends_with(b"\n"), deadline);
//! assert_eq!(read, ReadResult::Enough);
//! # Ok(())
//! # }
//! ```

mod close;
mod connect;
mod listener;
mod options;
mod outq;
mod pacer;
mod poll;
mod proof;
mod read;
mod received;
mod send;
mod source_address;
mod write;

pub use close::{CloseSignal, ClosedLink};
pub use connect::ConnectError;
pub use listener::{AcceptError, Listener};
pub use options::{LinkOptions, ReadPace};
pub use pacer::Pacer;
pub use proof::{ReadProof, UnknownReadProof, UnverifiedReason};
pub use read::ReadResult;
pub use received::{Arrival, Received};
pub use send::{SendResult, Stall};
pub use source_address::SourceAddress;
pub use write::WriteResult;

use super::diag::{Query, QueryError, SocketLookup};
use proof::KernelView;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// One end of a TCP connection.
///
/// [`Link::close`] and [`Link::reset`] keep what the peer sent last. A link that is dropped is
/// closed without reading it.
#[derive(Debug)]
pub struct Link {
    stream: TcpStream,
    ours: SocketAddr,
    peer: SocketAddr,
    start: Instant,
    view: KernelView,
    pacer: Pacer,
    received: Received,
    pace: ReadPace,
    ending: Option<ObservedEnd>,
    send_side: SendSide,
    written: SendProgress,
    delivery_count: DeliveryCount,
}

/// How a connection ended, as we see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionEnd {
    /// The peer sent its FIN, the end of its stream.
    Eof,
    /// The peer, or its kernel, reset the connection.
    Reset,
    /// The connection failed with another error.
    Broken {
        /// The system's error number.
        errno: i32,
    },
    /// We had closed our side before.
    Ours,
}

/// How and when the peer ended the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObservedEnd {
    /// What we received.
    pub how: ConnectionEnd,
    /// The time since the start of the connection.
    pub at: Duration,
}

/// How many chunks were delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryCount {
    /// Chunks that were written.
    pub chunks: u64,
    /// Chunks that the peer had read before the next byte was written, as the kernel shows.
    pub proven: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SendSide {
    Open,
    Shut,
}

/// What was written, and what is known about its arrival.
#[derive(Clone, Copy, Debug)]
struct SendProgress {
    /// Bytes, and one for a FIN, as the kernel counts.
    total: u64,
    /// When the last byte was written.
    last: Instant,
    /// How many bytes had been received then. Later ones answer it.
    received_before: u64,
    /// Whether the last chunk is not yet proven to be read.
    unproven: bool,
    /// Whether all bytes are known to have arrived.
    arrived: bool,
}

impl Link {
    /// The stream must be connected, non-blocking and without Nagle's algorithm.
    fn new(stream: TcpStream, ours: SocketAddr, peer: SocketAddr, options: &LinkOptions) -> Self {
        let start = Instant::now();
        Self {
            stream,
            ours,
            peer,
            start,
            view: KernelView::new(options.read_proof, peer, ours),
            pacer: options.pacer.clone(),
            received: Received::with_limit(options.keep),
            pace: options.reading,
            ending: None,
            send_side: SendSide::Open,
            written: SendProgress {
                total: 0,
                last: start,
                received_before: 0,
                unproven: false,
                arrived: false,
            },
            delivery_count: DeliveryCount::default(),
        }
    }

    /// The address at our end.
    #[must_use]
    pub fn our_addr(&self) -> SocketAddr {
        self.ours
    }

    /// The address at the peer's end.
    #[must_use]
    pub fn peer_addr(&self) -> SocketAddr {
        self.peer
    }

    /// The time since the start of the connection, as in [`Arrival`] and [`ObservedEnd`].
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// All that was read from the peer.
    #[must_use]
    pub fn received(&self) -> &Received {
        &self.received
    }

    /// How many bytes we have written, and one for a FIN.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written.total
    }

    /// How the peer ended the connection, if it has.
    #[must_use]
    pub fn ending(&self) -> Option<ObservedEnd> {
        self.ending
    }

    /// How many chunks were delivered so far.
    #[must_use]
    pub fn delivery_count(&self) -> DeliveryCount {
        self.delivery_count
    }

    /// Looks at the peer's end of the connection.
    ///
    /// # Errors
    ///
    /// When the kernel does not answer.
    pub fn look(&self) -> Result<SocketLookup, QueryError> {
        Query::connection(self.peer, self.ours).look()
    }

    fn record_end(&mut self, how: ConnectionEnd) {
        let at = self.elapsed();
        self.ending.get_or_insert(ObservedEnd { how, at });
    }
}
