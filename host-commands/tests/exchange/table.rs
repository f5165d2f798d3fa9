//! The commands, and messages that nothing is wrong with.

use appliance::Category;

use crate::{
    device::{Device, On, Purpose, sealed, wrapped},
    told,
};

pub(crate) const CARRIER: &str = "0123456789ABCDEFFEDCBA9876543210";
pub(crate) const CLEAR: &str = "1023324554677689A1B3C2D5E5F707190E1F2C3D4A5B6879";

/// What a command does with a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Way {
    /// Brings it in; the code for a key without odd parity.
    In(&'static str),
    /// Sends it out.
    Out,
    /// Makes it, and sends it out.
    New,
}

/// A command that moves or makes a key under a ZMK or TMK.
pub(crate) struct Row {
    /// With the flag of ZEK or ZAK.
    pub(crate) code: &'static str,
    pub(crate) way: Way,
    pub(crate) key_type: &'static str,
    /// Digits of the key without a scheme.
    pub(crate) digits: usize,
    /// Whether the key goes under a TMK; it has no Atalla variant there, and no check value.
    pub(crate) under_tmk: bool,
    /// The activity that the command needs.
    pub(crate) activity: Option<(Category, &'static str)>,
    /// Whether there is a third kind of check value.
    pub(crate) third: bool,
}

const fn row(code: &'static str, way: Way, key_type: &'static str, digits: usize) -> Row {
    Row { code, way, key_type, digits, under_tmk: false, activity: None, third: false }
}

const MENDS: Way = Way::In("01");
const REFUSES: Way = Way::In("11");

pub(crate) const ROWS: &[Row] = &[
    Row { under_tmk: true, third: true, ..row("AE", Way::Out, "002", 16) },
    Row { under_tmk: true, third: true, ..row("AG", Way::Out, "003", 16) },
    row("AU", Way::Out, "402", 32),
    row("AW", REFUSES, "402", 32),
    Row { activity: Some((Category::Import, "000")), ..row("BY", MENDS, "000", 32) },
    Row { third: true, ..row("DI", Way::New, "200", 32) },
    Row { third: true, ..row("DK", REFUSES, "200", 32) },
    Row { third: true, ..row("DW", REFUSES, "009", 32) },
    Row { third: true, ..row("DY", Way::Out, "009", 32) },
    row("FA", MENDS, "001", 16),
    Row { activity: Some((Category::Import, "002")), ..row("FC", REFUSES, "002", 16) },
    Row { activity: Some((Category::Export, "002")), ..row("FE", Way::Out, "002", 16) },
    row("FI0", Way::New, "00A", 16),
    row("FI1", Way::New, "008", 16),
    row("FK0", REFUSES, "00A", 16),
    row("FK1", REFUSES, "008", 16),
    row("FM0", Way::Out, "00A", 16),
    row("FM1", Way::Out, "008", 16),
    row("FQ", Way::Out, "006", 16),
    row("FS", MENDS, "006", 16),
    Row { activity: Some((Category::Export, "001")), ..row("GC", Way::Out, "001", 16) },
    Row { under_tmk: true, third: true, ..row("HA", Way::New, "003", 16) },
    Row { under_tmk: true, third: true, ..row("HC", Way::New, "002", 16) },
    row("IA", Way::New, "001", 16),
    Row { activity: Some((Category::Export, "003")), ..row("MG", Way::Out, "003", 16) },
    row("MI", REFUSES, "003", 16),
];

impl Row {
    /// The key under which the other goes.
    pub(crate) fn carrier(&self) -> String {
        token(if self.under_tmk { "002" } else { "000" }, CARRIER)
    }

    /// The other key, where and as the command wants it.
    pub(crate) fn key(&self, clear: &str) -> String {
        match self.way {
            Way::In(_) => wrapped(clear),
            Way::Out => token(self.key_type, clear),
            Way::New => String::new(),
        }
    }

    /// A message that nothing is wrong with.
    pub(crate) fn message(&self) -> String {
        [self.code, &self.carrier(), &self.key(&CLEAR[..self.digits])].concat()
    }

    /// The code that a message with these keys answers.
    pub(crate) fn told(&self, device: &Device, carrier: &str, key: &str, end: &str) -> String {
        told(device, On::Variant, &[self.code, carrier, key, end].concat())
    }
}

/// Messages of the other commands of the family, and the activities that they need.
pub(crate) fn others() -> Vec<(String, Option<(Category, &'static str)>)> {
    let component = token("100", CARRIER);
    let [second, third] = [token("100", &CLEAR[..32]), token("100", &CLEAR[16..])];
    let zpk = token("001", &CLEAR[..32]);
    let form = Some((Category::Component, "000"));
    vec![
        ("AS".to_owned(), None),
        (format!("B0001{zpk}X"), Some((Category::Command, "b0"))),
        ("BI".to_owned(), None),
        (format!("FG{}", token("000", CARRIER)), Some((Category::Export, "002"))),
        ("FO".to_owned(), None),
        (format!("GG{component}{second}{third}"), form),
        (format!("GY2{component}{second}"), form),
        (format!("KA{}00", token("000", &CARRIER[..16])), Some((Category::Generate, "000"))),
        (format!("KA{}00;001", token("000", &CARRIER[..16])), None),
        (format!("KA{zpk}01"), None),
    ]
}

/// A clear key under the variant LMK: 16H, `U` or `T`.
pub(crate) fn token(key_type: &str, clear: &str) -> String {
    let key_type = key_type.as_bytes().try_into().expect("three characters");
    sealed(On::Variant, Purpose::new(key_type, *b"K0"), clear)
}

/// The last digit is another.
pub(crate) fn garbled(token: &str) -> String {
    let (rest, last) = token.split_at(token.len() - 1);
    format!("{rest}{}", if last == "0" { '1' } else { '0' })
}
