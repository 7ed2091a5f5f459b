//! A port that no other program takes before the peer does.
//!
//! Asking the kernel for a free port and closing it again is a race: the next `connect` of
//! any program may take it. So the port is chosen outside the range from which the kernel
//! assigns ports, claimed against other runs of wirecheck, and checked to be free. The claim
//! is an abstract socket, which the kernel closes when its process ends, in any way.
//!
//! A port is reused only after all others: connections in TIME_WAIT stay on earlier ports.

use super::process::while_nothing_forks;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Well-known services listen below.
const LOWEST: u16 = 10_000;
/// If fewer ports than these are outside the kernel's range, all ports are used.
const ENOUGH: usize = 1000;
/// How many ports are tried before giving up.
const TRIES: usize = 4000;

/// A port that no other run of wirecheck uses while this exists, or one that the user chose.
#[derive(Debug)]
pub(super) struct PortClaim {
    port: u16,
    /// None for a port that the user chose: the user knows who uses it.
    _lock: Option<PortLock>,
}

/// Why there is no port. The fault of the machine, or of an address that it does not have.
#[derive(Debug)]
pub(super) enum PortError {
    AllTaken,
    Host(io::Error),
    Machine(io::Error),
}

impl PortClaim {
    /// The port that the user chose, or one that is free.
    pub(super) fn take(host: IpAddr, chosen: Option<u16>) -> Result<Self, PortError> {
        match chosen {
            Some(port) => Ok(Self { port, _lock: None }),
            None => Self::take_any(host),
        }
    }

    /// Claims a port that is free on `host` and on every other address.
    fn take_any(host: IpAddr) -> Result<Self, PortError> {
        for _ in 0..TRIES {
            let port = next_port();
            let lock = match PortLock::on(port) {
                Ok(lock) => lock,
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => continue,
                Err(error) => return Err(PortError::Machine(error)),
            };
            if while_nothing_forks(|| is_free(host, port))? {
                let _lock = Some(lock);
                return Ok(Self { port, _lock });
            }
        }
        Err(PortError::AllTaken)
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }
}

/// Goes through all ports, then begins again. The first one is random, so that runs side by
/// side seldom try the same port.
fn next_port() -> u16 {
    static NEXT: OnceLock<AtomicUsize> = OnceLock::new();
    static PORTS: OnceLock<Vec<u16>> = OnceLock::new();
    let random = || RandomState::new().hash_one(std::process::id()) as usize % (1 << 30);
    let next = NEXT.get_or_init(|| AtomicUsize::new(random()));
    let ports = PORTS.get_or_init(|| candidates(&kernel_range()));
    ports[next.fetch_add(1, Ordering::Relaxed) % ports.len()]
}

/// The ports that the kernel does not assign by itself.
fn candidates(kernel_range: &RangeInclusive<u16>) -> Vec<u16> {
    let all = LOWEST..=u16::MAX;
    let outside: Vec<u16> = all
        .clone()
        .filter(|port| !kernel_range.contains(port))
        .collect();
    if outside.len() < ENOUGH {
        return all.collect();
    }
    outside
}

/// The range from which the kernel assigns ports, for `connect` and for port 0.
fn kernel_range() -> RangeInclusive<u16> {
    let text = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range");
    text.ok()
        .and_then(|text| parse_range(&text))
        .unwrap_or(32_768..=u16::MAX)
}

fn parse_range(text: &str) -> Option<RangeInclusive<u16>> {
    let mut ends = text.split_whitespace().map(str::parse);
    Some(ends.next()?.ok()?..=ends.next()?.ok()?)
}

/// Whether no socket uses the port on any address. A socket on the IPv6 wildcard address
/// conflicts with every other one on its port, also with IPv4.
fn is_free(host: IpAddr, port: u16) -> Result<bool, PortError> {
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
        Err(error) => Err(PortError::Host(error)),
    }
}

/// Binds without SO_REUSEADDR, and closes at once.
fn bind(host: IpAddr, port: u16) -> io::Result<()> {
    let addr = SocketAddr::new(host, port);
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
    if addr.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.bind(&SockAddr::from(addr))
}

/// Claims a port against other runs of wirecheck in this network namespace.
#[cfg(target_os = "linux")]
#[derive(Debug)]
struct PortLock {
    _socket: std::os::unix::net::UnixDatagram,
}

#[cfg(target_os = "linux")]
impl PortLock {
    fn on(port: u16) -> io::Result<Self> {
        use std::os::linux::net::SocketAddrExt as _;
        use std::os::unix::net::{SocketAddr, UnixDatagram};
        let name = format!("wirecheck/port/{port}");
        let _socket = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(name)?)?;
        Ok(Self { _socket })
    }
}

/// Other systems have no name that disappears with its process.
#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
struct PortLock;

#[cfg(not(target_os = "linux"))]
impl PortLock {
    fn on(_port: u16) -> io::Result<Self> {
        Ok(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::time::{Duration, Instant};

    const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn ports_of_the_kernels_range_are_not_used() {
        let range = parse_range("32768\t60999\n").expect("two numbers");
        let ports = candidates(&range);
        assert!(ports.contains(&LOWEST) && ports.contains(&32_767) && ports.contains(&61_000));
        assert!(!ports.contains(&32_768) && !ports.contains(&60_999));
    }

    #[test]
    fn all_ports_are_used_if_the_kernels_range_covers_them() {
        assert_eq!(candidates(&(1024..=u16::MAX)).len(), 55_536);
    }

    #[test]
    fn a_claimed_port_cannot_be_claimed_again_until_it_is_released() {
        let claim = PortClaim::take(LOOPBACK, None).expect("a port is free");
        let again = PortLock::on(claim.port()).expect_err("it is claimed");
        assert_eq!(again.kind(), io::ErrorKind::AddrInUse);
        let port = claim.port();
        drop(claim);
        // A child that another test has forked holds the claim, too, until it executes its program.
        let deadline = Instant::now() + Duration::from_secs(60);
        while let Err(error) = PortLock::on(port) {
            assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
            assert!(Instant::now() < deadline, "the claim was not released");
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_port_that_is_used_on_any_loopback_address_is_not_free() {
        let claim = PortClaim::take(LOOPBACK, None).expect("a port is free");
        for host in ["127.0.0.1", "127.0.0.9", "0.0.0.0", "::1"] {
            let Ok(_holder) = TcpListener::bind((host, claim.port())) else {
                continue;
            };
            let seen = is_free(LOOPBACK, claim.port()).expect("the host is there");
            assert!(!seen, "{host}");
        }
    }

    #[test]
    fn an_address_of_another_machine_is_rejected() {
        let elsewhere = "192.0.2.1".parse().expect("an address");
        assert!(matches!(
            PortClaim::take(elsewhere, None),
            Err(PortError::Host(_))
        ));
    }
}
