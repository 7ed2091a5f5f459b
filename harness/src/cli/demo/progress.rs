//! The progress of the demo: a bar on a terminal, and one line per peer.

use std::io::{self, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};
use wirecheck_report::Record;
use wirecheck_report::notation::{counted, duration, grouped};
use wirecheck_report::record::RunState;

use super::entries::DemoEntry;
use crate::engine::Event;

/// Removes the bar when it is dropped.
pub(super) struct DemoProgress {
    bar: Option<ProgressBar>,
    done: u64,
    total: u64,
}

impl DemoProgress {
    pub(super) fn start(peers: usize) -> io::Result<Self> {
        let version = env!("CARGO_PKG_VERSION");
        writeln!(
            anstream::stdout(),
            "wirecheck {version}   {peers} built-in peers, naive and fixed\n",
        )?;
        Ok(Self {
            bar: io::stderr().is_terminal().then(bar),
            done: 0,
            total: 0,
        })
    }

    pub(super) fn start_peer(&mut self, entry: &DemoEntry) {
        if let Some(bar) = &self.bar {
            bar.set_message(entry.peer.name());
        }
        (self.done, self.total) = (0, 0);
    }

    pub(super) fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Started { cases, .. } => self.total = *cases,
            Event::Passed | Event::Failed { .. } => self.done += 1,
            Event::PlayedAgain(cases) => self.done = self.done.saturating_sub(*cases),
            Event::Dropped(cases) => self.total = self.total.saturating_sub(*cases),
            Event::ScenarioEnded { .. }
            | Event::Ended { .. }
            | Event::NewBehavior { .. }
            | Event::Fuzzed { .. } => {}
        }
        if let Some(bar) = &self.bar {
            bar.set_length(self.total);
            bar.set_position(self.done);
        }
    }

    /// Prints the result of a peer, unless the user stopped it.
    pub(super) fn end_peer(&self, entry: &DemoEntry, record: &Record) -> io::Result<()> {
        if record.state == RunState::CutOff {
            return Ok(());
        }
        let line = line(&entry.peer.name(), record);
        let print = || writeln!(anstream::stdout(), "{line}");
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }
}

impl Drop for DemoProgress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn line(name: &str, record: &Record) -> String {
    let tally = record.tally();
    let (passed, run) = (grouped(tally.passed), counted(tally.run(), "case"));
    let took = duration(record.took_us);
    format!("  {name:<20}{passed:>5} of {run:>9} passed   {took:>7}")
}

fn bar() -> ProgressBar {
    let template = "  {msg:20}{bar:30} {pos}/{len}";
    let style = ProgressStyle::with_template(template).expect("the template is valid");
    ProgressBar::new(0).with_style(style.progress_chars("━━╌"))
}
