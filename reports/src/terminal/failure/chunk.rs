//! A chunk on one line: as text if it is one, otherwise in hex.

use crate::notation::{Cell, cells, counted};
use crate::record::Bytes;
use crate::terminal::width::{columns, split};

/// At most `available` columns.
pub(super) fn chunk(bytes: &Bytes, available: usize) -> String {
    let kept = bytes.kept();
    let cells: Vec<_> = cells(&kept).collect();
    let whole: String = cells.iter().map(|cell| cell.written.as_str()).collect();
    let is_whole = bytes.len == kept.len() as u64 && columns(whole.trim_end()) <= available;
    if is_whole {
        return whole.trim_end_matches(' ').to_owned();
    }
    let room = available.saturating_sub(columns(&left_out(bytes.len)));
    let mut shown = String::new();
    let mut count = 0;
    for Cell { written, bytes } in &cells {
        if columns(&shown) + columns(written) > room {
            break;
        }
        shown.push_str(written);
        count += *bytes as u64;
    }
    // A record from elsewhere may keep more bytes than it counts.
    let rest = bytes.len.saturating_sub(count);
    split(&(shown + &left_out(rest)), available).0.to_owned()
}

fn left_out(count: u64) -> String {
    format!(" … {}", counted(count, "more byte"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_shown_as_text_and_binary_in_hex() {
        let shown = |bytes: &[u8]| chunk(&Bytes::of(bytes), 40);
        assert_eq!(shown(b"GET / HTTP/1.1\r\n"), "GET / HTTP/1.1\\r\\n");
        assert_eq!(shown("caf\u{e9}\n".as_bytes()), "caf\u{e9}\\n");
        assert_eq!(shown(b"\x05hello"), "\\x05hello");
        assert_eq!(
            shown(b"\x00\x00\x00\x05hello"),
            "00 00 00 05 68 65 6c 6c 6f"
        );
        assert_eq!(shown(b"\xc3"), "c3");
        assert_eq!(shown(b"  "), "");
    }

    #[test]
    fn a_wrong_count_is_no_reason_to_fail() {
        let bytes = Bytes {
            len: 1,
            ..Bytes::of(b"abc")
        };
        assert_eq!(chunk(&bytes, 30), "abc … 0 more bytes");
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let shown = |bytes: &[u8]| chunk(&Bytes::of(bytes), 30);
        assert_eq!(shown(&[b'a'; 30]), "a".repeat(30));
        assert_eq!(
            shown(&[b'a'; 31]),
            format!("{} … 17 more bytes", "a".repeat(14))
        );
        assert_eq!(shown(&[0; 12]), "00 00 00 00  … 8 more bytes");
        assert_eq!(shown(&[b'a'; 2_000]), "aaaaaaaaaaa … 1 989 more bytes");
        for len in 0..100 {
            assert!(columns(&shown(&vec![b'a'; len])) <= 30);
        }
    }
}
