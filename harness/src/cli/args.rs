//! What may be typed.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use globset::Glob;

use super::exit::Exit;
use super::peers::DemoPeer;
use crate::load::MAX_SUITE_BYTES;
use crate::scenario::{self, DurationError};
use crate::tactic::{Profile, TacticGlob};

const EXAMPLES: &str = "\
Examples:
  wirecheck demo                            see it at work on the embedded peers
  wirecheck run echo.toml -- python3 server.py {port}
                                            judge a server
  wirecheck check scenarios/                are the suite files right?
  wirecheck list scenarios/line             the cases of a suite
  wirecheck list --only 'cut@*' --count     how many cases one tactic makes";

const RUN_EXAMPLES: &str = "\
Examples:
  wirecheck run echo.toml -- python3 server.py {port}
                                            start a server on a free port
  wirecheck run echo.toml -- ./server       the same; it reads PORT
  wirecheck run echo.toml --connect localhost:7777
                                            a server that runs already
  wirecheck run --client echo.toml -- python3 client.py {host} {port}
                                            a client, started for each case
  wirecheck run --profile quick --only 'cut@*' scenarios/line -- ./server
                                            only some deliveries
  wirecheck run --record records/line.json scenarios/line -- ./server
                                            keep the record elsewhere";

/// Proves that a program reads a stream, not packets.
///
/// A suite describes an exchange once. wirecheck plays one side of it against
/// any implementation over TCP, delivers the same bytes in every way TCP may
/// deliver them, and says which deliveries change what the implementation does.
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
    /// Run the embedded servers and clients, right and wrong, against the embedded suites
    Demo,
    /// Be one of the embedded peers
    #[command(hide = true)]
    Peer(PeerArgs),
    /// Are the suite files right?
    Check(CheckArgs),
    /// Judge a server, started by wirecheck or running already, or a client
    #[command(after_long_help = format!("{RUN_EXAMPLES}\n\n{}", Exit::HELP))]
    Run(RunArgs),
    /// The cases that suites stand for, without running them
    List(ListArgs),
    /// What a code of the defect catalogue means, or a tactic; or all of them
    Explain(ExplainArgs),
    /// The JSON Schema of a file that wirecheck reads or writes
    Schema(SchemaArgs),
    /// A completion script for a shell
    Completions(CompletionsArgs),
    /// The manual page, in roff
    Man,
}

#[derive(Debug, clap::Args)]
pub(super) struct PeerArgs {
    /// Which one
    pub(super) name: DemoPeer,
    /// The address that it listens on, or calls
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST.into())]
    pub(super) host: IpAddr,
    /// The port that it listens on, or calls
    #[arg(long, value_name = "N")]
    pub(super) port: u16,
}

/// Which suites.
#[derive(Debug, clap::Args)]
pub(super) struct SuiteArgs {
    /// Suite files, or folders of them
    #[arg(
        value_name = "SUITE",
        help = "Suite files, or folders of them [default: scenarios]"
    )]
    pub(super) suites: Vec<PathBuf>,
    /// The most bytes a suite file may have
    #[arg(long, value_name = "BYTES", default_value_t = MAX_SUITE_BYTES, hide_short_help = true)]
    pub(super) max_suite_bytes: usize,
}

#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    pub(super) suites: SuiteArgs,
    /// Also play each scenario: with wirecheck on both sides, and with peers that
    /// prove nothing
    ///
    /// A scenario that wirecheck cannot play with itself contradicts itself: an
    /// error. One that a server passes which is mute, closes at once, resets at once,
    /// echoes, or gives its first answer to anything and hangs up proves nothing: an
    /// error. With `peer = 'client'` such clients are tried instead of servers; where
    /// no `peer` is named, one that passes is noted, if the client says something.
    /// All is done on loopback; no peer is started.
    #[arg(long)]
    pub(super) play: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct ExplainArgs {
    /// A code or a name of a defect: F01, short-header-read; or a tactic: cut, fin@7
    #[arg(value_name = "CODE|NAME|TACTIC")]
    pub(super) defect: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct SchemaArgs {
    /// Of which file
    pub(super) of: Schema,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Schema {
    /// A suite
    Suite,
    /// The record of a run
    Record,
}

#[derive(Debug, clap::Args)]
pub(super) struct CompletionsArgs {
    /// For which shell
    pub(super) shell: clap_complete::Shell,
}

/// Which cases of the suites.
#[derive(Debug, clap::Args)]
pub(super) struct CaseArgs {
    #[command(flatten)]
    pub(super) suites: SuiteArgs,
    /// How much is tried: quick, standard, thorough or exhaustive
    #[arg(long, default_value_t)]
    pub(super) profile: Profile,
    /// Only tactics that match, e.g. 'cut@*'; may be given several times
    #[arg(long, value_name = "GLOB")]
    pub(super) only: Vec<TacticGlob>,
    /// Only scenarios with this tag; may be given several times
    #[arg(long, value_name = "TAG")]
    pub(super) tag: Vec<String>,
    /// Only scenarios whose `suite/scenario` matches; may be given several times
    #[arg(long, value_name = "GLOB")]
    pub(super) scenario: Vec<Glob>,
    /// What random deliveries are drawn from
    #[arg(long, default_value_t = DEFAULT_SEED)]
    pub(super) seed: u64,
}

#[derive(Debug, clap::Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub(super) cases: CaseArgs,
    /// Judge a server that runs already
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "command")]
    pub(super) connect: Option<String>,
    /// Judge a client: wirecheck plays the server, and starts the client anew for each
    /// case
    ///
    /// What the client prints to its standard output, and the code it ends with, must
    /// not change with the delivery; what varies from run to run by itself (times,
    /// ports) is learnt from two runs of the baseline.
    #[arg(long, conflicts_with = "connect")]
    pub(super) client: bool,
    /// The client is started once and connects again whenever its connection is over,
    /// as a service does; its output and its end are not judged
    #[arg(long, requires = "client")]
    pub(super) reconnects: bool,
    /// The loopback address that a started server is to listen on, or a client to call
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST.into())]
    pub(super) host: IpAddr,
    /// How long a started server may take to listen, or a client to connect
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration)]
    pub(super) start_timeout: Duration,
    /// How many cases run at once, 256 at most, if the server serves several
    /// connections [default: the number of processors]
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub(super) jobs: Option<NonZeroUsize>,
    /// Where the record is kept
    #[arg(long, value_name = "FILE", default_value = ".wirecheck/last.json")]
    pub(super) record: PathBuf,
    /// How the server or client is started: {port} and {host} are replaced, PORT and HOST are
    /// in its environment
    #[arg(last = true, value_name = "COMMAND")]
    pub(super) command: Vec<String>,
}

fn duration(text: &str) -> Result<Duration, DurationError> {
    scenario::parse_duration(text)
}

/// Each job takes threads and descriptors of both wirecheck and the server.
pub(super) const MAX_JOBS: NonZeroUsize = NonZeroUsize::new(256).expect("it is not zero");

fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    let jobs = text.parse().ok().filter(|jobs| *jobs <= MAX_JOBS);
    jobs.ok_or_else(|| {
        format!("give a number from 1 to {MAX_JOBS}; with 1, one case runs after another")
    })
}

/// Fixed, so that a run repeats the one before it.
const DEFAULT_SEED: u64 = 53_888_879;

#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    pub(super) cases: CaseArgs,
    /// The cases of a client under test: wirecheck plays the server
    #[arg(long)]
    pub(super) client: bool,
    /// Print a JSON object a case
    #[arg(long, conflicts_with = "count")]
    pub(super) json: bool,
    /// Print only how many cases each tactic makes
    #[arg(long)]
    pub(super) count: bool,
}
