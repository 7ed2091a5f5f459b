//! The arguments of `wirecheck replay`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::DEFAULT_RECORD;
use crate::cli::values::duration;
use crate::replay::Language;

pub(super) const REPLAY_EXAMPLES: &str = "\
Examples:
  wirecheck replay 7f3a                     play a failure of the last runs again
  wirecheck replay 7f3a -- ./server {port}  against another server
  wirecheck replay case.json --connect localhost:7777
                                            a saved file, against a running server
  wirecheck replay 7f3a --pcap case.pcap    write it as packets, for Wireshark
  wirecheck replay 7f3a --script python > case.py
                                            write it as a program that needs no wirecheck";

pub(super) const REPLAY_EXITS: &str = "\
Exit codes:
  0   FIXED: the baseline and the case pass
  1   FAILED: the case fails, in the same way or in another, or its baseline fails
  2   the command line or the saved case is invalid; nothing was run
  3   ERROR: the peer did not start, could not be reached, or was lost
  70  ERROR: wirecheck could not judge the case
  130 interrupted";

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ReplayArgs {
    /// A saved case: its file, or the first characters of its id
    #[arg(value_name = "FILE|ID")]
    pub(in crate::cli) case: PathBuf,
    /// The record of the run that has the id, if it is not the default one
    #[arg(long, value_name = "FILE", default_value = DEFAULT_RECORD)]
    pub(in crate::cli) record: PathBuf,
    /// Write the delivery as a capture (pcap), and play nothing
    ///
    /// Each chunk is one TCP segment. What the peer sent when it failed is between them, up to
    /// 512 bytes at a time.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["script", "connect", "command"])]
    pub(in crate::cli) pcap: Option<PathBuf>,
    /// Print a program that shows the failure without wirecheck, and play nothing
    #[arg(long, value_name = "LANGUAGE", conflicts_with_all = ["connect", "command"])]
    pub(in crate::cli) script: Option<Language>,
    /// Play against a running server instead
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "command")]
    pub(in crate::cli) connect: Option<String>,
    /// The loopback address for the server to listen on, or for the client to connect to
    #[arg(long, value_name = "ADDRESS")]
    pub(in crate::cli) host: Option<IpAddr>,
    /// Use this port instead of a free one, for a server with a port of its own
    #[arg(long, value_name = "PORT", conflicts_with = "connect", value_parser = clap::value_parser!(u16).range(1..))]
    pub(in crate::cli) port: Option<u16>,
    /// Time limit for the server to listen, or for the client to connect
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(in crate::cli) start_timeout: Option<Duration>,
    /// Show the failure in full
    #[arg(short, long)]
    pub(in crate::cli) verbose: bool,
    /// Another command that starts the server or client
    #[arg(last = true, value_name = "COMMAND")]
    pub(in crate::cli) command: Vec<String>,
}
