//! The console of a running appliance, as officers and scripts use it.

#[path = "child/ending.rs"]
mod ending;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A server that runs until it is dropped, and a folder of cards.
struct Server {
    child: Child,
    socket: String,
    cards: PathBuf,
}

impl Server {
    fn start(name: &str) -> Self {
        Self::serving(name, &["--dev"])
    }

    fn serving(name: &str, arguments: &[&str]) -> Self {
        let mut child = strongroom(&["serve", "--seed", "1", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program is built");
        let out = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let lines = out.lines().map_while(Result::ok).take_while(|line| line != "ready");
        let told: Vec<_> = lines.collect();
        let socket = told.iter().find_map(|line| line.strip_prefix("console "));
        let socket = socket.unwrap_or_else(|| panic!("no console: {told:?}")).to_owned();
        let cards = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cards-{name}"));
        // There may be none of an earlier run.
        let _ = fs::remove_dir_all(&cards);
        Self { child, socket, cards }
    }

    fn script(&self, arguments: &[&str], text: &str) -> (Option<i32>, String) {
        let mut child = strongroom(&["console", "--socket", &self.socket])
            .arg("--cards")
            .arg(&self.cards)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program is built");
        let mut input = child.stdin.take().expect("it is a pipe");
        // A console that has ended does not read.
        let _ = input.write_all(text.as_bytes());
        drop(input);
        let Output { status, stdout, .. } = child.wait_with_output().expect("it ends");
        (status.code(), String::from_utf8_lossy(&stdout).into_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        ending::end(&mut self.child);
    }
}

fn strongroom(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
    command.args(arguments);
    command
}

#[test]
fn a_ceremony_runs_from_a_script() {
    let server = Server::start("ceremony");
    let card = |name: &str, kind: &str, pin: &str| format!("fc\n{name}\n{kind}\n{pin}\n{pin}\n");
    let keys = "left\nleft\n12345\ny\nright\nright\n54321\ny\n";
    let mut script = card("left", "L", "12345") + &card("right", "R", "54321") + keys;
    for (number, name) in [("1", "one"), ("2", "two"), ("3", "three")] {
        script += &card(name, "B", "11111");
        script.push_str(&["gk\n2\nlive\n", number, "\n", name, "\n11111\nn\n"].concat());
    }
    script += "lk\n05\nthe fifth\none\n11111\ny\ntwo\n11111\ny\nthree\n11111\nn\ny\n";
    script += "a component.000.console export.001.console generate.001.console\n05\none\n11111\ntwo\n11111\n";
    script += "fk\n05\n2\n000\nu\nx\n2\n0123456789ABCDEFFEDCBA9876543210\n11111111111111112222222222222222\n";
    let (status, shown) = server.script(&[], &script);
    assert_eq!(status, Some(0), "{shown}");
    assert!(!shown.contains("11111111111111112222"), "components do not show");
    let zmk = shown.lines().find_map(|line| line.strip_prefix("Encrypted key: ")).expect("a ZMK");
    // The exclusive or of the two with odd parity; computed with OpenSSL.
    assert!(shown.contains("Key check value: 2284A8"), "{shown}");
    let (status, shown) = server.script(&[], &format!("kg\n05\n2\n001\nu\nu\n{zmk}\nvt\n"));
    assert_eq!(status, Some(0), "{shown}");
    for told in ["Key under LMK: U ", "Key under ZMK: U ", "05  Yes (1H,4C)   Variant   3DES(3key)"]
    {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    for entry in fs::read_dir(&server.cards).expect("the cards are there") {
        let card = entry.expect("a card");
        let mode = card.metadata().expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", card.path());
    }
}

/// The script that README shows, on an appliance as delivered.
#[test]
fn the_ceremony_among_the_examples_goes_through() {
    let server = Server::serving("example", &[]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ceremony.txt");
    let (status, shown) = server.script(&["--script", script.to_str().expect("text")], "");
    assert_eq!(status, Some(0), "{shown}");
    // The exclusive or of the two components with odd parity; computed with OpenSSL.
    assert!(shown.contains("Key check value: 2284A8"), "{shown}");
    let check = |title: &str| {
        let (_, after) = shown.split_once(title).unwrap_or_else(|| panic!("no {title}: {shown}"));
        after.lines().nth(1).expect("a check value").to_owned()
    };
    assert_eq!(check("Key under LMK: "), check("Key under ZMK: "));
}

#[test]
fn a_refused_answer_ends_its_command_and_the_status_is_1() {
    let server = Server::start("refused");
    let (status, shown) = server.script(&[], "# a comment\nfk\n00\n9\nv\n00\n");
    assert_eq!(status, Some(1));
    assert!(shown.contains("Invalid key length; re-enter\n") && shown.contains("Check: 268604"));
    let (status, shown) = server.script(&[], "lk\n");
    assert_eq!((status, shown.contains("Command only allowed from Secure")), (Some(1), true));
    let (status, _) = server.script(&[], "vt\nqs\n");
    assert_eq!(status, Some(0));
    let script = server.cards.with_extension("script");
    fs::write(&script, "v\n01\n").expect("written");
    let (status, shown) = server.script(&["--script", script.to_str().expect("text")], "");
    assert_eq!((status, shown.contains("Check: 165126")), (Some(0), true));
}

#[test]
fn only_the_owner_may_connect() {
    let server = Server::start("owner");
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    let socket = Path::new(&server.socket);
    assert_eq!(mode(socket), 0o600);
    assert_eq!(mode(socket.parent().expect("a folder")), 0o700);
    let ended = strongroom(&["console", "--socket", "no/such/socket"]).output().expect("built");
    assert_eq!(ended.status.code(), Some(2));
}
