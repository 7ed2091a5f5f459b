//! `wirecheck completions` and `wirecheck man`: made from the definition of the arguments.

use std::io::{self, Write};

use clap::CommandFactory;

use super::args::{Args, CompletionsArgs};
use super::error::CommandError;
use super::exit::Exit;

pub(super) fn completions(args: &CompletionsArgs) -> Result<Exit, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "wirecheck", &mut script);
    print(&script)
}

/// One page for the command and all its subcommands.
pub(super) fn man() -> Result<Exit, CommandError> {
    let mut page = Vec::new();
    let command = Args::command();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for subcommand in command.get_subcommands().filter(|it| !it.is_hide_set()) {
        let title = format!("wirecheck-{}", subcommand.get_name());
        let man = clap_mangen::Man::new(subcommand.clone().display_name(title));
        man.render_name_section(&mut page)?;
        man.render_synopsis_section(&mut page)?;
        man.render_options_section(&mut page)?;
    }
    print(&page)
}

/// Flushes here, because an error at the end of the process would be lost.
fn print(text: &[u8]) -> Result<Exit, CommandError> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    out.flush()?;
    Ok(Exit::Success)
}
