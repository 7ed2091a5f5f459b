//! The command line tool: arguments in, exit code out. One file per command.

mod args;
mod cases;
mod check;
mod demo;
mod error;
mod exit;
mod explain;
mod interrupt;
mod list;
mod peers;
mod print;
mod reporter;
mod run;
mod schema;
mod separator;
mod tactics;

use std::process::ExitCode;

use clap::Parser;

use self::args::{Args, Command};
use self::error::CommandError;
pub use self::exit::Exit;

/// Runs the command with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    let args = Args::try_parse().unwrap_or_else(|error| {
        let typed = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
        separator::correct_advice(error, &typed.collect::<Vec<_>>()).exit()
    });
    run(args.command)
        .unwrap_or_else(|error| error.report())
        .into()
}

fn run(command: Command) -> Result<Exit, CommandError> {
    match command {
        Command::Demo => demo::run(),
        Command::Peer(args) => peers::run(args.name, args.host, args.port),
        Command::Check(args) => check::run(&args),
        Command::Run(args) => run::run(&args),
        Command::List(args) => list::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Completions(args) => print::completions(&args),
        Command::Man => print::man(),
    }
}
