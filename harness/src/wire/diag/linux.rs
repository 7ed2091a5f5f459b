//! Linux: one raw netlink socket a thread, one request a look.
//!
//! The kernel answers while the request is being sent, so an answer is there when
//! `send` returns, and nothing here ever waits. Each thread has a socket of its
//! own, opened at its first look: answers to two threads can not be mixed up, and
//! a connection costs no socket beside itself.

use super::{Blind, Seen, layout};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
};
use std::cell::Cell;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;

/// More than any kernel writes about one socket.
const ANSWER_MAX: usize = 1024;

/// A request that is built once.
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

    pub(super) fn ask(&mut self) -> Result<Seen, Blind> {
        SENSOR.with(|sensor| match sensor {
            Ok(sensor) => sensor.ask(self),
            Err(blind) => Err(blind.clone()),
        })
    }
}

thread_local! {
    static SENSOR: Result<Sensor, Blind> = Sensor::open();
}

struct Sensor {
    socket: OwnedFd,
    sequence: Cell<u32>,
}

impl Sensor {
    fn open() -> Result<Self, Blind> {
        let socket = socket_with(
            AddressFamily::NETLINK,
            SocketType::RAW,
            SocketFlags::CLOEXEC | SocketFlags::NONBLOCK,
            Some(netlink::SOCK_DIAG),
        )
        .map_err(refused)?;
        Ok(Self {
            socket,
            sequence: Cell::new(0),
        })
    }

    fn ask(&self, request: &mut Request) -> Result<Seen, Blind> {
        let sequence = self.sequence.get().wrapping_add(1);
        self.sequence.set(sequence);
        layout::number(&mut request.bytes, sequence);
        send(&self.socket, &request.bytes, SendFlags::empty()).map_err(refused)?;
        self.answer(sequence, request.remote_port)
    }

    /// Passes over what an earlier, failed look may have left behind.
    fn answer(&self, sequence: u32, remote_port: u16) -> Result<Seen, Blind> {
        loop {
            let mut buffer = [MaybeUninit::uninit(); ANSWER_MAX];
            let received = recv(&self.socket, &mut buffer[..], RecvFlags::empty());
            let ((answer, _), _) = received.map_err(refused)?;
            if layout::sequence(answer) == Some(sequence) {
                return layout::read(answer, remote_port);
            }
        }
    }
}

fn refused(errno: Errno) -> Blind {
    Blind::Refused {
        errno: errno.raw_os_error(),
    }
}
