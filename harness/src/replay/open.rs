//! From a saved case to what the engine plays.

use std::num::NonZeroUsize;
use std::path::Path;

use wirecheck_report::SavedCase;
use wirecheck_report::record;
use wirecheck_report::saved_case::{Needs, SavedPart, SavedSuite};

use crate::engine::{Jobs, PlannedScenario, Selection};
use crate::scenario::{
    self, Attachments, ExchangePart, KeptStep, NameError, Side, Suite, SuiteError,
};
use crate::tactic::{
    Case, CaseChoice, Delivery, FitError, NotationError, Script, Tactic, TacticError,
};

/// The most baselines before a case, or plays of it.
pub(super) const MOST_PLAYS: u32 = 1_024;
/// The most other cases, and the most that run at the same time.
const MOST_OTHERS: usize = 4_096;
const MOST_JOBS: u32 = 256;
/// How often a case is played with the other cases.
const ROUNDS: usize = 3;

/// A saved case that is valid.
#[derive(Clone, Debug)]
pub(crate) struct OpenCase {
    pub(crate) saved: SavedCase,
    pub(crate) case: Case,
    pub(super) suite: Suite,
    others: Vec<Case>,
    /// The same with a part of the exchange, if that is enough to see the failure.
    shorter: Option<Box<Self>>,
    /// Whether it is itself a part of a saved case.
    pub(super) is_part: bool,
}

/// Why a saved case cannot be played. It was changed by hand, or by a fault of a disk.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("the suite in it is invalid\n{0}")]
    Suite(#[from] SuiteError),
    #[error("invalid suite id: {0}")]
    SuiteId(#[from] NameError),
    #[error("its suite has no scenario `{0}`")]
    NoScenario(String),
    #[error("its scenario is for peers on the other side (`peer = '{0}'`)")]
    OtherSide(Side),
    #[error(transparent)]
    Tactic(#[from] TacticError),
    #[error("invalid delivery: {0}")]
    Delivery(#[from] NotationError),
    #[error("a delivery of another stream: {0}")]
    Fit(#[from] FitError),
    #[error("`needs`: more than {0}")]
    TooMuch(u64),
}

impl OpenCase {
    pub(crate) fn new(saved: SavedCase) -> Result<Self, OpenError> {
        let mut suite = scenario::parse(&saved.suite.path, &saved.suite.text, &saved.suite)?;
        suite.rename(saved.suite.id.parse()?);
        suite.retain_scenarios(|it| it.id().as_str() == saved.scenario);
        let side = Side::from(saved.peer.role.other());
        let missing = || OpenError::NoScenario(saved.scenario.clone());
        let scenario = suite.scenarios().first().ok_or_else(missing)?;
        if scenario.peer() == Some(side) {
            return Err(OpenError::OtherSide(side));
        }
        let len = Script::of(scenario, side).len();
        check_needs(saved.needs.as_ref())?;
        let others = match &saved.needs {
            Some(Needs::OtherConnections { cases, .. }) => cases.as_slice(),
            _ => &[],
        };
        let others = others.iter().map(|it| case(&it.tactic, &it.delivery, len));
        let shorter = saved.shorter.as_ref();
        let shorter = shorter.and_then(|part| Self::of_part(&saved, part, &suite, side));
        Ok(Self {
            case: case(&saved.tactic, &saved.delivery, len)?,
            others: others.collect::<Result<_, _>>()?,
            shorter: shorter.map(Box::new),
            is_part: false,
            suite,
            saved,
        })
    }

    /// A part of a saved case, as a case of its own. `None` if it does not fit: a replay does
    /// not need it.
    fn of_part(saved: &SavedCase, part: &SavedPart, suite: &Suite, side: Side) -> Option<Self> {
        let whole = suite.scenarios().first()?;
        let scenario = whole.part(&exchange_part(&part.steps))?;
        let len = Script::of(&scenario, side).len();
        Some(Self {
            case: case(&saved.tactic, &part.delivery, len).ok()?,
            others: Vec::new(),
            shorter: None,
            is_part: true,
            suite: suite.clone().with_scenario(scenario),
            saved: SavedCase {
                delivery: part.delivery.clone(),
                needs: None,
                findings: part.findings.clone(),
                events: part.events.clone(),
                shorter: None,
                ..saved.clone()
            },
        })
    }

    /// The least that shows the failure: what a program or a capture shows. It is not what is
    /// replayed, because a peer that was repaired may reject a part of the exchange.
    pub(crate) fn shortest(&self) -> &Self {
        self.shorter.as_deref().unwrap_or(self)
    }

    /// The side that wirecheck plays.
    pub(crate) fn side(&self) -> Side {
        self.saved.peer.role.other().into()
    }

    /// The baseline, then the case, with the connections that it needs.
    pub(crate) fn selection(&self) -> Selection {
        let suites = vec![self.suite.clone()];
        let selection = Selection::new(suites, self.side(), CaseChoice::default());
        selection.with_cases(|planned| {
            let baseline = baseline(planned);
            let mut cases = vec![baseline.clone()];
            match &self.saved.needs {
                None if self.case == baseline => {}
                None => cases.push(self.case.clone()),
                Some(Needs::EarlierConnections { count }) => {
                    cases.extend(std::iter::repeat_n(baseline, *count as usize));
                    cases.push(self.case.clone());
                }
                Some(Needs::Repetition { times }) => {
                    cases.extend(std::iter::repeat_n(self.case.clone(), *times as usize));
                }
                Some(Needs::OtherConnections { .. }) => {
                    let round = self.others.iter().chain([&self.case]);
                    let rounds = std::iter::repeat_n(round, ROUNDS).flatten();
                    cases.extend(rounds.cloned());
                }
            }
            cases
        })
    }

    /// How many cases are played at the same time.
    pub(crate) fn jobs(&self) -> Jobs {
        let jobs = match self.saved.needs {
            Some(Needs::OtherConnections { jobs, .. }) => jobs as usize,
            _ => 1,
        };
        Jobs(NonZeroUsize::new(jobs).unwrap_or(NonZeroUsize::MIN))
    }
}

fn baseline(planned: PlannedScenario<'_>) -> Case {
    let mut cases = planned.plan.cases();
    cases.next().expect("a plan begins with its baseline")
}

fn case(tactic: &str, delivery: &str, len: usize) -> Result<Case, OpenError> {
    let delivery: Delivery = delivery.parse()?;
    delivery.fits(len)?;
    let tactic: Tactic = tactic.parse()?;
    Ok(Case { tactic, delivery })
}

fn exchange_part(steps: &[record::KeptStep]) -> ExchangePart {
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let steps = steps.iter().map(|kept| KeptStep {
        step: size(kept.step.into()).wrapping_sub(1),
        payload: kept.payload.map(size),
    });
    ExchangePart {
        steps: steps.collect(),
    }
}

fn check_needs(needs: Option<&Needs>) -> Result<(), OpenError> {
    let (found, most) = match needs {
        None => return Ok(()),
        Some(Needs::EarlierConnections { count }) => (*count, MOST_PLAYS),
        Some(Needs::Repetition { times }) => (*times, MOST_PLAYS),
        Some(Needs::OtherConnections { cases, .. }) if cases.len() > MOST_OTHERS => {
            return Err(OpenError::TooMuch(MOST_OTHERS as u64));
        }
        Some(Needs::OtherConnections { jobs, .. }) => (*jobs, MOST_JOBS),
    };
    if found > most {
        return Err(OpenError::TooMuch(most.into()));
    }
    Ok(())
}

impl Attachments for SavedSuite {
    fn read(&self, path: &Path, most: usize) -> Result<Vec<u8>, String> {
        let mut all = self.attachments.iter();
        let found = all.find(|it| Path::new(&it.path) == path);
        let found = found.ok_or("it is not in the saved case")?;
        let content = hex::decode(&found.hex).map_err(|error| error.to_string())?;
        if content.len() > most {
            return Err(format!("has more than {most} bytes"));
        }
        Ok(content)
    }
}
