//! The arguments of `wirecheck fuzz`.

use std::path::PathBuf;
use std::time::Duration;

use super::{ConfigArgs, SuiteArgs};
use crate::cli::values::{duration, run_time};
use crate::fuzz::adapters::AdapterLanguage;

pub(super) const FUZZ_EXAMPLES: &str = "\
Examples:
  wirecheck fuzz --adapter python > framer.py
                                            write an adapter, and put your framer into it
  wirecheck fuzz --framer echo.toml -- python3 framer.py
                                            with the messages of a suite, and variations
  wirecheck fuzz --framer --input traffic.bin -- ./framer
                                            with the bytes of a file";

pub(super) const FUZZ_PROTOCOL: &str = "\
The framer protocol:
  The program reads lines of words on its standard input. Each line is one stream, for which
  it starts with a new framer. A word is a chunk in hex, or `.` for the end of the stream.
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
  0   no stream is read wrongly
  1   a stream is read wrongly
  2   the command line or a suite is invalid; nothing was tried
  3   the program did not start, or does not speak the framer protocol
  4   no stream was found
  130 interrupted before anything failed";

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct FuzzArgs {
    #[command(flatten)]
    pub(in crate::cli) config: ConfigArgs,
    #[command(flatten)]
    pub(in crate::cli) suites: SuiteArgs,
    /// Test a framer that reads streams on its standard input
    ///
    /// It gets the bytes that an implementation under test receives in the exchanges of the
    /// suites, and variations of them. Each stream is cut in many ways. The framer must read
    /// the same messages in all of them, as many as the suite's framing says, and each as soon
    /// as its last byte is there. It may reject a variation with an error.
    #[arg(long)]
    pub(in crate::cli) framer: bool,
    /// Print a program that connects a framer to wirecheck
    #[arg(long, value_name = "LANGUAGE", conflicts_with_all = ["framer", "command"])]
    pub(in crate::cli) adapter: Option<AdapterLanguage>,
    /// Try the bytes of a file; can be repeated
    ///
    /// Without SUITE only files are tried.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) input: Vec<PathBuf>,
    /// How long streams are generated
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = run_time)]
    pub(in crate::cli) time: Duration,
    /// Generate at most this many streams
    #[arg(long, value_name = "N", default_value_t = u64::MAX, hide_default_value = true)]
    pub(in crate::cli) streams: u64,
    /// Seed for the generated streams and their cuts
    #[arg(long, default_value_t = super::DEFAULT_SEED)]
    pub(in crate::cli) seed: u64,
    /// Accept messages that come later than from an uncut stream
    ///
    /// For a framer that yields messages in batches.
    #[arg(long)]
    pub(in crate::cli) allow_late: bool,
    /// Time limit for the answer to one stream
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = duration)]
    pub(in crate::cli) timeout: Duration,
    /// The program and its arguments
    #[arg(last = true, value_name = "CMD")]
    pub(in crate::cli) command: Vec<String>,
}
