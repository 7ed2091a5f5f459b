//! `wirecheck init`: writes a first suite and a commented `wirecheck.toml`.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use wirecheck_report::notation::quoted_if_needed;

use super::args::{FirstFraming, InitArgs};
use super::config::CONFIG_FILE;
use super::error::CommandError;
use super::exit::Exit;

/// The file of the first suite.
const SUITE_FILE: &str = "suites/first.toml";

impl FirstFraming {
    /// The framing as the suite writes it.
    fn toml(self) -> &'static str {
        match self {
            Self::Line => {
                "{ line = { max = 65536 } }     # ending = 'crlf' for lines that end with \\r\\n"
            }
            Self::Delimiter => r"{ delimiter = { bytes = '\0', max = 65536 } }",
            Self::Fixed => "{ fixed = { size = 16 } }",
            Self::AsciiLength => "{ ascii_length = { width = 10 } }",
            Self::Length => "{ length = { type = 'u32' } }",
            Self::VarintLength => "{ varint_length = { encoding = 'leb128' } }",
            Self::Netstring => "'netstring'",
            Self::Headers => "'headers'",
            Self::Http1 => "'http1'",
            Self::Resp => "'resp'",
        }
    }

    /// Two requests and their answers.
    fn exchange(self) -> &'static str {
        match self {
            Self::Fixed => FIXED,
            Self::Http1 => HTTP1,
            Self::Resp => RESP,
            _ => ECHO,
        }
    }
}

const ECHO: &str = r"  { client = 'hello é ${unique}' },
  { server = 'you said: hello é ${unique}' },
  { client = 'good bye ${unique}' },
  { server = 'you said: good bye ${unique}' },
";

/// `${unique}` has eight characters.
const FIXED: &str = r"  { client = 'ping 1: ${unique}' },
  { server = 'pong 1: ${unique}' },
  { client = 'ping 2: ${unique}' },
  { server = 'pong 2: ${unique}' },
";

const HTTP1: &str = r"  { client = 'GET /${unique} HTTP/1.1\r\nHost: localhost\r\n\r\n' },
  { server = { matches = '(?s)HTTP/1\.1 404 .*', example = 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n' } },
  { client = 'GET / HTTP/1.1\r\nHost: localhost\r\nX-Request: ${unique}\r\n\r\n' },
  { server = { matches = '(?s)HTTP/1\.1 200 .*', example = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' } },
";

const RESP: &str = r#"  { client = 'SET first-${unique} "two words"' },
  { server = '+OK' },
  { client = 'GET first-${unique}' },
  { server = '$9\r\ntwo words\r\n' },
"#;

pub(super) fn run(args: &InitArgs) -> Result<Exit, CommandError> {
    let (suite, config) = (args.folder.join(SUITE_FILE), args.folder.join(CONFIG_FILE));
    for path in [&suite, &config] {
        if fs::symlink_metadata(path).is_ok() {
            return Err(CommandError::Exists(path.clone()));
        }
    }
    write(&suite, &suite_text(args.framing))?;
    write(&config, &config_text(args))?;
    anstream::stdout().write_all(next_steps(args).as_bytes())?;
    Ok(Exit::Success)
}

/// Fails if the file is there.
fn write(path: &Path, text: &str) -> Result<(), CommandError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => CommandError::Exists(path.to_owned()),
        _ => CommandError::Init {
            path: path.to_owned(),
            source,
        },
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let file = fs::File::create_new(path).map_err(failed)?;
    (&file).write_all(text.as_bytes()).map_err(failed)
}

fn suite_text(framing: FirstFraming) -> String {
    let (toml, exchange) = (framing.toml(), framing.exchange());
    format!(
        r"# What a client and a server say to each other. wirecheck plays one side of it and
# delivers the same bytes in every way that TCP may deliver them.
#
# `wirecheck check --play` says whether the suite is valid, and which defects it
# cannot detect.
title   = 'First exchanges'
framing = {toml}

[[scenario]]
id       = 'answers-two-requests'
title    = 'Two requests are answered in order'
why      = 'TCP keeps no message boundaries: a request may arrive in pieces, or with the next one.'
# Replace the texts with those of your protocol. `${{unique}}` is a different number on each
# connection, so that an answer of another connection is not taken for the right one.
# `client.json = {{ … }}` and `server.json = {{ … }}` compare values instead of bytes.
exchange = [
{exchange}  {{ client.close = 'write' }},
  {{ server.close = 'fin' }},
]
"
    )
}

fn config_text(args: &InitArgs) -> String {
    let (role, example) = if args.client {
        ("client", "'python3', 'client.py', '{host}', '{port}'")
    } else {
        ("server", "'python3', 'server.py', '{port}'")
    };
    let command = match args.command.as_slice() {
        [] => format!("# command = [{example}]"),
        words => {
            let words: Vec<_> = words.iter().map(|word| toml_string(word)).collect();
            format!("command = [{}]", words.join(", "))
        }
    };
    let connect = match role {
        "server" => "# connect = 'localhost:7777'        # a server that is already running\n",
        _ => "# reconnects = true                 # one process that connects again and again\n",
    };
    format!(
        r"# The settings of wirecheck for this project. Options on the command line override it.
# `wirecheck schema config` has all settings.

suites  = ['suites']
profile = 'standard'                  # quick, standard, thorough or exhaustive
# only  = ['!random']                 # leave out some deliveries
# jobs  = 4                           # cases at the same time
# time  = '5m'                        # begin no more cases after this time

[peer]
role    = '{role}'
{command}
{connect}# start-timeout = '10s'

[gate]
# fail-on = ['must', 'flaky']         # add 'should' to be strict
# min-cases = 100                     # a run of fewer cases fails

# Known failures: these cases still run, but do not fail the run. An entry whose cases all
# pass, or that matches no case, fails it.
[known]
# 'first/answers-two-requests/cut@*' = 'issue 12: the header is read with one recv'

[reports]
# html  = 'wirecheck.html'
# junit = 'wirecheck-junit.xml'
"
    )
}

/// A literal string if possible: a Windows path stays readable.
fn toml_string(word: &str) -> String {
    let is_literal = !word.contains('\'') && !word.chars().any(char::is_control);
    if is_literal {
        format!("'{word}'")
    } else {
        // The escapes of JSON are escapes of TOML too.
        serde_json::Value::from(word).to_string()
    }
}

fn next_steps(args: &InitArgs) -> String {
    let at = |file: &str| -> PathBuf { args.folder.join(file) };
    let folder = match args.folder.as_os_str().to_str() {
        Some(".") => String::new(),
        _ => {
            let folder = args.folder.to_string_lossy();
            format!("cd {} && ", quoted_if_needed(&folder))
        }
    };
    let run = match (args.command.is_empty(), args.client) {
        (false, _) => "wirecheck run",
        (true, false) => "wirecheck run -- COMMAND {port}",
        (true, true) => "wirecheck run --client -- COMMAND {host} {port}",
    };
    format!(
        "wrote {}\nwrote {}\n\nNext, put your own messages into the suite, and run:\n  \
         {folder}wirecheck check --play\n  {folder}{run}\n  \
         {folder}wirecheck report --html report.html\n",
        at(SUITE_FILE).display(),
        at(CONFIG_FILE).display(),
    )
}
