//! A report as one page of HTML.
//!
//! A [`ReportInput`] comes in; a whole document comes out, with its style and its script
//! inside. It refers to nothing outside itself: it opens from a disk, and its policy forbids
//! the network. All content is there without the script, which only filters and opens.
//!
//! Text from outside passes through `outside`, which bounds it and escapes what a page
//! would interpret as a direction or as nothing; maud escapes the rest. It is never put into
//! the style, the script or an id.
//!
//! This module does no I/O and reads neither the environment nor the clock: the same input
//! gives the same bytes.

mod command;
mod compared;
mod defects;
mod difference;
mod disagreement;
mod facts;
mod failure;
mod filter;
mod ladder;
mod matrix;
mod outside;
mod scenario;
mod strip;
mod summary;
mod verdict;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::render::ReportInput;
use compared::Comparison;

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// Allows this style and this script, by their hashes, and nothing else. A test says how
/// it must read.
const POLICY: &str = "default-src 'none'; \
    style-src 'sha256-OXXVTbVHrLlsz+VeH1V95weKN8qbm8bZd5jo56rIFl4='; \
    script-src 'sha256-mHeAwN4OU7mXUXsSb5C7vWv4QdyJ2nlxXQWZl3rdUzY='; \
    base-uri 'none'; form-action 'none'";

/// The report as one document.
#[must_use]
pub fn render(input: ReportInput<'_>) -> String {
    let comparison = Comparison::of(input);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (head(&comparison))
            body { (body(&comparison)) }
        }
    };
    page.into_string()
}

fn head(comparison: &Comparison<'_>) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(POLICY);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (summary::title(comparison)) }
            style { (PreEscaped(STYLE)) }
        }
    }
}

fn body(comparison: &Comparison<'_>) -> Markup {
    html! {
        a.skip href="#scenarios" { "Skip to the scenarios" }
        header { (summary::summary(comparison)) }
        main {
            @if comparison.single().is_some() { (facts::facts(comparison)) }
            (filter::filter(comparison))
            (matrix::matrix(comparison))
            (disagreement::disagreements(comparison))
            (scenario::scenarios(comparison))
            (defects::defects(comparison))
            @if comparison.single().is_none() { (facts::facts(comparison)) }
        }
        script { (PreEscaped(SCRIPT)) }
    }
}

#[cfg(test)]
mod tests;
