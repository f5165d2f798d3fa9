//! Key pairs: how they are made, kept, loaded and known.

use crate::{Device, On, Pair, ask, code, shown, unauthorised};

const LMKS: [On; 3] = [On::Variant, On::KeyBlock, On::AesKeyBlock];

/// A DER sequence of two unsigned integers.
fn sequence(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let element = |tag: u8, content: &[u8]| {
        let length = u16::try_from(content.len()).expect("a short element");
        let head = match length.to_be_bytes() {
            [0, low @ 0..=0x7F] => vec![tag, low],
            [0, low] => vec![tag, 0x81, low],
            [high, low] => vec![tag, 0x82, high, low],
        };
        [&head, content].concat()
    };
    element(0x30, &[element(2, modulus), element(2, exponent)].concat())
}

#[test]
fn keys_do_what_their_purpose_permits() {
    let device = Device::with(|_| ());
    for on in LMKS {
        for (purpose, signs, decrypts) in
            [('0', "00", "03"), ('1', "03", "00"), ('2', "00", "00"), ('3', "03", "03")]
        {
            let pair = Pair::new(&device, on, purpose, 512);
            let place = pair.place();
            let sign = [b"EW0101010003a;b;", &place[..]].concat();
            assert_eq!(code(&device, on, &sign), signs, "{on:?} {purpose}");
            let key =
                device.key_of(on, if on == On::Variant { "A00001U" } else { "A00FFFS#P0T2N00S00" });
            let check = check_value(&device, on, &key);
            let known = pair.known(&device, on);
            let export = export(on, &key, &check, &known);
            let reply = ask(&device, on, &export);
            let encrypted =
                reply.strip_prefix(b"GL00").unwrap_or_else(|| panic!("{}", shown(&reply)));
            let import = import(on, encrypted, &place);
            assert_eq!(code(&device, on, &import), decrypts, "{on:?} {purpose}");
        }
    }
}

pub(crate) fn check_value(device: &Device, on: On, key: &str) -> String {
    let request = match (on, key.as_bytes().first()) {
        (On::Variant, Some(b'U')) => format!("BUFF1{key};001"),
        (On::Variant, Some(b'T')) => format!("BUFF2{key};001"),
        (On::Variant, _) => format!("BUFF0{key};001"),
        _ => format!("BUFFF{key}"),
    };
    let reply = device.ask(on, &request);
    reply.strip_prefix("BV00").unwrap_or_else(|| panic!("{request}: {reply}")).to_owned()
}

/// A double-length ZPK goes under a public key, with nothing around it.
pub(crate) fn export(on: On, key: &str, check: &str, known: &[u8]) -> Vec<u8> {
    let (key_type, flag) = if on == On::Variant { ("0600", '1') } else { ("FFFF", 'F') };
    [format!("GK0101{key_type}{flag}{key}{check}").as_bytes(), known, b";03"].concat()
}

/// It comes back.
pub(crate) fn import(on: On, encrypted: &[u8], place: &[u8]) -> Vec<u8> {
    let (key_type, options) = match on {
        On::Variant => ("0600", ";0U0=03"),
        _ => ("FFFF", ";0S0=03#P0T2N00S00"),
    };
    let head = format!("GI0101{key_type}");
    [head.as_bytes(), encrypted, b";", place, options.as_bytes()].concat()
}

#[test]
fn loaded_keys_are_used_by_their_index_beside_their_lmk() {
    let device = Device::with(|_| ());
    let message = b"EW0101010003a;b;07";
    for on in LMKS {
        assert_eq!(code(&device, on, message), "12", "{on:?}");
        let pair = Pair::new(&device, on, '0', 512);
        let load = [b"EK07", &pair.private[..]].concat();
        assert_eq!(shown(&ask(&device, on, &load)), "EL00");
        let by_index = ask(&device, on, message);
        let own = ask(&device, on, &[b"EW0101010003a;b;", &pair.place()[..]].concat());
        assert_eq!(shown(&by_index), shown(&own), "{on:?}");
        assert_eq!(code(&device, on, b"EW0101010003a;b;20"), "12");
        assert_eq!(code(&device, on, b"EW0101010003a;b;21"), "21");
        let other = Pair::new(&device, on, '0', 512);
        let load = [b"EK07", &other.private[..]].concat();
        assert_eq!(shown(&ask(&device, on, &load)), "EL00");
        assert_ne!(ask(&device, on, message), by_index, "{on:?}");
    }
}

#[test]
fn loaded_keys_go_with_the_lmks() {
    let pair = Pair::new(&Device::with(|_| ()), On::Variant, '0', 512);
    let key = pair.private[4..].to_vec();
    let with = |erase: fn(&mut appliance::State)| {
        Device::in_state(|state| {
            let lmks = state.lmks.clone();
            state.private_keys.set(vault::LmkId(0), 7, &key);
            erase(state);
            state.lmks = lmks;
        })
    };
    let message = b"EW0101010003a;b;07";
    assert_eq!(code(&with(|_| ()), On::Variant, message), "00");
    assert_eq!(code(&with(appliance::State::erase_lmks), On::Variant, message), "12");
}

#[test]
fn public_keys_have_bounds() {
    let device = Device::with(|_| ());
    let odd = |bits: usize| {
        let mut modulus = vec![0; bits.div_ceil(8)];
        modulus[0] = 1 << ((bits - 1) % 8);
        *modulus.last_mut().expect("a byte") |= 1;
        modulus
    };
    let exponent = &[1, 0, 1][..];
    for (modulus, exponent, right) in [
        (odd(320), exponent, "00"),
        (odd(4096), exponent, "00"),
        (odd(333), &[3], "00"),
        (odd(320), &odd(319), "00"),
        (odd(319), exponent, "04"),
        (odd(4097), exponent, "04"),
        (odd(320), &[2], "04"),
        (odd(320), &[1], "04"),
        (odd(320), &[], "04"),
        (vec![], exponent, "04"),
        ([odd(512), vec![0]].concat(), exponent, "04"),
        (odd(320), &odd(321), "04"),
    ] {
        let der = sequence(&modulus, exponent);
        let reply = code(&device, On::Variant, &[b"EO01", &der[..]].concat());
        assert_eq!(reply, right, "{}", shown(&der));
    }
}

#[test]
fn key_pairs_have_bounds() {
    let device = Device::with(|_| ());
    for (fields, right) in [
        (&b"2032001"[..], "00"),
        (b"20320010002\x03", "00"),
        (b"20320010005\x11", "00"),
        (b"20320010033\x01\0\0\0\x01", "00"),
        (b"20320010034\x02\0\0\0\x01", "06"),
        (b"20320010002\x01", "06"),
        (b"20320010002\x02", "08"),
        (b"2031901", "04"),
        (b"2409701", "04"),
        (b"2999901", "04"),
        (b"4032001", "05"),
        (b"2032000", "03"),
        (b"2032003", "03"),
        (b"20320010033\x01\0\0\x01", "15"),
        (b"2032001#0000", "15"),
        (b"203200", "15"),
    ] {
        let reply = code(&device, On::Variant, &[b"EI", fields].concat());
        assert_eq!(reply, right, "{}", shown(fields));
    }
    assert_eq!(code(&device, On::KeyBlock, b"EI2032001"), "15");
}

/// The manual asks for authorisation to make key pairs, to know public keys, and to import keys, if the settings want that;
/// keys leave without.
#[test]
fn what_has_to_be_authorised() {
    let on = On::Variant;
    let device = Device::with(|_| ());
    let pair = Pair::new(&device, on, '2', 512);
    let known = pair.known(&device, on);
    let key = device.key_of(on, "A00001U");
    let check = check_value(&device, on, &key);
    let export = export(on, &key, &check, &known);
    let encrypted = ask(&device, on, &export)[4..].to_vec();
    let import = import(on, &encrypted, &pair.place());
    let strict = unauthorised(|_| ());
    for (message, right) in [
        (&b"EI2032001"[..], "17"),
        (&[b"EO01", &pair.public[..]].concat(), "17"),
        (&import, "17"),
        (&export, "00"),
        (&[b"EQ", &known[..]].concat(), "00"),
        (&[b"EK00", &pair.private[..]].concat(), "00"),
    ] {
        assert_eq!(code(&strict, on, message), right, "{}", shown(message));
    }
    let relaxed = unauthorised(|state| state.settings.authorised_rsa_import = false);
    assert_eq!(code(&relaxed, on, &import), "00");
}
