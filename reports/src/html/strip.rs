//! Where in the stream deliveries fail: a strip for each family with failures, below the
//! regions of the stream.
//!
//! A strip is one drawing, as wide as the page. Each kind of mark has its own height, so
//! that nothing depends on its colour, and the cases are also named in words.

use std::fmt::Write;

use maud::{Markup, html};

use super::outside;
use super::verdict::key;
use crate::notation::{counted, grouped};
use crate::offsets::failures_of;
use crate::record::{FamilyRecord, RegionRecord, ScenarioRecord, StreamRecord, Verdict};
use crate::strip::{Scale, StripMark, failed_of_run, failing_families, marks, named};
use crate::verdict::mark;

/// The most marks of a strip. More would be thinner than a pixel on a phone.
const CELLS: usize = 240;
/// The most regions that are named.
const REGIONS: usize = 8;
/// The height of a drawing, in its own units.
const HEIGHT: u32 = 8;

/// The strips of a scenario; nothing if no failure has an offset.
pub(super) fn strips(scenario: &ScenarioRecord) -> Markup {
    let families: Vec<_> = failing_families(scenario).collect();
    if families.is_empty() || scenario.stream.len == 0 {
        return html! {};
    }
    let scale = Scale::of(scenario.stream.len, CELLS);
    let rows: Vec<_> = families
        .into_iter()
        .map(|family| StripRow::of(scenario, family, scale))
        .collect();
    html! {
        h6 { "Where in the stream it fails" }
        div.strips {
            (region_bar(&scenario.stream, scale))
            @for row in &rows { (row.drawn(scale)) }
        }
        (legend(scale, &rows))
    }
}

struct StripRow<'a> {
    family: &'a FamilyRecord,
    marks: Vec<StripMark>,
    /// The number of offsets that fail.
    failures: u64,
}

impl<'a> StripRow<'a> {
    fn of(scenario: &'a ScenarioRecord, family: &'a FamilyRecord, scale: Scale) -> Self {
        Self {
            family,
            marks: marks(scenario, family, scale),
            failures: failures_of(scenario, family).count() as u64,
        }
    }

    fn drawn(&self, scale: Scale) -> Markup {
        let name = outside::name(&self.family.name);
        let offsets = counted(self.failures, "offset");
        html! {
            span.name { code { (name) } }
            (drawing(scale, &format!("{name} fails at {offsets}"), &self.paths()))
            span.count { (failed_of_run(self.family)) span.vh { " fail" } }
        }
    }

    /// One path for each kind of mark.
    fn paths(&self) -> Vec<StripPath> {
        let kinds = StripMark::ALL.into_iter();
        let kinds = kinds.filter(|kind| *kind != StripMark::Untried);
        let path = |kind: StripMark| StripPath {
            class: class(kind),
            shape: shape(&self.marks, kind, height(kind)),
        };
        kinds.map(path).collect()
    }
}

fn class(mark: StripMark) -> String {
    match mark {
        StripMark::Failed(verdict) => key(verdict),
        StripMark::Passed | StripMark::Untried => "pass".to_owned(),
    }
}

const fn height(mark: StripMark) -> u32 {
    match mark {
        StripMark::Failed(Verdict::Fail) => HEIGHT,
        StripMark::Failed(Verdict::Nonstrict | Verdict::Error) => HEIGHT - 2,
        StripMark::Failed(_) => HEIGHT - 3,
        StripMark::Passed | StripMark::Untried => 1,
    }
}

/// A part of a drawing with one colour.
struct StripPath {
    class: String,
    shape: String,
}

/// One rectangle for each run of cells that are `kind`, at the bottom of the drawing.
fn shape<T: PartialEq>(cells: &[T], kind: T, height: u32) -> String {
    let mut shape = String::new();
    let mut at = 0;
    for run in cells.chunk_by(|one, other| one == other) {
        let width = run.len();
        if run[0] == kind {
            let top = HEIGHT - height;
            write!(shape, "M{at} {top}h{width}v{height}h-{width}z").expect("a String takes all");
        }
        at += width;
    }
    shape
}

fn drawing(scale: Scale, label: &str, paths: &[StripPath]) -> Markup {
    html! {
        svg.strip role="img" aria-label=(label) preserveAspectRatio="none"
            viewBox={ "0 0 " (scale.cells) " " (HEIGHT) } {
            @for path in paths.iter().filter(|it| !it.shape.is_empty()) {
                path.(path.class) d=(path.shape) {}
            }
        }
    }
}

/// The kinds of regions, how each is drawn, and how high. Headers are high, payloads are lower,
/// delimiters are low.
const REGION_KINDS: [(&str, &str, u32); 12] = [
    ("header", "header", 8),
    ("start line", "header", 8),
    ("field name", "header", 8),
    ("field value", "header", 7),
    ("chunk size", "header", 8),
    ("trailer", "header", 7),
    ("first byte", "header", 8),
    ("length", "header", 7),
    ("extended length", "header", 7),
    ("masking key", "header", 6),
    ("payload", "payload", 5),
    ("delimiter", "delimiter", 2),
];

fn region_bar(stream: &StreamRecord, scale: Scale) -> Markup {
    let kinds: Vec<_> = scale
        .regions(&stream.regions)
        .into_iter()
        .map(kind)
        .collect();
    let path = |(name, class, height): (&'static str, &str, u32)| StripPath {
        class: class.to_owned(),
        shape: shape(&kinds, Some(name), height),
    };
    let list = regions(stream);
    html! {
        span.name { "stream" }
        (drawing(scale, "the regions of the stream", &REGION_KINDS.map(path)))
        span.count { (counted(stream.len, "byte")) }
        @if !list.is_empty() { p.regions { (list) } }
    }
}

fn kind(region: Option<&RegionRecord>) -> Option<&'static str> {
    let kind = region?.kind.as_str();
    let mut known = REGION_KINDS.into_iter().map(|(name, ..)| name);
    known.find(|name| *name == kind)
}

/// `header 0–9, payload 10–31`
fn regions(stream: &StreamRecord) -> String {
    let shown = stream.regions.iter().take(REGIONS);
    let shown: Vec<_> = shown.map(|it| outside::name(&named(it))).collect();
    let left_out = stream.regions.len().saturating_sub(REGIONS);
    let more = match left_out {
        0 => String::new(),
        count => format!(" … {} more", grouped(count as u64)),
    };
    shown.join(", ") + &more
}

fn legend(scale: Scale, rows: &[StripRow<'_>]) -> Markup {
    let used = |mark: &StripMark| rows.iter().any(|row| row.marks.contains(mark));
    let each = match scale.each {
        1 => "one mark = one byte".to_owned(),
        each => format!("one mark = {}", counted(each, "byte")),
    };
    html! {
        ul.legend {
            @for kind in StripMark::ALL.into_iter().filter(used) { li { (meaning(kind)) } }
            li { (each) }
        }
    }
}

fn meaning(kind: StripMark) -> Markup {
    html! {
        @match kind {
            StripMark::Failed(verdict) => {
                span.key.(key(verdict)) {} (mark(verdict)) " " (kind.meaning())
            }
            StripMark::Passed => { span.key.pass {} (kind.meaning()) }
            StripMark::Untried => { "blank: " (kind.meaning()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbours_are_one_rectangle() {
        let cells = [1, 1, 0, 1];
        assert_eq!(shape(&cells, 1, 8), "M0 0h2v8h-2zM3 0h1v8h-1z");
        assert_eq!(shape(&cells, 0, 1), "M2 7h1v1h-1z");
        assert_eq!(shape(&cells, 7, 1), "");
    }
}
