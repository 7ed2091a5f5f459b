//! `wirecheck explain`: describes a defect of the catalogue, or a tactic.

use std::io::Write;

use anstyle::Style;

use super::args::{CodeLanguage, ExplainArgs};
use super::error::CommandError;
use super::exit::Exit;
use super::tactics;
use crate::diagnose::{DefectCode, Language, UnknownDefectCode};
use crate::scenario::nearest;
use crate::tactic::TacticFamily;

const BOLD: Style = Style::new().bold();

pub(super) fn run(args: &ExplainArgs) -> Result<Exit, CommandError> {
    let mut out = anstream::stdout().lock();
    match &args.defect {
        None => {
            table(&mut out)?;
            writeln!(out, "\nTactics:")?;
            tactics::table(&mut out)?;
        }
        Some(text) => match (text.parse::<DefectCode>(), tactics::named(text)) {
            (Ok(code), _) => explain(code, args.language, &mut out)?,
            (Err(_), Some(_)) if args.language.is_some() => {
                let error = "--language is for defects; the text of a tactic shows no code";
                return Err(CommandError::usage(error));
            }
            (Err(_), Some(family)) => tactics::explain(family, &mut out)?,
            (Err(unknown), None) => return Err(CommandError::usage(with_all(text, &unknown))),
        },
    }
    Ok(Exit::Success)
}

fn with_all(text: &str, unknown: &UnknownDefectCode) -> String {
    let codes = DefectCode::ALL.map(DefectCode::code).join(" ");
    let families = TacticFamily::ALL.map(TacticFamily::as_str);
    let tactics = families.join(" ");
    let near = match nearest(text, &families) {
        Some(tactic) => format!("\n  did you mean the tactic `{tactic}`?"),
        None => String::new(),
    };
    format!("{unknown}{near}\n  defects: {codes}\n  tactics: {tactics}")
}

/// One line per defect, with an empty line between the letters.
fn table(out: &mut impl Write) -> std::io::Result<()> {
    let names = DefectCode::ALL.map(|code| code.name().len());
    let width = names.into_iter().max().unwrap_or_default();
    let letter = |code: &DefectCode| code.code().chars().next();
    for (index, codes) in DefectCode::ALL
        .chunk_by(|one, next| letter(one) == letter(next))
        .enumerate()
    {
        if index > 0 {
            writeln!(out)?;
        }
        for code in codes {
            let (code, name, summary) = (code.code(), code.name(), code.summary());
            writeln!(out, "{BOLD}{code}{BOLD:#}  {name:<width$}  {summary}")?;
        }
    }
    Ok(())
}

fn explain(
    code: DefectCode,
    choice: Option<CodeLanguage>,
    out: &mut impl Write,
) -> std::io::Result<()> {
    let languages = shown(choice.unwrap_or(CodeLanguage::Python));
    writeln!(out, "{BOLD}{code}{BOLD:#}: {}\n", code.summary())?;
    for line in code.explanation(languages).lines() {
        match line.strip_prefix("## ") {
            Some(heading) => writeln!(out, "{BOLD}{heading}{BOLD:#}")?,
            None => writeln!(out, "{line}")?,
        }
    }
    let others: Vec<_> = Language::ALL
        .into_iter()
        .filter(|language| !languages.contains(language))
        .map(|language| language.name().to_ascii_lowercase())
        .collect();
    if !others.is_empty() {
        let others = others.join(", ");
        writeln!(out, "\nOther languages: --language {others}, or all.")?;
    }
    Ok(())
}

fn shown(choice: CodeLanguage) -> &'static [Language] {
    match choice {
        CodeLanguage::Python => &[Language::Python],
        CodeLanguage::JavaScript => &[Language::JavaScript],
        CodeLanguage::Go => &[Language::Go],
        CodeLanguage::Rust => &[Language::Rust],
        CodeLanguage::All => &Language::ALL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The family of a pattern such as `cut@k` or `header:*`.
    fn of_pattern(text: &str) -> Option<TacticFamily> {
        let name = text.split(['@', ':']).next().unwrap_or_default();
        tactics::named(text).or_else(|| tactics::named(name))
    }

    /// The tactics that the last section of an explanation names.
    fn revealing(code: DefectCode) -> Vec<TacticFamily> {
        let text = code.explanation(&[]);
        let section = text.split("## Revealed by").nth(1);
        let quoted = section.unwrap_or_default().split('`').skip(1).step_by(2);
        let mut families: Vec<_> = quoted.filter_map(of_pattern).collect();
        families.dedup();
        families
    }

    #[test]
    fn the_tactics_that_reveal_a_defect_are_found_in_its_text() {
        use TacticFamily::{Churn, Fin, Half, Header, Rst, RstAtAccept, Whole};
        assert_eq!(revealing(DefectCode::Leaks), [Half, Fin, Churn]);
        assert_eq!(
            revealing(DefectCode::DiesOnReset),
            [Rst, RstAtAccept, Whole]
        );
        assert_eq!(revealing(DefectCode::AcceptsBadLength), [Header]);
    }

    #[test]
    fn each_explanation_names_a_tactic_or_says_any() {
        for code in DefectCode::ALL {
            let says_any = code.explanation(&[]).contains("Any tactic");
            assert!(says_any || !revealing(code).is_empty(), "{code}");
        }
    }
}
