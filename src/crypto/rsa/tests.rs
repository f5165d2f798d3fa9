use rand_core::TryCryptoRng;

use super::*;
use crate::hash::Function;
use crate::mac::Hash;
use crate::request::{RequestFault, Subject};
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

/// The hash that the name of an algorithm ends with.
fn hash_of(name: &str) -> Function {
    match name {
        "md5" => Function::Md5,
        "sha1" => Function::Sha(Hash::Sha1),
        "sha224" => Function::Sha(Hash::Sha224),
        "sha256" => Function::Sha(Hash::Sha256),
        "sha384" => Function::Sha(Hash::Sha384),
        "sha512" => Function::Sha(Hash::Sha512),
        other => panic!("{other}"),
    }
}

fn oaep<'a>(hash: &str, parameters: &'a [u8]) -> Encryption<'a> {
    let Function::Sha(hash) = hash_of(hash) else { panic!("{hash}") };
    Encryption::Oaep { hash, parameters }
}

#[test]
fn keys_signatures_and_encryption_are_those_of_other_libraries() {
    let mut rng = Xorshift::new(77);
    let mut count = 0;
    for vector in vectors(include_str!("../../../vectors/crypto/rsa.jsonl")) {
        let (id, key, output) = (vector.id(), key(&vector), vector.output_bytes());
        let label = vector.input("label").as_str().unwrap_or_default();
        let label = hex::decode(label).expect("hexadecimal digits");
        let (algorithm, name) = vector.algorithm().rsplit_once('-').expect("an algorithm");
        match (algorithm, name) {
            ("rsa-public-pkcs1", "der") => {
                let public = key.public_key();
                let read = PublicKey::from_der(&output, Representation::TwosComplement);
                assert_eq!(read.expect("a key").modulus(), public.modulus(), "{id}");
                assert_eq!(public.to_der(Representation::TwosComplement), Ok(output), "{id}");
            }
            ("rsassa-pkcs1v15", hash) => {
                signs(&key, Signing::Pkcs1(Some(hash_of(hash))), &vector, &mut rng);
            }
            ("rsassa-pss", hash) => signs(&key, Signing::Pss(hash_of(hash)), &vector, &mut rng),
            ("rsa-oaep-sha1-signature", hash) => {
                let signing = Signing::Encryption(Some(hash_of(hash)), oaep("sha1", &label));
                signs(&key, signing, &vector, &mut rng);
            }
            ("pkcs10", hash) => requests(&key, hash_of(hash), &vector, &mut rng),
            (scheme, "decrypt") => {
                let encryption = match scheme.strip_prefix("rsaes-oaep-") {
                    Some(hash) => oaep(hash, &label),
                    None => Encryption::Pkcs1,
                };
                let clear = key.decrypt(encryption, &vector.bytes("ciphertext"), &mut rng);
                assert_eq!(*clear.expect("a message"), output, "{id}");
            }
            other => panic!("{id}: {other:?}"),
        }
        count += 1;
    }
    assert_eq!(count, 57);
}

/// A signature is that of the vector, or where it is random, both are verified.
fn signs(key: &PrivateKey, signing: Signing<'_>, vector: &Vector, rng: &mut Xorshift) {
    let (id, data, output) = (vector.id(), vector.bytes("data"), vector.output_bytes());
    let made = key.sign(signing, &data, rng).expect("a signature");
    let public = key.public_key();
    match signing {
        Signing::Pkcs1(_) => assert_eq!(made, output, "{id}"),
        _ => assert_eq!(public.verify(signing, &data, &made), Ok(true), "{id}"),
    }
    assert_eq!(public.verify(signing, &data, &output), Ok(true), "{id}");
    let other = [&data[..], b"0"].concat();
    assert_eq!(public.verify(signing, &other, &output), Ok(false), "{id}");
    let mut wrong = output;
    wrong[7] ^= 1;
    assert_eq!(public.verify(signing, &data, &wrong), Ok(false), "{id}");
    assert_eq!(public.verify(signing, &data, &wrong[1..]), Err(RsaFault::Length), "{id}");
    let too_large = vec![0xFF; wrong.len()];
    assert_eq!(public.verify(signing, &data, &too_large), Ok(false), "{id}");
}

fn requests(key: &PrivateKey, hash: Function, vector: &Vector, rng: &mut Xorshift) {
    let names = vector.input("subject").as_str().expect("a subject");
    let subject = match names.split(';').collect::<Vec<_>>()[..] {
        [country, state, locality, organization, unit, common_name] => {
            Subject { country, state, locality, organization, unit, common_name }
        }
        [country, common_name] => Subject { country, common_name, ..Subject::default() },
        _ => panic!("{names}"),
    };
    let made = key.certificate_request(subject, hash, rng).expect("a request");
    assert_eq!(made.to_der(), Some(vector.output_bytes()), "{}", vector.id());
    let pem = made.to_pem().expect("text");
    assert!(pem.starts_with("-----BEGIN CERTIFICATE REQUEST-----\nMII"), "{pem}");
}

#[test]
fn what_no_certificate_says_is_not_requested() {
    let mut rng = Xorshift::new(6);
    let key = PrivateKey::generate(512, &[3], &mut rng).expect("a key pair");
    let named = Subject { common_name: "NAME", ..Subject::default() };
    let foreign = Subject { country: "\u{e4}", ..named };
    let sha1 = Function::Sha(Hash::Sha1);
    assert!(key.certificate_request(named, sha1, &mut rng).is_ok());
    for (subject, hash, fault) in [
        (named, Function::Mdc2, RequestFault::Hash),
        (foreign, sha1, RequestFault::Subject),
        (named, Function::Sha(Hash::Sha512), RequestFault::Length),
    ] {
        let request = key.certificate_request(subject, hash, &mut rng);
        assert_eq!(request.err(), Some(fault));
    }
}

#[test]
fn digests_need_room() {
    let mut rng = Xorshift::new(7);
    let key = PrivateKey::generate(528, &[3], &mut rng).expect("a key pair");
    let sha = |hash| Function::Sha(hash);
    for (signing, fits) in [
        (Signing::Pkcs1(Some(sha(Hash::Sha256))), true),
        (Signing::Pkcs1(Some(sha(Hash::Sha384))), false),
        (Signing::Pss(sha(Hash::Sha224)), true),
        (Signing::Pss(sha(Hash::Sha256)), true),
        (Signing::Pss(sha(Hash::Sha384)), false),
        (Signing::Encryption(None, Encryption::Oaep { hash: Hash::Sha256, parameters: b"" }), true),
        (
            Signing::Encryption(None, Encryption::Oaep { hash: Hash::Sha384, parameters: b"" }),
            false,
        ),
    ] {
        let made = key.sign(signing, b"", &mut rng);
        let public = key.public_key();
        match made {
            Ok(signature) => {
                assert!(fits, "{signing:?}");
                assert_eq!(public.verify(signing, b"", &signature), Ok(true), "{signing:?}");
            }
            Err(fault) => {
                assert_eq!((fits, fault), (false, RsaFault::Length), "{signing:?}");
                // What cannot be made is not verified either.
                let verified = public.verify(signing, b"", &[1; 66]);
                assert!(matches!(verified, Ok(false) | Err(RsaFault::Length)), "{signing:?}");
            }
        }
    }
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
        let der = key.public_key().to_der(representation).expect("a sequence");
        assert_eq!(PublicKey::der_length(&[&der[..], b";"].concat()), Ok(der.len()));
        for length in 0..der.len() {
            assert_eq!(PublicKey::der_length(&der[..length]), Err(NoSequence::Incomplete));
        }
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
