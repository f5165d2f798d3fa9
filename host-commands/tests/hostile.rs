//! Messages about hashes, HMACs and key pairs that are cut, or in which a byte is another: each has one documented answer.

#[path = "device/device.rs"]
mod device;

use bytes::BytesMut;
use crypto::rsa::PublicKey;
use device::{Device, On};
use host_commands::LmkPort;

/// What bytes are changed to: ends of fields and messages, and what no length and no tag is.
const BYTES: [u8; 5] = [b';', 0x19, b'9', 0x00, 0xFF];

/// What stands behind the code of the reply to a good message.
fn ask(device: &Device, on: On, message: &[u8]) -> Vec<u8> {
    let mut out = BytesMut::new();
    device.answer(LmkPort::Only(on as u8), message, &mut out);
    assert_eq!(&out[2..4], b"00", "{}: {}", message.escape_ascii(), out.escape_ascii());
    out[4..].to_vec()
}

/// Data behind their length.
fn counted(data: &[u8]) -> Vec<u8> {
    [format!("{:04}", data.len()).as_bytes(), data].concat()
}

/// A key pair of RSA: public key, private key as fields have it.
fn pair(device: &Device, on: On) -> (Vec<u8>, Vec<u8>) {
    let block = if on == On::Variant { "" } else { "#0000" };
    let reply = ask(device, on, format!("EI2051201{block}").as_bytes());
    let (public, private) = reply.split_at(PublicKey::der_length(&reply).expect("a sequence"));
    (public.to_vec(), private.to_vec())
}

/// Good messages with keys of RSA.
fn of_rsa(device: &Device, on: On) -> Vec<Vec<u8>> {
    let (public, private) = pair(device, on);
    let is_block = on != On::Variant;
    let attributes = if is_block { &b"~#N00N00"[..] } else { b"" };
    let known = ask(device, on, &[b"EO01", &public[..], attributes].concat());
    let place = [b"99", &private[..]].concat();
    let data = counted(b"a;b\x19c");
    let signature = ask(device, on, &[b"EW010101", &data[..], b";", &place].concat());
    let (key, key_type, flag) = match on {
        On::Variant => (device.key_of(on, "A00001U"), "0600", '1'),
        _ => (device.key_of(on, "A00FFFS#P0T2N00S00"), "FFFF", 'F'),
    };
    let value = match on {
        On::Variant => device.ask(on, &format!("BUFF1{key};001")),
        _ => device.ask(on, &format!("BUFFF{key}")),
    };
    let export = format!("GK0101{key_type}{flag}{key}{}", &value[4..]);
    let export = [export.as_bytes(), &known, b";03"].concat();
    let encrypted = ask(device, on, &export);
    let import = format!("GI0101{key_type}");
    let tail = if is_block { ";0S0=03#P0T2N00S00" } else { ";0U0=03" };
    let signed = counted(&public);
    let signature_of_key = ask(device, on, &[b"EW010101", &signed[..], b";", &place].concat());
    let certificate = [&public[..], &signature_of_key[4..]].concat();
    let offsets = format!("{:04}0000{1:04}{1:04}0064", certificate.len(), public.len());
    vec![
        [b"EO01", &public[..], attributes].concat(),
        [b"EQ", &known[..]].concat(),
        [b"EK05", &private[..]].concat(),
        [b"EW010101", &data[..], b";", &place].concat(),
        [b"EY010101", &signature[..], b";", &data, b";", &known].concat(),
        [
            b"ES",
            &known[..],
            b";",
            offsets.as_bytes(),
            &certificate,
            b";010101010000",
            &signed[..4],
            attributes,
        ]
        .concat(),
        export,
        [import.as_bytes(), &encrypted, b";", &place, tail.as_bytes()].concat(),
        [b"QE000101", &public[..], &private, b"01011CN;OU;O;L;ST;US;"].concat(),
    ]
}

/// Good messages with keys on curves.
fn on_curves(device: &Device, on: On) -> Vec<Vec<u8>> {
    let make = |fields: &str| {
        let reply = ask(device, on, format!("FY{fields}").as_bytes());
        let length: usize = std::str::from_utf8(&reply[..4]).expect("digits").parse().expect("one");
        let (public, private) = reply[4..].split_at(length);
        (public.to_vec(), private.to_vec())
    };
    let (public, private) = make("010003#N00S00");
    let known = ask(device, on, &[b"EO03", &public[..], b"~#N00N00"].concat());
    let signing = [b"EW06020004DATA;99FFFF", &private[..]].concat();
    let signature = ask(device, on, &signing);
    vec![
        b"FY010003#N00N01LB08ABCD".to_vec(),
        [b"EO03", &public[..], b"~#N00N00"].concat(),
        [b"EK06FFFF", &private[..]].concat(),
        [b"EY0602", &signature[..], b";0004DATA;", &known].concat(),
        [b"QE000203", &public[..], &private, b"061CN;OU;O;L;ST;US;"].concat(),
        [b"IG2103", &public[..], &private, b"10610004ABCD;0100128K1T2B00E00;:"].concat(),
        signing,
    ]
}

/// Good messages about hashes and HMACs.
fn of_hashes(device: &Device, on: On) -> Vec<Vec<u8>> {
    let (facts, hash, format, end, zmk) = match on {
        On::Variant => ("0603003200", "06", "00", &b";"[..], device::zmk(on).1),
        On::KeyBlock => {
            ("FFFF003204#63H0C00S00", "FF", "04", &b""[..], device.key_of(on, "A00FFFS#K0T2B00S00"))
        }
        On::AesKeyBlock => {
            ("FFFF003204#63H0C00S00", "FF", "04", &b""[..], device.key_of(on, "A00FFFS#K0A3B00S00"))
        }
    };
    let made = ask(device, on, format!("L0{facts}").as_bytes());
    let tail = [format.as_bytes(), &made, end, b"00004DATA"].concat();
    let making = [format!("LQ{hash}0032").as_bytes(), &tail].concat();
    let hmac = ask(device, on, &making);
    let export = [b"LW", zmk.as_bytes(), &made, end, format.as_bytes(), format.as_bytes()].concat();
    let sent = ask(device, on, &export);
    vec![
        b"GM0600005a;b\x19c".to_vec(),
        format!("L0{facts}").into_bytes(),
        [format!("LS{hash}").as_bytes(), &hmac, &tail].concat(),
        [b"LU", zmk.as_bytes(), &sent, end, format.as_bytes(), format.as_bytes()].concat(),
        making,
        export,
    ]
}

#[test]
fn each_has_one_documented_answer() {
    let device = Device::with(|_| ());
    let mut tried = 0;
    for on in [On::Variant, On::KeyBlock, On::AesKeyBlock] {
        let curves = if on == On::Variant { Vec::new() } else { on_curves(&device, on) };
        let messages = [of_rsa(&device, on), curves, of_hashes(&device, on)].concat();
        for good in &messages {
            ask(&device, on, good);
            let mut check = |message: &[u8]| {
                let mut out = BytesMut::new();
                device.answer(LmkPort::Only(on as u8), message, &mut out);
                let shown = || format!("{}: {}", message.escape_ascii(), out.escape_ascii());
                // Code 41 is what a panic answers, and in a debug build what a code does that is not documented.
                assert!(out.len() >= 4 && &out[2..4] != b"41", "{}", shown());
                tried += 1;
            };
            for length in 2..good.len() {
                check(&good[..length]);
            }
            for position in 2..good.len() {
                for byte in BYTES {
                    let mut message = good.clone();
                    message[position] = byte;
                    check(&message);
                }
            }
        }
    }
    assert!(tried > 50_000, "{tried}");
}
