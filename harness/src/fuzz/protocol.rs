//! The framer protocol: lines of words on the standard input and output of a program.
//!
//! ```text
//! wirecheck writes a line for each stream:  CHUNK CHUNK … .
//!     CHUNK   bytes in hex
//!     .       the end of the stream; without it the stream stays open
//! the program starts with a new framer and answers with a line: a word for each word
//!     -       no message became complete
//!     =HEX    a message; several of them follow each other: =HEX=HEX
//!     !TEXT   the framer reports an error, also behind messages; the line ends here
//! ```

use crate::framer::{End, Observation, Outcome, Segmentation};

/// Adds the line for one stream.
pub(super) fn write(input: &[u8], segmentation: &Segmentation, line: &mut String) {
    for (index, chunk) in segmentation.chunks(input).enumerate() {
        if index > 0 {
            line.push(' ');
        }
        push_hex(chunk, line);
    }
    if segmentation.end() == End::Eof {
        let space = if segmentation.is_empty() { "" } else { " " };
        line.push_str(space);
        line.push('.');
    }
    line.push('\n');
}

fn push_hex(bytes: &[u8], line: &mut String) {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    line.reserve(2 * bytes.len());
    for byte in bytes {
        line.push(DIGITS[usize::from(byte >> 4)]);
        line.push(DIGITS[usize::from(byte & 0xf)]);
    }
}

/// What the answer to one stream says, or what is wrong with it.
pub(super) fn parse(
    answer: &str,
    segmentation: &Segmentation,
) -> Result<Observation<Vec<u8>>, String> {
    let at_end = (segmentation.end() == End::Eof).then_some(None);
    let mut steps = segmentation.ends().map(Some).chain(at_end);
    let mut observation = Observation {
        messages: Vec::new(),
        received: Vec::new(),
        outcome: Outcome::Done,
    };
    for word in answer.split_ascii_whitespace() {
        let received = steps.next().ok_or("it has more words than the request")?;
        let (list, error) = match word.split_once('!') {
            Some((list, error)) => (list, Some(error)),
            None => (word, None),
        };
        if !(list.is_empty() && error.is_some()) {
            for message in messages(list)? {
                observation.messages.push(message);
                observation.received.push(received);
            }
        }
        if let Some(error) = error {
            observation.outcome = match received {
                Some(_) => Outcome::Failed(error.to_owned()),
                None => Outcome::FailedAtEnd(error.to_owned()),
            };
            return Ok(observation);
        }
    }
    match steps.next() {
        None => Ok(observation),
        Some(_) => Err("it has fewer words than the request".to_owned()),
    }
}

fn messages(word: &str) -> Result<Vec<Vec<u8>>, String> {
    if word == "-" {
        return Ok(Vec::new());
    }
    let list = word.strip_prefix('=');
    let list = list.ok_or_else(|| format!("`{word}` is neither `-` nor `=HEX` nor `!TEXT`"))?;
    let decoded = list.split('=').map(hex::decode).collect::<Result<_, _>>();
    decoded.map_err(|error| format!("`{word}` is not hex: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(segmentation: &Segmentation) -> String {
        let mut line = String::new();
        write(b"hello", segmentation, &mut line);
        line
    }

    #[test]
    fn a_stream_is_a_line() {
        assert_eq!(line(&Segmentation::cut_at(5, [1])), "68 656c6c6f .\n");
        assert_eq!(line(&Segmentation::whole(2).left_open()), "6865\n");
        assert_eq!(line(&Segmentation::whole(0)), ".\n");
        assert_eq!(line(&Segmentation::whole(0).left_open()), "\n");
    }

    #[test]
    fn an_answer_has_the_messages_of_each_chunk() {
        let segmentation = Segmentation::cut_at(5, [2]);
        let observation = parse("- =61==62 =63", &segmentation).expect("it is valid");
        assert_eq!(observation.messages, [&b"a"[..], b"", b"b", b"c"]);
        let received = [Some(5), Some(5), Some(5), None];
        assert_eq!(observation.received, received);
        assert_eq!(observation.outcome, Outcome::Done);
    }

    #[test]
    fn an_error_ends_an_answer() {
        let segmentation = Segmentation::bytes(5);
        for answer in ["- =61 !bad", "- =61!bad", "=61!bad"] {
            let observation = parse(answer, &segmentation).expect("it is valid");
            assert_eq!(observation.messages, [b"a"]);
            assert_eq!(observation.outcome, Outcome::Failed("bad".to_owned()));
        }
    }

    #[test]
    fn invalid_answers_say_why() {
        let why = |answer| parse(answer, &Segmentation::whole(5)).expect_err("it is invalid");
        assert_eq!(why("- - -"), "it has more words than the request");
        assert_eq!(why("-"), "it has fewer words than the request");
        assert_eq!(why("61 -"), "`61` is neither `-` nor `=HEX` nor `!TEXT`");
        assert_eq!(why("=6 -"), "`=6` is not hex: Odd number of digits");
    }
}
