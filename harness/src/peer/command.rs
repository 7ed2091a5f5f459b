//! The command line of the implementation under test.
//!
//! In come the words that the user typed; out goes a command that is told where
//! to listen or whom to call: in its arguments and in its environment.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::net::SocketAddr;
use std::process::Command;

const PORT: &str = "{port}";
const HOST: &str = "{host}";

/// A program and its arguments.
///
/// `{port}` and `{host}` are replaced wherever they stand inside an argument;
/// `PORT` and `HOST` are in the environment in any case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    program: OsString,
    arguments: Vec<OsString>,
}

/// The user: there is no program to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no command to start: write the program and its arguments after `--`")]
pub struct EmptyCommand;

impl CommandLine {
    /// Takes the words of a command, the program first.
    ///
    /// # Errors
    ///
    /// When there is no program, or its name is empty.
    pub fn new<W: Into<OsString>>(
        words: impl IntoIterator<Item = W>,
    ) -> Result<Self, EmptyCommand> {
        let mut words = words.into_iter().map(Into::into);
        let program = words.next().ok_or(EmptyCommand)?;
        if program.is_empty() {
            return Err(EmptyCommand);
        }
        let arguments = words.collect();
        Ok(Self { program, arguments })
    }

    /// The program, as typed.
    #[must_use]
    pub fn program(&self) -> &OsStr {
        &self.program
    }

    /// Whether an argument names the port. If none does, the program must look
    /// into its environment.
    #[must_use]
    pub fn uses_port(&self) -> bool {
        self.arguments
            .iter()
            .filter_map(|argument| argument.to_str())
            .any(|argument| argument.contains(PORT))
    }

    /// The command for a peer that listens on `addr` or calls it.
    pub(super) fn at(&self, addr: SocketAddr) -> Command {
        let (host, port) = (addr.ip().to_string(), addr.port().to_string());
        let mut command = Command::new(&self.program);
        for argument in &self.arguments {
            command.arg(fill(argument, &host, &port));
        }
        command.env("HOST", host).env("PORT", port);
        command
    }
}

/// An argument that is no Unicode text is passed on as it is.
fn fill(argument: &OsStr, host: &str, port: &str) -> OsString {
    match argument.to_str() {
        Some(text) => text.replace(PORT, port).replace(HOST, host).into(),
        None => argument.to_owned(),
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.program.display())?;
        for argument in &self.arguments {
            let argument = argument.to_string_lossy();
            match argument.is_empty() || argument.contains([' ', '\n', '\'', '"']) {
                true => write!(f, " {argument:?}")?,
                false => write!(f, " {argument}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(words: &[&str], addr: &str) -> Vec<String> {
        let line = CommandLine::new(words.iter().copied()).expect("there is a program");
        let command = line.at(addr.parse().expect("an address"));
        let arguments = command.get_args();
        arguments
            .map(|argument| argument.to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn the_address_is_filled_in_wherever_it_is_asked_for() {
        let words = ["serve", "--listen={host}:{port}", "{port}{port}", "{other}"];
        let expected = ["--listen=127.0.0.1:7000", "70007000", "{other}"];
        assert_eq!(filled(&words, "127.0.0.1:7000"), expected);
        assert_eq!(filled(&["serve", "{host}"], "[::1]:7000"), ["::1"]);
    }

    #[test]
    fn the_environment_carries_the_address_too() {
        let line = CommandLine::new(["serve"]).expect("there is a program");
        let command = line.at("127.0.0.1:7000".parse().expect("an address"));
        let set: Vec<_> = command.get_envs().collect();
        let host = (OsStr::new("HOST"), Some(OsStr::new("127.0.0.1")));
        let port = (OsStr::new("PORT"), Some(OsStr::new("7000")));
        assert_eq!(set, [host, port]);
    }

    #[test]
    fn a_command_without_a_program_is_refused() {
        assert_eq!(CommandLine::new([""; 0]), Err(EmptyCommand));
        assert_eq!(CommandLine::new(["", "x"]), Err(EmptyCommand));
    }

    #[test]
    fn only_an_argument_can_name_the_port() {
        let uses = |words: [&str; 2]| CommandLine::new(words).map(|line| line.uses_port());
        assert_eq!(uses(["serve", "-p{port}"]), Ok(true));
        assert_eq!(uses(["{port}", "-p80"]), Ok(false));
    }
}
