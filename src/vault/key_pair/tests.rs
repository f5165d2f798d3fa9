mod curves;

use crypto::Algorithm;
use crypto::mac::Hash;
use crypto::rsa::{DataBlock, Encryption, Template};

use super::*;
use crate::key_block::tests::Source;
use crate::usage::Stated;
use crate::{Key, KeySize, Lmk, LmkId, Policy, Scheme};

/// Test data are no secret.
impl rand_core::TryCryptoRng for Source {}

fn lmks() -> [Lmk; 3] {
    [Lmk::test_variant(), Lmk::test_key_block_tdes(), Lmk::test_key_block_aes()]
        .map(|lmk| lmk.expect("a test LMK"))
}

fn made(bits: usize, purpose: Purpose, source: &mut Source) -> PrivateKey {
    PrivateKey::generate_rsa(bits, &[3], purpose, source).expect("a key pair")
}

fn rsa_of(key: &PrivateKey) -> rsa::PublicKey {
    match key.public_key() {
        PublicKey::Rsa(key) => key,
        PublicKey::Curve(_) => panic!("a key on a curve"),
    }
}

#[test]
fn private_keys_come_back_with_their_purpose() {
    let mut source = Source::new(21);
    let id = LmkId(7);
    let purposes = [Purpose::Signature, Purpose::KeyManagement, Purpose::Both, Purpose::ChipCard];
    for (bits, purpose) in [320, 333, 512, 640].into_iter().zip(purposes) {
        let key = made(bits, purpose, &mut source);
        for lmk in lmks() {
            let sealed = lmk
                .seal_private_key(id, &key, BlockAttributes::PLAIN, &mut source)
                .expect("a sealed key");
            let opened = lmk.open_private_key(id, &sealed).expect("a key");
            assert_eq!(opened.purpose, purpose);
            assert!(opened.public_key() == key.public_key());
            assert_eq!(
                opened.for_signing().is_ok(),
                matches!(purpose, Purpose::Signature | Purpose::Both)
            );
            assert_eq!(
                opened.is_for_keys(),
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
        let sealed = variant.seal_private_key(LmkId(0), &key, BlockAttributes::PLAIN, &mut source);
        assert_eq!(sealed.expect("a sealed key").len(), length);
    }
}

#[test]
fn every_changed_byte_and_every_cut_is_refused() {
    let mut source = Source::new(23);
    let key = made(384, Purpose::Both, &mut source);
    for lmk in lmks() {
        let sealed = lmk
            .seal_private_key(LmkId(0), &key, BlockAttributes::PLAIN, &mut source)
            .expect("a sealed key");
        for position in 0..sealed.len() {
            let mut wrong = sealed.clone();
            wrong[position] ^= 0x10;
            // The zeros behind the MAC of a variant LMK are under no MAC, but chaining spreads every change.
            assert!(lmk.open_private_key(LmkId(0), &wrong).is_err(), "{:?} {position}", lmk.kind());
            assert!(lmk.open_private_key(LmkId(0), &sealed[..position]).is_err());
        }
        let longer = [&sealed[..], &[0; 8]].concat();
        assert!(lmk.open_private_key(LmkId(0), &longer).is_err());
    }
}

/// Whatever a key pair is for, keys come back only where it is for them.
#[test]
fn keys_travel_under_public_keys() {
    let mut source = Source::new(24);
    let template = Template { bytes: &[0; 40], key: 3, check_length: 8, check: 30 };
    let oaep = Encryption::Oaep { hash: Hash::Sha1, parameters: b"label" };
    let sent = Key::<Stated>::generate(KeySize::of_scheme(Scheme::T), &mut source).expect("a key");
    for purpose in [Purpose::Signature, Purpose::KeyManagement, Purpose::Both, Purpose::ChipCard] {
        let pair = made(768, purpose, &mut source);
        for block in [DataBlock::Unformatted, DataBlock::Standard, DataBlock::Template(template)] {
            for encryption in [Encryption::Pkcs1, oaep] {
                let way = UnderPublicKey { block, encryption };
                let under = sent.wrap_under(&pair.public_key(), way, b"12345678", &mut source);
                let under = under.expect("it fits");
                let mut back =
                    |policy| pair.unwrap_key(way, Algorithm::Tdes, 24, &under, policy, &mut source);
                match back(Policy::default()) {
                    Ok(unwrapped) => {
                        assert!(pair.is_for_keys());
                        assert_eq!(unwrapped.key.check_value(), sent.check_value());
                        let is_standard = block == DataBlock::Standard;
                        assert_eq!(unwrapped.initialization, is_standard.then_some(*b"12345678"));
                    }
                    Err(refusal) => {
                        assert_eq!((refusal, !pair.is_for_keys()), (PairRefusal::Purpose, true));
                    }
                }
            }
        }
    }
}

#[test]
fn keys_of_zeros_or_equal_parts_do_not_come_in() {
    let mut source = Source::new(25);
    let pair = made(512, Purpose::Both, &mut source);
    let way = UnderPublicKey { block: DataBlock::Unformatted, encryption: Encryption::Pkcs1 };
    let strict = Policy { masquerading: false, single_des: false, ..Policy::default() };
    for (clear, refusal) in [
        (&[0; 16][..], PairRefusal::Key(Refusal::Zero)),
        (&[7; 16], PairRefusal::Key(Refusal::Masquerading)),
        (&[7; 8], PairRefusal::Key(Refusal::Length)),
        (&[7; 9], PairRefusal::Block(BlockFault::Format)),
    ] {
        let under = rsa_of(&pair).encrypt(Encryption::Pkcs1, clear, &mut source);
        let under = under.expect("it fits");
        let back = pair.unwrap_key(way, Algorithm::Tdes, 16, &under, strict, &mut source);
        assert_eq!(back.err(), Some(refusal));
        let back = pair.unwrap_key(way, Algorithm::Tdes, 16, &under[1..], strict, &mut source);
        assert_eq!(back.err(), Some(PairRefusal::Data(RsaFault::Length)));
    }
    let other = UnderPublicKey {
        encryption: Encryption::Oaep { hash: Hash::Sha1, parameters: b"" },
        ..way
    };
    let under = rsa_of(&pair).encrypt(Encryption::Pkcs1, &[7; 16], &mut source);
    let under = under.expect("it fits");
    let back = pair.unwrap_key(other, Algorithm::Tdes, 16, &under, strict, &mut source);
    assert_eq!(back.err(), Some(PairRefusal::Data(RsaFault::Padding)));
}
