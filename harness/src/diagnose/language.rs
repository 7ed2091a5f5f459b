//! The languages of the code in explanations, and an explanation for some of them.

/// A programming language in which explanations show code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Python,
    JavaScript,
    Go,
    Rust,
}

impl Language {
    pub const ALL: [Self; 4] = [Self::Python, Self::JavaScript, Self::Go, Self::Rust];

    /// `JavaScript`
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::JavaScript => "JavaScript",
            Self::Go => "Go",
            Self::Rust => "Rust",
        }
    }

    /// The language of the code block that this line begins.
    fn of_fence(line: &str) -> Option<Self> {
        let tag = line.strip_prefix("```")?;
        Self::ALL
            .into_iter()
            .find(|language| language.name().eq_ignore_ascii_case(tag))
    }

    /// The only language that a paragraph is about: it begins with `Go: `.
    fn of_paragraph(line: &str) -> Option<Self> {
        let (name, _) = line.split_once(": ")?;
        Self::ALL
            .into_iter()
            .find(|language| language.name() == name)
    }
}

/// The parts of an explanation that are about these languages, or about all. Code is indented
/// instead of fenced, and has the name of its language above it if there are several.
#[must_use]
pub(super) fn in_languages(explanation: &str, languages: &[Language]) -> String {
    let blocks = blocks(explanation).into_iter();
    let shown = blocks.filter(|block| block.language.is_none_or(|it| languages.contains(&it)));
    let mut shown = shown.peekable();
    let mut text = String::new();
    while let Some(block) = shown.next() {
        if block.is_heading() && shown.peek().is_none_or(Block::is_heading) {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        if let (Some(language), true, true) = (block.language, block.is_code, languages.len() > 1) {
            text.push_str(&format!("{}:\n\n", language.name()));
        }
        for line in &block.lines {
            let indent = if block.is_code && !line.is_empty() {
                "    "
            } else {
                ""
            };
            text.push_str(&format!("{indent}{line}\n"));
        }
    }
    text
}

/// A paragraph, a heading or a code block. Empty lines separate them.
struct Block<'a> {
    language: Option<Language>,
    is_code: bool,
    lines: Vec<&'a str>,
}

impl Block<'_> {
    fn is_heading(&self) -> bool {
        self.lines
            .first()
            .is_some_and(|line| line.starts_with("## "))
    }
}

fn blocks(explanation: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut lines = explanation.lines();
    while let Some(first) = lines.by_ref().find(|line| !line.is_empty()) {
        let is_code = first.starts_with("```");
        let ends = |line: &&str| {
            if is_code {
                *line == "```"
            } else {
                line.is_empty()
            }
        };
        let rest = lines.by_ref().take_while(|line| !ends(line));
        let first_of_text = (!is_code).then_some(first);
        blocks.push(Block {
            language: Language::of_fence(first).or_else(|| Language::of_paragraph(first)),
            is_code,
            lines: first_of_text.into_iter().chain(rest).collect(),
        });
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
It is so.
In two lines.

## Wrong

```python
one()

two()
```

```go
one()
```

Rust: it cannot be so.

## Right

Never do it.
";

    #[test]
    fn only_the_code_of_the_language_is_shown() {
        let expected = "\
It is so.
In two lines.

## Wrong

    one()

    two()

## Right

Never do it.
";
        assert_eq!(in_languages(TEXT, &[Language::Python]), expected);
    }

    #[test]
    fn a_paragraph_about_another_language_is_not_shown() {
        let about_it = "Rust: it cannot be so.";
        assert!(in_languages(TEXT, &[Language::Rust]).contains(about_it));
        assert!(!in_languages(TEXT, &[Language::Go]).contains(about_it));
    }

    #[test]
    fn a_section_without_anything_has_no_heading() {
        let text = "## Wrong\n\n```go\none()\n```\n\n## Right\n\nNever do it.\n";
        let shown = in_languages(text, &[Language::Rust]);
        assert_eq!(shown, "## Right\n\nNever do it.\n");
    }

    #[test]
    fn with_several_languages_each_code_has_the_name_of_its_own() {
        let text = in_languages(TEXT, &Language::ALL);
        assert!(text.contains("\nPython:\n\n    one()\n\n    two()\n\nGo:\n\n    one()\n"));
        assert_eq!(text.matches("Rust:").count(), 1);
    }
}
