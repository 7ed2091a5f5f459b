//! The implementations that are compared, as the user names them.

use std::fmt;
use std::str::FromStr;

/// An implementation: `nginx=./nginx.sh {port}`, `go=connect:localhost:8080`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct MatrixPeer {
    pub(in crate::cli) name: PeerName,
    pub(in crate::cli) reached_by: ReachedBy,
}

/// The name of an implementation. It is also that of a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cli) struct PeerName(String);

/// How an implementation is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) enum ReachedBy {
    /// It is started: the words of its command.
    Command(Vec<String>),
    /// It runs already, at `HOST:PORT`.
    Address(String),
}

/// Why a text does not name an implementation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::cli) enum PeerSyntaxError {
    #[error("write NAME=COMMAND, e.g. node='node server.js {{port}}'")]
    NoName,
    #[error(
        "a name has 1 to 40 letters, digits and `.`, `_`, `+`, `-`, and begins with a letter or a \
         digit"
    )]
    InvalidName,
    #[error("no command: write the words that start it, or connect:HOST:PORT")]
    NoCommand,
    #[error("a quote is not closed")]
    OpenQuote,
}

impl PeerName {
    const LONGEST: usize = 40;

    pub(in crate::cli) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether two names are those of one folder, also where case makes no difference.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl fmt::Display for PeerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for MatrixPeer {
    type Err = PeerSyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, reached_by) = text.split_once('=').ok_or(PeerSyntaxError::NoName)?;
        Ok(Self {
            name: name.parse()?,
            reached_by: reached_by.parse()?,
        })
    }
}

impl FromStr for PeerName {
    type Err = PeerSyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte);
        let begins_well = text.starts_with(|first: char| first.is_ascii_alphanumeric());
        let is_valid = text.len() <= Self::LONGEST && begins_well && text.bytes().all(is_allowed);
        if is_valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(PeerSyntaxError::InvalidName)
        }
    }
}

impl FromStr for ReachedBy {
    type Err = PeerSyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(address) = text.strip_prefix("connect:") {
            return Ok(Self::Address(address.to_owned()));
        }
        let words = shlex::split(text).ok_or(PeerSyntaxError::OpenQuote)?;
        match words.first() {
            Some(program) if !program.is_empty() => Ok(Self::Command(words)),
            _ => Err(PeerSyntaxError::NoCommand),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> PeerSyntaxError {
        text.parse::<MatrixPeer>().expect_err(text)
    }

    #[test]
    fn a_command_is_split_as_a_shell_does_it() {
        let peer: MatrixPeer = "a.1=sh -c 'exec serve \"$PORT\"' {port}"
            .parse()
            .expect("a peer");
        let words = ["sh", "-c", "exec serve \"$PORT\"", "{port}"].map(str::to_owned);
        assert_eq!(peer.name.as_str(), "a.1");
        assert_eq!(peer.reached_by, ReachedBy::Command(words.to_vec()));
    }

    #[test]
    fn a_server_that_runs_has_an_address() {
        let peer: MatrixPeer = "b=connect:[::1]:80".parse().expect("a peer");
        assert_eq!(peer.reached_by, ReachedBy::Address("[::1]:80".to_owned()));
    }

    #[test]
    fn what_names_no_implementation_is_refused() {
        assert_eq!(error("node server.js"), PeerSyntaxError::NoName);
        for name in ["", ".", "../up", "a/b", "-x", "a b", &"x".repeat(41)] {
            assert_eq!(error(&format!("{name}=true")), PeerSyntaxError::InvalidName);
        }
        assert_eq!(error("a="), PeerSyntaxError::NoCommand);
        assert_eq!(error("a=''"), PeerSyntaxError::NoCommand);
        assert_eq!(error("a=sh 'x"), PeerSyntaxError::OpenQuote);
    }
}
