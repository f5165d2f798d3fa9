//! Printing as a host application and a person at the printer see it: both replies over TCP and UDP, and
//! what is on the paper.

#[path = "../child/ending.rs"]
mod ending;

mod keys;
mod mailers;
mod paper;
mod replies;

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// A folder of one test alone, which does not exist yet.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("print-{name}"));
    let _ = fs::remove_dir_all(&folder);
    let _ = fs::remove_file(&folder);
    folder
}

/// A development server that runs until it is dropped.
struct Server {
    child: Child,
    lines: Vec<String>,
    /// Open as long as the server runs, so that it can write.
    _out: Box<dyn std::io::Read>,
}

impl Server {
    /// With this printer.
    fn start(printer: &str, more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
        command.args(["serve", "--dev", "--seed", "1", "--listen", "127.0.0.1:0"]);
        Self::run(command.args(["--printer", printer]).args(more))
    }

    fn run(command: &mut Command) -> Self {
        command.env_remove("STRONGROOM_LOG").stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program is built");
        let mut out = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let lines = out.by_ref().lines().map_while(Result::ok);
        let lines = lines.take_while(|line| line != "ready").collect();
        Self { child, lines, _out: Box::new(out) }
    }

    /// Address of the port that the server calls `name`.
    fn port(&self, name: &str) -> &str {
        let mut ports =
            self.lines.iter().filter_map(|line| line.strip_prefix("host port ")?.split_once(' '));
        let found = ports.find(|&(_, called)| called == name).map(|(address, _)| address);
        found.unwrap_or_else(|| panic!("no port for {name} in {:?}", self.lines))
    }

    fn connect(&self, name: &str) -> Client {
        let stream = TcpStream::connect(self.port(name)).expect("it accepts");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket option");
        Client(stream)
    }

    fn terminate(&self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).expect("it runs");
    }

    /// Its exit status and what it wrote to standard error.
    fn end(mut self) -> (Option<i32>, String) {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                break status.code();
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end");
            thread::sleep(Duration::from_millis(5));
        };
        let mut log = String::new();
        let mut stderr = self.child.stderr.take().expect("it is a pipe");
        stderr.read_to_string(&mut log).expect("it is text");
        (status, log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        ending::end(&mut self.child);
    }
}

/// A message with its length prefix and the header `HEAD`.
fn framed(message: &str) -> Vec<u8> {
    let length = u16::try_from(4 + message.len()).expect("the message is short");
    [&length.to_be_bytes()[..], b"HEAD", message.as_bytes()].concat()
}

/// A host application.
struct Client(TcpStream);

impl Client {
    fn send(&mut self, messages: &[&str]) {
        let frames: Vec<u8> = messages.iter().flat_map(|message| framed(message)).collect();
        self.0.write_all(&frames).expect("the connection stands");
    }

    /// The next reply, without header.
    fn receive(&mut self) -> String {
        self.next().expect("a reply")
    }

    /// The next reply, without header; none at the end of the connection.
    fn next(&mut self) -> Option<String> {
        let mut length = [0; 2];
        self.0.read_exact(&mut length).ok()?;
        let mut reply = vec![0; u16::from_be_bytes(length).into()];
        self.0.read_exact(&mut reply).expect("a whole reply");
        let reply = String::from_utf8(reply).expect("it is text");
        Some(reply.strip_prefix("HEAD").expect("the header comes back").to_owned())
    }

    fn ask(&mut self, message: &str) -> String {
        self.send(&[message]);
        self.receive()
    }

    /// Both replies to a command that prints; the first without its code and its error code 00.
    fn print(&mut self, message: &str) -> (String, String) {
        let first = self.ask(message);
        let fields = first.get(2..).and_then(|first| first.strip_prefix("00"));
        let fields = fields.unwrap_or_else(|| panic!("{message} answers {first}")).to_owned();
        (fields, self.receive())
    }

    fn half_close(&self) {
        self.0.shutdown(Shutdown::Write).expect("the connection stands");
    }
}
