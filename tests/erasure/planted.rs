//! What a tenant brings: keys of every kind, PINs, components, passwords, texts; and where each of them may be.

use std::fs;

use appliance::Found;
use console::card::{Content, SealedCard};
use vault::LmkId;

use crate::memory::boxed;
use crate::place::{Host, Place};
use crate::scanner::Needles;
use crate::secrets;

/// Test LMKs, with settings in which the messages below are answered. From the second start on all of it comes from the state.
const CONFIGURATION: &str = r#"
authorised = ["*"]
lmk = [
    { id = 0, name = "test-variant" },
    { id = 1, name = "test-key-block-tdes" },
    { id = 2, name = "test-key-block-aes" },
]
[settings]
pin_length = 12
single_des = true
clear_pins = true
[settings.audit]
host_commands = ["CA"]
"#;

/// PIN of all cards.
const CARD_PIN: &str = "83917264";

/// Components of a ZPK that officers type, and the key that they make, with odd parity.
const COMPONENTS: [&str; 2] =
    ["8F4C1D6E72B935A05D3E91C7A6F20B84", "31E7A95BC40D826F9A1674F8D352EB0C"];

/// A PIN that is translated from a TPK to a ZPK, and a clear PIN that is encrypted; keys and messages come from an
/// independent model.
const TRANSLATED: &str = "CAUC7A353AA59D1D435C1B7FF8C5105E199UDB0B16913C9C73D300CAD76C6E4680EB121F3F81002EB035840101000123456789";
const ENCRYPTED: &str = "BA847362915FFFF000123456789";
const PINS: [(&str, &str); 2] = [("918273645", "000123456789"), ("847362915", "000123456789")];

/// The TPK and the ZPK of that message, and the ZPK that the components make, with odd parity.
const KEYS: [(&str, &str); 3] = [
    ("working keys", "232AEA94B3F18FF807E623C78913E00B"),
    ("working keys", "237C61B92FFB8CF86B67BA04ADBFDA5E"),
    ("working keys", "BFABB534B6B5B6CEC729E53E75A1E089"),
];

/// Texts of the tenant.
const STORED: &str = "7A4F81C92E6B35D0";
const FORM: &str = "Quiet violets bloom";
const COMMENT: &str = "kestrel obsidian walnut";
const USER: &str = "wintermorning";
const TEXTS: [(&str, &str); 4] = [
    ("user storage", STORED),
    ("print format", FORM),
    ("comment of an LMK", COMMENT),
    ("SNMP user", USER),
];

/// What is typed to turn a key; a new card is commissioned by `y`.
fn turned(side: &str, new: &str) -> String {
    format!("{side}\n{side}\n{CARD_PIN}\n{new}")
}

/// Cards for both locks, and both keys turned, on an appliance as delivered.
fn secure() -> String {
    let card = |name: &str, kind: &str| format!("fc\n{name}\n{kind}\n{CARD_PIN}\n{CARD_PIN}\n");
    let keys = turned("left", "y\n") + &turned("right", "y\n");
    [&card("left", "L"), &card("right", "R"), "left\n", &keys].concat()
}

/// What two officers type to be together at the console, and then to give the appliance back.
pub(crate) fn together() -> String {
    turned("left", "") + &turned("right", "")
}
pub(crate) const GIVING_BACK: &str = "release\ny\nS0000000001D\n";

/// An LMK of this kind, of two components.
fn ceremony(kind: &str, lmk: &str) -> String {
    let component = |number: &str| {
        format!(
            "fc\nlmk{lmk}-{number}\nB\n{CARD_PIN}\n{CARD_PIN}\n\
             gk\n{kind}\nlive\n{number}\nlmk{lmk}-{number}\n{CARD_PIN}\nn\n"
        )
    };
    let loaded =
        format!("lk\n{lmk}\n{COMMENT}\nlmk{lmk}-1\n{CARD_PIN}\ny\nlmk{lmk}-2\n{CARD_PIN}\nn\ny\n");
    [component("1"), component("2"), loaded].concat()
}

/// Where a secret may be while the appliance is in operation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Lives {
    /// Nowhere, once the command is answered.
    Nowhere,
    /// In memory, as long as the appliance has it; on the disk sealed only.
    InMemory,
    /// On the disk only.
    OnDisk,
}

/// All that was planted, by what it is.
pub(crate) struct Planted {
    pub(crate) rows: Vec<(&'static str, Lives)>,
    pub(crate) needles: Needles,
    /// One form of each, for searches that have to find them.
    pub(crate) clear: Vec<u8>,
}

/// Fills an appliance as delivered, ends it, and tells what is in it now.
pub(crate) fn plant(place: &Place) -> Planted {
    let configuration = place.cards.with_extension("toml");
    fs::write(&configuration, CONFIGURATION).expect("room");
    let server = place.serve(&["--config", configuration.to_str().expect("text")]);
    let script = [
        secure(),
        ceremony("4", "05"),
        ceremony("2", "06"),
        format!("sg\nhsm\n\nsnmpadd\n{USER}\nright\nleft\n"),
        format!("fk\n00\n2\n001\nu\nx\n2\n{}\n{}\n", COMPONENTS[0], COMPONENTS[1]),
    ];
    let shown = place.console(&script.concat());
    for told in ["Key generated", "HSM is going online", "Encrypted key: U", USER] {
        assert!(shown.contains(told), "no {told}: {shown}\n{:?}\n{}", server.lines, place.log());
    }
    assert_eq!(shown.matches("LMK loaded").count(), 2, "{shown}");
    let mut host = server.connect();
    assert_eq!(host.ask(&format!("LAK00101{STORED}")), "LB00");
    assert_eq!(host.ask(ENCRYPTED).get(..4), Some("BB00"));
    drop(host);
    drop(server);
    let _ = fs::remove_file(configuration);
    look(place)
}

/// Does what only memory remembers, or should not: a host at work.
pub(crate) fn work(host: &mut Host) {
    assert_eq!(host.ask(TRANSLATED).get(..4), Some("CB00"));
    assert_eq!(host.ask(&format!("PA>L>010{FORM}")), "PB00");
    assert_eq!(host.ask("LEK00101"), format!("LF00{STORED}"));
}

impl Planted {
    fn new() -> Self {
        Self { rows: Vec::new(), needles: Needles::default(), clear: Vec::new() }
    }

    /// Adds a secret in all the forms that `add` makes of it.
    fn add(
        &mut self,
        row: &'static str,
        lives: Lives,
        secret: &[u8],
        add: fn(&mut Needles, &str, &[u8]),
    ) {
        if !self.rows.contains(&(row, lives)) {
            self.rows.push((row, lives));
        }
        add(&mut self.needles, row, secret);
        self.clear.extend(secret);
    }
}

/// What is in an appliance whose server has ended, by its own state and by the cards.
fn look(place: &Place) -> Planted {
    use secrets::{aes_key, des_key, plain};
    let mut planted = Planted::new();
    // A copy, since a start counts.
    let copy = Place::on(place.disk.copy(), place.cards.join("none"));
    let root_key = fs::read(copy.folders().root_key.join("root-key")).expect("it is there");
    let Found::State(state, store) = copy.found() else { panic!("there is no state") };
    planted.add("root key", Lives::OnDisk, &root_key, plain);
    planted.add("data key", Lives::InMemory, &boxed(&*store.data_key(), 32), plain);
    let tls_key = state.host_ports.identity.key().expect("there is one").der();
    // In PKCS #8 everything else is known or public.
    let at = tls_key.windows(2).position(|two| two == [4, 32]).expect("a key on P-256") + 2;
    planted.add("TLS key", Lives::InMemory, &tls_key[at..at + 32], plain);
    for (id, name, add) in
        [(5, "AES LMK", aes_key as fn(&mut Needles, &str, &[u8])), (6, "variant LMK", des_key)]
    {
        let lmk = state.lmks.get(LmkId(id)).expect("it is loaded");
        planted.add(name, Lives::InMemory, lmk.material().as_bytes(), add);
        for number in [1, 2] {
            let card = place.cards.join(format!("lmk{id:02}-{number}.card"));
            let card = fs::read(card).expect("it is there");
            let content = SealedCard::parse(&card).and_then(|mut card| card.open(CARD_PIN));
            let Ok(Content::Component { material, password, .. }) = content else {
                panic!("no component on the card")
            };
            planted.add("components of LMKs", Lives::Nowhere, material.as_bytes(), plain);
            planted.add("passwords of cards", Lives::Nowhere, &password[..], plain);
        }
    }
    planted.add("PIN of cards", Lives::Nowhere, CARD_PIN.as_bytes(), plain);
    for (name, key) in COMPONENTS.map(|key| ("components of keys", key)).iter().chain(&KEYS) {
        let key = hex::decode(key).expect("hexadecimal");
        planted.add(name, Lives::Nowhere, &key, des_key);
    }
    for (pin, account) in PINS {
        planted.add("PINs", Lives::Nowhere, pin.as_bytes(), plain);
        secrets::pin(&mut planted.needles, "PINs", pin, account);
    }
    for (name, text) in TEXTS {
        planted.add(name, Lives::InMemory, text.as_bytes(), plain);
    }
    planted
}
