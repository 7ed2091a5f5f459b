//! What is wrong with a suite file, and where: errors with carets.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use wirecheck_report::notation::{printable, shortened};

/// An error in a suite, or a note about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub message: String,
    /// The bytes of the file that it is about.
    pub span: Range<usize>,
    /// The text under the carets.
    pub label: String,
    /// How to fix it.
    pub help: Option<String>,
    /// Other places in the file, with a label each.
    pub related: Vec<(Range<usize>, String)>,
}

impl Diagnostic {
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

    /// The same, with the severity of a note.
    #[must_use]
    pub fn as_note(mut self) -> Self {
        self.severity = Severity::Note;
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn related(mut self, span: Range<usize>, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The suite cannot be used.
    Error,
    /// The suite can be used, but its author should know.
    Note,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// For files, pipes and `NO_COLOR`.
    Plain,
    Colour,
}

/// What a file is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileKind {
    #[default]
    Suite,
    /// The settings of a project.
    Config,
}

impl FileKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Suite => "suite",
            Self::Config => "config",
        }
    }
}

/// All errors of one file, a suite or the settings. Its author must fix them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuiteError {
    pub kind: FileKind,
    /// The path of the file, as the user wrote it.
    pub path: String,
    /// The content of the file.
    pub text: String,
    /// In the order of the file; never empty.
    pub diagnostics: Vec<Diagnostic>,
}

/// The most errors of one file that are shown. A file with more of them repeats one
/// mistake.
const MAX_SHOWN: usize = 100;

/// The most bytes that are given to the renderer for one file. A line may be as long as
/// the file, and the renderer reads it once for each error.
const MAX_RENDERED: usize = 16 << 20;

impl SuiteError {
    /// The diagnostics as text, with a blank line between two. Shows the first ones if there
    /// are very many.
    #[must_use]
    pub fn render(&self, style: Style) -> String {
        let renderer = match style {
            Style::Plain => Renderer::plain(),
            Style::Colour => Renderer::styled(),
        };
        let mut parts: Vec<_> = self
            .shown()
            .map(|diagnostic| self.render_one(diagnostic, &renderer))
            .collect();
        let more = self.diagnostics.len() - parts.len();
        if more > 0 {
            parts.push(format!("… and {more} more in {}", printable(&self.path)));
        }
        parts.join("\n\n")
    }

    fn shown(&self) -> impl Iterator<Item = &Diagnostic> {
        let mut left = MAX_RENDERED;
        let diagnostics = self.diagnostics.iter().take(MAX_SHOWN);
        // The first one is always shown.
        diagnostics
            .enumerate()
            .map_while(move |(index, diagnostic)| {
                let takes = self.lines(diagnostic).len();
                let fits = takes <= left;
                left = left.saturating_sub(takes);
                (fits || index == 0).then_some(diagnostic)
            })
    }

    fn render_one(&self, diagnostic: &Diagnostic, renderer: &Renderer) -> String {
        let lines = self.lines(diagnostic);
        let excerpt = Excerpt::of(&self.text[lines.clone()]);
        let rendered = renderer.render(&[self.group(diagnostic, &excerpt)]);
        // The renderer counts the characters of the excerpt.
        let start = self.within_text(&diagnostic.span).start;
        let line = self.line_of(start);
        let place = |column| format!("{}:{line}:{column}", printable(&self.path));
        let shown = place(column(&excerpt.text, excerpt.at(start - lines.start)));
        rendered.replacen(&shown, &place(column(&self.text, start)), 1)
    }

    fn group(&self, diagnostic: &Diagnostic, excerpt: &Excerpt) -> Group<'static> {
        let lines = self.lines(diagnostic);
        let within = |span: &Range<usize>| {
            let span = self.within_text(span);
            excerpt.at(span.start - lines.start)..excerpt.at(span.end - lines.start)
        };
        let primary = AnnotationKind::Primary
            .span(within(&diagnostic.span))
            .label(shown(&diagnostic.label));
        let related = diagnostic.related.iter().map(|(span, label)| {
            AnnotationKind::Context
                .span(within(span))
                .label(shown(label))
        });
        let snippet = Snippet::source(excerpt.text.clone())
            .line_start(self.line_of(lines.start))
            .path(printable(&self.path))
            .annotation(primary)
            .annotations(related);
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Note => Level::NOTE,
        };
        let title = level
            .primary_title(shown(&diagnostic.message))
            .id(self.kind.as_str());
        let group = title.element(snippet);
        match &diagnostic.help {
            Some(help) => group.element(Level::HELP.message(shown(help))),
            None => group,
        }
    }

    /// The number of the line of an offset, from 1.
    fn line_of(&self, offset: usize) -> usize {
        1 + memchr::memchr_iter(b'\n', &self.text.as_bytes()[..offset]).count()
    }

    /// The whole lines that a diagnostic points into. The renderer gets only these, because
    /// it reads all that it gets.
    fn lines(&self, diagnostic: &Diagnostic) -> Range<usize> {
        let mut spans = vec![self.within_text(&diagnostic.span)];
        spans.extend(diagnostic.related.iter().map(|it| self.within_text(&it.0)));
        let first = spans.iter().map(|span| span.start).min().unwrap_or(0);
        let last = spans.iter().map(|span| span.end).max().unwrap_or(0);
        let bytes = self.text.as_bytes();
        let start = memchr::memrchr(b'\n', &bytes[..first]).map_or(0, |at| at + 1);
        let end = memchr::memchr(b'\n', &bytes[last..]);
        start..end.map_or(bytes.len(), |at| last + at + 1)
    }

    /// The span, moved to character boundaries inside the text.
    fn within_text(&self, span: &Range<usize>) -> Range<usize> {
        let is_boundary = |at: &usize| self.text.is_char_boundary(*at);
        let end = span.end.min(self.text.len());
        let start = (0..=span.start.min(end)).rev().find(is_boundary);
        let end = (end..self.text.len()).find(is_boundary);
        start.unwrap_or(0)..end.unwrap_or(self.text.len())
    }
}

/// The column of an offset, in characters, from 1.
fn column(text: &str, offset: usize) -> usize {
    let before = &text[..offset];
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    1 + before[line..].chars().count()
}

/// A part of a message that is not longer than a paragraph, safe to print. It may quote
/// the file.
fn shown(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(printable).collect();
    shortened(&lines.join("\n"), MAX_MESSAGE)
}

/// The most characters of a message, a label or a help.
const MAX_MESSAGE: usize = 600;

/// Source lines, safe to print. Line ends and tabs are left to the renderer.
struct Excerpt {
    text: String,
    /// The end of each escaped character in the original, and how many bytes all escapes
    /// up to there have added.
    growth: Vec<(usize, usize)>,
}

impl Excerpt {
    fn of(lines: &str) -> Self {
        let mut excerpt = Self {
            text: String::with_capacity(lines.len()),
            growth: Vec::new(),
        };
        let mut characters = lines.char_indices().peekable();
        while let Some((at, c)) = characters.next() {
            let ends_line = c == '\r' && characters.peek().is_some_and(|(_, next)| *next == '\n');
            if c.is_ascii_graphic() || matches!(c, ' ' | '\t' | '\n') || ends_line {
                excerpt.text.push(c);
            } else {
                excerpt.push_escaped(c, at + c.len_utf8());
            }
        }
        excerpt
    }

    fn push_escaped(&mut self, c: char, end: usize) {
        self.text += &printable(c.encode_utf8(&mut [0; 4]));
        let added = self.text.len() - end;
        let before = self.growth.last().map_or(0, |(_, added)| *added);
        if added > before {
            self.growth.push((end, added));
        }
    }

    /// An offset of the original lines in the text.
    fn at(&self, offset: usize) -> usize {
        let before = self.growth.partition_point(|(end, _)| *end <= offset);
        let added = before.checked_sub(1).map_or(0, |last| self.growth[last].1);
        offset + added
    }
}

impl fmt::Display for SuiteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Style::Plain))
    }
}

impl std::error::Error for SuiteError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str, spans: impl IntoIterator<Item = Range<usize>>) -> SuiteError {
        let diagnostics = spans.into_iter();
        SuiteError {
            kind: FileKind::Suite,
            path: "suite.toml".to_owned(),
            text: text.to_owned(),
            diagnostics: diagnostics
                .map(|span| Diagnostic::new("wrong", span, "here"))
                .collect(),
        }
    }

    #[test]
    fn the_first_of_very_many_errors_are_shown_and_the_rest_counted() {
        let text = "x\n".repeat(5_000);
        let all = error(&text, (0..5_000).map(|line| 2 * line..2 * line + 1));
        let rendered = all.render(Style::Plain);
        assert_eq!(rendered.matches("error[suite]: wrong").count(), MAX_SHOWN);
        assert!(rendered.contains("suite.toml:100:1"), "{rendered}");
        assert!(
            rendered.ends_with("\n\n… and 4900 more in suite.toml"),
            "{rendered}"
        );
    }

    #[test]
    fn fewer_errors_are_shown_if_their_line_is_very_long() {
        let text = "x".repeat(MAX_RENDERED / 3);
        let all = error(&text, vec![0..1; 50]);
        assert_eq!(all.shown().count(), 3);
        let text = "x".repeat(MAX_RENDERED + 1);
        assert_eq!(error(&text, vec![0..1; 50]).shown().count(), 1);
    }

    #[test]
    fn the_largest_number_of_shown_errors_leaves_none_to_count() {
        let rendered = error("x", vec![0..1; MAX_SHOWN]).render(Style::Plain);
        assert!(!rendered.contains("more in"), "{rendered}");
    }

    #[test]
    fn the_renderer_gets_only_the_lines_of_an_error() {
        let text = "one\ntwo\nthree\nfour\n";
        for (span, lines) in [
            (0..3, "one\n"),
            (4..4, "two\n"),
            (5..9, "two\nthree\n"),
            (14..18, "four\n"),
            (19..19, ""),
            (99..100, ""),
        ] {
            let error = error(text, [span.clone()]);
            let given = error.lines(&error.diagnostics[0]);
            assert_eq!(&text[given], lines, "{span:?}");
        }
        let mut far = error(text, std::iter::once(14..18));
        far.diagnostics[0]
            .related
            .push((4..7, "the first".to_owned()));
        assert_eq!(&text[far.lines(&far.diagnostics[0])], "two\nthree\nfour\n");
    }

    #[test]
    fn a_path_with_control_characters_is_escaped() {
        let error = SuiteError {
            kind: FileKind::Suite,
            path: "a\x1b[31m.toml".to_owned(),
            ..error("x", vec![0..1; MAX_SHOWN + 1])
        };
        let rendered = error.render(Style::Plain);
        assert!(rendered.contains(r"--> a\x1b[31m.toml:1:1"), "{rendered}");
        assert!(rendered.ends_with(r"more in a\x1b[31m.toml"), "{rendered}");
    }

    #[test]
    fn source_lines_and_messages_are_escaped() {
        let text = "id = 'a\u{202e}b\u{200b}c\x07'\r\nx\n";
        let at = text.find('b').expect("it has one");
        let mut error = error(text, std::iter::once(at..at + 1));
        error.diagnostics[0].message = "wrong \x1b]0;title\x07".to_owned();
        error.diagnostics[0].help = Some("drop \u{200b}".to_owned());
        let expected = r"error[suite]: wrong \x1b]0;title\x07
 --> suite.toml:1:9
  |
1 | id = 'a\u{202e}b\u{200b}c\x07'
  |                ^ here
  |
  = help: drop \u{200b}";
        assert_eq!(error.render(Style::Plain), expected);
    }

    #[test]
    fn one_error_is_short_whatever_the_file_has() {
        let text = format!("{} = 1\n", "k".repeat(1 << 20));
        let mut error = error(&text, std::iter::once(0..1 << 20));
        error.diagnostics[0].message = format!("unknown key `{}`", &text[..1 << 20]);
        let rendered = error.render(Style::Plain);
        assert!(rendered.len() < 2_000, "{}", rendered.len());
    }

    #[test]
    fn a_span_inside_a_character_is_shown() {
        for span in [1..1, 0..1, 1..2] {
            let rendered = error("ü\n", [span]).render(Style::Plain);
            assert!(rendered.contains("suite.toml:1:1"), "{rendered}");
        }
    }
}
