//! Application cryptograms (ARQC, TC, AAC) and the issuer's answers to them (ARPC).

use super::EmvFault;
use crate::cipher::Cipher;
use crate::mac::{Chain, Padding, cmac};

/// Application cryptogram over transaction data: MAC algorithm 3 of ISO 9797-1, or with AES the first 8 bytes of the
/// CMAC, which pads by itself.
///
/// [`Padding::Zeros`] is that of Visa cryptogram version 10 and of data that the host has padded, [`Padding::Marked`]
/// that of all others. Device. [`EmvFault::Data`] where data without padding is no whole block.
pub fn cryptogram(key: &Cipher, data: &[u8], padding: Padding) -> Result<[u8; 8], EmvFault> {
    let mac = match key {
        Cipher::Aes(key) => cmac(key, &[data]),
        Cipher::Tdes(_) => {
            Chain::algorithm_3(key).finish(data, padding).map_err(|_| EmvFault::Data)?
        }
    };
    mac.first_chunk().copied().ok_or(EmvFault::Key)
}

/// Authorisation response cryptogram by method 1: E(ARQC xor response code over zeros).
///
/// With AES there are zeros behind it up to a whole block, and the answer is the first 8 bytes. Inferred.
///
/// The key is the session key, or the card's master key for Visa and M/Chip cryptograms made with it. Device.
pub fn arpc_1(key: &Cipher, arqc: [u8; 8], response_code: [u8; 2]) -> Result<[u8; 8], EmvFault> {
    let code = u64::from(u16::from_be_bytes(response_code)) << 48;
    let answered = u64::from_be_bytes(arqc) ^ code;
    match key {
        Cipher::Tdes(key) => Ok(key.encrypt(answered).to_be_bytes()),
        Cipher::Aes(key) => {
            let mut block = (u128::from(answered) << 64).to_be_bytes();
            key.encrypt(&mut block);
            block.first_chunk().copied().ok_or(EmvFault::Key)
        }
    }
}

/// Authorisation response cryptogram by method 2: the first 4 bytes of the MAC over ARQC, card status update and
/// proprietary authentication data.
///
/// MAC algorithm 3, padding method 2, or CMAC with AES. EMV 4.3 book 2, 8.2.2. [`EmvFault::Data`] for more than 8 bytes of proprietary data.
pub fn arpc_2(
    key: &Cipher,
    arqc: [u8; 8],
    status_update: [u8; 4],
    proprietary: &[u8],
) -> Result<[u8; 4], EmvFault> {
    if proprietary.len() > 8 {
        return Err(EmvFault::Data);
    }
    let mut message = [0; 20];
    let parts = arqc.iter().chain(&status_update).chain(proprietary);
    message.iter_mut().zip(parts).for_each(|(place, byte)| *place = *byte);
    let message = message.get(..12 + proprietary.len()).ok_or(EmvFault::Data)?;
    cryptogram(key, message, Padding::Marked)?.first_chunk().copied().ok_or(EmvFault::Key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emv::{Derivation, card_key, common_for_cryptogram, mastercard};
    use crate::key::ClearKey;
    use crate::vectors::{self, Row};

    fn master_key(row: &Row) -> ClearKey {
        let psn = row.input("psn").try_into().expect("two digits");
        let derivation = match row.has("mk_option").then(|| row.input("mk_option")) {
            Some(b"B") => Derivation::option_b(row.input("pan"), psn),
            _ => Derivation::option_a(row.input("pan"), psn),
        };
        card_key(&row.tdes_key("imk_ac"), &derivation.expect("digits")).expect("key")
    }

    fn session_key(row: &Row, master_key: ClearKey) -> ClearKey {
        let atc = row.array("atc");
        match row.input("skd") {
            b"VSDC" => master_key,
            b"MCHIP" => mastercard(&master_key, atc, row.array("un")).expect("key"),
            b"EMV_CSKD" => common_for_cryptogram(&master_key, atc).expect("key"),
            other => panic!("{}: {}", row.id(), String::from_utf8_lossy(other)),
        }
    }

    fn session_cipher(row: &Row) -> Cipher {
        row.tdes_key("sk_ac").cipher().expect("key")
    }

    #[test]
    fn vectors() {
        vectors::run("emv_ac", &[], |row| {
            match row.algorithm() {
                "emv-arqc" => {
                    let padding = match row.number("padding") {
                        1 => Padding::Zeros,
                        2 => Padding::Marked,
                        other => panic!("{}: padding {other}", row.id()),
                    };
                    let key = session_key(row, master_key(row)).cipher().expect("key");
                    row.is_bytes(&cryptogram(&key, &row.bytes("data"), padding).expect("MAC"));
                }
                "emv-arpc-method1" => {
                    let key = match row.input("arpc_key") {
                        b"ICC MK" => master_key(row),
                        _ => session_key(row, master_key(row)),
                    };
                    let key = key.cipher().expect("key");
                    let arpc = arpc_1(&key, row.array("arqc"), row.array("arc_or_csu"));
                    row.is_bytes(&arpc.expect("ARPC"));
                }
                "emv-arqc-arpc" => {
                    let (key, data) = (session_cipher(row), row.bytes("data"));
                    let cryptogram_80 = cryptogram(&key, &data, Padding::Marked).expect("MAC");
                    row.same_bytes("arqc_pad_emv_80", &cryptogram_80);
                    let visa = cryptogram(&key, &data, Padding::Zeros).expect("MAC");
                    row.same_bytes("arqc_pad_visa_zero", &visa);
                    // The source answers the cryptogram with EMV padding.
                    let arpc = arpc_1(&key, cryptogram_80, row.array("arc")).expect("ARPC");
                    row.same_bytes("arpc_method1", &arpc);
                    let proprietary = row.bytes("prop_auth_data");
                    let arpc = arpc_2(&key, cryptogram_80, row.array("csu"), &proprietary);
                    row.same_bytes("arpc_method2", &arpc.expect("ARPC"));
                }
                "emv-ac" => {
                    // The source pads in the EMV way where it is not told.
                    let visa = row.has("padding_type") && row.input("padding_type") == b"VISA";
                    let padding = if visa { Padding::Zeros } else { Padding::Marked };
                    let ac = cryptogram(&session_cipher(row), &row.bytes("data"), padding);
                    let length = if row.has("length") { row.number("length") } else { 8 };
                    row.is_bytes(&ac.expect("MAC")[..usize::try_from(length).expect("length")]);
                }
                "emv-ac-aes" => {
                    let key = row.aes_key("sk_ac").cipher().expect("key");
                    let answered =
                        cryptogram(&key, &row.bytes("data"), Padding::Zeros).expect("MAC");
                    row.same_bytes("arqc", &answered);
                    let arpc = arpc_1(&key, answered, row.array("arc")).expect("ARPC");
                    row.same_bytes("arpc_method1", &arpc);
                    let proprietary = row.bytes("prop_auth_data");
                    let arpc = arpc_2(&key, answered, row.array("csu"), &proprietary);
                    row.same_bytes("arpc_method2", &arpc.expect("ARPC"));
                }
                "emv-arpc1" => {
                    let arpc =
                        arpc_1(&session_cipher(row), row.array("arqc"), row.array("arpc_rc"));
                    row.is_bytes(&arpc.expect("ARPC"));
                }
                "emv-arpc2" => {
                    let name = "prop_auth_data";
                    let proprietary = if row.has(name) { row.bytes(name) } else { Vec::new() };
                    let key = session_cipher(row);
                    let arpc = arpc_2(&key, row.array("arqc"), row.array("csu"), &proprietary);
                    row.is_bytes(&arpc.expect("ARPC"));
                }
                _ => return None,
            }
            Some(())
        });
    }

    #[test]
    fn too_much_proprietary_data_is_refused() {
        for key in [
            Cipher::Aes(crate::Aes::new(&[1; 16]).expect("key")),
            Cipher::Tdes(crate::Tdes::new(&[1; 16]).expect("key")),
        ] {
            assert!(arpc_2(&key, [0; 8], [0; 4], &[0; 8]).is_ok());
            assert_eq!(arpc_2(&key, [0; 8], [0; 4], &[0; 9]), Err(EmvFault::Data));
        }
    }
}
