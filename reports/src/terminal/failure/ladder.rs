//! The events of one case: who sent which bytes, and how the connection ended.

use super::dump::{DumpRow, dump, left_out};
use crate::notation::counted;
use crate::record::{DependsOn, FailedCase, Role, WireAction, WireEvent};
use crate::smallest::{shorter, tactic};
use crate::terminal::line::StyledLine;
use crate::terminal::page::Page;
use crate::terminal::style::{BOLD, DIM, OURS, THEIRS};
use crate::wording::{
    AFTER_OTHERS, action, cut_short, enough, fails_uncut, proof, shown_delivery, uncut,
};

/// The lines that are shown before and after those that are left out.
const FIRST: usize = 9;
const LAST: usize = 10;

/// The column after `    C: `.
const MARGIN: usize = 7;

pub(super) fn ladder(page: &mut Page, case: &FailedCase, peer: Role) {
    page.blank();
    if case.depends_on == Some(DependsOn::EarlierConnections) {
        page.line(StyledLine::new().at(2).plain(AFTER_OTHERS));
    } else if fails_uncut(case) {
        page.line(StyledLine::new().at(2).plain(uncut(peer)));
    } else {
        delivery(page, case);
    }
    if let Some(transcript) = &case.evidence {
        events(page, &transcript.events);
    }
    if let Some(limit) = case.smallest.as_ref().and_then(|it| it.cut_short_by) {
        page.paragraph("note", anstyle::Style::new(), cut_short(limit));
    }
    if let Some(shorter) = shorter(case) {
        let sends = format!("{}, sent {}", enough(shorter), shorter.evidence.delivery);
        page.paragraph("shorter", anstyle::Style::new(), &sends);
    }
}

fn delivery(page: &mut Page, case: &FailedCase) {
    let name = StyledLine::new()
        .at(2)
        .plain(shown_delivery(case.verdict))
        .at(33);
    let (name, origin) = match tactic(case) {
        Some(tactic) if tactic == case.tactic => (name.styled(BOLD, tactic), String::new()),
        Some(tactic) => (
            name.styled(BOLD, tactic),
            format!(", shrunk from {}", case.tactic),
        ),
        None => (
            name.styled(BOLD, &case.tactic).plain(", shrunk"),
            String::new(),
        ),
    };
    let Some(transcript) = &case.evidence else {
        return page.line(name);
    };
    let sends = format!("sends {}{origin}", transcript.delivery);
    let sends = StyledLine::new().styled(DIM, sends);
    let proof = proof(transcript).map(|proof| format!("   {proof}"));
    page.beside_or_below(name.plain(proof.unwrap_or_default()), sends, 0);
}

fn events(page: &mut Page, events: &[WireEvent]) {
    let lines: Vec<_> = events.iter().flat_map(lines_of).collect();
    let hex = lines
        .iter()
        .filter_map(LadderLine::hex_columns)
        .max()
        .unwrap_or(0);
    let lines: Vec<_> = lines.into_iter().map(|line| line.styled(hex)).collect();
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

/// Who did it, and on which connection if that has a name.
pub(super) fn side(by: Role, on: Option<&str>) -> StyledLine {
    let line = match on {
        Some(on) => StyledLine::new().plain(format!("{on} ")),
        None => StyledLine::new(),
    };
    match by {
        Role::Client => line.styled(OURS, "C: "),
        Role::Server => line.styled(THEIRS, "S: "),
    }
}

struct LadderLine<'e> {
    by: Role,
    on: Option<&'e str>,
    item: LadderItem,
}

enum LadderItem {
    Chunk(DumpRow),
    Action(String),
}

fn lines_of(event: &WireEvent) -> Vec<LadderLine<'_>> {
    let (by, on) = (event.by, event.on.as_deref());
    let line = |item| LadderLine { by, on, item };
    match &event.what {
        WireAction::Sent(bytes) | WireAction::Replied(bytes) => {
            let rows = dump(bytes).into_iter();
            rows.map(|row| line(LadderItem::Chunk(row))).collect()
        }
        _ => vec![line(LadderItem::Action(action(event)))],
    }
}

impl LadderLine<'_> {
    fn hex_columns(&self) -> Option<usize> {
        match &self.item {
            LadderItem::Chunk(DumpRow::Bytes { hex, .. }) => Some(hex.len()),
            _ => None,
        }
    }

    /// Aligns the text of all chunks.
    fn styled(self, hex_columns: usize) -> StyledLine {
        let side = StyledLine::new().at(4).then(side(self.by, self.on));
        match self.item {
            LadderItem::Action(action) => side.plain(action),
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
