//! The bytes of a `NETLINK_SOCK_DIAG` exchange: `linux/netlink.h`, `linux/inet_diag.h`,
//! `linux/tcp.h`.
//!
//! Pure: bytes in, bytes or a [`SocketLookup`] out. Numbers are in the machine's byte order,
//! addresses and ports in the network's.

use super::{Backlog, Counters, Inode, QueryError, SocketInfo, SocketLookup, TcpState};
use std::net::{IpAddr, SocketAddr};

/// `nlmsghdr` and `inet_diag_req_v2`.
pub(super) const REQUEST_LEN: usize = HEADER_LEN + 56;

const HEADER_LEN: usize = 16;
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
const NLMSG_ERROR: u16 = 2;
const ENOENT: i32 = 2;

const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IPPROTO_TCP: u8 = 6;
const ANY_STATE: u32 = u32::MAX;
const NO_COOKIE: [u8; 8] = [0xff; 8];

/// The attribute that contains `tcp_info`. Bit `INFO - 1` requests it.
const INFO: u16 = 2;
/// Where attributes begin: after the header and `inet_diag_msg`.
const ATTRIBUTES: usize = HEADER_LEN + 72;

/// The request for the socket whose own address is `local`.
pub(super) fn request(local: SocketAddr, remote: SocketAddr) -> [u8; REQUEST_LEN] {
    let mut bytes = Vec::with_capacity(REQUEST_LEN);
    bytes.extend((REQUEST_LEN as u32).to_ne_bytes());
    bytes.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    bytes.extend(NLM_F_REQUEST.to_ne_bytes());
    bytes.extend([0; 8]);
    bytes.extend([family(local), IPPROTO_TCP, 1 << (INFO - 1), 0]);
    bytes.extend(ANY_STATE.to_ne_bytes());
    bytes.extend(local.port().to_be_bytes());
    bytes.extend(remote.port().to_be_bytes());
    bytes.extend(address(local));
    bytes.extend(address(remote));
    bytes.extend(0_u32.to_ne_bytes());
    bytes.extend(NO_COOKIE);
    bytes
        .try_into()
        .expect("the fields above add up to one request")
}

/// Writes the number that distinguishes the answer from earlier ones.
pub(super) fn number(request: &mut [u8; REQUEST_LEN], sequence: u32) {
    request[8..12].copy_from_slice(&sequence.to_ne_bytes());
}

/// The number of the request that was answered.
pub(super) fn sequence(answer: &[u8]) -> Option<u32> {
    u32_at(answer, 8)
}

/// Parses the answer about a socket whose remote port is `remote_port`.
pub fn parse(answer: &[u8], remote_port: u16) -> Result<SocketLookup, QueryError> {
    match u16_at(answer, 4) {
        Some(NLMSG_ERROR) => error_answer(answer),
        Some(SOCK_DIAG_BY_FAMILY) => socket(answer, remote_port).ok_or(QueryError::Malformed),
        _ => Err(QueryError::Malformed),
    }
}

fn error_answer(answer: &[u8]) -> Result<SocketLookup, QueryError> {
    let negated = u32_at(answer, HEADER_LEN).ok_or(QueryError::Malformed)?;
    match negated.cast_signed().wrapping_neg() {
        ENOENT => Ok(SocketLookup::Nothing),
        errno => Err(QueryError::Refused { errno }),
    }
}

fn socket(answer: &[u8], remote_port: u16) -> Option<SocketLookup> {
    let state = TcpState::from_kernel(*answer.get(HEADER_LEN + 1)?)?;
    let found_port = u16_at(answer, HEADER_LEN + 6).map(u16::from_be)?;
    let unread = u32_at(answer, HEADER_LEN + 56)?;
    let unacknowledged = u32_at(answer, HEADER_LEN + 60)?;
    let inode = Inode::new(u32_at(answer, HEADER_LEN + 68)?);
    if state == TcpState::Listen {
        let backlog = Backlog {
            inode,
            waiting: unread,
            limit: unacknowledged,
        };
        return Some(SocketLookup::Listening(backlog));
    }
    if found_port != remote_port {
        return Some(SocketLookup::Nothing);
    }
    let counters = attribute(answer, INFO).and_then(counters);
    Some(SocketLookup::Socket(SocketInfo {
        state,
        unread,
        unacknowledged,
        inode,
        counters,
    }))
}

/// `tcpi_bytes_received` and `tcpi_bytes_sent`. New kernels append to `tcp_info` and never
/// move a field.
fn counters(tcp_info: &[u8]) -> Option<Counters> {
    let received = u64_at(tcp_info, 128)?;
    let sent = u64_at(tcp_info, 200);
    Some(Counters { received, sent })
}

/// The payload of the first attribute of this kind.
fn attribute(answer: &[u8], kind: u16) -> Option<&[u8]> {
    let mut at = ATTRIBUTES;
    loop {
        let len = usize::from(u16_at(answer, at)?);
        let payload = answer.get(at + 4..at + len)?;
        if u16_at(answer, at + 2)? == kind {
            return Some(payload);
        }
        at += len.next_multiple_of(4);
    }
}

fn family(addr: SocketAddr) -> u8 {
    if addr.is_ipv4() { AF_INET } else { AF_INET6 }
}

fn address(addr: SocketAddr) -> [u8; 16] {
    match addr.ip() {
        IpAddr::V6(ip) => ip.octets(),
        IpAddr::V4(ip) => {
            let mut padded = [0; 16];
            padded[..4].copy_from_slice(&ip.octets());
            padded
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REMOTE_PORT: u16 = 40_000;

    fn answer(state: u8, port: u16, unread: u32, inode: u32) -> Vec<u8> {
        let mut bytes = vec![0; ATTRIBUTES];
        bytes[4..6].copy_from_slice(&SOCK_DIAG_BY_FAMILY.to_ne_bytes());
        bytes[17] = state;
        bytes[22..24].copy_from_slice(&port.to_be_bytes());
        bytes[72..76].copy_from_slice(&unread.to_ne_bytes());
        bytes[84..88].copy_from_slice(&inode.to_ne_bytes());
        bytes
    }

    fn with_info(mut bytes: Vec<u8>, received: u64, len: usize) -> Vec<u8> {
        bytes.extend([5, 0, 8, 0, 0, 0, 0, 0]);
        bytes.extend((len as u16 + 4).to_ne_bytes());
        bytes.extend(INFO.to_ne_bytes());
        let info = bytes.len();
        bytes.resize(info + len, 0);
        bytes[info + 128..info + 136].copy_from_slice(&received.to_ne_bytes());
        bytes
    }

    fn error_bytes(errno: i32) -> Vec<u8> {
        let mut bytes = vec![0; HEADER_LEN + 20];
        bytes[4..6].copy_from_slice(&NLMSG_ERROR.to_ne_bytes());
        bytes[16..20].copy_from_slice(&(-errno).to_ne_bytes());
        bytes
    }

    #[test]
    fn a_request_names_the_socket_from_its_own_side() {
        let local = "127.0.0.1:80".parse().expect("an address");
        let remote = "127.0.0.9:40000".parse().expect("an address");
        let bytes = request(local, remote);
        assert_eq!(bytes[16], AF_INET);
        assert_eq!(bytes[24..28], [0, 80, 0x9c, 0x40]);
        assert_eq!(bytes[28..32], [127, 0, 0, 1]);
        assert_eq!(bytes[44..48], [127, 0, 0, 9]);
    }

    #[test]
    fn counters_are_found_after_other_attributes() {
        let bytes = with_info(answer(1, REMOTE_PORT, 3, 77), 1 << 40, 280);
        let Ok(SocketLookup::Socket(found)) = parse(&bytes, REMOTE_PORT) else {
            panic!("the answer describes a socket");
        };
        assert_eq!(found.unread, 3);
        assert_eq!(found.inode, Inode::new(77));
        let counters = found.counters.expect("the attribute is there");
        assert_eq!(
            counters,
            Counters {
                received: 1 << 40,
                sent: Some(0)
            }
        );
    }

    #[test]
    fn an_older_kernel_does_not_count_sent_bytes() {
        let bytes = with_info(answer(1, REMOTE_PORT, 0, 0), 9, 160);
        let Ok(SocketLookup::Socket(found)) = parse(&bytes, REMOTE_PORT) else {
            panic!("the answer describes a socket");
        };
        assert_eq!(
            found.counters,
            Some(Counters {
                received: 9,
                sent: None
            })
        );
    }

    #[test]
    fn the_listening_socket_is_never_taken_for_the_connection() {
        let bytes = answer(10, 0, 2, 5);
        let backlog = Backlog {
            inode: Inode::new(5),
            waiting: 2,
            limit: 0,
        };
        assert_eq!(
            parse(&bytes, REMOTE_PORT),
            Ok(SocketLookup::Listening(backlog))
        );
    }

    #[test]
    fn a_socket_with_another_remote_port_is_ignored() {
        let bytes = answer(1, REMOTE_PORT + 1, 0, 5);
        assert_eq!(parse(&bytes, REMOTE_PORT), Ok(SocketLookup::Nothing));
    }

    #[test]
    fn a_missing_socket_is_not_an_error_and_other_refusals_are() {
        assert_eq!(
            parse(&error_bytes(ENOENT), REMOTE_PORT),
            Ok(SocketLookup::Nothing)
        );
        assert_eq!(
            parse(&error_bytes(1), REMOTE_PORT),
            Err(QueryError::Refused { errno: 1 })
        );
    }

    #[test]
    fn no_truncated_answer_makes_the_parser_panic() {
        let whole = with_info(answer(1, REMOTE_PORT, 0, 1), 1, 280);
        for len in 0..whole.len() {
            let _ = parse(&whole[..len], REMOTE_PORT);
        }
        assert_eq!(
            parse(&whole[..ATTRIBUTES - 4], REMOTE_PORT),
            Err(QueryError::Malformed)
        );
    }

    #[test]
    fn an_attribute_of_length_zero_ends_the_search() {
        let mut bytes = answer(1, REMOTE_PORT, 0, 1);
        bytes.extend([0; 16]);
        assert_eq!(attribute(&bytes, INFO), None);
    }
}
