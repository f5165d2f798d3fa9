//! An appliance of a pool: the process that `serve --supervised` makes, as its parent meets it.

#[path = "child/ending.rs"]
mod ending;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use appliance::{Folders, Found, SerialNumber, Store};

const PATIENCE: Duration = Duration::from_secs(20);
const SERIAL: &str = "S0000000042D";

/// The folders of an appliance, removed with this.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("supervised-{name}"));
        // There may be none of an earlier run.
        let _ = fs::remove_dir_all(&folder);
        Self(folder)
    }

    fn folders(&self) -> Folders {
        Folders { state: self.0.join("state"), root_key: self.0.join("state.key") }
    }

    fn start(&self, arguments: &[&str]) -> Supervised {
        let Folders { state, root_key } = self.folders();
        let mut child = Command::new(env!("CARGO_BIN_EXE_strongroom"))
            .args(["serve", "--supervised", "--listen", "127.0.0.1:0", "--serial-number", SERIAL])
            .arg("--state")
            .arg(state)
            .arg("--root-key")
            .arg(root_key)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program is built");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let (sender, lines) = channel();
        thread::spawn(move || {
            output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Supervised { child, input, lines }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Supervised {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Supervised {
    /// The next status.
    fn status(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a status")
    }

    fn say(&mut self, line: &str) {
        writeln!(self.input.as_mut().expect("it listens"), "{line}").expect("it listens");
    }

    fn ended(&mut self) -> ExitStatus {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                return status;
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("it does not end");
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        ending::end(&mut self.child);
    }
}

/// The value of a field in a line of JSON that has no nested ones.
fn field<'l>(line: &'l str, name: &str) -> &'l str {
    let (_, after) = line.split_once(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{line}"));
    after.split([',', '}']).next().expect("a value").trim_matches('"')
}

/// Sends so many diagnostics at once; how long the replies took.
fn exchange(stream: &mut TcpStream, count: usize) -> Duration {
    let begun = Instant::now();
    stream.write_all(&b"\0\x06HEADNC".repeat(count)).expect("it reads");
    for _ in 0..count {
        let mut length = [0; 2];
        stream.read_exact(&mut length).expect("a reply");
        let mut reply = vec![0; u16::from_be_bytes(length).into()];
        stream.read_exact(&mut reply).expect("a whole reply");
        assert!(reply.starts_with(b"HEADND00"), "{}", reply.escape_ascii());
    }
    begun.elapsed()
}

#[test]
fn a_licence_is_taken_at_once_and_connections_are_kept() {
    let place = Place::new("licence");
    let mut appliance = place.start(&["--dev", "--licence", "payShield10K_LMK2_CPS250"]);
    let ready = appliance.status();
    assert_eq!(field(&ready, "licensed"), "payShield10K_LMK2_CPS250");
    assert_eq!(field(&ready, "lmks"), "2");
    assert_eq!((field(&ready, "commissioned"), field(&ready, "tampered")), ("false", "false"));
    let mut stream = TcpStream::connect(field(&ready, "host")).expect("it accepts");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket option");
    exchange(&mut stream, 1);
    // With two LMKs loaded, one for one is not taken.
    appliance.say(r#"{"license":"payShield10K_LMK1_CPS60"}"#);
    assert_eq!(appliance.status(), ready);
    appliance.say("what is this?");
    appliance.say(r#"{"license":"payShield10K_LMK2_CPS60"}"#);
    assert_eq!(field(&appliance.status(), "licensed"), "payShield10K_LMK2_CPS60");
    // Six of them find a token; thirty come in half a second.
    let slow = exchange(&mut stream, 36);
    assert!(slow >= Duration::from_millis(450), "{slow:?}");
    appliance.say(r#"{"license":"payShield10K_LMK2_CPS2500"}"#);
    assert_eq!(field(&appliance.status(), "licensed"), "payShield10K_LMK2_CPS2500");
    let fast = exchange(&mut stream, 250);
    assert!(fast < Duration::from_secs(3), "{fast:?}");
    // The end of its input is the order to stop, which takes nothing from the tenant.
    drop(appliance.input.take());
    assert_eq!(appliance.ended().code(), Some(0));
    drop(appliance);
    let serial = SERIAL.parse().expect("a serial number");
    let kept = Store::open(&place.folders(), serial).expect("a state");
    assert!(matches!(kept, Found::State(state, _) if state.lmks.count() == 2));
    drop(Store::open(&place.folders(), SerialNumber::default()).expect_err("it is another's"));
}

#[test]
fn an_appliance_that_is_reclaimed_ends_and_leaves_the_order_to_its_pool() {
    let place = Place::new("reclaim");
    let mut appliance = place.start(&["--dev"]);
    let ready = appliance.status();
    let mut stream = TcpStream::connect(field(&ready, "host")).expect("it accepts");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket option");
    exchange(&mut stream, 1);
    let sealed = place.folders().state.join("state");
    let copy = fs::read(&sealed).expect("a state");
    appliance.say(r#"{"reclaim":"REQ-7"}"#);
    assert_eq!(appliance.ended().code(), Some(0));
    assert_eq!(stream.read(&mut [0; 8]).unwrap_or_default(), 0, "the connection is cut");
    // A start before the pool has settled erases what is left again, and serves nobody.
    fs::write(&sealed, &copy).expect("room");
    let mut again = place.start(&["--dev"]);
    assert_eq!(again.ended().code(), Some(0));
    assert!(again.lines.recv_timeout(PATIENCE).is_err(), "it told a status");
    assert!(!sealed.exists() && !place.folders().root_key.join("root-key").exists());
    let serial: SerialNumber = SERIAL.parse().expect("a serial number");
    let Ok(Found::Release(release)) = Store::open(&place.folders(), serial) else {
        panic!("the order is gone")
    };
    assert_eq!(release.by(), "provider: REQ-7");
    let count =
        |class: &str| release.erased().iter().find(|it| it.class == class).map(|it| it.count);
    assert_eq!((count("LMKs"), count("root keys")), (Some(3), Some(1)));
    release.settle().expect("it is removed");
    // What was sealed cannot be opened any more: its key is gone.
    fs::write(&sealed, &copy).expect("room");
    let fault = Store::open(&place.folders(), serial).expect_err("there is no key");
    assert!(fault.to_string().contains("there is no root key"), "{fault}");
}

#[test]
fn an_appliance_ends_with_its_parent() {
    let place = Place::new("parent");
    fs::create_dir_all(&place.0).expect("room");
    let Folders { state, root_key } = place.folders();
    // The shell alone has the other end of the input of the appliance.
    let mut parent = Command::new("sh")
        .args(["-c", r#"mkfifo "$INPUT"; "$@" <"$INPUT" & exec 3>"$INPUT"; wait"#, "sh"])
        .env("INPUT", place.0.join("input"))
        .args([env!("CARGO_BIN_EXE_strongroom"), "serve", "--supervised", "--dev"])
        .args(["--listen", "127.0.0.1:0", "--state"])
        .args([&state, Path::new("--root-key"), &root_key])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("there is a shell");
    let mut output = BufReader::new(parent.stdout.take().expect("it is a pipe"));
    let mut status = String::new();
    output.read_line(&mut status).expect("a status");
    assert!(TcpStream::connect(field(&status, "host")).is_ok());
    parent.kill().expect("it is ours");
    parent.wait().expect("it is ours");
    // The last one that writes there is gone.
    let rest = output.lines().map_while(Result::ok).count();
    assert_eq!(rest, 0);
    assert!(TcpStream::connect(field(&status, "host")).is_err());
}
