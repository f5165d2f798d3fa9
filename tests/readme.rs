//! What README shows is what happens: its sessions are typed in again and compared.

#[path = "child/ending.rs"]
mod ending;

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::{Path, PathBuf},
    process::{self, Child, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
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

/// A folder that is removed with this.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What differs from lease to lease, and from machine to machine: hashes, keys, check values, dates, times, ports, places.
fn alike(text: &str) -> Vec<String> {
    let word = |word: &str| {
        let inner = word.trim_end_matches([',', ';']);
        let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let date = || inner.len() == 10 && inner.matches('-').count() == 2;
        if inner.len() >= 16 && is_hex(inner) || inner.contains("127.0.0.1:") || date() {
            return "#".to_owned();
        }
        inner.rsplit_once("pool/").map_or(inner, |(_, place)| place).to_owned()
    };
    let line = |line: &str| match line {
        line if line.starts_with("LMK Check: ") => "LMK Check: #".to_owned(),
        line if line.starts_with("HEADND00") => format!("HEADND00#{}", &line[14..]),
        line if line.contains(" places held something") => {
            let (before, places) = line.split_once(", in ").expect("it says how long it took");
            let found = places.split_once("; ").expect("it says what was found").1;
            let found = found.split_once(" of ").expect("it says of how many").0;
            format!("{} {found}", before.split_whitespace().map(word).collect::<Vec<_>>().join(" "))
        }
        line => line.split_whitespace().map(word).collect::<Vec<_>>().join(" "),
    };
    text.lines().map(line).collect()
}

/// Whether this was printed; `...` stands for any lines.
fn is_shown(printed: &[String], shown: &[String]) -> bool {
    match shown {
        [] => printed.is_empty(),
        [first, rest @ ..] if first == "..." => {
            (0..=printed.len()).any(|at| is_shown(&printed[at..], rest))
        }
        [first, rest @ ..] => printed.first() == Some(first) && is_shown(&printed[1..], rest),
    }
}

#[test]
fn the_lease_goes_as_readme_shows() {
    let session = session("## A lease");
    let [first, others @ ..] = &session[..] else { panic!("README shows no lease") };
    let folder = Folder(std::env::temp_dir().join(format!("readme-lease-{}", process::id())));
    fs::create_dir(&folder.0).expect("a folder");
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    std::os::unix::fs::symlink(examples, folder.0.join("examples")).expect("a link");

    let mut command = strongroom(&first.arguments);
    command.args(["--listen", "127.0.0.1:0", "--ports", "127.0.0.1:0"]);
    let child = command.current_dir(&folder.0).stdout(Stdio::piped()).spawn();
    let mut child = child.expect("the program is built");
    let out = BufReader::new(child.stdout.take().expect("it is a pipe"));
    let mut pool = Server { child, out };
    let mut printed = String::new();
    while !printed.ends_with("ready\n") {
        assert!(pool.out.read_line(&mut printed).expect("it is text") > 0, "{printed}");
    }
    assert_eq!(alike(&printed), alike(&first.output));

    let mut target = String::new();
    assert!(others.len() >= 6, "README shows a lease");
    for Shown { arguments, output } in others {
        let mut command = strongroom(arguments);
        if arguments[0] == "send" {
            command.args(["--target", &target]);
        }
        command.current_dir(&folder.0).stdin(Stdio::piped());
        let child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn();
        let mut child = child.expect("the program is built");
        let mut input = child.stdin.take().expect("it is a pipe");
        for typed in output.lines().filter_map(|line| line.strip_prefix("Provider> ")) {
            writeln!(input, "{typed}").expect("it reads");
        }
        drop(input);
        let ended = child.wait_with_output().expect("it ends");
        let printed = String::from_utf8_lossy(&ended.stdout);
        assert!(ended.status.success(), "{arguments:?}: {printed}");
        assert!(is_shown(&alike(&printed), &alike(output)), "strongroom {arguments:?}: {printed}");
        if let Some(port) = printed.lines().find_map(|line| line.strip_prefix("Host port ")) {
            port.trim().clone_into(&mut target);
        }
        // The pool looks a few times a second, and the provider types slowly.
        if arguments.iter().any(|it| it.ends_with("release.txt")) {
            let evidence = folder.0.join("pool/S0000000001D/evidence");
            let begun = Instant::now();
            while fs::read_to_string(&evidence).expect("evidence").lines().count() < 2 {
                assert!(begun.elapsed() < Duration::from_mins(1), "no record is signed");
                thread::sleep(Duration::from_millis(20));
            }
        }
    }
}

#[test]
fn what_readme_does_not_show_is_noticed() {
    let lines = |text: &str| alike(text);
    assert!(is_shown(&lines("a\nb\nc"), &lines("a\n...\nc")));
    assert!(!is_shown(&lines("a\nb\nd"), &lines("a\n...\nc")));
    assert!(!is_shown(&lines("a\nb"), &lines("a")));
    assert_eq!(alike("State  Pooled, 2026-11-24"), ["State Pooled #"]);
    assert_ne!(alike("1 record verified"), alike("0 records verified"));
}
