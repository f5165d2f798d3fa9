//! PIN mailers, forms on which customers choose PINs, and what comes back on them.

use std::{fs, path::PathBuf};

use super::{Client, Server, folder};

const ACCOUNT: &str = "550000025321";
const OTHER: &str = "400000123456";

struct Office {
    server: Server,
    folder: PathBuf,
}

impl Office {
    fn open(name: &str) -> (Self, Client) {
        let folder = folder(name);
        let server = Server::start(&folder.display().to_string(), &[]);
        let client = server.connect("LMK 00");
        (Self { server, folder }, client)
    }

    /// The documents so far.
    fn documents(&self) -> Vec<String> {
        let files = fs::read_dir(&self.folder).expect("it is there");
        let mut paths: Vec<_> = files.map(|file| file.expect("it is there").path()).collect();
        paths.sort();
        paths.iter().map(|path| fs::read_to_string(path).expect("it is text")).collect()
    }

    fn last(&self) -> String {
        self.documents().pop().expect("a document")
    }
}

/// A PIN under the variant LMK.
fn sealed(client: &mut Client, pin: &str, account: &str) -> String {
    let reply = client.ask(&format!("BA{pin:F<13}{account}"));
    reply.strip_prefix("BB00").expect("it takes the PIN").to_owned()
}

/// A PIN in the clear, and the reference number of its account.
fn opened(client: &mut Client, sealed: &str, account: &str) -> (String, String) {
    let reply = client.ask(&format!("NG{account}{sealed}"));
    let (pin, reference) = reply.strip_prefix("NH00").expect("it is a PIN").split_at(13);
    (pin.trim_end_matches('F').to_owned(), reference.to_owned())
}

#[test]
fn a_mailer_shows_the_pin_in_digits_and_words() {
    let (office, mut client) = Office::open("mailer");
    assert_eq!(client.ask("PA^0>L^2>LP ^P>LQ ^Q>LR ^R>LT ^T>LV ^V>F"), "PB00");
    let pin = sealed(&mut client, "19052", ACCOUNT);
    let (_, reference) = opened(&mut client, &pin, ACCOUNT);
    let print = format!("PEC{ACCOUNT}{pin}MR A B SMITH;1 HIGH STREET;100%99~%00");
    assert_eq!(client.print(&print).1, "PZ00");
    let expected = |words| {
        format!("MR A B SMITH\n100%99\nP 19052\nQ \nR {reference}\nT 025321\nV {words}\x0C")
    };
    assert_eq!(office.last(), expected("ONE NINE ZERO FIVE TWO"));
    assert_eq!(client.ask("LI4NULL4EINS4ZWEI4DREI4VIER5FUENF5SECHS6SIEBEN4ACHT4NEUN"), "LJ00");
    assert_eq!(client.print(&print).1, "PZ00");
    assert_eq!(office.last(), expected("EINS NEUN NULL FUENF ZWEI"));
    office.server.terminate();
    let (status, log) = office.server.end();
    assert_eq!((status, log.as_str()), (Some(0), ""));
}

/// The form is the example of the manual.
#[test]
fn two_mailers_share_a_form() {
    let (office, mut client) = Office::open("two-mailers");
    let form = "PA>L>003^0>033^4>L>003^1>023^P>033^5>053^Q>L>003^2>033^6>L>003^3>033^7>L>L>003\
                THANK YOU>033THANK YOU>L>F";
    assert_eq!(client.ask(form), "PB00");
    let first = sealed(&mut client, "1234", ACCOUNT);
    let second = sealed(&mut client, "98765", OTHER);
    let [lost, first] = [";", "A0;A1;A2;A3"].map(|it| format!("PEA{ACCOUNT}{first}{it}"));
    let second = format!("PEB{OTHER}{second}B0;B1;B2;B3");
    // A first mailer that is asked for again is not printed twice.
    client.send(&[&lost, &first, "NC"]);
    let replies = [(); 5].map(|()| client.receive()[..4].to_owned());
    assert_eq!(replies, ["PF00", "PZ00", "PF00", "PZ00", "ND00"]);
    assert!(office.documents().is_empty());
    // The other half may come from another connection.
    let mut other = office.server.connect("LMK 00");
    assert_eq!(other.print(&second).1, "PZ00");
    assert_eq!(other.ask(&second), "PF15");
    let row = |left, pin, right, other| {
        let row = format!("  {left:20}{pin:10}{right:20}{other}");
        row.trim_end().to_owned()
    };
    let expected = [
        String::new(),
        row("A0", "", "B0", ""),
        row("A1", "1234", "B1", "98765"),
        row("A2", "", "B2", ""),
        row("A3", "", "B3", ""),
        String::new(),
        row("THANK YOU", "", "THANK YOU", ""),
        "\x0C".to_owned(),
    ];
    assert_eq!(office.documents(), [expected.join("\n")]);
}

#[test]
fn a_first_mailer_waits_until_the_second_can_be_printed() {
    let (office, mut client) = Office::open("waiting-mailer");
    assert_eq!(client.ask("PA^0^1^2^3^4^5^6^7^8^9^A^B^C^D^E^F/^P/^Q>F"), "PB00");
    let pin = sealed(&mut client, "1234", ACCOUNT);
    let print = |document: &str, fields: usize| {
        format!("PE{document}{ACCOUNT}{pin}{}", vec![document; fields].join(";"))
    };
    assert_eq!(client.print(&print("A", 10)).1, "PZ00");
    assert_eq!(client.ask(&print("B", 7)), "PF15");
    fs::remove_dir_all(&office.folder).expect("it is there");
    assert_eq!(client.ask(&print("A", 1)), "PF16");
    assert_eq!(client.ask(&print("B", 6)), "PF16");
    fs::create_dir(&office.folder).expect("it can be made");
    // A mailer that is alone on its form does not disturb it.
    assert_eq!(client.print(&print("C", 1)).1, "PZ00");
    assert_eq!(client.print(&print("B", 6)).1, "PZ00");
    assert_eq!(office.documents(), ["C/1234/\x0C", "AAAAAAAAAABBBBBB/1234/1234\x0C"]);
}

#[test]
fn a_chosen_pin_comes_back_by_the_reference_number() {
    let (office, mut client) = Office::open("solicitation");
    assert_eq!(client.ask("PA^0 ^R ^T ^P^V>F"), "PB00");
    let mut references = Vec::new();
    for account in [ACCOUNT, OTHER] {
        let (check, second) = client.print(&format!("OAC{account}DEAR CUSTOMER"));
        assert_eq!(second, "OZ00");
        let document = office.last();
        let reference = document.strip_prefix("DEAR CUSTOMER ").and_then(|text| text.get(..12));
        let reference = reference.expect("a reference number").to_owned();
        assert_eq!(document, format!("DEAR CUSTOMER {reference} {} \x0C", &account[6..]));
        assert_eq!(client.ask(&format!("RC{account}{check}")), "RD00");
        assert!(!reference.contains(&account[2..]));
        references.push(reference);
    }
    // User storage is where the device keeps a batch.
    assert_eq!(client.ask("LAK001010123456789ABCDEF"), "LB00");
    let choices: Vec<_> = (0..1_024)
        .map(|number| format!("{}{:04};", references[number % 2], 9 * number % 10_000))
        .collect();
    let (last, before) = choices.split_last().expect("there are some");
    for message in before.chunks(25) {
        assert_eq!(client.ask(&format!("QA{}", message.concat())), "QB00");
    }
    assert_eq!(client.ask("LEK00101"), "LF12");
    // A message that is refused loads nothing.
    assert_eq!(client.ask(&format!("QA{last}9361251837031234;")), "QB30");
    let reply = client.ask(&format!("QC{last}"));
    let pins = reply.strip_prefix("QD00").expect("the batch is long enough");
    assert_eq!(pins.len(), 1_024 * 24);
    for number in [0, 1, 2, 511, 1_022, 1_023] {
        let account = [ACCOUNT, OTHER][number % 2];
        let entry = &pins[24 * number..24 * (number + 1)];
        let pin = entry.strip_prefix(&account[2..]).and_then(|entry| entry.strip_suffix('F'));
        let pin = pin.unwrap_or_else(|| panic!("{entry} is not of {account}"));
        let chosen = format!("{:04}", 9 * number % 10_000);
        let reference = references[number % 2].clone();
        assert_eq!(opened(&mut client, pin, account), (chosen.clone(), reference));
        // A host goes on with it as with any other.
        assert_eq!(client.print(&format!("PEC{account}{pin}")).1, "PZ00");
        assert!(office.last().contains(&format!(" {chosen}")));
    }
    assert_eq!(client.ask(&format!("QC{last}")), "QD31");
}
