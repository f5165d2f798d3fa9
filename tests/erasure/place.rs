//! An appliance that lives on a disk of its own: state, root key, temporary files and log.

use std::fs::{self, OpenOptions};
use std::io::{BufRead as _, BufReader, Lines, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use appliance::{Folders, Found, SerialNumber, Store, StoreFault};

use crate::disk::Disk;
use crate::ending;

/// How long a server has to do what it is told.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Place {
    pub(crate) disk: Disk,
    /// Those of the customer, which are not on that disk.
    pub(crate) cards: PathBuf,
}

impl Place {
    pub(crate) fn new(name: &str) -> Self {
        let cards = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("erasure-{name}"));
        // There may be some of an earlier run.
        let _ = fs::remove_dir_all(&cards);
        Self::on(Disk::new(), cards)
    }

    pub(crate) fn on(disk: Disk, cards: PathBuf) -> Self {
        let _ = fs::create_dir(disk.folder().join("tmp"));
        Self { disk, cards }
    }

    pub(crate) fn folders(&self) -> Folders {
        let state = self.disk.folder().join("appliance");
        Folders { root_key: Folders::beside(&state), state }
    }

    fn strongroom(&self, command: &str) -> Command {
        let log = OpenOptions::new().create(true).append(true).open(self.disk.folder().join("log"));
        let mut strongroom = Command::new(env!("CARGO_BIN_EXE_strongroom"));
        strongroom.arg(command).stdout(Stdio::piped()).stderr(log.expect("room"));
        strongroom.env("TMPDIR", self.disk.folder().join("tmp")).env("STRONGROOM_LOG", "trace");
        strongroom
    }

    /// The command that serves, for whoever wants it otherwise.
    pub(crate) fn serving(&self, arguments: &[&str]) -> Command {
        let mut command = self.strongroom("serve");
        command.args(["--listen", "127.0.0.1:0", "--state"]).arg(self.folders().state);
        command.args(arguments).stdin(Stdio::null());
        command
    }

    pub(crate) fn serve(&self, arguments: &[&str]) -> Server {
        Server::new(self.serving(arguments))
    }

    /// Runs a script at the console to its end; what was shown.
    pub(crate) fn console(&self, text: &str) -> String {
        let mut command = self.strongroom("console");
        command.arg("--socket").arg(self.folders().state.join("console"));
        let mut console = command
            .arg("--cards")
            .arg(&self.cards)
            .stdin(Stdio::piped())
            .spawn()
            .expect("the program is built");
        // A console whose appliance has gone does not read.
        let _ = console.stdin.take().expect("it is a pipe").write_all(text.as_bytes());
        let Output { stdout, .. } = console.wait_with_output().expect("it ends");
        String::from_utf8_lossy(&stdout).into_owned()
    }

    /// What stands in the folders. No server may run.
    pub(crate) fn found(&self) -> Found {
        loop {
            match Store::open(&self.folders(), SerialNumber::default()) {
                // A lock of this process is a lock of its children, too, until they have become another program, and other
                // tests start some.
                Err(StoreFault::InUse(_)) => thread::sleep(Duration::from_millis(1)),
                found => return found.expect("it can be opened"),
            }
        }
    }

    /// The last lines of the log.
    pub(crate) fn log(&self) -> String {
        let log = fs::read(self.disk.folder().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&log[log.len().saturating_sub(2000)..]).into_owned()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.cards);
    }
}

/// A server that is ended when it is dropped.
pub(crate) struct Server {
    pub(crate) child: Child,
    /// What it said before it was ready; all that it said if it never was.
    pub(crate) lines: Vec<String>,
    output: Lines<BufReader<ChildStdout>>,
}

impl Server {
    pub(crate) fn new(command: Command) -> Self {
        let mut server = Self::spawn(command);
        server.await_ready();
        server
    }

    /// One whose pool is the test, which speaks on its standard input; it says what it is in a line.
    pub(crate) fn supervised(mut command: Command) -> Self {
        command.stdin(Stdio::piped());
        let mut server = Self::spawn(command);
        server.lines.extend(server.output.next().and_then(Result::ok));
        server
    }

    fn spawn(mut command: Command) -> Self {
        let mut child = command.spawn().expect("the program is built");
        let output = BufReader::new(child.stdout.take().expect("it is a pipe")).lines();
        Self { child, lines: Vec::new(), output }
    }

    /// Waits until it is ready, also once more, after it has executed itself anew.
    pub(crate) fn await_ready(&mut self) {
        let lines = self.output.by_ref().map_while(Result::ok).take_while(|line| line != "ready");
        self.lines = lines.collect();
    }

    /// Lets the provider release it, and waits for its end; where that cannot even be begun it ends in order.
    pub(crate) fn reclaim(&mut self, request: &str) {
        let mut pool = self.child.stdin.take().expect("it is supervised");
        // It may be gone.
        let _ = writeln!(pool, r#"{{"reclaim":"{request}"}}"#);
        drop(pool);
        self.child.wait().expect("it is ours");
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn connect(&self) -> Host {
        let address = self.lines.iter().find_map(|line| {
            let line =
                line.strip_prefix(r#"{"host":""#).or_else(|| line.strip_prefix("host port "))?;
            line.split(['"', ' ']).next()
        });
        let address = address.unwrap_or_else(|| panic!("no port: {:?}", self.lines));
        let stream = TcpStream::connect(address).expect("it accepts");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket option");
        Host(stream)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        ending::end(&mut self.child);
    }
}

/// A host that is connected.
pub(crate) struct Host(TcpStream);

impl Host {
    /// The reply without its header; none where the server is gone.
    pub(crate) fn try_ask(&mut self, message: &str) -> Option<String> {
        let message = format!("HEAD{message}");
        let length = u16::try_from(message.len()).expect("it is short").to_be_bytes();
        self.0.write_all(&[&length, message.as_bytes()].concat()).ok()?;
        let mut length = [0; 2];
        self.0.read_exact(&mut length).ok()?;
        let mut reply = vec![0; usize::from(u16::from_be_bytes(length))];
        self.0.read_exact(&mut reply).ok()?;
        Some(String::from_utf8_lossy(&reply[4..]).into_owned())
    }

    pub(crate) fn ask(&mut self, message: &str) -> String {
        self.try_ask(message).expect("it answers")
    }
}
