//! A server that runs already. It is not ours: we find it, watch it if the kernel
//! lets us, and never end it.

use super::system::{any_listener, group_of, name_of};
use crate::wire::watch::{Target, Unseen, Watch};
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _, UdpSocket};

/// A server that ran before we came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    addr: SocketAddr,
    owner: Option<Owner>,
}

/// The process that listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Its id.
    pub process: u32,
    /// The name that the kernel knows it by. Something that only passes the bytes
    /// on, such as `docker-proxy`, is not the server that is meant.
    pub name: String,
}

/// Why an address is none. Always the user's, or the name service's.
#[derive(Debug, thiserror::Error)]
pub enum OutsideError {
    /// It is not written as HOST:PORT.
    #[error("`{target}` is not HOST:PORT, such as localhost:7000 or [::1]:7000")]
    NotAnAddress {
        /// What was typed.
        target: String,
    },
    /// The name leads nowhere.
    #[error("`{target}` cannot be resolved: {source}")]
    Unresolved {
        /// What was typed.
        target: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Outside {
    /// Resolves HOST:PORT and looks for the process that listens there. Of several
    /// addresses the first one is taken on which somebody listens, if that can be
    /// seen, else the first. Nobody is called.
    ///
    /// # Errors
    ///
    /// When the address cannot be resolved.
    pub fn find(target: &str) -> Result<Self, OutsideError> {
        let addrs = resolve(target)?;
        let seen = addrs
            .iter()
            .find_map(|&addr| listener_at(addr).map(|process| (addr, process)));
        let (addr, process) = seen.unwrap_or((addrs[0], None));
        let owner = process.map(|process| Owner {
            process,
            name: name_of(process),
        });
        Ok(Self { addr, owner })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Whose it is; absent if it is on another machine, in another network
    /// namespace, or another user's.
    #[must_use]
    pub fn owner(&self) -> Option<&Owner> {
        self.owner.as_ref()
    }

    /// Looks at its processes, if its owner is known: at its group, unless that is
    /// ours too, as that of a server which the same script started.
    ///
    /// # Errors
    ///
    /// When this system does not show other processes.
    pub fn watch(&self) -> Option<Result<Watch, Unseen>> {
        let process = self.owner()?.process;
        let ours = group_of(std::process::id());
        let target = match group_of(process) {
            Some(group) if Some(group) != ours => Target::Group(group),
            _ => Target::Process(process),
        };
        Some(Watch::new(target))
    }
}

fn resolve(target: &str) -> Result<Vec<SocketAddr>, OutsideError> {
    let named = target.to_owned();
    match target.to_socket_addrs() {
        Ok(addrs) => {
            let addrs: Vec<SocketAddr> = addrs.collect();
            match addrs.is_empty() {
                true => Err(OutsideError::NotAnAddress { target: named }),
                false => Ok(addrs),
            }
        }
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
            Err(OutsideError::NotAnAddress { target: named })
        }
        Err(source) => Err(OutsideError::Unresolved {
            target: named,
            source,
        }),
    }
}

/// The kernel would answer for another machine's address with whoever listens on
/// all of ours.
fn listener_at(addr: SocketAddr) -> Option<Option<u32>> {
    if !is_here(addr.ip()) {
        return None;
    }
    any_listener(addr).map(|(_, process)| process)
}

/// Only an address of this machine can be bound.
fn is_here(ip: IpAddr) -> bool {
    ip.is_loopback() || UdpSocket::bind((ip, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn a_server_on_this_machine_is_found_and_watched() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
        let addr = listener.local_addr().expect("it is bound");
        let outside = Outside::find(&format!("localhost:{}", addr.port())).expect("it resolves");
        assert_eq!(outside.addr(), addr);
        if cfg!(target_os = "linux") {
            let owner = outside.owner().expect("it is ours to see");
            assert_eq!(owner.process, std::process::id());
            let mut watch = outside
                .watch()
                .expect("it is known")
                .expect("/proc is there");
            assert_eq!(watch.processes().expect("it lives"), [owner.process]);
        }
    }

    #[test]
    fn an_address_where_nobody_listens_is_still_an_address() {
        let outside = Outside::find("127.0.0.1:1").expect("it resolves");
        assert_eq!(outside.addr().to_string(), "127.0.0.1:1");
        assert_eq!(outside.owner(), None);
    }

    #[test]
    fn another_machines_address_is_not_mistaken_for_ours() {
        let listener = TcpListener::bind("0.0.0.0:0").expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let outside = Outside::find(&format!("192.0.2.1:{port}")).expect("it resolves");
        assert_eq!(outside.owner(), None);
    }

    #[test]
    fn what_is_no_address_is_refused_with_an_example() {
        let error = Outside::find("localhost").expect_err("there is no port");
        assert!(error.to_string().contains("HOST:PORT"), "{error}");
    }
}
