//! A peer's last words: few lines, short ones, and nothing that a terminal obeys.
//!
//! Pure: bytes in, text out.

const LINES: usize = 8;
const COLUMNS: usize = 200;

/// The last lines that say something.
pub(super) fn last(printed: &[u8]) -> String {
    // No line that is shown needs more of its bytes than these.
    let near = printed.len().saturating_sub(LINES * COLUMNS * 16);
    let text = String::from_utf8_lossy(&printed[near..]);
    let mut lines: Vec<String> = text
        .lines()
        .rev()
        .filter(|line| !line.trim().is_empty())
        .take(LINES)
        .map(harmless)
        .collect();
    lines.reverse();
    lines.join("\n")
}

/// One line without colours, with every other control character spelt out, cut to
/// a bearable length.
fn harmless(line: &str) -> String {
    let mut shown = String::new();
    let plain = without_colours(line.trim_end());
    for (column, character) in plain.chars().enumerate() {
        if column == COLUMNS {
            shown.push('…');
            break;
        }
        match character {
            '\t' => shown.push(' '),
            c if c.is_control() || turns_text_around(c) => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    shown
}

/// Takes `ESC [ … m` away, which only colours.
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

/// Characters that make text read in another order than it is written.
fn turns_text_around(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_lines_that_say_something_are_shown() {
        let printed: String = (0..20).map(|line| format!("line {line}\n\n")).collect();
        let shown = last(printed.as_bytes());
        assert_eq!(shown.lines().count(), LINES);
        assert!(shown.starts_with("line 12\n") && shown.ends_with("\nline 19"));
    }

    #[test]
    fn a_terminal_obeys_nothing_of_it() {
        let shown = last(b"\x1b[31mred\x1b[0m \x1b[2Jgone \x07\x00\xff \xe2\x80\xae back\r");
        assert_eq!(
            shown,
            "red \\u{1b}[2Jgone \\u{7}\\u{0}\u{fffd} \\u{202e} back"
        );
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let shown = last(&[b'a'; 1 << 20]);
        assert_eq!(shown.chars().count(), COLUMNS + 1);
        assert!(shown.ends_with('…'));
    }

    #[test]
    fn silence_is_empty() {
        assert_eq!(last(b" \n\t\r\n"), "");
    }
}
