//! The arguments of `wirecheck run`, and those that select cases.
//!
//! What may stand in `wirecheck.toml` too is an `Option` or a list here: `with` fills in what
//! was not typed, and a method gives the default.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use globset::Glob;

use super::DEFAULT_RECORD;
use crate::cli::config::{CONFIG_FILE, Config, PeerRole, ReportFiles};
use crate::cli::error::CommandError;
use crate::cli::values::{duration, jobs, run_time};
use crate::engine::Shard;
use crate::load::MAX_SUITE_BYTES;
use crate::scenario::{ParameterSetting, Side};
use crate::tactic::{Profile, TacticPattern};
use wirecheck_report::record::{FailOn, Gate};

pub(super) const RUN_EXAMPLES: &str = "\
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
  wirecheck run --only '!random' scenarios/line -- ./server
                                            run all but some
  wirecheck run                             all as wirecheck.toml says
  wirecheck run --junit junit.xml --html report.html
                                            the same, with reports
  wirecheck run --shard 2/4 --record part2.json
                                            the second of four parts; merge the records
                                            with `wirecheck report`";

/// Where the settings come from that are not typed.
#[derive(Clone, Debug, Default, clap::Args)]
pub(in crate::cli) struct ConfigArgs {
    /// The file with the settings of the project [default: wirecheck.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) config: Option<PathBuf>,
    /// Read no file with settings
    #[arg(long, conflicts_with = "config")]
    pub(in crate::cli) no_config: bool,
}

#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct SuiteArgs {
    /// Suite files, folders of suite files, or packs, e.g. pack:redis [default: those of
    /// wirecheck.toml, or the folder scenarios]
    #[arg(value_name = "SUITE")]
    pub(in crate::cli) suites: Vec<PathBuf>,
    /// Give a parameter of the suites another value; can be repeated
    ///
    /// The value may have the escapes of suites: `\n \r \t \0 \\ \xNN \u{…}`. `wirecheck packs`
    /// shows the parameters of packs; the table `parameters` of a suite has those of the suite.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(in crate::cli) set: Vec<ParameterSetting>,
    /// Values of the file with the settings, for suites that it does not name. No suite must
    /// declare them.
    #[arg(skip)]
    set_by_file: Vec<ParameterSetting>,
    /// The largest suite file that is read
    #[arg(long, value_name = "BYTES", default_value_t = MAX_SUITE_BYTES, hide_short_help = true)]
    pub(in crate::cli) max_suite_bytes: usize,
}

#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct CaseArgs {
    #[command(flatten)]
    pub(in crate::cli) config: ConfigArgs,
    #[command(flatten)]
    pub(in crate::cli) suites: SuiteArgs,
    /// How many deliveries are tried: quick, standard, thorough or exhaustive [default:
    /// standard]
    #[arg(long)]
    pub(in crate::cli) profile: Option<Profile>,
    /// Select only tactics that match, e.g. 'cut@*' or cut, or all but those that match, e.g.
    /// '!random'; can be repeated
    #[arg(long, value_name = "GLOB")]
    pub(in crate::cli) only: Vec<TacticPattern>,
    /// Select only scenarios with this tag; can be repeated
    #[arg(long, value_name = "TAG")]
    pub(in crate::cli) tag: Vec<String>,
    /// Select only scenarios whose `suite/scenario` matches; can be repeated
    #[arg(long, value_name = "GLOB")]
    pub(in crate::cli) scenario: Vec<Glob>,
    /// Seed for random deliveries [default: 53888879]
    #[arg(long)]
    pub(in crate::cli) seed: Option<u64>,
    /// Select only one of several parts, e.g. 2/4
    ///
    /// The scenarios are split so that all parts have about the same number of cases.
    /// `wirecheck report` makes one record of all parts.
    #[arg(long, value_name = "K/N")]
    pub(in crate::cli) shard: Option<Shard>,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct RunArgs {
    #[command(flatten)]
    pub(in crate::cli) session: SessionArgs,
    /// Begin no more cases after this time, e.g. 5m
    ///
    /// Each scenario gets a share of it, and plays the cases of the quick profile first. What
    /// failed is confirmed and shrunk all the same, so the run may take longer. What was not
    /// played does not fail the run, unless nothing was (see --min-cases).
    #[arg(long, value_name = "DURATION", value_parser = run_time)]
    pub(in crate::cli) time: Option<Duration>,
    /// List the known failures of wirecheck.toml and how many cases each matches; run nothing
    #[arg(long)]
    pub(in crate::cli) list_known: bool,
}

/// What a run of suites needs, and a run of variations of them.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct SessionArgs {
    #[command(flatten)]
    pub(in crate::cli) cases: CaseArgs,
    #[command(flatten)]
    pub(in crate::cli) peer: PeerOptions,
    #[command(flatten)]
    pub(in crate::cli) play: PlayArgs,
    /// The file for the record of the run
    ///
    /// The folder `runs` beside it keeps the records and the failed cases of the last 20 runs.
    #[arg(long, value_name = "FILE", default_value = DEFAULT_RECORD)]
    pub(in crate::cli) record: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) gate: GateArgs,
    #[command(flatten)]
    pub(in crate::cli) reports: ReportFiles,
}

/// How cases are played and shown, for any peer.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct PlayArgs {
    /// The most cases that run at the same time, up to 256 [default: 4 per processor, at
    /// most 32]
    ///
    /// A server that serves one connection at a time gets one case at a time. Fewer run if
    /// the limit of open files (`ulimit -n`) is low.
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub(in crate::cli) jobs: Option<NonZeroUsize>,
    /// Show each failure in full
    ///
    /// Also why the scenario exists, all defects in full, the bytes in hex, all findings, all
    /// other failing deliveries, and the last output of the peer. Scenarios with known
    /// failures are shown too.
    #[arg(short, long)]
    pub(in crate::cli) verbose: bool,
    /// Show only failures and the verdict
    #[arg(short, long, conflicts_with = "verbose")]
    pub(in crate::cli) quiet: bool,
}

/// How the peer is reached.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct PeerOptions {
    /// Judge a running server
    #[arg(long, value_name = "HOST:PORT", conflicts_with_all = ["command", "client"])]
    pub(in crate::cli) connect: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) start: StartArgs,
    /// Use this port instead of a free one, for a server with a port of its own
    ///
    /// {port} and PORT are this port then.
    #[arg(long, value_name = "PORT", conflicts_with_all = ["connect", "client"], value_parser = clap::value_parser!(u16).range(1..))]
    pub(in crate::cli) port: Option<u16>,
    /// The command that starts the server or client: {port} and {host} are replaced, PORT
    /// and HOST are in its environment
    #[arg(last = true, value_name = "COMMAND")]
    pub(in crate::cli) command: Vec<String>,
}

/// What a peer is, and how it starts.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct StartArgs {
    /// Judge a client: wirecheck plays the server and starts the client once per case
    ///
    /// The standard output of the client and its exit code must not change with the
    /// delivery. Two runs of the baseline show what varies in every run, such as times
    /// and ports.
    #[arg(long)]
    pub(in crate::cli) client: bool,
    /// The client is a service: it is started once and reconnects after each connection
    ///
    /// Its output and its exit code are not judged.
    #[arg(long, requires = "client")]
    pub(in crate::cli) reconnects: bool,
    /// The loopback address for the server to listen on, or for the client to connect to
    /// [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS")]
    pub(in crate::cli) host: Option<IpAddr>,
    /// Time limit for the server to listen, or for the client to connect [default: 10s]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(in crate::cli) start_timeout: Option<Duration>,
}

/// What fails the run.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "What fails the run")]
pub(in crate::cli) struct GateArgs {
    /// Which results fail the run: must, should (with may), flaky [default: must,flaky]
    ///
    /// A failure that could not be confirmed always fails it.
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = fail_on)]
    pub(in crate::cli) fail_on: Vec<FailOn>,
    /// The same as --fail-on must,should,flaky
    #[arg(long, conflicts_with = "fail_on")]
    pub(in crate::cli) strict: bool,
    /// Fail the run if fewer than N cases were played
    #[arg(long, value_name = "N")]
    pub(in crate::cli) min_cases: Option<u64>,
}

impl ConfigArgs {
    /// The settings that the user wants: of a file that was named, of the file in the working
    /// directory, or none.
    pub(in crate::cli) fn read(&self) -> Result<Config, CommandError> {
        match &self.config {
            Some(path) => Config::read(path)?.ok_or_else(|| CommandError::NoConfig(path.clone())),
            None if self.no_config => Ok(Config::default()),
            None => Ok(Config::read(Path::new(CONFIG_FILE))?.unwrap_or_default()),
        }
    }
}

impl SuiteArgs {
    pub(in crate::cli) fn with(mut self, config: &Config) -> Self {
        let of_file = config.set();
        if self.suites.is_empty() {
            self.suites.clone_from(&config.suites);
            self.set.splice(0..0, of_file);
        } else {
            self.set_by_file = of_file;
        }
        self
    }

    /// The values of parameters. Of several for a name the last counts.
    pub(in crate::cli) fn settings(&self) -> Vec<ParameterSetting> {
        [&self.set_by_file[..], &self.set[..]].concat()
    }
}

impl CaseArgs {
    /// Fills in what was not typed.
    pub(in crate::cli) fn with(self, config: &Config) -> Self {
        Self {
            suites: self.suites.with(config),
            profile: self.profile.or_else(|| config.profile()),
            only: typed_or(self.only, || config.only()),
            tag: typed_or(self.tag, || config.tag.clone()),
            seed: self.seed.or(config.seed),
            ..self
        }
    }

    /// Whether the user typed that only a part of the scenarios or cases is run.
    pub(in crate::cli) fn is_partial(&self, config: &Config) -> bool {
        let typed = &self.suites.suites;
        let other_suites = !typed.is_empty() && *typed != config.suites;
        let is_filtered = !self.only.is_empty() || !self.tag.is_empty();
        let usual = config.profile().unwrap_or_default();
        let is_smaller = self.profile.is_some_and(|profile| profile < usual);
        other_suites || is_filtered || is_smaller || !self.scenario.is_empty()
    }

    pub(in crate::cli) fn profile(&self) -> Profile {
        self.profile.unwrap_or_default()
    }

    /// Fixed by default, so that every run has the same deliveries.
    pub(in crate::cli) fn seed(&self) -> u64 {
        self.seed.unwrap_or(super::DEFAULT_SEED)
    }
}

/// What was typed, or something else if nothing was.
fn typed_or<T>(typed: Vec<T>, other: impl FnOnce() -> Vec<T>) -> Vec<T> {
    if typed.is_empty() { other() } else { typed }
}

impl RunArgs {
    /// Fills in what was not typed.
    pub(in crate::cli) fn with(self, config: &Config) -> Self {
        Self {
            session: self.session.with(config),
            time: self.time.or_else(|| config.time()),
            ..self
        }
    }
}

impl SessionArgs {
    /// Fills in what was not typed.
    pub(in crate::cli) fn with(self, config: &Config) -> Self {
        Self {
            cases: self.cases.with(config),
            peer: self.peer.with(config),
            reports: self.reports.or(&config.reports),
            play: self.play.with(config),
            ..self
        }
    }

    /// The side that wirecheck plays.
    pub(in crate::cli) fn our_side(&self) -> Side {
        self.peer.start.our_side()
    }
}

impl PlayArgs {
    /// Fills in what was not typed.
    pub(in crate::cli) fn with(self, config: &Config) -> Self {
        Self {
            jobs: self.jobs.or_else(|| config.jobs()),
            ..self
        }
    }
}

impl PeerOptions {
    /// A peer that was typed replaces the one of the file. Its address and its time to start
    /// may come from the file.
    fn with(self, config: &Config) -> Self {
        let peer = &config.peer;
        let options = Self {
            start: self.start.with(config),
            ..self
        };
        if options.is_typed() {
            return options;
        }
        Self {
            connect: peer.connect.clone(),
            start: StartArgs {
                client: peer.role == PeerRole::Client,
                reconnects: peer.reconnects,
                ..options.start
            },
            port: options.port.or(peer.port),
            command: peer.command.clone(),
        }
    }

    fn is_typed(&self) -> bool {
        self.connect.is_some() || self.start.client || !self.command.is_empty()
    }
}

impl StartArgs {
    /// Fills in an address and a time that were not typed.
    pub(in crate::cli) fn with(self, config: &Config) -> Self {
        let peer = &config.peer;
        Self {
            host: self.host.or(peer.host),
            start_timeout: self.start_timeout.or_else(|| peer.start_timeout()),
            ..self
        }
    }

    /// The side that wirecheck plays.
    pub(in crate::cli) fn our_side(&self) -> Side {
        if self.client {
            Side::Server
        } else {
            Side::Client
        }
    }

    pub(in crate::cli) fn host(&self) -> IpAddr {
        self.host.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }

    pub(in crate::cli) fn start_timeout(&self) -> Duration {
        self.start_timeout.unwrap_or(Duration::from_secs(10))
    }
}

impl GateArgs {
    /// Which results fail the run.
    pub(in crate::cli) fn fail_on(&self, config: &Config) -> Vec<FailOn> {
        if self.strict {
            vec![FailOn::Must, FailOn::Should, FailOn::Flaky]
        } else if self.fail_on.is_empty() {
            let of_file = config.gate.fail_on.clone();
            of_file.unwrap_or_else(|| Gate::default().fail_on)
        } else {
            self.fail_on.clone()
        }
    }

    /// The fewest cases that must be played.
    pub(in crate::cli) fn min_cases(&self, config: &Config) -> Option<u64> {
        self.min_cases.or(config.gate.min_cases)
    }
}

fn fail_on(text: &str) -> Result<FailOn, String> {
    match text {
        "must" => Ok(FailOn::Must),
        "should" => Ok(FailOn::Should),
        "flaky" => Ok(FailOn::Flaky),
        _ => Err("use must, should or flaky, several with commas between them".to_owned()),
    }
}
