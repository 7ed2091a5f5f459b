//! Checks a server that is a program: `cargo run --example server_command -- PROGRAM...`
//!
//! The words are the command that starts the server, with `{port}` where it takes its port.
//! Without any, the example checks itself: it is an echo server if `PORT` is set.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

use wirecheck::{Check, CheckError, Profile};

const SUITE: &str = "
    title = 'Echo'
    framing = 'line'
    [[scenario]]
    id = 'answers-each-line'
    exchange = [{ client = 'hi ${unique}' }, { server = 'hi ${unique}' }]
";

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    if let Ok(port) = std::env::var("PORT") {
        serve(&TcpListener::bind(("127.0.0.1", port.parse()?))?)?;
    }
    let mut command: Vec<String> = std::env::args().skip(1).collect();
    if command.is_empty() {
        command.push(std::env::current_exe()?.display().to_string());
    }
    check(command)?;
    Ok(ExitCode::SUCCESS)
}

fn check(command: Vec<String>) -> Result<(), CheckError> {
    let report = Check::suite_text("echo.toml", SUITE)
        .command(command)
        .profile(Profile::Quick)
        .run()?;
    print!("{report}");
    for failure in report.failures() {
        println!("{}: {}", failure.case_id(), failure.findings()[0].what);
    }
    report.assert_passed();
    Ok(())
}

fn serve(listener: &TcpListener) -> std::io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        std::thread::spawn(move || echo(stream));
    }
}

fn echo(stream: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
        (&stream).write_all(&line)?;
        line.clear();
    }
    Ok(())
}
