//! The audit log of an appliance that keeps its state: over restarts, after a kill, and when somebody changes it.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Echo is audited, and nothing else that a host does.
const CONFIGURATION: &str = "[settings.audit]\nhost_commands = [\"B2\"]\n";

/// How long an event may wait before it is written, on a machine that has much else to do.
const DELAY: Duration = Duration::from_secs(2);

/// The folder of one test.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        // A kill loses nothing that a disk in memory has, and that one is fast.
        let disk = Path::new("/dev/shm");
        let disk = if disk.is_dir() { disk } else { Path::new(env!("CARGO_TARGET_TMPDIR")) };
        let folder = disk.join(format!("strongroom-audit-{name}-{}", std::process::id()));
        // There may be one of an earlier run.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("it can be made");
        fs::write(folder.join("configuration.toml"), CONFIGURATION).expect("it can be written");
        Self(folder)
    }

    fn serve(&self) -> Server {
        self.serve_by(Command::new(env!("CARGO_BIN_EXE_strongroom")))
    }

    /// A server that can write no file longer than so many blocks, as on a disk that is full.
    fn serve_within(&self, blocks: u32) -> Server {
        let mut shell = Command::new("sh");
        // Without a handler the signal would end it.
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_strongroom")]);
        self.serve_by(shell)
    }

    fn serve_by(&self, mut command: Command) -> Server {
        command.args(["serve", "--dev", "--listen", "127.0.0.1:0", "--state"]);
        command.arg(self.0.join("state")).arg("--config").arg(self.0.join("configuration.toml"));
        command.env_remove("STRONGROOM_LOG").stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the program is built");
        let out = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let lines = out.lines().map_while(Result::ok).take_while(|line| line != "ready");
        Server { lines: lines.collect(), child }
    }

    /// What officers are told.
    fn console(&self, script: &str) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
        command.args(["console", "--socket"]).arg(self.0.join("state/console"));
        command.arg("--cards").arg(self.0.join("cards"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut console = command.spawn().expect("the program is built");
        let mut input = console.stdin.take().expect("it is a pipe");
        input.write_all(script.as_bytes()).expect("it reads");
        drop(input);
        let Output { stdout, .. } = console.wait_with_output().expect("it ends");
        String::from_utf8_lossy(&stdout).into_owned()
    }

    /// Files of the audit log with this ending, in order.
    fn files(&self, ending: &str) -> Vec<PathBuf> {
        let files = fs::read_dir(self.0.join("state/audit")).expect("it is there");
        let files = files.map(|file| file.expect("a file").path());
        let has = |file: &PathBuf| file.extension().is_some_and(|own| own == ending);
        let mut files: Vec<_> = files.filter(has).collect();
        files.sort();
        files
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A server that is killed when it is dropped.
struct Server {
    child: Child,
    lines: Vec<String>,
}

impl Server {
    fn connect(&self) -> TcpStream {
        let port = |line: &String| {
            let line = line.strip_prefix("host port ")?.strip_suffix(" default LMK")?;
            Some(line.to_owned())
        };
        let port = self.lines.iter().find_map(port);
        TcpStream::connect(port.expect("it tells its port")).expect("it accepts")
    }

    fn told(&self, what: &str) -> bool {
        self.lines.iter().any(|line| line.contains(what))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGKILL.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ask(stream: &mut TcpStream, message: &str) -> Option<String> {
    let length = u16::try_from(message.len()).expect("a short message");
    stream.write_all(&[&length.to_be_bytes()[..], message.as_bytes()].concat()).ok()?;
    let mut length = [0; 2];
    stream.read_exact(&mut length).ok()?;
    let mut reply = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut reply).ok()?;
    String::from_utf8(reply).ok()
}

/// Counters and codes of all records that were not retrieved before.
fn retrieve(stream: &mut TcpStream) -> Vec<(u32, String)> {
    let mut records = Vec::new();
    loop {
        let reply = ask(stream, "HEADQ2").expect("it answers");
        let Some(record) = reply.strip_prefix("HEADQ300") else { return records };
        // Some of them, for each takes its time.
        if records.len() % 50 == 0 {
            assert_eq!(ask(stream, &format!("HEADQ8{record}")).as_deref(), Some("HEADQ900"));
        }
        let counter = u32::from_str_radix(&record[..8], 16).expect("a number");
        records.push((counter, record[20..24].to_owned()));
    }
}

/// How often a command is in the log.
fn count(records: &[(u32, String)], code: &str) -> usize {
    let code = hex::encode_upper(code);
    records.iter().filter(|(_, own)| *own == code).count()
}

#[test]
fn a_server_that_is_killed_under_load_has_what_it_had_written() {
    let place = Place::new("kill");
    let mut last = 0;
    for round in 0..3 {
        let mut server = place.serve();
        assert!(!server.told("not as it was written"), "{:?}", server.lines);
        let hosts = [(); 3].map(|()| {
            let mut stream = server.connect();
            thread::spawn(move || {
                let mut replies = Vec::new();
                while ask(&mut stream, "HEADB20000").is_some() {
                    replies.push(Instant::now());
                }
                replies
            })
        });
        thread::sleep(DELAY + Duration::from_millis(100 + 77 * round));
        server.child.kill().expect("it runs");
        let killed = Instant::now();
        let replies = hosts.map(|host| host.join().expect("it ends")).concat();
        let early = replies.iter().filter(|at| killed.duration_since(**at) > DELAY).count();
        assert!(early > 0, "no load");
        let again = place.serve();
        assert!(!again.told("not as it was written"), "{:?}", again.lines);
        let mut stream = again.connect();
        let records = retrieve(&mut stream);
        let echoes = count(&records, "B2");
        assert!((early..=replies.len() + 3).contains(&echoes), "{echoes} of {}", replies.len());
        // Nothing is missing, and nothing is there twice.
        for (counter, _) in &records {
            assert!(*counter == last + 1, "{counter} after {last}");
            last = *counter;
        }
        stream.shutdown(Shutdown::Both).expect("it is open");
    }
    let server = place.serve();
    let told = place.console("auditlog -v\n");
    assert!(told.contains("Audit Log verified ("), "{told}");
    drop(server);
}

#[test]
fn what_was_retrieved_stays_so_and_a_changed_byte_is_named() {
    let place = Place::new("change");
    {
        let server = place.serve();
        let mut stream = server.connect();
        for _ in 0..5 {
            ask(&mut stream, "HEADB20000").expect("it answers");
        }
        // Starting the device is a record, too.
        let records = retrieve(&mut stream);
        assert_eq!((records.len(), count(&records, "PW"), count(&records, "B2")), (6, 1, 5));
    }
    {
        let server = place.serve();
        assert!(server.told("audit log: 6 records"), "{:?}", server.lines);
        let records = retrieve(&mut server.connect());
        assert_eq!((records.len(), count(&records, "PW")), (1, 1));
        assert_eq!(records[0].0, 7);
    }
    let first = &place.files("log")[0];
    let mut bytes = fs::read(first).expect("it is there");
    // Behind the head and five marks: the fourth record.
    let at = 32 * (6 + 3) + 10;
    assert_eq!(&bytes[at..at + 2], b"B2");
    bytes[at] = b'C';
    fs::write(first, bytes).expect("it can be written");
    let server = place.serve();
    assert!(
        server.told("audit log: audit record 4 (counter 00000004) is not as it was written"),
        "{:?}",
        server.lines
    );
    let told = place.console("errlog\nauditlog\nauditlog -v\n");
    assert!(
        told.contains("05 00000004 catastrophic Audit record is not as it was written"),
        "{told}"
    );
    for counter in ["00000001", "00000002", "00000003"] {
        assert!(told.contains(counter), "{told}");
    }
    assert!(told.contains("Audit Log verified ("), "{told}");
    assert!(!place.files("damaged").is_empty());
    drop(server);
    // While it runs, too.
    let server = place.serve();
    assert!(!server.told("not as it was written"), "{:?}", server.lines);
    let first = &place.files("log")[0];
    let mut bytes = fs::read(first).expect("it is there");
    bytes[32 * 6 + 5] ^= 1;
    fs::write(first, bytes).expect("it can be written");
    let told = place.console("auditlog -v\n");
    assert!(told.contains("Audit Log is damaged: audit record 1 "), "{told}");
    drop(server);
}

#[test]
fn a_server_that_ends_in_order_says_so() {
    let place = Place::new("end");
    let mut server = place.serve();
    let ended = Command::new("kill").arg(server.child.id().to_string()).status();
    assert!(ended.expect("it runs").success());
    assert!(server.child.wait().expect("it ends").success());
    let server = place.serve();
    let records = retrieve(&mut server.connect());
    assert_eq!(records.len(), 3);
    for (code, times) in [("PW", 2), ("88", 1)] {
        assert_eq!(count(&records, code), times);
    }
}

#[test]
fn records_that_are_cut_off_while_the_server_is_down_are_named() {
    let place = Place::new("cut");
    let mut server = place.serve();
    let mut stream = server.connect();
    for _ in 0..5 {
        ask(&mut stream, "HEADB20000").expect("it answers");
    }
    drop(stream);
    let ended = Command::new("kill").arg(server.child.id().to_string()).status();
    assert!(ended.expect("it runs").success());
    assert!(server.child.wait().expect("it ends").success());
    // Power on, five echoes, the end: the last three go.
    let file =
        fs::OpenOptions::new().write(true).open(&place.files("log")[0]).expect("it is there");
    let length = file.metadata().expect("it is there").len();
    file.set_len(length - 3 * 32).expect("it can be shortened");
    let server = place.serve();
    assert!(
        server.told("audit log: audit records 5 to 7 are missing at the end"),
        "{:?}",
        server.lines
    );
    let told = place.console("errlog\nauditlog -v\n");
    assert!(
        told.contains("15 00000005 catastrophic Audit records are missing at the end"),
        "{told}"
    );
    assert!(told.contains("Audit Log verified ("), "{told}");
    let records = retrieve(&mut server.connect());
    // Numbers are not given twice.
    let counters: Vec<_> = records.iter().map(|(counter, _)| *counter).take(5).collect();
    assert_eq!(counters, [1, 2, 3, 4, 8]);
    drop(server);
    let server = place.serve();
    assert!(!server.told("missing"), "{:?}", server.lines);
}

#[test]
fn on_a_full_disk_the_log_says_so_and_is_whole_once_there_is_room() {
    let place = Place::new("full");
    let server = place.serve_within(256);
    let mut stream = server.connect();
    // 256 blocks are at most 256 KiB.
    let (request, records) = (b"\0\x0AHEADB20000".repeat(100), 10_000);
    for _ in 0..records / 100 {
        stream.write_all(&request).expect("it reads");
        stream.read_exact(&mut [0; 100 * 10]).expect("it answers");
    }
    thread::sleep(Duration::from_millis(500));
    assert_eq!(ask(&mut stream, "HEADQ2").as_deref(), Some("HEADQ341"));
    let told = place.console("errlog\nauditlog\n");
    assert!(told.contains(" major        Audit log cannot be written"), "{told}");
    assert!(told.contains("the audit log cannot be written: File too large"), "{told}");
    // Hosts are served all the same.
    assert_eq!(ask(&mut stream, "HEADB20000").as_deref(), Some("HEADB300"));
    drop((stream, server));
    let server = place.serve();
    assert!(!server.told("not as it was written") && !server.told("missing"), "{:?}", server.lines);
    let told = place.console("auditlog -v\n");
    assert!(told.contains("Audit Log verified ("), "{told}");
}
