//! The embedded peers: four small servers and two clients, each as one writes it at
//! first and as it has to be.
//!
//! A file holds one protocol's server or client, the naive reader beside the mended
//! one. What is wrong with a naive one stands in its comment and nowhere else: it is to
//! be read, and found. They are programs of their own, `wirecheck peer NAME`, so that
//! the demo judges processes as it would judge yours.

mod header;
mod header_client;
mod line;
mod line_client;
mod one_shot;
mod serving;
mod stay_alive;
mod stream;

use std::io;
use std::net::{IpAddr, TcpListener, TcpStream};
use std::panic;

use clap::ValueEnum;

use self::serving::{a_thread_a_client, one_after_another};
use crate::scenario::Side;

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
    LineClientNaive,
    LineClientMended,
    HeaderClientNaive,
    HeaderClientMended,
}

/// What is done with a connection; the connection ends with it.
type Converse = fn(TcpStream) -> io::Result<()>;

/// How a peer comes to its connections.
enum Part {
    /// It is called, again and again.
    Server(fn(&TcpListener, Converse) -> !, Converse),
    /// It calls, once.
    Client(Converse),
}

impl Peer {
    /// What it is called on the command line.
    pub(in crate::cli) fn name(self) -> String {
        let name = self.to_possible_value().expect("no peer is left out");
        name.get_name().to_owned()
    }

    /// The side that it plays.
    pub(in crate::cli) fn side(self) -> Side {
        match self.part() {
            Part::Server(..) => Side::Server,
            Part::Client(_) => Side::Client,
        }
    }

    /// Serves for ever, or calls the server once.
    pub(in crate::cli) fn run(self, host: IpAddr, port: u16) -> io::Result<()> {
        // Last words, not a backtrace: to look one up takes longer than the case did.
        panic::set_hook(Box::new(|last_words| eprintln!("{last_words}")));
        match self.part() {
            Part::Server(serve, converse) => serve(&TcpListener::bind((host, port))?, converse),
            Part::Client(converse) => converse(TcpStream::connect((host, port))?),
        }
    }

    fn part(self) -> Part {
        use Part::{Client, Server};
        match self {
            Self::LineNaive => Server(one_after_another, line::naive),
            Self::LineMended => Server(a_thread_a_client, line::mended),
            Self::HeaderNaive => Server(a_thread_a_client, header::naive),
            Self::HeaderMended => Server(a_thread_a_client, header::mended),
            Self::StayAliveNaive => Server(one_after_another, stay_alive::naive),
            Self::StayAliveMended => Server(one_after_another, stay_alive::mended),
            Self::OneShotNaive => Server(one_after_another, one_shot::naive),
            Self::OneShotMended => Server(a_thread_a_client, one_shot::mended),
            Self::LineClientNaive => Client(line_client::naive),
            Self::LineClientMended => Client(line_client::mended),
            Self::HeaderClientNaive => Client(header_client::naive),
            Self::HeaderClientMended => Client(header_client::mended),
        }
    }
}
