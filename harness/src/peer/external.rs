//! A server that wirecheck did not start. It is found, watched if the kernel allows it, and
//! never stopped.

use super::system::{any_listener, group_of, name_of};
use crate::wire::watch::{Watch, WatchError, WatchTarget};
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _, UdpSocket};

/// A server that wirecheck did not start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalServer {
    addr: SocketAddr,
    process: Option<ServerProcess>,
}

/// The process that listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerProcess {
    /// Its id.
    pub id: u32,
    /// The name that the kernel knows it by. It may be a proxy, such as `docker-proxy`, and
    /// not the server itself.
    pub name: String,
}

/// Why an address cannot be used. The fault of the user or of the name service.
#[derive(Debug, thiserror::Error)]
pub enum ExternalServerError {
    /// It is not written as HOST:PORT.
    #[error("`{target}` is not an address: write HOST:PORT, such as localhost:7000 or [::1]:7000")]
    NotAnAddress {
        /// What the user wrote.
        target: String,
    },
    /// The name is unknown.
    #[error("cannot resolve `{target}`: {source}")]
    Unresolved {
        /// What the user wrote.
        target: String,
        /// The system's error.
        source: io::Error,
    },
}

impl ExternalServer {
    /// Resolves HOST:PORT and looks for the process that listens there. Of several
    /// addresses it takes the first with a visible listener, otherwise the first. It does
    /// not connect.
    ///
    /// # Errors
    ///
    /// When the address cannot be resolved.
    pub fn find(target: &str) -> Result<Self, ExternalServerError> {
        let addrs = resolve(target)?;
        let listening = addrs.iter().find(|&&addr| listener_at(addr).is_some());
        Ok(Self::at(*listening.unwrap_or(&addrs[0])))
    }

    /// The server that listens at this address. It does not connect.
    #[must_use]
    pub fn at(addr: SocketAddr) -> Self {
        let id = listener_at(addr).flatten();
        let process = id.map(|id| ServerProcess {
            id,
            name: name_of(id),
        });
        Self { addr, process }
    }

    /// Whether the server runs in the process that checks it.
    #[must_use]
    pub fn is_ourselves(&self) -> bool {
        self.process().is_some_and(|it| it.id == std::process::id())
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The process that listens. `None` if it is on another machine, in another network
    /// namespace, or another user's.
    #[must_use]
    pub fn process(&self) -> Option<&ServerProcess> {
        self.process.as_ref()
    }

    /// A watch on its process group, if its process is known. A server that the same script
    /// started as wirecheck may share our group: then only the process is watched. A server
    /// in this very process cannot be watched: our own threads run while they look.
    ///
    /// # Errors
    ///
    /// When this system does not show other processes.
    pub fn watch(&self) -> Option<Result<Watch, WatchError>> {
        if self.is_ourselves() {
            return None;
        }
        let process = self.process()?.id;
        let ours = group_of(std::process::id());
        let target = match group_of(process) {
            Some(group) if Some(group) != ours => WatchTarget::Group(group),
            _ => WatchTarget::Process(process),
        };
        Some(Watch::new(target))
    }
}

fn resolve(target: &str) -> Result<Vec<SocketAddr>, ExternalServerError> {
    let named = target.to_owned();
    match target.to_socket_addrs() {
        Ok(addrs) => {
            let addrs: Vec<SocketAddr> = addrs.collect();
            if addrs.is_empty() {
                return Err(ExternalServerError::NotAnAddress { target: named });
            }
            Ok(addrs)
        }
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
            Err(ExternalServerError::NotAnAddress { target: named })
        }
        Err(source) => Err(ExternalServerError::Unresolved {
            target: named,
            source,
        }),
    }
}

/// The process that listens on an address of this machine. For another machine's address
/// the kernel would return a local socket that listens on all addresses.
fn listener_at(addr: SocketAddr) -> Option<Option<u32>> {
    if !is_local(addr.ip()) {
        return None;
    }
    any_listener(addr).map(|(_, process)| process)
}

/// Only an address of this machine can be bound.
fn is_local(ip: IpAddr) -> bool {
    ip.is_loopback() || UdpSocket::bind((ip, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn a_server_in_this_process_is_found_and_not_watched() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
        let addr = listener.local_addr().expect("it is bound");
        let server =
            ExternalServer::find(&format!("localhost:{}", addr.port())).expect("it resolves");
        assert_eq!(server.addr(), addr);
        if cfg!(target_os = "linux") {
            let process = server.process().expect("this user may see it");
            assert_eq!(process.id, std::process::id());
            assert!(server.is_ourselves());
            assert!(server.watch().is_none());
        }
    }

    #[test]
    fn an_address_without_a_listener_is_still_an_address() {
        let server = ExternalServer::find("127.0.0.1:1").expect("it resolves");
        assert_eq!(server.addr().to_string(), "127.0.0.1:1");
        assert_eq!(server.process(), None);
    }

    #[test]
    fn a_local_listener_is_not_taken_for_one_on_another_machine() {
        let listener = TcpListener::bind("0.0.0.0:0").expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let server = ExternalServer::find(&format!("192.0.2.1:{port}")).expect("it resolves");
        assert_eq!(server.process(), None);
    }

    #[test]
    fn a_target_without_a_port_is_rejected_with_an_example() {
        let error = ExternalServer::find("localhost").expect_err("there is no port");
        assert!(error.to_string().contains("HOST:PORT"), "{error}");
    }
}
