//! `wirecheck fuzz`: variations of the exchanges of suites, for a peer or a framer.

mod framer;
mod peer;

use std::io::Write as _;

use super::args::FuzzArgs;
use super::error::CommandError;
use super::exit::Exit;

pub(super) fn run(args: FuzzArgs) -> Result<Exit, CommandError> {
    match args.adapter {
        Some(language) => {
            write!(anstream::stdout(), "{}", language.program())?;
            Ok(Exit::Success)
        }
        None if args.framer => framer::run(&args),
        None => peer::run(args),
    }
}
