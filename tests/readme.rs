//! What README shows is what happens: its sessions are typed in again and compared.

#[path = "child/ending.rs"]
mod ending;

use std::{
    fmt::Write as _,
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, ChildStdout, Command, Stdio},
};

const README: &str = include_str!("../README.md");

/// A command that README shows, and what it prints there.
struct Shown {
    arguments: Vec<String>,
    output: String,
}

/// The commands of the section under `heading`, in order.
fn session(heading: &str) -> Vec<Shown> {
    let (_, section) = README.split_once(heading).expect("README has the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let mut session: Vec<Shown> = Vec::new();
    for line in section.lines() {
        match (line.strip_prefix("    $ strongroom "), line.strip_prefix("    ")) {
            (Some(command), _) => {
                session.push(Shown { arguments: words(command), output: String::new() });
            }
            (None, Some(text)) => {
                let shown = session.last_mut().expect("output follows a command");
                shown.output += text;
                shown.output.push('\n');
            }
            _ => {}
        }
    }
    session
}

/// A command line as a shell splits it; single quotes are all that README needs.
fn words(line: &str) -> Vec<String> {
    let quoted = line.split('\'').enumerate();
    quoted
        .flat_map(|(at, text)| match at % 2 {
            1 => vec![text.to_owned()],
            _ => text.split_whitespace().map(str::to_owned).collect(),
        })
        .collect()
}

fn strongroom(arguments: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
    command.args(arguments).env_remove("STRONGROOM_LOG").stdin(Stdio::null());
    command
}

/// A server that runs until it is dropped.
struct Server {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Server {
    /// Starts one as shown, but on free ports.
    fn start(arguments: &[String]) -> Self {
        let mut command = strongroom(arguments);
        command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the program is built");
        let out = BufReader::new(child.stdout.take().expect("it is a pipe"));
        Self { child, out }
    }

    /// Its lines up to `ready`, with the ports as README has them, and the address of the first.
    fn lines(&mut self) -> (String, String) {
        let mut addresses: Vec<String> = Vec::new();
        let mut shown = String::new();
        for line in self.out.by_ref().lines() {
            let line = line.expect("it is text");
            let port = line.strip_prefix("host port ").and_then(|rest| rest.split_once(' '));
            if let Some((address, name)) = port {
                let shown_port = 1500 + addresses.len();
                writeln!(shown, "host port 127.0.0.1:{shown_port} {name}").expect("a string");
                addresses.push(address.to_owned());
            } else if line.starts_with("console ") {
                shown.push_str("console /tmp/strongroom-1500/console\n");
            } else {
                shown.push_str(&line);
                shown.push('\n');
            }
            if line == "ready" {
                break;
            }
        }
        (shown, addresses.swap_remove(0))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        ending::end(&mut self.child);
    }
}

#[test]
fn the_first_session_prints_what_readme_shows() {
    let session = session("## A first session");
    let [first, others @ ..] = &session[..] else { panic!("README shows no session") };
    assert_eq!(first.arguments[0], "serve");
    let mut server = Server::start(&first.arguments);
    let (lines, target) = server.lines();
    assert_eq!(lines, first.output, "serve");
    assert!(others.len() >= 5, "README shows a session");
    for Shown { arguments, output } in others {
        let mut command = strongroom(arguments);
        if arguments[0] == "send" {
            command.args(["--target", &target]);
        }
        let ended = command.output().expect("the program is built");
        let printed = String::from_utf8_lossy(&ended.stdout);
        assert_eq!(printed, *output, "strongroom {arguments:?}");
    }
}
