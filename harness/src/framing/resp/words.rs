//! Commands as people type them, as an array of bulk strings.

use super::super::EncodeError;

/// The words of `line` as an array.
pub(super) fn command(line: &[u8]) -> Result<Vec<u8>, EncodeError> {
    let words = words(line)?;
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        bytes.extend_from_slice(&word);
        bytes.extend_from_slice(b"\r\n");
    }
    Ok(bytes)
}

/// Splits at spaces. A word that starts with a double quote ends at the next one; in it,
/// `\"` and `\\` are escapes.
fn words(line: &[u8]) -> Result<Vec<Vec<u8>>, EncodeError> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(&byte) = line.get(at) {
        if byte == b' ' {
            at += 1;
            continue;
        }
        let (word, end) = match byte {
            b'"' => quoted(line, at)?,
            _ => plain(line, at),
        };
        words.push(word);
        at = end;
    }
    Ok(words)
}

fn plain(line: &[u8], start: usize) -> (Vec<u8>, usize) {
    let rest = &line[start..];
    let length = memchr::memchr(b' ', rest).unwrap_or(rest.len());
    (rest[..length].to_vec(), start + length)
}

fn quoted(line: &[u8], start: usize) -> Result<(Vec<u8>, usize), EncodeError> {
    let mut word = Vec::new();
    let mut at = start + 1;
    loop {
        match line.get(at..) {
            Some([b'\\', escaped @ (b'"' | b'\\'), ..]) => {
                word.push(*escaped);
                at += 2;
            }
            Some([b'"']) => return Ok((word, at + 1)),
            Some([b'"', b' ', ..]) => return Ok((word, at + 1)),
            Some([b'"', ..]) => return Err(EncodeError::AfterQuote { at: at + 1 }),
            Some([byte, ..]) => {
                word.push(*byte);
                at += 1;
            }
            Some([]) | None => return Err(EncodeError::UnclosedQuote { at: start }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_an_array_of_bulk_strings() {
        let bytes = command(b"SET  key \"a value\"").expect("the quote is closed");
        assert_eq!(bytes, b"*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$7\r\na value\r\n");
    }

    #[test]
    fn quotes_group_and_backslashes_escape_inside_them() {
        let split = words(br#"a"b "c\"d\\e\n" """#).expect("the quotes are closed");
        assert_eq!(split, [&br#"a"b"#[..], br#"c"d\e\n"#, b""]);
    }

    #[test]
    fn an_invalid_quote_is_reported_at_its_offset() {
        assert_eq!(words(b"a \"b"), Err(EncodeError::UnclosedQuote { at: 2 }));
        assert_eq!(words(b"\"a\"b"), Err(EncodeError::AfterQuote { at: 3 }));
    }
}
