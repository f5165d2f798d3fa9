//! AES DUKPT (ANSI X9.24-3:2017).

mod ksn;

pub use ksn::Ksn;

use zeroize::Zeroizing;

use crate::KeyLength;
use crate::cipher::Aes;
use crate::key::{Algorithm, ClearKey};

/// What a working key is for. The names are those of the device: it generates what the host verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// Encipherment of other keys.
    KeyEncryption,
    /// PIN encipherment.
    Pin,
    /// MACs that the device generates.
    MacGeneration,
    /// MACs that the device verifies.
    MacVerification,
    /// MACs of both directions.
    MacBoth,
    /// Data that the device enciphers.
    DataEncryption,
    /// Data that the device deciphers.
    DataDecryption,
    /// Data of both directions.
    DataBoth,
}

impl Usage {
    const fn indicator(self) -> u16 {
        match self {
            Self::KeyEncryption => 0x0002,
            Self::Pin => 0x1000,
            Self::MacGeneration => 0x2000,
            Self::MacVerification => 0x2001,
            Self::MacBoth => 0x2002,
            Self::DataEncryption => 0x3000,
            Self::DataDecryption => 0x3001,
            Self::DataBoth => 0x3002,
        }
    }
}

const DERIVATION: u16 = 0x8000;
const INITIAL: u16 = 0x8001;

/// Algorithm and length of a derived key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Double-length DES.
    Tdes2,
    /// Triple-length DES.
    Tdes3,
    /// AES with 128 bits.
    Aes128,
    /// AES with 192 bits.
    Aes192,
    /// AES with 256 bits.
    Aes256,
    /// HMAC with 128 bits.
    Hmac128,
    /// HMAC with 192 bits.
    Hmac192,
    /// HMAC with 256 bits.
    Hmac256,
}

impl Kind {
    /// Algorithm indicator, algorithm and bytes.
    const fn properties(self) -> (u16, Algorithm, u8) {
        match self {
            Self::Tdes2 => (0, Algorithm::Tdes, 16),
            Self::Tdes3 => (1, Algorithm::Tdes, 24),
            Self::Aes128 => (2, Algorithm::Aes, 16),
            Self::Aes192 => (3, Algorithm::Aes, 24),
            Self::Aes256 => (4, Algorithm::Aes, 32),
            Self::Hmac128 => (5, Algorithm::Hmac, 16),
            Self::Hmac192 => (5, Algorithm::Hmac, 24),
            Self::Hmac256 => (5, Algorithm::Hmac, 32),
        }
    }

    /// Kind of an AES key by its length.
    fn of(key: &ClearKey) -> Result<Self, KeyLength> {
        match (key.algorithm(), key.len()) {
            (Algorithm::Aes, 16) => Ok(Self::Aes128),
            (Algorithm::Aes, 24) => Ok(Self::Aes192),
            (Algorithm::Aes, 32) => Ok(Self::Aes256),
            _ => Err(KeyLength),
        }
    }
}

/// Initial key of a device, as long as the base derivation key. The counter of `ksn` does not matter.
///
/// [`KeyLength`] unless the base key is one of AES.
pub fn initial_key(base: &ClearKey, ksn: &Ksn) -> Result<ClearKey, KeyLength> {
    derived(base, INITIAL, Kind::of(base)?, ksn.identifier())
}

/// Key of one transaction, from which its working keys are derived, as long as the initial key.
///
/// One derivation for each one bit of the counter, the most significant first. [`KeyLength`] unless the initial key is
/// one of AES.
pub fn transaction_key(initial: &ClearKey, ksn: &Ksn) -> Result<ClearKey, KeyLength> {
    let kind = Kind::of(initial)?;
    let copy = ClearKey::new(Algorithm::Aes, initial.as_bytes())?;
    ksn.steps().try_fold(copy, |key, counter| derived(&key, DERIVATION, kind, ksn.context(counter)))
}

/// Working key of a transaction. DES keys have no adjusted parity.
///
/// That the working key should not be stronger than the transaction key is not checked. Keys of DES, of HMAC with more
/// than 128 bits, for key encryption and for both directions rest on one implementation besides this one.
pub fn working_key(
    transaction: &ClearKey,
    ksn: &Ksn,
    usage: Usage,
    kind: Kind,
) -> Result<ClearKey, KeyLength> {
    Kind::of(transaction)?;
    derived(transaction, usage.indicator(), kind, ksn.context(ksn.counter()))
}

/// Working key of a transaction from the base derivation key: [`initial_key`], [`transaction_key`], [`working_key`].
pub fn derive(base: &ClearKey, ksn: &Ksn, usage: Usage, kind: Kind) -> Result<ClearKey, KeyLength> {
    working_key(&transaction_key(&initial_key(base, ksn)?, ksn)?, ksn, usage, kind)
}

/// Key under which a new initial key is sent to a device, as long as its initial key. The counter of `ksn` does not
/// matter; [`Ksn::UPDATE_COUNTER`] stands in for it.
pub fn update_key(initial: &ClearKey, ksn: &Ksn) -> Result<ClearKey, KeyLength> {
    let ksn = Ksn::new(ksn.identifier(), Ksn::UPDATE_COUNTER);
    let transaction = transaction_key(initial, &ksn)?;
    working_key(&transaction, &ksn, Usage::KeyEncryption, Kind::of(initial)?)
}

/// Derives a key: AES over blocks that count up and tell usage, algorithm, length and context.
fn derived(
    parent: &ClearKey,
    usage: u16,
    kind: Kind,
    context: [u8; 8],
) -> Result<ClearKey, KeyLength> {
    let cipher = Aes::new(parent.as_bytes())?;
    let (indicator, algorithm, length) = kind.properties();
    let bits = 8 * u16::from(length);
    let mut key = ClearKey::zero(algorithm, length.into())?;
    for (counter, place) in (1_u8..).zip(key.as_mut_bytes().chunks_mut(16)) {
        let mut block = Zeroizing::new([0; 16]);
        let fields =
            [[1, counter], usage.to_be_bytes(), indicator.to_be_bytes(), bits.to_be_bytes()];
        let fields = fields.as_flattened().iter().chain(&context);
        block.iter_mut().zip(fields).for_each(|(place, byte)| *place = *byte);
        cipher.encrypt(&mut block);
        place.iter_mut().zip(block.iter()).for_each(|(place, byte)| *place = *byte);
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cipher::Cipher;
    use crate::mac::{Hash, cmac, hmac};
    use crate::modes;
    use crate::pin::{Account, Format, Pin, open};
    use crate::vectors::{self, Row};

    fn aes_key(row: &Row, name: &str) -> ClearKey {
        ClearKey::new(Algorithm::Aes, &row.bytes(name)).expect("AES key")
    }

    fn usage(name: &str) -> Usage {
        match name {
            "kek" => Usage::KeyEncryption,
            "pin" => Usage::Pin,
            "mac_gen" => Usage::MacGeneration,
            "mac_ver" => Usage::MacVerification,
            "mac_both" => Usage::MacBoth,
            "data_enc" => Usage::DataEncryption,
            "data_dec" => Usage::DataDecryption,
            "data_both" => Usage::DataBoth,
            other => panic!("usage {other}"),
        }
    }

    fn kind(name: &str) -> Kind {
        match name {
            "2TDEA" => Kind::Tdes2,
            "3TDEA" => Kind::Tdes3,
            "AES128" => Kind::Aes128,
            "AES192" => Kind::Aes192,
            "AES256" => Kind::Aes256,
            "HMAC128" => Kind::Hmac128,
            "HMAC192" => Kind::Hmac192,
            "HMAC256" => Kind::Hmac256,
            other => panic!("kind {other}"),
        }
    }

    fn text<'a>(row: &'a Row, name: &str) -> &'a str {
        std::str::from_utf8(row.input(name)).expect("text")
    }

    fn key(row: &Row, usage: Usage, kind: Kind) -> ClearKey {
        derive(&aes_key(row, "bdk"), &ksn(row), usage, kind).expect("key")
    }

    fn cipher(row: &Row, usage: Usage, kind: Kind) -> Cipher {
        key(row, usage, kind).cipher().expect("key")
    }

    fn ksn(row: &Row) -> Ksn {
        Ksn::from_hex(row.input("ksn")).expect("KSN")
    }

    /// The data with zeros up to a whole block, in CBC mode from zero.
    fn cbc(row: &Row, usage: Usage, kind: Kind) -> Vec<u8> {
        let mut data = row.bytes("data");
        data.resize(data.len().next_multiple_of(16), 0);
        modes::cbc_encrypt(&cipher(row, usage, kind), &mut [0; 16], &mut data).expect("blocks");
        data
    }

    #[test]
    fn vectors() {
        vectors::run("dukpt_aes", &[], |row| {
            match row.algorithm() {
                "dukpt-aes-ik" => {
                    let ksn = Ksn::new(row.array("ikid"), 0);
                    row.is_bytes(initial_key(&aes_key(row, "bdk"), &ksn).expect("key").as_bytes());
                }
                "dukpt-aes-txn-key" | "dukpt-aes-moov-txn-key" => {
                    let initial = initial_key(&aes_key(row, "bdk"), &ksn(row)).expect("key");
                    row.is_bytes(transaction_key(&initial, &ksn(row)).expect("key").as_bytes());
                }
                "dukpt-aes-working-key" => {
                    let (usage, kind) = (usage(text(row, "usage")), kind(text(row, "key_type")));
                    row.is_bytes(key(row, usage, kind).as_bytes());
                }
                "dukpt-aes-pin-encrypt-format4" => {
                    let key = cipher(row, Usage::Pin, kind(text(row, "key_type")));
                    let block = hex::decode(row.output()).expect("hex");
                    let digits = |field: &str| usize::from_str_radix(&field[..1], 16).expect("hex");
                    let account = text(row, "pan_field");
                    let account = &account[1..13 + digits(account)];
                    let pin = text(row, "pin_field");
                    let pin = &pin[2..2 + digits(&pin[1..])];
                    let account = Account::full(account.as_bytes()).expect("account");
                    let opened = open(&block, Format::Iso4, &account, &key).expect("PIN");
                    assert!(opened == Pin::from_digits(pin.as_bytes()).expect("PIN"));
                }
                "dukpt-aes-update-key" => {
                    assert_eq!(row.input("counter"), b"FFFFFFFF");
                    let ksn = Ksn::new(row.array("ikid"), 1);
                    row.is_bytes(update_key(&aes_key(row, "ik"), &ksn).expect("key").as_bytes());
                }
                "dukpt-aes-all" => all(row),
                algorithm => return moov(row, algorithm),
            }
            Some(())
        });
    }

    /// Everything that one transaction gives.
    fn all(row: &Row) {
        let base = aes_key(row, "bdk");
        let initial = initial_key(&base, &ksn(row)).expect("key");
        row.same_bytes("ik", initial.as_bytes());
        let transaction = transaction_key(&initial, &ksn(row)).expect("key");
        row.same_bytes("txn_key", transaction.as_bytes());
        let keys = row.outputs()["working_keys"].as_object().expect("keys");
        for (name, expected) in keys {
            let (purpose, algorithm) = name.split_once('/').expect("usage and algorithm");
            let (usage, kind) = (usage(purpose), kind(algorithm));
            let key = working_key(&transaction, &ksn(row), usage, kind).expect("key");
            let key = hex::encode_upper(key.as_bytes());
            assert_eq!(expected.as_str(), Some(key.as_str()), "{} {name}", row.id());
        }
        let kind = Kind::of(&base).expect("AES key");
        let pin_key = cipher(row, Usage::Pin, kind);
        let block = row.outputs()["enc_pin_iso4"].as_str().expect("block");
        let block = hex::decode(block).expect("hex");
        let opened = open(&block, Format::Iso4, &row.account(), &pin_key).expect("PIN");
        assert!(opened == Pin::from_digits(row.input("pin")).expect("PIN"));
        row.same_bytes("enc_request_cbc", &cbc(row, Usage::DataEncryption, kind));
    }

    fn moov(row: &Row, algorithm: &str) -> Option<()> {
        let (request, response) = (Usage::MacGeneration, Usage::MacVerification);
        let mac = |usage| cmac(&cipher(row, usage, Kind::Aes128), &[&row.bytes("data")]);
        let keyed_hash = |usage| {
            let key = key(row, usage, Kind::Hmac128);
            hmac(Hash::Sha256, key.as_bytes(), &[&row.bytes("data")])
        };
        match algorithm {
            "dukpt-aes-moov-cmac-request" => row.is_bytes(&mac(request)),
            "dukpt-aes-moov-cmac-response" => row.is_bytes(&mac(response)),
            "dukpt-aes-moov-hmac-request" => row.is_bytes(&keyed_hash(request)[..32]),
            "dukpt-aes-moov-hmac-response" => row.is_bytes(&keyed_hash(response)[..32]),
            "dukpt-aes-moov-data-request" => {
                row.is_bytes(&cbc(row, Usage::DataEncryption, Kind::Aes128));
            }
            "dukpt-aes-moov-data-response" => {
                row.is_bytes(&cbc(row, Usage::DataDecryption, Kind::Aes128));
            }
            _ => return None,
        }
        Some(())
    }

    #[test]
    fn keys_that_are_not_aes_do_not_derive() {
        let ksn = Ksn::new([1; 8], 1);
        let tdes = ClearKey::zero(Algorithm::Tdes, 16).expect("length");
        assert!(initial_key(&tdes, &ksn).is_err());
        assert!(transaction_key(&tdes, &ksn).is_err());
        assert!(working_key(&tdes, &ksn, Usage::Pin, Kind::Aes128).is_err());
    }
}
