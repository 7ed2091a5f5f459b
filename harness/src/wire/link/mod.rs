//! One TCP connection, delivered exactly.
//!
//! A [`Link`] is one end of a connection, the peer under test has the other. A
//! chunk is handed over in two steps that may also be taken apart:
//!
//! - [`Link::post`] writes it;
//! - [`Link::prove`] looks at the peer's socket until the peer has read all that
//!   was written, reading meanwhile what the peer says.
//!
//! [`Link::send`] does both, so that two chunks never meet in one `recv` of the
//! peer. What counts as proof stands in [`Link::prove`].
//!
//! Whatever the peer says, however early, is in [`Link::received`] with its
//! arrival time, and stays there when a reset follows it. How the peer ended is in
//! [`Link::ending`]; the first thing seen counts.
//!
//! ```no_run
//! use std::time::{Duration, Instant};
//! use wirecheck::wire::link::{Link, Options, Read, Sent};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let deadline = Instant::now() + Duration::from_secs(1);
//! let mut link = Link::connect("127.0.0.1:7000".parse()?, &Options::default(), deadline)?;
//! for byte in b"hello\n".chunks(1) {
//!     assert_eq!(link.send(byte, deadline), Sent::Proven);
//! }
//! let read = link.read_until(|got| got.bytes().ends_with(b"\n"), deadline);
//! assert_eq!(read, Read::Enough);
//! # Ok(())
//! # }
//! ```

mod close;
mod connect;
mod evidence;
mod listener;
mod options;
mod outq;
mod pacer;
mod poll;
mod prove;
mod read;
mod received;
mod source;
mod write;

pub use close::{Farewell, Remains};
pub use connect::ConnectError;
pub use evidence::{Evidence, Reason, UnknownEvidence};
pub use listener::{AcceptError, Listener};
pub use options::{Appetite, Options};
pub use pacer::Pacer;
pub use prove::{Sent, Stall};
pub use read::Read;
pub use received::{Arrival, Received};
pub use source::Source;
pub use write::Posted;

use super::diag::{Blind, Query, Seen};
use evidence::Sight;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// One end of a TCP connection.
///
/// A link that is dropped is closed unread; [`Link::close`] and [`Link::reset`] say
/// which end is meant and keep the peer's last words.
#[derive(Debug)]
pub struct Link {
    stream: TcpStream,
    ours: SocketAddr,
    peer: SocketAddr,
    born: Instant,
    sight: Sight,
    pacer: Pacer,
    appetite: Appetite,
    received: Received,
    ending: Option<Ending>,
    writing: Writing,
    written: Written,
    tally: Tally,
}

/// How a connection ended, from our side's view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The peer sent its FIN: the end of its stream.
    Eof,
    /// The peer, or its kernel, reset the connection.
    Reset,
    /// The connection broke in another way.
    Broken {
        /// The system's error number.
        errno: i32,
    },
    /// We had closed our own side before.
    Ours,
}

/// How the peer ended, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// What ended it.
    pub how: End,
    /// When we saw it, from the start of the connection.
    pub at: Duration,
}

/// What was delivered, and how surely.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Chunks that were handed to the network.
    pub chunks: u64,
    /// Chunks that the peer had read, by the kernel's word, before anything else
    /// left.
    pub proven: u64,
}

/// Whether our side may still speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writing {
    Open,
    Shut,
}

/// How much the peer's kernel is due to receive, and since when.
#[derive(Clone, Copy, Debug)]
struct Written {
    /// Bytes, and one for a FIN: the kernel counts it so.
    total: u64,
    /// When the last of them was written.
    last: Instant,
    /// How much had been received when it was; what comes later answers it.
    heard: u64,
    /// Whether the last chunk still lacks its proof.
    unproven: bool,
    /// Whether all of it is known to have arrived.
    arrived: bool,
}

impl Link {
    /// Takes a connected stream that does not block and does not wait for more bytes.
    fn new(stream: TcpStream, ours: SocketAddr, peer: SocketAddr, options: &Options) -> Self {
        let born = Instant::now();
        Self {
            stream,
            ours,
            peer,
            born,
            sight: Sight::new(options.evidence, peer, ours),
            pacer: options.pacer.clone(),
            appetite: options.appetite,
            received: Received::bounded(options.keep),
            ending: None,
            writing: Writing::Open,
            written: Written {
                total: 0,
                last: born,
                heard: 0,
                unproven: false,
                arrived: false,
            },
            tally: Tally::default(),
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

    /// The time since the connection was made, in which arrivals are told.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.born.elapsed()
    }

    /// All that the peer has said and we have read.
    #[must_use]
    pub fn received(&self) -> &Received {
        &self.received
    }

    /// How much we have handed to the network: bytes, and one for a FIN.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written.total
    }

    /// How the peer ended, if it has.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// What was delivered so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Changes how eagerly the rest is read.
    pub fn set_appetite(&mut self, appetite: Appetite) {
        self.appetite = appetite;
    }

    /// Looks at the peer's end of the connection.
    ///
    /// # Errors
    ///
    /// When the kernel does not show it to us.
    pub fn look(&self) -> Result<Seen, Blind> {
        Query::connection(self.peer, self.ours).look()
    }

    fn end(&mut self, how: End) {
        let at = self.elapsed();
        self.ending.get_or_insert(Ending { how, at });
    }
}
