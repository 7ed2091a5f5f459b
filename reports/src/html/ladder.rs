//! The ladder diagram of a delivery: two lifelines, an arrow for each chunk with its bytes,
//! and how the connection ended. The same is below it as a list.
//!
//! Positions across are in percent, so that the drawing is as wide as the page and its text
//! stays as large.

use std::ops::Range;

use maud::{Markup, html};
use unicode_width::UnicodeWidthStr;

use super::outside;
use crate::notation::{Cell, cells, counted, duration, grouped};
use crate::record::{Bytes, Role, Transcript, WireAction, WireEvent};
use crate::wording::action;

/// The most events; the middle of more is left out.
const EVENTS: usize = 24;
/// The events before those that are left out.
const FIRST: usize = 12;
/// The most columns of a line of bytes: they fit on a phone.
const COLUMNS: usize = 38;
/// The most lines of bytes at an arrow.
const LINES: usize = 3;
/// The most columns of a line of words, which have a narrower font.
const WORDS: usize = 46;
/// The most columns of the bytes in the list.
const LISTED: usize = 160;

/// The heights of the parts of a drawing, in pixels.
const TITLE: usize = 30;
const LINE: usize = 16;
const ARROW: usize = 7;
const TIME: usize = 15;
const GAP: usize = 9;

/// The diagram of a delivery against the peer that plays `peer`.
pub(super) fn ladder(transcript: &Transcript, peer: Role) -> Markup {
    let events = &transcript.events;
    let mut drawing = Drawing {
        bottom: TITLE,
        parts: Vec::new(),
    };
    let hidden = hidden(events.len());
    for (index, event) in events.iter().enumerate() {
        if index == hidden.start && !hidden.is_empty() {
            drawing.left_out(hidden.len());
        }
        if !hidden.contains(&index) {
            drawing.event(event);
        }
    }
    html! {
        (drawing.drawn(peer, events.len()))
        (list(events, hidden))
    }
}

fn hidden(events: usize) -> Range<usize> {
    match events {
        0..=EVENTS => 0..0,
        _ => FIRST..events - (EVENTS - FIRST - 1),
    }
}

/// What is drawn so far, from above.
struct Drawing {
    /// The distance of the next part from the top.
    bottom: usize,
    parts: Vec<Markup>,
}

/// Where the lifelines and the texts beside them are.
#[derive(Clone, Copy)]
struct Side {
    line: &'static str,
    text: &'static str,
    /// The class of the text, which begins or ends at the line.
    class: &'static str,
}

const fn side(role: Role) -> Side {
    match role {
        Role::Client => Side {
            line: "2%",
            text: "4%",
            class: "at-client",
        },
        Role::Server => Side {
            line: "98%",
            text: "96%",
            class: "at-server",
        },
    }
}

impl Drawing {
    fn event(&mut self, event: &WireEvent) {
        match &event.what {
            WireAction::Sent(bytes) | WireAction::Replied(bytes) => self.chunk(event, bytes),
            WireAction::Fin => self.end(event, "fin"),
            WireAction::Reset => self.end(event, "rst"),
            WireAction::Printed(_) | WireAction::Exited(_) | WireAction::Broke(_) => {
                self.beside(event)
            }
        }
        self.bottom += GAP;
    }

    /// The first bytes in a few lines, an arrow, and when it was sent.
    fn chunk(&mut self, event: &WireEvent, chunk: &Bytes) {
        let Filled { lines, bytes } = filled(cells(&chunk.kept()), COLUMNS, LINES);
        for line in &lines {
            self.line(None, line);
        }
        if bytes < chunk.len || lines.is_empty() {
            self.line(Some("time"), &(counted(chunk.len, "byte") + " in all"));
        }
        self.arrow(event.by, None);
        self.time(event);
    }

    /// A line of text between the lifelines.
    fn line(&mut self, class: Option<&str>, text: &str) {
        self.bottom += LINE;
        let y = self.bottom - 4;
        self.parts.push(html! {
            text class=[class] x="50%" y=(y) { (text) }
        });
    }

    /// The end of a connection, with its text.
    fn end(&mut self, event: &WireEvent, class: &str) {
        self.line(Some(class), &(action(event) + &on(event)));
        self.arrow(event.by, Some(class));
    }

    /// An arrow from `by` to the other side.
    fn arrow(&mut self, by: Role, class: Option<&str>) {
        let (from, to) = (side(by).line, side(by.other()).line);
        let y = self.bottom + 1;
        let head = match by {
            Role::Client => "M-9-4.5 0 0-9 4.5z",
            Role::Server => "M9-4.5 0 0 9 4.5z",
        };
        self.parts.push(html! {
            line class=[class] x1=(from) x2=(to) y1=(y) y2=(y) {}
            svg x=(to) y=(y) { path class=[class] d=(head) {} }
        });
        self.bottom += ARROW;
    }

    /// When a chunk was sent, below the start of its arrow.
    fn time(&mut self, event: &WireEvent) {
        let Side { text, class, .. } = side(event.by);
        let y = self.bottom + TIME - 6;
        self.parts.push(html! {
            text.time.(class) x=(text) y=(y) { (duration(event.at_us)) (on(event)) }
        });
        self.bottom += TIME;
    }

    /// What a side did without sending anything.
    fn beside(&mut self, event: &WireEvent) {
        let Side { line, text, class } = side(event.by);
        let words = words(&outside::line(&(action(event) + &on(event))));
        for (index, words) in filled(words, WORDS, LINES).lines.iter().enumerate() {
            self.bottom += LINE;
            let y = self.bottom - 4;
            self.parts.push(html! {
                @if index == 0 { circle.own cx=(line) cy=(y - 4) r="4" {} }
                text.own.(class) x=(text) y=(y) { (words) }
            });
        }
    }

    fn left_out(&mut self, count: usize) {
        self.line(Some("time"), &more(count));
        self.bottom += GAP;
    }

    fn drawn(&self, peer: Role, events: usize) -> Markup {
        let label = format!("ladder diagram of {}", counted(events as u64, "event"));
        html! {
            svg.ladder role="img" aria-label=(label) width="100%" height=(self.bottom)
                xml:space="preserve" {
                @for role in [Role::Client, Role::Server] { (self.lifeline(role, peer)) }
                @for part in &self.parts { (part) }
            }
        }
    }

    fn lifeline(&self, role: Role, peer: Role) -> Markup {
        let Side { line, class, .. } = side(role);
        let end = if role == Role::Client { "0" } else { "100%" };
        let who = if role == peer { "peer" } else { "wirecheck" };
        html! {
            text.who.(class) x=(end) y="14" { (name(role)) " (" (who) ")" }
            line.life x1=(line) x2=(line) y1="22" y2=(self.bottom) {}
        }
    }
}

const fn name(role: Role) -> &'static str {
    match role {
        Role::Client => "client",
        Role::Server => "server",
    }
}

fn more(count: usize) -> String {
    format!("… {}", counted(count as u64, "more event"))
}

/// The words of a text, each in one cell; those that are too long are broken.
fn words(text: &str) -> Vec<Cell> {
    let cell = |written: &str| Cell {
        written: written.to_owned(),
        bytes: written.len(),
    };
    let mut cells = Vec::new();
    for word in text.split_inclusive(' ') {
        if word.width() <= WORDS {
            cells.push(cell(word));
        } else {
            cells.extend(word.chars().map(|c| cell(c.encode_utf8(&mut [0; 4]))));
        }
    }
    cells
}

/// The first cells of some, in lines.
struct Filled {
    lines: Vec<String>,
    /// The number of bytes in these lines.
    bytes: u64,
}

/// As many cells as fit in `most` lines.
fn filled(cells: impl IntoIterator<Item = Cell>, columns: usize, most: usize) -> Filled {
    let mut lines: Vec<String> = Vec::new();
    let (mut bytes, mut room) = (0, 0);
    for cell in cells {
        let width = cell.written.width();
        let is_last = lines.len() == most;
        match lines.last_mut() {
            Some(line) if width <= room => line.push_str(&cell.written),
            _ if is_last => break,
            _ => {
                lines.push(cell.written);
                room = columns;
            }
        }
        room = room.saturating_sub(width);
        bytes += cell.bytes as u64;
    }
    Filled { lines, bytes }
}

fn list(events: &[WireEvent], hidden: Range<usize>) -> Markup {
    html! {
        details.list {
            summary { "The same as a list" }
            ol {
                @for (index, event) in events.iter().enumerate() {
                    @if index == hidden.start && !hidden.is_empty() {
                        li.more { (more(hidden.len())) }
                    } @else if !hidden.contains(&index) {
                        // The numbers go on behind those that are left out.
                        li value=[(index > 0 && index == hidden.end).then_some(index + 1)] { (item(event)) }
                    }
                }
            }
        }
    }
}

fn item(event: &WireEvent) -> Markup {
    let who = name(event.by);
    match &event.what {
        WireAction::Sent(bytes) | WireAction::Replied(bytes) => html! {
            (who) " sends " (counted(bytes.len, "byte")) " after " (duration(event.at_us)) (on(event))
            ": "
            code { (start(bytes)) }
        },
        _ => html! { (who) " " (outside::line(&action(event))) (on(event)) },
    }
}

/// The connection, if it is one of several and has a name.
fn on(event: &WireEvent) -> String {
    let named = event.on.as_ref();
    named.map_or_else(String::new, |on| format!(" on {on}"))
}

/// The first bytes of a chunk on one line.
fn start(chunk: &Bytes) -> String {
    let Filled { lines, bytes } = filled(cells(&chunk.kept()), LISTED, 1);
    let start = lines.concat();
    match chunk.len.saturating_sub(bytes) {
        0 => start,
        rest => format!("{start} … {} more", grouped(rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_many_events_is_left_out() {
        assert!(hidden(24).is_empty());
        assert_eq!(hidden(25), 12..14);
        assert_eq!(hidden(1_000), 12..989);
    }

    #[test]
    fn a_chunk_is_wrapped_and_what_does_not_fit_is_not_counted() {
        let wrapped = |bytes: &[u8]| {
            let Filled { lines, bytes } = filled(cells(bytes), 10, LINES);
            (lines.join("|"), bytes)
        };
        let written = |text: &str, bytes| (text.to_owned(), bytes);
        assert_eq!(wrapped(b"hello, hello"), written("hello, hel|lo", 12));
        assert_eq!(wrapped(&[b'a'; 31]).1, 30);
        assert_eq!(wrapped(&[0, 1, 2, 0xff]), written("00 01 02 |ff ", 4));
        assert_eq!(wrapped(b""), written("", 0));
        let wide = "日本語日本語".as_bytes();
        assert_eq!(wrapped(wide), written("日本語日本|語", 18));
    }
}
