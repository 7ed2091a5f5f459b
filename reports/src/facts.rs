//! What reports say of a run as a whole: how it was delivered, what was left open, what was
//! not run, how far it came. Sentences come out; they may have text from outside.

use crate::Record;
use crate::notation::{counted, duration, grouped, printable};
use crate::record::{
    CutOffReason, DeliveryTally, PeerRecord, ProcessLifetime, Role, RunState, StartCost, Verdict,
};
use crate::verdict::word;
use crate::wording::{is_interrupted, started};

pub(crate) fn peer_kind(peer: &PeerRecord) -> &'static str {
    match (peer.role, peer.command.is_empty()) {
        (Role::Client, _) if peer.process_lifetime == ProcessLifetime::OneCase => {
            "client, one process per case"
        }
        (Role::Client, _) => "client that reconnects",
        (Role::Server, true) => "running server",
        (Role::Server, false) => "server",
    }
}

/// Whether each delivery was made as it was planned.
pub(crate) enum DeliveryProof<'a> {
    /// All boundaries are proven.
    Exact(String),
    /// Some are not.
    Unverified {
        /// How many are.
        proof: String,
        /// Why the others are not, and what would help; may be empty.
        reason: &'a str,
    },
}

/// None if there was nothing to prove.
pub(crate) fn delivery(tally: &DeliveryTally) -> Option<DeliveryProof<'_>> {
    let DeliveryTally {
        boundaries,
        proven,
        unverified,
    } = tally;
    if *boundaries == 0 && unverified.is_none() {
        return None;
    }
    let all = counted(*boundaries, "boundary");
    let proof = format!("{} of {all} proven", grouped(*proven));
    Some(match unverified {
        None if boundaries == proven => DeliveryProof::Exact(format!("exact: {proof}")),
        reason => DeliveryProof::Unverified {
            proof: format!("unverified: {proof}"),
            reason: reason.as_deref().unwrap_or_default(),
        },
    })
}

pub(crate) fn restarts(restarts: u32) -> Option<String> {
    let times = match restarts {
        0 => return None,
        1 => "once".to_owned(),
        _ => counted(restarts.into(), "time"),
    };
    Some(format!("wirecheck restarted the peer {times}"))
}

/// What was tried besides the suites.
pub(crate) fn variations(record: &Record) -> Vec<String> {
    let Some(fuzz) = &record.fuzz else {
        return Vec::new();
    };
    let tried = format!(
        "{} of the exchanges in {}",
        counted(fuzz.variations, "variation"),
        counted(fuzz.cases, "case"),
    );
    let mut texts = vec![match fuzz.behaviors {
        0 => tried,
        some => format!(
            "{tried}; {}, the last new one after {}",
            counted(some, "behaviour"),
            duration(fuzz.last_new_us),
        ),
    }];
    if fuzz.repeated > 0 {
        texts.push(format!(
            "{} of them failed in a way that is shown above",
            counted(fuzz.repeated, "variation"),
        ));
    }
    if fuzz.not_steady > 0 {
        texts.push(format!(
            "{} not judged: the peer answers the same bytes in different ways",
            counted(fuzz.not_steady, "variation"),
        ));
    }
    texts
}

/// If the starts take more than this part of a run, in percent, another option is faster.
const MOST_FOR_STARTS: u64 = 50;

/// The cost of one process per case.
pub(crate) fn start_cost(record: &Record) -> Option<String> {
    let costs = record.scenarios().filter_map(|(_, it)| it.start_cost);
    let all = costs.reduce(|sum, it| StartCost {
        one_us: sum.one_us.max(it.one_us),
        waited_us: sum.waited_us + it.waited_us,
        worked_us: sum.worked_us + it.worked_us,
    })?;
    let one = duration(all.one_us);
    let share = all.waited_us * 100 / all.worked_us.max(1);
    let hint = if share > MOST_FOR_STARTS {
        "; a client that can connect again and again is started once with `--reconnects`"
    } else {
        ""
    };
    Some(format!(
        "{one} from the start of a client to its connection, {share} % of the time of the run{hint}"
    ))
}

/// What was left open, each once, with the number of its cases.
pub(crate) fn not_judged(record: &Record) -> Vec<String> {
    let mut open: Vec<(&str, u64)> = Vec::new();
    for it in record.scenarios().flat_map(|(_, it)| &it.not_judged) {
        match open.iter_mut().find(|(why, _)| *why == it.why) {
            Some((_, cases)) => *cases += it.cases,
            None => open.push((&it.why, it.cases)),
        }
    }
    let text = |(why, cases)| format!("{}: {why}", counted(cases, "case"));
    open.into_iter().map(text).collect()
}

/// How many messages got another allowed reply than a complete and valid one gets.
pub(crate) fn error_replies(record: &Record) -> Vec<String> {
    let (mut truncated, mut malformed) = (0, 0);
    for family in record.scenarios().flat_map(|(_, it)| &it.families) {
        match family.name.as_str() {
            "header" => malformed += family.error_replies,
            _ => truncated += family.error_replies,
        }
    }
    let kinds = [
        (truncated, "truncated message", "whole", "truncation"),
        (malformed, "malformed message", "valid", "malformed"),
    ];
    let text = |(count, message, right, key)| {
        let messages = counted(count, message);
        format!(
            "{messages} got another reply than the {right} message gets; the suite allows that \
             (`adversary.{key}`)"
        )
    };
    kinds
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(text)
        .collect()
}

/// The cases that were not run.
#[derive(Default)]
pub(crate) struct NotRun<'a> {
    /// By family, without those below.
    pub(crate) families: Vec<(&'a str, u64)>,
    /// Cases of scenarios that fail even uncut.
    pub(crate) after_baseline: u64,
}

impl<'a> NotRun<'a> {
    pub(crate) fn of(record: &'a Record) -> Self {
        let mut all = Self::default();
        for (_, scenario) in record.scenarios() {
            if scenario.failed_at_baseline() {
                all.after_baseline += scenario.tally().skipped;
                continue;
            }
            for family in scenario.families.iter().filter(|family| family.skipped > 0) {
                all.add(&family.name, family.skipped);
            }
        }
        all
    }

    fn add(&mut self, name: &'a str, skipped: u64) {
        match self.families.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += skipped,
            None => self.families.push((name, skipped)),
        }
    }

    /// The number of cases in `families`.
    pub(crate) fn cases(&self) -> u64 {
        self.families.iter().map(|(_, count)| count).sum()
    }

    pub(crate) fn uncut(&self) -> Option<String> {
        let cases = counted(self.after_baseline, "case");
        let text = || format!("{cases} of scenarios that fail even uncut");
        (self.after_baseline > 0).then(text)
    }
}

/// Which part of a run this is, if it was split.
pub(crate) fn part(record: &Record) -> Option<String> {
    let shard = record.shard.as_ref()?;
    let (number, of) = (shard.number, shard.of);
    Some(format!(
        "{number} of {of}; the verdict is on this part only"
    ))
}

/// Why a run ended before its end, and how far it came.
pub(crate) fn state(record: &Record) -> Option<String> {
    if record.state == RunState::Finished {
        return None;
    }
    let cause = match (record.cut_off_by, &record.peer_failure) {
        (Some(CutOffReason::Peer), Some(why)) => {
            // The last lines of the peer's output may follow.
            let lines: Vec<_> = why.lines().map(|line| printable(line.trim())).collect();
            format!(
                "the run ended early: {}",
                lines.join("; ").replace(":; ", ": ")
            )
        }
        (Some(CutOffReason::Peer), None) => "the run ended early, because of the peer".to_owned(),
        (Some(CutOffReason::User), _) => {
            "the run ended early: the user or a signal stopped it".to_owned()
        }
        (Some(CutOffReason::Time), _) => {
            "the run ended early: the time was over (--time)".to_owned()
        }
        (None, _) => "the run did not finish".to_owned(),
    };
    let all = record.scenarios().count() as u64;
    Some(match all.saturating_sub(started(record)) {
        0 => cause,
        rest => format!("{cause}; {} not run", counted(rest, "scenario")),
    })
}

/// Whether a run ended early, and not because its time was over.
pub(crate) fn is_incomplete(record: &Record) -> bool {
    record.state != RunState::Finished && record.cut_off_by != Some(CutOffReason::Time)
}

/// Whether a run was judged to its end, or until its time was over.
#[cfg(any(feature = "formats", feature = "html"))]
pub(crate) fn was_judged(record: &Record) -> bool {
    !is_incomplete(record) && record.verdict != Verdict::Error
}

/// Whether a run passes by its own rules.
#[cfg(any(feature = "formats", feature = "html"))]
pub(crate) fn passes(record: &Record) -> bool {
    was_judged(record) && record.gate_failures().is_empty()
}

/// A run that did not finish did not pass, even without a failure.
pub(crate) fn is_unfinished(record: &Record) -> bool {
    let is_good = matches!(shown_verdict(record), Verdict::Pass | Verdict::Skipped);
    is_good && is_incomplete(record)
}

/// A run also fails for reasons that are no verdict on a case, or by a stricter rule.
pub(crate) fn shown_verdict(record: &Record) -> Verdict {
    match record.verdict {
        Verdict::Pass | Verdict::Skipped | Verdict::Known | Verdict::Nonstrict
            if !record.gate_failures().is_empty() =>
        {
            Verdict::Fail
        }
        verdict => verdict,
    }
}

/// The verdict on a run in one word.
pub(crate) fn verdict_word(record: &Record) -> &'static str {
    if is_interrupted(record) {
        "INTERRUPTED"
    } else if is_unfinished(record) {
        "UNFINISHED"
    } else {
        word(shown_verdict(record))
    }
}
