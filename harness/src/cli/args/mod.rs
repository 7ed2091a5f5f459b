//! The command line: commands, arguments and their help.

mod fuzz;
mod matrix;
mod replay;
mod report;
mod run;

use std::net::{IpAddr, Ipv4Addr};

use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand, ValueEnum};

use super::exit::Exit;
use super::peers::DemoPeer;
use crate::load::PACKS;
pub(in crate::cli) use fuzz::FuzzArgs;
use fuzz::{FUZZ_EXAMPLES, FUZZ_EXITS, FUZZ_PROTOCOL};
pub(in crate::cli) use matrix::MatrixArgs;
use matrix::{MATRIX_EXAMPLES, MATRIX_EXITS};
pub(in crate::cli) use replay::ReplayArgs;
use replay::{REPLAY_EXAMPLES, REPLAY_EXITS};
use report::{COMPARE_EXITS, REPORT_EXAMPLES, REPORT_EXITS};
pub(in crate::cli) use report::{CompareArgs, FirstFraming, InitArgs, ReportArgs};
use run::RUN_EXAMPLES;
pub(in crate::cli) use run::{
    CaseArgs, ConfigArgs, GateArgs, PeerOptions, PlayArgs, RunArgs, SessionArgs, StartArgs,
    SuiteArgs,
};

/// The record of the last run.
pub(in crate::cli) const DEFAULT_RECORD: &str = ".wirecheck/last.json";

/// Fixed, so that every run draws the same.
const DEFAULT_SEED: u64 = 53_888_879;

const EXAMPLES: &str = "\
Examples:
  wirecheck demo                            judge the built-in peers
  wirecheck init --framing line             write a first suite and wirecheck.toml
  wirecheck run echo.toml -- python3 server.py {port}
                                            judge a server
  wirecheck packs                           list the suites that are built in
  wirecheck report --html report.html       make a report of the last run
  wirecheck check scenarios/                validate suite files
  wirecheck list scenarios/line             list the cases of a suite
  wirecheck list --only 'cut@*' --count     count the cases of one tactic";

const PACKS_EXAMPLES: &str = "\
Examples:
  wirecheck packs                           list the packs with their parameters
  wirecheck run pack:redis -- redis-server --port {port}
                                            judge a server with a pack
  wirecheck run pack:redis --set key=test --connect localhost:6379
                                            with another value of a parameter
  wirecheck packs show redis > mine.toml    start a suite from a pack";

const CHECK_EXITS: &str = "\
Exit codes:
  0   all suites are valid
  2   a suite is invalid, or --play found that one contradicts itself or proves nothing
  4   no suite was found";

/// Tests whether a program reads TCP as a stream, not as packets.
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
pub(in crate::cli) struct Args {
    /// When to use colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_short_help = true
    )]
    pub(in crate::cli) color: ColorWhen,
    #[command(subcommand)]
    pub(in crate::cli) command: Command,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Judge the built-in servers and clients, broken and fixed
    ///
    /// It takes about half a minute and writes the record of each and report.html to
    /// .wirecheck/demo. Exit code 0 says that each verdict was as expected, 1 that one was not.
    Demo,
    /// Run one of the built-in servers and clients
    #[command(hide = true)]
    Peer(PeerArgs),
    /// Validate suite files
    #[command(after_long_help = CHECK_EXITS)]
    Check(CheckArgs),
    /// Judge a server or a client
    #[command(after_long_help = format!("{RUN_EXAMPLES}\n\n{}", Exit::HELP))]
    Run(Box<RunArgs>),
    /// Play one saved failure again
    ///
    /// It plays the baseline and then the case on a fresh server or client, with the
    /// connections that it needs to fail, and prints FIXED, FAILED or ERROR. The file has the
    /// suite, the delivery and the command that starts the peer: replay only files that you
    /// trust, or give another command.
    #[command(after_long_help = format!("{REPLAY_EXAMPLES}\n\n{REPLAY_EXITS}"))]
    Replay(ReplayArgs),
    /// Try a server, a client or a framer with variations of the exchanges of suites
    ///
    /// A server or client is first judged by the suites, as `wirecheck run` does. Then it
    /// gets variations of their messages: other contents, lengths, line ends and orders. What
    /// it answers to a variation in one piece, it must answer however the same bytes are
    /// delivered. A variation must not end it, make it hang, or keep it from serving the suites.
    /// A failure is confirmed, made smaller, and saved for `wirecheck replay`.
    ///
    /// With --framer the program reads streams on its standard input: tens of thousands of
    /// segmentations a second. The command stops at the first stream that is read wrongly, and
    /// prints the smallest stream and the fewest cuts that show it.
    #[command(after_help = FUZZ_EXAMPLES, after_long_help = format!("{FUZZ_EXAMPLES}\n\n{FUZZ_PROTOCOL}\n\n{FUZZ_EXITS}"))]
    Fuzz(Box<FuzzArgs>),
    /// Compare several servers, or several clients, on the same bytes
    ///
    /// It judges them one after the other, as `wirecheck run` does, and writes a record of
    /// each. Then it shows one matrix, and where they disagree: which of them accept, refuse or
    /// ignore the same bytes. A disagreement alone does not fail the run. If one server forwards
    /// to another and they find different messages in the same bytes, requests can be smuggled.
    ///
    /// What is compared: the answers to whole and joined messages, to malformed ones
    /// (`header:*`), and whether the other deliveries change them. Each delivery that is compared
    /// is played twice more; an answer that varies is shown and not compared. The known failures of wirecheck.toml are for one
    /// implementation and do not apply.
    #[command(after_help = MATRIX_EXAMPLES, after_long_help = format!("{MATRIX_EXAMPLES}\n\n{MATRIX_EXITS}"))]
    Matrix(Box<MatrixArgs>),
    /// List the cases of suites without running them
    List(ListArgs),
    /// List the packs, the suites that are built in, or print one
    ///
    /// `pack:NAME` stands for a pack wherever a suite is named: wirecheck run pack:redis -- ….
    /// `--set NAME=VALUE` gives a parameter of a pack another value.
    #[command(after_help = PACKS_EXAMPLES)]
    Packs(PacksArgs),
    /// Make reports of the records of runs
    ///
    /// Without a format it prints the table and the failures. The records of `run --shard` are
    /// merged. Several other records stand side by side: one column per implementation.
    #[command(after_help = REPORT_EXAMPLES, after_long_help = format!("{REPORT_EXAMPLES}\n\n{REPORT_EXITS}"))]
    Report(ReportArgs),
    /// Show what changed from one run to another
    #[command(after_help = COMPARE_EXITS)]
    Compare(CompareArgs),
    /// Write a first suite and a commented wirecheck.toml
    Init(InitArgs),
    /// Explain a defect or a tactic, or list all of them
    Explain(ExplainArgs),
    /// Print the JSON Schema of a file format
    Schema(SchemaArgs),
    /// Print a completion script for a shell, e.g. for bash: source <(wirecheck completions bash)
    Completions(CompletionsArgs),
    /// Print the manual page: wirecheck man | man -l -
    Man,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct PeerArgs {
    /// The peer to run
    pub(in crate::cli) name: DemoPeer,
    /// The address to listen on, or to connect to
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST.into())]
    pub(in crate::cli) host: IpAddr,
    /// The port to listen on, or to connect to
    #[arg(long, value_name = "N")]
    pub(in crate::cli) port: u16,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct CheckArgs {
    #[command(flatten)]
    pub(in crate::cli) config: ConfigArgs,
    #[command(flatten)]
    pub(in crate::cli) suites: SuiteArgs,
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
    pub(in crate::cli) play: bool,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct PacksArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: Option<PacksCommand>,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum PacksCommand {
    /// Print the suite file of a pack
    Show {
        /// The name of a pack
        #[arg(value_parser = pack_names())]
        name: String,
    },
}

fn pack_names() -> PossibleValuesParser {
    PossibleValuesParser::new(PACKS.iter().map(|pack| pack.name))
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ExplainArgs {
    /// A defect (F01, short-header-read) or a tactic (cut, fin@7)
    #[arg(value_name = "CODE|NAME|TACTIC")]
    pub(in crate::cli) defect: Option<String>,
    /// The language of the code that is shown for a defect
    #[arg(long, value_name = "LANGUAGE", requires = "defect")]
    pub(in crate::cli) language: Option<CodeLanguage>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

impl ColorWhen {
    pub(in crate::cli) fn apply(self) {
        match self {
            Self::Auto => {}
            Self::Always => anstream::ColorChoice::Always.write_global(),
            Self::Never => anstream::ColorChoice::Never.write_global(),
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum CodeLanguage {
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
pub(in crate::cli) struct SchemaArgs {
    /// The file format
    pub(in crate::cli) format: FileFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum FileFormat {
    /// A suite
    Suite,
    /// The record of a run
    Record,
    /// The settings of a project: wirecheck.toml
    Config,
    /// A saved case, for `wirecheck replay`
    Case,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct CompletionsArgs {
    /// The shell
    pub(in crate::cli) shell: clap_complete::Shell,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ListArgs {
    #[command(flatten)]
    pub(in crate::cli) cases: CaseArgs,
    /// List the cases for a client: wirecheck plays the server
    #[arg(long)]
    pub(in crate::cli) client: bool,
    /// Print one JSON object per case
    #[arg(long, conflicts_with = "count")]
    pub(in crate::cli) json: bool,
    /// Print only the number of cases of each tactic
    #[arg(long)]
    pub(in crate::cli) count: bool,
}
