//! Key pairs on curves, and agreement on keys: what the commands refuse.

#[path = "device/device.rs"]
mod device;

use bytes::BytesMut;
use device::{Device, On, Purpose, sealed};
use host_commands::LmkPort;

const CLEAR: &str = "0123456789ABCDEFFEDCBA9876543210";

fn device() -> Device {
    Device::with(|_| {})
}

/// What stands behind the code of a reply, error code included.
fn ask(device: &Device, on: On, message: &[u8]) -> Vec<u8> {
    let mut out = BytesMut::new();
    device.answer(LmkPort::Only(on as u8), message, &mut out);
    out[2..].to_vec()
}

/// The error code, in front of nothing if it is one.
fn code(device: &Device, on: On, message: &[u8]) -> String {
    let reply = ask(device, on, message);
    let (code, rest) = reply.split_at(2);
    assert!(code == b"00" || rest.is_empty(), "{}", reply.escape_ascii());
    code.escape_ascii().to_string()
}

/// A key pair, by what stands behind `FY`.
fn pair(device: &Device, on: On, fields: &str) -> (Vec<u8>, String) {
    let reply = ask(device, on, format!("FY{fields}").as_bytes());
    let length: usize = text(&reply[2..6]).parse().expect("a length");
    let (public, private) = reply[6..].split_at(length);
    (public.to_vec(), text(private))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

#[test]
fn key_pairs() {
    let device = device();
    for on in [On::KeyBlock, On::AesKeyBlock] {
        for (fields, expected) in [
            ("010003#X00S00", "00"),
            ("010103#S99E00", "00"),
            ("010203#N00N01LB08ABCD", "00"),
            ("020003#X00S00", "A7"),
            ("010303#X00S00", "D2"),
            ("01FF03#X00S00", "D2"),
            ("010001#X00S00", "D3"),
            ("010004#X00S00", "D3"),
            ("010003", "15"),
            ("010003#", "15"),
            ("010003#X00S0", "15"),
            ("010003#X00S00;", "15"),
            ("010003#D00S00", "A8"),
            ("010003#?00S00", "A8"),
            ("010003#XZ0S00", "A9"),
            ("010003#X00X00", "AA"),
            ("010003#X00S01LB0", "15"),
            ("010003#X00S01LBZZABCD", "AC"),
            ("010003#X00S02LB08ABCDLB08ABCD", "BC"),
            ("010003%00#X00S00", "13"),
        ] {
            let message = format!("FY{fields}");
            assert_eq!(code(&device, on, message.as_bytes()), expected, "{on:?} {message}");
        }
    }
    assert_eq!(code(&device, On::Variant, b"FY010003#X00S00"), "A1");
    let nothing = Device::in_state(|state| state.authorised = appliance::Authorisations::default());
    assert_eq!(code(&nothing, On::KeyBlock, b"FY010003#X00S00"), "17");
}

/// A request to agree on a key, in pieces that tests replace.
#[derive(Clone)]
struct Agreement {
    front: &'static [u8],
    public: Vec<u8>,
    private: String,
    derivation: &'static str,
    shared: &'static str,
    key: &'static str,
}

impl Agreement {
    fn message(&self) -> Vec<u8> {
        [
            self.front,
            &self.public,
            self.private.as_bytes(),
            self.derivation.as_bytes(),
            self.shared.as_bytes(),
            self.key.as_bytes(),
        ]
        .concat()
    }
}

#[test]
fn both_sides_get_the_same_key() {
    let device = device();
    for on in [On::KeyBlock, On::AesKeyBlock] {
        for curve in ["00", "01", "02"] {
            let [one, other] =
                ["X", "N"].map(|mode| pair(&device, on, &format!("01{curve}03#{mode}00S00")));
            let value = |public: &[u8], private: &str| {
                let agreement = Agreement {
                    front: b"IG2103",
                    public: public.to_vec(),
                    private: private.to_owned(),
                    derivation: "206",
                    shared: "10004ABCD;",
                    key: "0100128K1T2B00E00;:",
                };
                let reply = ask(&device, on, &agreement.message());
                assert_eq!(&reply[..2], b"00", "{on:?} {curve}");
                reply[reply.len() - 3..].to_vec()
            };
            assert_eq!(value(&one.0, &other.1), value(&other.0, &one.1));
        }
    }
}

#[test]
fn agreements_refused() {
    let device = device();
    for on in [On::KeyBlock, On::AesKeyBlock] {
        let (public, private) = pair(&device, on, "010003#X00S00");
        let (other_curve, _) = pair(&device, on, "010103#X00S00");
        let (_, signing) = pair(&device, on, "010003#S00S00");
        let (_, other_lmk) = pair(
            &device,
            if on == On::KeyBlock { On::AesKeyBlock } else { On::KeyBlock },
            "010003#X00S00",
        );
        let good = Agreement {
            front: b"IG2103",
            public: public.clone(),
            private: private.clone(),
            derivation: "106",
            shared: "100100123456789;",
            key: "0100128K1T2B00E00;:",
        };
        let beside = [&public[..public.len() - 1], &[public[public.len() - 1] ^ 1]].concat();
        let infinity = [&b"\x30\x19\x30\x13"[..], &public[4..23], b"\x03\x02\x00\x00"].concat();
        let changed = |public: &[u8]| Agreement { public: public.to_vec(), ..good.clone() };
        let with = |private: &str| Agreement { private: private.to_owned(), ..good.clone() };
        let derived = |derivation| Agreement { derivation, ..good.clone() };
        let shared = |shared| Agreement { shared, ..good.clone() };
        let key = |key| Agreement { key, ..good.clone() };
        let aes = if on == On::AesKeyBlock { "00" } else { "48" };
        let flipped = private.replace(&private[private.len() - 1..], "G");
        let cut = &private[..private.len() - 1];
        for (agreement, expected) in [
            (good.clone(), "00"),
            (derived("208"), "00"),
            (shared("10000;"), "00"),
            (shared("00003;;%;"), "00"),
            (key("0100192K0T3B00E01LB08ABCD"), "00"),
            (key("0100256K1A3B00E00;:"), aes),
            (Agreement { front: b"IG1103", ..good.clone() }, "15"),
            (Agreement { front: b"IG2101", ..good.clone() }, "D3"),
            (changed(&beside), "04"),
            (changed(&infinity), "04"),
            (changed(b"\x30\x03\x02\x01\x05"), "04"),
            (changed(b"\x31\x03\x02\x01\x05"), "04"),
            (changed(b"\x30\x80"), "04"),
            (changed(b"\x30\x81\x05\x02\x03\x01\x00\x01"), "04"),
            (changed(&public[..public.len() - 1]), "15"),
            (changed(&[b"\x30\x82\x20\x00", &public[2..]].concat()), "15"),
            (changed(&other_curve), "D2"),
            (with(&signing), "A8"),
            (with(&other_lmk), "A2"),
            (with(&sealed(on, Purpose::new(*b"000", *b"K0"), CLEAR)), "A6"),
            (with("U0123"), "15"),
            (with(cut), "15"),
            (with(&flipped), "83"),
            (derived("006"), "15"),
            (derived("306"), "15"),
            (derived("102"), "79"),
            (derived("103"), "79"),
            (derived("104"), "15"),
            (shared("200100123456789;"), "15"),
            (shared("10003ABC;"), "15"),
            (shared("10004ABCG;"), "15"),
            (shared("10004abcd;"), "15"),
            (shared("19999ABCD;"), "80"),
            (shared("10002ABCD;"), "15"),
            (shared("10004ABCD"), "15"),
            (key("0200128K1T2B00E00;:"), "15"),
            (key("0100192K1T2B00E00;:"), "A5"),
            (key("0100128Z0T2B00E00;:"), "A6"),
            (key("0100128K1X2B00E00;:"), "A7"),
            (key("0100128K1T2G00E00;:"), "A8"),
            (key("0100128K1T2B00Q00;:"), "AA"),
            (key("0100128K1T2B00E00;"), "15"),
            (key("0100128K1T2B00E00;:%00"), "13"),
        ] {
            let message = agreement.message();
            assert_eq!(code(&device, on, &message), expected, "{on:?} {}", message.escape_ascii());
        }
    }
    let (public, private) = pair(&device, On::KeyBlock, "010003#X00S00");
    let agreement = Agreement {
        front: b"IG2103",
        public,
        private,
        derivation: "106",
        shared: "10000;",
        key: "0100128K1T2B00E00;:",
    };
    assert_eq!(code(&device, On::Variant, &agreement.message()), "A1");
}

/// A private key, and its public key in a key block.
fn signer(device: &Device, on: On, curve: &str, mode: &str) -> (String, Vec<u8>) {
    let (public, private) = pair(device, on, &format!("01{curve}03#{mode}00S00"));
    let reply = ask(device, on, &[b"EO03", &public[..], b"~#V00N00"].concat());
    assert_eq!(&reply[..2], b"00", "{}", reply.escape_ascii());
    (private, reply[2..].to_vec())
}

#[test]
fn signatures() {
    let device = device();
    for on in [On::KeyBlock, On::AesKeyBlock] {
        for (curve, hash) in [("00", "06"), ("01", "07"), ("02", "08"), ("02", "01"), ("00", "08")]
        {
            let (private, public) = signer(&device, on, curve, "S");
            let sign = format!("EW{hash}020004DATA;99FFFF{private}");
            let reply = ask(&device, on, sign.as_bytes());
            assert_eq!(&reply[..2], b"00", "{on:?} {curve} {hash}");
            let verify = |hash: &str, signature: &[u8], data: &str| {
                let front = format!("EY{hash}02");
                let message =
                    [front.as_bytes(), signature, b";0004", data.as_bytes(), b";", &public[..]];
                code(&device, on, &message.concat())
            };
            let signature = &reply[2..];
            assert_eq!(verify(hash, signature, "DATA"), "00");
            assert_eq!(verify(hash, signature, "DATB"), "02");
            let other = if hash == "06" { "05" } else { "06" };
            assert_eq!(verify(other, signature, "DATA"), "02");
            assert_eq!(verify(hash, b"0008\x30\x06\x02\x01\x00\x02\x01\x00", "DATA"), "02");
            assert_eq!(verify(hash, b"0000", "DATA"), "02");
            for hash in ["02", "03", "04"] {
                assert_eq!(verify(hash, signature, "DATA"), "05");
            }
        }
        let (agreeing, _) = signer(&device, on, "00", "X");
        let (signing, _) = signer(&device, on, "00", "N");
        for (fields, expected) in [
            (format!("06020004DATA;99FFFF{signing}"), "00"),
            (format!("06020004DATA;99FFFF{agreeing}"), "03"),
            (format!("0601010004DATA;99FFFF{signing}"), "A7"),
            (format!("04020004DATA;99FFFF{signing}"), "05"),
            (format!("06030004DATA;99FFFF{signing}"), "06"),
            (format!("0602010004DATA;99FFFF{signing}"), "15"),
            ("06020004DATA;00".to_owned(), "12"),
        ] {
            let message = format!("EW{fields}");
            assert_eq!(code(&device, on, message.as_bytes()), expected, "{on:?} {message}");
        }
    }
}

#[test]
fn public_keys() {
    let device = device();
    let (public, _) = pair(&device, On::KeyBlock, "010003#X00S00");
    let beside = [&public[..public.len() - 1], &[public[public.len() - 1] ^ 1]].concat();
    let unknown =
        b"\x30\x18\x30\x10\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01\x06\x05\x2B\x81\x04\x00\x0A\x03\x04\x00\x02\x00\x00";
    for (on, key, tail, expected) in [
        (On::KeyBlock, &public[..], &b"~#V00N00"[..], "00"),
        (On::KeyBlock, &public, b"~#V00N01LB08ABCD", "00"),
        (On::KeyBlock, &public, b"", "15"),
        (On::KeyBlock, &public, b"~#G00N00", "A8"),
        (On::KeyBlock, &public, b"~#V00Q00", "AA"),
        (On::KeyBlock, &beside, b"~#V00N00", "04"),
        (On::KeyBlock, b"\x30\x03\x02\x01\x05", b"~#V00N00", "04"),
        (On::KeyBlock, unknown, b"~#V00N00", "D2"),
        (On::Variant, &public, b"", "A1"),
    ] {
        let message = [b"EO03", key, tail].concat();
        assert_eq!(code(&device, on, &message), expected, "{on:?} {}", message.escape_ascii());
    }
}

/// The names of who requests a certificate, behind hash and form.
const NAMES: &[u8] = b"Public Cert;Unit;Organization;Arlington;VA;US;";

#[test]
fn requests_for_certificates() {
    let device = device();
    for on in [On::KeyBlock, On::AesKeyBlock] {
        let (public, private) = pair(&device, on, "010103#S00S00");
        let (other, agreeing) = pair(&device, on, "010003#X00S00");
        let ffff = [b"FFFF", private.as_bytes()].concat();
        let changed = private.replacen("03ES00S", "03ES00N", 1).into_bytes();
        let (private, agreeing) = (private.as_bytes(), agreeing.as_bytes());
        let cut = &public[..public.len() - 1];
        assert_eq!(code(&device, on, &[b"QE000203", cut].concat()), "15");
        let beside = [cut, &[public[public.len() - 1] ^ 1]].concat();
        for (parts, expected) in [
            ([b"QE000203", &public[..], private, b"061"], "00"),
            ([b"QE000203", &public, private, b"080"], "00"),
            ([b"QE000203", &public, &ffff, b"011"], "00"),
            ([b"QE000203", &public, private, b"021"], "05"),
            ([b"QE000203", &public, private, b"031"], "05"),
            ([b"QE000203", &public, private, b"041"], "05"),
            ([b"QE000203", &public, private, b"062"], "15"),
            ([b"QE000202", &public, private, b"061"], "03"),
            ([b"QE000103", &public, private, b"01061"], "03"),
            ([b"QE000303", &public, private, b"061"], "06"),
            ([b"QE000203", &beside, private, b"061"], "04"),
            ([b"QE000203", &other, private, b"061"], "09"),
            ([b"QE000203", &other, agreeing, b"061"], "03"),
            ([b"QE000203", &public, &changed, b"061"], "A4"),
        ] {
            let message = [&parts.concat()[..], NAMES].concat();
            assert_eq!(code(&device, on, &message), expected, "{on:?} {}", message.escape_ascii());
        }
    }
}

#[test]
fn loaded_keys() {
    let device = device();
    for on in [On::KeyBlock, On::AesKeyBlock] {
        let (private, public) = signer(&device, on, "00", "S");
        let load = format!("EK03FFFF{private}");
        assert_eq!(code(&device, on, load.as_bytes()), "00");
        let by_index = ask(&device, on, b"EW06020004DATA;03");
        let own = ask(&device, on, format!("EW06020004DATA;99FFFF{private}").as_bytes());
        assert_eq!(by_index.escape_ascii().to_string(), own.escape_ascii().to_string());
        assert_eq!(code(&device, on, b"EW0601010004DATA;03"), "A7");
        assert_eq!(code(&device, on, b"EW06020004DATA;04"), "12");
        let verify = [b"EY0602", &by_index[2..], b";0004DATA;", &public[..]].concat();
        assert_eq!(code(&device, on, &verify), "00");
        let verify = [b"EY060101", &by_index[2..], b";0004DATA;", &public[..]].concat();
        assert_eq!(code(&device, on, &verify), "A7");
        assert_eq!(code(&device, on, &[b"EQ", &public[..]].concat()), "00");
        let cut = format!("EK03FFFF{}", &private[..private.len() - 1]);
        assert_eq!(code(&device, on, cut.as_bytes()), "15");
    }
}

/// A certificate, by offsets, of a key on a curve that is signed by another.
#[test]
fn certificates() {
    let device = device();
    let on = On::KeyBlock;
    let (root, known) = signer(&device, on, "01", "S");
    let (leaf, private) = pair(&device, on, "010003#X00S00");
    let (_, other) = pair(&device, on, "010003#X00S00");
    let body = [b"front;\x19", &leaf[..], b"back"].concat();
    let (signed, size) = (body.len(), leaf.len());
    let front = format!("EW0702{signed:04}");
    let tail = format!(";99FFFF{root}");
    let signature = ask(&device, on, &[front.as_bytes(), &body, tail.as_bytes()].concat());
    let signature = &signature[6..];
    let certificate = [&body[..], signature].concat();
    let head = format!("{:04}0000{signed:04}{signed:04}{:04}", certificate.len(), signature.len());
    let with = |method: &str, tail: &str| {
        let tail = format!(";{method}030007{size:04}{tail}");
        [b"ES", &known[..], b";", head.as_bytes(), &certificate, tail.as_bytes()].concat()
    };
    for (method, tail, expected) in [
        ("0702", "~#X00N00".to_owned(), "00"),
        ("0702", format!(";99FFFF{private}~#X00N00"), "00"),
        ("0702", format!(";99FFFF{other}~#X00N00"), "09"),
        ("0702", String::new(), "15"),
        ("0602", "~#X00N00".to_owned(), "02"),
        ("070101", "~#X00N00".to_owned(), "A7"),
    ] {
        let message = with(method, &tail);
        assert_eq!(code(&device, on, &message), expected, "{method} {tail}");
    }
    let made = ask(&device, on, &with("0702", "~#X00N00"));
    assert_eq!(code(&device, on, &[b"EQ", &made[2..]].concat()), "00");
}

/// What only RSA can do is refused to keys on curves.
#[test]
fn keys_of_the_other_kind() {
    let device = device();
    let on = On::KeyBlock;
    let (public, private) = pair(&device, on, "010003#N00S00");
    let known = ask(&device, on, &[b"EO03", &public[..], b"~#N00N00"].concat());
    let public = &known[2..];
    let zpk = device.key_of(on, "A00FFFS#P0T2N00S00");
    let value = &device.ask(on, &format!("BUFFF{zpk}"))[4..];
    let export = [format!("GK0101FFFFF{zpk}{value}").as_bytes(), public, b";03"].concat();
    assert_eq!(code(&device, on, &export), "A7");
    let import = format!("GI0101FFFF0004abcd;99FFFF{private};0S0=03#P0T2N00S00");
    assert_eq!(code(&device, on, import.as_bytes()), "A7");
}

/// A key block protection key wraps TR-31 key blocks only.
#[test]
fn an_agreed_key_protects_key_blocks() {
    let device = device();
    let kek = device.key_of(On::KeyBlock, "A00FFFS#K1T2B00E00");
    let key = device.key_of(On::KeyBlock, "A00FFFS#P0T2B00S00");
    for (scheme, expected) in [("R", "00"), ("S", "A6"), ("U", "A6"), ("X", "A6")] {
        let message = format!("A8FFF{kek}{key}{scheme}");
        assert_eq!(&device.ask(On::KeyBlock, &message)[2..4], expected, "{scheme}");
    }
    let sent = device.key_of(On::KeyBlock, &format!("A8FFF{kek}{key}R"));
    let back = device.ask(On::KeyBlock, &format!("A6FFF{kek}{sent}S"));
    assert_eq!(&back[2..4], "00");
    let value = |key: &str| device.ask(On::KeyBlock, &format!("BUFFF{key};FFF;001"));
    assert_eq!(value(&back[4..back.len() - 6]), value(&key));
    let header = "#P0N00S00";
    for (token, expected) in [(&key[..], "A6"), ("U0123456789ABCDEFFEDCBA9876543210", "A6")] {
        let tail = if token.starts_with('S') { "" } else { header };
        let message = format!("A6FFF{kek}{token}S{tail}");
        assert_eq!(&device.ask(On::KeyBlock, &message)[2..4], expected, "{message}");
    }
}
