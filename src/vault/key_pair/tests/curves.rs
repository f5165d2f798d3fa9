//! Keys on curves.

use crypto::ecc::KeyDerivation;

use super::*;
use crate::Use;
use crate::key_block::thales;
use crate::lmk::Engine;

const ID: LmkId = LmkId(7);

/// A block of text that may leave.
const MAY_LEAVE: BlockAttributes<'static> =
    BlockAttributes { key_version: *b"00", exportability: b'S', optional: b"LB08ABCD" };

fn lmks() -> [Lmk; 2] {
    [Lmk::test_key_block_tdes(), Lmk::test_key_block_aes()].map(|lmk| lmk.expect("a test LMK"))
}

fn made(curve: Curve, mode: u8, source: &mut Source) -> PrivateKey {
    let purpose = Purpose::of_mode_on_curve(mode).expect("a mode");
    PrivateKey::generate_on(curve, purpose, source)
}

#[test]
fn keys_come_back_with_their_purpose() {
    let mut source = Source::new(31);
    let derivation = (KeyDerivation::X963, Hash::Sha256);
    let size = KeySize { algorithm: Algorithm::Aes, bytes: 32 };
    for lmk in lmks() {
        for (curve, mode, signs, agrees) in [
            (Curve::P256, b'S', true, false),
            (Curve::P384, b'X', false, true),
            (Curve::P521, b'N', true, true),
        ] {
            let key = made(curve, mode, &mut source);
            let sealed =
                lmk.seal_private_key(ID, &key, MAY_LEAVE, &mut source).expect("a sealed key");
            assert!(sealed.is_ascii());
            let opened = lmk.open_private_key(ID, &sealed).expect("a key");
            assert!(opened.public_key() == key.public_key());
            // A key that was in a key block keeps what that said.
            let again = lmk.seal_private_key(ID, &opened, BlockAttributes::PLAIN, &mut source);
            assert_eq!(again.expect("a sealed key")[..24], sealed[..24]);
            assert_eq!(opened.for_signing().is_ok(), signs);
            let other = made(curve, b'N', &mut source);
            let agreed = opened.agree(&other.public_key(), derivation, b"both", size);
            assert_eq!(agreed.as_ref().err().copied(), (!agrees).then(|| Refusal::Mode.into()));
            if let Ok(agreed) = agreed {
                let same = other.agree(&key.public_key(), derivation, b"both", size);
                assert_eq!(same.expect("a key").check_value(), agreed.check_value());
            }
            let public = key.public_key();
            let sealed = lmk.seal_public_key(ID, &public, b'V', MAY_LEAVE, &mut source);
            let sealed = sealed.expect("a sealed key");
            assert!(lmk.open_public_key(ID, &sealed, Use::Verify) == Ok(public));
            let refusal = lmk.open_public_key(ID, &sealed, Use::Wrap).err();
            assert_eq!(refusal, Some(Refusal::Mode.into()));
            assert_eq!(lmk.open_private_key(ID, &sealed).err(), Some(Refusal::Usage.into()));
        }
    }
}

#[test]
fn curves_and_lengths_have_to_fit() {
    let mut source = Source::new(32);
    let key = made(Curve::P256, b'X', &mut source);
    let rsa = super::made(320, Purpose::Both, &mut source);
    let other = made(Curve::P384, b'X', &mut source).public_key();
    let derivation = (KeyDerivation::Sp800, Hash::Sha1);
    let size = |bytes| KeySize { algorithm: Algorithm::Aes, bytes };
    let agree = |other: &PublicKey, bytes| {
        key.agree(other, derivation, b"", size(bytes)).err().map(|refusal| refusal.to_string())
    };
    assert_eq!(agree(&other, 16), Some(PairRefusal::Curve.to_string()));
    assert_eq!(agree(&rsa.public_key(), 16), Some(Refusal::Algorithm.to_string()));
    assert_eq!(agree(&key.public_key(), 16), None);
    assert_eq!(agree(&key.public_key(), 17), Some(Refusal::KeyLength.to_string()));
    for mode in *b"BCDEGTVY?" {
        assert_eq!(Purpose::of_mode_on_curve(mode), Err(Refusal::Mode));
    }
}

#[test]
fn every_changed_byte_and_every_cut_is_refused() {
    let mut source = Source::new(33);
    let key = made(Curve::P256, b'N', &mut source);
    for lmk in lmks() {
        let sealed = lmk
            .seal_private_key(ID, &key, BlockAttributes::PLAIN, &mut source)
            .expect("a sealed key");
        for position in 0..sealed.len() {
            let mut wrong = sealed.clone();
            wrong[position] ^= 1;
            assert!(lmk.open_private_key(ID, &wrong).is_err(), "{:?} {position}", lmk.kind());
            assert!(lmk.open_private_key(ID, &sealed[..position]).is_err());
        }
    }
}

#[test]
fn other_keys_and_other_lmks_are_told() {
    let mut source = Source::new(34);
    let key = made(Curve::P256, b'N', &mut source);
    let [tdes, aes] = lmks();
    let variant = Lmk::test_variant().expect("a test LMK");
    let sealed =
        tdes.seal_private_key(ID, &key, BlockAttributes::PLAIN, &mut source).expect("a sealed key");
    let refusal = |lmk: &Lmk, id, sealed: &[u8]| lmk.open_private_key(LmkId(id), sealed).err();
    assert_eq!(refusal(&tdes, 8, &sealed), Some(Refusal::LmkIdentifiers.into()));
    assert_eq!(refusal(&variant, 7, &sealed), Some(PairRefusal::PrivateKeyLength));
    assert_eq!(refusal(&aes, 7, &sealed), Some(Refusal::HeaderIdentifier.into()));
    assert_eq!(refusal(&tdes, 7, &sealed[1..]), Some(Refusal::LmkSchemes.into()));
    let sealed = variant.seal_private_key(ID, &key, BlockAttributes::PLAIN, &mut source);
    assert_eq!(sealed.err(), Some(Refusal::LmkSchemes.into()));
    let header = Header::parse(b"0000003AN00S0007").expect("a header");
    let Engine::KeyBlock(engine) = tdes.engine() else { panic!("a key block LMK") };
    let mut out = vec![b'S'; 1000];
    let header = Header { algorithm: b'E', ..header };
    let length =
        thales::seal_payload(engine.keys(), &header, b"", b"no key", &mut source, &mut out[1..]);
    out.truncate(1 + length.expect("a key block"));
    assert_eq!(refusal(&tdes, 7, &out), Some(PairRefusal::PrivateKey));
}

/// What is for keys of the other kind.
#[test]
fn algorithms_have_to_fit() {
    let mut source = Source::new(35);
    let rsa = super::made(512, Purpose::Both, &mut source);
    let curve = made(Curve::P256, b'N', &mut source);
    let kinds = [SignatureKind::Rsa(Signing::Pkcs1(None)), SignatureKind::Ecdsa(Hash::Sha256)];
    for (key, other) in [(&rsa, kinds[1]), (&curve, kinds[0])] {
        let refusal = key.sign(other, b"", &mut source).err();
        assert_eq!(refusal, Some(Refusal::Algorithm.into()));
        let refusal = key.public_key().verify(other, b"", b"").err();
        assert_eq!(refusal, Some(Refusal::Algorithm.into()));
    }
    let way = UnderPublicKey { block: DataBlock::Unformatted, encryption: Encryption::Pkcs1 };
    let back = curve.unwrap_key(way, Algorithm::Tdes, 16, b"", Policy::default(), &mut source);
    assert_eq!(back.err(), Some(Refusal::Algorithm.into()));
    let sent = Key::<Stated>::generate(KeySize::of_scheme(Scheme::U), &mut source).expect("a key");
    let under = sent.wrap_under(&curve.public_key(), way, &[0; 8], &mut source);
    assert_eq!(under.err(), Some(Refusal::Algorithm.into()));
}
