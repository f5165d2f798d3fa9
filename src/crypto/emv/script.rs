//! Issuer scripts: MAC over a command and encipherment of its data.

use super::{EmvFault, cryptogram};
use crate::cipher::Cipher;
use crate::mac::Padding;
use crate::modes;

/// MAC of a script command, of which schemes send the first 4 or 8 bytes: MAC algorithm 3, padding method 2.
pub fn script_mac(key: &Cipher, command: &[u8]) -> Result<[u8; 8], EmvFault> {
    cryptogram(key, command, Padding::Marked)
}

/// How the data of a script command is padded and enciphered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encipherment {
    /// Visa: the length in one byte, the data, padding method 2 always; ECB.
    Visa,
    /// Mastercard: padding method 2 only where the data is no whole number of blocks; CBC from zero.
    Mastercard,
    /// EMV common core definitions: padding method 2 always; CBC from zero.
    Common,
}

impl Encipherment {
    /// Bytes that `length` bytes of data become.
    pub const fn enciphered_length(self, length: usize) -> usize {
        let least = match self {
            Self::Visa => length + 2,
            Self::Mastercard => length,
            Self::Common => length + 1,
        };
        least.next_multiple_of(8)
    }
}

/// Enciphers the data of a script command into the start of `out` and gives the length.
///
/// Reproduced from independent code for Visa, Mastercard and CCD PIN change. [`EmvFault::Data`] where `out` is too short
/// or the data too long for its length byte.
pub fn encipher_command_data(
    key: &Cipher,
    data: &[u8],
    encipherment: Encipherment,
    out: &mut [u8],
) -> Result<usize, EmvFault> {
    let Cipher::Tdes(key) = key else { return Err(EmvFault::Key) };
    let length = encipherment.enciphered_length(data.len());
    let out = out.get_mut(..length).ok_or(EmvFault::Data)?;
    out.fill(0);
    let field = match encipherment {
        Encipherment::Visa => {
            let (first, rest) = out.split_first_mut().ok_or(EmvFault::Data)?;
            *first = u8::try_from(data.len()).map_err(|_| EmvFault::Data)?;
            rest
        }
        Encipherment::Mastercard | Encipherment::Common => &mut *out,
    };
    for (place, byte) in field.iter_mut().zip(data.iter().chain(&[0x80])) {
        *place = *byte;
    }
    match encipherment {
        Encipherment::Visa => modes::ecb_encrypt(key, out),
        Encipherment::Mastercard | Encipherment::Common => {
            modes::cbc_encrypt(key, &mut [0; 8], out)
        }
    }
    .map_err(|_| EmvFault::Data)?;
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pin::{Pin, block::visa};
    use crate::vectors::{self, Row};

    fn enciphered(row: &Row, key: &str, data: &str, encipherment: Encipherment) -> Vec<u8> {
        let mut out = [0xEE; 512];
        let key = row.tdes_key(key).cipher().expect("key");
        let length = encipher_command_data(&key, &row.bytes(data), encipherment, &mut out);
        out[..length.expect("room")].to_vec()
    }

    #[test]
    fn vectors() {
        vectors::run("emv_sm", &[], |row| {
            match row.algorithm() {
                "emv-script" => {
                    let key = row.tdes_key("sk").cipher().expect("key");
                    row.same_bytes("mac8", &script_mac(&key, &row.bytes("data")).expect("MAC"));
                    for (name, encipherment) in [
                        ("enc_visa_ecb_len", Encipherment::Visa),
                        ("enc_mastercard_cbc", Encipherment::Mastercard),
                        ("enc_emv_ccd_cbc", Encipherment::Common),
                    ] {
                        row.same_bytes(name, &enciphered(row, "sk", "data", encipherment));
                    }
                }
                "emv-script-mac" => {
                    let key = row.tdes_key("sk_smi").cipher().expect("key");
                    let mac = script_mac(&key, &row.bytes("command")).expect("MAC");
                    let length = if row.has("length") { row.number("length") } else { 8 };
                    row.is_bytes(&mac[..usize::try_from(length).expect("length")]);
                }
                "emv-script-encipher" => {
                    let encipherment = match row.input("encryption_type") {
                        b"VISA" => Encipherment::Visa,
                        b"MASTERCARD" => Encipherment::Mastercard,
                        b"EMV" => Encipherment::Common,
                        other => panic!("{}: {}", row.id(), String::from_utf8_lossy(other)),
                    };
                    row.is_bytes(&enciphered(row, "sk_smc", "command_data", encipherment));
                }
                "visa-pin-block" => {
                    let digits = |name| Pin::from_digits(row.input(name)).expect("PIN");
                    let current = row.has("current_pin").then(|| digits("current_pin"));
                    let card_key = row.tdes_key("icc_mk_ac");
                    let block = visa::encode(&digits("pin"), current.as_ref(), &card_key);
                    row.is_bytes(block.expect("block").as_bytes());
                }
                _ => return None,
            }
            Some(())
        });
    }

    #[test]
    fn data_that_does_not_fit_is_refused() {
        let key = Cipher::Tdes(crate::Tdes::new(&[1; 16]).expect("key"));
        let mut out = [0; 512];
        for (encipherment, room) in
            [(Encipherment::Visa, 16), (Encipherment::Mastercard, 8), (Encipherment::Common, 16)]
        {
            assert_eq!(encipherment.enciphered_length(8), room);
            let short = out.get_mut(..room - 1).expect("room");
            let refused = encipher_command_data(&key, &[0; 8], encipherment, short);
            assert_eq!(refused, Err(EmvFault::Data));
        }
        let long = encipher_command_data(&key, &[0; 256], Encipherment::Visa, &mut out);
        assert_eq!(long, Err(EmvFault::Data));
    }
}
