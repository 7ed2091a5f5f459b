//! `wirecheck explain`: what a code of the defect catalogue means.

use std::io::Write;

use anstyle::Style;

use super::args::ExplainArgs;
use super::exit::Exit;
use super::failure::Failure;
use crate::diagnose::Code;

const BOLD: Style = Style::new().bold();

pub(super) fn run(args: &ExplainArgs) -> Result<Exit, Failure> {
    let mut out = anstream::stdout().lock();
    match &args.defect {
        None => table(&mut out)?,
        Some(text) => {
            let code = text.parse::<Code>();
            let code = code.map_err(|unknown| Failure::Usage(unknown.to_string()))?;
            explain(code, &mut out)?;
        }
    }
    Ok(Exit::Held)
}

/// A line for each class; an empty one where another chapter begins.
fn table(out: &mut impl Write) -> std::io::Result<()> {
    let names = Code::ALL.map(|code| code.name().len());
    let width = names.into_iter().max().unwrap_or_default();
    let chapter = |code: Code| code.code().chars().next();
    let mut last = chapter(Code::ALL[0]);
    for code in Code::ALL {
        if std::mem::replace(&mut last, chapter(code)) != chapter(code) {
            writeln!(out)?;
        }
        let (name, summary) = (code.name(), code.summary());
        writeln!(
            out,
            "{BOLD}{}{BOLD:#}  {name:<width$}  {summary}",
            code.code()
        )?;
    }
    Ok(())
}

fn explain(code: Code, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "{BOLD}{code}{BOLD:#}: {}\n", code.summary())?;
    for line in code.explanation().lines() {
        match line.strip_prefix("## ") {
            Some(heading) => writeln!(out, "{BOLD}{heading}{BOLD:#}")?,
            None => writeln!(out, "{line}")?,
        }
    }
    Ok(())
}
