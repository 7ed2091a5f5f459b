//! The first and the last lines that a peer printed: few, short, and without control
//! characters. Some languages name the error first, others last.
//!
//! Pure: bytes in, text out.

use wirecheck_report::notation::counted;

/// The first lines, and the last ones, of a longer text.
const FIRST: usize = 4;
const LAST: usize = 4;
const COLUMNS: usize = 200;

/// More bytes than the lines that are shown have.
const NEAR: usize = (FIRST + LAST) * COLUMNS * 16;

/// The first and the last lines that are not blank.
pub(super) fn printable(printed: &[u8]) -> String {
    let near_end = printed.len().saturating_sub(NEAR);
    let start = String::from_utf8_lossy(&printed[..printed.len().min(NEAR)]);
    let end = String::from_utf8_lossy(&printed[near_end..]);
    let lines = |text| str::lines(text).filter(|line| !line.trim().is_empty());
    if near_end == 0 && lines(&end).nth(FIRST + LAST).is_none() {
        return shown(lines(&end));
    }
    let last = lines(&end).count().saturating_sub(LAST);
    let left_out = match near_end {
        0 => format!("… {}", counted((last - FIRST) as u64, "more line")),
        _ => "…".to_owned(),
    };
    let first = shown(lines(&start).take(FIRST));
    let last = shown(lines(&end).skip(last));
    [first, left_out, last].join("\n")
}

fn shown<'t>(lines: impl Iterator<Item = &'t str>) -> String {
    lines.map(printable_line).collect::<Vec<_>>().join("\n")
}

/// One line without colours, with every other control character escaped, cut to [`COLUMNS`].
fn printable_line(line: &str) -> String {
    let mut shown = String::new();
    let plain = without_colours(line.trim_end());
    for (column, character) in plain.chars().enumerate() {
        if column == COLUMNS {
            shown.push('…');
            break;
        }
        match character {
            '\t' => shown.push(' '),
            c if c.is_control() || reverses_text(c) => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    shown
}

/// Removes `ESC [ … m`, which only changes colours.
fn without_colours(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("\x1b[") {
        let code = rest[at + 2..].trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        match code.strip_prefix('m') {
            Some(after) => {
                plain.push_str(&rest[..at]);
                rest = after;
            }
            None => {
                plain.push_str(&rest[..at + 1]);
                rest = &rest[at + 1..];
            }
        }
    }
    plain + rest
}

/// Characters that change the order in which text is shown.
fn reverses_text(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_and_the_last_lines_that_are_not_blank_are_shown() {
        let printed = |count| -> String { (0..count).map(|it| format!("line {it}\n\n")).collect() };
        assert_eq!(
            printable(printed(20).as_bytes()),
            "line 0\nline 1\nline 2\nline 3\n… 12 more lines\nline 16\nline 17\nline 18\nline 19"
        );
        assert_eq!(printable(printed(8).as_bytes()).lines().count(), 8);
        let shown = printable(printed(9_999).as_bytes());
        assert!(shown.starts_with("line 0\n") && shown.ends_with("\nline 9998"));
        assert!(shown.contains("\nline 3\n…\nline 9995\n"), "{shown}");
    }

    #[test]
    fn control_characters_are_escaped_and_colours_removed() {
        let shown = printable(b"\x1b[31mred\x1b[0m \x1b[2Jgone \x07\x00\xff \xe2\x80\xae back\r");
        assert_eq!(
            shown,
            "red \\u{1b}[2Jgone \\u{7}\\u{0}\u{fffd} \\u{202e} back"
        );
    }

    #[test]
    fn a_very_long_line_is_cut() {
        let shown = printable(&[b'a'; 10_000]);
        assert_eq!(shown.chars().count(), COLUMNS + 1);
        assert!(shown.ends_with('…'));
        let shown = printable(&[b'a'; 1 << 20]);
        assert!(
            shown
                .lines()
                .all(|line| line.chars().count() <= COLUMNS + 1)
        );
    }

    #[test]
    fn blank_output_has_no_last_output() {
        assert_eq!(printable(b" \n\t\r\n"), "");
    }
}
