//! Programs that connect a framer to `wirecheck fuzz --framer`, one for each language. Each
//! has a framer of lines for a start.

use clap::ValueEnum;

/// A language for which there is an adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AdapterLanguage {
    Python,
    #[value(name = "javascript")]
    JavaScript,
    Go,
    C,
}

impl AdapterLanguage {
    /// The text of the program.
    pub(crate) fn program(self) -> &'static str {
        match self {
            Self::Python => include_str!("adapters/framer.py"),
            Self::JavaScript => include_str!("adapters/framer.mjs"),
            Self::Go => include_str!("adapters/framer.go"),
            Self::C => include_str!("adapters/framer.c"),
        }
    }
}
