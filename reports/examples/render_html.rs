//! Renders records as one page: `render_html NAME=RECORD... > report.html`.

use std::error::Error;
use std::path::Path;

use wirecheck_report::SavedIn;
use wirecheck_report::html::render;
use wirecheck_report::render::{NamedRun, ReportInput};

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<_> = std::env::args().skip(1).collect();
    let mut runs = Vec::new();
    for argument in &paths {
        let (name, path) = argument.split_once('=').unwrap_or((argument, argument));
        runs.push(NamedRun {
            name: name.to_owned(),
            record: wirecheck_report::read(Path::new(path))?,
            saved_in: SavedIn::Beside(path),
        });
    }
    let input = ReportInput {
        runs: &runs,
        catalogue: &[],
    };
    println!("{}", render(input));
    Ok(())
}
