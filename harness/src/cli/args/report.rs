//! The arguments of `wirecheck report`, `compare` and `init`.

use std::path::PathBuf;

use clap::ValueEnum;

use super::DEFAULT_RECORD;
use crate::cli::config::ReportFiles;

pub(super) const REPORT_EXAMPLES: &str = "\
Examples:
  wirecheck report --html report.html       the last run
  wirecheck report part*.json --json all.json --gate
                                            the parts of `run --shard` as one record; the
                                            exit code is that of the whole run
  wirecheck report Python=py.json Go=go.json --html matrix.html
                                            implementations side by side";

pub(super) const REPORT_EXITS: &str = "\
Exit codes:
  0   the reports were written; with --gate also that no run failed
  1   with --gate: a run failed
  2   the command line is invalid, or a record cannot be read
  70  a report cannot be written";

pub(super) const COMPARE_EXITS: &str = "\
Exit codes:
  0   no case fails that did not fail before
  1   a case fails that did not fail before
  2   the command line is invalid, or a record cannot be read";

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ReportArgs {
    /// Records of runs, each with a name for the implementation if there are several
    #[arg(value_name = "[NAME=]RECORD", default_value = DEFAULT_RECORD)]
    pub(in crate::cli) records: Vec<String>,
    /// Write the record as JSON: one record of all parts of a run
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) json: Option<PathBuf>,
    /// End with the exit code of the run, or of the worst of several
    #[arg(long)]
    pub(in crate::cli) gate: bool,
    /// Show each failure in full
    #[arg(short, long)]
    pub(in crate::cli) verbose: bool,
    #[command(flatten)]
    pub(in crate::cli) reports: ReportFiles,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct CompareArgs {
    /// The record of the earlier run
    #[arg(value_name = "OLD")]
    pub(in crate::cli) old: PathBuf,
    /// The record of the later run
    #[arg(value_name = "NEW", default_value = DEFAULT_RECORD)]
    pub(in crate::cli) new: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct InitArgs {
    /// How messages are delimited in the stream
    #[arg(long, value_name = "FRAMING", default_value = "line")]
    pub(in crate::cli) framing: FirstFraming,
    /// Judge a client, not a server
    #[arg(long)]
    pub(in crate::cli) client: bool,
    /// The folder for suites/first.toml and wirecheck.toml; nothing is overwritten
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub(in crate::cli) folder: PathBuf,
    /// The command that starts the server or client, with {port} and {host}
    #[arg(last = true, value_name = "COMMAND")]
    pub(in crate::cli) command: Vec<String>,
}

/// A framing for the first suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FirstFraming {
    /// Each message ends with a line feed
    Line,
    /// Each message ends with a byte string, here a zero byte
    Delimiter,
    /// All messages have one size, here 16 bytes
    Fixed,
    /// A decimal length in a fixed number of columns, here 10
    AsciiLength,
    /// A binary length, here 4 bytes, big-endian
    Length,
    /// A length as a varint (LEB128)
    VarintLength,
    /// A netstring: `5:hello,`
    Netstring,
    /// Content-Length blocks, as the Language Server Protocol
    Headers,
    /// HTTP/1.1 messages
    Http1,
    /// The protocol of Redis
    Resp,
}
