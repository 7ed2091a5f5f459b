//! A port that nobody else will take before the peer does.
//!
//! Asking the kernel for a free port and giving it back is a race: the next
//! `connect` of any program may take it. So ports are chosen outside the range
//! that the kernel gives away, claimed against other wirechecks, and seen to be
//! free. The claim is an abstract socket, which the kernel releases when its
//! holder ends, however it ends.
//!
//! A claim is never reused by the process that had it until all others have had
//! their turn: connections that linger in TIME_WAIT are on ports of the past.

use super::process::while_nothing_forks;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Below lie the ports that programs are known by.
const LOWEST: u16 = 10_000;
/// With fewer than these outside the kernel's range, the whole range is used.
const ENOUGH: usize = 1000;
/// How many ports are tried before giving up.
const TRIES: usize = 4000;

/// A port of our own, for as long as this lives.
#[derive(Debug)]
pub(super) struct Claim {
    port: u16,
    _lock: Lock,
}

/// Why there is no port. Always the machine, or an address that it does not have.
#[derive(Debug)]
pub(super) enum NoPort {
    AllTaken,
    Host(io::Error),
    Machine(io::Error),
}

impl Claim {
    /// Claims a port that is free on `host` and on every other address.
    pub(super) fn take(host: IpAddr) -> Result<Self, NoPort> {
        for _ in 0..TRIES {
            let port = next_port();
            let lock = match Lock::on(port) {
                Ok(lock) => lock,
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => continue,
                Err(error) => return Err(NoPort::Machine(error)),
            };
            if while_nothing_forks(|| is_free(host, port))? {
                return Ok(Self { port, _lock: lock });
            }
        }
        Err(NoPort::AllTaken)
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }
}

/// Each call gives another port, until all had their turn. Where the turn begins
/// is drawn, so that wirechecks side by side seldom meet.
fn next_port() -> u16 {
    static TURN: OnceLock<AtomicUsize> = OnceLock::new();
    static PORTS: OnceLock<Vec<u16>> = OnceLock::new();
    let drawn = || RandomState::new().hash_one(std::process::id()) as usize % (1 << 30);
    let turn = TURN.get_or_init(|| AtomicUsize::new(drawn()));
    let ports = PORTS.get_or_init(|| candidates(&given_away()));
    ports[turn.fetch_add(1, Ordering::Relaxed) % ports.len()]
}

/// The ports that the kernel does not give away by itself.
fn candidates(given_away: &RangeInclusive<u16>) -> Vec<u16> {
    let all = LOWEST..=u16::MAX;
    let outside: Vec<u16> = all
        .clone()
        .filter(|port| !given_away.contains(port))
        .collect();
    match outside.len() < ENOUGH {
        true => all.collect(),
        false => outside,
    }
}

/// The kernel's range for `connect` and for port 0.
fn given_away() -> RangeInclusive<u16> {
    let text = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range");
    text.ok()
        .and_then(|text| parse_range(&text))
        .unwrap_or(32_768..=u16::MAX)
}

fn parse_range(text: &str) -> Option<RangeInclusive<u16>> {
    let mut ends = text.split_whitespace().map(str::parse);
    Some(ends.next()?.ok()?..=ends.next()?.ok()?)
}

/// Whether nobody has the port, on any address. A socket on the IPv6 wildcard
/// clashes with every other one on its port, IPv4 included.
fn is_free(host: IpAddr, port: u16) -> Result<bool, NoPort> {
    let everywhere = match bind(Ipv6Addr::UNSPECIFIED.into(), port) {
        Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
            bind(Ipv4Addr::UNSPECIFIED.into(), port)
        }
        outcome => outcome,
    };
    match everywhere.and_then(|()| bind(host, port)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(false),
        Err(error) => Err(NoPort::Host(error)),
    }
}

/// Binds without SO_REUSEADDR, and lets go at once.
fn bind(host: IpAddr, port: u16) -> io::Result<()> {
    let addr = SocketAddr::new(host, port);
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
    if addr.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.bind(&SockAddr::from(addr))
}

/// What keeps other wirechecks of this network namespace off a port.
#[cfg(target_os = "linux")]
#[derive(Debug)]
struct Lock {
    _socket: std::os::unix::net::UnixDatagram,
}

#[cfg(target_os = "linux")]
impl Lock {
    fn on(port: u16) -> io::Result<Self> {
        use std::os::linux::net::SocketAddrExt as _;
        use std::os::unix::net::{SocketAddr, UnixDatagram};
        let name = format!("wirecheck/port/{port}");
        let _socket = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(name)?)?;
        Ok(Self { _socket })
    }
}

/// Other systems have no name that goes away with its holder.
#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
struct Lock;

#[cfg(not(target_os = "linux"))]
impl Lock {
    fn on(_port: u16) -> io::Result<Self> {
        Ok(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn the_kernels_own_range_is_left_alone() {
        let range = parse_range("32768\t60999\n").expect("two numbers");
        let ports = candidates(&range);
        assert!(ports.contains(&LOWEST) && ports.contains(&32_767) && ports.contains(&61_000));
        assert!(!ports.contains(&32_768) && !ports.contains(&60_999));
    }

    #[test]
    fn a_range_that_leaves_nothing_is_used_all_the_same() {
        assert_eq!(candidates(&(1024..=u16::MAX)).len(), 55_536);
    }

    #[test]
    fn a_claimed_port_is_not_claimed_twice() {
        let claim = Claim::take(LOOPBACK).expect("a port is free");
        let again = Lock::on(claim.port()).expect_err("it is taken");
        assert_eq!(again.kind(), io::ErrorKind::AddrInUse);
        let port = claim.port();
        drop(claim);
        Lock::on(port).expect("it was given back");
    }

    #[test]
    fn a_port_that_is_used_on_any_loopback_address_is_not_free() {
        let claim = Claim::take(LOOPBACK).expect("a port is free");
        for host in ["127.0.0.1", "127.0.0.9", "0.0.0.0", "::1"] {
            let Ok(_holder) = TcpListener::bind((host, claim.port())) else {
                continue;
            };
            let seen = is_free(LOOPBACK, claim.port()).expect("the host is there");
            assert!(!seen, "{host}");
        }
    }

    #[test]
    fn an_address_of_another_machine_is_refused() {
        let elsewhere = "192.0.2.1".parse().expect("an address");
        assert!(matches!(Claim::take(elsewhere), Err(NoPort::Host(_))));
    }
}
