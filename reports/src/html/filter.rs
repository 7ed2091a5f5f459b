//! The form that filters the scenarios, and the data that the script filters by.
//!
//! The form is hidden until the script shows it. It reads the data attributes of the
//! sections of the scenarios; a row of a matrix names its section in `data-for`.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::compared::{ComparedScenario, Comparison, failing_families};
use super::outside;
use super::verdict::key;
use crate::notation::shortened;
use crate::record::{ScenarioRecord, Verdict};
use crate::verdict::{mark, rank, word};

/// The most characters of each text that can be searched for.
const SEARCHED: usize = 300;

/// What the script compares with the form, for one scenario. Each name is on a line of its
/// own, because it may have spaces.
pub(super) struct FilterData {
    /// The verdicts of all runs.
    pub(super) verdicts: String,
    /// The codes of the defects found in any run.
    pub(super) defects: String,
    /// The families that fail in any run.
    pub(super) families: String,
    /// In lower case.
    pub(super) text: String,
}

impl FilterData {
    pub(super) fn of(scenario: &ComparedScenario<'_>) -> Self {
        let (mut verdicts, mut defects) = (BTreeSet::new(), BTreeSet::new());
        let mut families = BTreeSet::new();
        for (_, result) in scenario.present() {
            verdicts.insert(key(result.scenario.verdict));
            let codes = result.scenario.defects.iter();
            defects.extend(codes.map(|it| outside::name(&it.code)));
            let failing = failing_families(result.scenario);
            families.extend(failing.into_keys().map(outside::name));
        }
        Self {
            verdicts: joined(verdicts),
            defects: joined(defects),
            families: joined(families),
            text: searched(scenario),
        }
    }
}

fn joined(words: BTreeSet<String>) -> String {
    words.into_iter().collect::<Vec<_>>().join("\n")
}

fn searched(scenario: &ComparedScenario<'_>) -> String {
    let id = format!("{}/{}", scenario.suite.id, scenario.scenario.id);
    let it = scenario.scenario;
    let mut texts = vec![id, it.title.clone(), scenario.suite.title.clone()];
    texts.extend(it.why.iter().chain(&it.spec).cloned());
    let defects = scenario.present().flat_map(|(_, it)| &it.scenario.defects);
    let defects: BTreeSet<_> = defects
        .map(|it| format!("{} {}", it.code, it.name))
        .collect();
    texts.extend(defects);
    let texts = texts.iter().map(|text| shortened(text, SEARCHED));
    let texts: Vec<_> = texts.map(|text| outside::prose(&text)).collect();
    texts.join("\n").to_lowercase()
}

/// What can be chosen: the value, and what a user reads.
type Choices = BTreeMap<String, String>;

pub(super) fn filter(comparison: &Comparison<'_>) -> Markup {
    let mut families = Choices::new();
    for result in results(comparison) {
        let names = failing_families(result).into_keys().map(outside::name);
        families.extend(names.map(|name| (name.clone(), name)));
    }
    let defects = comparison.defects.iter().map(|found| {
        let (code, name) = (&found.defect.code, &found.defect.name);
        let shown = outside::name(&format!("{code} {name}"));
        (outside::name(code), shown)
    });
    let scenarios = comparison.scenarios().count();
    html! {
        form #filter role="search" aria-label="Filter the scenarios" hidden {
            label.wide { span { "Search" } input #text type="search" name="text" placeholder="Search" autocomplete="off"; }
            (choice("verdict", "Verdict", verdicts(comparison).into_iter()))
            (choice("defect", "Defect", defects))
            (choice("tactic", "Fails under", families.into_iter()))
            button type="reset" { "Reset" }
            p #count role="status" aria-live="polite" data-all=(scenarios) {}
        }
    }
}

fn results<'c>(comparison: &'c Comparison<'_>) -> impl Iterator<Item = &'c ScenarioRecord> {
    comparison
        .scenarios()
        .flat_map(|it| it.present().map(|(_, result)| result.scenario))
}

/// The verdicts that a scenario has in any run, the most serious first.
fn verdicts(comparison: &Comparison<'_>) -> Vec<(String, String)> {
    let mut present: Vec<Verdict> = Vec::new();
    for result in results(comparison) {
        if !present.contains(&result.verdict) {
            present.push(result.verdict);
        }
    }
    present.sort_by_key(|verdict| rank(*verdict));
    let shown = |verdict| (key(verdict), format!("{} {}", mark(verdict), word(verdict)));
    present.into_iter().map(shown).collect()
}

fn choice(id: &str, label: &str, choices: impl Iterator<Item = (String, String)>) -> Markup {
    html! {
        label {
            span { (label) }
            select id=(id) name=(id) {
                option value="" { "any " (id) }
                @for (value, shown) in choices { option value=(value) { (shown) } }
            }
        }
    }
}
