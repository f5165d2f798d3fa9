//! The tools of the command line, run as a user runs them: `send` against a development server,
//! `explain`, `commands` and `manual` on their own.

#[path = "child/ending.rs"]
mod ending;

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// A process that is ended when this is dropped.
struct Process(Child);

impl Process {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
        command.args(arguments).env_remove("STRONGROOM_LOG");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command.spawn().expect("the program is built"))
    }

    fn ended(&mut self) -> Option<i32> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().expect("it is our child") {
                return status.code();
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        ending::end(&mut self.0);
    }
}

/// How a run of the program ended.
#[derive(Debug)]
struct Ended {
    status: Option<i32>,
    out: String,
    error: String,
}

impl Ended {
    /// The one line on standard error, as every failure has it.
    fn line(&self) -> &str {
        let line = self.error.strip_suffix('\n').unwrap_or(&self.error);
        assert!(line.starts_with("strongroom: ") && !line.contains('\n'), "{self:?}");
        line
    }
}

fn strongroom(arguments: &[&str]) -> Ended {
    with_input(arguments, "")
}

fn with_input(arguments: &[&str], input: &str) -> Ended {
    let mut process = Process::start(arguments);
    let mut stdin = process.0.stdin.take().expect("it is a pipe");
    // A program that does not read its input may be gone already.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let (mut out, mut error) = (String::new(), String::new());
    let mut stderr = process.0.stderr.take().expect("it is a pipe");
    let errors = thread::spawn(move || {
        stderr.read_to_string(&mut error).expect("it is text");
        error
    });
    let mut stdout = process.0.stdout.take().expect("it is a pipe");
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        stdout.read_to_string(&mut out).expect("it is text");
        sender.send(out)
    });
    let out = receiver.recv_timeout(PATIENCE).expect("it ends");
    let status = process.ended();
    Ended { status, out, error: errors.join().expect("the reader does not panic") }
}

/// A development server on a free port.
struct Server {
    _process: Process,
    target: String,
}

impl Server {
    fn start(port: &str, arguments: &[&str]) -> Self {
        let fixed = ["serve", "--dev", "--seed", "1", "--listen", "127.0.0.1:0"];
        let mut process = Process::start(&[&fixed[..], arguments].concat());
        let mut lines = BufReader::new(process.0.stdout.take().expect("it is a pipe")).lines();
        let (sender, receiver) = mpsc::channel();
        // Reads to the end, so that the server can always write.
        thread::spawn(move || {
            lines.by_ref().map_while(Result::ok).try_for_each(|it| sender.send(it))
        });
        let lines: Vec<_> = std::iter::from_fn(|| receiver.recv_timeout(PATIENCE).ok())
            .take_while(|line| line != "ready")
            .collect();
        let mut ports = lines.iter().filter_map(|line| line.strip_prefix("host port "));
        let target = ports.find_map(|line| line.strip_suffix(port)).map(|it| it.trim().to_owned());
        let target = target.unwrap_or_else(|| panic!("no port for {port}: {lines:?}"));
        Self { _process: process, target }
    }

    fn send(&self, arguments: &[&str]) -> Ended {
        strongroom(&[&["send", "--target", &self.target], arguments].concat())
    }
}

#[test]
fn a_command_is_sent_and_its_reply_decoded() {
    let server = Server::start("default LMK", &[]);
    let ended = server.send(&["NC"]);
    assert_eq!((ended.status, &ended.error[..]), (Some(0), ""));
    insta::assert_snapshot!("send_nc", ended.out);
    let ended = server.send(&["--header", "", "NC"]);
    assert_eq!(ended.status, Some(2), "{ended:?}");
    assert!(
        ended.line().contains("is the appliance set to a header of 0 characters?"),
        "{ended:?}"
    );
    let ended = with_input(&["send", "--target", &server.target, "-"], "B20003a\\x00b\n");
    assert_eq!((ended.status, ended.out.lines().next()), (Some(0), Some("HEADB300a\\x00b")));
}

#[test]
fn an_error_is_told_and_gives_status_1() {
    let server = Server::start("LMK 02", &[]);
    let ended = server.send(&["NK000"]);
    assert_eq!(ended.status, Some(1));
    assert_eq!(ended.line(), "strongroom: error 52: number of commands, or branch and height");
    assert!(ended.out.starts_with("HEADNL52\nReply to NK "), "{}", ended.out);
    let ended = server.send(&["??"]);
    assert_eq!((ended.status, &ended.out[..]), (Some(1), "HEAD?@68\n"));
    assert!(ended.line().starts_with("strongroom: error 68: the appliance does not know"));
}

#[test]
fn clear_pins_are_masked_unless_revealed() {
    let server = Server::start("LMK 00", &[]);
    let sealed = server.send(&["BA1234FFFFFFFFF550000025321"]);
    let pin = sealed.out.lines().next().and_then(|raw| raw.strip_prefix("HEADBB00"));
    let pin = pin.expect("a PIN under the LMK").to_owned();
    assert!(!sealed.out.contains("1234F"), "{}", sealed.out);
    let explained = strongroom(&["explain", "HEADBA1234FFFFFFFFF550000025321"]);
    assert!(explained.out.contains("  *************  Clear PIN"), "{}", explained.out);
    let explained = strongroom(&["explain", "--reveal", "HEADBA1234FFFFFFFFF550000025321"]);
    assert!(explained.out.contains("  1234FFFFFFFFF  Clear PIN"), "{}", explained.out);
    let shown = server.send(&["--reveal", &format!("JG{pin}")]);
    assert_eq!(shown.status, Some(1), "JG wants more than that: {shown:?}");
}

#[test]
fn the_example_of_the_help_works_as_typed() {
    let help = strongroom(&["explain", "--help"]).out;
    let example = help.split("Example:").nth(1).expect("the help has an example");
    let message = example.split('\'').nth(1).expect("the message is quoted");
    let explained = strongroom(&["explain", message]);
    assert_eq!((explained.status, &explained.error[..]), (Some(0), ""));
    let server = Server::start("default LMK", &[]);
    let sent = server.send(&[message.strip_prefix("HEAD").expect("it has a header")]);
    assert_eq!((sent.status, &sent.error[..]), (Some(0), ""), "{}", sent.out);
}

#[test]
fn requests_are_explained() {
    let out = |message| {
        let ended = strongroom(&["explain", message]);
        assert_eq!((ended.status, &ended.error[..]), (Some(0), ""), "{message}");
        ended.out
    };
    insta::assert_snapshot!(
        "explain_nested",
        out("HEADNK1020006HEADNC0008HEADNO00%00\\x19TRAILER")
    );
    insta::assert_snapshot!("explain_list", out("HEADRA00002export.001.host;import.002;%01"));
    insta::assert_snapshot!(
        "explain_variant_keys",
        out("HEADCAU8463435FC4B4DAA0C49025272C29B12CK001126428EB94035AF53B0103550000025321")
    );
    insta::assert_snapshot!(
        "explain_key_blocks",
        out(&format!(
            "HEADCC{}{}126428EB94035AF53B0101550000025321%01",
            "S10096P0TE00E0000CF29A901B5B5DA7028693D4BE058A7B366D3CD2F5862D94E97BCD6D\
             9F28B414A377052CE7A04D821",
            "S10112P0TE00E0101LB10TESTLABEL00100112233445566778899AABBCCDDEEFF00112233445566778899AABB\
             CCDDEEFF0123456789ABCDEF"
        ))
    );
}

#[test]
fn replies_are_explained() {
    let request = "HEADNK0020002NC0004NO00";
    let reply = "HEADNL00020029ND0026860400000000001500-00010024NP003100641500-000100000";
    let ended = strongroom(&["explain", "--request", request, reply]);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    insta::assert_snapshot!("explain_reply", ended.out);
    assert_eq!(strongroom(&["explain", reply]).out, ended.out, "the request is guessed");
    let wrong = strongroom(&["explain", "--request", request, &reply[..50]]);
    assert_eq!(wrong.status, Some(1), "{wrong:?}");
    assert!(wrong.line().contains("makes no sense from offset 43 on"), "{wrong:?}");
    let ended = strongroom(&["explain", "--request", "HEADNC", reply]);
    assert_eq!(ended.status, Some(2));
    assert!(ended.line().starts_with("strongroom: NL is not the code of a reply to that request"));
}

#[test]
fn what_is_refused_is_shown_with_what_was_expected() {
    let mut all = String::new();
    for message in [
        "HEADNK00200",
        "HEADNK0X2",
        "HEADNO07",
        "HEADB20010abc",
        "HEADNC%00 more",
        "HEADRA00",
        "HEADBA12",
        "HEADQQ001",
    ] {
        let ended = strongroom(&["explain", message]);
        assert_eq!(ended.status, Some(1), "{message}");
        assert!(ended.line().contains("makes no sense from offset"), "{ended:?}");
        all.push_str(&ended.out);
    }
    insta::assert_snapshot!("explain_refused", all);
}

#[test]
fn long_values_are_cut_unless_asked_for() {
    let message = format!("HEADB20100{}", "0123456789ABCDEF".repeat(16));
    let cut = strongroom(&["explain", &message]).out;
    assert!(cut.contains("…89ABCDEF (260 bytes)  Data"), "{cut}");
    let full = strongroom(&["explain", "--full", &message]).out;
    let whole: String = full.split_whitespace().collect();
    assert!(!full.contains('…') && whole.contains("CDEF0123456789ABCDEF"), "{full}");
}

#[test]
fn the_listing_is_a_table_and_an_array() {
    let table = strongroom(&["commands"]);
    assert_eq!(table.status, Some(0));
    let mut rows = table.out.lines();
    let head = rows.next().expect("a heading");
    let last = rows.next_back().expect("a last line");
    assert!(last.ends_with("commands are implemented; the others answer 68."), "{last}");
    let columns = ["code", "reply", "name", "family", "evidence", "status"];
    let starts = columns.map(|column| head.find(column).expect("a column"));
    let listed = strongroom(&["commands", "--json"]).out;
    let listed: Vec<serde_json::Map<String, Value>> =
        serde_json::from_str(&listed).expect("an array of objects");
    assert!(listed.len() > 250);
    assert!(rows.clone().count() == listed.len());
    for (row, object) in rows.zip(&listed) {
        assert_eq!(object.len(), columns.len(), "{object:?}");
        let row: Vec<_> = row.chars().collect();
        for (start, column) in starts.iter().zip(columns) {
            let value = object[column].as_str().expect("a text");
            let cell: String = row.iter().skip(*start).take(value.chars().count()).collect();
            assert_eq!(cell, value);
        }
        assert!(["implemented", "named"].map(Value::from).contains(&object["status"]));
    }
    // Rows that stay as they are, whatever is built next; the columns are as wide as they must be.
    let stable = |line: &&str| ["code", "B2 ", "NC ", "NK "].iter().any(|it| line.starts_with(it));
    let squeezed = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let head: Vec<_> = table.out.lines().filter(stable).map(squeezed).collect();
    insta::assert_snapshot!("commands", head.join("\n"));
}

#[test]
fn a_manual_page_is_printed() {
    let ended = strongroom(&["manual", "nk"]);
    assert_eq!((ended.status, &ended.error[..]), (Some(0), ""));
    insta::assert_snapshot!("manual_nk", ended.out);
}

#[test]
fn the_dictionary_has_every_command() {
    let dictionary = strongroom(&["manual", "--dictionary"]).out;
    assert!(dictionary.lines().all(|line| line.starts_with('"') && line.ends_with('"')));
    assert!(dictionary.lines().any(|line| line == "\"NK\""));
}

#[test]
fn wrong_usage_gives_status_2_and_one_line() {
    for (arguments, expected) in [
        (&["send"][..], "<MESSAGE>"),
        (&["send", "N"], "a message begins with a command code"),
        (&["send", "--target", "nowhere", "NC"], "--target nowhere is not ADDR:PORT"),
        (&["send", "--timeout", "0", "NC"], "--timeout"),
        (&["send", "--target", "127.0.0.1:1", "NC"], "is `strongroom serve --dev` running there?"),
        (&["send", "N\\xZ"], "\\xNN"),
        (&["explain"], "<MESSAGE>"),
        (&["explain", "HEADN"], "ends before its command code"),
        (&["explain", "HEAD??"], "`strongroom commands` lists them"),
        (&["explain", "--header-length", "256", "NC"], "--header-length"),
        (&["explain", "--lmk", "none", "HEADNC"], "possible values"),
        (&["commands", "--jason"], "--json"),
        (&["manual", "??"], "there is no host command ??"),
        (&["manual", "--check", "--file", "no/such/file"], "no/such/file cannot be read"),
    ] {
        let ended = strongroom(arguments);
        assert_eq!((ended.status, &ended.out[..]), (Some(2), ""), "{arguments:?}");
        assert!(ended.line().contains(expected), "{arguments:?}: {ended:?}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    for arguments in [&["commands"][..], &["manual"], &["commands", "--json"]] {
        let mut process = Process::start(arguments);
        // Closed unread.
        drop(process.0.stdout.take());
        assert_eq!(process.ended(), Some(0), "{arguments:?}");
    }
}
