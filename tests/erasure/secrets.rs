//! The forms that a secret takes in memory.

use crypto::{Aes, Des};

use crate::memory::image;
use crate::scanner::Needles;

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

/// Anything else: itself, in hexadecimal and in Base64.
pub(crate) fn plain(needles: &mut Needles, name: &str, bytes: &[u8]) {
    needles.add(&format!("{name}: raw"), bytes);
    needles.add(&format!("{name}: hex"), hex::encode(bytes).as_bytes());
    needles.add(&format!("{name}: HEX"), hex::encode_upper(bytes).as_bytes());
    let reversed: Vec<_> =
        bytes.as_chunks::<8>().0.iter().flat_map(|part| part.iter().rev().copied()).collect();
    needles.add(&format!("{name}: as integers"), &reversed);
    // Where it begins within what is encoded is not known.
    for skipped in 0..3.min(bytes.len()) {
        needles.add(&format!("{name}: Base64"), &base64(&bytes[skipped..]));
    }
}

/// Whole groups of three bytes in Base64.
fn base64(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = bytes.as_chunks::<3>().0.iter();
    let digits = groups.flat_map(|[a, b, c]| {
        let group = u32::from_be_bytes([0, *a, *b, *c]);
        [18, 12, 6, 0].map(|shift| DIGITS[(group >> shift & 63) as usize])
    });
    digits.collect()
}
