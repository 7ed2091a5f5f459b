//! What the demo shows while it works: a bar on a terminal, and a line a peer
//! when it is done.

use std::io::{self, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};
use wirecheck_report::Record;
use wirecheck_report::notation::{counted, duration, grouped};
use wirecheck_report::record::RunState;

use super::embedded::Embedded;
use crate::run::Event;

/// Shows how far the demo is. Dropped, it leaves only its lines.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    done: u64,
    all: u64,
}

impl Progress {
    pub(super) fn begin(peers: &[Embedded]) -> io::Result<Self> {
        let version = env!("CARGO_PKG_VERSION");
        writeln!(
            anstream::stdout(),
            "wirecheck {version}   {} embedded peers, naive and fixed\n",
            peers.len()
        )?;
        Ok(Self {
            bar: io::stderr().is_terminal().then(bar),
            done: 0,
            all: 0,
        })
    }

    pub(super) fn start(&mut self, embedded: &Embedded) {
        if let Some(bar) = &self.bar {
            bar.set_message(embedded.peer.name());
        }
        (self.done, self.all) = (0, 0);
    }

    /// Takes what the engine says.
    pub(super) fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Started { cases, .. } => self.all = *cases,
            Event::Held | Event::Fell(_) => self.done += 1,
            Event::Again(cases) => self.done = self.done.saturating_sub(*cases),
            Event::Dropped(cases) => self.all = self.all.saturating_sub(*cases),
            Event::ScenarioEnded { .. } | Event::Ended { .. } => {}
        }
        if let Some(bar) = &self.bar {
            bar.set_length(self.all);
            bar.set_position(self.done);
        }
    }

    /// Says what became of a peer, if it was judged to the end.
    pub(super) fn end(&mut self, embedded: &Embedded, record: &Record) -> io::Result<()> {
        if record.state == RunState::CutOff {
            return Ok(());
        }
        let line = line(&embedded.peer.name(), record);
        let print = || writeln!(anstream::stdout(), "{line}");
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }
}

impl Drop for Progress {
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
    let style = ProgressStyle::with_template(template).expect("the template is right");
    ProgressBar::new(0).with_style(style.progress_chars("━━╌"))
}
