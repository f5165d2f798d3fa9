//! Master keys of an issuer, and the keys of cards and sessions that come of them.

use crypto::card::{self, CardFault};
use crypto::emv::{self, EmvFault, Encipherment, Tree};
use crypto::mac::Padding;
use crypto::pin::block::visa;
use crypto::pin::{Block, Pin, PinFault};
use crypto::{Cipher, ClearKey};
use zeroize::Zeroizing;

use super::{CardKey, Fault, MasterKey, Session, made, tdes};
use crate::{Key, Refusal};

/// How the key of a session comes of the key of a card.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SessionMethod {
    /// It is the key of the card: Visa cryptogram version 10, static M/Chip.
    CardKey,
    /// EMV common method with the transaction counter.
    Common {
        /// Application transaction counter.
        counter: [u8; 2],
    },
    /// EMV common method with the application cryptogram: for scripts.
    CommonScript {
        /// Application cryptogram.
        cryptogram: [u8; 8],
    },
    /// Mastercard SKD.
    Mastercard {
        /// Application transaction counter.
        counter: [u8; 2],
        /// Unpredictable number of the terminal.
        unpredictable: [u8; 4],
    },
    /// Visa, for scripts.
    VisaScript {
        /// Application transaction counter.
        counter: [u8; 2],
    },
    /// UnionPay.
    UnionPay {
        /// Application transaction counter.
        counter: [u8; 2],
    },
    /// Tree of EMV2000.
    Emv2000 {
        /// Application transaction counter.
        counter: [u8; 2],
        /// Initial vector.
        initial: [u8; 16],
        /// Shape of the tree.
        tree: Tree,
    },
}

impl Key<MasterKey> {
    /// Key of a card.
    ///
    /// # Errors
    /// 27 if this is not a DES key.
    pub fn card_key(&self, card: &emv::Derivation) -> Result<Key<CardKey>, Refusal> {
        made(emv::card_key(&self.clear, card))
    }

    /// Key of a card by option C.
    ///
    /// # Errors
    /// 27 if this is not an AES key.
    pub fn card_key_c(&self, card: &emv::DerivationC) -> Result<Key<CardKey>, Refusal> {
        made(emv::card_key_c(&self.clear, card))
    }

    /// Data authentication code of a card: the first two bytes of its block under this key.
    ///
    /// Inferred.
    ///
    /// # Errors
    /// A7, 27 if this is not a DES key.
    pub fn authentication_code(&self, card: &emv::Derivation) -> Result<[u8; 2], Refusal> {
        let [first, second, ..] = tdes(&self.clear)?.encrypt(card.block()).to_be_bytes();
        Ok([first, second])
    }
}

impl Key<CardKey> {
    /// Key of a session.
    ///
    /// # Errors
    /// 27 if the method does not go with the key.
    pub fn session_key(&self, method: &SessionMethod) -> Result<Key<Session>, Refusal> {
        let card = &self.clear;
        made(match *method {
            SessionMethod::CardKey => ClearKey::new(card.algorithm(), card.as_bytes()),
            SessionMethod::Common { counter } => emv::common_for_cryptogram(card, counter),
            SessionMethod::CommonScript { cryptogram } => emv::common(card, cryptogram),
            SessionMethod::Mastercard { counter, unpredictable } => {
                emv::mastercard(card, counter, unpredictable)
            }
            SessionMethod::VisaScript { counter } => emv::visa_script(card, counter),
            SessionMethod::UnionPay { counter } => emv::union_pay(card, counter),
            SessionMethod::Emv2000 { counter, initial, tree } => {
                emv::emv2000(card, counter, initial, tree)
            }
        })
    }

    /// Dynamic CVV of Visa; see [`card::dcvv`].
    ///
    /// # Errors
    /// A7 for a key of another algorithm; those of [`card::dcvv`].
    pub fn dcvv(
        &self,
        account: &[u8],
        counter: [u8; 4],
        date: [u8; 4],
        service: [u8; 3],
    ) -> Result<[u8; 3], Fault<CardFault>> {
        card::dcvv(&tdes(&self.clear)?, account, counter, date, service).map_err(Fault::Input)
    }

    /// Static value of a track for the CVC3 of Mastercard; see [`card::static_value`].
    ///
    /// # Errors
    /// 27 if this is not a DES key.
    pub fn static_value(&self, track: &[u8]) -> Result<[u8; 2], Refusal> {
        card::static_value(&self.cipher()?, track).map_err(|_| Refusal::Length)
    }

    /// CVC3 of Mastercard: five digits.
    ///
    /// # Errors
    /// 27 if this is not a DES key.
    pub fn cvc3(
        &self,
        static_value: [u8; 2],
        unpredictable: [u8; 4],
        counter: [u8; 2],
    ) -> Result<[u8; 5], Refusal> {
        card::cvc3(&self.cipher()?, static_value, unpredictable, counter)
            .map_err(|_| Refusal::Length)
    }

    /// Dynamic number of Mastercard: the first two bytes of counter, zeros and unpredictable number under this key.
    ///
    /// Inferred.
    ///
    /// # Errors
    /// A7, 27 if this is not a DES key.
    pub fn dynamic_number(
        &self,
        counter: [u8; 2],
        unpredictable: [u8; 4],
    ) -> Result<[u8; 2], Refusal> {
        let number = u64::from(u16::from_be_bytes(counter)) << 48;
        let number = number | u64::from(u32::from_be_bytes(unpredictable));
        let [first, second, ..] = tdes(&self.clear)?.encrypt(number).to_be_bytes();
        Ok([first, second])
    }

    /// Clear PIN block of a Visa PIN change, format 41, or 42 with the current PIN, to be enciphered in a script.
    ///
    /// # Errors
    /// Those of [`visa::encode`].
    pub fn pin_change_block(&self, new: &Pin, current: Option<&Pin>) -> Result<Block, PinFault> {
        visa::encode(new, current, &self.clear)
    }

    fn cipher(&self) -> Result<Cipher, Refusal> {
        self.clear.cipher().map_err(|_| Refusal::Length)
    }
}

impl Key<Session> {
    /// Application cryptogram over transaction data; see [`emv::cryptogram`].
    ///
    /// # Errors
    /// [`EmvFault`].
    pub fn cryptogram(&self, data: &[u8], padding: Padding) -> Result<[u8; 8], EmvFault> {
        emv::cryptogram(&self.cipher()?, data, padding)
    }

    /// Whether an application cryptogram is that of the transaction data; compared in constant time.
    ///
    /// # Errors
    /// [`EmvFault`].
    pub fn verify_cryptogram(
        &self,
        data: &[u8],
        padding: Padding,
        expected: [u8; 8],
    ) -> Result<bool, EmvFault> {
        Ok(crypto::equal(&self.cryptogram(data, padding)?, &expected))
    }

    /// Answer of the issuer by method 1.
    ///
    /// # Errors
    /// [`EmvFault`].
    pub fn arpc_1(&self, arqc: [u8; 8], response_code: [u8; 2]) -> Result<[u8; 8], EmvFault> {
        emv::arpc_1(&self.cipher()?, arqc, response_code)
    }

    /// Answer of the issuer by method 2.
    ///
    /// # Errors
    /// [`EmvFault`].
    pub fn arpc_2(
        &self,
        arqc: [u8; 8],
        status_update: [u8; 4],
        proprietary: &[u8],
    ) -> Result<[u8; 4], EmvFault> {
        emv::arpc_2(&self.cipher()?, arqc, status_update, proprietary)
    }

    /// Deciphers a block that a card enciphered.
    ///
    /// # Errors
    /// A7, 27 if this is not a DES key.
    pub fn decipher(&self, block: [u8; 8]) -> Result<[u8; 8], Refusal> {
        Ok(tdes(&self.clear)?.decrypt(u64::from_be_bytes(block)).to_be_bytes())
    }

    /// MAC of a script command, of which schemes send the first 4 or 8 bytes.
    ///
    /// # Errors
    /// [`EmvFault`].
    pub fn script_mac(&self, command: &[u8]) -> Result<[u8; 8], EmvFault> {
        emv::script_mac(&self.cipher()?, command)
    }

    /// Enciphers the data of a script command to the front of `out` and returns the length.
    ///
    /// # Errors
    /// [`EmvFault`].
    pub fn encipher_command_data(
        &self,
        data: &[u8],
        encipherment: Encipherment,
        out: &mut [u8],
    ) -> Result<usize, EmvFault> {
        emv::encipher_command_data(&self.cipher()?, data, encipherment, out)
    }

    /// As [`Key::encipher_command_data`], of a clear PIN block.
    ///
    /// # Errors
    /// [`EmvFault`].
    pub fn encipher_pin_block(
        &self,
        block: &Block,
        encipherment: Encipherment,
        out: &mut [u8],
    ) -> Result<usize, EmvFault> {
        let clear = Zeroizing::new(block.word().to_be_bytes());
        self.encipher_command_data(&*clear, encipherment, out)
    }

    fn cipher(&self) -> Result<Cipher, EmvFault> {
        self.clear.cipher().map_err(|_| EmvFault::Key)
    }
}

#[cfg(test)]
mod tests {
    use crypto::Algorithm;

    use super::*;
    use crate::key_block::tests::{bytes, text};
    use crate::usage::tests::{array, characters, key_of, output, rows_of};

    const CRYPTOGRAMS: &str = include_str!("../../../vectors/crypto/emv_ac.jsonl");
    const KEYS: &str = include_str!("../../../vectors/crypto/emv_kd.jsonl");

    #[test]
    fn cryptograms_from_the_master_key_on() {
        let mut count = 0;
        for row in rows_of(CRYPTOGRAMS, "emv-arqc") {
            let master: Key<MasterKey> = key_of(&row, "imk_ac", Algorithm::Tdes);
            let account = text(&row, "inputs", "pan").as_bytes();
            let sequence = characters(&row, "psn");
            let card = match text(&row, "inputs", "mk_option") {
                "A" => emv::Derivation::option_a(account, sequence),
                _ => emv::Derivation::option_b(account, sequence),
            };
            let counter = array(&row, "atc");
            let method = match text(&row, "inputs", "skd") {
                "VSDC" => SessionMethod::CardKey,
                "MCHIP" => SessionMethod::Mastercard { counter, unpredictable: array(&row, "un") },
                "EMV_CSKD" => SessionMethod::Common { counter },
                _ => continue,
            };
            let padding = match row["inputs"]["padding"].as_u64() {
                Some(1) => Padding::Zeros,
                _ => Padding::Marked,
            };
            let session = card
                .map_err(|_| Refusal::Input)
                .and_then(|card| master.card_key(&card))
                .and_then(|card| card.session_key(&method))
                .expect("a session key");
            let data = bytes(&row, "inputs", "data");
            let expected = output(&row).try_into().expect("eight bytes");
            let verified = session.verify_cryptogram(&data, padding, expected);
            assert_eq!(verified, Ok(true), "{}", row["id"]);
            count += 1;
        }
        assert!(count > 0);
    }

    #[test]
    fn session_keys_of_every_method() {
        for row in rows_of(KEYS, "emv-session-keys") {
            let card: Key<CardKey> = key_of(&row, "icc_mk", Algorithm::Tdes);
            let (counter, unpredictable) = (array(&row, "atc"), array(&row, "un"));
            for (method, name) in [
                (SessionMethod::Common { counter }, "common_sk_ac"),
                (SessionMethod::Mastercard { counter, unpredictable }, "mchip_sk_ac"),
                (SessionMethod::VisaScript { counter }, "visa_sm_sk"),
                (
                    SessionMethod::Emv2000 {
                        counter,
                        initial: [0; 16],
                        tree: Tree::Branch4Height8,
                    },
                    "emv2000_tree_h8_b4",
                ),
            ] {
                let session = card.session_key(&method).expect("a key");
                let expected = bytes(&row, "output", name);
                assert_eq!(session.clear.as_bytes(), expected, "{} {name}", row["id"]);
            }
        }
    }

    #[test]
    fn keys_of_option_c() {
        for row in rows_of(KEYS, "emv-icc-mk-c") {
            let master: Key<MasterKey> = key_of(&row, "imk", Algorithm::Aes);
            let card = emv::DerivationC::packed(&bytes(&row, "inputs", "packed")).expect("a block");
            let card = master.card_key_c(&card).expect("a key");
            let method = SessionMethod::Common { counter: array(&row, "atc") };
            let session = card.session_key(&method).expect("a key");
            assert_eq!(session.clear.as_bytes(), bytes(&row, "output", "common_sk_ac"));
            let other = SessionMethod::UnionPay { counter: [0; 2] };
            assert_eq!(card.session_key(&other).err(), Some(Refusal::Length));
            let narrow = emv::Derivation::formatted([0; 8]);
            assert_eq!(master.card_key(&narrow).err(), Some(Refusal::Length));
        }
    }

    #[test]
    fn answers_and_scripts() {
        for row in rows_of(CRYPTOGRAMS, "emv-arqc-arpc") {
            let session: Key<Session> = key_of(&row, "sk_ac", Algorithm::Tdes);
            let data = bytes(&row, "inputs", "data");
            let arqc = session.cryptogram(&data, Padding::Marked).expect("a cryptogram");
            assert_eq!(arqc[..], bytes(&row, "output", "arqc_pad_emv_80"));
            let proprietary = bytes(&row, "inputs", "prop_auth_data");
            assert!(session.arpc_1(arqc, array(&row, "arc")).is_ok());
            assert!(session.arpc_2(arqc, array(&row, "csu"), &proprietary).is_ok());
        }
        let scripts = include_str!("../../../vectors/crypto/emv_sm.jsonl");
        for row in rows_of(scripts, "emv-script") {
            let session: Key<Session> = key_of(&row, "sk", Algorithm::Tdes);
            let data = bytes(&row, "inputs", "data");
            let mac = session.script_mac(&data).expect("a MAC");
            assert_eq!(mac[..], bytes(&row, "output", "mac8"));
            let mut out = [0; 512];
            let length = session
                .encipher_command_data(&data, Encipherment::Visa, &mut out)
                .expect("enciphered data");
            assert_eq!(out[..length], bytes(&row, "output", "enc_visa_ecb_len"));
        }
    }

    #[test]
    fn dynamic_card_verification_codes() {
        for row in rows_of(include_str!("../../../vectors/crypto/cvc3.jsonl"), "mc-cvc3") {
            let card: Key<CardKey> = key_of(&row, "icc_mk_cvc3", Algorithm::Tdes);
            let track = bytes(&row, "inputs", "track_static");
            let fixed = card.static_value(&track).expect("a value");
            let code = card.cvc3(fixed, array(&row, "un"), array(&row, "atc")).expect("a code");
            let expected = row["output"].as_str().unwrap_or_default().as_bytes();
            assert_eq!(code, expected, "{}", row["id"]);
        }
    }
}
