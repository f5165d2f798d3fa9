//! The program `strongroom serve` as a script sees it: its lines, its exit status, its order to
//! stop.

#[path = "child/ending.rs"]
mod ending;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

const PATIENCE: Duration = Duration::from_secs(20);

fn strongroom(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
    command.args(arguments).env_remove("STRONGROOM_LOG").stdin(Stdio::null());
    command
}

/// A server that runs until it is dropped.
struct Server {
    child: Child,
    lines: Vec<String>,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        Self::run(strongroom(&["serve", "--listen", "127.0.0.1:0"]).args(arguments))
    }

    fn run(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program is built");
        let out = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let lines = out.lines().map_while(Result::ok).take_while(|line| line != "ready").collect();
        Self { child, lines }
    }

    fn address(&self) -> SocketAddr {
        let address = self
            .lines
            .iter()
            .find_map(|line| line.strip_prefix("host port ")?.strip_suffix(" default LMK"));
        address.expect("the default port is announced").parse().expect("it is an address")
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).expect("it accepts");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket option");
        stream
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
    }

    /// Its exit status and what it wrote to standard error.
    fn end(mut self) -> (Option<i32>, String) {
        let status = ended(&mut self.child);
        let mut log = String::new();
        self.child
            .stderr
            .take()
            .expect("it is a pipe")
            .read_to_string(&mut log)
            .expect("it is text");
        (status, but_for_the_machine(&log))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        ending::end(&mut self.child);
    }
}

fn ended(child: &mut Child) -> Option<i32> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("it is our child") {
            return status.code();
        }
        assert!(begun.elapsed() < PATIENCE, "it does not end");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What it wrote, without the warning that the machine lets it lock no memory.
fn but_for_the_machine(log: &str) -> String {
    log.lines()
        .filter(|line| !line.contains("keys may get into swap"))
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// The one line that the program writes to standard error before it ends with status 2.
fn refusal(arguments: &[&str]) -> String {
    let mut child = strongroom(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program is built");
    assert_eq!(ended(&mut child), Some(2), "{arguments:?}");
    let Output { stdout, stderr, .. } = child.wait_with_output().expect("it has ended");
    assert!(stdout.is_empty(), "{arguments:?}");
    let line = but_for_the_machine(&String::from_utf8(stderr).expect("it is text"));
    assert!(line.ends_with('\n') && line.lines().count() == 1, "more than one line: {line}");
    line
}

fn configuration(name: &str, text: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).expect("the folder is writable");
    path.display().to_string()
}

fn framed(message: &str) -> Vec<u8> {
    let length = u16::try_from(message.len()).expect("the message is short");
    [&length.to_be_bytes()[..], message.as_bytes()].concat()
}

#[test]
fn it_answers_by_tcp_and_udp_on_the_announced_port() {
    let server = Server::start(&[]);
    let mut stream = server.connect();
    let mut reply = [0; 10];
    stream.write_all(&framed("HEAD??")).expect("it is sent");
    stream.read_exact(&mut reply).expect("it answers");
    assert_eq!(reply, *b"\0\x08HEAD?@68");
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.set_read_timeout(Some(PATIENCE)).expect("a socket option");
    socket.send_to(&framed("HEAD??"), server.address()).expect("it is sent");
    let (length, _) = socket.recv_from(&mut reply).expect("it answers");
    assert_eq!(reply.get(..length), Some(&b"\0\x08HEAD?@68"[..]));
}

#[test]
fn a_signal_stops_it_after_it_has_answered() {
    for signal in [Signal::INT, Signal::TERM] {
        let server = Server::start(&[]);
        let mut stream = server.connect();
        stream.write_all(&framed("HEAD??").repeat(100)).expect("it is sent");
        server.signal(signal);
        let mut replies = Vec::new();
        stream.read_to_end(&mut replies).expect("it closes in order");
        assert!(replies == b"\0\x08HEAD?@68".repeat(100), "{} bytes of replies", replies.len());
        assert_eq!(server.end(), (Some(0), String::new()));
    }
}

#[test]
fn the_configuration_file_is_obeyed_and_an_option_wins() {
    let text =
        "[host]\nheader_length = 2\nunknown_command = \"ZZ00\"\nframe_limit = 10\nudp = false\n";
    let file = configuration("obeyed.toml", text);
    let server = Server::start(&["--config", &file, "--header-length", "3"]);
    let mut stream = server.connect();
    let mut reply = [0; 9];
    stream.write_all(&framed("abc??")).expect("it is sent");
    stream.read_exact(&mut reply).expect("it answers");
    assert_eq!(reply, *b"\0\x07abcZZ00");
    stream.write_all(&framed("more than ten")).expect("it is sent");
    assert_eq!(stream.read(&mut reply).expect("it closes in order"), 0);
    server.signal(Signal::TERM);
    let (status, log) = server.end();
    assert_eq!(status, Some(0));
    assert!(
        log.contains("a message of 13 bytes is longer than the limit")
            && !log.contains("more than ten"),
        "{log}"
    );
}

#[test]
fn a_port_in_use_is_an_error_that_names_it() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let line = refusal(&["serve", "--listen", &address.to_string()]);
    let begin =
        format!("strongroom: TCP port {} of 127.0.0.1 (default LMK) is in use: ", address.port());
    assert!(line.starts_with(&begin), "{line}");
}

#[test]
fn an_unknown_key_is_an_error_that_names_file_key_and_line() {
    let file = configuration("unknown.toml", "[host]\nlisten = \"127.0.0.1:0\"\nframe_limt = 10\n");
    let line = refusal(&["serve", "--config", &file]);
    assert!(
        line.starts_with(&format!(
            "strongroom: {file} line 3: unknown key `frame_limt`, expected one of "
        )),
        "{line}"
    );
    let line = refusal(&["serve", "--config", "no/such/file"]);
    assert!(line.starts_with("strongroom: no/such/file cannot be read: "), "{line}");
}

#[test]
fn a_wrong_lmk_is_an_error_that_says_which() {
    for (lmk, expected) in [
        (
            r#"name = "test-varaint""#,
            "LMK 07, `test-varaint`: no such test LMK: use test-variant, ",
        ),
        (r#"name = "test-variant", old = "none""#, "LMK 07, `none`: no such test LMK: use "),
        (
            r#"name = "test-variant", old = "test-key-block-tdes""#,
            "LMK 07, `test-key-block-tdes` in key change storage: keys cannot be translated from a \
             key block LMK to a variant LMK",
        ),
        (
            r#"name = "test-variant", old = "test-variant", new = "test-variant""#,
            "LMK 07: key change storage holds one LMK, leave out either `old` or `new`",
        ),
        (r#"name = "key-block-aes:0123""#, "LMK 07, `key-block-aes:...`: length fits no LMK: "),
        (
            r#"name = "key-block-tdes:010101010101010101010101010101010101010101010103""#,
            "LMK 07, `key-block-tdes:...`: a DES key of the LMK does not have odd parity",
        ),
    ] {
        let file = configuration("lmk.toml", &format!("lmk = [{{ id = 7, {lmk} }}]"));
        let line = refusal(&["serve", "--config", &file]);
        assert!(line.starts_with(&format!("strongroom: {expected}")), "{line}");
    }
}

#[test]
fn key_change_storage_is_announced() {
    let key = "key-block-aes:000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F";
    let file = configuration(
        "change.toml",
        &format!(
            "lmk = [{{ id = 1, name = \"test-variant\", new = \"{key}\" }}, \
             {{ id = 2, name = \"test-key-block-aes\", old = \"test-key-block-tdes\" }}]"
        ),
    );
    let server = Server::start(&["--config", &file]);
    let told = server.lines.iter().find_map(|line| line.strip_prefix("key change storage "));
    // CMAC of the empty message, by another implementation.
    let check_value = "6BF0A2";
    assert_eq!(
        told,
        Some(&*format!("new 01 AES key block {check_value}, old 02 3DES key block 165126"))
    );
    assert!(server.lines.iter().any(|line| line.contains("write no LMK there")));
    assert!(!server.lines.iter().any(|line| line.contains("000102")));
}

#[test]
fn wrong_usage_is_one_line_that_says_what_to_do() {
    for (arguments, expected) in [
        (
            &["serve", "--lisen", "x"][..],
            "unexpected argument '--lisen' found; tip: a similar argument exists: '--listen'",
        ),
        (
            &["serve", "--connections", "0"],
            "'--connections <NUMBER>': 0 is not a whole number from 1 to 4096",
        ),
        (&["serve", "--listen", "1500"], "invalid value '1500' for '--listen <ADDRESS:PORT>'"),
        (&["serve", "--unknown-command", "0"], "an unknown command is answered 68, ZZ00 or drop"),
        (&["sevre"], "unrecognized subcommand 'sevre'"),
        (&[], "name a subcommand"),
    ] {
        let line = refusal(arguments);
        assert!(
            line.starts_with("strongroom: ") && line.contains(expected) && line.contains("--help"),
            "{line}"
        );
    }
}

#[test]
fn help_is_an_answer() {
    let Output { status, stdout, .. } =
        strongroom(&["serve", "--help"]).output().expect("the program is built");
    let help = String::from_utf8(stdout).expect("it is text");
    assert!(
        status.success() && help.contains("strongroom serve --dev --listen 127.0.0.1:1500"),
        "{help}"
    );
}

/// Reads one reply.
fn reply(stream: &mut TcpStream) -> String {
    let mut length = [0; 2];
    stream.read_exact(&mut length).expect("it answers");
    let mut reply = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut reply).expect("a whole reply");
    String::from_utf8_lossy(&reply).into_owned()
}

#[test]
fn slow_commands_hold_nobody_up_but_their_own_connection() {
    // With one worker a slow command on it would make all others wait.
    let mut command = strongroom(&["serve", "--listen", "127.0.0.1:0"]);
    let server =
        Server::run(command.args(["--dev", "--seed", "1"]).env("TOKIO_WORKER_THREADS", "1"));
    let connect = |_| {
        let mut stream = server.connect();
        stream.write_all(&framed("HEADNC")).expect("it reads");
        assert!(reply(&mut stream).starts_with("HEADND00"));
        stream
    };
    let mut slow: Vec<_> = (0..10).map(connect).collect();
    let mut other = connect(10);
    let messages = [framed("HEADEI2204801"), framed("HEADB20003abc")].concat();
    for (number, stream) in slow.iter_mut().enumerate() {
        if number == 9 {
            other.write_all(&framed("HEADNC")).expect("it reads");
        }
        stream.write_all(&messages).expect("it reads");
    }
    assert!(reply(&mut other).starts_with("HEADND00"));
    let waiting = slow.iter().filter(|stream| {
        stream.set_nonblocking(true).expect("a socket option");
        let nothing = stream.peek(&mut [0]).is_err();
        stream.set_nonblocking(false).expect("a socket option");
        nothing
    });
    assert!(waiting.count() > 5, "most RSA keys came before the reply to NC");
    for mut stream in slow {
        assert!(reply(&mut stream).starts_with("HEADEJ00"), "the key comes first");
        assert_eq!(reply(&mut stream), "HEADB300abc");
    }
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.set_read_timeout(Some(PATIENCE)).expect("a socket option");
    socket.send_to(&framed("HEADEI2102401"), server.address()).expect("it is sent");
    let mut datagram = [0; 2000];
    let length = socket.recv(&mut datagram).expect("it answers");
    assert_eq!(datagram[2..10], *b"HEADEJ00");
    assert_eq!(length, 2 + usize::from(u16::from_be_bytes([datagram[0], datagram[1]])));
    server.signal(Signal::TERM);
    assert_eq!(server.end().0, Some(0));
}
