//! The code in the texts of `wirecheck explain`: the marked parts of the peers.

use std::fs;

use wirecheck_tests::root;

use crate::language::{LANGUAGES, Language};
use crate::matrix::Defect;

const BEGIN: &str = "explain: begin";
const END: &str = "explain: end";
const FENCE: &str = "```";

/// The text with the code of the peers in place of its own. Code in a language without peers and
/// what follows the first code of a section are kept.
pub(crate) fn with_snippets(text: &str, defect: &Defect) -> String {
    let wrong = with_code(text, "## Wrong\n", defect, "broken");
    with_code(&wrong, "## Right\n", defect, "fixed")
}

fn with_code(text: &str, heading: &str, defect: &Defect, kind: &str) -> String {
    let (before, section) = text.split_once(heading).expect("it has this section");
    let (mut blocks, rest) = leading_blocks(section);
    for language in LANGUAGES.iter().filter(|it| defect.is_written_in(it)) {
        let snippet = snippet(defect, kind, language);
        match blocks.iter_mut().find(|it| it.starts_with(&head(language))) {
            Some(block) => *block = snippet,
            None => blocks.push(snippet),
        }
    }
    let place = |block: &String| LANGUAGES.iter().position(|it| block.starts_with(&head(it)));
    blocks.sort_by_key(|block| place(block).unwrap_or(usize::MAX));
    format!("{before}{heading}\n{}\n{rest}", blocks.join("\n"))
}

/// The blocks of code before anything else, and what follows.
fn leading_blocks(section: &str) -> (Vec<String>, &str) {
    let mut blocks = Vec::new();
    let mut rest = section.trim_start();
    while rest.starts_with(FENCE) {
        let end = rest.match_indices("\n```\n").next();
        let (end, mark) = end.expect("a block of code has an end");
        let (block, after) = rest.split_at(end + mark.len());
        blocks.push(block.to_owned());
        rest = after.trim_start();
    }
    (blocks, rest)
}

fn head(language: &Language) -> String {
    format!("{FENCE}{}\n", language.tag)
}

fn snippet(defect: &Defect, kind: &str, language: &Language) -> String {
    let file = defect.file(kind, language);
    let source = fs::read_to_string(root().join(&file)).expect("it exists");
    let lines = marked_lines(&source);
    assert!(!lines.is_empty(), "{} marks no lines", file.display());
    format!("{}{}\n{FENCE}\n", head(language), lines.join("\n"))
}

/// The lines between the marks, each part without its own indentation and with an empty line
/// between two parts.
fn marked_lines(source: &str) -> Vec<String> {
    let mut parts: Vec<Vec<&str>> = Vec::new();
    let mut is_inside = false;
    for line in source.lines() {
        if line.contains(BEGIN) {
            parts.push(Vec::new());
            is_inside = true;
        } else if line.contains(END) {
            is_inside = false;
        } else if is_inside {
            let part = parts.last_mut().expect("a part has begun");
            part.push(line);
        }
    }
    assert!(!is_inside, "the last part has no end");
    let parts: Vec<_> = parts.iter().map(|part| without_indentation(part)).collect();
    parts.join(&String::new())
}

/// A tab, as Go has them, is shown as four columns.
fn without_indentation(lines: &[&str]) -> Vec<String> {
    let lines = lines.iter().map(|line| line.replace('\t', "    "));
    let lines: Vec<_> = lines.collect();
    let used = lines.iter().filter(|line| !line.trim().is_empty());
    let indentation = used.map(|line| line.len() - line.trim_start().len());
    let indentation = indentation.min().unwrap_or(0);
    let shown = lines.iter().map(|line| line.get(indentation..));
    shown
        .map(|line| line.unwrap_or_default().to_owned())
        .collect()
}
