//! Every PIN command as a layout, and the parts that fill it.

use std::collections::BTreeMap;

use appliance::StorageLength;
use crypto::{Algorithm, BlockCipher, ClearKey, Tdes, dukpt, pin};

use crate::device::{Device, On, Purpose, sealed};

/// A command: `{name}` stands for a part.
pub(crate) struct Row {
    pub(crate) code: &'static str,
    pub(crate) layout: &'static str,
    /// Code of the reply to a message with right parts.
    pub(crate) right: &'static str,
    /// Whether a block without a PIN answers as a wrong PIN does.
    pub(crate) conceals: bool,
}

const fn row(code: &'static str, right: &'static str, layout: &'static str) -> Row {
    Row { code, layout, right, conceals: false }
}

const fn concealing(code: &'static str, right: &'static str, layout: &'static str) -> Row {
    Row { conceals: true, ..row(code, right, layout) }
}

pub(crate) const ROWS: &[Row] = &[
    row("BA", "00", "{clear}{account}"),
    row("BC", "00", "{tpk}{tblock}{format}{account}{pin}"),
    row("BE", "00", "{zpk}{zblock}{format}{account}{pin}"),
    row("BK", "02", "{kind}{zpk}{pvk}{zblock}{format}{check}{account}{table}{data}{excluded}"),
    row("CA", "00", "{tpk}{zpk2}{maximum}{tblock}{format}{format2}{account}"),
    row("CC", "00", "{zpk}{zpk2}{maximum}{zblock}{format}{format2}{account}"),
    row("CE", "68", "{diebold}{pin}{account}{ddata}{excluded}"),
    row("CG", "68", "{tpk}{diebold}{tblock}{format}{account}{ddata}{doffset}"),
    row("CI", "00", "{bdk}{zpk2}{ksn}{sblock}{format2}{account}"),
    concealing("CK", "02", "{bdk}{pvk}{ksn}{sblock}{check}{account}{table}{data}{offset}"),
    concealing("CM", "00", "{bdk}{pvks}{ksn}{sblock}{account}{pvki}{pvv}"),
    concealing("CO", "68", "{bdk}{diebold}{ksn}{sblock}{account}{ddata}{doffset}"),
    concealing("CQ", "00", "{bdk}{ksn}{sblock}{account}{pin}"),
    row("CU", "00", "{kind}{zpk}{pvks}{zblock}{format}{account}{pvki}{pvv}{new}{excluded}"),
    row("DA", "02", "{tpk}{pvk}{maximum}{tblock}{format}{check}{account}{table}{data}{offset}"),
    row("DC", "00", "{tpk}{pvks}{tblock}{format}{account}{pvki}{pvv}"),
    row("DE", "02", "{pvk}{pin}{check}{account}{table}{data}{excluded}"),
    row("DG", "00", "{pvks}{pin}{account}{pvki}{excluded}"),
    row(
        "DU",
        "02",
        "{kind}{zpk}{pvk}{zblock}{format}{check}{account}{table}{data}{offset}{new}{excluded}",
    ),
    row("EA", "02", "{zpk}{pvk}{maximum}{zblock}{format}{check}{account}{table}{data}{offset}"),
    row("EC", "00", "{zpk}{pvks}{zblock}{format}{account}{pvki}{pvv}"),
    row("EE", "02", "{pvk}{offset}{check}{account}{table}{data}{excluded}"),
    row("EG", "68", "{zpk}{diebold}{zblock}{format}{account}{ddata}{doffset}"),
    row("FW", "00", "{kind}{zpk}{pvks}{zblock}{format}{account}{pvki}{excluded}"),
    row("G0", "00", "{bdk}{zpk2}{ksn}{dblock}{format}{format2}{account}"),
    row("GA", "68", "{diebold}{doffset}{account}{ddata}"),
    concealing("GO", "02", "0{bdk}{pvk}{ksn}{dblock}{format}{check}{account}{table}{data}{offset}"),
    concealing("GQ", "00", "0{bdk}{pvks}{ksn}{dblock}{format}{account}{pvki}{pvv}"),
    concealing("GS", "68", "0{bdk}{diebold}{ksn}{dblock}{format}{account}{ddata}{doffset}"),
    concealing("GU", "00", "0{bdk}{ksn}{dblock}{format}{account}{pin}"),
    row("JA", "00", "{account}{excluded}"),
    row("JC", "00", "{tpk}{tblock}{format}{account}"),
    row("JE", "00", "{zpk}{zblock}{format}{account}"),
    row("JG", "00", "{zpk2}{format2}{account}{pin}"),
    row("NG", "00", "{account}{pin}"),
    row("QK", "00", "{pin}{account}{account2}"),
];

pub(crate) const ZPK: &str = "8F1A2A3B4C5D6E7F8092A2B3C4D5E6F7";
pub(crate) const TPK: &str = "13579BDF02468ACE1023324554677689";
pub(crate) const PVK: &str = "0E1F2C3D4A5B687986A7B5C4D3E3F1F1";
pub(crate) const BDK: &str = "0123456789ABCDEFFEDCBA9876543210";
pub(crate) const KSN: &str = "FFFF9876543210E00003";
pub(crate) const ACCOUNT: &str = "000123456789";

/// First place of a Diebold table.
const TABLE: usize = 0x100;

/// A device in which every command is there, and the parts of messages to it.
pub(crate) struct Desk {
    pub(crate) device: Device,
    pub(crate) on: On,
    pub(crate) parts: BTreeMap<&'static str, String>,
}

/// A key of one purpose under the LMK.
pub(crate) fn key(on: On, name: &str, clear: &str) -> String {
    sealed(on, purpose(name), clear)
}

/// What a part that is a key is for.
pub(crate) fn purpose(name: &str) -> Purpose {
    match name {
        "tpk" => Purpose::new(*b"002", *b"71"),
        "zpk" | "zpk2" => Purpose::new(*b"001", *b"72"),
        "pvk" => Purpose::new(*b"002", *b"V1"),
        "pvks" => Purpose::new(*b"002", *b"V2"),
        _ => Purpose::new(*b"009", *b"B0"),
    }
}

/// The clear key of such a part.
pub(crate) fn clear(name: &str) -> &'static str {
    match name {
        "tpk" => TPK,
        "zpk" | "zpk2" => ZPK,
        "pvk" | "pvks" => PVK,
        _ => BDK,
    }
}

/// Eight bytes under a clear key.
pub(crate) fn under(key: &str, block: u64) -> String {
    let key = Tdes::new(&hex::decode(key).expect("hexadecimal")).expect("a DES key");
    hex::encode_upper(key.encrypt(block).to_be_bytes())
}

/// A PIN field as format 01 has it, also one that is wrong.
pub(crate) fn field(text: &str, account: &str) -> u64 {
    let word = |text: &str| u64::from_str_radix(text, 16).expect("sixteen digits");
    word(&format!("{text:F<16}")) ^ word(account)
}

/// Eight bytes under the key of the transaction, for one of triple DES and one of single DES.
pub(crate) fn under_transaction(block: u64) -> [String; 2] {
    let base = hex::decode(BDK).expect("hexadecimal");
    let base = ClearKey::new(Algorithm::Tdes, &base).expect("a DES key");
    let ksn = dukpt::tdes::Ksn::from_hex(KSN.as_bytes()).expect("a serial number");
    let triple = dukpt::tdes::derive(&base, &ksn, dukpt::tdes::Usage::Pin).expect("a key");
    let single = dukpt::des::derive(&base, &ksn, dukpt::des::Usage::Pin).expect("a key");
    let mut bytes = block.to_be_bytes();
    triple.cipher().expect("a cipher").encrypt_block(&mut bytes);
    let special = dukpt::des::special_encrypt(&single, &pin::Block::from_word(block));
    [bytes, special.expect("a key")].map(hex::encode_upper)
}

impl Desk {
    pub(crate) fn new(on: On) -> Self {
        Self::with(on, |_| {})
    }

    pub(crate) fn with(on: On, change: impl FnOnce(&mut appliance::Settings)) -> Self {
        let device = Device::in_state(|state| {
            state.settings.account_translation = true;
            if on == On::AesKeyBlock {
                state.settings.decimalisation_tables = appliance::DecimalisationTables::Plain;
            }
            for place in 0..32 {
                let value = |at: usize| format!("{:02X}", (8 * place + at) * 167 % 256);
                let row: String = (0..8).map(value).collect();
                let index = u16::try_from(TABLE + place).expect("an index");
                let length = StorageLength::Single;
                state.storage.set(index, length, row.as_bytes()).expect("room");
            }
            change(&mut state.settings);
        });
        let right = field("041234", ACCOUNT);
        let [dblock, sblock] = under_transaction(right);
        let kind = if on == On::Variant { "001" } else { "FFF" };
        let table = match on {
            On::Variant => "FD64FC3FAD504BB3",
            On::KeyBlock => "709F26B22464E96A",
            On::AesKeyBlock => "0123456789012345",
        };
        let mut parts = BTreeMap::from(
            [
                ("kind", kind),
                ("table", table),
                ("clear", "1234FFFFFFFFF"),
                ("account", ACCOUNT),
                ("account2", "987654321012"),
                ("maximum", "12"),
                ("format", "01"),
                ("format2", "01"),
                ("check", "04"),
                ("data", "55000N025321"),
                ("pvki", "1"),
                ("excluded", ""),
                ("diebold", "K10001"),
                ("ddata", "FFFF5022654000N2"),
                ("doffset", "0000"),
                ("dblock", &dblock),
                ("sblock", &sblock),
            ]
            .map(|(name, text)| (name, text.to_owned())),
        );
        for name in ["tpk", "zpk", "zpk2", "pvk", "pvks", "bdk"] {
            parts.insert(name, key(on, name, clear(name)));
        }
        for (name, key) in [("tblock", TPK), ("zblock", ZPK), ("new", ZPK)] {
            parts.insert(name, under(key, right));
        }
        parts.insert("ksn", format!("A05{KSN}"));
        let mut desk = Self { device, on, parts };
        // What follows from these parts is asked of the device: other tests say that it is right.
        for (name, code, skip) in [("pin", "JE", 4), ("pvv", "FW", 4), ("offset", "BK", 4)] {
            let reply = desk.ask(code, &[]);
            desk.parts.insert(name, reply[skip..].to_owned());
        }
        desk
    }

    /// The reply to a message with some parts replaced.
    pub(crate) fn ask(&self, code: &str, instead: &[(&str, &str)]) -> String {
        self.device.ask(self.on, &self.message(code, instead))
    }

    /// The code of such a reply.
    pub(crate) fn told(&self, code: &str, instead: &[(&str, &str)]) -> String {
        self.ask(code, instead)[2..4].to_owned()
    }

    /// A message with some parts replaced.
    pub(crate) fn message(&self, code: &str, instead: &[(&str, &str)]) -> String {
        let row = ROWS.iter().find(|row| row.code == code).expect("a command of the table");
        let mut message = format!("{code}{}", row.layout);
        let own = self.parts.iter().map(|(name, text)| (*name, text.as_str()));
        for (name, text) in instead.iter().copied().chain(own) {
            message = message.replace(&format!("{{{name}}}"), text);
        }
        message
    }
}
