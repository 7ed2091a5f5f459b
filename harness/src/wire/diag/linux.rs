//! Linux: one raw netlink socket per thread, one request per look.
//!
//! The kernel answers while the request is being sent. So the answer is there when `send`
//! returns, and nothing here waits. Each thread opens a socket of its own at its first look:
//! answers to two threads cannot be mixed up, and a connection needs no further socket.

use super::{QueryError, SocketLookup, layout};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
};
use std::cell::Cell;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;

/// Larger than any answer about one socket.
const ANSWER_MAX: usize = 1024;

#[derive(Clone, Debug)]
pub(super) struct Request {
    bytes: [u8; layout::REQUEST_LEN],
    remote_port: u16,
}

impl Request {
    pub(super) fn new(local: SocketAddr, remote: SocketAddr) -> Self {
        let bytes = layout::request(local, remote);
        Self {
            bytes,
            remote_port: remote.port(),
        }
    }

    pub(super) fn ask(&mut self) -> Result<SocketLookup, QueryError> {
        DIAG_SOCKET.with(|socket| match socket {
            Ok(socket) => socket.ask(self),
            Err(error) => Err(error.clone()),
        })
    }
}

thread_local! {
    static DIAG_SOCKET: Result<DiagSocket, QueryError> = DiagSocket::open();
}

struct DiagSocket {
    socket: OwnedFd,
    sequence: Cell<u32>,
}

impl DiagSocket {
    fn open() -> Result<Self, QueryError> {
        let socket = socket_with(
            AddressFamily::NETLINK,
            SocketType::RAW,
            SocketFlags::CLOEXEC | SocketFlags::NONBLOCK,
            Some(netlink::SOCK_DIAG),
        )
        .map_err(query_error)?;
        Ok(Self {
            socket,
            sequence: Cell::new(0),
        })
    }

    fn ask(&self, request: &mut Request) -> Result<SocketLookup, QueryError> {
        let sequence = self.sequence.get().wrapping_add(1);
        self.sequence.set(sequence);
        layout::number(&mut request.bytes, sequence);
        send(&self.socket, &request.bytes, SendFlags::empty()).map_err(query_error)?;
        self.answer(sequence, request.remote_port)
    }

    /// Skips the answers to earlier looks that failed.
    fn answer(&self, sequence: u32, remote_port: u16) -> Result<SocketLookup, QueryError> {
        loop {
            let mut buffer = [MaybeUninit::uninit(); ANSWER_MAX];
            let received = recv(&self.socket, &mut buffer[..], RecvFlags::empty());
            let ((answer, _), _) = received.map_err(query_error)?;
            if layout::sequence(answer) == Some(sequence) {
                return layout::parse(answer, remote_port);
            }
        }
    }
}

fn query_error(errno: Errno) -> QueryError {
    QueryError::Refused {
        errno: errno.raw_os_error(),
    }
}
