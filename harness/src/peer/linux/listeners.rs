//! Who listens where.
//!
//! One port is asked for through `sock_diag`; a list of all, and the answer where
//! that is not allowed, comes from `/proc/net/tcp`.

use crate::wire::diag::{self, Inode};
use crate::wire::watch::owner_of;
use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The socket that takes connections to `addr`.
pub(super) fn inode_at(addr: SocketAddr) -> Option<Inode> {
    match diag::listening(addr) {
        Ok(found) => found?.inode,
        Err(_) => table()
            .into_iter()
            .find(|(at, _)| takes_calls_for(*at, addr))
            .map(|(_, inode)| inode),
    }
}

/// The process that holds the socket that takes connections to `addr`, if it is
/// ours to see.
pub(in crate::peer) fn any_listener(addr: SocketAddr) -> Option<(Inode, Option<u32>)> {
    let inode = inode_at(addr)?;
    Some((inode, holder(inode, &super::all_processes())))
}

/// The one of `processes` that holds the socket.
pub(super) fn holder(socket: Inode, processes: &[u32]) -> Option<u32> {
    owner_of(socket, processes)
}

/// Where these processes listen.
pub(super) fn of(processes: &[u32]) -> Vec<SocketAddr> {
    let held: HashSet<Inode> = processes.iter().flat_map(|&id| sockets(id)).collect();
    let mut found: Vec<SocketAddr> = table()
        .into_iter()
        .filter(|(_, inode)| held.contains(inode))
        .map(|(addr, _)| addr)
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn takes_calls_for(listener: SocketAddr, addr: SocketAddr) -> bool {
    listener.port() == addr.port() && (listener.ip() == addr.ip() || listener.ip().is_unspecified())
}

/// The sockets that a process holds.
fn sockets(process: u32) -> Vec<Inode> {
    let Ok(entries) = std::fs::read_dir(format!("/proc/{process}/fd")) else {
        return Vec::new();
    };
    let links = entries.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
    links
        .filter_map(|link| {
            let number = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
            Inode::new(number.parse().ok()?)
        })
        .collect()
}

/// All that listens in this network namespace.
fn table() -> Vec<(SocketAddr, Inode)> {
    ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .flat_map(|text| text.lines().filter_map(parse_line).collect::<Vec<_>>())
        .collect()
}

/// A line of `/proc/net/tcp`, if it shows a listener (state 0A).
fn parse_line(line: &str) -> Option<(SocketAddr, Inode)> {
    let mut fields = line.split_whitespace().skip(1);
    let (ip, port) = fields.next()?.split_once(':')?;
    if fields.nth(1)? != "0A" {
        return None;
    }
    let inode = Inode::new(fields.nth(5)?.parse().ok()?)?;
    let port = u16::from_str_radix(port, 16).ok()?;
    Some((SocketAddr::new(parse_ip(ip)?, port), inode))
}

/// An address is written as words of 32 bits, each in the machine's order.
fn parse_ip(hex: &str) -> Option<IpAddr> {
    let word = |at: usize| {
        Some(
            u32::from_str_radix(hex.get(at..at + 8)?, 16)
                .ok()?
                .to_ne_bytes(),
        )
    };
    if hex.len() == 8 {
        return Some(Ipv4Addr::from(word(0)?).into());
    }
    let words = [word(0)?, word(8)?, word(16)?, word(24)?];
    let octets: [u8; 16] = words.concat().try_into().ok()?;
    Some(Ipv6Addr::from(octets).to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn listeners_of_both_families_are_read_from_the_kernels_table() {
        for host in ["127.0.0.1", "127.0.0.7", "0.0.0.0", "::1", "::"] {
            let Ok(listener) = TcpListener::bind((host, 0)) else {
                continue;
            };
            let addr = listener.local_addr().expect("it is bound");
            assert!(of(&[std::process::id()]).contains(&addr), "{addr}");
        }
    }

    #[test]
    fn the_table_and_the_direct_question_agree() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
        let addr = listener.local_addr().expect("it is bound");
        let inode = inode_at(addr).expect("it listens");
        assert!(table().contains(&(addr, inode)));
        assert_eq!(any_listener(addr), Some((inode, Some(std::process::id()))));
    }

    #[test]
    fn a_line_that_shows_no_listener_is_passed_over() {
        let connected = "1: 0100007F:1F90 0100007F:A000 01 0:0 0:0 0 0 0 77 1";
        assert_eq!(parse_line(connected), None);
        assert_eq!(parse_line("  sl  local_address rem_address   st"), None);
    }
}
