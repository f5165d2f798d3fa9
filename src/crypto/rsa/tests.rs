use rand_core::TryCryptoRng;

use super::*;
use crate::tests::{Vector, Xorshift, vectors};

/// Test data are no secret.
impl TryCryptoRng for Xorshift {}

/// Reads the integers of a PKCS#1 private key.
fn integers(der: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = &der[4..];
    let mut integers = Vec::new();
    while let [2, length, behind @ ..] = rest {
        let (length, behind) = match (length, behind) {
            (0x82, [high, low, behind @ ..]) => {
                (usize::from(u16::from_be_bytes([*high, *low])), behind)
            }
            (0x81, [length, behind @ ..]) | (length, behind) => (usize::from(*length), behind),
        };
        integers.push(behind[..length].to_vec());
        rest = &behind[length..];
    }
    integers
}

fn factors(der: &[u8]) -> Factors {
    let integers = integers(der);
    let part = |index: usize| Zeroizing::new(integers[index].clone());
    Factors { p: part(4), q: part(5), dp: part(6), dq: part(7), q_inverse: part(8) }
}

fn key(vector: &Vector) -> PrivateKey {
    PrivateKey::of_factors(&factors(&vector.bytes("private_pkcs1_der"))).expect("a key")
}

#[test]
fn keys_signatures_and_encryption_are_those_of_other_libraries() {
    let mut rng = Xorshift::new(77);
    let mut count = 0;
    for vector in vectors(include_str!("../../../vectors/crypto/rsa.jsonl")) {
        let (id, key, output) = (vector.id(), key(&vector), vector.output_bytes());
        let public = key.public_key();
        let oaep = Encryption::Oaep { hash: Hash::Sha1, parameters: b"" };
        match vector.algorithm() {
            "rsa-public-pkcs1-der" => {
                let read = PublicKey::from_der(&output, Representation::TwosComplement);
                assert_eq!(read.expect("a key").modulus(), public.modulus(), "{id}");
                assert_eq!(public.to_der(Representation::TwosComplement), output, "{id}");
            }
            "rsassa-pkcs1v15-sha1" => signs(&key, Hash::Sha1, &vector, &mut rng),
            "rsassa-pkcs1v15-sha256" => signs(&key, Hash::Sha256, &vector, &mut rng),
            "rsaes-pkcs1v15-decrypt" => {
                let clear = key.decrypt(Encryption::Pkcs1, &vector.bytes("ciphertext"), &mut rng);
                assert_eq!(*clear.expect("a message"), output, "{id}");
            }
            "rsaes-oaep-sha1-decrypt" => {
                let clear = key.decrypt(oaep, &vector.bytes("ciphertext"), &mut rng);
                assert_eq!(*clear.expect("a message"), output, "{id}");
            }
            other => panic!("{id}: {other}"),
        }
        count += 1;
    }
    assert_eq!(count, 15);
}

fn signs(key: &PrivateKey, hash: Hash, vector: &Vector, rng: &mut Xorshift) {
    let (id, data, output) = (vector.id(), vector.bytes("data"), vector.output_bytes());
    assert_eq!(key.sign(Some(hash), &data, rng).expect("a signature"), output, "{id}");
    let public = key.public_key();
    assert_eq!(public.verify(Some(hash), &data, &output), Ok(true), "{id}");
    let mut wrong = output;
    wrong[7] ^= 1;
    assert_eq!(public.verify(Some(hash), &data, &wrong), Ok(false), "{id}");
    assert_eq!(public.verify(Some(hash), &data, &wrong[1..]), Err(RsaFault::Length), "{id}");
}

#[test]
fn key_pairs_of_many_lengths_work_and_come_back_of_their_factors() {
    let mut rng = Xorshift::new(3);
    for (bits, exponent) in [
        (320, &[3][..]),
        (321, &[1, 0, 1]),
        (512, &[0, 0, 17]),
        (768, &[1, 0xFF, 0xFF, 0xFF, 0xFF]),
    ] {
        let made = PrivateKey::generate(bits, exponent, &mut rng).expect("a key pair");
        assert_eq!(made.bits(), bits);
        let key = PrivateKey::of_factors(&made.factors().expect("factors")).expect("a key");
        let public = key.public_key();
        assert_eq!(public.modulus(), made.public_key().modulus());
        assert_eq!(*public.exponent(), *significant(exponent));
        for length in 0..=public.size() - 11 {
            let message = vec![7; length];
            let sealed = public.encrypt(Encryption::Pkcs1, &message, &mut rng).expect("it fits");
            let clear = key.decrypt(Encryption::Pkcs1, &sealed, &mut rng);
            assert_eq!(*clear.expect("a message"), message);
        }
        let too_long = vec![7; public.size() - 10];
        let fault = public.encrypt(Encryption::Pkcs1, &too_long, &mut rng).err();
        assert_eq!(fault, Some(RsaFault::Length));
    }
}

#[test]
fn oaep_depends_on_hash_and_parameters() {
    let mut rng = Xorshift::new(4);
    let key = PrivateKey::generate(1088, &[1, 0, 1], &mut rng).expect("a key pair");
    let oaep = |hash, parameters| Encryption::Oaep { hash, parameters };
    for hash in [Hash::Sha1, Hash::Sha224, Hash::Sha256, Hash::Sha384, Hash::Sha512] {
        let message = [9; 5];
        let sealed = key.public_key().encrypt(oaep(hash, b"PARAMETERS"), &message, &mut rng);
        let sealed = sealed.expect("it fits");
        let clear = key.decrypt(oaep(hash, b"PARAMETERS"), &sealed, &mut rng);
        assert_eq!(*clear.expect("a message"), message);
        for wrong in [oaep(hash, b"parameters"), oaep(hash, b""), Encryption::Pkcs1] {
            assert_eq!(key.decrypt(wrong, &sealed, &mut rng).err(), Some(RsaFault::Padding));
        }
    }
}

#[test]
fn wrong_padding_is_told() {
    let unpad = |block: &[u8]| Encryption::Pkcs1.unpad(Zeroizing::new(block.to_vec()));
    let right = b"\0\x02FILLING!\0message";
    assert_eq!(**unpad(right).expect("a message"), *b"message");
    for wrong in [
        &b"\x01\x02FILLING!\0message"[..],
        b"\0\x01FILLING!\0message",
        b"\0\x02FILLING\0message",
        b"\0\x02FILLING!message",
        b"\0\x02",
        b"",
    ] {
        assert_eq!(unpad(wrong).err(), Some(RsaFault::Padding), "{wrong:?}");
    }
}

#[test]
fn what_is_no_key_is_refused() {
    let mut rng = Xorshift::new(5);
    for (bits, exponent) in
        [(319, &[3][..]), (4097, &[3]), (512, &[4]), (512, &[1]), (512, &[]), (512, &[9; 6])]
    {
        assert_eq!(PrivateKey::generate(bits, exponent, &mut rng).err(), Some(RsaFault::Key));
    }
    let key = PrivateKey::generate(512, &[3], &mut rng).expect("a key pair");
    for index in 0..4 {
        let mut wrong = key.factors().expect("factors");
        let part = [&mut wrong.p, &mut wrong.q, &mut wrong.dp, &mut wrong.dq];
        let last = part.into_iter().nth(index).and_then(|part| part.last_mut());
        *last.expect("a byte") ^= 2;
        assert_eq!(PrivateKey::of_factors(&wrong).err(), Some(RsaFault::Key), "{index}");
    }
    for representation in [Representation::Unsigned, Representation::TwosComplement] {
        let der = key.public_key().to_der(representation);
        assert_eq!(PublicKey::der_length(&[&der[..], b";"].concat()), Some(der.len()));
        assert!(PublicKey::from_der(&der, representation).is_ok());
        for length in 0..der.len() {
            let fault = PublicKey::from_der(&der[..length], representation).err();
            assert_eq!(fault, Some(RsaFault::Key));
        }
        let longer = [&der[..], b"0"].concat();
        assert_eq!(PublicKey::from_der(&longer, representation).err(), Some(RsaFault::Key));
    }
    for (modulus, exponent) in [
        (&[0xFF; 39][..], &[3][..]),
        (&[0xFE; 64], &[3]),
        (&[0xFF; 64], &[2]),
        (&[0xFF; 64], &[1]),
        (&[0xFF; 513], &[3]),
        (&[], &[]),
    ] {
        assert_eq!(PublicKey::new(modulus, exponent).err(), Some(RsaFault::Key));
    }
}
