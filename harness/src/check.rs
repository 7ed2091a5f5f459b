//! Checks an implementation from a test.
//!
//! In: suites, and how to reach the peer. Out: a [`Report`]. This is the entry point of
//! the library: a thin layer over [`load`](crate::load), the engine and the record.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::background::on_own_thread;
use crate::engine::{self, ClientOptions, Jobs, PeerFailure, PeerSource, Reconnects};
use crate::engine::{Answers, GateRules, Selection, Settings};
use crate::load::{LoadError, LoadOptions, UnknownParameter, load, load_text, qualify};
use crate::peer::{CommandLine, EmptyCommand, ExternalServer, StartOptions};
use crate::report::Report;
use crate::scenario::{ParameterSetting, SettingError, Side, Style, Suite};
use crate::tactic::{CaseChoice, GlobError, Profile, Seed, TacticFilter};
use crate::wire::link::ReadProof;

/// A check of one implementation against some suites.
///
/// ```no_run
/// # fn main() -> Result<(), wirecheck::CheckError> {
/// wirecheck::Check::suite("echo.toml")
///     .command(["./server", "{port}"])
///     .run()?
///     .assert_passed();
/// # Ok(())
/// # }
/// ```
///
/// Three calls say where the peer is: [`command`](Self::command) starts a server,
/// [`connect`](Self::connect) uses one that runs already (also in this process), and
/// [`client`](Self::client) starts a client for each case. The last call counts.
#[derive(Clone, Debug)]
#[must_use = "a check does nothing until it is run"]
pub struct Check {
    suites: Vec<GivenSuite>,
    parameters: Vec<(String, String)>,
    peer: Option<PeerChoice>,
    profile: Profile,
    seed: Seed,
    only: Vec<String>,
    jobs: Jobs,
    time_limit: Option<Duration>,
    start_timeout: Duration,
}

#[derive(Clone, Debug)]
enum GivenSuite {
    Path(PathBuf),
    Text { name: String, text: String },
}

#[derive(Clone, Debug)]
enum PeerChoice {
    Server(Result<CommandLine, EmptyCommand>),
    Client(Result<CommandLine, EmptyCommand>),
    Running(SocketAddr),
}

/// Why there is no [`Report`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// A suite cannot be read or is invalid. The message shows each error with its place.
    #[error("{}", rendered(.0))]
    Suites(Vec<LoadError>),
    /// A value given to [`Check::set`] is invalid.
    #[error("invalid value for the parameter `{name}`: {reason}")]
    Parameter {
        /// What was given.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A name given to [`Check::set`] is that of no parameter.
    #[error("no suite has a parameter `{name}`: {help}")]
    UnknownParameter {
        /// What was given.
        name: String,
        /// The names that the suites declare.
        help: String,
    },
    /// No call said where the peer is.
    #[error("no peer to check: call `command`, `connect` or `client` before `run`")]
    NoPeer,
    /// The command has no program.
    #[error(transparent)]
    NoProgram(#[from] EmptyCommand),
    /// A pattern given to [`Check::only`] is invalid.
    #[error("invalid tactic pattern `{pattern}`: {source}")]
    Pattern {
        /// What was given.
        pattern: String,
        /// What is wrong with it.
        source: GlobError,
    },
    /// No case matches: the suites have no scenario for this side, or `only` matches none.
    #[error(
        "no case is selected: the suites have no scenario for this peer, or `only` matches no tactic"
    )]
    NothingSelected,
    /// The peer did not start, or no connection to it was ever made.
    #[error("{0}")]
    Peer(#[source] PeerFailure),
}

fn rendered(errors: &[LoadError]) -> String {
    let errors: Vec<_> = errors.iter().map(|it| it.render(Style::Plain)).collect();
    errors.join("\n")
}

impl Check {
    /// A check against the suites in a file, or in a folder and the folders below it.
    pub fn suite(path: impl AsRef<Path>) -> Self {
        Self::new(GivenSuite::Path(path.as_ref().to_owned()))
    }

    /// A check against a suite that is given as text. `name` stands for its path in error
    /// messages; without its extension it is the suite's id.
    pub fn suite_text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(GivenSuite::Text {
            name: name.into(),
            text: text.into(),
        })
    }

    fn new(suite: GivenSuite) -> Self {
        Self {
            suites: vec![suite],
            parameters: Vec::new(),
            peer: None,
            profile: Profile::Standard,
            seed: Seed::default(),
            only: Vec::new(),
            jobs: Jobs::default(),
            time_limit: None,
            start_timeout: StartOptions::default().start_timeout,
        }
    }

    /// Adds the suites in another file or folder.
    pub fn and_suite(mut self, path: impl AsRef<Path>) -> Self {
        self.suites.push(GivenSuite::Path(path.as_ref().to_owned()));
        self
    }

    /// Gives a parameter of the suites another value, as `--set NAME=VALUE` does. The value may
    /// have the escapes of suites.
    pub fn set(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Starts a server: the program, then its arguments. `{port}` and `{host}` in the
    /// arguments become the address on which it must listen; `PORT` and `HOST` are in its
    /// environment too.
    pub fn command<W: Into<std::ffi::OsString>>(
        mut self,
        words: impl IntoIterator<Item = W>,
    ) -> Self {
        self.peer = Some(PeerChoice::Server(CommandLine::new(words)));
        self
    }

    /// Uses a server that runs already. It may run in this process; in an async test call
    /// [`run_async`](Self::run_async) then.
    pub fn connect(mut self, addr: SocketAddr) -> Self {
        self.peer = Some(PeerChoice::Running(addr));
        self
    }

    /// Starts a client for each case. `{host}` and `{port}` become the address to which it
    /// must connect.
    pub fn client<W: Into<std::ffi::OsString>>(
        mut self,
        words: impl IntoIterator<Item = W>,
    ) -> Self {
        self.peer = Some(PeerChoice::Client(CommandLine::new(words)));
        self
    }

    /// How much is tried. The default is [`Profile::Standard`].
    pub fn profile(self, profile: Profile) -> Self {
        Self { profile, ..self }
    }

    /// Plays only tactics that match a pattern, such as `cut@*`. Several calls add up.
    pub fn only(mut self, pattern: impl Into<String>) -> Self {
        self.only.push(pattern.into());
        self
    }

    /// Seed for random deliveries.
    pub fn seed(self, seed: u64) -> Self {
        Self {
            seed: Seed(seed),
            ..self
        }
    }

    /// How many cases may run at once, if the peer serves several connections.
    pub fn jobs(self, jobs: NonZeroUsize) -> Self {
        Self {
            jobs: Jobs(jobs),
            ..self
        }
    }

    /// The longest time for an answer and for a close, in place of the suites' limits.
    pub fn time_limit(self, limit: Duration) -> Self {
        Self {
            time_limit: Some(limit),
            ..self
        }
    }

    /// How long the peer may take to start. The default is 10 seconds.
    pub fn start_timeout(self, start_timeout: Duration) -> Self {
        Self {
            start_timeout,
            ..self
        }
    }

    /// Runs the check on this thread.
    ///
    /// In an async test it blocks the runtime: a server that runs on the same runtime could
    /// not answer. Call [`run_async`](Self::run_async) there.
    ///
    /// # Errors
    ///
    /// When a suite is invalid, nothing is selected, or the peer cannot be reached at all.
    /// A peer that fails is no error: see the [`Report`].
    pub fn run(&self) -> Result<Report, CheckError> {
        self.run_until(&AtomicBool::new(false))
    }

    /// Runs the check on a thread of its own, so that the runtime of an async test goes on.
    /// Works with every runtime. Dropping the future ends the run.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub async fn run_async(self) -> Result<Report, CheckError> {
        let stop = Arc::new(AtomicBool::new(false));
        let on_thread = Arc::clone(&stop);
        on_own_thread(stop, move || self.run_until(&on_thread)).await
    }

    fn run_until(&self, stop: &AtomicBool) -> Result<Report, CheckError> {
        let peer = self.peer_source()?;
        let selection = self.selection(&peer)?;
        let runs_here = matches!(&peer, PeerSource::Connect(it) if it.is_ourselves());
        let settings = Settings {
            command: command_words(&peer),
            peer,
            jobs: self.jobs,
            read_proof: ReadProof::Kernel,
            gate: GateRules::default(),
            time: None,
            answers: Answers::NotKept,
        };
        let outcome = engine::run(&selection, &settings, stop, &mut |_| {});
        match outcome.failure {
            Some(failure @ (PeerFailure::NotStarted(_) | PeerFailure::NotReached(_))) => {
                Err(CheckError::Peer(failure))
            }
            lost => {
                let mut report = Report::new(outcome.record, lost);
                if runs_here {
                    report.explain_blocked_runtime();
                }
                Ok(report)
            }
        }
    }

    fn peer_source(&self) -> Result<PeerSource, CheckError> {
        let host = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Ok(match self.peer.clone().ok_or(CheckError::NoPeer)? {
            PeerChoice::Running(addr) => PeerSource::Connect(ExternalServer::at(addr)),
            PeerChoice::Server(command) => PeerSource::Start {
                command: command?,
                options: StartOptions {
                    start_timeout: self.start_timeout,
                    ..StartOptions::default()
                },
            },
            PeerChoice::Client(command) => PeerSource::Client {
                command: command?,
                options: ClientOptions {
                    host,
                    start_timeout: self.start_timeout,
                    reconnects: Reconnects::Never,
                },
            },
        })
    }

    fn selection(&self, peer: &PeerSource) -> Result<Selection, CheckError> {
        let ours = match peer {
            PeerSource::Client { .. } => Side::Server,
            PeerSource::Start { .. } | PeerSource::Connect(_) => Side::Client,
        };
        let mut suites = self.read_suites()?;
        for suite in &mut suites {
            suite.retain_scenarios(|scenario| scenario.peer() != Some(ours));
        }
        suites.retain(|suite| !suite.scenarios().is_empty());
        if let Some(limit) = self.time_limit {
            let limited = suites.into_iter().map(|suite| suite.with_time_limit(limit));
            suites = limited.collect();
        }
        let cases = CaseChoice {
            profile: self.profile,
            seed: self.seed,
            only: self.filter()?,
        };
        let selection = Selection::new(suites, ours, cases);
        let has_cases = selection.scenarios().any(|it| it.plan.selected() > 0);
        if has_cases {
            Ok(selection)
        } else {
            Err(CheckError::NothingSelected)
        }
    }

    fn filter(&self) -> Result<TacticFilter, CheckError> {
        let globs = self.only.iter().map(|pattern| {
            pattern.parse().map_err(|source| CheckError::Pattern {
                pattern: pattern.clone(),
                source,
            })
        });
        globs.collect()
    }

    fn settings(&self) -> Result<Vec<ParameterSetting>, CheckError> {
        let invalid = |name: &String, error: SettingError| CheckError::Parameter {
            name: name.clone(),
            reason: error.to_string(),
        };
        let settings = self.parameters.iter().map(|(name, value)| {
            Ok(ParameterSetting {
                name: name.parse().map_err(|error| invalid(name, error))?,
                value: value.parse().map_err(|error| invalid(name, error))?,
            })
        });
        settings.collect()
    }

    fn read_suites(&self) -> Result<Vec<Suite>, CheckError> {
        let options = LoadOptions {
            settings: self.settings()?,
            ..LoadOptions::default()
        };
        let (mut suites, mut errors) = (Vec::new(), Vec::new());
        for source in &self.suites {
            match source {
                GivenSuite::Path(path) => {
                    let loaded = load(std::slice::from_ref(path), &options);
                    suites.extend(loaded.suites);
                    errors.extend(loaded.errors);
                }
                GivenSuite::Text { name, text } => match load_text(name, text, &options) {
                    Ok(suite) => suites.push(suite),
                    Err(error) => errors.push(error.into()),
                },
            }
        }
        qualify(&mut suites);
        if !errors.is_empty() {
            return Err(CheckError::Suites(errors));
        }
        match UnknownParameter::first_of(&options.settings, &suites) {
            Some(unknown) => Err(CheckError::UnknownParameter {
                help: unknown.help(),
                name: unknown.name,
            }),
            None => Ok(suites),
        }
    }
}

/// The command as the record shows it.
fn command_words(peer: &PeerSource) -> Vec<String> {
    match peer {
        PeerSource::Start { command, .. } | PeerSource::Client { command, .. } => command.words(),
        PeerSource::Connect(_) => Vec::new(),
    }
}
