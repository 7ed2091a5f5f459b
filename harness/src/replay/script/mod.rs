//! A case as a program of a few lines that shows the failure without wirecheck.
//!
//! The program plays the uncut delivery, then the case, then the uncut delivery again, each
//! on a connection of its own, and compares what the peer sends. So it needs neither the
//! suite nor its patterns. A pause stands for the read of the peer, which only wirecheck can
//! prove.

mod python;
mod sh;

use wirecheck_report::record::FindingRecord;

use super::OpenCase;
use crate::judge::FindingKind;
use crate::scenario::Side;
use crate::tactic::{Delivery, DeliveryEnd, Tactic};

/// The language of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Language {
    /// Python 3, its standard library
    Python,
    /// bash with /dev/tcp; dd, cat, od, tr and timeout of coreutils
    Sh,
}

/// Why a case cannot be shown by a plain program.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScriptError {
    #[error(
        "the case needs variations, other connections, a pause or reads that a plain script cannot make"
    )]
    NotPlain,
    #[error("the case sends values that the peer chooses (`${{name}}` of an earlier answer)")]
    CapturedValues,
    #[error(
        "the suite allows the peer other messages or another order (`ignore`, `replies`, `optional`, `unordered`, `many`), and a script does not"
    )]
    OtherAnswers,
    #[error("the exchange has several connections (`on`), and a script plays one")]
    SeveralConnections,
    #[error("even the uncut delivery fails: a script has nothing to compare with")]
    Baseline,
    #[error("`{0}` cannot be seen over a connection alone")]
    Unseen(String),
    #[error("the case sends more than {MOST_BYTES} bytes, too many for a script")]
    TooLarge,
    #[error("a shell cannot {0}; write it with `--script python`")]
    Shell(&'static str),
}

/// The most bytes that a script sends.
const MOST_BYTES: usize = 64 << 10;

/// The program that shows a case.
pub(crate) fn script(case: &OpenCase, language: Language) -> Result<String, ScriptError> {
    check(case)?;
    match language {
        Language::Python => Ok(python::script(case)),
        Language::Sh => sh::script(case),
    }
}

fn check(case: &OpenCase) -> Result<(), ScriptError> {
    if !case.is_plain() {
        return Err(ScriptError::NotPlain);
    }
    if case.scenario().connection().is_some() {
        return Err(ScriptError::SeveralConnections);
    }
    if case.sends_captured_values() {
        return Err(ScriptError::CapturedValues);
    }
    if case.allows_other_answers() {
        return Err(ScriptError::OtherAnswers);
    }
    if case.case.tactic == Tactic::Whole {
        return Err(ScriptError::Baseline);
    }
    if case.stream(&case.case.delivery).bytes.len() > MOST_BYTES
        || case.stream(&case.baseline()).bytes.len() > MOST_BYTES
    {
        return Err(ScriptError::TooLarge);
    }
    match case.saved.findings.first() {
        Some(first) if !is_seen(first, case) => Err(ScriptError::Unseen(first.kind.clone())),
        _ => Ok(()),
    }
}

/// Whether a comparison with the uncut delivery shows a finding.
fn is_seen(finding: &FindingRecord, case: &OpenCase) -> bool {
    use FindingKind::{
        CutShort, Died, EndedEarly, MalformedAnswer, NextNotServed, NoAnswer, NotPrinted,
        PrintsOther, RunsOn, StaysOpen, Surplus, WrongAnswer, WrongExit,
    };
    let of_both = [
        NoAnswer,
        WrongAnswer,
        MalformedAnswer,
        CutShort,
        Surplus,
        EndedEarly,
    ];
    if finding.kind == StaysOpen.as_str() {
        // Only where the script reads after its FIN.
        return last_steps(case, &case.case.delivery).words == ["half", "read"];
    }
    let others: &[FindingKind] = match case.side() {
        Side::Client => &[Died, NextNotServed],
        Side::Server => &[NotPrinted, PrintsOther, WrongExit, RunsOn],
    };
    let mut seen = of_both.iter().chain(others);
    seen.any(|kind| kind.as_str() == finding.kind)
}

/// What a script says of the case in its first lines.
fn headline(case: &OpenCase) -> [String; 2] {
    let what = case
        .saved
        .findings
        .first()
        .map_or("", |it| it.what.as_str());
    let line = |text: &str| wirecheck_report::notation::printable(text).replace(['"', '\\'], "'");
    [line(&case.saved.case_id()), line(what)]
}

/// What follows the last chunk of a delivery.
struct LastSteps {
    /// Whether a read that follows the last chunk comes before these.
    reads_last: bool,
    words: Vec<&'static str>,
}

fn last_steps(case: &OpenCase, delivery: &Delivery) -> LastSteps {
    let (reads_last, words) = match delivery.end() {
        // The peer may answer when it has read the end.
        DeliveryEnd::Half => (false, vec!["half", "read"]),
        DeliveryEnd::Fin | DeliveryEnd::FinAtOnce => (true, vec!["fin"]),
        DeliveryEnd::Reset | DeliveryEnd::ResetBeforeAccept => (true, vec!["rst"]),
        DeliveryEnd::AsScripted if case.closes_first() => (false, vec!["half", "read"]),
        DeliveryEnd::AsScripted | DeliveryEnd::Hold => (false, vec!["read"]),
    };
    LastSteps { reads_last, words }
}
