//! Who may do what at a console: the tenant at his door, the provider at his, and nobody without the credential.

#[path = "child/ending.rs"]
mod ending;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use console::COMMANDS;

/// A tenant's appliance that keeps its state, and is removed with this.
struct Appliance {
    child: Child,
    folder: PathBuf,
}

impl Appliance {
    fn start(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("roles-{name}"));
        // There may be none of an earlier run.
        let _ = fs::remove_dir_all(&folder);
        let mut child = Command::new(env!("CARGO_BIN_EXE_strongroom"))
            .args(["serve", "--dev", "--listen", "127.0.0.1:0", "--state"])
            .arg(folder.join("state"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program is built");
        let out = BufReader::new(child.stdout.take().expect("it is a pipe"));
        assert!(out.lines().map_while(Result::ok).any(|line| line == "ready"));
        Self { child, folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join("state").join(name)
    }

    /// Types something as a party at a socket; the status, and all that is shown.
    fn console(
        &self,
        party: &str,
        socket: &str,
        token: Option<&Path>,
        typed: &str,
    ) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
        command.args(["console", "--as", party, "--socket"]).arg(self.file(socket));
        if let Some(token) = token {
            command.arg("--token").arg(token);
        }
        let mut console = command
            .arg("--cards")
            .arg(self.folder.join("cards"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program is built");
        let mut input = console.stdin.take().expect("it is a pipe");
        // Whoever is not let in does not read.
        let _ = input.write_all(typed.as_bytes());
        drop(input);
        let Output { status, stdout, stderr } = console.wait_with_output().expect("it ends");
        let shown = [stdout, stderr].concat();
        (status.code().expect("it ends in order"), String::from_utf8_lossy(&shown).into_owned())
    }

    fn provider(&self, typed: &str) -> (i32, String) {
        self.console("provider", "provider", None, typed)
    }

    fn tenant(&self, typed: &str) -> (i32, String) {
        self.console("tenant", "console", None, typed)
    }
}

impl Drop for Appliance {
    fn drop(&mut self) {
        ending::end(&mut self.child);
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What the door says to whoever comes to it with these words and then types a command, as bytes on the socket.
fn knock(socket: &Path, hello: &str, command: &str) -> (u8, String) {
    let mut stream = UnixStream::connect(socket).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket option");
    for (tag, text) in [(b'H', hello), (b'A', command)] {
        let length = u32::try_from(text.len()).expect("it is short").to_be_bytes();
        // It may be closed already.
        let _ = stream.write_all(&[&[tag][..], &length, text.as_bytes()].concat());
    }
    let mut head = [0; 5];
    stream.read_exact(&mut head).expect("an answer");
    let [tag, length @ ..] = head;
    let mut text = vec![0; u32::from_be_bytes(length).try_into().expect("it is short")];
    stream.read_exact(&mut text).expect("a whole answer");
    let rest = stream.read(&mut [0; 1]).unwrap_or_default();
    assert_eq!(rest, 0, "something follows");
    (tag, String::from_utf8(text).expect("it is text"))
}

#[test]
fn no_command_gets_in_without_the_credential_or_as_somebody_else() {
    let appliance = Appliance::start("doors");
    let token = |name| fs::read_to_string(appliance.file(name)).expect("a credential");
    let (tenants, providers) = (token("console.token"), token("provider.token"));
    assert!(tenants.len() == 64 && providers.len() == 64 && tenants != providers);
    let (console, provider) = (appliance.file("console"), appliance.file("provider"));
    let wrong = format!("{}{}", &tenants[1..], &tenants[..1]);
    for command in COMMANDS {
        for (socket, hello, reason) in [
            (&console, "tenant script".to_owned(), "The credential is missing or wrong"),
            (&console, "tenant script ".to_owned(), "The credential is missing or wrong"),
            (&console, format!("tenant script {wrong}"), "The credential is missing or wrong"),
            (&console, format!("tenant script {providers}"), "The credential is missing or wrong"),
            (&console, format!("provider script {tenants}"), "the provider's is "),
            (&console, format!("provider script {providers}"), "the provider's is "),
            (&provider, format!("provider script {tenants}"), "The credential is missing or wrong"),
            (&provider, "provider script".to_owned(), "The credential is missing or wrong"),
            (&provider, format!("tenant script {tenants}"), "the tenant's is "),
        ] {
            let (tag, told) = knock(socket, &hello, command.name);
            assert!(tag == b'R' && told.contains(reason), "{} {hello}: {told}", command.name);
        }
    }
    let (status, shown) = appliance.console("provider", "console", None, "vr\n");
    let expected = format!(
        "strongroom: This is the console of the tenant: the provider's is {}\n",
        provider.display()
    );
    assert_eq!((status, shown), (1, expected));
    let (status, shown) =
        appliance.console("tenant", "console", Some(&appliance.file("provider.token")), "vt\n");
    assert!(status == 1 && shown.starts_with("strongroom: The credential is missing"), "{shown}");
    // The tenant sees in the log that somebody tried.
    let (_, shown) = appliance.tenant("auditlog\n");
    assert!(shown.contains("User or connection not authenticated"), "{shown}");
}

/// What only the tenant sees: check values of his LMKs, where his hosts connect, and in which state the keys are.
const MARKS: [&str; 6] = ["268604", "165126", "9D04A0", "127.000.000.001", "LISTEN", "-AUTH"];

/// Commands of the provider that change something, and what.
const CHANGES: [&str; 2] = [
    // Ends what is authorised until the next start, as the power switch does.
    "REBOOT", // Erases LMKs, as whoever opens the case does.
    "TAMPER",
];

#[test]
fn the_provider_reads_and_changes_nothing_of_the_tenant() {
    let appliance = Appliance::start("provider");
    // In secure state, in which the tenant's commands say yes to most.
    let (status, shown) = appliance.tenant(
        "fc\nleft\nL\n12345\n12345\nfc\nright\nR\n54321\n54321\nleft\nleft\n12345\ny\nright\nright\n54321\ny\n",
    );
    assert_eq!(status, 0, "{shown}");
    for command in COMMANDS {
        let before = fs::read(appliance.file("state")).expect("a state");
        // Whatever is asked is answered as if to change something.
        let typed = format!("{}\n{}", command.name, "Y\n".repeat(3));
        let (_, shown) = appliance.provider(&typed);
        let refused = shown.contains("Command only allowed for the tenant of this appliance");
        assert_eq!(refused, !command.for_provider, "{}: {shown}", command.name);
        if command.for_provider && !CHANGES.contains(&command.name) {
            let after = fs::read(appliance.file("state")).expect("a state");
            assert!(before == after, "{} changed the state", command.name);
        }
        for mark in MARKS {
            assert!(!shown.contains(mark), "{} shows {mark}: {shown}", command.name);
        }
    }
    drop(appliance);
    let (_, shown) = Appliance::start("tenant").tenant("vt\nqh\ngetcmds\nnetstat\n");
    for mark in MARKS {
        assert!(shown.contains(mark), "the tenant does not see {mark}: {shown}");
    }
}

#[test]
fn every_file_is_its_owners_alone() {
    let appliance = Appliance::start("files");
    // The error log has its file once something went wrong.
    let (_, shown) = appliance.tenant("vt\nauditlog\ntamper case\nn\ny\nreboot\ny\n");
    assert!(shown.contains("HSM has restarted"), "{shown}");
    // The logs are tidied up once a second.
    thread::sleep(Duration::from_millis(1500));
    let mut folders = vec![appliance.file(""), appliance.folder.join("state.key")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        let mode =
            |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
        for entry in fs::read_dir(&folder).expect("it is ours") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            assert_eq!(mode(&path), 0o600, "{}", path.display());
            files += 1;
        }
    }
    // State, root key, generation, two sockets and their credentials, and the logs.
    assert!(files >= 9 && appliance.file("errors").exists(), "{files} files");
}
