//! The published table of keys, opened here; and keys sealed here, opened by the model that made the table.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Write as _};
use std::process::{Command, Stdio};

use crypto::{Algorithm, ClearKey};
use serde_json::{Value, json};

use super::{any, header, lmks, schemes};
use crate::key_block::optional::hash_of;
use crate::key_block::tests::{Source, check_value, rows};
use crate::key_block::{OptionalBlocks, Padding, Version, hexadecimal, values};
use crate::transport::{self, AtallaVariant, Wrapping, rules};
use crate::usage::Stated;
use crate::{Key, KeySize, KeyType, KeyTypes, Lmk, LmkId, LmkKind, Protection, Scheme, Token};

const TABLE: &str = include_str!("../../../../vectors/keys/keys.jsonl");
const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/keys/model.py");

/// ZMKs of the table.
const ZMK_TDES: [u8; 16] = *b"\x01\x23\x45\x67\x89\xAB\xCD\xEF\xFE\xDC\xBA\x98\x76\x54\x32\x10";
const ZMK_AES: [u8; 32] = {
    let (mut key, mut at) = ([0; 32], 0);
    while at < 32 {
        key[at] = at.to_le_bytes()[0];
        at += 1;
    }
    key
};

fn text<'r>(row: &'r Value, name: &str) -> &'r str {
    row[name].as_str().unwrap_or_default()
}

fn zmk(version: Version) -> ClearKey {
    let key = if version.is_aes() {
        ClearKey::new(Algorithm::Aes, &ZMK_AES)
    } else {
        ClearKey::new(Algorithm::Tdes, &ZMK_TDES)
    };
    key.expect("a key")
}

/// Every key type, of both sets.
fn key_types() -> impl Iterator<Item = &'static KeyType> {
    KeyTypes::Standard.iter().chain(KeyTypes::Separated.iter())
}

/// The clear key of a row.
fn open(row: &Value, lmks: &[Lmk; 3]) -> ClearKey {
    let (under, token) = (text(row, "under"), Token(text(row, "token").as_bytes()));
    if let Some(block) = token.block().filter(|_| under.starts_with("zmk")) {
        let version = Version::from_code(block[0]).expect("a version");
        let unwrapped = transport::unwrap(&zmk(version), token, AtallaVariant::NONE);
        return unwrapped.unwrap_or_else(|refusal| panic!("{}: {refusal}", row["id"])).key;
    }
    let lmk = match under {
        "test-variant" => &lmks[0],
        "test-key-block-tdes" => &lmks[1],
        _ => &lmks[2],
    };
    let code = text(row, "type").as_bytes().as_array().expect("three characters");
    let key_type = key_types().find(|key_type| key_type.code == *code).expect("a key type");
    let id = token.lmk_id().unwrap_or(LmkId(0));
    let key: Key<Stated> = lmk
        .open(id, token, &any(Some(key_type)))
        .unwrap_or_else(|refusal| panic!("{}: {refusal}", row["id"]));
    if lmk.kind() == LmkKind::Variant {
        // Nothing in it is random: sealed again, it is the same.
        let scheme = token.scheme().expect("a scheme");
        let again = super::sealed(lmk, &key, &Protection::Variant { key_type, scheme });
        assert_eq!(again.as_deref(), Ok(token.0), "{}", row["id"]);
    }
    key.clear
}

#[test]
fn every_key_of_the_table_opens() {
    let (mut reached, rows) = (BTreeSet::new(), rows(TABLE));
    let lmks = ["test-variant", "test-key-block-tdes", "test-key-block-aes"]
        .map(|name| Lmk::named(name).expect("a test LMK"));
    for row in &rows {
        let key = open(row, &lmks);
        let mut digits = vec![0; 2 * key.len()];
        hexadecimal::encode(key.as_bytes(), &mut digits);
        assert_eq!(digits, text(row, "key").as_bytes(), "{}", row["id"]);
        match row["check"].as_str() {
            Some(stated) => assert_eq!(check_value(&key), stated, "{}", row["id"]),
            None => assert_eq!(key.algorithm(), Algorithm::Hmac, "{}", row["id"]),
        }
        let token = Token(text(row, "token").as_bytes());
        let scheme = token.scheme().map_or_else(
            |_| format!("{}{}", char::from(token.0[0]), char::from(token.0[1])),
            |scheme| format!("{scheme:?}"),
        );
        reached.insert((text(row, "type").to_owned(), scheme));
    }
    for key_type in key_types() {
        let has = |scheme: String| reached.contains(&(key_type.code().to_owned(), scheme));
        for scheme in Scheme::ALL {
            assert!(has(format!("{scheme:?}")), "{} {scheme:?}", key_type.code());
        }
        for version in Version::ALL {
            let scheme = if version.is_thales() { 'S' } else { 'R' };
            let is_missing = !has(format!("{scheme}{}", char::from(version.code())));
            assert_eq!(
                is_missing,
                !stands_in(key_type, version),
                "{} {version:?}",
                key_type.code()
            );
        }
    }
}

/// Whether the table has keys of this type in key blocks of a version: none whose usage is not known or that of key
/// pairs, none of HMAC in versions that go with a triple-DES LMK, none in TR-31 if X9.143 has no such usage.
fn stands_in(key_type: &KeyType, version: Version) -> bool {
    key_type.usages.iter().filter_map(|usage| values::usage(*usage)).any(|usage| {
        match usage.algorithms {
            pairs if pairs.contains(&b'R') => false,
            b"H" => !matches!(version, Version::ThalesTdes | Version::A | Version::C),
            _ => version.is_thales() || usage.standard.is_some(),
        }
    })
}

/// A row for the model, without the clear key, and the clear key in hexadecimal.
fn row(under: &str, key_type: &str, token: &[u8], key: &ClearKey) -> (Value, String) {
    let mut digits = vec![0; 2 * key.len()];
    hexadecimal::encode(key.as_bytes(), &mut digits);
    let token = String::from_utf8_lossy(token);
    let row = json!({ "under": under, "type": key_type, "token": token });
    (row, String::from_utf8_lossy(&digits).into_owned())
}

fn sealed_under_variant_lmks(source: &mut Source) -> Vec<(Value, String)> {
    let (lmk, mut all) = (Lmk::test_variant().expect("an LMK"), Vec::new());
    for key_type in key_types() {
        for (scheme, size) in schemes() {
            let key = Key::<Stated>::generate(size, source).expect("a key");
            let token = super::sealed(&lmk, &key, &Protection::Variant { key_type, scheme });
            let token = token.expect("a token");
            all.push(row("test-variant", key_type.code(), &token, &key.clear));
        }
    }
    all
}

const OPTIONAL: [&[u8]; 3] = [b"", b"KS1800604B120F9292800000", b"TS1320260101120000ZLB05x"];

/// Keys of every symmetric usage and size.
fn usages() -> impl Iterator<Item = ([u8; 2], KeySize)> {
    let sizes = [b"D1", b"T2", b"T3", b"A1", b"A2", b"A3"].map(|code| KeySize::of_code(*code));
    let hmac = [20, 32, 64].map(|bytes| Some(KeySize { algorithm: Algorithm::Hmac, bytes }));
    let all: Vec<_> = sizes.into_iter().chain(hmac).flatten().collect();
    values::USAGES.iter().flat_map(move |usage| {
        let fits = |size: &KeySize| usage.algorithms.contains(&size.header_algorithm());
        let sizes: Vec<_> = all.iter().copied().filter(fits).collect();
        sizes.into_iter().map(|size| (usage.code, size))
    })
}

fn sealed_in_key_blocks(source: &mut Source) -> Vec<(Value, String)> {
    let (mut all, lmks) = (Vec::new(), lmks());
    for ((usage, size), optional) in usages().zip(OPTIONAL.iter().cycle()) {
        let key = Key::<Stated>::generate(size, source).expect("a key");
        let header = header(usage, size);
        for lmk in lmks.iter().filter(|lmk| lmk.kind() != LmkKind::Variant) {
            let token = super::sealed(lmk, &key, &Protection::KeyBlock { header, optional });
            let is_aes = lmk.kind() == LmkKind::AesKeyBlock;
            // A key that needs a stronger LMK has no token.
            let Ok(token) = token else {
                assert!(!is_aes && size.algorithm != Algorithm::Tdes);
                continue;
            };
            let under = if is_aes { "test-key-block-aes" } else { "test-key-block-tdes" };
            all.push(row(under, "FFF", &token, &key.clear));
        }
    }
    all
}

fn wrapped_in_key_blocks(source: &mut Source) -> Vec<(Value, String)> {
    let mut all = Vec::new();
    let paddings = [Padding::Minimal, Padding::LengthHiding].into_iter().cycle();
    for (((usage, size), optional), padding) in usages().zip(OPTIONAL.iter().cycle()).zip(paddings)
    {
        let key = Key::<Stated>::generate(size, source).expect("a key");
        let header = header(usage, size);
        for version in Version::ALL {
            let is_too_weak = size.algorithm == Algorithm::Aes && !version.is_aes();
            let outgoing = match rules::outgoing(&header, version) {
                Ok(outgoing) if !is_too_weak => outgoing,
                _ => continue,
            };
            let blocks = OptionalBlocks::parse(optional).expect("optional blocks");
            let further = rules::outgoing_block(&header, version, blocks);
            let mut optional = optional.to_vec();
            optional.extend(further.iter().flatten());
            assert_eq!(further.is_some(), !version.is_thales() && hash_of(usage).is_some());
            let wrapping = Wrapping::Block { header: &outgoing, optional: &optional, padding };
            let mut out = [0; 600];
            let zmk = zmk(version);
            let none = AtallaVariant::NONE;
            let length = transport::wrap(&zmk, &key.clear, &wrapping, none, source, &mut out);
            let under = if version.is_aes() { "zmk-aes" } else { "zmk-tdes" };
            let token = &out[..length.expect("a token")];
            all.push(row(under, "FFF", token, &key.clear));
        }
    }
    all
}

/// Skipped where there is no Python.
#[test]
fn the_model_opens_what_is_sealed_here() {
    let mut source = Source::new(0x7AB1E);
    let mut sealed = sealed_under_variant_lmks(&mut source);
    sealed.extend(sealed_in_key_blocks(&mut source));
    sealed.extend(wrapped_in_key_blocks(&mut source));
    // A block with another authenticator: the model looks at it.
    let (mut forged, _) = sealed.last().expect("a row").clone();
    let token = text(&forged, "token").to_owned();
    let last = if token.ends_with('0') { "1" } else { "0" };
    forged["token"] = json!(format!("{}{last}", &token[..token.len() - 1]));

    let model = Command::new("python3")
        .args(["-B", MODEL, "open"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut model = match model {
        Ok(model) => model,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            eprintln!("skipped: there is no python3 to run vectors/keys/model.py with");
            return;
        }
        Err(error) => panic!("python3 does not start: {error}"),
    };
    let mut input = model.stdin.take().expect("a pipe");
    let lines: Vec<String> =
        sealed.iter().map(|(row, _)| row).chain([&forged]).map(|row| format!("{row}\n")).collect();
    let writer = std::thread::spawn(move || input.write_all(lines.concat().as_bytes()));
    let output = model.wait_with_output().expect("the model runs");
    writer.join().expect("no panic").expect("the model reads");
    assert!(output.status.success());
    let answers = rows(&String::from_utf8_lossy(&output.stdout));
    assert_eq!(answers.len(), sealed.len() + 1);
    for ((row, key), answer) in sealed.iter().zip(&answers) {
        assert_eq!(answer["key"], **key, "{row}: {answer}");
    }
    assert_eq!(answers.last().map(|answer| answer["refused"].is_string()), Some(true));
}
