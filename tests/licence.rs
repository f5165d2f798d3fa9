//! What a licence allows, as host applications, officers and the provider meet it.

#[path = "child/ending.rs"]
mod ending;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpStream, UdpSocket};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(20);

fn strongroom(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
    command.args(arguments).env_remove("STRONGROOM_LOG");
    command
}

/// A development server that runs until it is dropped.
struct Server {
    child: Child,
    lines: Vec<String>,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let mut command = strongroom(&["serve", "--dev", "--listen", "127.0.0.1:0"]);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the program is built");
        let out = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let lines = out.lines().map_while(Result::ok).take_while(|line| line != "ready").collect();
        Self { child, lines }
    }

    /// What follows in the line that begins so.
    fn told(&self, start: &str) -> &str {
        let line = self.lines.iter().find_map(|line| line.strip_prefix(start));
        line.unwrap_or_else(|| panic!("no `{start}` in {:?}", self.lines))
    }

    fn address(&self) -> &str {
        self.told("host port ").split(' ').next().expect("an address")
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).expect("it accepts");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket option");
        stream
    }

    /// A line at the console of the provider; whether all went well, and what is shown.
    fn provider(&self, line: &str) -> (bool, String) {
        self.console("provider", line)
    }

    fn console(&self, party: &str, line: &str) -> (bool, String) {
        let socket = self.told("console ");
        let socket =
            if party == "tenant" { socket.to_owned() } else { socket.replace("console", party) };
        let mut console = strongroom(&["console", "--as", party, "--socket", &socket])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program is built");
        let mut input = console.stdin.take().expect("it is a pipe");
        writeln!(input, "{line}").expect("it reads");
        drop(input);
        let Output { status, stdout, .. } = console.wait_with_output().expect("it ends");
        (status.success(), String::from_utf8_lossy(&stdout).into_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        ending::end(&mut self.child);
    }
}

fn framed(message: &str) -> Vec<u8> {
    let length = u16::try_from(4 + message.len()).expect("the message is short");
    [&length.to_be_bytes()[..], b"HEAD", message.as_bytes()].concat()
}

/// Sends so many messages at once, and reads as many replies; the last one, and how long it took.
fn exchange(stream: &mut TcpStream, message: &str, count: usize) -> (String, Duration) {
    let begun = Instant::now();
    stream.write_all(&framed(message).repeat(count)).expect("it reads");
    let mut reply = Vec::new();
    for _ in 0..count {
        let mut length = [0; 2];
        stream.read_exact(&mut length).expect("a reply");
        reply = vec![0; u16::from_be_bytes(length).into()];
        stream.read_exact(&mut reply).expect("a whole reply");
    }
    (String::from_utf8_lossy(&reply[4..]).into_owned(), begun.elapsed())
}

#[test]
fn calls_beyond_the_licence_wait_and_a_new_licence_keeps_the_connection() {
    let server = Server::start(&["--licence", "payShield10K_LMK2_CPS60"]);
    assert_eq!(server.told("licence "), "LMK2_CPS60: 2 LMKs, 60 calls per second, packages all");
    let mut stream = server.connect();
    let (reply, elapsed) = exchange(&mut stream, "NC", 66);
    assert!(reply.starts_with("ND00268604"), "{reply}");
    // Six of them find a token; sixty come in a second.
    assert!(elapsed >= Duration::from_millis(950), "{elapsed:?}");
    assert!(elapsed < Duration::from_secs(5), "{elapsed:?}");
    for (licence, answer) in [
        ("licence LMK1_CPS60", "2 LMKs are loaded: erase some first"),
        ("licence CPS60", "a licence is called LMK1_CPS60"),
    ] {
        let (well, shown) = server.provider(licence);
        assert!(!well && shown.contains(answer), "{shown}");
    }
    let (well, shown) = server.console("tenant", "licence LMK2");
    assert!(!well && shown.contains("only allowed for the provider"), "{shown}");
    let (well, shown) = server.provider("licence LMK2");
    assert!(well && shown.contains("calls per second): not limited"), "{shown}");
    let (_, elapsed) = exchange(&mut stream, "NC", 600);
    assert!(elapsed < Duration::from_secs(5), "{elapsed:?}");
}

#[test]
fn connections_and_datagrams_share_the_calls() {
    let server = Server::start(&["--licence", "LMK2_CPS250"]);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| exchange(&mut server.connect(), "B20000", 55));
        }
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        socket.set_read_timeout(Some(PATIENCE)).expect("a socket option");
        for _ in 0..55 {
            socket.send_to(&framed("B20000"), server.address()).expect("sent");
            let length = socket.recv(&mut [0; 100]).expect("a reply");
            assert_eq!(length, 2 + 4 + 4);
        }
    });
    // 275 calls, of which 25 find a token.
    assert!(begun.elapsed() >= Duration::from_millis(950), "{:?}", begun.elapsed());
}

#[test]
fn commands_of_other_packages_answer_67() {
    let server = Server::start(&["--licence-packages", "legacy,emv-transactions"]);
    let mut stream = server.connect();
    for (message, answer) in [
        ("NC", "ND00"),
        ("CW", "CX67"),
        ("EI", "EJ67"),
        ("M0", "M167"),
        ("KQ", "KR15"),
        ("HA", "HB15"),
        ("B20001A", "B300A"),
        ("ZZ", "Z[68"),
    ] {
        let (reply, _) = exchange(&mut stream, message, 1);
        assert!(reply.starts_with(answer), "{message}: {reply}");
    }
    let (_, shown) = server.provider("getcmds -l");
    let row = |code: &str| shown.lines().find(|line| line.starts_with(&format!("{code}  ")));
    assert!(row("KQ").is_some_and(|row| row.contains("emv-transactions")), "{shown}");
    assert!(row("NC").is_some_and(|row| row.contains("base")) && row("CW").is_none(), "{shown}");
    let (_, shown) = server.provider("vr");
    assert!(shown.contains("Licence: LMKx20\n") && shown.contains("  legacy\n"), "{shown}");
}

#[test]
fn an_appliance_has_no_more_lmks_than_its_licence() {
    let server = Server::start(&["--licence", "LMK1_CPS60"]);
    assert_eq!(server.told("LMKs "), "00 variant 268604");
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join("two-lmks.toml");
    let lmks = "lmk = [{ id = 0, name = \"test-variant\" }, { id = 3, name = \"test-variant\" }]\n";
    std::fs::write(&file, lmks).expect("written");
    let path = file.to_str().expect("text");
    let ended = strongroom(&["serve", "--dev", "--licence", "LMK1", "--config", path]).output();
    let ended = ended.expect("the program is built");
    let error = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(2), "{error}");
    assert!(error.contains("the licence LMK1 is for 1 LMKs, and 2 are configured"), "{error}");
}
