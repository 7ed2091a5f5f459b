//! The defect catalogue, and which findings and passes mean which defect.
//!
//! In comes [`Evidence`]: what wirecheck's side says, and how each delivery of it
//! went, down to a [`Sign`] a finding. Out goes a [`Diagnosis`] for each defect
//! that the evidence tells from its neighbours, with the one sentence that says
//! why. [`Code`] is the catalogue itself, for people who ask what a code means.
//!
//! One file a chapter of the catalogue holds its rules. A rule compares: a cut
//! that fails means little; cuts that fail inside the header while those inside
//! the body hold mean one thing only. What no rule explains stays unexplained.
//!
//! Everything here is a pure function of those values. This room must not know
//! of sockets, clocks, records or how a case is played.

mod closing;
mod code;
mod evidence;
mod framing;
mod header;
mod places;
#[cfg(test)]
mod program_tests;
#[cfg(test)]
mod sample;
mod serving;
mod sign;
#[cfg(test)]
mod tests;
mod words;

pub use code::{Code, UnknownCode};
pub use evidence::{Ending, Evidence, Life};
pub use sign::{Sign, Slip};

/// A defect that explains what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// Which class it is.
    pub code: Code,
    /// What was seen that tells it from its neighbours, in one sentence.
    pub because: String,
}

/// Names the defects behind what was seen, in the order of the catalogue.
#[must_use]
pub fn diagnose(evidence: &Evidence) -> Vec<Diagnosis> {
    let mut found = framing::rules(evidence);
    found.extend(closing::rules(evidence));
    found.extend(header::rules(evidence));
    found.extend(serving::rules(evidence));
    found.sort_by_key(|diagnosis| diagnosis.code);
    found
}

impl Code {
    /// A diagnosis of this class.
    fn because(self, because: String) -> Diagnosis {
        Diagnosis {
            code: self,
            because,
        }
    }
}
