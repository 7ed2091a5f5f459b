//! The defect catalogue, and the rules that name a defect from passes and failures.
//!
//! In: [`DefectEvidence`], that is, what wirecheck's side sends and how each delivery
//! of it went, with a [`Symptom`] for each finding. Out: a [`Diagnosis`] for each
//! defect that the evidence distinguishes from similar ones. [`DefectCode`] is the catalogue
//! itself, for `wirecheck explain`.
//!
//! A rule compares. A cut that fails means little; cuts that fail inside the header
//! while those inside the payload pass mean one defect only. Each file has the rules
//! of one part of the catalogue: `framing` (F), `closing` (C), `header` (H), `serving`
//! (S). A failure that no rule explains stays unexplained.
//!
//! A diagnosis says only what was observed. This module is a pure function of its
//! input: it knows no sockets, no clock, no records and no engine.

mod catalogue;
mod closing;
mod cut_map;
mod cut_place;
mod evidence;
mod framing;
mod header;
mod language;
mod output_difference;
#[cfg(test)]
mod program_tests;
#[cfg(test)]
mod sample;
mod serving;
mod symptom;
#[cfg(test)]
mod tests;
mod wording;

pub use catalogue::{DefectCode, UnknownDefectCode};
pub use cut_place::cut_place;
pub use evidence::{DefectEvidence, ExchangeEnd, PeerLifetime};
pub use language::Language;
pub use output_difference::OutputDifference;
pub use symptom::Symptom;

/// A defect that explains failures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// Its place in the catalogue.
    pub code: DefectCode,
    /// The observations that distinguish it from similar defects, in one sentence without a
    /// full stop.
    pub because: String,
}

/// Names the defects that the evidence shows, in the order of the catalogue.
#[must_use]
pub fn diagnose(evidence: &DefectEvidence) -> Vec<Diagnosis> {
    let evidence = &evidence.without_chance();
    let mut found = framing::rules(evidence);
    found.extend(closing::rules(evidence));
    found.extend(header::rules(evidence));
    found.extend(serving::rules(evidence));
    if !found.iter().any(|diagnosis| diagnosis.code.may_reset()) {
        found.extend(closing::reset_instead_of_fin(evidence));
    }
    found.sort_by_key(|diagnosis| diagnosis.code);
    found
}

impl DefectCode {
    fn because(self, because: String) -> Diagnosis {
        Diagnosis {
            code: self,
            because,
        }
    }

    /// Whether the kernel may reset a connection as a side effect: the peer ends it while
    /// bytes are unread, or ends itself.
    fn may_reset(self) -> bool {
        !matches!(
            self,
            Self::IgnoredEof
                | Self::EofSpin
                | Self::DiesOnReset
                | Self::Leaks
                | Self::NeverCloses
                | Self::HangsOnBadHeader
                | Self::BlockedByNeighbour
        )
    }
}
