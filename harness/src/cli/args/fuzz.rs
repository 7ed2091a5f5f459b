//! The arguments of `wirecheck fuzz`.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use super::SessionArgs;
use crate::cli::values::{duration, run_time};
use crate::fuzz::adapters::AdapterLanguage;

pub(super) const FUZZ_EXAMPLES: &str = "\
Examples:
  wirecheck fuzz echo.toml -- python3 server.py {port}
                                            a server, for a minute
  wirecheck fuzz --time 1h echo.toml --connect localhost:7777
                                            a server that runs already
  wirecheck fuzz --client echo.toml -- python3 client.py {host} {port}
                                            a client, one process per case
  wirecheck fuzz --adapter python > framer.py
                                            write an adapter, and put your framer into it
  wirecheck fuzz --framer echo.toml -- python3 framer.py
                                            with the messages of a suite, and variations
  wirecheck fuzz --framer --input traffic.bin -- ./framer
                                            with the bytes of a file";

pub(super) const FUZZ_PROTOCOL: &str = "\
The framer protocol:
  The program reads lines of words on its standard input. Each line is one stream, for which
  it starts with a new framer. A word is a chunk in hex, or `.` for the end of the stream,
  without which the stream stays open.
  The program answers each line with one line, and flushes it. An empty line is answered
  with an empty line. The answer has a word for each word of the request:
    -        no message is complete
    =6869    a message in hex; several follow each other: =6869=21
    !why     the framer reports an error, in one word; the line ends here. Messages of the
             same chunk may be before it: =6869!why
  request  4745 540a61 .
  answer   - =474554 !truncated";

pub(super) const FUZZ_EXITS: &str = "\
Exit codes:
  0   nothing failed
  1   a suite or a variation failed, or the framer misread a stream
  2   the command line or a suite is invalid; nothing was tried
  3   the peer or the framer did not start, was lost, or does not speak the framer protocol
  4   no case was selected, or no stream was found
  130 interrupted before anything failed";

/// How long variations are tried unless the user says it: of a peer, and of a framer.
const PEER_TIME: Duration = Duration::from_secs(60);
const FRAMER_TIME: Duration = Duration::from_secs(10);

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct FuzzArgs {
    #[command(flatten)]
    pub(in crate::cli) session: SessionArgs,
    /// How long to fuzz [default: 1m, with --framer 10s]
    ///
    /// The unchanged suites come first, for half of the time at most. Confirming and shrinking a
    /// failure may exceed the limit.
    #[arg(long, value_name = "DURATION", value_parser = run_time)]
    time: Option<Duration>,
    /// Stop after this many cases; one variation takes several
    #[arg(long = "cases", value_name = "N", default_value_t = u64::MAX, hide_default_value = true, conflicts_with = "framer")]
    pub(in crate::cli) most_cases: u64,
    /// Stop after this many failures of variations
    #[arg(long, value_name = "N", conflicts_with = "framer")]
    pub(in crate::cli) max_failures: Option<NonZeroU32>,
    /// Test a framer that reads streams on its standard input
    ///
    /// It gets the bytes that an implementation under test receives in the exchanges of the
    /// suites, and variations of them. Each stream is cut in many ways. The framer must return
    /// the same messages for all of them, as many as the suite's framing finds, and each one when
    /// its last byte arrives. It may reject a variation with an error.
    #[arg(long, help_heading = FRAMER, conflicts_with_all = ["connect", "client"])]
    pub(in crate::cli) framer: bool,
    /// Print a program that connects a framer to wirecheck
    #[arg(long, value_name = "LANGUAGE", help_heading = FRAMER, conflicts_with_all = ["framer", "command"])]
    pub(in crate::cli) adapter: Option<AdapterLanguage>,
    /// Try the bytes of a file; can be repeated
    ///
    /// Without SUITE only files are tried.
    #[arg(long, value_name = "FILE", help_heading = FRAMER, requires = "framer")]
    pub(in crate::cli) input: Vec<PathBuf>,
    /// Generate at most this many streams
    #[arg(long, value_name = "N", default_value_t = u64::MAX, hide_default_value = true, help_heading = FRAMER, requires = "framer")]
    pub(in crate::cli) streams: u64,
    /// Accept messages that come later than in the uncut stream
    ///
    /// For a framer that yields messages in batches.
    #[arg(long, help_heading = FRAMER, requires = "framer")]
    pub(in crate::cli) allow_late: bool,
    /// Time limit for the answer to one stream
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = duration, help_heading = FRAMER, requires = "framer")]
    pub(in crate::cli) timeout: Duration,
}

const FRAMER: &str = "Framers";

impl FuzzArgs {
    pub(in crate::cli) fn time(&self) -> Duration {
        let usual = if self.framer { FRAMER_TIME } else { PEER_TIME };
        self.time.unwrap_or(usual)
    }

    /// The program and its arguments.
    pub(in crate::cli) fn command(&self) -> &[String] {
        &self.session.peer.command
    }

    pub(in crate::cli) fn seed(&self) -> u64 {
        self.session.cases.seed()
    }
}
