//! Lines of text: a greeting is answered `ok`, a command in JSON is acknowledged,
//! then the server closes. White space around a line and blank lines mean nothing.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::stream::{end, refused, whole_line};

/// Takes what a read returns for whole characters. One that comes in two pieces is
/// the end of the server; so is a line that is no JSON.
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
    loop {
        while let Some((line, rest)) = buffer.split_once('\n') {
            let line = line.trim().to_owned();
            *buffer = rest.to_owned();
            if !line.is_empty() {
                return Ok(Some(line));
            }
        }
        let mut data = [0; 1024];
        let size = client.read(&mut data)?;
        if size == 0 {
            return Ok(None);
        }
        buffer.push_str(std::str::from_utf8(&data[..size]).unwrap());
    }
}

/// Puts lines together as bytes, decodes whole ones, and says what is wrong with
/// those that are no commands.
pub(super) fn mended(client: TcpStream) -> io::Result<()> {
    let outcome = converse(&client);
    if let Err(error) = &outcome
        && error.kind() == ErrorKind::InvalidData
    {
        let refusal = json!({ "ok": false, "error": error.to_string() });
        say(&client, &refusal.to_string())?;
    }
    end(&client, outcome)
}

fn converse(client: &TcpStream) -> io::Result<()> {
    let mut stream = BufReader::new(client);
    if mended_line(&mut stream)?.is_none() {
        return Ok(());
    }
    say(client, "ok")?;
    let Some(line) = mended_line(&mut stream)? else {
        return Ok(());
    };
    let command: Value = serde_json::from_str(&line).map_err(|_| refused("not JSON"))?;
    let cmd = command.get("cmd").and_then(Value::as_str);
    let cmd = cmd.ok_or_else(|| refused("not a command"))?;
    say(client, &json!({ "ok": true, "cmd": cmd }).to_string())
}

/// The next line that is not blank, without the white space around it.
pub(super) fn mended_line(stream: &mut impl BufRead) -> io::Result<Option<String>> {
    while let Some(line) = whole_line(stream)? {
        let line = String::from_utf8(line).map_err(|_| refused("not UTF-8"))?;
        match line.trim() {
            "" => {}
            line => return Ok(Some(line.to_owned())),
        }
    }
    Ok(None)
}

pub(super) fn say(mut peer: &TcpStream, line: &str) -> io::Result<()> {
    peer.write_all(format!("{line}\n").as_bytes())
}
