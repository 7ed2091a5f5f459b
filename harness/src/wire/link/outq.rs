//! How much the peer's kernel has not acknowledged. Neither rustix nor socket2 wraps this
//! ioctl, so this is the only file with `unsafe` code.

use std::net::TcpStream;

/// Whether the peer's kernel has acknowledged every byte and the FIN that were written.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "no crate here wraps this ioctl")]
pub(super) fn is_acknowledged(stream: &TcpStream) -> bool {
    use rustix::ioctl::{Getter, Opcode, ioctl};
    // SAFETY: on a TCP socket this opcode (SIOCOUTQ in tcp(7)) reads nothing from its argument
    // and writes one int to it.
    let getter = unsafe { Getter::<{ libc::TIOCOUTQ as Opcode }, libc::c_int>::new() };
    // SAFETY: the getter has the right opcode and type, see above, and the stream is an open
    // socket while it is borrowed.
    let unacknowledged = unsafe { ioctl(stream, getter) };
    unacknowledged == Ok(0)
}

/// This system does not show it.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_acknowledged(_stream: &TcpStream) -> bool {
    false
}
