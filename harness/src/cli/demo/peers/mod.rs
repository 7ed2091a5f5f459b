//! The embedded peers: four small servers, each as one writes it at first and as
//! it has to be.
//!
//! A file holds one protocol, the naive reader beside the mended one. What is wrong
//! with a naive one stands in its comment and nowhere else: it is to be read, and
//! found. They are programs of their own, `wirecheck peer NAME`, so that the demo
//! judges processes as it would judge yours.

mod header;
mod line;
mod one_shot;
mod serving;
mod stay_alive;
mod stream;

use std::io;
use std::net::{IpAddr, TcpListener};
use std::panic;

use clap::ValueEnum;

use self::serving::{a_thread_a_client, one_after_another};

/// An embedded peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Peer {
    LineNaive,
    LineMended,
    HeaderNaive,
    HeaderMended,
    StayAliveNaive,
    StayAliveMended,
    OneShotNaive,
    OneShotMended,
}

impl Peer {
    /// What it is called on the command line.
    pub(in crate::cli) fn name(self) -> String {
        let name = self.to_possible_value().expect("no peer is left out");
        name.get_name().to_owned()
    }

    /// Serves for ever; comes back only if it cannot listen.
    pub(in crate::cli) fn listen(self, host: IpAddr, port: u16) -> io::Error {
        // Last words, not a backtrace: to look one up takes longer than the case did.
        panic::set_hook(Box::new(|last_words| eprintln!("{last_words}")));
        match TcpListener::bind((host, port)) {
            Ok(listener) => self.serve(&listener),
            Err(error) => error,
        }
    }

    fn serve(self, listener: &TcpListener) -> ! {
        match self {
            Self::LineNaive => one_after_another(listener, line::naive),
            Self::LineMended => a_thread_a_client(listener, line::mended),
            Self::HeaderNaive => a_thread_a_client(listener, header::naive),
            Self::HeaderMended => a_thread_a_client(listener, header::mended),
            Self::StayAliveNaive => one_after_another(listener, stay_alive::naive),
            Self::StayAliveMended => one_after_another(listener, stay_alive::mended),
            Self::OneShotNaive => one_after_another(listener, one_shot::naive),
            Self::OneShotMended => a_thread_a_client(listener, one_shot::mended),
        }
    }
}
