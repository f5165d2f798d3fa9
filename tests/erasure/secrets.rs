//! The forms that a secret takes in memory.

use crypto::{Aes, Des};

use super::scanner::{Needles, image};

/// First bytes of the variants of an LMK pair.
const VARIANTS: [u8; 9] = [0xA6, 0x5A, 0x6A, 0xDE, 0x2B, 0x50, 0x74, 0x9C, 0xFA];

/// A clear DES key: itself, in hexadecimal, under the variants, and expanded, part by part.
pub(crate) fn des_key(needles: &mut Needles, name: &str, key: &[u8]) {
    plain(needles, name, key);
    for part in key.as_chunks::<8>().0 {
        needles.add(&format!("{name}: subkeys"), &image(&Des::new(part)));
        for variant in VARIANTS {
            let mut part = *part;
            part[0] ^= variant;
            needles.add(&format!("{name}: variant"), &part);
        }
    }
}

/// A clear AES key: itself, in hexadecimal, and expanded.
pub(crate) fn aes_key(needles: &mut Needles, name: &str, key: &[u8]) {
    plain(needles, name, key);
    let cipher = Aes::new(key).expect("16, 24 or 32 bytes");
    needles.add(&format!("{name}: round keys"), &image(&cipher));
}

/// A clear PIN: its digits, and what PIN blocks of formats 01 and 05 hold before encryption.
pub(crate) fn pin(needles: &mut Needles, name: &str, digits: &str, account: &str) {
    assert!(digits.len() >= 9, "a shorter PIN is met by chance");
    needles.add(&format!("{name}: text"), digits.as_bytes());
    let values: Vec<_> = digits.bytes().map(|digit| digit - b'0').collect();
    needles.add(&format!("{name}: values"), &values);
    let packed = hex::decode(&digits[..digits.len() / 2 * 2]).expect("decimal digits");
    needles.add(&format!("{name}: packed"), &packed);
    let field = format!("0{:X}{digits:F<14}", digits.len());
    let field = hex::decode(field).expect("a PIN field");
    needles.add(&format!("{name}: PIN field"), &field);
    let account = hex::decode(format!("0000{account}")).expect("twelve digits");
    let block: Vec<_> = field.iter().zip(account).map(|(left, right)| left ^ right).collect();
    plain(needles, &format!("{name}: PIN block"), &block);
}

fn plain(needles: &mut Needles, name: &str, bytes: &[u8]) {
    needles.add(&format!("{name}: raw"), bytes);
    needles.add(&format!("{name}: hex"), hex::encode(bytes).as_bytes());
    needles.add(&format!("{name}: HEX"), hex::encode_upper(bytes).as_bytes());
    let reversed: Vec<_> =
        bytes.as_chunks::<8>().0.iter().flat_map(|part| part.iter().rev().copied()).collect();
    needles.add(&format!("{name}: as integers"), &reversed);
}
