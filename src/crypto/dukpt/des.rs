//! Single-length DES DUKPT (ANSI X9.24-1998), which the older host commands use.
//!
//! Key serial numbers are those of [`super::tdes`]. A PIN block is not enciphered with DES alone but by the special
//! encryption, which xors the PIN key onto the block before and after.

use zeroize::Zeroize;

use super::tdes::{Ksn, step};
use crate::KeyLength;
use crate::cipher::{Des, Tdes};
use crate::key::{Algorithm, ClearKey};
use crate::pin::Block;

/// What a working key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// PIN encipherment.
    Pin,
    /// MAC of either direction. `inferred` from the triple DES method.
    Mac,
}

/// Initial key of a device: the device's block enciphered under the base derivation key of double length.
///
/// Published. [`KeyLength`] unless the base key has double length.
pub fn initial_key(base: &ClearKey, ksn: &Ksn) -> Result<ClearKey, KeyLength> {
    if base.algorithm() != Algorithm::Tdes || base.len() != 16 {
        return Err(KeyLength);
    }
    single_length(Tdes::new(base.as_bytes())?.encrypt(ksn.device()))
}

/// Key of one transaction: one non-reversible step for each one bit of the counter, the most significant first.
///
/// Published. [`KeyLength`] unless the initial key has single length.
pub fn transaction_key(initial: &ClearKey, ksn: &Ksn) -> Result<ClearKey, KeyLength> {
    let key = word(initial)?;
    single_length(ksn.registers().fold(key, |key, register| step(key, key, register)))
}

/// Working key of a transaction: the variant of its usage.
pub fn working_key(transaction: &ClearKey, usage: Usage) -> Result<ClearKey, KeyLength> {
    let variant = match usage {
        Usage::Pin => 0xFF,
        Usage::Mac => 0xFF00,
    };
    single_length(word(transaction)? ^ variant)
}

/// Working key of a transaction from the base derivation key: [`initial_key`], [`transaction_key`], [`working_key`].
pub fn derive(base: &ClearKey, ksn: &Ksn, usage: Usage) -> Result<ClearKey, KeyLength> {
    working_key(&transaction_key(&initial_key(base, ksn)?, ksn)?, usage)
}

/// Special encryption of a PIN block: the key xored onto it, DES, the key xored onto the result.
///
/// Published by an open implementation and an IBM manual. [`KeyLength`] unless the key has single length.
pub fn special_encrypt(pin_key: &ClearKey, block: &Block) -> Result<[u8; 8], KeyLength> {
    let key = word(pin_key)?;
    Ok((Des::new(&key.to_be_bytes()).encrypt(block.word() ^ key) ^ key).to_be_bytes())
}

/// Special decryption of a PIN block, the inverse of [`special_encrypt`].
pub fn special_decrypt(pin_key: &ClearKey, block: [u8; 8]) -> Result<Block, KeyLength> {
    let key = word(pin_key)?;
    let block = u64::from_be_bytes(block) ^ key;
    Ok(Block::from_word(Des::new(&key.to_be_bytes()).decrypt(block) ^ key))
}

fn word(key: &ClearKey) -> Result<u64, KeyLength> {
    match (key.algorithm(), key.as_bytes().as_chunks::<8>()) {
        (Algorithm::Tdes, ([only], [])) => Ok(u64::from_be_bytes(*only)),
        _ => Err(KeyLength),
    }
}

fn single_length(mut word: u64) -> Result<ClearKey, KeyLength> {
    let mut key = ClearKey::zero(Algorithm::Tdes, 8)?;
    key.as_mut_bytes().copy_from_slice(&word.to_be_bytes());
    word.zeroize();
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pin::{self, Format, Pin};
    use crate::vectors;

    #[test]
    fn vectors() {
        vectors::run("dukpt_des", &[], |row| {
            let (base, ksn) = (row.tdes_key("bdk"), Ksn::from_hex(row.input("ksn")).expect("KSN"));
            match row.algorithm() {
                "dukpt-des-initial-key" => {
                    row.is_bytes(initial_key(&base, &ksn).expect("key").as_bytes());
                }
                "dukpt-des-pin" => {
                    let key = derive(&base, &ksn, Usage::Pin).expect("key");
                    let clear = Block::new(row.array("clear_pinblock"));
                    let block = special_encrypt(&key, &clear).expect("key");
                    row.is_bytes(&block);
                    let clear = special_decrypt(&key, block).expect("key");
                    let opened = pin::decode(&clear, Format::Iso0, &row.account()).expect("PIN");
                    assert!(opened == Pin::from_digits(row.input("pin")).expect("PIN"));
                }
                _ => return None,
            }
            Some(())
        });
    }

    #[test]
    fn keys_of_other_lengths_are_refused() {
        let ksn = Ksn::new([0xFF; 10]);
        let key = |length| ClearKey::zero(Algorithm::Tdes, length).expect("length");
        assert!(initial_key(&key(8), &ksn).is_err());
        assert!(initial_key(&key(24), &ksn).is_err());
        assert!(transaction_key(&key(16), &ksn).is_err());
        assert!(special_decrypt(&key(16), [0; 8]).is_err());
        let [pin, mac] = [Usage::Pin, Usage::Mac].map(|usage| working_key(&key(8), usage));
        assert_eq!(pin.expect("key").as_bytes(), [0, 0, 0, 0, 0, 0, 0, 0xFF]);
        assert_eq!(mac.expect("key").as_bytes(), [0, 0, 0, 0, 0, 0, 0xFF, 0]);
    }
}
