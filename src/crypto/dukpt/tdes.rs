//! Triple DES DUKPT (ANSI X9.24-1:2009, annex A).

mod ksn;

pub use ksn::Ksn;

use zeroize::Zeroize;

use crate::KeyLength;
use crate::cipher::{Des, Tdes};
use crate::key::{Algorithm, ClearKey};

/// What a working key is for. The names are those of the terminal: requests go to the host, responses come from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// PIN encipherment.
    Pin,
    /// MAC of a request, and of both directions where one key serves both.
    MacRequest,
    /// MAC of a response.
    MacResponse,
    /// Data encipherment of a request, and of both directions where one key serves both.
    DataRequest,
    /// Data encipherment of a response.
    DataResponse,
    /// As [`Usage::DataRequest`] without the one-way step, which some hosts leave out.
    DataRequestVariantOnly,
    /// As [`Usage::DataResponse`] without the one-way step.
    DataResponseVariantOnly,
}

impl Usage {
    /// What is xored onto each half of the transaction key.
    const fn variant(self) -> u64 {
        match self {
            Self::Pin => 0xFF,
            Self::MacRequest => 0xFF00,
            Self::MacResponse => 0xFF00_0000,
            Self::DataRequest | Self::DataRequestVariantOnly => 0x00FF_0000,
            Self::DataResponse | Self::DataResponseVariantOnly => 0x00FF_0000_0000,
        }
    }
}

/// What is xored onto the first half of each DES key for the left half of a derived key.
const LEFT_HALF: u64 = 0xC0C0_C0C0_0000_0000;

/// Initial key of a device, IPEK: double length, parity not adjusted.
///
/// Device. The base derivation key has double length; a triple-length one is used in the same way (`inferred`).
/// [`KeyLength`] for any other.
pub fn initial_key(base: &ClearKey, ksn: &Ksn) -> Result<ClearKey, KeyLength> {
    if base.algorithm() != Algorithm::Tdes || base.len() == 8 {
        return Err(KeyLength);
    }
    let mut masked = ClearKey::new(Algorithm::Tdes, base.as_bytes())?;
    for part in masked.as_mut_bytes().chunks_exact_mut(8) {
        for byte in part.iter_mut().take(4) {
            *byte ^= 0xC0;
        }
    }
    let device = ksn.device();
    let left = Tdes::new(masked.as_bytes())?;
    double_length([Tdes::new(base.as_bytes())?.encrypt(device), left.encrypt(device)])
}

/// Key of one transaction, from which its working keys are made: double length, parity not adjusted.
///
/// One non-reversible step for each one bit of the counter, the most significant first. Counter 0 gives the initial key
/// itself. [`KeyLength`] unless the initial key has double length.
pub fn transaction_key(initial: &ClearKey, ksn: &Ksn) -> Result<ClearKey, KeyLength> {
    let mut key = halves(initial)?;
    for register in ksn.registers() {
        let [left, right] = key;
        key = [step(left ^ LEFT_HALF, right ^ LEFT_HALF, register), step(left, right, register)];
    }
    double_length(key)
}

/// Working key of a transaction: double length, parity not adjusted.
///
/// The variant of its usage, and for data keys each half enciphered under the whole variant.
pub fn working_key(transaction: &ClearKey, usage: Usage) -> Result<ClearKey, KeyLength> {
    let variant = halves(transaction)?.map(|half| half ^ usage.variant());
    let mut key = double_length(variant)?;
    if matches!(usage, Usage::DataRequest | Usage::DataResponse) {
        let cipher = Tdes::new(key.as_bytes())?;
        key = double_length(variant.map(|half| cipher.encrypt(half)))?;
    }
    Ok(key)
}

/// Working key of a transaction from the base derivation key: [`initial_key`], [`transaction_key`], [`working_key`].
pub fn derive(base: &ClearKey, ksn: &Ksn, usage: Usage) -> Result<ClearKey, KeyLength> {
    working_key(&transaction_key(&initial_key(base, ksn)?, ksn)?, usage)
}

/// The non-reversible key generation process for one half.
pub(super) fn step(key: u64, other: u64, register: u64) -> u64 {
    Des::new(&key.to_be_bytes()).encrypt(register ^ other) ^ other
}

fn halves(key: &ClearKey) -> Result<[u64; 2], KeyLength> {
    match (key.algorithm(), key.as_bytes().as_chunks::<8>()) {
        (Algorithm::Tdes, ([left, right], [])) => {
            Ok([u64::from_be_bytes(*left), u64::from_be_bytes(*right)])
        }
        _ => Err(KeyLength),
    }
}

fn double_length(mut halves: [u64; 2]) -> Result<ClearKey, KeyLength> {
    let mut key = ClearKey::zero(Algorithm::Tdes, 16)?;
    for (place, half) in key.as_mut_bytes().chunks_exact_mut(8).zip(halves) {
        place.copy_from_slice(&half.to_be_bytes());
    }
    halves.zeroize();
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cipher::{BlockCipher, Cipher};
    use crate::mac::{Chain, Padding, cmac};
    use crate::modes;
    use crate::vectors::{self, Row};

    fn ksn(row: &Row) -> Ksn {
        Ksn::from_hex(row.input("ksn")).expect("KSN")
    }

    fn key(row: &Row, usage: Usage) -> ClearKey {
        derive(&row.tdes_key("bdk"), &ksn(row), usage).expect("key")
    }

    fn cipher(row: &Row, usage: Usage) -> Cipher {
        key(row, usage).cipher().expect("key")
    }

    fn pin_block(row: &Row) -> [u8; 8] {
        let mut block = row.array("clear_pinblock");
        cipher(row, Usage::Pin).encrypt_block(&mut block);
        block
    }

    fn retail_mac(row: &Row, usage: Usage) -> [u8; 16] {
        let key = cipher(row, usage);
        Chain::algorithm_3(&key).finish(&row.bytes("data"), Padding::Zeros).expect("MAC")
    }

    fn cbc(row: &Row, usage: Usage) -> Vec<u8> {
        let mut data = row.bytes("data");
        modes::cbc_encrypt(&cipher(row, usage), &mut [0; 8], &mut data).expect("blocks");
        data
    }

    #[test]
    fn vectors() {
        vectors::run("dukpt_tdes", &[], |row| {
            let base = row.tdes_key("bdk");
            let initial = initial_key(&base, &ksn(row)).expect("key");
            let transaction = transaction_key(&initial, &ksn(row)).expect("key");
            match row.algorithm() {
                "dukpt-tdes-txn-key" => row.is_bytes(transaction.as_bytes()),
                "dukpt-tdes-encrypted-pinblock" => row.is_bytes(&pin_block(row)),
                "dukpt-tdes-mac-request" => row.is_bytes(&retail_mac(row, Usage::MacRequest)[..4]),
                "dukpt-tdes-mac-response" => {
                    row.is_bytes(&retail_mac(row, Usage::MacResponse)[..4]);
                }
                "dukpt-tdes-cmac-request" => {
                    let mac = cmac(&cipher(row, Usage::MacRequest), &[&row.bytes("data")]);
                    row.is_bytes(&mac[..8]);
                }
                "dukpt-tdes-cmac-response" => {
                    let mac = cmac(&cipher(row, Usage::MacResponse), &[&row.bytes("data")]);
                    row.is_bytes(&mac[..8]);
                }
                "dukpt-tdes-all" => {
                    assert_eq!(
                        row.input("counter"),
                        format!("{:06X}", ksn(row).counter()).as_bytes()
                    );
                    row.same_bytes("ipek", initial.as_bytes());
                    row.same_bytes("txn_key", transaction.as_bytes());
                    for (name, usage) in [
                        ("pin", Usage::Pin),
                        ("mac_req", Usage::MacRequest),
                        ("mac_resp", Usage::MacResponse),
                        ("data_req", Usage::DataRequest),
                        ("data_resp", Usage::DataResponse),
                        ("data_req_variant_only", Usage::DataRequestVariantOnly),
                    ] {
                        row.same_bytes(name, key(row, usage).as_bytes());
                    }
                    row.same_bytes("enc_pinblock", &pin_block(row));
                    row.same_bytes("enc_request_cbc", &cbc(row, Usage::DataRequest));
                    row.same_bytes("enc_response_cbc", &cbc(row, Usage::DataResponse));
                    let request = retail_mac(row, Usage::MacRequest);
                    row.same_bytes("mac_request_alg3_pad1", &request[..8]);
                    let response = retail_mac(row, Usage::MacResponse);
                    row.same_bytes("mac_response_alg3_pad1", &response[..8]);
                }
                _ => return None,
            }
            Some(())
        });
    }

    #[test]
    fn only_double_and_triple_length_base_keys_derive() {
        let ksn = Ksn::from_hex(b"FFFF9876543210E00001").expect("KSN");
        for (length, derives) in [(8, false), (16, true), (24, true)] {
            let base = ClearKey::new(Algorithm::Tdes, &[0x31; 24][..length]).expect("key");
            assert_eq!(derive(&base, &ksn, Usage::Pin).is_ok(), derives);
        }
        let aes = ClearKey::new(Algorithm::Aes, &[0x31; 16]).expect("key");
        assert!(derive(&aes, &ksn, Usage::Pin).is_err());
        assert!(transaction_key(&aes, &ksn).is_err());
    }
}
