use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::*;
use crate::Algorithm;
use crate::tests::{Vector, vectors};

const VECTORS: &str = include_str!("../../../vectors/crypto/ecc.jsonl");

fn hash(vector: &Vector) -> Hash {
    match vector.input("hash").as_str().expect("a hash") {
        "SHA-1" => Hash::Sha1,
        "SHA-224" => Hash::Sha224,
        "SHA-256" => Hash::Sha256,
        "SHA-384" => Hash::Sha384,
        "SHA-512" => Hash::Sha512,
        other => panic!("{other}"),
    }
}

fn private(vector: &Vector) -> PrivateKey {
    PrivateKey::from_der(&vector.bytes("private_key")).expect("a key")
}

#[test]
fn keys_signatures_and_agreements_are_those_of_other_libraries() {
    let mut count = 0;
    for vector in vectors(VECTORS) {
        let (id, key, output) = (vector.id(), private(&vector), vector.output_bytes());
        match vector.algorithm() {
            "ecc-key" => {
                let public = key.public_key();
                assert_eq!(public.to_der(), Ok(output.clone()), "{id}");
                assert_eq!(PublicKey::from_der(&output), Ok(public), "{id}");
                let written = key.to_der().expect("a key");
                assert_eq!(*written, vector.bytes("private_key"), "{id}");
            }
            "ecdsa-rfc6979" => {
                let (hash, message) = (hash(&vector), vector.bytes("message"));
                assert_eq!(key.sign(hash, &message), output, "{id}");
                let public = key.public_key();
                assert!(public.verify(hash, &message, &output), "{id}");
                assert!(!public.verify(hash, b"another message", &output), "{id}");
            }
            algorithm @ ("ecdh-sp800" | "ecdh-x963") => {
                let derivation = match algorithm {
                    "ecdh-sp800" => KeyDerivation::Sp800,
                    _ => KeyDerivation::X963,
                };
                let other = PublicKey::from_der(&vector.bytes("public_key")).expect("a key");
                let algorithm = match vector.input("algorithm").as_str() {
                    Some("aes") => Algorithm::Aes,
                    _ => Algorithm::Hmac,
                };
                let secret = key.agree(&other).expect("one curve");
                let shared = vector.bytes("shared_info");
                let size = (algorithm, output.len());
                let derived = secret.derive(derivation, hash(&vector), &shared, size);
                assert_eq!(derived.expect("a key").as_bytes(), output, "{id}");
            }
            other => panic!("{id}: {other}"),
        }
        count += 1;
    }
    assert_eq!(count, 174);
}

#[test]
fn both_sides_agree() {
    let mut rng = ChaCha20Rng::seed_from_u64(0xECC);
    for curve in Curve::ALL {
        let [one, other] = [(); 2].map(|()| PrivateKey::generate(curve, &mut rng));
        assert_eq!(one.public_key().curve(), curve);
        let [left, right] = [(&one, &other), (&other, &one)].map(|(own, foreign)| {
            let secret = own.agree(&foreign.public_key()).expect("one curve");
            let size = (Algorithm::Tdes, 16);
            secret.derive(KeyDerivation::X963, Hash::Sha256, b"info", size).expect("a key")
        });
        assert!(left.has_odd_parity() && left.as_bytes() == right.as_bytes());
        for foreign in Curve::ALL.into_iter().filter(|foreign| *foreign != curve) {
            let foreign = PrivateKey::generate(foreign, &mut rng).public_key();
            assert_eq!(one.agree(&foreign).err(), Some(EccFault::Curve));
        }
    }
}

#[test]
fn what_is_no_public_key_is_refused() {
    for row in vectors(VECTORS).filter(|row| row.algorithm() == "ecc-key") {
        let good = row.output_bytes();
        for length in 0..good.len() {
            assert!(PublicKey::from_der(&good[..length]).is_err(), "{length}");
        }
        let changed = |at: usize, byte: u8| {
            let mut changed = good.clone();
            changed[at] = byte;
            PublicKey::from_der(&changed).err()
        };
        let last = good.len() - 1;
        let behind = [&good[..], &[0]].concat();
        assert_eq!(PublicKey::from_der(&behind).err(), Some(EccFault::Key));
        // A point beside the curve; lengths that lie.
        assert_eq!(changed(last, good[last] ^ 1), Some(EccFault::Key));
        for (at, right) in good.iter().copied().enumerate() {
            for byte in [right ^ 1, right ^ 0x80, 0, 0xFF] {
                assert_eq!(changed(at, byte).is_none(), byte == right, "{at} {byte:02X}");
            }
        }
    }
}

/// `SubjectPublicKeyInfo` of P-256 up to its bit string.
const FRONT: [u8; 23] = *b"\x30\x13\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01\x06\x08\x2A\x86\x48\xCE\x3D\x03\x01\x07\x03\x00";

#[test]
fn special_points_are_refused() {
    let of_point = |point: &[u8]| {
        let mut der = vec![0x30, u8::try_from(FRONT.len() + 1 + point.len()).expect("short")];
        der.extend_from_slice(&FRONT);
        der[2 + FRONT.len() - 1] = u8::try_from(1 + point.len()).expect("short");
        der.push(0);
        der.extend_from_slice(point);
        PublicKey::from_der(&der)
    };
    let row = vectors(VECTORS).next().expect("a key");
    let key = private(&row).public_key();
    let good = row.output_bytes();
    let point = &good[good.len() - 65..];
    assert_eq!(of_point(point), Ok(key.clone()));
    // The same point, compressed: its second coordinate is odd.
    let compressed = [&[3], &point[1..33]].concat();
    assert_eq!(of_point(&compressed), Ok(key.clone()));
    assert_ne!(of_point(&[&[2], &point[1..33]].concat()), Ok(key));
    let beyond = [&[4][..], &[0xFF; 64]].concat();
    let zeros = [&[4][..], &[0; 64]].concat();
    let hybrid = [&[7], &point[1..]].concat();
    for wrong in [&[0][..], &[], &[4], &point[..64], &point[1..], &beyond, &zeros, &hybrid] {
        assert_eq!(of_point(wrong), Err(EccFault::Key), "{wrong:02X?}");
    }
}

#[test]
fn other_algorithms_and_curves_are_told() {
    // RSA, and secp256k1.
    for wrong in [
        &b"\x30\x1A\x30\x0D\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01\x05\x00\x03\x09\x00\x30\x06\x02\x01\x0B\x02\x01\x03"[..],
        b"\x30\x18\x30\x10\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01\x06\x05\x2B\x81\x04\x00\x0A\x03\x04\x00\x02\x00\x00",
    ] {
        assert_eq!(PublicKey::from_der(wrong).err(), Some(EccFault::Curve));
    }
}

#[test]
fn what_is_no_private_key_is_refused() {
    let rows: Vec<Vector> = vectors(VECTORS).filter(|row| row.algorithm() == "ecc-key").collect();
    for row in &rows {
        let good = row.bytes("private_key");
        for length in 0..good.len() {
            assert_eq!(PrivateKey::from_der(&good[..length]).err(), Some(EccFault::Key));
        }
        // Whatever changes, key and public key do not go together any more.
        for at in (0..good.len()).step_by(5) {
            let mut changed = good.clone();
            changed[at] ^= 1;
            assert_eq!(PrivateKey::from_der(&changed).err(), Some(EccFault::Key), "{at}");
        }
    }
}

#[test]
fn what_is_no_signature_does_not_verify() {
    let rows = vectors(VECTORS).filter(|row| row.algorithm() == "ecdsa-rfc6979").step_by(7);
    for row in rows {
        let (public, hash) = (private(&row).public_key(), hash(&row));
        let (message, good) = (row.bytes("message"), row.output_bytes());
        for length in 0..good.len() {
            assert!(!public.verify(hash, &message, &good[..length]));
        }
        for at in (0..good.len()).step_by(3) {
            let mut changed = good.clone();
            changed[at] ^= 1;
            assert!(!public.verify(hash, &message, &changed), "{at}");
        }
        // Zero and zero.
        assert!(!public.verify(hash, &message, b"\x30\x06\x02\x01\x00\x02\x01\x00"));
    }
}
