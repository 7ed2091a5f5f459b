//! Framers under test in process: which are found broken, how a failure reads, and that
//! correct ones pass.

use std::cell::Cell;
use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, Read};

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use snapbox::{IntoData as _, assert_data_eq, str};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio_util::bytes::{Buf, BytesMut};
use tokio_util::codec::{AnyDelimiterCodec, Decoder, LengthDelimitedCodec, LinesCodec};
use wirecheck::framer::{
    ChunkedReader, Invariance, Messages, Segmentation, Subject, Traffic, assert_invariant,
    assert_messages, assert_one, async_reader, decoder, reader,
};

/// The message for the smallest failure.
fn failure<S: Subject>(subject: S, input: &str) -> String {
    let found = Invariance::new().check(&subject, input);
    found.expect_err("the framer is broken").to_string()
}

/// Takes lines from the front of a buffer.
fn take_lines(buffer: &mut Vec<u8>) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
        let line: Vec<_> = buffer.drain(..=end).collect();
        lines.push(String::from_utf8_lossy(&line[..end]).into_owned());
    }
    lines
}

fn lines() -> impl FnMut(&[u8]) -> Vec<String> {
    let mut buffer = Vec::new();
    move |chunk: &[u8]| {
        buffer.extend_from_slice(chunk);
        take_lines(&mut buffer)
    }
}

#[test]
fn a_correct_framer_passes_with_short_long_and_no_input() {
    assert_invariant(lines, "");
    assert_invariant(lines, "a");
    assert_invariant(lines, "a\nb\n\nrest");
    assert_invariant(lines, "a longer line\n".repeat(300));
    assert_invariant(lines, "a line of its own length\n".repeat(200));
}

#[test]
fn the_messages_of_a_correct_framer_are_as_expected() {
    assert_messages(lines, "a\nb\nc", ["a".to_owned(), "b".to_owned()]);
}

#[test]
#[should_panic(expected = "the framer reads an uncut stream wrongly")]
fn a_framer_that_reads_wrongly_however_the_stream_is_cut_fails() {
    assert_messages(lines, "a\nb\n", ["a".to_owned(), "c".to_owned()]);
}

#[test]
fn a_framer_that_loses_the_tail_is_found() {
    let new = || {
        let mut buffer = Vec::new();
        move |chunk: &[u8]| {
            buffer.extend_from_slice(chunk);
            let mut lines = take_lines(&mut buffer);
            lines.truncate(1);
            lines
        }
    };
    assert_data_eq!(
        failure(new, "GET a\nGET b\n"),
        str![[r#"
what the framer reads depends on how the stream is cut
  input  "GET a\nGET b\n"
  cut@6  "GET a\n" | "GET b\n"
messages
  whole  "GET a"
  cut@6  "GET a", "GET b"
"#]]
        .raw()
    );
}

/// It looks for both bytes of the delimiter in one chunk.
fn split_delimiter() -> impl FnMut(&[u8]) -> Vec<Vec<u8>> {
    let mut line = Vec::new();
    move |chunk: &[u8]| {
        let mut lines = Vec::new();
        let mut rest = chunk;
        while let Some(end) = rest.windows(2).position(|it| it == b"\r\n") {
            line.extend_from_slice(&rest[..end]);
            lines.push(std::mem::take(&mut line));
            rest = &rest[end + 2..];
        }
        line.extend_from_slice(rest);
        lines
    }
}

#[test]
fn a_framer_that_splits_a_delimiter_is_found_at_the_one_offset() {
    assert_data_eq!(
        failure(split_delimiter, "GET a\r\nGET b\r\n"),
        str![[r#"
what the framer reads depends on how the stream is cut
  input  "GET a\r\nGET b\r\n"
  cut@6  "GET a\r" | "\nGET b\r\n"
messages
  whole  "GET a", "GET b"
  cut@6  "GET a\r\nGET b"
"#]]
        .raw()
    );
}

#[test]
fn the_one_offset_of_a_long_input_is_found() {
    let input = "x".repeat(3000) + "\r\n";
    let found = Invariance::new().check(&split_delimiter, input);
    let found = found.expect_err("it is broken");
    assert_eq!(found.segmentation.cuts(), [3001]);
}

#[test]
fn a_framer_that_only_single_bytes_break_is_found_and_the_cuts_are_few() {
    // The third chunk of a line is lost.
    let new = || {
        let (mut buffer, mut chunks) = (Vec::new(), 0);
        move |chunk: &[u8]| {
            chunks += 1;
            if chunks != 3 {
                buffer.extend_from_slice(chunk);
            }
            let lines = take_lines(&mut buffer);
            if !lines.is_empty() {
                chunks = 0;
            }
            lines
        }
    };
    let found = Invariance::new().check(&new, "a line that is too long to try all\n");
    let found = found.expect_err("it is broken");
    assert_eq!(found.segmentation.cuts().len(), 2, "{found}");
}

#[test]
fn a_message_that_comes_later_when_the_stream_is_cut_is_found() {
    // A line whose end comes alone waits for the next chunk.
    let new = || {
        let mut buffer = Vec::new();
        move |chunk: &[u8]| {
            buffer.extend_from_slice(chunk);
            match chunk {
                b"\n" => Vec::new(),
                _ => take_lines(&mut buffer),
            }
        }
    };
    assert_data_eq!(
        failure(new, "ab\ncd\ne"),
        str![[r#"
a message comes later when the stream is cut
  input  "ab\ncd\ne"
  cut@2  "ab" | "\n" | (more may follow) (the first 3 bytes)
messages
  whole  "ab", then it waits
  cut@2  no message, then it waits
"#]]
        .raw()
    );
    let lenient = Invariance::new().allow_late_messages();
    let found = lenient
        .check(&new, "ab\ncd\ne")
        .expect_err("`cd` never comes");
    assert_eq!(found.segmentation, Segmentation::cut_at(6, [5]));
}

#[test]
fn a_panic_is_found_and_shown() {
    let new = || |chunk: &[u8]| vec![u32::from_be_bytes(chunk[..4].try_into().expect("4"))];
    assert_data_eq!(
        failure(new, "\0\0\0\x01"),
        str![[r#"
the framer panics: range end index 4 out of range for slice of length 1
  input  "\x00\x00\x00\x01"
  cut@1  "\x00" | "\x00\x00\x01"
messages
  whole  1
  cut@1  no message, then the panic: range end index 4 out of range for slice of length 1
"#]]
        .raw()
    );
}

#[test]
fn a_framer_that_is_not_deterministic_is_found() {
    let calls = Cell::new(0);
    let new = || {
        calls.set(calls.get() + 1);
        let number = calls.get();
        move |_: &[u8]| vec![number]
    };
    let text = failure(new, "a");
    assert!(
        text.starts_with("the framer reads the same chunks in different ways"),
        "{text}"
    );
}

#[test]
fn an_error_in_one_segmentation_only_is_a_difference() {
    let new = || {
        move |chunk: &[u8]| match chunk.len() {
            2 => Err("two bytes"),
            _ => Ok(Vec::<u8>::new()),
        }
    };
    let text = failure(new, "abc");
    assert!(
        text.contains(r#"no message, then the error "two bytes""#),
        "{text}"
    );
}

#[test]
fn messages_of_the_chunk_with_the_error_may_be_lost() {
    let new = || {
        let mut buffer = Vec::new();
        move |chunk: &[u8]| {
            buffer.extend_from_slice(chunk);
            let lines = take_lines(&mut buffer);
            if lines.iter().any(|line| line == "bad") {
                return Err("a bad line");
            }
            Ok(lines)
        }
    };
    assert_invariant(new, "a\nbad\nb\n");
}

#[test]
fn the_texts_of_errors_are_not_compared() {
    let new = || {
        let mut seen = 0;
        move |chunk: &[u8]| {
            seen += chunk.len();
            if seen < 3 {
                return Ok(Vec::<u8>::new());
            }
            Err(format!(
                "{} bytes in this chunk are not a message",
                chunk.len()
            ))
        }
    };
    assert_invariant(new, "abcde");
}

/// Two bytes of length, read with one `read`.
fn naive_length(
    mut stream: ChunkedReader,
    messages: &mut Messages<Vec<u8>>,
) -> Result<(), io::Error> {
    let mut header = [0; 2];
    while stream.read(&mut header)? > 0 {
        let mut body = vec![0; usize::from(u16::from_be_bytes(header))];
        stream.read_exact(&mut body)?;
        messages.push(body);
    }
    Ok(())
}

#[test]
fn a_reader_that_takes_one_read_for_the_header_is_found() {
    assert_data_eq!(
        failure(reader(naive_length), "\0\x02hi\0\x01!"),
        str![[r#"
what the framer reads depends on how the stream is cut
  input  "\x00\x02hi\x00\x01!"
  cut@1  "\x00" | "\x02hi\x00\x01!"
messages
  whole  "hi", "!"
  cut@1  "", then the error Error { kind: UnexpectedEof, message: "failed to fill whole buffer" }
"#]]
        .raw()
    );
}

#[test]
fn a_reader_that_reads_on_after_the_end_is_found() {
    let spins = reader(|mut stream, messages| {
        let mut line = Vec::new();
        loop {
            let mut byte = [0];
            // The mistake: 0 is the end of the stream.
            let _ = stream.read(&mut byte)?;
            line.push(byte[0]);
            if byte == *b"\n" {
                messages.push(std::mem::take(&mut line));
            }
            if line.len() > 1_000_000 {
                return Ok::<(), io::Error>(());
            }
        }
    });
    let text = failure(spins, "a\n");
    assert!(
        text.starts_with("the framer panics: it reads on after the end"),
        "{text}"
    );
}

#[test]
fn a_buffered_reader_passes() {
    let lines = reader(|stream, messages| {
        for line in BufReader::new(stream).lines() {
            messages.push(line?);
        }
        Ok::<(), io::Error>(())
    });
    assert_invariant(lines, "a\nb\r\n\nrest");
}

#[test]
fn an_async_reader_that_is_not_cancel_safe_is_found() {
    // Each wait for a chunk drops the half-read line, as a `select!` loop does.
    let naive = async_reader(async |stream, messages| {
        let mut stream = tokio::io::BufReader::with_capacity(1, stream);
        let mut line = String::new();
        loop {
            let read = async {
                let mut own = String::new();
                stream.read_line(&mut own).await.map(|count| (count, own))
            };
            tokio::select! {
                biased;
                result = read => {
                    let (count, own) = result?;
                    line.push_str(&own);
                    if count == 0 {
                        return Ok::<(), io::Error>(());
                    }
                    messages.push(std::mem::take(&mut line));
                }
                () = std::future::ready(()) => tokio::task::yield_now().await,
            }
        }
    });
    let text = failure(naive, "ab\ncd\n");
    assert!(text.starts_with("what the framer reads depends"), "{text}");
}

#[test]
fn an_async_reader_with_its_own_task_passes() {
    let lengths = async_reader(async |mut stream, messages| {
        let (mut to, mut from) = tokio::io::duplex(3);
        let copy = tokio::spawn(async move {
            let mut byte = [0];
            while stream.read(&mut byte).await? > 0 {
                to.write_all(&byte).await?;
            }
            Ok::<(), io::Error>(())
        });
        while let Ok(length) = from.read_u8().await {
            let mut body = vec![0; usize::from(length)];
            from.read_exact(&mut body).await?;
            messages.push(body);
        }
        copy.await.expect("it does not panic")
    });
    assert_invariant(lengths, "\x02hi\0\x05hello");
}

#[test]
fn the_codecs_of_tokio_util_pass() {
    assert_invariant(decoder(LinesCodec::new), "GET a\r\nGET b\n\nrest\r");
    assert_invariant(
        decoder(|| LinesCodec::new_with_max_length(3)),
        "abc\nabcdef\nab\n",
    );
    assert_invariant(
        decoder(LengthDelimitedCodec::new),
        "\0\0\0\x02hi\0\0\0\0\0\0\0\x05hel",
    );
    let little = || {
        let mut builder = LengthDelimitedCodec::builder();
        builder
            .little_endian()
            .length_field_length(2)
            .max_frame_length(4)
            .new_codec()
    };
    assert_invariant(decoder(little), "\x02\0hi\x05\0hello");
    let words = || AnyDelimiterCodec::new(b" ,".to_vec(), b" ".to_vec());
    assert_invariant(decoder(words), "one two,three ,,rest");
}

/// Takes what is in the buffer for a whole message.
struct Greedy;

impl Decoder for Greedy {
    type Item = BytesMut;
    type Error = io::Error;

    fn decode(&mut self, buffer: &mut BytesMut) -> io::Result<Option<BytesMut>> {
        if buffer.len() < 2 {
            return Ok(None);
        }
        let length = usize::from(buffer.get_u16());
        Ok(Some(buffer.split_to(length.min(buffer.len()))))
    }
}

/// Yields a message and takes nothing.
struct Endless;

impl Decoder for Endless {
    type Item = ();
    type Error = io::Error;

    fn decode(&mut self, buffer: &mut BytesMut) -> io::Result<Option<()>> {
        Ok((!buffer.is_empty()).then_some(()))
    }
}

#[test]
fn a_decoder_that_takes_a_part_for_a_body_is_found() {
    let text = failure(decoder(|| Greedy), "\0\x02hi");
    assert!(text.contains("cut@2  "), "{text}");
}

#[test]
fn a_decoder_that_never_ends_is_found() {
    let text = failure(decoder(|| Endless), "a");
    assert!(
        text.contains("it yields messages without taking bytes"),
        "{text}"
    );
}

#[test]
fn lost_messages_are_found_also_if_the_stream_ends_in_an_error() {
    // A clean end is an error too, and the last message is lost with a cut.
    let naive = reader(|mut stream, messages| {
        loop {
            let mut buffer = [0; 2];
            match stream.read(&mut buffer)? {
                0 => return Err(io::Error::other("closed")),
                1 => {}
                _ => messages.push(buffer),
            }
        }
    });
    let lenient = Invariance::new().allow_late_messages();
    let found = lenient.check(&naive, "ab").expect_err("it is broken");
    assert_eq!(found.segmentation.cuts(), [1]);
}

#[test]
fn a_stream_that_another_thread_reads_is_rejected() {
    let threaded = reader(|mut stream, messages| {
        let thread = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).map(|_| bytes)
        });
        messages.push(thread.join().expect("it reads")?);
        Ok::<(), io::Error>(())
    });
    let text = failure(threaded, "ab");
    assert!(text.starts_with("the framer panics: it reads"), "{text}");
}

#[test]
fn many_messages_go_through_a_channel_of_an_async_reader() {
    let lines = async_reader(async |stream, messages| {
        let (sender, mut lines) = tokio::sync::mpsc::unbounded_channel();
        let reads = tokio::spawn(async move {
            let mut stream = tokio::io::BufReader::new(stream).lines();
            while let Some(line) = stream.next_line().await? {
                _ = sender.send(line);
            }
            Ok::<(), io::Error>(())
        });
        while let Some(line) = lines.recv().await {
            messages.push(line);
        }
        reads.await.expect("it does not panic")
    });
    let input = "\n".repeat(3000);
    let few = Invariance::quick().random(4);
    assert!(few.check(&lines, &input).is_ok());
}

#[test]
fn an_input_of_one_byte_is_tried_with_any_options() {
    assert!(Invariance::new().exhaustive(0).check(&lines, "\n").is_ok());
    assert!(Invariance::quick().exhaustive(0).check(&lines, "").is_ok());
}

#[test]
fn long_lists_and_long_messages_are_shown_in_part() {
    let new = || {
        let mut number = 0;
        move |chunk: &[u8]| {
            let messages: Vec<_> = chunk.iter().map(|_| "m".repeat(100)).collect();
            number += 1;
            messages[number - 1..].to_vec()
        }
    };
    let text = failure(new, &"x".repeat(2000));
    assert!(
        text.lines().all(|line| line.chars().count() < 700),
        "{text}"
    );
}

#[test]
fn the_messages_of_a_stream_are_known() {
    let traffic = Traffic::of_framing("{ line = { ending = 'crlf' } }").expect("it is valid");
    let messages = traffic
        .messages(b"a\r\n\r\n")
        .expect("the stream is complete");
    assert_eq!(messages, [&b"a"[..], b""]);
    assert_eq!(traffic.messages(b"a\r\nb"), None);
}

#[test]
fn the_streams_of_a_framing_are_of_all_kinds() {
    let traffic = Traffic::of_framing("'netstring'").expect("it is valid");
    let mut runner = TestRunner::deterministic();
    let mut streams = (0..300).map(|_| {
        let tree = traffic.streams().new_tree(&mut runner);
        tree.expect("nothing is rejected").current()
    });
    let mut kinds = HashSet::new();
    for stream in streams.by_ref() {
        kinds.insert(
            traffic
                .messages(&stream)
                .map(|messages| messages.len().min(2)),
        );
    }
    // Invalid ones, and those with none, one and several messages.
    assert_eq!(kinds, HashSet::from([None, Some(0), Some(1), Some(2)]));
}

#[test]
fn an_invalid_framing_says_where() {
    let error = Traffic::of_framing("'lines'").expect_err("there is no such framing");
    assert!(error.to_string().contains("framing:1:"), "{error}");
    let error = Traffic::of_framing("'line'\ntitle = 'a'").expect_err("it is more than a framing");
    assert!(error.to_string().contains("title"), "{error}");
    let error = Traffic::of_framing("").expect_err("it is nothing");
    assert!(error.to_string().contains("invalid TOML"), "{error}");
    let scenarios = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/framing");
    let error = Traffic::of_suite(scenarios).expect_err("these are several");
    assert!(
        error
            .to_string()
            .ends_with("13 suites; name the file of one"),
        "{error}"
    );
}

#[test]
fn the_streams_of_a_suite_have_its_payloads() {
    let suite = "
        title = 'Greeting'
        framing = 'line'
        [[scenario]]
        id = 'greets'
        exchange = [{ client = 'a greeting' }, { server = 'ok' }]
    ";
    let traffic = Traffic::of_suite_text("greeting.toml", suite).expect("it is valid");
    let mut runner = TestRunner::deterministic();
    let has_greeting = (0..50).any(|_| {
        let tree = traffic.streams().new_tree(&mut runner);
        let stream = tree.expect("nothing is rejected").current();
        stream.windows(10).any(|it| it == b"a greeting")
    });
    assert!(has_greeting);
}

#[test]
fn a_suite_with_two_framings_is_not_the_traffic_of_one_framer() {
    let suite = "
        title = 'Greeting'
        framing = 'line'
        scenario = [
            { id = 'greets', exchange = [{ client = 'a greeting' }] },
            { id = 'counts', framing = 'netstring', exchange = [{ client = 'a greeting' }] },
        ]
    ";
    let error = Traffic::of_suite_text("greeting.toml", suite).expect_err("which of them?");
    assert!(error.to_string().contains("2 framings"), "{error}");
}

#[test]
fn one_segmentation_of_a_fuzzer_is_tried() {
    assert_one(split_delimiter, b"GET a\r\nGET b\r\n\0");
    let cut = std::panic::catch_unwind(|| assert_one(split_delimiter, b"GET a\r\n\x06\0\x01"));
    let payload = cut.expect_err("it is cut between the CR and the LF");
    let text = payload.downcast_ref::<String>().expect("it is a text");
    assert!(text.contains("cut@6"), "{text}");
}
