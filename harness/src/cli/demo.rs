//! `wirecheck demo`: the main job on embedded peers.

use super::exit::Exit;
use super::failure::Failure;

pub(super) fn run() -> Result<Exit, Failure> {
    anstream::println!(
        "The runner comes next: this version checks suites and lists their cases (`wirecheck list`)."
    );
    Ok(Exit::NotYet)
}
