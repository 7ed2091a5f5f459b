//! Deliveries to which all peers answer in the same way become one disagreement.

use std::cmp::Reverse;

use super::DisagreementKind;
use super::cell::AnswerCell;

/// One delivery, or one family of them, to which the answers differ.
pub(super) struct Row<'a> {
    pub(super) kind: DisagreementKind,
    pub(super) suite: &'a str,
    pub(super) scenario: &'a str,
    pub(super) tactic: &'a str,
    /// One for each run.
    pub(super) cells: Vec<AnswerCell>,
}

/// Deliveries to which the peers answer in the same different ways.
pub(crate) struct Disagreement<'a> {
    pub(crate) kind: DisagreementKind,
    /// One for each run.
    pub(crate) cells: Vec<AnswerCell>,
    /// In the order of the suites.
    pub(crate) tactics: Vec<DeliveriesOf<'a>>,
}

/// The scenarios in which a tactic leads to a disagreement.
pub(crate) struct DeliveriesOf<'a> {
    pub(crate) tactic: &'a str,
    /// The ids of the suite and the scenario.
    pub(crate) scenarios: Vec<(&'a str, &'a str)>,
}

impl Disagreement<'_> {
    pub(crate) fn deliveries(&self) -> usize {
        self.tactics.iter().map(|it| it.scenarios.len()).sum()
    }

    /// The different answers in the order of the runs, each with the numbers of the runs.
    pub(crate) fn groups(&self) -> Vec<(&AnswerCell, Vec<usize>)> {
        let mut groups: Vec<(&AnswerCell, Vec<usize>)> = Vec::new();
        for (run, cell) in self.cells.iter().enumerate() {
            match groups.iter_mut().find(|(known, _)| *known == cell) {
                Some((_, runs)) => runs.push(run),
                None => groups.push((cell, vec![run])),
            }
        }
        groups
    }
}

/// The most serious first, then those with many deliveries.
pub(super) fn collapsed(rows: Vec<Row<'_>>) -> Vec<Disagreement<'_>> {
    let mut found: Vec<Disagreement<'_>> = Vec::new();
    for row in rows {
        match found.iter_mut().find(|it| it.is_like(&row)) {
            Some(known) => known.add(&row),
            None => found.push(Disagreement::of(row)),
        }
    }
    found.sort_by_key(|it| (it.kind, Reverse(it.deliveries())));
    found
}

impl<'a> Disagreement<'a> {
    fn of(row: Row<'a>) -> Self {
        Self {
            kind: row.kind,
            tactics: vec![DeliveriesOf {
                tactic: row.tactic,
                scenarios: vec![(row.suite, row.scenario)],
            }],
            cells: row.cells,
        }
    }

    fn is_like(&self, row: &Row<'_>) -> bool {
        let mut cells = self.cells.iter().zip(&row.cells);
        self.kind == row.kind && cells.all(|(one, other)| one.is_like(other))
    }

    fn add(&mut self, row: &Row<'a>) {
        for (cell, other) in self.cells.iter_mut().zip(&row.cells) {
            cell.add(other);
        }
        let place = (row.suite, row.scenario);
        match self.tactics.iter_mut().find(|it| it.tactic == row.tactic) {
            Some(known) => known.scenarios.push(place),
            None => self.tactics.push(DeliveriesOf {
                tactic: row.tactic,
                scenarios: vec![place],
            }),
        }
    }
}
