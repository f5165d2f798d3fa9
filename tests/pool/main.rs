//! A provider's pool, from both of its doors: over HTTP and at the console.

#[path = "../child/ending.rs"]
mod ending;

mod conformance;
mod console;
mod crashes;
mod evidence;
mod http;
mod lifecycle;
mod schema;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long anything may take on a machine that has much to do.
const PATIENCE: Duration = Duration::from_mins(1);

const FIRST: &str = "S0000000001D";
const SECOND: &str = "S0000000002D";
const SMALL: &str = "payShield10K_LMK1_CPS60";
const LARGE: &str = "payShield10K_LMK2_CPS2500";

/// What the tenant types to bring an appliance as delivered into secure state.
const SECURE: &str = "fc\nleft\nL\n12345\n12345\nfc\nright\nR\n54321\n54321\n\
                      left\nleft\nleft\n12345\ny\nright\nright\n54321\ny\n";

/// And then to load an LMK with two components, and to go online.
const ONLINE: &str = "fc\none\nB\n11111\n11111\ngk\n2\nlive\n1\none\n11111\nn\n\
                      fc\ntwo\nB\n11111\n11111\ngk\n2\nlive\n2\ntwo\n11111\nn\n\
                      lk\n00\nthe very secret\none\n11111\ny\ntwo\n11111\nn\ny\ny\ny\nvt\nright\nleft\n";

fn strongroom(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
    command.args(arguments).env_remove("STRONGROOM_LOG");
    command
}

/// Runs a script at a console; the exit status, and what is shown.
fn script(mut console: Command, text: &str) -> (Option<i32>, String) {
    let mut child = console
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program is built");
    let mut input = child.stdin.take().expect("it is a pipe");
    // A console that has ended does not read.
    let _ = input.write_all(text.as_bytes());
    drop(input);
    let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
    let shown = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
    (status.code(), shown)
}

/// Waits until something is so.
fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "it never is so: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// The folder of a pool, removed with this.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        // Short, for a socket has no long path; and a kill loses nothing that a disk in memory has.
        let disk = Path::new("/dev/shm");
        let disk = if disk.is_dir() { disk } else { Path::new(env!("CARGO_TARGET_TMPDIR")) };
        let folder = disk.join(format!("strongroom-pool-{name}-{}", std::process::id()));
        // There may be none of an earlier run.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).expect("room");
        Self(folder)
    }

    fn pool(&self) -> PathBuf {
        self.0.join("pool")
    }

    fn evidence(&self, serial: &str) -> PathBuf {
        self.pool().join(serial).join("evidence")
    }

    fn start(&self) -> Pool<'_> {
        self.start_with(&[])
    }

    fn start_with(&self, arguments: &[&str]) -> Pool<'_> {
        let mut command = strongroom(&["pool", "--listen", "127.0.0.1:0"]);
        if !arguments.contains(&"--ports") {
            command.args(["--ports", "127.0.0.1:0"]);
        }
        let mut child = command
            .arg("--dir")
            .arg(self.pool())
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program is built");
        let out = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let lines = out.lines().map_while(Result::ok).take_while(|line| line != "ready");
        let told: Vec<_> = lines.collect();
        let address = told.iter().find_map(|line| line.strip_prefix("control plane http://"));
        let address = address.and_then(|line| line.split(',').next());
        let address = address.unwrap_or_else(|| panic!("no address: {told:?}")).to_owned();
        let token = fs::read_to_string(self.pool().join("token")).expect("a token");
        Pool { place: self, child, address, token }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A pool that runs until it is dropped.
struct Pool<'p> {
    place: &'p Place,
    child: Child,
    address: String,
    token: String,
}

impl Pool<'_> {
    /// Runs lines at the provider's console; whether all went well, and what is shown.
    fn console(&self, text: &str) -> (bool, String) {
        let mut console = strongroom(&["console", "--as", "provider", "--pool"]);
        console.arg(self.place.pool()).current_dir(&self.place.0);
        let (status, shown) = script(console, text);
        (status == Some(0), shown)
    }

    /// Runs lines at the console of a tenant, with cards of his own.
    fn tenant(&self, serial: &str, text: &str) -> String {
        let mut console = strongroom(&["console", "--state"]);
        console.arg(self.place.pool().join(serial).join("state"));
        console.arg("--cards").arg(self.place.0.join("cards"));
        script(console, text).1
    }

    /// What `pool.json` says of the appliance at this place.
    fn kept(&self, at: usize) -> Value {
        let text = fs::read(self.place.pool().join("pool.json")).expect("it is kept");
        let pool: Value = serde_json::from_slice(&text).expect("it is JSON");
        pool["appliances"][at].clone()
    }

    /// Process that serves the state of an appliance.
    fn process(&self, serial: &str) -> Option<i32> {
        let state = self.place.pool().join(serial).join("state");
        let state = state.to_str().expect("text").as_bytes();
        fs::read_dir("/proc").expect("Linux").filter_map(Result::ok).find_map(|entry| {
            let line = fs::read(entry.path().join("cmdline")).ok()?;
            let mut words = line.split(|byte| *byte == 0).skip(1);
            let serves = words.next()? == b"serve" && words.any(|word| word == state);
            serves.then(|| entry.file_name().to_str()?.parse().ok()).flatten()
        })
    }

    /// Ends it as a loss of power would.
    fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Stops it in order; what it has logged.
    fn stop(mut self) -> String {
        let mut log = self.child.stderr.take().expect("it is a pipe");
        ending::end(&mut self.child);
        assert!(self.child.wait().expect("it has ended").success());
        let mut text = String::new();
        log.read_to_string(&mut text).expect("it is text");
        text
    }
}

impl Drop for Pool<'_> {
    fn drop(&mut self) {
        ending::end(&mut self.child);
    }
}

/// A connection of a host.
struct Host(TcpStream);

impl Host {
    fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).expect("it accepts");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket option");
        Self(stream)
    }

    /// The reply; none where hosts are not served.
    fn ask(&mut self, message: &str) -> Option<String> {
        let length = u16::try_from(message.len()).expect("a short message").to_be_bytes();
        self.0.write_all(&[&length[..], message.as_bytes()].concat()).ok()?;
        let mut length = [0; 2];
        self.0.read_exact(&mut length).ok()?;
        let mut reply = vec![0; usize::from(u16::from_be_bytes(length))];
        self.0.read_exact(&mut reply).ok()?;
        String::from_utf8(reply).ok()
    }
}
