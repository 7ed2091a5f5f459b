//! The address from which a connection is made.
//!
//! A closed connection occupies its two addresses and ports for a minute, and there are
//! 28,000 ports. IPv4 has a whole network of loopback addresses to spread over. IPv6 has one:
//! there Linux reuses a port after a second (`tcp_tw_reuse`, on for loopback). That is enough
//! for 28,000 connections per second if `connect` chooses the port, and not if `bind` does. So
//! nothing is bound unless an address was selected.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU16, Ordering};

/// The address from which a connection is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceAddress {
    /// The kernel's choice, or another loopback address if that one has no free port.
    Automatic,
    /// Another IPv4 loopback address for every connection; the kernel's choice for IPv6 and
    /// for other hosts. For peers that do not check the address of the client.
    Spread,
    /// Always this one.
    Fixed(IpAddr),
}

impl SourceAddress {
    /// The address to bind before connecting to `peer`, if any.
    pub(super) fn address(self, peer: SocketAddr) -> Option<IpAddr> {
        match self {
            Self::Automatic => None,
            Self::Spread => next_loopback(peer),
            Self::Fixed(address) => Some(address),
        }
    }

    /// Where to look for a port if this one has none left.
    pub(super) fn widened(self) -> Self {
        match self {
            Self::Automatic => Self::Spread,
            Self::Spread | Self::Fixed(_) => self,
        }
    }
}

/// A loopback address that was not used recently.
fn next_loopback(peer: SocketAddr) -> Option<IpAddr> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    match peer.ip() {
        IpAddr::V4(ip) if ip.is_loopback() => {
            let [high, low] = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            Some(Ipv4Addr::new(127, block(), high, low.max(1)).into())
        }
        _ => None,
    }
}

/// Separates two runs on one machine, most of the time.
fn block() -> u8 {
    let number = std::process::id() % 127;
    128 + u8::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreading_uses_another_loopback_address_each_time() {
        let peer = "127.0.0.1:80".parse().expect("an address");
        let first = SourceAddress::Spread
            .address(peer)
            .expect("IPv4 loopback has many addresses");
        let second = SourceAddress::Spread
            .address(peer)
            .expect("IPv4 loopback has many addresses");
        assert!(first.is_loopback() && second.is_loopback());
        assert_ne!(first, peer.ip());
    }

    #[test]
    fn ipv6_and_other_hosts_are_not_spread_over() {
        for peer in ["[::1]:80", "192.0.2.1:80"] {
            let peer = peer.parse().expect("an address");
            assert_eq!(SourceAddress::Spread.address(peer), None);
        }
    }
}
