//! Base derivation keys: the keys of a terminal and of its transactions.

use crypto::dukpt::{KsnFault, aes, des, tdes};
use crypto::pin::Format;
use crypto::{Algorithm, ClearKey, KeyLength};

use super::{
    Authentication, Data, Derivation, PinBlock, SingleDesPinBlock, Stated, Transport, made,
    tdes as cipher,
};
use crate::{Key, Refusal};

/// Key serial number of a terminal and of one of its transactions.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SerialNumber {
    /// Of DES and triple-DES DUKPT: 10 bytes.
    Tdes(tdes::Ksn),
    /// Of AES DUKPT: 12 bytes.
    Aes(aes::Ksn),
}

/// Which way a message goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// From the terminal.
    Request,
    /// To the terminal.
    Response,
    /// Either, under one key. Triple DES takes that of requests.
    Both,
}

/// What a session key of the German banks is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ZkaPurpose {
    /// PIN blocks.
    Pin,
    /// MACs.
    Mac,
    /// Data.
    Data,
}

impl ZkaPurpose {
    /// The two bytes of the control vector that tell the purpose.
    const fn vector(self) -> [u8; 2] {
        match self {
            Self::Pin => [0x21, 0x5F],
            Self::Mac => [0x00, 0x4D],
            Self::Data => [0x00, 0x71],
        }
    }
}

impl Key<Derivation> {
    /// Reads a key serial number as this key needs it: up to 20 digits for DES, 24 for AES.
    ///
    /// # Errors
    /// [`KsnFault::Digits`].
    pub fn serial_number(&self, text: &[u8]) -> Result<SerialNumber, KsnFault> {
        match self.algorithm() {
            Algorithm::Aes => aes::Ksn::from_hex(text).map(SerialNumber::Aes),
            Algorithm::Tdes | Algorithm::Hmac => tdes::Ksn::from_hex(text).map(SerialNumber::Tdes),
        }
    }

    /// Initial key of a terminal (IKEY, IPEK), with odd parity if it is a DES key. The counter does not matter.
    ///
    /// # Errors
    /// 27 if key and serial number do not go together.
    pub fn initial_key(&self, serial: &SerialNumber) -> Result<Key<Stated>, Refusal> {
        made(match serial {
            SerialNumber::Tdes(ksn) => {
                tdes::initial_key(&self.clear, ksn).map(ClearKey::with_odd_parity)
            }
            SerialNumber::Aes(ksn) => aes::initial_key(&self.clear, ksn),
        })
    }

    /// Key under which a terminal with AES DUKPT gets a new initial key. The counter does not matter.
    ///
    /// # Errors
    /// A7 if this is no AES key; 27 if key and serial number do not go together.
    pub fn update_key(&self, serial: &SerialNumber) -> Result<Key<Transport>, Refusal> {
        match serial {
            SerialNumber::Tdes(_) => Err(Refusal::Algorithm),
            SerialNumber::Aes(ksn) => made(
                aes::initial_key(&self.clear, ksn)
                    .and_then(|initial| aes::update_key(&initial, ksn)),
            ),
        }
    }

    /// Session key of the German banks (ZKA) from this master key and a random number, with odd parity.
    ///
    /// Each half of the random number is decrypted under the master key with the control vector for that half. Inferred:
    /// no public source gives the formula; the control vectors are those of IBM CCA for the same three purposes.
    ///
    /// # Errors
    /// A7 unless this is a DES key.
    pub fn zka_session_key(
        &self,
        purpose: ZkaPurpose,
        random: &[u8; 16],
    ) -> Result<Key<Stated>, Refusal> {
        if self.algorithm() != Algorithm::Tdes {
            return Err(Refusal::Algorithm);
        }
        let mut session = ClearKey::new(Algorithm::Tdes, random).map_err(|_| Refusal::Length)?;
        let (halves, _) = session.as_mut_bytes().as_chunks_mut::<8>();
        for (half, fifth) in halves.iter_mut().zip([0x41, 0x21]) {
            let [first, second] = purpose.vector();
            let vector = [0, first, second, 0, 3, fifth, 0, 0];
            let mut varied = ClearKey::new(Algorithm::Tdes, self.clear.as_bytes())
                .map_err(|_| Refusal::Length)?;
            let bytes = varied.as_mut_bytes().iter_mut();
            bytes.zip(vector.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
            *half = cipher(&varied)?.decrypt(u64::from_be_bytes(*half)).to_be_bytes();
        }
        Ok(Key::new(session.with_odd_parity()))
    }

    /// Key for the PIN blocks of a transaction, in this format. From an AES key: one as long as that for format 48, for
    /// the others one of triple DES with double length (both inferred).
    ///
    /// # Errors
    /// 27 if key and serial number do not go together.
    pub fn pin_key(&self, serial: &SerialNumber, format: Format) -> Result<Key<PinBlock>, Refusal> {
        made(match serial {
            SerialNumber::Aes(ksn) if format != Format::Iso4 => {
                aes::derive(&self.clear, ksn, aes::Usage::Pin, aes::Kind::Tdes2)
            }
            _ => self.working_key(serial, tdes::Usage::Pin, aes::Usage::Pin),
        })
    }

    /// Key for the MACs of a transaction. AES: an AES key as long as this one (inferred).
    ///
    /// # Errors
    /// 27 if key and serial number do not go together.
    pub fn mac_key(
        &self,
        serial: &SerialNumber,
        direction: Direction,
    ) -> Result<Key<Authentication>, Refusal> {
        let (tdes, aes) = match direction {
            Direction::Request => (tdes::Usage::MacRequest, aes::Usage::MacGeneration),
            Direction::Response => (tdes::Usage::MacResponse, aes::Usage::MacVerification),
            Direction::Both => (tdes::Usage::MacRequest, aes::Usage::MacBoth),
        };
        made(self.working_key(serial, tdes, aes))
    }

    /// Key for the data of a transaction. AES: as long as this key (inferred).
    ///
    /// # Errors
    /// 27 if key and serial number do not go together.
    pub fn data_key(
        &self,
        serial: &SerialNumber,
        direction: Direction,
    ) -> Result<Key<Data>, Refusal> {
        let (tdes, aes) = match direction {
            Direction::Request => (tdes::Usage::DataRequest, aes::Usage::DataEncryption),
            Direction::Response => (tdes::Usage::DataResponse, aes::Usage::DataDecryption),
            Direction::Both => (tdes::Usage::DataRequest, aes::Usage::DataBoth),
        };
        made(self.working_key(serial, tdes, aes))
    }

    /// Key for the PIN blocks of a transaction by single-length DUKPT, as the older commands have it.
    ///
    /// # Errors
    /// 27 if this is not a double-length DES key.
    pub fn single_des_pin_key(
        &self,
        serial: &SerialNumber,
    ) -> Result<Key<SingleDesPinBlock>, Refusal> {
        let SerialNumber::Tdes(ksn) = serial else { return Err(Refusal::Length) };
        made(des::derive(&self.clear, ksn, des::Usage::Pin))
    }

    /// Key for the MACs of a transaction by single-length DUKPT (inferred).
    ///
    /// # Errors
    /// 27 if this is not a double-length DES key.
    pub fn single_des_mac_key(
        &self,
        serial: &SerialNumber,
    ) -> Result<Key<Authentication>, Refusal> {
        let SerialNumber::Tdes(ksn) = serial else { return Err(Refusal::Length) };
        made(des::derive(&self.clear, ksn, des::Usage::Mac))
    }

    fn working_key(
        &self,
        serial: &SerialNumber,
        tdes_usage: tdes::Usage,
        aes_usage: aes::Usage,
    ) -> Result<ClearKey, KeyLength> {
        match serial {
            SerialNumber::Tdes(ksn) => tdes::derive(&self.clear, ksn, tdes_usage),
            SerialNumber::Aes(ksn) => {
                let kind = match self.len() {
                    16 => aes::Kind::Aes128,
                    24 => aes::Kind::Aes192,
                    _ => aes::Kind::Aes256,
                };
                aes::derive(&self.clear, ksn, aes_usage, kind)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crypto::mac::Padding;
    use crypto::pin::{Account, Pin};

    use super::*;
    use crate::key_block::tests::{Source, text};
    use crate::usage::MacAlgorithm;
    use crate::usage::tests::{key, key_of, output, rows_of};

    const TDES: &str = include_str!("../../../vectors/crypto/dukpt_tdes.jsonl");
    const DES: &str = include_str!("../../../vectors/crypto/dukpt_des.jsonl");
    const AES: &str = include_str!("../../../vectors/crypto/dukpt_aes.jsonl");

    fn serial(bdk: &Key<Derivation>, row: &serde_json::Value) -> SerialNumber {
        bdk.serial_number(text(row, "inputs", "ksn").as_bytes()).expect("a serial number")
    }

    #[test]
    fn triple_des_macs_of_both_directions() {
        for (algorithm, direction) in [
            ("dukpt-tdes-mac-request", Direction::Request),
            ("dukpt-tdes-mac-request", Direction::Both),
            ("dukpt-tdes-mac-response", Direction::Response),
        ] {
            for row in rows_of(TDES, algorithm) {
                let bdk = key_of(&row, "bdk", Algorithm::Tdes);
                let mac_key = bdk.mac_key(&serial(&bdk, &row), direction).expect("a key");
                let data = crate::key_block::tests::bytes(&row, "inputs", "data");
                let method = MacAlgorithm::Iso9797Algorithm3;
                let verified =
                    mac_key.verify_mac(method, Padding::Zeros, None, &data, &output(&row));
                assert_eq!(verified, Ok(true), "{}", row["id"]);
            }
        }
    }

    #[test]
    fn triple_des_pin_blocks() {
        for row in rows_of(TDES, "dukpt-tdes-encrypted-pinblock") {
            let bdk = key_of(&row, "bdk", Algorithm::Tdes);
            let pin_key = bdk.pin_key(&serial(&bdk, &row), Format::Iso0).expect("a key");
            let cipher = crate::usage::tdes(&pin_key.clear).expect("a DES key");
            let clear = text(&row, "inputs", "clear_pinblock");
            let clear = u64::from_str_radix(clear, 16).expect("sixteen digits");
            let encrypted = cipher.encrypt(clear).to_be_bytes();
            assert_eq!(encrypted[..], output(&row), "{}", row["id"]);
        }
    }

    #[test]
    fn single_des_pin_blocks() {
        for row in rows_of(DES, "dukpt-des-pin") {
            let bdk = key_of(&row, "bdk", Algorithm::Tdes);
            let pin_key = bdk.single_des_pin_key(&serial(&bdk, &row)).expect("a key");
            let account = Account::full(text(&row, "inputs", "pan").as_bytes()).expect("digits");
            let pin = Pin::from_digits(text(&row, "inputs", "pin").as_bytes()).expect("digits");
            let opened = pin_key.open_pin_block(&output(&row), Format::Iso0, &account);
            assert!(opened.is_ok_and(|opened| opened == pin), "{}", row["id"]);
            let (mut block, mut source) = ([0; 8], Source::new(1));
            let length =
                pin_key.seal_pin_block(&pin, Format::Iso0, &account, &mut source, &mut block);
            assert_eq!((length, &block[..]), (Ok(8), &output(&row)[..]), "{}", row["id"]);
        }
    }

    #[test]
    fn aes_working_keys() {
        let mut count = 0;
        for row in rows_of(AES, "dukpt-aes-working-key") {
            let bdk: Key<Derivation> = key_of(&row, "bdk", Algorithm::Aes);
            let own = format!("AES{}", 8 * bdk.len());
            if text(&row, "inputs", "key_type") != own {
                continue;
            }
            let serial = serial(&bdk, &row);
            let made = match text(&row, "inputs", "usage") {
                "pin" => bdk.pin_key(&serial, Format::Iso4).map(|key| key.clear),
                "mac_gen" => bdk.mac_key(&serial, Direction::Request).map(|key| key.clear),
                "mac_ver" => bdk.mac_key(&serial, Direction::Response).map(|key| key.clear),
                "data_enc" => bdk.data_key(&serial, Direction::Request).map(|key| key.clear),
                "data_dec" => bdk.data_key(&serial, Direction::Response).map(|key| key.clear),
                _ => continue,
            };
            assert_eq!(made.expect("a key").as_bytes(), output(&row), "{}", row["id"]);
            count += 1;
        }
        assert!(count >= 5, "{count}");
    }

    /// Blocks of format 48 need an AES key, all others one of triple DES.
    #[test]
    fn the_format_chooses_the_pin_key_of_aes() {
        for row in rows_of(AES, "dukpt-aes-all") {
            let bdk: Key<Derivation> = key_of(&row, "bdk", Algorithm::Aes);
            let serial = serial(&bdk, &row);
            let own = format!("pin/AES{}", 8 * bdk.len());
            for (format, name) in [(Format::Iso4, own.as_str()), (Format::Iso0, "pin/2TDEA")] {
                let made = bdk.pin_key(&serial, format).expect("a key").clear;
                let expected = row["output"]["working_keys"][name].as_str().expect("a key");
                let mut bytes = vec![0; expected.len() / 2];
                hex::decode_to_slice(expected, &mut bytes).expect("hexadecimal digits");
                assert_eq!(made.as_bytes(), bytes, "{} {name}", row["id"]);
            }
        }
    }

    #[test]
    fn initial_keys_have_odd_parity() {
        let bdk: Key<Derivation> = key(
            Algorithm::Tdes,
            b"\x01\x23\x45\x67\x89\xAB\xCD\xEF\xFE\xDC\xBA\x98\x76\x54\x32\x10",
        );
        let serial = bdk.serial_number(b"FFFF9876543210E00001").expect("a serial number");
        let initial = bdk.initial_key(&serial).expect("a key");
        assert!(initial.clear.has_odd_parity());
        // Published: 6AC292FAA1315B4D858AB3A3D7D5933A, whose parity is not adjusted.
        assert_eq!(initial.clear.as_bytes()[..3], [0x6B, 0xC2, 0x92]);
        for row in rows_of(AES, "dukpt-aes-ik") {
            let bdk: Key<Derivation> = key_of(&row, "bdk", Algorithm::Aes);
            let digits = format!("{}00000001", text(&row, "inputs", "ikid"));
            let serial = bdk.serial_number(digits.as_bytes()).expect("a serial number");
            let initial = bdk.initial_key(&serial).expect("a key");
            assert_eq!(initial.clear.as_bytes(), output(&row), "{}", row["id"]);
        }
    }

    #[test]
    fn serial_numbers_of_another_method_are_refused() {
        let tdes: Key<Derivation> = key(Algorithm::Tdes, &[0x5B; 16]);
        let aes: Key<Derivation> = key(Algorithm::Aes, &[0x5B; 16]);
        let short = tdes.serial_number(b"FFFF9876543210E00001").expect("a serial number");
        let long = aes.serial_number(b"123456789012345600000001").expect("a serial number");
        assert_eq!(tdes.pin_key(&long, Format::Iso0).err(), Some(Refusal::Length));
        assert_eq!(aes.pin_key(&short, Format::Iso4).err(), Some(Refusal::Length));
        assert_eq!(aes.single_des_pin_key(&long).err(), Some(Refusal::Length));
        assert!(aes.serial_number(b"FFFF9876543210E00001").is_err());
    }
}
