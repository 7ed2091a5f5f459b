//! Which process listens where.
//!
//! `sock_diag` answers for one address. The list of all, and the answer where `sock_diag`
//! is not allowed, come from `/proc`.

use crate::wire::diag::{self, Inode};
use crate::wire::proc::listening_sockets;
use crate::wire::watch::owner_of;
use std::net::SocketAddr;

/// The socket that accepts connections to `addr`.
pub(super) fn inode_at(addr: SocketAddr) -> Option<Inode> {
    match diag::listening(addr) {
        Ok(found) => found?.inode,
        Err(_) => listening_sockets()
            .into_iter()
            .find(|(bound, _)| accepts_for(*bound, addr))
            .map(|(_, inode)| inode),
    }
}

/// The socket that accepts connections to `addr`, and the process that holds it if this
/// user may see it.
pub(in crate::peer) fn any_listener(addr: SocketAddr) -> Option<(Inode, Option<u32>)> {
    let inode = inode_at(addr)?;
    Some((inode, holder(inode, &super::all_processes())))
}

/// The one of `processes` that holds the socket.
pub(super) fn holder(socket: Inode, processes: &[u32]) -> Option<u32> {
    owner_of(socket, processes)
}

/// Where these processes listen.
pub(super) fn addresses_of(processes: &[u32]) -> Vec<SocketAddr> {
    let is_theirs = |socket| holder(socket, processes).is_some();
    let mut found: Vec<SocketAddr> = listening_sockets()
        .into_iter()
        .filter(|(_, inode)| is_theirs(*inode))
        .map(|(addr, _)| addr)
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn accepts_for(bound: SocketAddr, addr: SocketAddr) -> bool {
    bound.port() == addr.port() && (bound.ip() == addr.ip() || bound.ip().is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::time::{Duration, Instant};

    #[test]
    fn listeners_on_ipv4_and_ipv6_are_found_by_their_process() {
        for host in ["127.0.0.1", "127.0.0.7", "0.0.0.0", "::1", "::"] {
            let Ok(listener) = TcpListener::bind((host, 0)) else {
                continue;
            };
            let addr = listener.local_addr().expect("it is bound");
            let found = addresses_of(&[std::process::id()]);
            assert!(found.contains(&addr), "{addr}");
        }
    }

    #[test]
    fn the_table_and_sock_diag_agree() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
        let addr = listener.local_addr().expect("it is bound");
        let inode = inode_at(addr).expect("it listens");
        assert!(listening_sockets().contains(&(addr, inode)));
        // A process that another test forks holds it too, until it executes its program.
        let ours = Some((inode, Some(std::process::id())));
        let deadline = Instant::now() + Duration::from_secs(30);
        while any_listener(addr) != ours {
            assert!(Instant::now() < deadline, "{:?}", any_listener(addr));
            std::thread::yield_now();
        }
    }
}
