//! The arguments of `wirecheck matrix`.

use std::path::PathBuf;

use super::{CaseArgs, GateArgs, PlayArgs, StartArgs};
use crate::cli::config::{Config, PeerRole, ReportFiles};
use crate::cli::matrix::MatrixPeer;

pub(super) const MATRIX_EXAMPLES: &str = "\
Examples:
  wirecheck matrix pack:http1 --peer nginx='./nginx.sh {host} {port}' \\
      --peer node='node server.js {port}' --html matrix.html
                                            compare two servers
  wirecheck matrix pack:http1 --only header --peer a=connect:localhost:8080 \\
      --peer b=connect:localhost:8081       compare servers that run already, on
                                            malformed requests only
  wirecheck matrix --client echo.toml --peer py='python3 client.py {host} {port}' \\
      --peer go='./client {host} {port}'    compare two clients
  wirecheck matrix                          all as wirecheck.toml says";

pub(super) const MATRIX_EXITS: &str = "\
Exit codes:
  0   nothing failed; they may disagree
  1   an implementation failed, by the rules of `wirecheck run`
  2   the command line or a suite is invalid; nothing was run
  3   nothing failed, but an implementation did not start, could not be reached, or was
      lost; the others are reported all the same
  4   nothing was selected
  70  wirecheck itself failed
  130 interrupted before anything failed; the results so far are shown and written";

/// The records, a folder for each peer.
const DEFAULT_OUTPUT: &str = ".wirecheck/matrix";

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct MatrixArgs {
    #[command(flatten)]
    pub(in crate::cli) cases: CaseArgs,
    /// An implementation: the command that starts it, or connect:HOST:PORT for a server that
    /// runs already; at least two
    ///
    /// The command is split into words as a shell does it; no shell runs it. {port} and {host}
    /// are replaced, PORT and HOST are in its environment.
    #[arg(long = "peer", value_name = "NAME=COMMAND")]
    pub(in crate::cli) peers: Vec<MatrixPeer>,
    #[command(flatten)]
    pub(in crate::cli) start: StartArgs,
    #[command(flatten)]
    pub(in crate::cli) play: PlayArgs,
    /// The folder for the records: NAME/last.json for each implementation
    ///
    /// The folder `runs` beside a record keeps the failed cases of the last 20 runs, for
    /// `wirecheck replay`.
    #[arg(short, long, value_name = "FOLDER", default_value = DEFAULT_OUTPUT)]
    pub(in crate::cli) output: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) gate: GateArgs,
    #[command(flatten)]
    pub(in crate::cli) reports: ReportFiles,
}

impl MatrixArgs {
    /// Fills in what was not typed. The peers that were typed replace those of the file.
    pub(in crate::cli) fn with(self, config: &Config) -> Self {
        let start = self.start.with(config);
        let of_file = self.peers.is_empty();
        let (peers, start) = if of_file {
            let start = StartArgs {
                client: start.client || config.peer.role == PeerRole::Client,
                reconnects: start.reconnects || config.peer.reconnects,
                ..start
            };
            (config.matrix.peers(), start)
        } else {
            (self.peers, start)
        };
        Self {
            cases: self.cases.with(config),
            play: self.play.with(config),
            reports: self.reports.or(&config.reports),
            peers,
            start,
            ..self
        }
    }
}
