//! `wirecheck.toml`: the settings of a project.
//!
//! Options on the command line override the file. The paths of suites and reports are relative
//! to the folder of the file; the command of the peer runs in the working directory.
//!
//! Doc comments on these types become the descriptions in the JSON Schema.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema, schema_for};
use serde::{Deserialize, Deserializer, de};
use wirecheck_report::record::FailOn;

use super::error::CommandError;
use super::matrix::{MatrixPeer, PeerName, ReachedBy};
use super::values;
use crate::engine::KnownCases;
use crate::load::is_pack;
use crate::scenario::{
    Diagnostic, DurationError, FileKind, ParameterName, ParameterSetting, ParameterValue,
    SuiteError,
};
use crate::tactic::{CaseGlob, Profile, TacticPattern};

/// Read if it is in the working directory.
pub(super) const CONFIG_FILE: &str = "wirecheck.toml";

/// A larger file is not read.
const MOST_BYTES: u64 = 1 << 20;

/// The settings of a project.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Config {
    /// Suite files, folders of suite files, or packs (`pack:redis`).
    pub(super) suites: Vec<PathBuf>,
    /// How many deliveries are tried: quick, standard, thorough or exhaustive.
    profile: Option<Parsed<Profile>>,
    /// Seed for random deliveries.
    pub(super) seed: Option<u64>,
    /// Run only tactics that match, e.g. `cut@*` or `cut`, or all but those that match, e.g.
    /// `!random`.
    only: Vec<Parsed<TacticPattern>>,
    /// Select only scenarios with one of these tags.
    pub(super) tag: Vec<String>,
    /// Values for parameters of the suites, by name.
    set: BTreeMap<Parsed<ParameterName>, Parsed<ParameterValue>>,
    /// The most cases that run at the same time.
    jobs: Option<Parsed<JobCount>>,
    /// Begin no more cases after this time, e.g. `5m`.
    time: Option<Parsed<RunTime>>,
    /// The implementation under test.
    pub(super) peer: PeerConfig,
    /// The implementations that `wirecheck matrix` compares.
    pub(super) matrix: MatrixConfig,
    /// What fails the run.
    pub(super) gate: GateConfig,
    /// Failures that are known and do not fail the run: a glob for case ids
    /// (`suite/scenario/tactic`), and why they fail. They still run. An entry that passes, or
    /// that matches nothing, fails the run.
    known: BTreeMap<Parsed<CaseGlob>, String>,
    /// Reports that are written after each run.
    pub(super) reports: ReportFiles,
}

/// The implementation under test.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PeerConfig {
    /// Whether it is a server or a client.
    pub(super) role: PeerRole,
    /// The command that starts it, one item per argument. `{port}` and `{host}` are replaced.
    pub(super) command: Vec<String>,
    /// The address of a server that is already running: `localhost:7777`.
    pub(super) connect: Option<String>,
    /// The client is a service: it is started once and reconnects after each connection.
    pub(super) reconnects: bool,
    /// The loopback address for the server to listen on, or for the client to connect to.
    pub(super) host: Option<IpAddr>,
    /// Use this port instead of a free one, for a server with a port of its own.
    pub(super) port: Option<u16>,
    /// Time limit for the server to listen, or for the client to connect, e.g. `10s`.
    start_timeout: Option<Parsed<Time>>,
}

/// The implementations that `wirecheck matrix` compares.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct MatrixConfig {
    /// The command that starts each of them, by name: `nginx = './nginx.sh {host} {port}'`. It is
    /// split into words as a shell does it, and no shell runs it. `connect:localhost:8080` is a
    /// server that is already running.
    peers: BTreeMap<Parsed<PeerName>, Parsed<ReachedBy>>,
}

/// Whether the peer is a server or a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum PeerRole {
    #[default]
    Server,
    Client,
}

/// What fails the run.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct GateConfig {
    /// Which results fail the run; `must` and `flaky` if it is not given. A failure that could
    /// not be confirmed always does.
    pub(super) fail_on: Option<Vec<FailOn>>,
    /// The fewest cases that must be played.
    pub(super) min_cases: Option<u64>,
}

/// Reports, each written to a file; `-` is standard output.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, clap::Args)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[command(next_help_heading = "Reports (FILE may be - for standard output)")]
pub(super) struct ReportFiles {
    /// One page with everything, without network access
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
    /// JUnit XML: each scenario is a test
    #[arg(long, value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,
    /// Markdown for a comment on a pull request
    #[arg(long, value_name = "FILE")]
    pub(super) markdown: Option<PathBuf>,
    /// SARIF: the defects as rules, for code scanning
    #[arg(long, value_name = "FILE")]
    pub(super) sarif: Option<PathBuf>,
    /// GitLab code quality
    #[arg(long, value_name = "FILE")]
    pub(super) code_quality: Option<PathBuf>,
    /// A badge, as JSON for shields.io
    #[arg(long, value_name = "FILE")]
    pub(super) badge: Option<PathBuf>,
}

/// A text that is parsed when the file is read, so that an error points to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Parsed<T>(T);

impl<'de, T: FromStr<Err: std::fmt::Display>> Deserialize<'de> for Parsed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?.0;
        text.parse().map(Self).map_err(de::Error::custom)
    }
}

impl<T> JsonSchema for Parsed<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "integer"] })
    }
}

/// A string, or a number as its digits.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected a text")]
        enum Either {
            Text(String),
            Number(u64),
        }
        Ok(Self(match Either::deserialize(deserializer)? {
            Either::Text(text) => text,
            Either::Number(number) => number.to_string(),
        }))
    }
}

#[derive(Clone, Copy, Debug)]
struct JobCount(NonZeroUsize);

impl FromStr for JobCount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        values::jobs(text).map(Self)
    }
}

#[derive(Clone, Copy, Debug)]
struct Time(Duration);

impl FromStr for Time {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        values::duration(text).map(Self)
    }
}

#[derive(Clone, Copy, Debug)]
struct RunTime(Duration);

impl FromStr for RunTime {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        values::run_time(text).map(Self)
    }
}

impl Config {
    /// The JSON Schema of the file.
    pub(super) fn schema() -> Schema {
        schema_for!(Self)
    }

    /// `None` if there is no such file.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, CommandError> {
        let unreadable = |source| CommandError::UnreadableConfig {
            path: path.to_owned(),
            source,
        };
        match fs::metadata(path) {
            // Not a link that leads nowhere.
            Err(_) if is_absent(path) => return Ok(None),
            Err(error) => return Err(unreadable(error)),
            Ok(found) if found.len() > MOST_BYTES => {
                return Err(unreadable(io::ErrorKind::FileTooLarge.into()));
            }
            Ok(_) => {}
        }
        let text = fs::read_to_string(path).map_err(unreadable)?;
        let config = Self::parse(&path.to_string_lossy(), &text);
        let config = config.map_err(|error| CommandError::Config(Box::new(error)))?;
        let folder = path.parent().unwrap_or_else(|| Path::new(""));
        Ok(Some(config.relative_to(folder)))
    }

    fn parse(path: &str, text: &str) -> Result<Self, SuiteError> {
        let wrong = |diagnostic| SuiteError {
            kind: FileKind::Config,
            path: path.to_owned(),
            text: text.to_owned(),
            diagnostics: vec![diagnostic],
        };
        let config: Self = toml::from_str(text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            wrong(Diagnostic::new(
                "invalid setting",
                span,
                plain(error.message()),
            ))
        })?;
        let problems = [
            ("[peer]", "invalid peer", config.peer.conflict()),
            ("[gate]", "invalid gate", config.gate.problem()),
            ("[reports]", "invalid report", config.reports.problem()),
        ];
        for (table, what, problem) in problems {
            if let Some(problem) = problem {
                let at = text.find(table).unwrap_or(0);
                let span = at..(at + table.len()).min(text.len());
                return Err(wrong(Diagnostic::new(what, span, problem)));
            }
        }
        Ok(config)
    }

    fn relative_to(mut self, folder: &Path) -> Self {
        let reports = self.reports.paths().into_iter().flatten();
        let reports = reports.filter(|path| !values::is_stdout(path));
        let suites = self.suites.iter_mut().filter(|name| !is_pack(name));
        for path in suites.chain(reports) {
            *path = folder.join(&*path);
        }
        self
    }

    pub(super) fn profile(&self) -> Option<Profile> {
        self.profile.map(|it| it.0)
    }

    pub(super) fn only(&self) -> Vec<TacticPattern> {
        self.only.iter().map(|it| it.0.clone()).collect()
    }

    pub(super) fn set(&self) -> Vec<ParameterSetting> {
        let set = self.set.iter().map(|(name, value)| ParameterSetting {
            name: name.0.clone(),
            value: value.0.clone(),
        });
        set.collect()
    }

    pub(super) fn jobs(&self) -> Option<NonZeroUsize> {
        self.jobs.map(|it| it.0.0)
    }

    pub(super) fn time(&self) -> Option<Duration> {
        self.time.map(|it| it.0.0)
    }

    pub(super) fn known(&self) -> Vec<KnownCases> {
        let known = self.known.iter();
        let known = known.map(|(cases, reason)| KnownCases {
            cases: cases.0.clone(),
            reason: reason.clone(),
        });
        known.collect()
    }
}

/// What the parser says, in the words of the file instead of those of its types.
fn plain(message: &str) -> String {
    const WORDS: [(&str, &str); 7] = [
        ("unknown field", "unknown setting"),
        ("unknown variant", "unknown value"),
        ("invalid type: ", "wrong type: "),
        ("expected a sequence", "expected a list, such as ['a', 'b']"),
        ("expected a map", "expected a table"),
        ("expected a boolean", "expected true or false"),
        ("expected u64", "expected a number, 0 or more"),
    ];
    let replace = |text: String, (from, to): (&str, &str)| text.replace(from, to);
    WORDS.into_iter().fold(message.to_owned(), replace)
}

/// Whether there is nothing at a path, not even a link.
fn is_absent(path: &Path) -> bool {
    let found = fs::symlink_metadata(path);
    found.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

impl GateConfig {
    fn problem(&self) -> Option<&'static str> {
        let fails_on_nothing = self.fail_on.as_ref().is_some_and(Vec::is_empty);
        fails_on_nothing.then_some("`fail-on` is empty, so no failure would fail the run")
    }
}

impl PeerConfig {
    /// Settings that contradict each other, as on the command line.
    fn conflict(&self) -> Option<&'static str> {
        let is_client = self.role == PeerRole::Client;
        let is_running = self.connect.is_some();
        let conflicts = [
            (
                is_running && !self.command.is_empty(),
                "`connect` is for a server that is already running, `command` starts one: choose",
            ),
            (is_running && is_client, "`connect` is for servers only"),
            (
                self.reconnects && !is_client,
                "`reconnects` is for clients only: add `role = 'client'`",
            ),
            (
                self.port.is_some() && (is_running || is_client),
                "`port` is for a server that wirecheck starts",
            ),
            (self.port == Some(0), "`port` is from 1 to 65535"),
        ];
        let mut conflicts = conflicts.into_iter();
        conflicts.find_map(|(is_there, what)| is_there.then_some(what))
    }

    pub(super) fn start_timeout(&self) -> Option<Duration> {
        self.start_timeout.map(|it| it.0.0)
    }
}

impl MatrixConfig {
    /// Sorted by name.
    pub(super) fn peers(&self) -> Vec<MatrixPeer> {
        let peers = self.peers.iter();
        let peers = peers.map(|(name, reached_by)| MatrixPeer {
            name: name.0.clone(),
            reached_by: reached_by.0.clone(),
        });
        peers.collect()
    }
}

impl ReportFiles {
    /// These, and what others are not among them.
    pub(super) fn or(self, others: &Self) -> Self {
        let others = others.clone();
        Self {
            html: self.html.or(others.html),
            junit: self.junit.or(others.junit),
            markdown: self.markdown.or(others.markdown),
            sarif: self.sarif.or(others.sarif),
            code_quality: self.code_quality.or(others.code_quality),
            badge: self.badge.or(others.badge),
        }
    }

    fn problem(&self) -> Option<&'static str> {
        let mut all = self.clone();
        let mut paths = all.paths().into_iter().flatten();
        let is_empty = paths.any(|path| path.as_os_str().is_empty());
        is_empty.then_some("a report needs the name of a file, or `-` for standard output")
    }

    fn paths(&mut self) -> [Option<&mut PathBuf>; 6] {
        let Self {
            html,
            junit,
            markdown,
            sarif,
            code_quality,
            badge,
        } = self;
        [html, junit, markdown, sarif, code_quality, badge].map(Option::as_mut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Style;

    fn error(text: &str) -> String {
        let error = Config::parse("wirecheck.toml", text).expect_err(text);
        error.render(Style::Plain)
    }

    #[test]
    fn an_error_points_to_the_setting_that_is_wrong() {
        let shown = error("profile = 'fast'\n");
        assert!(
            shown.starts_with("error[config]: invalid setting"),
            "{shown}"
        );
        assert!(shown.contains("wirecheck.toml:1:11"), "{shown}");
        assert!(shown.contains("unknown profile `fast`"), "{shown}");
        assert!(error("jobs = 0").contains("give a number from 1 to 256"));
        assert!(error("only = ['cut@[']").contains("no tactic id contains `[`"));
        assert!(error("[gate]\nfail-on = ['most']").contains("unknown value `most`"));
        assert!(error("[known]\n'Line/*' = 'why'").contains("no case id contains `L`"));
        assert!(error("profil = 'quick'").contains("unknown setting `profil`"));
        assert!(error("profile = ").contains("invalid setting"));
        assert!(error("[gate]\nfail-on = []").contains("`fail-on` is empty"));
        assert!(error("[reports]\nhtml = ''").contains("the name of a file"));
        assert!(error("peer.port = 0").contains("`port` is from 1 to 65535"));
    }

    #[test]
    fn values_of_parameters_are_read_with_their_escapes() {
        let text = "[set]\ntarget = '/a\\n'\nport = 80\n";
        let config = Config::parse("wirecheck.toml", text).expect("it is valid");
        let set: Vec<_> = config.set().iter().map(ToString::to_string).collect();
        assert_eq!(set, ["port=80", r"target=/a\n"]);
        assert!(error("[set]\nTarget = '/'").contains("`Target` is not a name"));
        assert!(error("[set]\ntarget = '\\q'").contains("unknown escape"));
    }

    #[test]
    fn paths_are_relative_to_the_folder_of_the_file() {
        let text =
            "suites = ['a', '/b', 'pack:c']\n[reports]\njunit = 'out/junit.xml'\nsarif = '-'";
        let config = Config::parse("wirecheck.toml", text).expect("it is valid");
        let config = config.relative_to(Path::new("project"));
        let suites = ["project/a", "/b", "pack:c"].map(PathBuf::from);
        assert_eq!(config.suites, suites);
        let reports = config.reports;
        assert_eq!(reports.junit, Some("project/out/junit.xml".into()));
        assert_eq!(reports.sarif, Some("-".into()), "standard output");
    }
}
