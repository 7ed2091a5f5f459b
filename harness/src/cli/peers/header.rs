//! A server of length-prefixed messages: ten columns of decimal length, then the text.
//! It answers each message in capitals, with the same framing.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use super::stream::{close, invalid};

/// Takes the first read for the header and the next one for the rest of the body, and
/// drops what follows the body. The header of its answer counts characters, not bytes.
pub(super) fn naive(mut client: TcpStream) -> io::Result<()> {
    while let Some(text) = naive_message(&mut client)? {
        let answer = text.to_uppercase();
        let length = answer.chars().count();
        client.write_all(format!("{length:<10}{answer}").as_bytes())?;
    }
    Ok(())
}

fn naive_message(client: &mut TcpStream) -> io::Result<Option<String>> {
    let mut data = [0; 16];
    let size = client.read(&mut data)?;
    if size == 0 {
        return Ok(None);
    }
    let (header, body) = data[..size].split_at(size.min(10));
    let header = String::from_utf8_lossy(header);
    let length = header.trim().parse().map_err(|_| invalid("not a length"))?;
    let mut body = body.to_vec();
    if body.len() < length {
        let mut data = [0; 65_536];
        let size = client.read(&mut data)?;
        body.extend_from_slice(&data[..size]);
    }
    body.truncate(length);
    decode(body).map(Some)
}

/// Reads until the header is complete, then until the body is. It checks the length, and
/// counts bytes in its answer.
pub(super) fn fixed(client: TcpStream) -> io::Result<()> {
    let outcome = serve(&client);
    close(&client, outcome)
}

fn serve(mut client: &TcpStream) -> io::Result<()> {
    let mut stream = BufReader::new(client);
    while let Some(text) = read_message(&mut stream)? {
        let answer = text.to_uppercase();
        client.write_all(format!("{:<10}{answer}", answer.len()).as_bytes())?;
    }
    Ok(())
}

/// `None` if the stream ends between two messages.
pub(super) fn read_message(stream: &mut impl BufRead) -> io::Result<Option<String>> {
    if stream.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let mut header = [0; 10];
    stream.read_exact(&mut header)?;
    let length = parse_length(&header).ok_or_else(|| invalid("not a length"))?;
    let mut body = Vec::new();
    stream.take(length).read_to_end(&mut body)?;
    if (body.len() as u64) < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    decode(body).map(Some)
}

const MAX_BODY: u64 = 1 << 20;

/// ASCII digits without a sign or leading zeros, then spaces.
fn parse_length(header: &[u8; 10]) -> Option<u64> {
    let digits = str::from_utf8(header).ok()?.trim_end_matches(' ');
    let plain = digits == "0" || !digits.starts_with('0');
    let plain = plain && digits.bytes().all(|byte| byte.is_ascii_digit());
    let length = digits.parse().ok().filter(|_| plain)?;
    (length <= MAX_BODY).then_some(length)
}

fn decode(body: Vec<u8>) -> io::Result<String> {
    String::from_utf8(body).map_err(|_| invalid("not UTF-8"))
}
