//! The kernel's answers, as types.

use std::num::NonZeroU32;

/// The result of one look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketLookup {
    /// The socket that was asked for.
    Socket(SocketInfo),
    /// There is no such connection, but a socket that listens on its port. The kernel returns
    /// that one instead. To take it for the connection would be to wait forever.
    Listening(Backlog),
    /// There is no such connection, and no socket listens on its port.
    Nothing,
}

/// One end of a connection, as the kernel sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketInfo {
    /// The state of its connection.
    pub state: TcpState,
    /// Bytes that it has received and its process has not read. An unread FIN counts as one.
    pub unread: u32,
    /// Bytes that its process has written and our end has not acknowledged.
    pub unacknowledged: u32,
    /// The descriptor's inode, if a process holds the socket.
    pub inode: Option<Inode>,
    /// `None` while the connection is being made and after its end, when the kernel keeps a
    /// smaller record.
    pub counters: Option<Counters>,
}

/// Totals since a socket was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters {
    /// Bytes that arrived in order. A FIN counts as one.
    pub received: u64,
    /// Bytes that were sent, with retransmissions. `None` before Linux 4.19.
    pub sent: Option<u64>,
}

/// What holds a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A process, through this inode.
    Process(Inode),
    /// The accept queue: its process has not accepted it yet.
    Queue,
    /// Only the kernel: its last descriptor was closed.
    Kernel,
}

/// The number of a socket in `/proc/PID/fd`. Never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Inode(NonZeroU32);

impl Inode {
    /// `None` for 0, which the kernel writes for a socket that no process holds.
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
    /// Connections that are established and not accepted yet.
    pub waiting: u32,
    /// How many may wait, as the process asked in `listen`.
    pub limit: u32,
}

impl Backlog {
    /// Whether one more connection would be dropped. The kernel queues one more than the
    /// limit.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.waiting > self.limit
    }
}

impl SocketInfo {
    /// What holds this socket.
    ///
    /// Closing the last descriptor sends the FIN at once. So a socket without a descriptor
    /// that has not sent its FIN has never had one.
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
    /// Has sent a SYN.
    SynSent,
    /// Has answered a SYN; the last ACK is missing, or the accept queue is full.
    SynReceived,
    /// Has sent its FIN, which is not acknowledged.
    FinWait1,
    /// Has sent its FIN, which is acknowledged; still receives our bytes.
    FinWait2,
    /// Closed; kept for late segments.
    TimeWait,
    /// Closed.
    Closed,
    /// Has received our FIN and has not closed.
    CloseWait,
    /// Has received our FIN and sent its own, which is not acknowledged.
    LastAck,
    /// Accepts connections.
    Listen,
    /// Both FINs were sent at the same time.
    Closing,
}

impl TcpState {
    /// The state with this number in Linux.
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
