//! The TLS host port with clients that share nothing with this program: Python's `ssl`, and OpenSSL's `s_client`.

#![expect(clippy::print_stdout, reason = "a test that is skipped has to say so")]

#[path = "../child/ending.rs"]
mod ending;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_strongroom");

/// A folder of certificates made by `strongroom certificates`.
fn certificates(folder: &Path, clients: &[&str]) {
    let mut command = Command::new(PROGRAM);
    command.arg("certificates").arg(folder);
    for client in clients {
        command.args(["--client", client]);
    }
    let output = command.output().expect("the program is built");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn fresh(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

/// A server that runs until it is dropped.
struct Server {
    child: Child,
    /// Port of the default LMK over TLS.
    port: String,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["serve", "--dev", "--listen", "127.0.0.1:0", "--tls-handshake-timeout", "2"])
            .args(arguments)
            .env_remove("STRONGROOM_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program is built");
        let out = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let lines = out.lines().map_while(Result::ok).take_while(|line| line != "ready");
        let lines: Vec<_> = lines.collect();
        let port = lines.iter().find_map(|line| {
            line.strip_prefix("TLS port 127.0.0.1:")?.strip_suffix(" default LMK")
        });
        let port = port.unwrap_or_else(|| panic!("no TLS port: {lines:?}")).to_owned();
        Self { child, port }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        ending::end(&mut self.child);
    }
}

#[test]
fn a_client_in_python_gets_in_with_a_certificate_and_only_so() {
    let has_python = Command::new("python3").args(["-c", "import ssl"]).output();
    if !has_python.is_ok_and(|output| output.status.success()) {
        println!("skipped: there is no python3 with ssl");
        return;
    }
    let (folder, other) = (fresh("python"), fresh("python-other"));
    certificates(&folder, &["switch", "stranger"]);
    certificates(&other, &["switch"]);
    let list = folder.join("list.toml");
    std::fs::write(&list, "[host]\ntls_clients = [\"switch\"]\n").expect("written");
    let text = |path: &Path| path.to_str().expect("it is text").to_owned();
    let server = Server::start(&["--tls-certificates", &text(&folder), "--config", &text(&list)]);
    let output = Command::new("python3")
        .arg("-B")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls/client.py"))
        .args([&server.port, &text(&folder), &text(&other)])
        .output()
        .expect("Python runs");
    let [told, wrong] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success(), "{told}{wrong}");
    assert_eq!(told.lines().count(), 8, "{told}");
}

#[test]
fn openssl_agrees_with_certificates_and_handshake() {
    if !Command::new("openssl").arg("version").output().is_ok_and(|it| it.status.success()) {
        println!("skipped: there is no openssl");
        return;
    }
    let folder = fresh("openssl");
    certificates(&folder, &["switch"]);
    let file = |name: &str| folder.join(name).to_str().expect("it is text").to_owned();
    for name in ["server.pem", "switch.pem"] {
        let purpose = if name == "server.pem" { "sslserver" } else { "sslclient" };
        let verified = Command::new("openssl")
            .args(["verify", "-x509_strict", "-purpose", purpose, "-CAfile"])
            .args([file("ca.pem"), file(name)])
            .output()
            .expect("openssl runs");
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    }
    let server = Server::start(&["--tls-certificates", folder.to_str().expect("it is text")]);
    for version in ["-tls1_2", "-tls1_3"] {
        // A message that is too long makes the server close.
        let told = s_client(&server, &folder, &[version, "-ign_eof"], b"\0\x06HEADNC\xFF\xFF");
        assert!(told.contains("HEADND00") && told.contains("Verify return code: 0"), "{told}");
    }
    // `R` asks for another handshake, which the server declines; whoever asks harms nobody.
    let told = s_client(&server, &folder, &["-tls1_2"], b"R\n");
    assert!(
        told.contains("RENEGOTIATING") && told.matches("BEGIN CERTIFICATE").count() == 1,
        "{told}"
    );
    let told = s_client(&server, &folder, &["-tls1_2", "-ign_eof"], b"\0\x06HEADNC\xFF\xFF");
    assert!(told.contains("HEADND00"), "{told}");
}

/// What OpenSSL's client says to this input until the server closes, or until it is ended because it waits for what will
/// never come.
fn s_client(server: &Server, folder: &Path, options: &[&str], input: &[u8]) -> String {
    let file = |name: &str| folder.join(name).to_str().expect("it is text").to_owned();
    let mut client = Command::new("openssl")
        .args(["s_client", "-connect", &format!("127.0.0.1:{}", server.port)])
        .args(["-CAfile", &file("ca.pem"), "-verify_return_error"])
        .args(["-cert", &file("switch.pem"), "-key", &file("switch.key")])
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("openssl runs");
    let mut stdin = client.stdin.take().expect("it is a pipe");
    stdin.write_all(input).expect("it runs");
    let patience = Duration::from_secs(if input == b"R\n" { 3 } else { 20 });
    let begun = Instant::now();
    while client.try_wait().expect("it runs").is_none() {
        if begun.elapsed() > patience {
            let _ = client.kill();
        }
        sleep(Duration::from_millis(20));
    }
    let output = client.wait_with_output().expect("it has ended");
    drop(stdin);
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

#[test]
fn certificates_that_are_there_stay_and_keys_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = fresh("kept");
    certificates(&folder, &["a"]);
    let read = |name: &str| std::fs::read(folder.join(name)).expect("it is there");
    let names = ["ca.pem", "ca.key", "server.pem", "server.key", "a.pem", "a.key"];
    let before = names.map(read);
    certificates(&folder, &["a", "b"]);
    assert!(names.map(read) == before && !read("b.pem").is_empty());
    for name in ["ca.key", "server.key", "a.key", "b.key"] {
        let mode = std::fs::metadata(folder.join(name)).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
}

#[test]
fn the_benchmark_measures_tls_and_audit_beside_tcp() {
    let folder = fresh("bench");
    std::fs::create_dir_all(&folder).expect("it can be made");
    let shape = ["--connections", "2", "--depth", "3", "--keys", "2", "--rounds", "1"];
    let output = Command::new(PROGRAM)
        .args(["bench", "switch", "--tls", "--audit", "--json"])
        .args(shape)
        .env("TMPDIR", &folder)
        .stderr(Stdio::null())
        .output()
        .expect("the program is built");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(output.status.success(), "{report}");
    for (row, way) in ["", "TLS 1.3", "audit"].iter().enumerate() {
        let row = &report["rows"][row];
        assert_eq!((&row["mix"], &row["way"]), (&"switch".into(), &(*way).into()), "{report}");
        assert_eq!(row["errors"], 0, "{report}");
        assert!(row["commands_per_second"].as_f64().is_some_and(|rate| rate > 0.0), "{report}");
    }
    let left = std::fs::read_dir(&folder).expect("it is there").count();
    assert_eq!(left, 0, "files are left behind");
}
