//! The defects found, each once: where, and its explanation from the catalogue.

use maud::{Markup, html};

use super::compared::{Comparison, FoundDefect, defect_id};
use super::outside;
use crate::notation::{counted, printable};
use crate::record::ScenarioRecord;

pub(super) fn defects(comparison: &Comparison<'_>) -> Markup {
    html! {
        @if !comparison.defects.is_empty() {
            section aria-labelledby="defects" {
                h2 #defects { "The defects" }
                @for (number, found) in comparison.defects.iter().enumerate() {
                    (defect(comparison, number, found))
                }
            }
        }
    }
}

fn defect(comparison: &Comparison<'_>, number: usize, found: &FoundDefect<'_>) -> Markup {
    let code = &found.defect.code;
    html! {
        details.defect id=(defect_id(number)) {
            summary {
                h3 { span.code { (outside::name(code)) } " " (outside::name(&found.defect.name)) }
                @if let Some(entry) = found.entry {
                    " " span.muted { (outside::line(&entry.summary)) }
                }
            }
            div.body {
                (places(comparison, code))
                @if let Some(entry) = found.entry { (explanation(&entry.explanation)) }
            }
        }
    }
}

/// The scenarios in which it was found.
fn places(comparison: &Comparison<'_>, code: &str) -> Markup {
    let has = |it: &ScenarioRecord| it.defects.iter().any(|it| it.code == code);
    let found = comparison
        .scenarios()
        .filter(|it| it.present().any(|(_, result)| has(result.scenario)));
    let found: Vec<_> = found.collect();
    html! {
        p.places { "Found in " (counted(found.len() as u64, "scenario")) ":" }
        ul.places {
            @for scenario in found {
                li {
                    a href={ "#" (scenario.id()) } {
                        (outside::name(&format!("{}/{}", scenario.suite.id, scenario.scenario.id)))
                    }
                }
            }
        }
    }
}

/// A part of an explanation.
#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Heading(&'a str),
    Paragraph(Vec<&'a str>),
    /// Without its indentation.
    Code(Vec<&'a str>),
}

fn explanation(text: &str) -> Markup {
    html! {
        @for part in parts(text) {
            @match part {
                Part::Heading(heading) => h4 { (printable(heading)) },
                Part::Paragraph(lines) => p { (outside::with_names(&lines.join(" "))) },
                Part::Code(lines) => pre tabindex="0" { code { (code(&lines)) } },
            }
        }
    }
}

fn code(lines: &[&str]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| printable(line)).collect();
    lines.join("\n")
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut empty = 0;
    for line in text.lines() {
        if line.trim().is_empty() {
            empty += 1;
            continue;
        }
        let code = line.strip_prefix("    ");
        match (parts.last_mut(), code, line.strip_prefix("## ")) {
            (Some(Part::Code(lines)), Some(code), _) => {
                lines.extend(std::iter::repeat_n("", empty));
                lines.push(code);
            }
            (_, Some(code), _) => parts.push(Part::Code(vec![code])),
            (_, _, Some(heading)) => parts.push(Part::Heading(heading)),
            (Some(Part::Paragraph(lines)), ..) if empty == 0 => lines.push(line),
            _ => parts.push(Part::Paragraph(vec![line])),
        }
        empty = 0;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_has_headings_paragraphs_and_code() {
        let text = "One\ntwo.\n\nThree.\n\n## Wrong\n\n    if x:\n\n        y()\n\nLast.";
        let expected = [
            Part::Paragraph(vec!["One", "two."]),
            Part::Paragraph(vec!["Three."]),
            Part::Heading("Wrong"),
            Part::Code(vec!["if x:", "", "    y()"]),
            Part::Paragraph(vec!["Last."]),
        ];
        assert_eq!(parts(text), expected);
    }
}
