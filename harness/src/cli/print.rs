//! `wirecheck completions` and `wirecheck man`: what is made from the arguments.

use std::io::{self, Write};

use clap::CommandFactory;

use super::args::{Args, CompletionsArgs};
use super::exit::Exit;
use super::failure::Failure;

pub(super) fn completions(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "wirecheck", &mut script);
    print(&script)
}

/// One page for the command and all that stands under it.
pub(super) fn man() -> Result<Exit, Failure> {
    let mut page = Vec::new();
    let command = Args::command();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for below in command.get_subcommands().filter(|it| !it.is_hide_set()) {
        let title = format!("wirecheck-{}", below.get_name());
        let below = below.clone().display_name(title);
        let man = clap_mangen::Man::new(below);
        man.render_name_section(&mut page)?;
        man.render_synopsis_section(&mut page)?;
        man.render_options_section(&mut page)?;
    }
    print(&page)
}

/// Flushed here: what a buffer still holds at the end of the program is lost unnoticed.
fn print(made: &[u8]) -> Result<Exit, Failure> {
    let mut out = io::stdout().lock();
    out.write_all(made)?;
    out.flush()?;
    Ok(Exit::Held)
}
