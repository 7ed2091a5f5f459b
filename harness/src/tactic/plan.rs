//! The cases of one scenario.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::headers::{self, HeaderEdit, HeaderEditError, PlacedEdit};
use super::layout::StreamLayout;
use super::points::Points;
use super::random::Segmentations;
use super::rules;
use super::{
    Allowances, Case, Connections, ContentVariation, Delivery, HalfClose, MalformedHeader,
    Neighbours, Offset, Profile, Salt, Script, Seed, ShortSends, Tactic, TacticFamily,
    TacticFilter,
};

/// How much is tried, and what of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanOptions {
    pub profile: Profile,
    /// The seed for random deliveries.
    pub seed: Seed,
    /// Makes the draws of this scenario differ from another's.
    pub salt: Salt,
    /// Which tactics the user asked for.
    pub only: TacticFilter,
}

/// The cases of one scenario.
///
/// A plan stores the offsets that it tries, a few thousand numbers, and makes each case on
/// demand.
///
/// `whole` is always first, even if the user asked only for other tactics, because it is
/// the baseline. [`Plan::selected`] does not count it then.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) layout: Arc<StreamLayout>,
    pub(super) segmentations: Segmentations,
    pub(super) headers: BTreeMap<MalformedHeader, PlacedEdit>,
    pub(super) options: PlanOptions,
    allowances: Allowances,
    points: Points,
    /// The variations of the messages that the framing can carry.
    contents: Vec<ContentVariation>,
    /// The only cases, if they were given and not planned.
    given: Option<Arc<[Case]>>,
    first: BTreeSet<Tactic>,
}

impl Plan {
    /// Fails if an edit is not of a message of this script, or is given twice.
    pub fn new(
        script: &Script,
        allowances: Allowances,
        edits: &[HeaderEdit],
        options: PlanOptions,
    ) -> Result<Self, HeaderEditError> {
        let layout = Arc::new(StreamLayout::of(script, allowances.pipelining));
        Ok(Self {
            points: Points::of(script, &layout, options.profile),
            headers: headers::placed(script, edits)?,
            segmentations: Segmentations::over(Arc::clone(&layout)),
            allowances,
            contents: Vec::new(),
            layout,
            options,
            given: None,
            first: BTreeSet::new(),
        })
    }

    /// Adds these variations of what the messages contain.
    #[must_use]
    pub fn with_contents(self, contents: Vec<ContentVariation>) -> Self {
        Self { contents, ..self }
    }

    /// A plan of these cases instead. The first one is the baseline; one may be there
    /// several times.
    #[must_use]
    pub fn with_cases(self, cases: Vec<Case>) -> Self {
        Self {
            given: Some(cases.into()),
            ..self
        }
    }

    /// Whether the cases were given.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.given.is_some()
    }

    /// Marks cases that are played before the others. Their places in the plan stay.
    #[must_use]
    pub fn playing_first(self, first: BTreeSet<Tactic>) -> Self {
        Self { first, ..self }
    }

    /// Whether any case is played before the others.
    #[must_use]
    pub fn has_first(&self) -> bool {
        !self.first.is_empty()
    }

    /// Whether a case is played before those that are not marked.
    #[must_use]
    pub fn plays_first(&self, tactic: &Tactic) -> bool {
        self.first.contains(tactic)
    }

    /// In the order of their tactics, each tactic once, unless they were given.
    pub fn cases(&self) -> impl Iterator<Item = Case> + Send + '_ {
        let given = self.given.iter().flat_map(|cases| cases.iter().cloned());
        let planned = self.planned_tactics().map(|tactic| Case {
            delivery: rules::delivery(self, &tactic),
            tactic,
        });
        given.chain(planned)
    }

    /// The number of cases. It is cheap: no delivery is made.
    #[must_use]
    pub fn count(&self) -> usize {
        self.tactics().count()
    }

    /// The number of cases that the user asked for: 0 if `--only` matches none.
    #[must_use]
    pub fn selected(&self) -> usize {
        let picked = |tactic: &Tactic| self.options.only.accepts(tactic);
        self.tactics().filter(picked).count()
    }

    pub fn tactics(&self) -> impl Iterator<Item = Tactic> + Send + '_ {
        let given = self.given.iter().flat_map(|cases| cases.iter());
        let given = given.map(|case| case.tactic.clone());
        given.chain(self.planned_tactics())
    }

    /// None if the cases were given.
    fn planned_tactics(&self) -> impl Iterator<Item = Tactic> + Send + '_ {
        let all: &[TacticFamily] = match self.given {
            Some(_) => &[],
            None => &TacticFamily::ALL,
        };
        all.iter()
            .copied()
            .filter(|family| family.profile() <= self.options.profile)
            .filter(|family| {
                *family == TacticFamily::Whole || self.options.only.may_accept(family.as_str())
            })
            .flat_map(|family| self.family(family))
            .filter(|tactic| *tactic == Tactic::Whole || self.options.only.accepts(tactic))
    }

    /// The case of one tactic, even if the profile does not have it. `None` if the tactic is
    /// impossible for this script or forbidden by the protocol.
    #[must_use]
    pub fn case(&self, tactic: &Tactic) -> Option<Case> {
        self.has(tactic).then(|| Case {
            tactic: tactic.clone(),
            delivery: rules::delivery(self, tactic),
        })
    }

    /// The simplest tactic that makes a delivery, even if the profile does not have it.
    #[must_use]
    pub fn tactic_of(&self, delivery: &Delivery) -> Option<Tactic> {
        let end = delivery.delivered();
        let edges = self.layout.edges.as_slice();
        let cuts = delivery.edges().filter(|at| !edges.contains(at));
        let cuts: Vec<_> = cuts.take(3).collect();
        let cut = match cuts.as_slice() {
            [at] => vec![Tactic::Cut(*at), Tactic::JoinedCut(*at), Tactic::Pause(*at)],
            [first, second] => vec![Tactic::Cuts(*first, *second)],
            _ => Vec::new(),
        };
        let simple = [Tactic::Whole, Tactic::Joined, Tactic::Bytes];
        let others = [
            Tactic::Half(end),
            Tactic::Fin(end),
            Tactic::FinAtOnce(end),
            Tactic::Rst(end),
            Tactic::RstAtAccept,
            Tactic::Hold(end),
            Tactic::SlowRead,
            Tactic::Neighbours(Neighbours::Stalled),
            Tactic::Neighbours(Neighbours::Interleaved),
            Tactic::Churn,
        ];
        let contents = self.contents.iter().copied().map(Tactic::Content);
        let mut tactics = simple.into_iter().chain(cut).chain(others).chain(contents);
        tactics.find(|tactic| self.case(tactic).is_some_and(|it| it.delivery == *delivery))
    }

    /// The same bytes and the same end in as few writes as the protocol allows. A `hold`
    /// case is compared with it.
    #[must_use]
    pub fn at_once(&self, delivery: &Delivery) -> Delivery {
        rules::at_once(self, delivery)
    }

    /// Whether the tactic is possible for this script.
    fn has(&self, tactic: &Tactic) -> bool {
        let layout = &*self.layout;
        match tactic {
            Tactic::Whole => true,
            Tactic::SlowRead => self.allowances.short_sends == ShortSends::Shown,
            Tactic::RstAtAccept | Tactic::Churn => match self.allowances.connections {
                Connections::Concurrent | Connections::OneAtATime => true,
                Connections::Several | Connections::ByPeer => false,
            },
            Tactic::Bytes => layout.edges.len() + 1 < layout.end.get(),
            Tactic::Cut(at) | Tactic::Pause(at) => layout.is_new_cut(*at),
            Tactic::Cuts(first, second) => {
                first < second && layout.is_new_cut(*first) && layout.is_new_cut(*second)
            }
            Tactic::Joined => layout.joints().next().is_some(),
            Tactic::JoinedCut(at) => {
                self.has(&Tactic::Joined) && layout.is_inside(*at) && !layout.is_wall(*at)
            }
            Tactic::Random(_) => layout.end > Offset::new(1),
            Tactic::Fin(at) | Tactic::Rst(at) => *at <= layout.end,
            Tactic::Half(at) => self.may_half_close() && *at <= layout.end,
            // With our end a peer may forget the connection, before others say anything to it.
            Tactic::FinAtOnce(at) => {
                self.may_half_close()
                    && self.allowances.connections != Connections::Several
                    && Offset::START < *at
                    && *at <= layout.end
            }
            Tactic::Hold(at) => Offset::new(1) < *at && *at <= layout.end,
            Tactic::Neighbours(neighbours) => self.has_neighbours(*neighbours),
            Tactic::Header(malformed) => self.headers.contains_key(malformed),
            Tactic::Content(variation) => self.contents.contains(variation),
            Tactic::AllCuts(mask) => rules::is_mask(layout, *mask),
        }
    }

    fn may_half_close(&self) -> bool {
        self.allowances.half_close == HalfClose::Allowed
    }

    /// A side that sends nothing cannot be interleaved.
    fn has_neighbours(&self, neighbours: Neighbours) -> bool {
        let sends = self.layout.end > Offset::START;
        match self.allowances.connections {
            Connections::OneAtATime | Connections::Several | Connections::ByPeer => false,
            Connections::Concurrent => neighbours == Neighbours::Stalled || sends,
        }
    }

    /// The tactics of one family that are tried.
    fn family(&self, family: TacticFamily) -> Tactics<'_> {
        let points = &self.points;
        match family {
            TacticFamily::Whole => self.those([Tactic::Whole]),
            TacticFamily::Bytes => self.those([Tactic::Bytes]),
            TacticFamily::Cut => self.each(&points.cuts, Tactic::Cut),
            TacticFamily::Cuts => self.those(pairs(&points.pairs)),
            TacticFamily::Joined => self.those([Tactic::Joined]),
            TacticFamily::JoinedCut => self.each(&points.joined, Tactic::JoinedCut),
            TacticFamily::Random => {
                self.those((0..self.options.profile.draws()).map(Tactic::Random))
            }
            TacticFamily::Fin => self.each(&points.ends, Tactic::Fin),
            TacticFamily::Half => self.each(&points.ends, Tactic::Half),
            TacticFamily::Rst => self.each(&points.ends, Tactic::Rst),
            TacticFamily::FinAtOnce => self.each(&points.ends, Tactic::FinAtOnce),
            TacticFamily::Hold => self.each(&points.holds, Tactic::Hold),
            TacticFamily::Pause => self.each(&points.pauses, Tactic::Pause),
            TacticFamily::RstAtAccept => self.those([Tactic::RstAtAccept]),
            TacticFamily::SlowRead => self.those([Tactic::SlowRead]),
            TacticFamily::Neighbours => {
                self.those([Neighbours::Stalled, Neighbours::Interleaved].map(Tactic::Neighbours))
            }
            TacticFamily::Header => self.those(self.headers.keys().cloned().map(Tactic::Header)),
            TacticFamily::Churn => self.those([Tactic::Churn]),
            TacticFamily::Content => self.those(self.contents.iter().copied().map(Tactic::Content)),
            TacticFamily::AllCuts => self.those(rules::masks(&self.layout).map(Tactic::AllCuts)),
        }
    }

    fn each<'a>(&'a self, points: &'a [Offset], tactic: fn(Offset) -> Tactic) -> Tactics<'a> {
        self.those(points.iter().copied().map(tactic))
    }

    fn those<'a>(
        &'a self,
        tactics: impl IntoIterator<Item = Tactic, IntoIter: Send + 'a>,
    ) -> Tactics<'a> {
        Box::new(tactics.into_iter().filter(|tactic| self.has(tactic)))
    }
}

type Tactics<'a> = Box<dyn Iterator<Item = Tactic> + Send + 'a>;

fn pairs(points: &[Offset]) -> impl Iterator<Item = Tactic> + Send + '_ {
    points.iter().enumerate().flat_map(|(index, first)| {
        let later = points[index + 1..].iter();
        later.map(|second| Tactic::Cuts(*first, *second))
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Pipelining, sample};
    use super::*;

    fn plan(messages: &[(&str, &str, usize)], options: PlanOptions) -> Plan {
        let script = sample::script(messages);
        Plan::new(&script, STRICT, &[], options).expect("no edits, so none is wrong")
    }

    const STRICT: Allowances = Allowances {
        pipelining: Pipelining::Forbidden,
        connections: Connections::OneAtATime,
        short_sends: ShortSends::Shown,
        half_close: HalfClose::Allowed,
    };

    fn quick(messages: &[(&str, &str, usize)]) -> Vec<String> {
        let options = PlanOptions {
            profile: Profile::Quick,
            ..PlanOptions::default()
        };
        let plan = plan(messages, options);
        let cases = plan.cases();
        cases
            .map(|case| format!("{}: {}", case.tactic, case.delivery))
            .collect()
    }

    fn only(pattern: &str) -> PlanOptions {
        PlanOptions {
            only: [pattern.parse().expect("a pattern")].into_iter().collect(),
            ..PlanOptions::default()
        }
    }

    #[test]
    fn a_short_script_is_delivered_in_every_way() {
        let cases = quick(&[("1", "a", 0), ("1", "b", 0)]);
        let fixed: Vec<_> = cases.iter().filter(|c| !c.starts_with("random")).collect();
        assert_eq!(
            fixed,
            [
                "whole: 2x2",
                "bytes: 1x4",
                "cut@1: 1x2,2",
                "cut@3: 2,1x2",
                "joined: 4",
                "joined+cut@1: 1,3",
                "joined+cut@2: 2x2",
                "joined+cut@3: 3,1",
                "fin@0: 0 fin",
                "fin@1: 1 fin",
                "fin@2: 2 fin",
                "fin@3: 2,1 fin",
                "fin@4: 2x2 fin",
                "half@0: 0 half",
                "half@1: 1 half",
                "half@2: 2 half",
                "half@3: 2,1 half",
                "half@4: 2x2 half",
                "rst@0: 0 rst",
                "rst@1: 1 rst",
                "rst@2: 2 rst",
                "rst@3: 2,1 rst",
                "rst@4: 2x2 rst",
            ]
        );
        assert_eq!(cases.len(), fixed.len() + 8);
    }

    #[test]
    fn a_side_that_sends_nothing_still_closes_and_reads() {
        let cases = quick(&[]);
        assert_eq!(
            cases,
            ["whole: 0", "fin@0: 0 fin", "half@0: 0 half", "rst@0: 0 rst"]
        );
        let plan = plan(&[], PlanOptions::default());
        let standard: Vec<_> = plan.tactics().map(|tactic| tactic.to_string()).collect();
        assert_eq!(
            standard,
            [
                "whole",
                "fin@0",
                "half@0",
                "rst@0",
                "rst@accept",
                "slow-read"
            ]
        );
    }

    #[test]
    fn without_half_close_no_answer_is_expected_after_the_end_of_the_stream() {
        let script = sample::script(&[("1", "a", 0), ("1", "b", 0)]);
        let allowances = Allowances {
            half_close: HalfClose::Forbidden,
            ..STRICT
        };
        let plan = Plan::new(&script, allowances, &[], PlanOptions::default());
        let plan = plan.expect("no edits, so none is wrong");
        let names: Vec<_> = plan.tactics().map(|tactic| tactic.to_string()).collect();
        let begins = |prefix: &str| names.iter().any(|name| name.starts_with(prefix));
        assert!(begins("fin@") && begins("rst@"), "{names:?}");
        assert!(!begins("half@") && !begins("fin+@"), "{names:?}");
    }

    #[test]
    fn the_tactic_of_a_delivery_makes_this_delivery() {
        let plan = plan(&[("1", "ab", 0), ("1", "c", 0)], PlanOptions::default());
        for case in plan.cases() {
            let tactic = plan.tactic_of(&case.delivery);
            let made = tactic.as_ref().and_then(|tactic| plan.case(tactic));
            match case.tactic {
                Tactic::Random(_) => assert!(made.is_none_or(|it| it.delivery == case.delivery)),
                _ => assert_eq!(made.map(|it| it.delivery), Some(case.delivery)),
            }
        }
    }

    #[test]
    fn the_baseline_always_runs() {
        let plan = plan(&[("1", "ab", 0)], only("cut@*"));
        let ids: Vec<_> = plan.tactics().map(|tactic| tactic.to_string()).collect();
        assert_eq!(ids, ["whole", "cut@1", "cut@2"]);
        assert_eq!((plan.count(), plan.selected()), (3, 2));
    }

    #[test]
    fn a_glob_that_matches_nothing_selects_no_case() {
        let plan = plan(&[("1", "ab", 0)], only("header:*"));
        assert_eq!((plan.count(), plan.selected()), (1, 0));
    }

    #[test]
    fn an_impossible_tactic_is_not_a_case() {
        let plan = plan(&[("1", "a", 0), ("1", "b", 1)], PlanOptions::default());
        for id in [
            "cut@0",
            "cut@2",
            "cut@4",
            "cuts@3,1",
            "joined",
            "joined+cut@1",
            "fin@5",
            "fin+@0",
            "hold@1",
            "header:negative",
            "neighbours:stalled",
            "all-cuts@0",
            "all-cuts@8",
        ] {
            let tactic = id.parse().expect(id);
            assert_eq!(plan.case(&tactic), None, "{id}");
        }
        for id in [
            "cut@1",
            "cuts@1,3",
            "fin@4",
            "random@600",
            "all-cuts@2",
            "churn",
        ] {
            let tactic = id.parse().expect(id);
            assert!(plan.case(&tactic).is_some(), "{id}");
        }
    }

    #[test]
    fn given_cases_are_the_only_ones() {
        let whole = plan(&[("1", "ab", 0)], PlanOptions::default());
        let baseline = whole.cases().next().expect("the baseline is first");
        let cases = vec![baseline; 3];
        let given = whole.with_cases(cases.clone());
        assert_eq!(given.cases().collect::<Vec<_>>(), cases);
        assert_eq!((given.count(), given.selected()), (3, 3));
    }

    #[test]
    fn a_hold_is_compared_with_as_few_writes_as_allowed() {
        let plan = plan(
            &[("1", "a", 0), ("1", "b", 0), ("1", "c", 1)],
            PlanOptions::default(),
        );
        let held = plan.case(&Tactic::Hold(Offset::new(5))).expect("a case");
        assert_eq!(held.delivery.to_string(), "1x5 hold");
        assert_eq!(plan.at_once(&held.delivery).to_string(), "4,1 hold");
    }
}
