use super::*;
use crate::key_block::tests::Source;
use crate::{Lmk, LmkId};

/// Test data are no secret.
impl rand_core::TryCryptoRng for Source {}

const ATTRIBUTES: RsaAttributes<'static> =
    RsaAttributes { key_version: *b"00", exportability: b'N', optional: b"" };

fn lmks() -> [Lmk; 3] {
    [Lmk::test_variant(), Lmk::test_key_block_tdes(), Lmk::test_key_block_aes()]
        .map(|lmk| lmk.expect("a test LMK"))
}

fn made(bits: usize, purpose: Purpose, source: &mut Source) -> RsaKey {
    RsaKey::new(PrivateKey::generate(bits, &[3], source).expect("a key pair"), purpose)
}

#[test]
fn private_keys_come_back_with_their_purpose() {
    let mut source = Source::new(21);
    let id = LmkId(7);
    let purposes = [Purpose::Signature, Purpose::KeyManagement, Purpose::Both, Purpose::ChipCard];
    for (bits, purpose) in [320, 333, 512, 640].into_iter().zip(purposes) {
        let key = made(bits, purpose, &mut source);
        for lmk in lmks() {
            let sealed = lmk.seal_rsa(id, &key, ATTRIBUTES, &mut source).expect("a sealed key");
            let opened = lmk.open_rsa(id, &sealed).expect("a key");
            assert_eq!(opened.purpose, purpose);
            assert_eq!(opened.public_key().modulus(), key.public_key().modulus());
            assert_eq!(
                opened.for_signing().is_some(),
                matches!(purpose, Purpose::Signature | Purpose::Both)
            );
            assert_eq!(
                opened.for_keys().is_some(),
                matches!(purpose, Purpose::KeyManagement | Purpose::Both)
            );
        }
    }
}

/// Lengths: recorded for 2048 bits, an open simulator for 512 and 1024.
#[test]
fn sealed_keys_are_as_long_as_known_ones() {
    let mut source = Source::new(22);
    for (bits, length) in [(512, 176), (1024, 344)] {
        let key = made(bits, Purpose::Both, &mut source);
        let [variant, ..] = lmks();
        let sealed = variant.seal_rsa(LmkId(0), &key, ATTRIBUTES, &mut source);
        assert_eq!(sealed.expect("a sealed key").len(), length);
    }
}

#[test]
fn every_changed_byte_and_every_cut_is_refused() {
    let mut source = Source::new(23);
    let key = made(384, Purpose::Both, &mut source);
    for lmk in lmks() {
        let sealed = lmk.seal_rsa(LmkId(0), &key, ATTRIBUTES, &mut source).expect("a sealed key");
        for position in 0..sealed.len() {
            let mut wrong = sealed.clone();
            wrong[position] ^= 0x10;
            // The zeros behind the MAC of a variant LMK are under no MAC, but chaining spreads every change.
            assert!(lmk.open_rsa(LmkId(0), &wrong).is_err(), "{:?} {position}", lmk.kind());
            assert!(lmk.open_rsa(LmkId(0), &sealed[..position]).is_err());
        }
        let longer = [&sealed[..], &[0; 8]].concat();
        assert!(lmk.open_rsa(LmkId(0), &longer).is_err());
    }
}
