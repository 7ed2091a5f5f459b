//! The command line tool: arguments in, exit code out. One file per command.

mod args;
mod cases;
mod check;
mod compare;
mod config;
mod demo;
mod error;
mod exit;
mod explain;
mod fuzz;
mod gate;
mod init;
mod interrupt;
mod list;
mod matrix;
mod not_shown;
mod packs;
mod peer_source;
mod peers;
mod play_order;
mod print;
mod replay;
mod report;
mod report_files;
mod reporter;
mod run;
mod run_files;
mod schema;
mod separator;
mod tactics;
mod values;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use wirecheck_report::notation::printable;

use self::args::{Args, Command};
use self::error::CommandError;
pub use self::exit::Exit;

/// Runs the command with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return report(error).into(),
    };
    args.color.apply();
    run(args.command)
        .unwrap_or_else(|error| error.report())
        .into()
}

/// Prints an error of the parser of arguments, or the help that was asked for.
fn report(error: clap::Error) -> Exit {
    let typed = std::env::args_os().map(|word| printable(&word.to_string_lossy()));
    let typed: Vec<_> = typed.collect();
    separator::correct_advice(escaped(error, &typed), &typed).exit()
}

/// The same error about the words as they can be printed.
fn escaped(error: clap::Error, typed: &[String]) -> clap::Error {
    if !error.use_stderr() || std::env::args_os().eq(typed.iter().map(OsString::from)) {
        return error;
    }
    match Args::try_parse_from(typed) {
        Err(error) => error,
        Ok(_) => Args::command().error(error.kind(), "invalid argument"),
    }
}

fn run(command: Command) -> Result<Exit, CommandError> {
    interrupt::survive_file_size_limit()?;
    match command {
        Command::Demo => demo::run(),
        Command::Peer(args) => peers::run(args.name, args.host, args.port),
        Command::Check(args) => check::run(args),
        Command::Run(args) => run::run(*args),
        Command::Replay(args) => replay::run(&args),
        Command::Fuzz(args) => fuzz::run(*args),
        Command::Matrix(args) => matrix::run(*args),
        Command::List(args) => list::run(args),
        Command::Packs(args) => packs::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Completions(args) => print::completions(&args),
        Command::Man => print::man(),
    }
}
