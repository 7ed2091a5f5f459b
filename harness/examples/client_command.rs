//! Checks a client that is a program: `cargo run --example client_command -- PROGRAM...`
//!
//! wirecheck listens and starts the client for each case. The words are its command, with
//! `{host}` and `{port}` where it takes the address to connect to. Without any, the example
//! checks itself: it is a client if `PORT` is set.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use wirecheck::{Check, CheckError, Profile};

const SUITE: &str = "
    title = 'Greeter'
    framing = 'line'
    peer = 'client'
    [[scenario]]
    id = 'prints-the-greeting'
    exchange = [
        { client = 'who is there' },
        { server = 'server ${unique}' },
        { client.prints = 'server ${unique}' },
        { server.close = 'full' },
    ]
";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if let (Ok(host), Ok(port)) = (std::env::var("HOST"), std::env::var("PORT")) {
        return Ok(ask(&host, port.parse()?)?);
    }
    let mut command: Vec<String> = std::env::args().skip(1).collect();
    if command.is_empty() {
        command.push(std::env::current_exe()?.display().to_string());
    }
    check(command)?;
    Ok(())
}

fn check(command: Vec<String>) -> Result<(), CheckError> {
    let report = Check::suite_text("greeter.toml", SUITE)
        .client(command)
        .profile(Profile::Quick)
        .run()?;
    report.assert_passed();
    println!("passed: {:?}", report.record().tally());
    Ok(())
}

fn ask(host: &str, port: u16) -> std::io::Result<()> {
    let stream = TcpStream::connect((host, port))?;
    (&stream).write_all(b"who is there\n")?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    // At the end of the stream `read_line` returns what has come: it need not be a line.
    if !answer.ends_with('\n') {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    print!("{answer}");
    Ok(())
}
