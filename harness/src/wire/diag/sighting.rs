//! The kernel's answers, as types.

use std::num::NonZeroU32;

/// What one look found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The socket that was asked for.
    Socket(Sighting),
    /// No such connection; somebody listens on its port. The kernel offers that
    /// socket instead, and who takes it for the connection waits for ever.
    Listening(Backlog),
    /// No such connection, and nobody listens.
    Nothing,
}

/// One end of a connection, as the kernel sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Where the socket stands in its life.
    pub state: TcpState,
    /// Bytes it has received and its process has not read; an unread FIN is one.
    pub unread: u32,
    /// Bytes it was given to send that the other end has not acknowledged.
    pub unacknowledged: u32,
    /// The descriptor's inode, if a process holds the socket.
    pub inode: Option<Inode>,
    /// Totals; absent while the connection is being made and after its end, when
    /// the kernel keeps a smaller record.
    pub counters: Option<Counters>,
}

/// Totals over a socket's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters {
    /// Bytes that arrived in order; a FIN is one.
    pub received: u64,
    /// Bytes that left, repeats included; absent before Linux 4.19.
    pub sent: Option<u64>,
}

/// Who has a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A process, through this inode.
    Process(Inode),
    /// Nobody yet: it waits to be accepted.
    Queue,
    /// Nobody any more: its last descriptor was closed.
    Kernel,
}

/// The number by which `/proc/PID/fd` names a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Inode(NonZeroU32);

impl Inode {
    /// The kernel writes 0 for a socket that no process holds.
    #[must_use]
    pub fn new(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }
}

impl std::fmt::Display for Inode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A listening socket and its queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// The descriptor's inode, if a process holds the socket.
    pub inode: Option<Inode>,
    /// Connections that are made and wait to be accepted.
    pub waiting: u32,
    /// How many may wait.
    pub room: u32,
}

impl Backlog {
    /// Whether one more connection would be dropped: the kernel takes one more
    /// than it was asked for.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.waiting > self.room
    }
}

impl Sighting {
    /// Who has this socket.
    ///
    /// Closing the last descriptor starts the close at once, so one without a
    /// descriptor that has not sent its FIN has never had one.
    #[must_use]
    pub fn holder(&self) -> Holder {
        match (self.inode, self.state) {
            (Some(inode), _) => Holder::Process(inode),
            (
                None,
                TcpState::Established
                | TcpState::SynReceived
                | TcpState::SynSent
                | TcpState::CloseWait,
            ) => Holder::Queue,
            (None, _) => Holder::Kernel,
        }
    }
}

/// The states of RFC 9293, as Linux numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TcpState {
    /// Open both ways.
    Established,
    /// Asked for a connection.
    SynSent,
    /// Answered one; the last step is missing, or the accept queue is full.
    SynReceived,
    /// Sent its FIN, which is not acknowledged.
    FinWait1,
    /// Sent its FIN, which is acknowledged; still open for our bytes.
    FinWait2,
    /// Over; remembered for late segments.
    TimeWait,
    /// Over.
    Closed,
    /// Got our FIN and has not closed.
    CloseWait,
    /// Got our FIN, then sent its own, which is not acknowledged.
    LastAck,
    /// Takes connections.
    Listen,
    /// Both FINs crossed.
    Closing,
}

impl TcpState {
    /// The state that Linux numbers so.
    #[must_use]
    pub fn from_kernel(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Established,
            2 => Self::SynSent,
            3 | 12 => Self::SynReceived,
            4 => Self::FinWait1,
            5 => Self::FinWait2,
            6 => Self::TimeWait,
            7 => Self::Closed,
            8 => Self::CloseWait,
            9 => Self::LastAck,
            10 => Self::Listen,
            11 => Self::Closing,
            _ => return None,
        })
    }
}
