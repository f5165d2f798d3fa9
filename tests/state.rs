//! An appliance that keeps its state, and is killed.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use appliance::{Folders, Found, SerialNumber, State, Store};
use rustix::process::{Pid, Signal, kill_process};
use vault::LmkId;

/// Folders of one test.
struct Place {
    folders: Folders,
    cards: PathBuf,
}

impl Place {
    fn new(name: &str) -> Self {
        // A kill loses nothing that a disk in memory has, and that one is fast.
        let disk = Path::new("/dev/shm");
        let disk = if disk.is_dir() { disk } else { Path::new(env!("CARGO_TARGET_TMPDIR")) };
        let folder = disk.join(format!("strongroom-{name}-{}", std::process::id()));
        // There may be none of an earlier run.
        let _ = fs::remove_dir_all(&folder);
        let state = folder.join("appliance");
        let root_key = Folders::beside(&state);
        Self { folders: Folders { state, root_key }, cards: folder.join("cards") }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--state"]).arg(&self.folders.state);
        command.args(arguments).env_remove("STRONGROOM_LOG").stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn serve(&self, arguments: &[&str]) -> Server {
        let mut child = self.command(arguments).spawn().expect("the program is built");
        let out = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let lines = out.lines().map_while(Result::ok).take_while(|line| line != "ready");
        Server { lines: lines.collect(), child }
    }

    /// What a start that fails writes to standard error.
    fn refusal(&self, arguments: &[&str]) -> String {
        let Output { status, stderr, .. } = self.command(arguments).output().expect("it runs");
        assert_eq!(status.code(), Some(2));
        String::from_utf8(stderr).expect("it is text")
    }

    /// The state on the disk, once the server is gone.
    fn state(&self) -> State {
        match Store::open(&self.folders, SerialNumber::default()) {
            Ok(Found::State(state, _)) => *state,
            other => panic!("no state: {other:?}"),
        }
    }

    fn console(&self) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
        command.args(["console", "--socket"]).arg(self.folders.state.join("console"));
        command.arg("--cards").arg(&self.cards).stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(Stdio::null()).spawn().expect("the program is built")
    }

    /// Runs a script at the console to its end.
    fn script(&self, text: &str) -> String {
        let mut console = self.console();
        let mut input = console.stdin.take().expect("it is a pipe");
        input.write_all(text.as_bytes()).expect("it reads");
        drop(input);
        let Output { stdout, .. } = console.wait_with_output().expect("it ends");
        String::from_utf8_lossy(&stdout).into_owned()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.cards.parent().expect("a parent"));
    }
}

/// A server that is killed when it is dropped.
struct Server {
    child: Child,
    lines: Vec<String>,
}

impl Server {
    fn connect(&self) -> TcpStream {
        let told = self
            .lines
            .iter()
            .find_map(|line| line.strip_prefix("host port ")?.strip_suffix(" default LMK"));
        let told = told.unwrap_or_else(|| panic!("no port: {:?}", self.lines));
        TcpStream::connect(told).expect("it accepts")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGKILL; it may have ended on its own.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn frame(message: &str) -> Vec<u8> {
    let length = u16::try_from(message.len()).expect("a short message");
    [&length.to_be_bytes()[..], message.as_bytes()].concat()
}

/// The next reply; none where the server is gone.
fn reply(stream: &mut TcpStream) -> Option<String> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).ok()?;
    let mut reply = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut reply).ok()?;
    String::from_utf8(reply).ok()
}

fn ask(stream: &mut TcpStream, message: &str) -> Option<String> {
    stream.write_all(&frame(message)).ok()?;
    reply(stream)
}

/// Moments to kill at, other ones with each run.
struct Moments(u64);

impl Moments {
    fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
        Self(u64::from(now.subsec_nanos()) | 1)
    }

    fn next(&mut self, below: u64) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Duration::from_micros(self.0 % (below * 1_000))
    }
}

/// Kills of each kind of load, and how long they may take altogether.
const KILLS: usize = 100;
const LIMIT: Duration = Duration::from_secs(28);

fn until_the_limit(began: Instant) -> impl Iterator<Item = usize> {
    // A machine that is busy with other things kills less often.
    (0..KILLS).take_while(move |_| began.elapsed() < LIMIT)
}

/// A change is kept in a thread of its own, and what follows it on its connection sees it.
#[test]
fn replies_come_in_order_though_changes_wait_for_a_disk() {
    let place = Place::new("order");
    let server = place.serve(&["--dev"]);
    let mut stream = server.connect();
    let rounds = 1_u64..30;
    let messages = rounds.clone().flat_map(|number| {
        [format!("HEADLAK00101{number:016}"), "HEADLEK00101".to_owned(), "HEADNC".to_owned()]
    });
    let sent: Vec<u8> = messages.flat_map(|message| frame(&message)).collect();
    stream.write_all(&sent).expect("it reads");
    for number in rounds {
        assert_eq!(reply(&mut stream).as_deref(), Some("HEADLB00"));
        assert_eq!(reply(&mut stream), Some(format!("HEADLF00{number:016}")));
        assert!(reply(&mut stream).is_some_and(|reply| reply.starts_with("HEADND00")));
    }
}

#[test]
fn a_kill_loses_nothing_that_a_host_was_told_is_done() {
    let place = Place::new("hosts");
    let (mut moments, began) = (Moments::new(), Instant::now());
    let (mut told, mut kills, mut most) = (0_u64, 0, 0);
    drop(place.serve(&["--dev"]));
    for _ in until_the_limit(began) {
        let server = place.serve(&["--dev"]);
        let mut stream = server.connect();
        let mut other = server.connect();
        // Excluded PINs are a setting; they are changed at the same time.
        let settings = thread::spawn(move || {
            let done = |number: &u64| {
                let pin = number % 10_000;
                let reply = ask(&mut other, &format!("HEADBM0104{pin:04}"));
                reply.is_some_and(|reply| reply == "HEADBN00")
            };
            (1_u64..u64::MAX).take_while(done).last()
        });
        let moment = moments.next(60);
        let killer = thread::spawn(move || {
            thread::sleep(moment);
            drop(server);
        });
        let before = told;
        while let Some(reply) =
            ask(&mut stream, &format!("HEADLAK{:03X}01{:016}", told % 7, told + 1))
        {
            assert_eq!(reply, "HEADLB00");
            told += 1;
        }
        killer.join().expect("it kills");
        let last_pin = settings.join().expect("it ends");
        most = most.max(told - before);
        kills += 1;
        let state = place.state();
        let stored = |number: u64| {
            let index = u16::try_from((number - 1) % 7).expect("a small number");
            state.storage.get(index).is_ok_and(|text| text == format!("{number:016}").as_bytes())
        };
        // The one that was not answered may have been kept.
        assert!(told == 0 || stored(told) || told > 7 && stored(told + 7), "{told} is lost");
        if let Some(last) = last_pin {
            let pins: Vec<_> = state.settings.excluded_pins.clone();
            let expected = [last, last + 1].map(|pin| format!("{:04}", pin % 10_000));
            assert!(pins.len() == 1 && expected.contains(&pins[0]), "{last}: {pins:?}");
        }
        assert_eq!((state.lmks.count(), state.is_development), (3, true));
        told += u64::from(stored(told + 1));
    }
    assert!(kills >= 20 && most > 0, "{kills} kills, at most {most} changes between two");
}

/// Cards for both locks, and turns both keys.
const SECURE: &str = "fc\nleft\nL\n12345\n12345\nfc\nright\nR\n54321\n54321\n\
                      left\nleft\n12345\ny\nright\nright\n54321\ny\n";

/// Host commands that are switched off one after the other.
const CODES: [&str; 24] = [
    "A0", "A6", "A8", "B0", "BA", "BC", "BE", "BG", "BK", "BQ", "BU", "BW", "CA", "CC", "CK", "CM",
    "CU", "CW", "CY", "DA", "DC", "DE", "DG", "DU",
];

#[test]
fn a_kill_loses_nothing_that_the_console_was_told_is_done() {
    let place = Place::new("console");
    let (mut moments, began) = (Moments::new(), Instant::now());
    let server = place.serve(&["--dev"]);
    let shown = place.script(SECURE);
    assert!(shown.contains("master key loading facilities available"), "{shown}");
    drop(server);
    let (mut kills, mut in_the_middle) = (0, 0);
    for _ in until_the_limit(began) {
        let server = place.serve(&["--dev"]);
        let mut console = place.console();
        let mut input = console.stdin.take().expect("it is a pipe");
        let mut script = String::from("configcmds\n+H*\n");
        for code in CODES {
            script.extend(["-H", code, "\n"]);
        }
        input.write_all(script.as_bytes()).expect("it reads");
        drop(input);
        let moment = moments.next(60);
        let killer = thread::spawn(move || {
            thread::sleep(moment);
            drop(server);
        });
        let mut shown = String::new();
        let mut output = console.stdout.take().expect("it is a pipe");
        output.read_to_string(&mut shown).expect("it is text");
        killer.join().expect("it kills");
        console.wait().expect("it ends");
        kills += 1;
        let told = shown.matches("removed from list").count();
        let kept = place.state().settings.disabled_commands;
        let is_from_before = told == 0 && !shown.contains("added to list");
        assert!(is_from_before || kept.len() >= told, "{told} told, {kept:?} kept: {shown}");
        assert_eq!(kept, CODES[..kept.len()], "{shown}");
        in_the_middle += usize::from((1..CODES.len()).contains(&told));
    }
    assert!(kills >= 20 && in_the_middle > 0, "{kills} kills, {in_the_middle} between changes");
}

#[test]
fn what_officers_have_done_is_there_after_a_restart() {
    let place = Place::new("officers");
    let server = place.serve(&[]);
    assert!(
        server.lines.iter().any(|line| line.contains("start 1, offline")),
        "{:?}",
        server.lines
    );
    let mut script = SECURE.replacen("left\nleft", "left\nleft\nleft", 1);
    for (number, name) in [("1", "one"), ("2", "two")] {
        script.push_str(&["fc\n", name, "\nB\n11111\n11111\ngk\n2\nlive\n"].concat());
        script.push_str(&[number, "\n", name, "\n11111\nn\n"].concat());
    }
    script += "lk\n05\nthe fifth\none\n11111\ny\ntwo\n11111\nn\ny\ny\ny\nvt\n";
    let shown = place.script(&script);
    assert!(shown.contains("the fifth"), "{shown}");
    drop(server);
    let state = place.state();
    let label = state.lmks.label(LmkId(5)).expect("an LMK");
    assert!(label.is_live && label.comments == "the fifth");
    assert_eq!((state.default_lmk, state.management_lmk), (LmkId(5), LmkId(5)));
    assert!(state.officers.of(LmkId(5)).iter().all(Option::is_some));
    let server = place.serve(&[]);
    assert!(
        server.lines.iter().any(|line| line.contains("start 2, in secure state")),
        "{:?}",
        server.lines
    );
    let shown = place.script("right\nleft\na export.001.host\n05\none\n11111\ntwo\n11111\n");
    assert!(
        shown.contains("HSM is going online") && shown.contains("AUTHORIZED for LMK id 5"),
        "{shown}"
    );
    let answer = ask(&mut server.connect(), "HEADNC").expect("it is online");
    assert!(answer.starts_with("HEADND00"), "{answer}");
    drop(server);
    // Not persistent, so it ends with the start.
    assert_eq!(place.state().authorised.grants(LmkId(5)).count(), 0);
}

#[test]
fn a_start_says_what_is_wrong_with_a_state() {
    let place = Place::new("wrong");
    let server = place.serve(&["--dev"]);
    let fault = place.refusal(&["--dev"]);
    assert!(fault.contains("another server uses this folder"), "{fault}");
    drop(server);
    let fault = place.refusal(&[]);
    assert!(
        fault.contains("that of a development appliance") && fault.contains("--dev"),
        "{fault}"
    );
    let path = place.folders.state.join("state");
    let good = fs::read(&path).expect("a state");
    fs::write(&path, &good[..good.len() - 1]).expect("room");
    let fault = place.refusal(&["--dev"]);
    assert!(fault.contains("cut short") && fault.lines().count() == 1, "{fault}");
    fs::write(&path, &good).expect("room");
    let server = place.serve(&["--dev"]);
    assert!(server.lines.iter().any(|line| line.contains("start 2, online")), "{:?}", server.lines);
}

#[test]
fn a_server_that_crashes_leaves_no_core_file() {
    use std::os::unix::process::ExitStatusExt as _;
    let place = Place::new("core");
    let mut server = place.serve(&["--dev"]);
    let pid = server.child.id();
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).expect("Linux tells");
    let limit = limits.lines().find(|line| line.starts_with("Max core file size"));
    let limit: Vec<_> = limit.expect("a line").split_whitespace().collect();
    assert_eq!(limit[4..6], ["0", "0"], "{limits}");
    kill_process(Pid::from_child(&server.child), Signal::ABORT).expect("it runs");
    let status = server.child.wait().expect("it ends");
    assert!(status.signal() == Some(6) && !status.core_dumped(), "{status}");
}

#[test]
fn a_start_carries_out_a_release_that_was_begun() {
    let place = Place::new("release");
    drop(place.serve(&["--dev"]));
    let order = place.folders.state.join("release");
    fs::write(&order, r#"{"by":"two cards","erased":[]}"#).expect("room");
    let server = place.serve(&[]);
    let told = |start: &str| server.lines.iter().any(|line| line.contains(start));
    assert!(told("released by two cards: everything of the tenant"), "{:?}", server.lines);
    assert!(told("start 1, offline") && !order.exists(), "{:?}", server.lines);
    drop(server);
    assert_eq!(place.state().lmks.count(), 0);
}

#[test]
fn what_cannot_be_kept_is_refused_and_nothing_is_changed() {
    let place = Place::new("refused");
    let server = place.serve(&["--dev"]);
    let mut stream = server.connect();
    let write = |stream: &mut TcpStream, digit: &str| {
        ask(stream, &format!("HEADLAK00101{}", digit.repeat(16))).expect("a reply")
    };
    assert_eq!(write(&mut stream, "1"), "HEADLB00");
    // Where the new file is to be written there is a folder, which stops even root.
    let obstacle = place.folders.state.join("state.new");
    fs::create_dir(&obstacle).expect("room");
    assert_eq!(write(&mut stream, "2"), "HEADLB41");
    let read = |stream: &mut TcpStream| ask(stream, "HEADLEK00101").expect("a reply");
    assert_eq!(read(&mut stream), format!("HEADLF00{}", "1".repeat(16)));
    let shown = place.script("fc\nleft\nL\n12345\n12345\nleft\nleft\n12345\ny\n");
    assert!(shown.contains("nothing is changed, the last state is still there"), "{shown}");
    assert!(!shown.contains("going offline"), "{shown}");
    fs::remove_dir(&obstacle).expect("it is empty");
    assert_eq!(write(&mut stream, "3"), "HEADLB00");
    assert_eq!(read(&mut stream), format!("HEADLF00{}", "3".repeat(16)));
    drop(server);
    assert_eq!(place.state().storage.get(1), Ok(&b"3333333333333333"[..]));
    let fault = place.refusal(&["--dev", "--licence", "LMK2_CPS250"]);
    assert!(fault.contains("3 LMKs are loaded, and the licence is for 2"), "{fault}");
}
