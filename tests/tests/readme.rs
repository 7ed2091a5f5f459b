//! README shows what wirecheck prints. Its example is taken from README itself and run; the
//! picture is made from the output.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anstyle::{AnsiColor, Color, RgbColor};
use anstyle_svg::{Palette, Term, VGA};
use snapbox::data::DataFormat;
use snapbox::{Data, assert_data_eq};
use wirecheck_tests::{root, run_in, tools};

const COMMAND: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

/// What the picture shows of the output: from each line that starts with the first text to the
/// line before the one that starts with the second.
const PICTURE: [(&str, &str); 2] = [("FAIL ", "  again "), ("verdict ", "(end)")];

/// Dark on light, on a background of its own: it can be read on a light and on a dark page.
const TERMINAL: Term = Term::new()
    .fg_color(Color::Rgb(RgbColor(0x1f, 0x23, 0x28)))
    .bg_color(Color::Rgb(RgbColor(0xf6, 0xf8, 0xfa)))
    .palette(DARK_COLORS);

/// Colours with enough contrast to that background.
const DARK_COLORS: Palette = {
    let mut palette = VGA;
    palette.0[AnsiColor::Green as usize] = RgbColor(0x1a, 0x7f, 0x37);
    palette.0[AnsiColor::Cyan as usize] = RgbColor(0x0a, 0x6c, 0x74);
    palette
};

#[test]
fn the_picture_and_the_text_of_readme_are_what_its_example_prints() {
    if !tools::has_python() {
        return;
    }
    let readme = readme();
    let scratch = tempfile::tempdir().expect("there is a place for scratch files");
    for (file, language) in [("echo_server.py", "python"), ("echo.toml", "toml")] {
        let text = first_block(&readme, language);
        fs::write(scratch.path().join(file), text).expect("the folder is the test's own");
    }
    let console = first_block(&readme, "console");
    let (prompt, shown) = console.split_once('\n').expect("it shows output");
    let printed = run_in_colour(prompt, scratch.path());

    let printed = without_fresh_values(&printed);
    // A line of three dots stands for any lines.
    let shown = shown.replace("\n…\n", "\n...\n") + "...\n";
    assert_data_eq!(without_styles(&printed), shown);

    let picture = root().join("reports/samples/run.svg");
    let picture = Data::read_from(&picture, Some(DataFormat::Text));
    assert_data_eq!(draw(prompt, &printed), picture.raw());
}

#[test]
fn the_suites_in_readme_are_valid() {
    let readme = readme();
    let suites: Vec<_> = blocks(&readme, "toml")
        .filter(|text| text.contains("[[scenario]]"))
        .collect();
    assert_eq!(suites.len(), 3);
    for text in suites {
        let scratch = tempfile::tempdir().expect("there is a place for scratch files");
        fs::write(scratch.path().join("suite.toml"), text).expect("the folder is the test's own");
        let checked = run_in(scratch.path(), COMMAND, &["check", "--play", "suite.toml"]);
        assert_eq!((checked.code, checked.stderr.as_str()), (0, ""), "{text}");
    }
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("it is part of the project")
}

/// The code blocks in this language.
fn blocks<'t>(readme: &'t str, language: &str) -> impl Iterator<Item = &'t str> {
    let fence = format!("\n```{language}\n");
    let starts: Vec<_> = readme.match_indices(&fence).collect();
    starts.into_iter().map(move |(start, fence)| {
        let text = &readme[start + fence.len()..];
        let end = text.find("```").expect("every block has an end");
        &text[..end]
    })
}

fn first_block<'t>(readme: &'t str, language: &str) -> &'t str {
    let mut blocks = blocks(readme, language);
    blocks.next().expect("README has such a block")
}

/// Runs a command of README as on a terminal with colours.
fn run_in_colour(prompt: &str, folder: &Path) -> String {
    let words = prompt.strip_prefix("$ wirecheck ").expect("a command");
    let output = Command::new(COMMAND)
        .args(words.split(' '))
        .current_dir(folder)
        .env("CLICOLOR_FORCE", "1")
        .env_remove("NO_COLOR")
        .env_remove("GITHUB_ACTIONS")
        .stdin(Stdio::null())
        .output()
        .expect("the command was built with the tests");
    String::from_utf8(output.stdout).expect("the command writes UTF-8")
}

fn draw(prompt: &str, printed: &str) -> String {
    let mut text = format!("{prompt}\n\n");
    for (first, end) in PICTURE {
        let starts_with = |line: &str, start| without_styles(line).starts_with(start);
        let lines = printed.lines().skip_while(|line| !starts_with(line, first));
        for line in lines.take_while(|line| !starts_with(line, end)) {
            text += line;
            text.push('\n');
        }
    }
    let svg = TERMINAL.render_svg(text.trim_end());
    // Too light to read.
    svg.replace(".dimmed { opacity: 0.4; }", ".dimmed { opacity: 0.7; }")
}

/// What `${unique}` stands for is another value if a case was played again.
fn without_fresh_values(printed: &str) -> String {
    const MARK: &str = "i 0000";
    const DIGITS: usize = 4;
    let mut parts = printed.split(MARK);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let rest = part.get(DIGITS..).unwrap_or_default();
        text + MARK + "0123" + rest
    })
}

fn without_styles(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}
