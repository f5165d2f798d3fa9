//! A device with the public test LMKs, to which tests bring keys of their own.

#![allow(dead_code, reason = "each test needs another part of it")]

use std::sync::Arc;

use appliance::{Appliance, FraudDetection, Printer, Randomness, Settings, State, TEST_LMKS};
use bytes::BytesMut;
use crypto::{Algorithm, ClearKey, Tdes};
use host_commands::{Host, LmkPort, UnknownCommand};
use serde_json::Value;
use vault::{
    Expected, Key, KeySize, KeyTypes, Lmk, LmkId, Policy, Protection, Scheme, Token, Use,
    key_block::{Header, KeyBlockKeys, Version, tr31},
    lmk::test_keys,
    role::Zmk,
    transport::AtallaVariant,
    usage::{Stated, Transport},
};

/// LMK pair 04-05, under which ZMKs are.
const ZMK_PAIR: core::ops::Range<usize> = 32..48;

/// The ZMK under which keys come to the device.
const ZMK: [u8; 16] = *b"\x01\x23\x45\x67\x89\xAB\xCD\xEF\xFE\xDC\xBA\x98\x76\x54\x32\x10";

/// An LMK of the device.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum On {
    /// The variant LMK.
    Variant = 0,
    /// The 3DES key block LMK.
    KeyBlock = 1,
    /// The AES key block LMK.
    AesKeyBlock = 2,
}

/// A device of `serve --dev`, whose printer takes everything.
pub(crate) struct Device {
    host: Host,
}

/// A key under an LMK and, in a key block, under a ZMK.
pub(crate) struct Transported {
    pub(crate) on: On,
    /// The ZMK under the LMK.
    pub(crate) zmk: String,
    /// The key under the LMK.
    pub(crate) key: String,
    /// The key under the ZMK.
    pub(crate) block: String,
}

/// What a key is for: its key type under a variant LMK, key usage and mode of use in a key block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Purpose {
    pub(crate) key_type: [u8; 3],
    pub(crate) usage: [u8; 2],
    pub(crate) mode: u8,
}

impl Purpose {
    pub(crate) const fn new(key_type: [u8; 3], usage: [u8; 2]) -> Self {
        Self { key_type, usage, mode: b'N' }
    }
}

impl Device {
    /// With the settings of `serve --dev`, changed a little.
    pub(crate) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::in_state(|state| change(&mut state.settings))
    }

    /// In the state of `serve --dev`, changed a little.
    pub(crate) fn in_state(change: impl FnOnce(&mut State)) -> Self {
        let mut state = State::development();
        change(&mut state);
        let appliance = Appliance::new(state, Randomness::from_seed(1));
        let appliance = appliance.with_printer(Printer::discard());
        Self { host: Host::new(Arc::new(appliance), 0, UnknownCommand::Disabled) }
    }

    /// The reply to a message that comes to the port of an LMK.
    pub(crate) fn ask(&self, on: On, message: &str) -> String {
        self.ask_at(LmkPort::Only(on as u8), message)
    }

    /// The reply to a message that comes to a port.
    pub(crate) fn ask_at(&self, port: LmkPort, message: &str) -> String {
        let mut out = BytesMut::new();
        self.answer(port, message.as_bytes(), &mut out);
        String::from_utf8(out.to_vec()).expect("a reply of text")
    }

    /// Its counters of what looks like fraud.
    pub(crate) fn fraud(&self) -> &FraudDetection {
        self.host.appliance().fraud()
    }

    /// Appends the reply to a message that comes to a port.
    pub(crate) fn answer(&self, port: LmkPort, message: &[u8], out: &mut BytesMut) {
        self.host.answer(port, message, out);
    }

    /// The key that a message makes: what stands between the error code and a check value of six digits.
    pub(crate) fn key_of(&self, on: On, message: &str) -> String {
        let reply = self.ask(on, message);
        assert_eq!(&reply[2..4], "00", "{message}: {reply}");
        reply[4..reply.len() - 6].to_owned()
    }

    /// Keys of each size, with optional blocks and without, under an LMK, and in key blocks of every version
    /// under ZMKs.
    pub(crate) fn transported(&self) -> Vec<Transported> {
        let mut all = Vec::new();
        for (on, transport, versions, sizes) in [
            (On::KeyBlock, "T2", "ABC", &["D1", "T2", "T3"][..]),
            (On::AesKeyBlock, "T3", "ABC", &["T2"]),
            (On::AesKeyBlock, "A3", "DE", &["D1", "T2", "T3", "A1", "A2", "A3"]),
        ] {
            let zmk = self.key_of(on, &format!("A00FFFS#K0{transport}B00E00"));
            let kinds = sizes.iter().flat_map(|size| [(size, "00"), (size, "01LB0BA LABEL")]);
            for (size, optional) in kinds {
                let key = self.key_of(on, &format!("A00FFFS#P0{size}B00S{optional}"));
                let export = |tail: &str| self.key_of(on, &format!("A8FFF{zmk}{key}{tail}"));
                let mut blocks = vec![export("S")];
                blocks.extend(versions.chars().map(|version| export(&format!("R!{version}"))));
                for block in blocks {
                    all.push(Transported { on, zmk: zmk.clone(), key: key.clone(), block });
                }
            }
        }
        all
    }
}

/// A clear key under an LMK of the device.
pub(crate) fn sealed(on: On, purpose: Purpose, clear: &str) -> String {
    seal(on, purpose, &import(clear))
}

/// A clear DES key in a key block whose header says this; version, length, number of optional blocks and LMK
/// are filled in.
pub(crate) fn sealed_block(on: On, header: &str, optional: &str, clear: &str) -> String {
    let header = Header::parse(header.as_bytes()).expect("a header");
    let protection = Protection::KeyBlock { header, optional: optional.as_bytes() };
    protect(on, &protection, &import(clear))
}

/// The key that other keys come under, and the same under an LMK.
pub(crate) fn zmk(on: On) -> (ClearKey, String) {
    let clear = ClearKey::new(Algorithm::Tdes, &ZMK).expect("a DES key");
    (clear, sealed(on, Purpose::new(*b"000", *b"K0"), &hex::encode_upper(ZMK)))
}

/// Anything under the ZMK, without a scheme.
pub(crate) fn wrapped(clear: &str) -> String {
    ecb(&ZMK, &hex::decode(clear).expect("hexadecimal"))
}

/// Anything as the contents of a TR-31 key block under a key, with a header that is legal.
pub(crate) fn tr31_block(under: &ClearKey, header: &str, optional: &str, payload: &[u8]) -> String {
    let header = Header::parse(header.as_bytes()).expect("a header");
    let keys = KeyBlockKeys::for_version(header.version, under).expect("a key that suits");
    let randomness = Randomness::from_seed(3);
    let (mut out, optional) = ([0; 400], optional.as_bytes());
    let rng = &mut randomness.generator();
    let length = tr31::seal_payload(&keys, &header, optional, payload, rng, &mut out);
    let length = length.expect("a key block");
    format!("R{}", String::from_utf8_lossy(&out[..length]))
}

/// A clear key, as it comes in under a ZMK.
fn import(clear: &str) -> Key<Stated> {
    let policy = Policy::default();
    let lmk = Lmk::test_variant().expect("a test LMK");
    let zmk = ecb(&test_keys::VARIANT[ZMK_PAIR], &ZMK);
    let expected = Expected::of::<Zmk>(KeyTypes::Standard, Use::Unwrap, policy);
    let zmk: Key<Transport> =
        lmk.open(LmkId(0), Token(format!("X{zmk}").as_bytes()), &expected).expect("a ZMK");
    let tag = match clear.len() {
        16 => "",
        32 => "X",
        _ => "Y",
    };
    let clear = hex::decode(clear).expect("hexadecimal");
    let token = format!("{tag}{}", ecb(&ZMK, &clear));
    let expected = Expected {
        key_type: None,
        usages: &[],
        algorithms: b"",
        use_: Use::Any,
        lengths: vault::Lengths::Any,
        component: false,
        policy,
    };
    let token = Token(token.as_bytes());
    zmk.unwrap_key(token, AtallaVariant::NONE, &expected).expect("a key").key
}

fn ecb(key: &[u8], clear: &[u8]) -> String {
    let key = Tdes::new(key).expect("a key");
    let blocks = clear.as_chunks::<8>().0.iter();
    let sealed: Vec<u8> =
        blocks.flat_map(|block| key.encrypt(u64::from_be_bytes(*block)).to_be_bytes()).collect();
    hex::encode_upper(sealed)
}

fn seal(on: On, purpose: Purpose, key: &Key<Stated>) -> String {
    let size: KeySize = key.size();
    let header = Header {
        version: if on == On::KeyBlock { Version::ThalesTdes } else { Version::ThalesAes },
        usage: purpose.usage,
        algorithm: size.header_algorithm(),
        mode: purpose.mode,
        key_version: Header::NO_VERSION,
        exportability: b'E',
        reserved: LmkId(on as u8).digits(),
    };
    let protection = if on == On::Variant {
        let key_type = [KeyTypes::Standard, KeyTypes::Separated]
            .into_iter()
            .find_map(|types| types.find(purpose.key_type))
            .expect("a key type");
        let scheme = [Scheme::Z, Scheme::U, Scheme::T][size.bytes / 8 - 1];
        Protection::Variant { key_type, scheme }
    } else {
        Protection::KeyBlock { header, optional: b"" }
    };
    protect(on, &protection, key)
}

fn protect(on: On, protection: &Protection<'_>, key: &Key<Stated>) -> String {
    let lmk = Lmk::named(TEST_LMKS[on as usize]).expect("a test LMK");
    let randomness = Randomness::from_seed(2);
    let mut out = [0; 400];
    let length = lmk
        .seal(LmkId(on as u8), key, protection, &mut randomness.generator(), &mut out)
        .expect("a sealed key");
    String::from_utf8(out[..length].to_vec()).expect("a token is text")
}

/// The rows of a file of `/vectors/crypto`.
pub(crate) fn rows(file: &str) -> Vec<Value> {
    let row = |line| serde_json::from_str(line).expect("each line is an object");
    file.lines().map(row).collect()
}

/// A text among the inputs of a row.
pub(crate) fn input<'a>(row: &'a Value, name: &str) -> &'a str {
    row["inputs"][name].as_str().unwrap_or_else(|| panic!("no {name} in {row}"))
}
