//! A server of text lines: it answers a greeting with `ok`, acknowledges one command in
//! JSON, and closes. It ignores white space around a line, and blank lines.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::stream::{close, invalid, read_line};

/// Takes each read for whole characters. A split character ends the server; so does a
/// line that is not JSON.
pub(super) fn naive(mut client: TcpStream) -> io::Result<()> {
    let mut buffer = String::new();
    if naive_line(&mut client, &mut buffer)?.is_none() {
        return Ok(());
    }
    client.write_all(b"ok\n")?;
    if let Some(line) = naive_line(&mut client, &mut buffer)? {
        let command: Value = serde_json::from_str(&line).unwrap();
        let answer = json!({ "ok": true, "cmd": command["cmd"] });
        client.write_all(format!("{answer}\n").as_bytes())?;
    }
    Ok(())
}

fn naive_line(client: &mut TcpStream, buffer: &mut String) -> io::Result<Option<String>> {
    let mut searched = 0;
    loop {
        while let Some(end) = buffer[searched..].find('\n') {
            let line = buffer[..searched + end].trim().to_owned();
            buffer.drain(..=searched + end);
            searched = 0;
            if !line.is_empty() {
                return Ok(Some(line));
            }
        }
        searched = buffer.len();
        let mut data = [0; 1024];
        let size = client.read(&mut data)?;
        if size == 0 {
            return Ok(None);
        }
        buffer.push_str(std::str::from_utf8(&data[..size]).unwrap());
    }
}

/// Assembles lines as bytes, decodes whole lines only, and answers an invalid command
/// with an error.
pub(super) fn fixed(client: TcpStream) -> io::Result<()> {
    let outcome = serve(&client);
    if let Err(error) = &outcome
        && error.kind() == ErrorKind::InvalidData
    {
        let answer = json!({ "ok": false, "error": error.to_string() });
        send_line(&client, &answer.to_string())?;
    }
    close(&client, outcome)
}

fn serve(client: &TcpStream) -> io::Result<()> {
    let mut stream = BufReader::new(client);
    if read_text(&mut stream)?.is_none() {
        return Ok(());
    }
    send_line(client, "ok")?;
    let Some(line) = read_text(&mut stream)? else {
        return Ok(());
    };
    let command: Value = serde_json::from_str(&line).map_err(|_| invalid("not JSON"))?;
    let cmd = command.get("cmd").and_then(Value::as_str);
    let cmd = cmd.ok_or_else(|| invalid("not a command"))?;
    send_line(client, &json!({ "ok": true, "cmd": cmd }).to_string())
}

/// The next line that is not blank, without the white space around it.
pub(super) fn read_text(stream: &mut impl BufRead) -> io::Result<Option<String>> {
    while let Some(line) = read_line(stream)? {
        let line = String::from_utf8(line).map_err(|_| invalid("not UTF-8"))?;
        match line.trim() {
            "" => {}
            line => return Ok(Some(line.to_owned())),
        }
    }
    Ok(None)
}

pub(super) fn send_line(mut peer: &TcpStream, line: &str) -> io::Result<()> {
    peer.write_all(format!("{line}\n").as_bytes())
}
