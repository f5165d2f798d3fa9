//! The printer on its own: folders and connections that take documents, and such that do not.

use std::{
    fs,
    io::Read as _,
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::mpsc,
    time::Instant,
};

use super::*;

const PATIENCE: Duration = Duration::from_secs(10);

/// A folder of this test alone, which does not exist yet.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("strongroom-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn document(text: &str) -> Document {
    let mut document = Document::default();
    document.push(text.as_bytes());
    document
}

/// Prints, and waits for what becomes of it.
fn print(printer: &Printer, document: Document) -> Outcome {
    let (sender, outcome) = mpsc::channel();
    printer.print(document, move |outcome| sender.send(outcome).expect("it is waited for"));
    outcome.recv_timeout(PATIENCE).expect("it is told")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn spool(folder: &Path) -> (Printer, io::Result<()>) {
    Printer::connect(Destination::Folder(folder.to_owned()), None, PATIENCE)
}

#[test]
fn destinations_are_told_apart() {
    let stream = |text: &str| Destination::Stream(text.to_owned());
    for (text, expected) in [
        ("spool", Destination::Folder("spool".into())),
        ("./discard", Destination::Folder("./discard".into())),
        ("./a:9100", Destination::Folder("./a:9100".into())),
        ("printer:", Destination::Folder("printer:".into())),
        (":9100", Destination::Folder(":9100".into())),
        ("printer:99999", Destination::Folder("printer:99999".into())),
        ("discard", Destination::Discard),
        ("printer:9100", stream("printer:9100")),
        ("[::1]:9100", stream("[::1]:9100")),
    ] {
        let read: Destination = text.parse().expect("a destination");
        assert_eq!((&read, read.to_string().as_str()), (&expected, text));
    }
    assert!("".parse::<Destination>().is_err());
    assert_eq!("cr-lf".parse(), Ok(LineEnd::CrLf));
    assert!("crlf".parse::<LineEnd>().is_err());
}

#[test]
fn no_printer_prints_nothing() {
    let printer = Printer::none();
    assert!(!printer.is_ready());
    assert_eq!(print(&printer, document("x")), Err(NotReady));
    let (printer, looked) = Printer::connect(Destination::Discard, None, PATIENCE);
    assert!(looked.is_ok() && printer.is_ready());
    assert_eq!(print(&printer, document("x")), Ok(()));
}

#[test]
fn documents_become_files_that_only_their_owner_reads() {
    let folder = folder("files");
    let (printer, looked) = spool(&folder);
    assert!(looked.is_ok() && printer.is_ready());
    assert_eq!(print(&printer, document("one\x0C")), Ok(()));
    assert_eq!(print(&printer, document("two")), Ok(()));
    assert_eq!(names(&folder), ["000001.txt", "000002.txt"]);
    assert_eq!(fs::read(folder.join("000001.txt")).expect("a file"), b"one\x0C");
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&folder.join("000002.txt"))), (0o700, 0o600));
    // Another one goes on behind what is there, and two at the same time take turns.
    let (other, _) = spool(&folder);
    for printer in [&other, &printer, &other] {
        assert_eq!(print(printer, document("more")), Ok(()));
    }
    assert_eq!(names(&folder).len(), 5);
    assert!(names(&folder).iter().all(|name| !name.starts_with('.')));
    fs::remove_dir_all(folder).expect("it can be removed");
}

#[test]
fn a_folder_that_is_gone_is_not_ready_until_it_is_back() {
    let folder = folder("gone");
    fs::write(&folder, "a file").expect("the folder is writable");
    let (printer, looked) = spool(&folder);
    assert!(looked.is_err() && !printer.is_ready());
    assert_eq!(print(&printer, document("x")), Err(NotReady));
    fs::remove_file(&folder).expect("it is there");
    assert!(!printer.is_ready());
    assert_eq!(print(&printer, document("x")), Err(NotReady));
    fs::create_dir(&folder).expect("it can be made");
    assert!(printer.is_ready());
    assert_eq!(print(&printer, document("x")), Ok(()));
    assert_eq!(names(&folder), ["000001.txt"]);
    fs::remove_dir_all(folder).expect("it can be removed");
}

#[test]
fn a_tcp_printer_gets_each_document_over_a_connection_of_its_own() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    let paper = thread::spawn(move || {
        let mut pages = Vec::new();
        while pages.len() < 2 {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut page = String::new();
            stream.read_to_string(&mut page).expect("it is text");
            // A look brings nothing.
            pages.extend((!page.is_empty()).then_some(page));
        }
        pages
    });
    let (printer, looked) = Printer::connect(Destination::Stream(address), None, PATIENCE);
    assert!(looked.is_ok() && printer.is_ready());
    assert_eq!(printer.line_end(), LineEnd::LfCr);
    assert_eq!(print(&printer, document("one\x0C")), Ok(()));
    assert_eq!(print(&printer, document("two\x0C")), Ok(()));
    assert_eq!(paper.join().expect("it does not panic"), ["one\x0C", "two\x0C"]);
}

#[test]
fn a_tcp_printer_that_is_gone_is_looked_for() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    drop(listener);
    let destination = Destination::Stream(address.to_string());
    let (printer, looked) = Printer::connect(destination, Some(LineEnd::CrLf), PATIENCE);
    assert!(looked.is_err() && !printer.is_ready());
    assert_eq!(printer.line_end(), LineEnd::CrLf);
    assert_eq!(print(&printer, document("x")), Err(NotReady));
    let _listener = TcpListener::bind(address).expect("the port is free again");
    let begun = Instant::now();
    while !printer.is_ready() {
        assert!(begun.elapsed() < PATIENCE, "it is not found");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn lines_end_as_officers_say() {
    let folder = folder("settings");
    let (printer, ready) = spool(&folder);
    ready.expect("it can be made");
    assert_eq!((printer.line_end(), printer.timeout()), (LineEnd::Lf, PATIENCE));
    for (reversed, expected) in [(true, LineEnd::CrLf), (false, LineEnd::LfCr)] {
        let timeout = Some(1500);
        let settings = PrinterSettings { reversed: Some(reversed), timeout, delay: 1 };
        printer.set(settings);
        assert_eq!((printer.line_end(), printer.settings()), (expected, settings));
        assert_eq!(printer.timeout(), Duration::from_millis(1500));
        print(&printer, document("it is printed")).expect("it is");
    }
    fs::remove_dir_all(folder).expect("it is there");
}
