//! Which address a connection is made from.
//!
//! A closed connection keeps its two addresses and ports busy for a minute, and
//! there are 28,000 ports. IPv4 has a whole network of loopback addresses to
//! spread over. IPv6 has one: there Linux takes a port back after a second
//! (`tcp_tw_reuse`, on for loopback), which bears 28,000 connections a second if
//! the port is chosen by `connect`, not by `bind`; so nothing is bound unless an
//! address was asked for.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU16, Ordering};

/// Which address a connection is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The one that the kernel takes; another loopback address when it has run out
    /// of ports.
    Automatic,
    /// Another IPv4 loopback address for every connection; the kernel's choice for
    /// IPv6 and other hosts. For peers that do not care who calls.
    Spread,
    /// This one.
    Address(IpAddr),
}

impl Source {
    /// The address to bind before connecting to `peer`, if any.
    pub(super) fn address(self, peer: SocketAddr) -> Option<IpAddr> {
        match self {
            Self::Automatic => None,
            Self::Spread => spare(peer),
            Self::Address(address) => Some(address),
        }
    }

    /// Where to look for ports when this source has none left.
    pub(super) fn widened(self) -> Self {
        match self {
            Self::Automatic => Self::Spread,
            Self::Spread | Self::Address(_) => self,
        }
    }
}

/// A loopback address that has most likely not been used for long.
fn spare(peer: SocketAddr) -> Option<IpAddr> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    match peer.ip() {
        IpAddr::V4(ip) if ip.is_loopback() => {
            let [high, low] = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            Some(Ipv4Addr::new(127, block(), high, low.max(1)).into())
        }
        _ => None,
    }
}

/// Keeps two wirechecks on one machine apart, mostly.
fn block() -> u8 {
    let number = std::process::id() % 127;
    128 + u8::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreading_takes_another_loopback_address_each_time() {
        let peer = "127.0.0.1:80".parse().expect("an address");
        let first = Source::Spread.address(peer).expect("loopback has spares");
        let second = Source::Spread.address(peer).expect("loopback has spares");
        assert!(first.is_loopback() && second.is_loopback());
        assert_ne!(first, peer.ip());
    }

    #[test]
    fn there_is_nothing_to_spread_over_elsewhere() {
        for peer in ["[::1]:80", "192.0.2.1:80"] {
            let peer = peer.parse().expect("an address");
            assert_eq!(Source::Spread.address(peer), None);
        }
    }
}
