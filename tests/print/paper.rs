//! Printers that take documents, and such that do not.

use std::{
    fs,
    io::Read as _,
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use super::{PATIENCE, Server, folder};

/// The next document that a printer is sent.
fn document(listener: &TcpListener) -> (TcpStream, String) {
    loop {
        let (mut stream, _) = listener.accept().expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket option");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it is text");
        // A look whether the printer is there brings nothing.
        if !text.is_empty() {
            return (stream, text);
        }
    }
}

fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    (listener, address)
}

#[test]
fn a_tcp_printer_gets_raw_bytes_and_lines_in_the_order_of_the_device() {
    for (line_end, expected) in [(None, "\n\r"), (Some("cr-lf"), "\r\n"), (Some("lf"), "\n")] {
        let (listener, address) = listener();
        let paper = thread::spawn(move || document(&listener).1);
        let more = line_end.map_or(vec![], |it| vec!["--printer-line-end", it]);
        let server = Server::start(&address, &more);
        assert!(server.lines.contains(&format!("printer {address}")), "{:?}", server.lines);
        let mut client = server.connect("LMK 00");
        assert_eq!(client.ask("PA>L|21B31^0>L>010^P>F"), "PB00");
        let (_, second) = client.print("A2001UCOMPONENT");
        assert_eq!(second, "AZ00");
        let text = paper.join().expect("it does not panic");
        let begin = format!("{expected}\x1B1COMPONENT{expected}         ");
        let key = text.strip_prefix(&begin).and_then(|text| text.strip_suffix('\x0C'));
        assert_eq!(key.map(str::len), Some(32), "{text:?}");
    }
}

#[test]
fn a_printer_that_is_not_there_answers_16_until_it_is() {
    let (printer, address) = listener();
    drop(printer);
    let server = Server::start(&address, &[]);
    let notice = format!("printer {address} is not ready: ");
    assert!(server.lines.iter().any(|line| line.starts_with(&notice)), "{:?}", server.lines);
    let mut client = server.connect("LMK 00");
    assert_eq!(client.ask("PA^P>L"), "PB00");
    assert_eq!(client.ask("A2001U"), "A316");
    assert_eq!(client.ask("NE001U\x19TRAILER"), "NF16\x19TRAILER");
    assert_eq!(client.ask("OC"), "OD16");
    assert_eq!(client.ask("OE"), "OF16");
    let printer = TcpListener::bind(&address).expect("the port is free again");
    let paper = thread::spawn(move || {
        document(&printer);
        printer
    });
    let begun = Instant::now();
    while client.ask("A2001U") == "A316" {
        assert!(begun.elapsed() < PATIENCE, "the printer is not found");
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(client.receive(), "AZ00");
    // Between two documents nobody knows that it has gone: the second reply says it, and from then on
    // the first.
    drop(paper.join().expect("it does not panic"));
    let (_, second) = client.print("A2001U\x19TRAILER");
    assert_eq!(second, "AZ16\x19");
    assert_eq!(client.ask("A2001U"), "A316");
    server.terminate();
    let (status, log) = server.end();
    assert_eq!(status, Some(0));
    let told = log.lines().filter(|line| line.contains("a document is not printed: ")).count();
    assert_eq!(told, 1, "{log}");
}

#[test]
fn a_slow_printer_holds_up_nobody_else() {
    let (printer, address) = listener();
    let server = Server::start(&address, &[]);
    let mut client = server.connect("LMK 00");
    let mut other = server.connect("LMK 01");
    assert_eq!(client.ask("PA^P>L"), "PB00");
    client.send(&["A2001U", "NC"]);
    assert!(client.receive().starts_with("A300U"));
    // The printer has not taken anything yet.
    for _ in 0..20 {
        assert!(other.ask("NC").starts_with("ND00"));
    }
    let (stream, _) = document(&printer);
    client.0.set_read_timeout(Some(Duration::from_millis(100))).expect("a socket option");
    assert!(client.0.peek(&mut [0]).is_err(), "there is a second reply before the printer is done");
    client.0.set_read_timeout(Some(PATIENCE)).expect("a socket option");
    drop(stream);
    assert_eq!(client.receive(), "AZ00");
    assert!(client.receive().starts_with("ND00"));
}

#[test]
fn a_printer_that_does_not_take_a_document_in_time_answers_16() {
    let (printer, address) = listener();
    let server = Server::start(&address, &["--printer-timeout", "200"]);
    let mut client = server.connect("LMK 00");
    // More than the buffers on both sides hold.
    let long = "x".repeat(30_000);
    let format = "^0".repeat(290);
    assert_eq!(client.ask(&format!("PA{format}^P")), "PB00");
    let (_, second) = client.print(&format!("A2001U{long}"));
    assert_eq!(second, "AZ16");
    drop(printer);
}

#[test]
fn a_folder_that_is_gone_answers_16_until_it_is_back() {
    let folder = folder("gone");
    let server = Server::start(&folder.display().to_string(), &[]);
    let mut client = server.connect("LMK 00");
    assert_eq!(client.ask("PA^P>L"), "PB00");
    assert_eq!(client.print("A2001U").1, "AZ00");
    fs::remove_dir_all(&folder).expect("it is there");
    assert_eq!(client.ask("A2001U"), "A316");
    fs::write(&folder, "no folder").expect("it can be written");
    assert_eq!(client.ask("A2001U"), "A316");
    fs::remove_file(&folder).expect("it is there");
    fs::create_dir(&folder).expect("it can be made");
    assert_eq!(client.print("A2001U").1, "AZ00");
    let mode = |name| fs::metadata(folder.join(name)).expect("it is there").permissions().mode();
    assert_eq!(mode("000002.txt") & 0o777, 0o600);
}

/// Nobody but root may write into a folder that is closed, so root does not see this.
#[test]
fn a_folder_that_is_closed_answers_16() {
    let folder = folder("closed");
    fs::create_dir(&folder).expect("it can be made");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o500)).expect("it is ours");
    let server = Server::start(&folder.display().to_string(), &[]);
    let mut client = server.connect("LMK 00");
    assert_eq!(client.ask("PA^P>L"), "PB00");
    if fs::write(folder.join("mine"), "").is_err() {
        assert_eq!(client.ask("A2001U"), "A316");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("it is ours");
        assert_eq!(client.print("A2001U").1, "AZ00");
    }
}

/// The limit on the size of files stands for a full disk: writing fails and opening does not.
#[test]
fn a_full_disk_answers_16_and_leaves_nothing_behind() {
    let folder = folder("full");
    let script =
        "trap '' XFSZ; ulimit -f 0; exec \"$0\" serve --dev --listen 127.0.0.1:0 --printer \"$1\"";
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_strongroom")]).arg(&folder);
    let server = Server::run(&mut command);
    let mut client = server.connect("LMK 00");
    assert_eq!(client.ask("PA^P>L"), "PB00");
    assert_eq!(client.print("A2001U").1, "AZ16");
    // The folder is all right as far as can be known beforehand.
    assert_eq!(client.print("NE001U").1, "NZ16");
    assert_eq!(fs::read_dir(&folder).expect("it is there").count(), 0);
}

#[test]
fn without_a_printer_a_development_server_says_so() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
    let server = Server::run(command.args(["serve", "--dev", "--listen", "127.0.0.1:0"]));
    assert!(server.lines.iter().any(|line| line.starts_with("no printer, ")), "{:?}", server.lines);
    let mut client = server.connect("default LMK");
    assert_eq!(client.ask("A2001U"), "A318");
    assert_eq!(client.ask("PA^P>L"), "PB00");
    assert_eq!(client.ask("A2001U"), "A316");
}
