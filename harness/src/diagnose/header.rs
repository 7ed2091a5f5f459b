//! H01–H05: what a peer makes of a header that is none. What becomes of its
//! memory (H02, H05) is not among the signs yet, so neither is named.

use super::evidence::{Evidence, Fallen};
use super::sign::Sign;
use super::{Code, Diagnosis};
use crate::tactic::{Tactic, TacticFamily};

/// Headers that are right in form and lie: to believe them is no defect.
const WELL_FORMED: [&str; 3] = ["longer", "shorter", "too-large"];

pub(super) fn rules(evidence: &Evidence) -> Vec<Diagnosis> {
    let answered = |it: &Fallen| it.says(|sign| sign == Sign::Surplus) && is_ill_formed(it);
    let died = |it: &Fallen| it.says(|sign| matches!(sign, Sign::Crashed | Sign::Exited));
    let hangs = |it: &Fallen| {
        it.says(|sign| matches!(sign, Sign::StaysOpenAsleep | Sign::StaysOpenSpinning))
            && !evidence.has_fallen(&Tactic::Whole)
    };
    let found = [
        named(evidence, answered).map(|headers| {
            Code::AcceptsBadLength.because(format!("a message is answered whose header is {headers}"))
        }),
        named(evidence, died).map(|headers| {
            Code::DiesOnBadHeader.because(format!("the process ends at a header that is {headers}"))
        }),
        named(evidence, hangs).map(|headers| {
            let because = format!(
                "after a header that is {headers} the connection is kept; after right ones it is closed"
            );
            Code::HangsOnBadHeader.because(because)
        }),
    ];
    found.into_iter().flatten().collect()
}

/// The names of the malformed headers that fell so.
fn named(evidence: &Evidence, fell: impl Fn(&Fallen) -> bool) -> Option<String> {
    let mut names: Vec<_> = evidence
        .of(TacticFamily::Header)
        .filter(|it| fell(it))
        .filter_map(name)
        .collect();
    names.sort_unstable();
    names.dedup();
    let (last, others) = names.split_last()?;
    Some(match others {
        [] => (*last).to_owned(),
        others => format!("{} or {last}", others.join(", ")),
    })
}

fn is_ill_formed(it: &Fallen) -> bool {
    name(it).is_some_and(|name| !WELL_FORMED.contains(&name))
}

fn name(it: &Fallen) -> Option<&str> {
    match &it.tactic {
        Tactic::Header(malformed) => Some(malformed.name.as_str()),
        _ => None,
    }
}
