//! RELEASE at the console: the tenant gives his appliance back, and nothing of his is left.

#[path = "child/ending.rs"]
mod ending;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use appliance::{Folders, Found, SerialNumber, Store};

const PATIENCE: Duration = Duration::from_secs(20);

/// Makes key cards, and turns both keys with them.
const SECURE: &str = "fc\nleft\nL\n12345\n12345\nfc\nright\nR\n54321\n54321\n\
                      left\nleft\n12345\ny\nright\nright\n54321\ny\n";
const RELEASE: &str = "release\ny\nS0000000001D\n";

/// Folders of a test, removed with this.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("release-{name}"));
        // There may be none of an earlier run.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("room");
        Self(folder)
    }

    fn folders(&self) -> Folders {
        let state = self.0.join("state");
        Folders { root_key: Folders::beside(&state), state }
    }

    fn sealed(&self) -> PathBuf {
        self.folders().state.join("state")
    }

    /// Serves with a state.
    fn serve(&self, arguments: &[&str]) -> Server<'_> {
        let state = self.folders().state;
        self.run(&[&["--state", state.to_str().expect("text")], arguments].concat())
    }

    fn run(&self, arguments: &[&str]) -> Server<'_> {
        let mut command = command(arguments);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = child.expect("the program is built");
        let (sender, lines) = channel();
        let output = BufReader::new(child.stdout.take().expect("it is a pipe"));
        thread::spawn(move || {
            output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Server { child, lines, place: self }
    }

    fn console(&self, socket: &str, typed: &str) -> (Option<i32>, String) {
        let mut console = Command::new(env!("CARGO_BIN_EXE_strongroom"))
            .args(["console", "--socket", socket, "--cards"])
            .arg(self.0.join("cards"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program is built");
        let mut input = console.stdin.take().expect("it is a pipe");
        input.write_all(typed.as_bytes()).expect("it reads");
        drop(input);
        let Output { status, stdout, .. } = console.wait_with_output().expect("it ends");
        (status.code(), String::from_utf8_lossy(&stdout).into_owned())
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
    command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
    command.stdin(Stdio::piped());
    command
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Server<'p> {
    child: Child,
    lines: Receiver<String>,
    place: &'p Place,
}

impl Server<'_> {
    /// What it prints until it is ready.
    fn ready(&self) -> Vec<String> {
        let lines = std::iter::from_fn(|| Some(self.lines.recv_timeout(PATIENCE).expect("a line")));
        lines.take_while(|line| line != "ready").collect()
    }

    /// The same with what is typed at its console then.
    fn type_at(&self, told: &[String], typed: &str) -> (Option<i32>, String) {
        self.place.console(value(told, "console "), typed)
    }

    fn ended(&mut self) -> Option<i32> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                return status.code();
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("it does not end");
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        ending::end(&mut self.child);
    }
}

/// What follows in the line that begins so.
fn value<'l>(told: &'l [String], start: &str) -> &'l str {
    let line = told.iter().find_map(|line| line.strip_prefix(start));
    line.unwrap_or_else(|| panic!("no `{start}`: {told:?}"))
}

fn serves(told: &[String]) -> bool {
    let address = value(told, "host port ").split(' ').next().expect("an address");
    let mut stream = TcpStream::connect(address).expect("it accepts");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket option");
    stream.write_all(b"\0\x06HEADNC").expect("it reads");
    let mut reply = [0; 10];
    stream.read_exact(&mut reply).is_ok() && reply[2..] == *b"HEADND00"
}

#[test]
fn whoever_is_not_sure_or_not_two_releases_nothing() {
    let place = Place::new("refused");
    let server = place.serve(&["--dev"]);
    let told = server.ready();
    let (_, shown) = server.type_at(&told, RELEASE);
    assert!(shown.contains("Command only allowed from Secure\n"), "{shown}");
    assert!(serves(&told));
    let (status, shown) = server.type_at(&told, SECURE);
    assert_eq!(status, Some(0), "{shown}");
    let before = fs::read(place.sealed()).expect("a state");
    for (typed, answer) in [
        ("release\nn\n", "Release aborted: nothing is erased"),
        ("release\nS0000000001D\n", "Invalid"),
        ("release\ny\nS0000000042D\n", "Not confirmed: nothing is erased"),
        ("release\ny\n\n", "Not confirmed: nothing is erased"),
        // The officer goes away.
        ("release\ny\n", "Release the appliance? [Y/N]: y"),
        ("release\n", "> release"),
    ] {
        let (_, shown) = server.type_at(&told, typed);
        assert!(shown.contains(answer) && !shown.contains("Released"), "{typed}: {shown}");
    }
    assert!(fs::read(place.sealed()).expect("a state") == before, "the state was changed");
    // With one of the two keys turned back there is only one officer.
    let (_, shown) = server.type_at(&told, &format!("left\n{RELEASE}"));
    assert!(shown.contains("Command only allowed from Secure\n"), "{shown}");
    server.type_at(&told, "left\nleft\n12345\n");
    assert!(!place.folders().state.join("release").exists());
    drop(server);
    let kept = Store::open(&place.folders(), SerialNumber::default()).expect("a state");
    assert!(matches!(kept, Found::State(state, _) if state.lmks.count() == 3));
}

#[test]
fn a_lock_that_was_delivered_open_is_no_second_card() {
    let place = Place::new("delivered");
    let server = place.serve(&[]);
    let told = server.ready();
    let one = format!("fc\nright\nR\n54321\n54321\nright\nright\n54321\ny\n{RELEASE}");
    let (status, shown) = server.type_at(&told, &one);
    assert!(shown.contains("Secure: master key loading facilities available"), "{shown}");
    assert!(shown.contains("Two different key cards are needed"), "{shown}");
    assert_eq!(status, Some(1));
    assert!(place.sealed().exists() && !place.folders().state.join("release").exists());
}

#[test]
fn an_appliance_that_is_released_starts_anew_as_delivered() {
    let place = Place::new("alone");
    let mut server = place.serve(&["--dev"]);
    let told = server.ready();
    let connected = TcpStream::connect(value(&told, "host port ").trim_end_matches(" default LMK"));
    let mut connected = connected.expect("it accepts");
    connected.set_read_timeout(Some(PATIENCE)).expect("a socket option");
    server.type_at(&told, SECURE);
    let copy = fs::read(place.sealed()).expect("a state");
    let token = fs::read(place.folders().state.join("console.token")).expect("a credential");
    let program = fs::read_link(format!("/proc/{}/exe", server.child.id())).expect("Linux tells");
    let (status, shown) = server.type_at(&told, RELEASE);
    assert_eq!(status, Some(0), "{shown}");
    for line in [
        "Released: everything of the tenant is erased",
        "LMKs                              3  its key is destroyed",
        "key cards commissioned            2  its key is destroyed",
        "root keys                         1  written over and removed",
        "The appliance starts anew now, in a new process, as it was delivered",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    // The same process number, another image.
    let again = server.ready();
    assert_eq!(connected.read(&mut [0; 8]).unwrap_or_default(), 0, "the connection is cut");
    assert!(value(&again, "released by ").starts_with("tenant: everything of the tenant in"));
    assert!(value(&again, "erased ").starts_with("LMKs 3, "), "{again:?}");
    assert!(value(&again, "state ").contains(": start 1, online"), "{again:?}");
    assert!(server.child.try_wait().expect("it is ours").is_none());
    let now = fs::read_link(format!("/proc/{}/exe", server.child.id())).expect("Linux tells");
    assert_eq!(now, program);
    let other = fs::read(place.folders().state.join("console.token")).expect("a credential");
    assert_ne!(token, other, "the credential of before opens the door");
    // Keys and cards are those of nobody.
    let (_, shown) = server.type_at(&again, "left\nleft\n12345\nn\nauditlog\n");
    assert!(shown.contains("No key card is commissioned for this lock"), "{shown}");
    assert!(!shown.contains("LMKs erased"), "{shown}");
    ending::end(&mut server.child);
    drop(server);
    // The state of before is of no use, whoever has kept it.
    let own = fs::read(place.sealed()).expect("a state");
    fs::write(place.sealed(), &copy).expect("room");
    let state = place.folders().state;
    let arguments = ["--dev", "--state", state.to_str().expect("text")];
    let Output { status, stderr, .. } = command(&arguments).output().expect("it runs");
    let fault = String::from_utf8_lossy(&stderr);
    assert_eq!(status.code(), Some(2), "{fault}");
    assert!(fault.contains("does not open this state"), "{fault}");
    fs::write(place.sealed(), own).expect("room");
    let server = place.serve(&["--dev"]);
    assert!(value(&server.ready(), "state ").contains(": start 2"));
}

#[test]
fn an_appliance_without_a_folder_starts_anew_too() {
    let place = Place::new("memory");
    let mut server = place.run(&["--dev"]);
    let told = server.ready();
    let (status, shown) = server.type_at(&told, &format!("{SECURE}{RELEASE}"));
    assert_eq!(status, Some(0), "{shown}");
    assert!(shown.contains("LMKs                              3  memory is wiped"), "{shown}");
    let again = server.ready();
    assert!(serves(&again) && server.child.try_wait().expect("it is ours").is_none());
    let old = Path::new(value(&told, "console "));
    assert!(!old.exists() && !old.with_extension("token").exists(), "{}", old.display());
}

#[test]
fn an_appliance_of_a_pool_ends_and_leaves_the_order() {
    let place = Place::new("pool");
    let mut server = place.serve(&["--dev", "--supervised"]);
    // Its status, once it is ready.
    server.lines.recv_timeout(PATIENCE).expect("a status");
    let socket = place.folders().state.join("console");
    let (status, shown) =
        place.console(socket.to_str().expect("text"), &format!("{SECURE}{RELEASE}"));
    assert_eq!(status, Some(0), "{shown}");
    assert!(shown.contains("The appliance ends now. Its pool looks"), "{shown}");
    assert_eq!(server.ended(), Some(0));
    let found = Store::open(&place.folders(), SerialNumber::default()).expect("an order");
    let Found::Release(release) = found else { panic!("the order is gone") };
    assert_eq!(release.by(), "tenant");
    let names = |folder: &Path| {
        let entries = fs::read_dir(folder).expect("a folder").filter_map(Result::ok);
        entries.map(|entry| entry.file_name()).collect::<Vec<_>>()
    };
    assert_eq!(names(&place.folders().state), ["release"]);
    assert!(names(&place.folders().root_key).is_empty());
}
