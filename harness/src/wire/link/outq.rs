//! How much the peer's kernel has not acknowledged: the one question that neither
//! rustix nor socket2 asks for us, and so the one place with `unsafe` code.

use std::net::TcpStream;

/// Whether the peer's kernel has acknowledged every byte, and the FIN, that was
/// written. False where this cannot be asked.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "no crate here wraps this ioctl")]
pub(super) fn is_acknowledged(stream: &TcpStream) -> bool {
    use rustix::ioctl::{Getter, Opcode, ioctl};
    // SAFETY: on a TCP socket this number (SIOCOUTQ in tcp(7)) is that of a getter
    // which reads nothing from its argument and writes one int to it.
    let getter = unsafe { Getter::<{ libc::TIOCOUTQ as Opcode }, libc::c_int>::new() };
    // SAFETY: the getter is of the right number and type, as said above, and the
    // stream is an open socket as long as it is borrowed.
    let unacknowledged = unsafe { ioctl(stream, getter) };
    unacknowledged == Ok(0)
}

/// Whether the peer's kernel has acknowledged every byte, and the FIN, that was
/// written. False where this cannot be asked.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_acknowledged(_stream: &TcpStream) -> bool {
    false
}
