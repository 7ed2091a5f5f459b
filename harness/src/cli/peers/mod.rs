//! `wirecheck peer`: the servers and clients that `wirecheck demo` judges, each broken
//! and fixed.
//!
//! One file per protocol and side, the naive reader next to the fixed one. The comment
//! on a naive reader describes its bug. They run as processes of their own, `wirecheck
//! peer NAME`, so that the demo judges processes as it would judge yours.

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

use self::serving::{serve_concurrently, serve_one_at_a_time};
use super::error::CommandError;
use super::exit::Exit;
use crate::scenario::Side;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DemoPeer {
    LineNaive,
    LineFixed,
    HeaderNaive,
    HeaderFixed,
    StayAliveNaive,
    StayAliveFixed,
    OneShotNaive,
    OneShotFixed,
    LineClientNaive,
    LineClientFixed,
    HeaderClientNaive,
    HeaderClientFixed,
}

/// Handles one connection and closes it.
type Handler = fn(TcpStream) -> io::Result<()>;

enum Program {
    /// Accepts connections until it is killed.
    Server(fn(&TcpListener, Handler) -> !, Handler),
    /// Connects once.
    Client(Handler),
}

pub(super) fn run(peer: DemoPeer, host: IpAddr, port: u16) -> Result<Exit, CommandError> {
    match peer.run(host, port) {
        Ok(()) => Ok(Exit::Success),
        Err(error) => Err(CommandError::usage(format!("{host} port {port}: {error}"))),
    }
}

impl DemoPeer {
    /// Its name on the command line: `line-naive`.
    pub(super) fn name(self) -> String {
        let name = self.to_possible_value().expect("no variant is skipped");
        name.get_name().to_owned()
    }

    pub(super) fn side(self) -> Side {
        match self.program() {
            Program::Server(..) => Side::Server,
            Program::Client(_) => Side::Client,
        }
    }

    fn run(self, host: IpAddr, port: u16) -> io::Result<()> {
        // Only the message of a panic: its backtrace would take longer than the case.
        panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
        match self.program() {
            Program::Server(serve, handler) => serve(&TcpListener::bind((host, port))?, handler),
            Program::Client(handler) => handler(TcpStream::connect((host, port))?),
        }
    }

    fn program(self) -> Program {
        use Program::{Client, Server};
        match self {
            Self::LineNaive => Server(serve_one_at_a_time, line::naive),
            Self::LineFixed => Server(serve_concurrently, line::fixed),
            Self::HeaderNaive => Server(serve_concurrently, header::naive),
            Self::HeaderFixed => Server(serve_concurrently, header::fixed),
            Self::StayAliveNaive => Server(serve_one_at_a_time, stay_alive::naive),
            Self::StayAliveFixed => Server(serve_one_at_a_time, stay_alive::fixed),
            Self::OneShotNaive => Server(serve_one_at_a_time, one_shot::naive),
            Self::OneShotFixed => Server(serve_concurrently, one_shot::fixed),
            Self::LineClientNaive => Client(line_client::naive),
            Self::LineClientFixed => Client(line_client::fixed),
            Self::HeaderClientNaive => Client(header_client::naive),
            Self::HeaderClientFixed => Client(header_client::fixed),
        }
    }
}
