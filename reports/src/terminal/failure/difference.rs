//! The expected and the actual bytes, with a mark below the first difference.

use anstyle::Style;

use crate::difference::{FirstDifference, bytes_in, lengths};
use crate::notation::{Glyph, glyphs, printable};
use crate::record::{Bytes, FindingRecord, LabelledBytes};
use crate::terminal::line::StyledLine;
use crate::terminal::page::Page;
use crate::terminal::style::{BAD, DIM, GOOD};
use crate::terminal::width::{columns, without_middle};

/// The most columns of a label.
const LABEL: usize = 24;

/// Adds nothing for a finding without expected or actual bytes.
pub(super) fn difference(page: &mut Page, finding: &FindingRecord) {
    let (expected, actual) = (finding.expected.as_ref(), finding.actual.as_ref());
    let labels = [expected, actual].into_iter().flatten().map(label_of);
    let widest = labels.map(|label| columns(&label)).max().unwrap_or(0);
    let place = page.margin() + widest + 3;
    let comparison = Comparison::of(expected, actual, page.width().after(place));
    let mut value = |label, shown: &LabelledBytes, style| {
        let line = page.label(label).plain(label_of(shown)).at(place);
        page.line(line.then(comparison.line(&shown.bytes, style)));
    };
    if let Some(expected) = expected {
        value("expected", expected, GOOD);
    }
    match (expected, actual) {
        (_, Some(actual)) => value("actual", actual, BAD),
        (Some(_), None) => page.line(page.label("actual").at(place).styled(BAD, "nothing")),
        (None, None) => {}
    }
    if actual.is_some_and(|actual| actual.bytes.len == 0) {
        return;
    }
    if let Some(caret) = comparison.caret() {
        page.line(StyledLine::new().at(place).then(caret));
    } else if let Some(lengths) = lengths(finding) {
        page.line(StyledLine::new().at(place).styled(BAD, lengths));
    }
}

fn label_of(shown: &LabelledBytes) -> String {
    without_middle(&printable(&shown.label), LABEL)
}

/// Two values, and the part of both that is shown.
struct Comparison {
    available: usize,
    difference: Option<Difference>,
}

/// The first difference in the bytes that were kept.
struct Difference {
    glyph: usize,
    /// The first glyph that is shown.
    from: usize,
    /// Counted from the first column of the values.
    column: usize,
    text: String,
}

impl Comparison {
    fn of(
        expected: Option<&LabelledBytes>,
        actual: Option<&LabelledBytes>,
        available: usize,
    ) -> Self {
        let both = expected.zip(actual);
        Self {
            available,
            difference: both
                .and_then(|(expected, actual)| Difference::between(expected, actual, available)),
        }
    }

    /// The part of a value that fits. What follows the first difference has a style.
    fn line(&self, bytes: &Bytes, style: Style) -> StyledLine {
        let glyphs = glyphs(&bytes.kept());
        if bytes.len == 0 {
            return StyledLine::new().styled(DIM, "nothing");
        }
        let difference = self.difference.as_ref();
        let from = difference.map_or(0, |it| it.from);
        let different = difference.map_or(glyphs.len(), |it| it.glyph.min(glyphs.len()));
        let mut line = StyledLine::new();
        if from > 0 || bytes.from > 0 {
            line = line.styled(DIM, "…");
        }
        line = line
            .plain(text_of(&glyphs[from.min(different)..different]))
            .styled(style, text_of(&glyphs[different..]));
        if bytes.len > bytes.from + bytes_in(&glyphs) {
            line = line.styled(DIM, "…");
        }
        line.cut(self.available)
    }

    /// The mark below the first difference, with its text on the side where it fits.
    fn caret(&self) -> Option<StyledLine> {
        let Difference { column, text, .. } = self.difference.as_ref()?;
        let fits_right = column + 2 + text.len() <= self.available;
        let (at, marked) = if fits_right {
            (*column, format!("^ {text}"))
        } else {
            (column.saturating_sub(text.len() + 1), format!("{text} ^"))
        };
        Some(StyledLine::new().at(at).styled(BAD, marked))
    }
}

impl Difference {
    /// `None` if the values are equal as far as they were kept.
    fn between(expected: &LabelledBytes, actual: &LabelledBytes, available: usize) -> Option<Self> {
        let FirstDifference { glyph, text } = FirstDifference::between(expected, actual)?;
        let values = [expected, actual].map(|value| glyphs(&value.bytes.kept()));
        let common = &values[0][..glyph];
        let fits = values.iter().all(|glyphs| wide(glyphs) <= available);
        let from = if fits { 0 } else { start(common, available) };
        Some(Self {
            glyph,
            from,
            column: usize::from(from > 0 || expected.bytes.from > 0) + wide(&common[from..]),
            text,
        })
    }
}

/// The first glyph to show, so that a third of the columns comes before the difference.
fn start(common: &[Glyph], available: usize) -> usize {
    if wide(common) <= available * 2 / 3 {
        return 0;
    }
    let mut before = 0;
    let last_left_out = common.iter().rposition(|glyph| {
        before += columns(&glyph.written);
        before > available / 3
    });
    last_left_out.map_or(0, |index| index + 1)
}

fn text_of(glyphs: &[Glyph]) -> String {
    glyphs.iter().map(|glyph| glyph.written.as_str()).collect()
}

fn wide(glyphs: &[Glyph]) -> usize {
    glyphs.iter().map(|glyph| columns(&glyph.written)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::ValueForm;
    use crate::terminal::width::TerminalWidth;

    /// The lines of a comparison, without styles.
    fn lines(expected: &[u8], actual: &[u8]) -> Vec<String> {
        let shown = |bytes| {
            Some(LabelledBytes {
                label: "server".to_owned(),
                form: ValueForm::Exact,
                bytes: Bytes::of(bytes),
            })
        };
        shown_lines(shown(expected), shown(actual))
    }

    fn shown_lines(expected: Option<LabelledBytes>, actual: Option<LabelledBytes>) -> Vec<String> {
        let finding = FindingRecord {
            kind: "wrong-answer".to_owned(),
            what: String::new(),
            died: None,
            expected,
            actual,
            line: None,
        };
        let mut page = Page::new(TerminalWidth::LEAST).indented(2);
        difference(&mut page, &finding);
        let text = anstream::adapter::strip_str(&page.into_text()).to_string();
        text.lines().map(str::to_owned).collect()
    }

    /// The character above the caret in a line.
    fn marked(line: &str, caret: &str) -> Option<char> {
        let column = columns(caret.split('^').next()?);
        let mut at = 0;
        line.chars().find(|c| {
            at += columns(&c.to_string());
            at > column
        })
    }

    #[test]
    fn the_caret_is_below_the_first_difference() {
        let cases: [(&str, &str, char, char); 7] = [
            ("HELLO", "HELP", 'L', 'P'),
            ("日本語A", "日本語B", 'A', 'B'),
            ("a\u{1b}\nx", "a\u{1b}\ny", 'x', 'y'),
            ("👨‍👩‍👧 A", "👨‍👩‍👧 B", 'A', 'B'),
            ("👍🏽A", "👍🏽B", 'A', 'B'),
            (&"x日".repeat(60), &"x日".repeat(59), 'x', ' '),
            (
                &("é".repeat(100) + "A"),
                &("é".repeat(100) + "BB"),
                'A',
                'B',
            ),
        ];
        for (expected, actual, one, other) in cases {
            let lines = lines(expected.as_bytes(), actual.as_bytes());
            assert_eq!(marked(&lines[0], &lines[2]), Some(one), "{lines:#?}");
            assert_eq!(
                marked(&lines[1], &lines[2]).unwrap_or(' '),
                other,
                "{lines:#?}"
            );
        }
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let long = "日本語 ".repeat(200);
        for at in [0, 3, 60, 300, 511, 700] {
            let mut other = long.clone().into_bytes();
            other[at] = b'!';
            for line in lines(long.as_bytes(), &other) {
                assert!(columns(&line) <= 60, "{line}");
            }
        }
    }

    #[test]
    fn a_difference_beyond_the_bytes_that_are_kept_of_the_start_is_shown() {
        let (mut expected, mut actual) = (vec![b'a'; 2_000], vec![b'a'; 2_000]);
        (expected[1_500], actual[1_500]) = (b'x', b'y');
        let shown = |bytes: &[u8]| {
            Some(LabelledBytes {
                label: "server".to_owned(),
                form: ValueForm::Exact,
                bytes: Bytes::around(bytes, 1_500),
            })
        };
        let lines = shown_lines(shown(&expected), shown(&actual));
        assert!(lines[2].contains("differs at byte 1 500"), "{lines:#?}");
        assert_eq!(marked(&lines[0], &lines[2]), Some('x'), "{lines:#?}");
        assert_eq!(marked(&lines[1], &lines[2]), Some('y'), "{lines:#?}");
    }

    #[test]
    fn a_pattern_is_not_compared_byte_by_byte() {
        let expected = Some(LabelledBytes {
            label: "server matches".to_owned(),
            form: ValueForm::Pattern,
            bytes: Bytes::of(b"id=[0-9]+"),
        });
        let actual = Some(LabelledBytes {
            label: "server".to_owned(),
            form: ValueForm::Exact,
            bytes: Bytes::of(b"id=x"),
        });
        let lines = shown_lines(expected, actual);
        assert_eq!(lines.len(), 2, "{lines:#?}");
        assert!(
            lines[0].ends_with("server matches   id=[0-9]+"),
            "{lines:#?}"
        );
        assert!(lines[1].ends_with("server           id=x"), "{lines:#?}");
    }

    #[test]
    fn an_incomplete_character_differs_from_a_complete_one() {
        let lines = lines("café".as_bytes(), b"caf\xc3");
        assert!(lines[1].ends_with(r"caf\xc3"), "{lines:#?}");
        assert!(lines[2].ends_with("^ differs at byte 3"), "{lines:#?}");
    }

    #[test]
    fn a_value_that_is_too_short_or_too_long_is_marked() {
        assert!(lines(b"Welcome", b"We")[2].ends_with("^ ends after 2 bytes"));
        assert!(lines(b"We", b"Welcome")[2].ends_with("^ 5 extra bytes"));
        assert!(lines(b"We", b"")[1].ends_with("nothing"));
    }

    #[test]
    fn values_that_are_equal_as_far_as_kept_differ_in_length() {
        let lines = lines(&[b'a'; 2_000], &[b'a'; 1_600]);
        assert!(
            lines[2].ends_with("1 600 bytes instead of 2 000"),
            "{lines:#?}"
        );
    }
}
