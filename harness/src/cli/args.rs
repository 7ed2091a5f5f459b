//! The command line: commands, arguments and their help.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use globset::Glob;

use super::exit::Exit;
use super::peers::DemoPeer;
use crate::load::MAX_SUITE_BYTES;
use crate::replay::Language;
use crate::scenario::{self, DurationError};
use crate::tactic::{Profile, TacticGlob};

const EXAMPLES: &str = "\
Examples:
  wirecheck demo                            judge the built-in peers
  wirecheck run echo.toml -- python3 server.py {port}
                                            judge a server
  wirecheck check scenarios/                validate suite files
  wirecheck list scenarios/line             list the cases of a suite
  wirecheck list --only 'cut@*' --count     count the cases of one tactic";

const RUN_EXAMPLES: &str = "\
Examples:
  wirecheck run echo.toml -- python3 server.py {port}
                                            start a server on a free port
  wirecheck run echo.toml -- ./server       the same; the server reads PORT
  wirecheck run echo.toml --connect localhost:7777
                                            judge a running server
  wirecheck run --client echo.toml -- python3 client.py {host} {port}
                                            judge a client, one process per case
  wirecheck run --profile quick --only 'cut@*' scenarios/line -- ./server
                                            run only some deliveries
  wirecheck run --record records/line.json scenarios/line -- ./server
                                            write the record to another file";

const REPLAY_EXAMPLES: &str = "\
Examples:
  wirecheck replay 7f3a                     play a failure of the last runs again
  wirecheck replay 7f3a -- ./server {port}  against another server
  wirecheck replay case.json --connect localhost:7777
                                            a saved file, against a running server
  wirecheck replay 7f3a --pcap case.pcap    write it as packets, for Wireshark
  wirecheck replay 7f3a --script python > case.py
                                            write it as a program that needs no wirecheck";

const REPLAY_EXITS: &str = "\
Exit codes:
  0   FIXED: the baseline and the case pass
  1   FAILED: the case fails, in the same way or in another, or its baseline fails
  2   the command line or the saved case is invalid; nothing was run
  3   ERROR: the peer did not start, could not be reached, or was lost
  70  ERROR: wirecheck could not judge the case
  130 interrupted";

/// Proves that a program reads a stream, not packets.
///
/// A suite describes an exchange once. wirecheck plays one side of it against an
/// implementation over TCP, delivers the same bytes in every way that TCP may deliver
/// them, and reports which deliveries change what the implementation does.
#[derive(Debug, Parser)]
#[command(
    name = "wirecheck",
    bin_name = "wirecheck",
    version,
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{}", Exit::HELP),
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true,
)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Judge the built-in servers and clients, broken and fixed
    Demo,
    /// Run one of the built-in servers and clients
    #[command(hide = true)]
    Peer(PeerArgs),
    /// Validate suite files
    Check(CheckArgs),
    /// Judge a server or a client
    #[command(after_long_help = format!("{RUN_EXAMPLES}\n\n{}", Exit::HELP))]
    Run(RunArgs),
    /// Play one saved failure again
    ///
    /// It plays the baseline and then the case on a fresh server or client, with the
    /// connections that it needs to fail, and prints FIXED, FAILED or ERROR. The file has the
    /// suite, the delivery and the command that starts the peer: replay only files that you
    /// trust, or give another command.
    #[command(after_long_help = format!("{REPLAY_EXAMPLES}\n\n{REPLAY_EXITS}"))]
    Replay(ReplayArgs),
    /// List the cases of suites without running them
    List(ListArgs),
    /// Explain a defect or a tactic, or list all of them
    Explain(ExplainArgs),
    /// Print the JSON Schema of a file format
    Schema(SchemaArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual page in roff
    Man,
}

#[derive(Debug, clap::Args)]
pub(super) struct PeerArgs {
    /// The peer to run
    pub(super) name: DemoPeer,
    /// The address to listen on, or to connect to
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST.into())]
    pub(super) host: IpAddr,
    /// The port to listen on, or to connect to
    #[arg(long, value_name = "N")]
    pub(super) port: u16,
}

#[derive(Debug, clap::Args)]
pub(super) struct SuiteArgs {
    /// Suite files, or folders of suite files [default: scenarios]
    #[arg(value_name = "SUITE")]
    pub(super) suites: Vec<PathBuf>,
    /// The largest suite file that is read
    #[arg(long, value_name = "BYTES", default_value_t = MAX_SUITE_BYTES, hide_short_help = true)]
    pub(super) max_suite_bytes: usize,
}

#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    pub(super) suites: SuiteArgs,
    /// Also play each scenario without a peer (self check)
    ///
    /// wirecheck plays both sides of each scenario. If that fails, the scenario
    /// contradicts itself, which is an error.
    ///
    /// wirecheck then judges five servers that cannot be correct: one is silent, one
    /// closes at once, one resets at once, one echoes, and one sends its first answer to
    /// any input and closes. If one of them passes, the scenario proves nothing, which
    /// is an error. For a scenario with `peer = 'client'` it judges five such clients
    /// instead. Without `peer` it judges the clients too, and one that passes is only a
    /// note.
    ///
    /// All connections are on loopback. No peer is started.
    #[arg(long)]
    pub(super) play: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct ExplainArgs {
    /// A defect (F01, short-header-read) or a tactic (cut, fin@7)
    #[arg(value_name = "CODE|NAME|TACTIC")]
    pub(super) defect: Option<String>,
    /// The language of the code that is shown for a defect
    #[arg(long, value_name = "LANGUAGE", requires = "defect")]
    pub(super) language: Option<CodeLanguage>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum CodeLanguage {
    /// The default
    Python,
    #[value(name = "javascript", alias = "js")]
    JavaScript,
    Go,
    Rust,
    /// All four
    All,
}

#[derive(Debug, clap::Args)]
pub(super) struct SchemaArgs {
    /// The file format
    pub(super) format: FileFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum FileFormat {
    /// A suite
    Suite,
    /// The record of a run
    Record,
    /// A saved case, for `wirecheck replay`
    Case,
}

#[derive(Debug, clap::Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    pub(super) shell: clap_complete::Shell,
}

#[derive(Debug, clap::Args)]
pub(super) struct CaseArgs {
    #[command(flatten)]
    pub(super) suites: SuiteArgs,
    /// How many deliveries are tried: quick, standard, thorough or exhaustive
    #[arg(long, default_value_t)]
    pub(super) profile: Profile,
    /// Run only tactics that match, e.g. 'cut@*'; can be repeated
    #[arg(long, value_name = "GLOB")]
    pub(super) only: Vec<TacticGlob>,
    /// Select only scenarios with this tag; can be repeated
    #[arg(long, value_name = "TAG")]
    pub(super) tag: Vec<String>,
    /// Select only scenarios whose `suite/scenario` matches; can be repeated
    #[arg(long, value_name = "GLOB")]
    pub(super) scenario: Vec<Glob>,
    /// Seed for random deliveries
    #[arg(long, default_value_t = DEFAULT_SEED)]
    pub(super) seed: u64,
}

#[derive(Debug, clap::Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub(super) cases: CaseArgs,
    /// Judge a running server
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "command")]
    pub(super) connect: Option<String>,
    /// Judge a client: wirecheck plays the server and starts the client once per case
    ///
    /// The standard output of the client and its exit code must not change with the
    /// delivery. Two runs of the baseline show what varies in every run, such as times
    /// and ports.
    #[arg(long, conflicts_with = "connect")]
    pub(super) client: bool,
    /// The client is a service: it is started once and reconnects after each connection
    ///
    /// Its output and its exit code are not judged.
    #[arg(long, requires = "client")]
    pub(super) reconnects: bool,
    /// The loopback address for the server to listen on, or for the client to connect to
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST.into())]
    pub(super) host: IpAddr,
    /// The port on which the server listens, if it cannot take the free port that it is given
    ///
    /// {port} and PORT are this port then.
    #[arg(long, value_name = "PORT", conflicts_with_all = ["connect", "client"], value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) port: Option<u16>,
    /// Time limit for the server to listen, or for the client to connect
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration)]
    pub(super) start_timeout: Duration,
    /// The most cases that run at the same time, up to 256 [default: 4 per processor, at
    /// most 32]
    ///
    /// A server that serves one connection at a time gets one case at a time. Fewer run if
    /// the limit of open files (`ulimit -n`) is low.
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub(super) jobs: Option<NonZeroUsize>,
    /// Show each failure in full
    ///
    /// Also why the scenario exists, all defects in full, the bytes in hex, all findings, all
    /// other failing deliveries, and the last output of the peer.
    #[arg(short, long)]
    pub(super) verbose: bool,
    /// The file for the record of the run
    ///
    /// The folder `runs` beside it keeps the records and the failed cases of the last 20 runs.
    #[arg(long, value_name = "FILE", default_value = DEFAULT_RECORD)]
    pub(super) record: PathBuf,
    /// The command that starts the server or client: {port} and {host} are replaced, PORT
    /// and HOST are in its environment
    #[arg(last = true, value_name = "COMMAND")]
    pub(super) command: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct ReplayArgs {
    /// A saved case: its file, or the first digits of its id
    #[arg(value_name = "FILE|ID")]
    pub(super) case: PathBuf,
    /// The record of the run that has the id, if it is not the default one
    #[arg(long, value_name = "FILE", default_value = DEFAULT_RECORD)]
    pub(super) record: PathBuf,
    /// Write the delivery as a capture (pcap), and play nothing
    ///
    /// Each chunk is one TCP segment. What the peer sent when it failed is between them, up to
    /// 512 bytes at a time.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["script", "connect", "command"])]
    pub(super) pcap: Option<PathBuf>,
    /// Print a program that shows the failure without wirecheck, and play nothing
    #[arg(long, value_name = "LANGUAGE", conflicts_with_all = ["connect", "command"])]
    pub(super) script: Option<Language>,
    /// Play against a running server instead
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "command")]
    pub(super) connect: Option<String>,
    /// The loopback address for the server to listen on, or for the client to connect to
    #[arg(long, value_name = "ADDRESS")]
    pub(super) host: Option<IpAddr>,
    /// The port on which the server listens, if it cannot take any free one
    #[arg(long, value_name = "PORT", conflicts_with = "connect", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) port: Option<u16>,
    /// Time limit for the server to listen, or for the client to connect
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(super) start_timeout: Option<Duration>,
    /// Show the failure in full
    #[arg(short, long)]
    pub(super) verbose: bool,
    /// Another command that starts the server or client
    #[arg(last = true, value_name = "COMMAND")]
    pub(super) command: Vec<String>,
}

/// The record of the last run.
pub(super) const DEFAULT_RECORD: &str = ".wirecheck/last.json";

fn duration(text: &str) -> Result<Duration, DurationError> {
    scenario::parse_duration(text)
}

/// Each job needs threads and descriptors, in wirecheck and in the server.
pub(super) const MAX_JOBS: NonZeroUsize = NonZeroUsize::new(256).expect("256 is not zero");

fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    let jobs = text.parse().ok().filter(|jobs| *jobs <= MAX_JOBS);
    jobs.ok_or_else(|| format!("give a number from 1 to {MAX_JOBS}; 1 runs one case after another"))
}

/// Fixed, so that every run has the same deliveries.
const DEFAULT_SEED: u64 = 53_888_879;

#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    pub(super) cases: CaseArgs,
    /// List the cases for a client: wirecheck plays the server
    #[arg(long)]
    pub(super) client: bool,
    /// Print one JSON object per case
    #[arg(long, conflicts_with = "count")]
    pub(super) json: bool,
    /// Print only the number of cases of each tactic
    #[arg(long)]
    pub(super) count: bool,
}
