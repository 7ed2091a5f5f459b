//! The last lines that a peer printed: few, short, and without control characters.
//!
//! Pure: bytes in, text out.

const LINES: usize = 8;
const COLUMNS: usize = 200;

/// The last lines that are not blank.
pub(super) fn printable(printed: &[u8]) -> String {
    // More bytes than the lines that are shown have.
    let near = printed.len().saturating_sub(LINES * COLUMNS * 16);
    let text = String::from_utf8_lossy(&printed[near..]);
    let mut lines: Vec<String> = text
        .lines()
        .rev()
        .filter(|line| !line.trim().is_empty())
        .take(LINES)
        .map(printable_line)
        .collect();
    lines.reverse();
    lines.join("\n")
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
    fn only_the_last_lines_that_are_not_blank_are_shown() {
        let printed: String = (0..20).map(|line| format!("line {line}\n\n")).collect();
        let shown = printable(printed.as_bytes());
        assert_eq!(shown.lines().count(), LINES);
        assert!(shown.starts_with("line 12\n") && shown.ends_with("\nline 19"));
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
        let shown = printable(&[b'a'; 1 << 20]);
        assert_eq!(shown.chars().count(), COLUMNS + 1);
        assert!(shown.ends_with('…'));
    }

    #[test]
    fn blank_output_has_no_last_output() {
        assert_eq!(printable(b" \n\t\r\n"), "");
    }
}
