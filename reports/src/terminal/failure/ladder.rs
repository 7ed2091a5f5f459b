//! What went over the wire in one case, event by event.

use super::dump::{DumpRow, dump, left_out};
use crate::notation::{counted, duration, grouped, text};
use crate::record::{FailedCase, Role, Transcript, Verdict, WireAction, WireEvent};
use crate::terminal::line::StyledLine;
use crate::terminal::page::Page;
use crate::terminal::style::{BOLD, DIM, OURS, THEIRS};

/// How many lines are shown before and after what is left out.
const FIRST: usize = 9;
const LAST: usize = 10;

/// Where a line's own text begins, behind `    C: `.
const MARGIN: usize = 7;

pub(super) fn ladder(page: &mut Page, shown: &FailedCase) {
    page.blank();
    let title = match shown.verdict {
        Verdict::Flaky => "smallest flaky delivery",
        Verdict::Unconfirmed => "smallest one not confirmed",
        Verdict::Error => "smallest one not judged",
        _ => "smallest failing delivery",
    };
    let title = StyledLine::new().at(2).plain(title).at(31);
    let Some(evidence) = &shown.evidence else {
        return page.line(title.styled(BOLD, &shown.tactic));
    };
    let what = title
        .styled(BOLD, &shown.tactic)
        .plain(format!("   {}", proof(evidence)));
    let sends = StyledLine::new().styled(DIM, format!("sends {}", evidence.delivery));
    page.beside_or_below(what, sends, 0);
    rungs(page, &evidence.events);
}

fn proof(evidence: &Transcript) -> String {
    match evidence.boundaries {
        0 => "no boundary to prove".to_owned(),
        all => {
            let all = counted(all, "boundary");
            let proof = format!("{} of {all} proven", grouped(evidence.proven));
            match evidence.proven < evidence.boundaries {
                true => proof + ", unverified",
                false => proof,
            }
        }
    }
}

fn rungs(page: &mut Page, events: &[WireEvent]) {
    let rungs: Vec<_> = events.iter().flat_map(rungs_of).collect();
    let hex = rungs
        .iter()
        .filter_map(LadderLine::hex_columns)
        .max()
        .unwrap_or(0);
    let lines: Vec<_> = rungs.into_iter().map(|rung| rung.into_line(hex)).collect();
    let hidden = lines.len().saturating_sub(FIRST + LAST);
    for (index, line) in lines.into_iter().enumerate() {
        match index {
            FIRST if hidden > 1 => {
                let more = format!("… {}", counted(hidden as u64, "more line"));
                page.line(StyledLine::new().at(MARGIN).styled(DIM, more));
            }
            _ if hidden > 1 && (FIRST..FIRST + hidden).contains(&index) => {}
            _ => page.line(line),
        }
    }
}

/// One line of the ladder.
struct LadderLine {
    by: Role,
    shows: LadderItem,
}

enum LadderItem {
    Chunk(DumpRow),
    Doing(String),
}

fn rungs_of(event: &WireEvent) -> Vec<LadderLine> {
    let by = event.by;
    let after = duration(event.at_us);
    let doing = match &event.what {
        WireAction::Sent(bytes) => {
            let rung = |row| LadderLine {
                by,
                shows: LadderItem::Chunk(row),
            };
            return dump(bytes).into_iter().map(rung).collect();
        }
        WireAction::Fin => format!("closes after {after}"),
        WireAction::Reset => format!("resets after {after}"),
        WireAction::Printed(bytes) => format!("prints  {}", text(&bytes.kept())),
        WireAction::Exited(how) => format!("exits after {after}: {how}"),
        WireAction::Broke(how) => format!("breaks after {after}: {how}"),
    };
    vec![LadderLine {
        by,
        shows: LadderItem::Doing(doing),
    }]
}

impl LadderLine {
    fn hex_columns(&self) -> Option<usize> {
        match &self.shows {
            LadderItem::Chunk(DumpRow::Bytes { hex, .. }) => Some(hex.len()),
            _ => None,
        }
    }

    /// The text of all chunks begins in one column.
    fn into_line(self, hex_columns: usize) -> StyledLine {
        let side = match self.by {
            Role::Client => StyledLine::new().at(4).styled(OURS, "C: "),
            Role::Server => StyledLine::new().at(4).styled(THEIRS, "S: "),
        };
        match self.shows {
            LadderItem::Doing(doing) => side.plain(doing),
            LadderItem::Chunk(DumpRow::LeftOut(count)) => side.styled(DIM, left_out(count)),
            LadderItem::Chunk(DumpRow::Bytes { hex, text, .. }) => side
                .plain(hex)
                .at(MARGIN + hex_columns + 2)
                .styled(DIM, "|")
                .plain(text)
                .styled(DIM, "|"),
        }
    }
}
