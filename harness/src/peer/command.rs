//! The command line of the implementation under test.
//!
//! In come the words that the user wrote; out goes a command that has the address on which
//! to listen, or to which to connect, in its arguments and in its environment.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::net::SocketAddr;
use std::process::Command;

const PORT: &str = "{port}";
const HOST: &str = "{host}";

/// A program and its arguments.
///
/// `{port}` and `{host}` are replaced inside every argument. `PORT` and `HOST` are always in
/// the environment. Its text is what a user would type in a shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    program: OsString,
    arguments: Vec<OsString>,
}

/// The user named no program.
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

    /// The program, as the user wrote it.
    #[must_use]
    pub fn program(&self) -> &OsStr {
        &self.program
    }

    /// Whether an argument contains `{port}`. If none does, the program must read `PORT` from
    /// its environment.
    #[must_use]
    pub fn uses_port(&self) -> bool {
        self.arguments
            .iter()
            .filter_map(|argument| argument.to_str())
            .any(|argument| argument.contains(PORT))
    }

    /// The program and its arguments, with what is not Unicode replaced.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let words = std::iter::once(&self.program).chain(&self.arguments);
        words.map(|it| it.to_string_lossy().into_owned()).collect()
    }

    /// The command for a peer that listens on `addr` or connects to it.
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

/// An argument that is not Unicode is passed on unchanged.
fn fill(argument: &OsStr, host: &str, port: &str) -> OsString {
    match argument.to_str() {
        Some(text) => text.replace(PORT, port).replace(HOST, host).into(),
        None => argument.to_owned(),
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", shell_word(&self.program.to_string_lossy()))?;
        for argument in &self.arguments {
            write!(f, " {}", shell_word(&argument.to_string_lossy()))?;
        }
        Ok(())
    }
}

/// Quotes a word if a shell would change it. `shlex` also quotes placeholders and the sign
/// in `--name=value`, which are harmless.
fn shell_word(word: &str) -> Cow<'_, str> {
    let plain = word.replace(PORT, "0").replace(HOST, "0").replace('=', "0");
    if quoted(&plain) == plain {
        return Cow::Borrowed(word);
    }
    quoted(word)
}

fn quoted(word: &str) -> Cow<'_, str> {
    let quoter = shlex::Quoter::new().allow_nul(true);
    quoter.quote(word).unwrap_or(Cow::Borrowed(word))
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
    fn the_address_replaces_every_placeholder() {
        let words = ["serve", "--listen={host}:{port}", "{port}{port}", "{other}"];
        let expected = ["--listen=127.0.0.1:7000", "70007000", "{other}"];
        assert_eq!(filled(&words, "127.0.0.1:7000"), expected);
        assert_eq!(filled(&["serve", "{host}"], "[::1]:7000"), ["::1"]);
    }

    #[test]
    fn the_environment_has_the_address_too() {
        let line = CommandLine::new(["serve"]).expect("there is a program");
        let command = line.at("127.0.0.1:7000".parse().expect("an address"));
        let set: Vec<_> = command.get_envs().collect();
        let host = (OsStr::new("HOST"), Some(OsStr::new("127.0.0.1")));
        let port = (OsStr::new("PORT"), Some(OsStr::new("7000")));
        assert_eq!(set, [host, port]);
    }

    #[test]
    fn a_command_without_a_program_is_rejected() {
        assert_eq!(CommandLine::new([""; 0]), Err(EmptyCommand));
        assert_eq!(CommandLine::new(["", "x"]), Err(EmptyCommand));
    }

    #[test]
    fn only_an_argument_can_use_the_port() {
        let uses = |words: [&str; 2]| CommandLine::new(words).map(|line| line.uses_port());
        assert_eq!(uses(["serve", "-p{port}"]), Ok(true));
        assert_eq!(uses(["{port}", "-p80"]), Ok(false));
    }

    #[test]
    fn a_command_is_shown_as_it_would_be_typed_in_a_shell() {
        let words = ["./my server", "--listen={host}:{port}", "", "it's $HOME"];
        let line = CommandLine::new(words).expect("there is a program");
        let expected = r#"'./my server' --listen={host}:{port} '' "it's "'$HOME'"#;
        assert_eq!(line.to_string(), expected);
    }
}
