//! How the TLS ports get their certificate at the console.

use std::collections::BTreeMap;

use appliance::{Appliance, Lock, Locks, Randomness, State};
use certificates::Authority;
use console::{Desk, Script, Seat};
use zeroize::Zeroizing;

/// An appliance in secure state.
fn appliance() -> Appliance {
    let lock = Lock { is_open: true, ..Lock::default() };
    let locks = Locks { left: lock.clone(), right: lock };
    Appliance::new(State { locks, ..State::default() }, Randomness::from_seed(1))
}

/// What is shown while these lines are typed.
fn typed(appliance: &Appliance, lines: &[&str]) -> String {
    let mut out = Vec::new();
    let lines = lines.iter().flat_map(|text| text.split('\n'));
    let lines = lines.map(|line| Zeroizing::new(line.to_owned()));
    let mut script = Script { lines, out: &mut out, drawer: BTreeMap::new() };
    Desk::new(&mut script, appliance, Seat::default()).serve();
    String::from_utf8(out).expect("text")
}

/// The part of a text that is one block of PEM.
fn pem(text: &str) -> &str {
    let (start, end) = (text.find("-----BEGIN"), text.rfind("-----\n"));
    let (start, end) = start.zip(end).unwrap_or_else(|| panic!("no PEM: {text}"));
    &text[start..end + 6]
}

#[test]
fn a_certificate_is_asked_for_imported_shown_and_deleted() {
    let (appliance, authority) = (appliance(), Authority::generate("CA").expect("made"));
    let names = "hsm.example, 10.0.0.7";
    let shown = typed(&appliance, &["sg", "hsm", names]);
    let issued = authority.sign(pem(&shown)).expect("a request");
    let trusted = authority.certificate().pem();
    let shown = typed(&appliance, &["si", "s", &issued.pem(), "si", "a", &trusted]);
    assert_eq!(shown.matches("Certificates imported: 1").count(), 2, "{shown}");
    let identity = appliance.state().host_ports.identity.clone();
    assert!(identity.is_complete());
    let key = identity.key().expect("a key");
    assert!(key.belongs_to(&issued));
    let shown = typed(&appliance, &["sv"]);
    for line in ["Key: present", "Subject: CN=hsm", "Names: hsm.example, 10.0.0.7"] {
        assert!(shown.contains(line), "{shown}");
    }
    let shown = typed(&appliance, &["se", "1", "se", "2"]);
    assert!(shown.contains(&issued.pem()) && shown.contains(&trusted), "{shown}");
    let secret = key.pem();
    let secret = secret.lines().nth(1).expect("a line of the key");
    assert!(!shown.contains(secret), "the key is shown");
    let shown = typed(&appliance, &["sg", "y", "hsm", names]);
    let other = authority.sign(pem(&shown)).expect("a request");
    let shown = typed(&appliance, &["si", "s", &issued.pem()]);
    assert!(shown.contains("the certificate was not issued for the key"), "{shown}");
    typed(&appliance, &["si", "s", &other.pem(), "sd", "1", "y"]);
    let identity = appliance.state().host_ports.identity.clone();
    assert!(identity.key().is_none() && identity.chain().is_empty());
    assert_eq!(identity.authorities(), [authority.certificate().clone()]);
}

#[test]
fn a_certificate_needs_a_name_that_can_be_written() {
    let appliance = appliance();
    for (name, names, refusal) in
        [(" ", "", "A certificate needs a name"), ("hsm", "h\u{e4}", "no certificate can be made")]
    {
        let shown = typed(&appliance, &["sg", name, names]);
        assert!(shown.contains(refusal), "{shown}");
        assert!(appliance.state().host_ports.identity.key().is_none());
    }
}
