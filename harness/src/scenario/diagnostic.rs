//! What is wrong with a suite file, and where: errors with carets.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// One thing that is wrong with a suite, or is to be known about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, in a few words.
    pub message: String,
    /// The bytes of the file that are to blame.
    pub span: Range<usize>,
    /// What is to be said at that place.
    pub label: String,
    /// How to mend it.
    pub help: Option<String>,
    /// Other places that have to do with it.
    pub related: Vec<(Range<usize>, String)>,
}

impl Diagnostic {
    /// An error without help and without other places.
    pub fn new(message: impl Into<String>, span: Range<usize>, label: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            span,
            label: label.into(),
            help: None,
            related: Vec::new(),
        }
    }

    /// The same as a note.
    #[must_use]
    pub fn as_note(mut self) -> Self {
        self.severity = Severity::Note;
        self
    }

    /// Says how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Points to another place that has to do with it.
    #[must_use]
    pub fn related(mut self, span: Range<usize>, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }
}

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The suite cannot be used so.
    Error,
    /// The suite can be used; its author should know.
    Note,
}

/// Whether text is for a terminal that shows colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// No colours: files, pipes, NO_COLOR.
    Plain,
    /// ANSI colours.
    Colour,
}

/// All that is wrong with one suite file. The suite's author is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuiteError {
    /// The file, as it was named.
    pub path: String,
    /// What stood in it.
    pub text: String,
    /// What is wrong with it, in the file's order; never empty.
    pub diagnostics: Vec<Diagnostic>,
}

impl SuiteError {
    /// All diagnostics as text, a blank line between two.
    #[must_use]
    pub fn render(&self, style: Style) -> String {
        let renderer = match style {
            Style::Plain => Renderer::plain(),
            Style::Colour => Renderer::styled(),
        };
        let each = self
            .diagnostics
            .iter()
            .map(|diagnostic| renderer.render(&[self.group(diagnostic)]));
        each.collect::<Vec<_>>().join("\n\n")
    }

    fn group<'a>(&'a self, diagnostic: &'a Diagnostic) -> Group<'a> {
        let primary = AnnotationKind::Primary
            .span(self.within_text(&diagnostic.span))
            .label(diagnostic.label.as_str());
        let related = diagnostic.related.iter().map(|(span, label)| {
            AnnotationKind::Context
                .span(self.within_text(span))
                .label(label.as_str())
        });
        let snippet = Snippet::source(self.text.as_str())
            .path(self.path.as_str())
            .annotation(primary)
            .annotations(related);
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Note => Level::NOTE,
        };
        let title = level.primary_title(diagnostic.message.as_str()).id("suite");
        let group = title.element(snippet);
        match &diagnostic.help {
            Some(help) => group.element(Level::HELP.message(help.as_str())),
            None => group,
        }
    }

    /// A span never leaves the text, whoever made it.
    fn within_text(&self, span: &Range<usize>) -> Range<usize> {
        let end = span.end.min(self.text.len());
        span.start.min(end)..end
    }
}

impl fmt::Display for SuiteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Style::Plain))
    }
}

impl std::error::Error for SuiteError {}
