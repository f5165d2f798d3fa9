//! What EMV commands refuse. Binary fields are of bytes that are text, so that messages are.

#[path = "device/device.rs"]
mod device;

use appliance::Category;
use bytes::BytesMut;
use device::{Device, On, Purpose, sealed};
use host_commands::LmkPort;

const CLEAR: &str = "0123456789ABCDEFFEDCBA9876543210";
const OTHER: &str = "FEDCBA98765432100123456789ABCDEF";

const MK_AC: Purpose = Purpose::new(*b"109", *b"E0");
const MK_SMI: Purpose = Purpose::new(*b"209", *b"E2");
const MK_SMC: Purpose = Purpose::new(*b"309", *b"E1");
const MK_DAC: Purpose = Purpose::new(*b"409", *b"E3");
const MK_DN: Purpose = Purpose::new(*b"509", *b"E4");
const ZPK: Purpose = Purpose { mode: b'B', ..Purpose::new(*b"001", *b"72") };
const TPK: Purpose = Purpose { mode: b'B', ..Purpose::new(*b"002", *b"71") };
const ZEK: Purpose = Purpose { mode: b'D', ..Purpose::new(*b"00A", *b"22") };

/// A message whose first key is at `~`, that key, and the answer to it.
const MESSAGES: &[(&str, Purpose, &str)] = &[
    ("KQ10~PANBLOCK12unpr10TRANSACTION DATA;CRYPTOGR00", MK_AC, "01"),
    ("KQ11~PANBLOCK12unpr10TRANSACTION DATA;CRYPTOGR00", MK_AC, "01"),
    ("KQ22~PANBLOCK12unprCRYPTOGR00", MK_AC, "00"),
    ("KW10~INITIAL_VECTOR_APANBLOCK11210TRANSACTION DATA;CRYPTOGR00", MK_AC, "01"),
    ("KW31~INITIAL_VECTOR_A11ACCOUNTNUMB;01210TRANSACTION DATA;CRYPTOGRSTAT3PAD", MK_AC, "01"),
    ("KW02~PANBLOCK1210TRANSACTION DATA;CRYPTOGR", MK_AC, "01"),
    ("KW43~08PANBLOCK;12CRYPTOGRSTAT8PADPADPA", MK_AC, "00"),
    ("KW52~PANBLOCK1210TRANSACTION DATA;CRYPTOGRSTAT0", MK_AC, "01"),
    ("KW65~PANBLOCK12CRYPTOGRSTAT3PAD", MK_AC, "00"),
    ("KW2A~PANBLOCKCRYPTOGR00", MK_AC, "00"),
    ("KW2B~PANBLOCK12CRYPTOGR00", MK_AC, "00"),
    ("KW0C~PANBLOCK12010TRANSACTION DATA;CRYPTOGR", MK_AC, "01"),
    ("JS11~PANBLOCK12010TRANSACTION DATA;CRYPTOGR00", MK_AC, "01"),
    ("JS21~PANBLOCK12CRYPTOGR00", MK_AC, "00"),
    ("JU01~PANBLOCK1200010TRANSACTION DATA;", MK_SMI, "00"),
    ("KS01~PANBLOCKDA", MK_DAC, "01"),
    ("KS11~PANBLOCKDN12unpr", MK_DN, "01"),
    ("K00~PANBLOCK112COUNTERS", MK_AC, "01"),
    ("K200001~PANBLOCK12unpr10TRANSACTION DATA;CRYPTOGRIPBITMAPmacs", MK_AC, "01"),
    (
        "K200012~INITIAL_VECTOR_A11ACCOUNTNUMB;112unpr10TRANSACTION DATA;CRYPTOGRIPBITMAPmacs",
        MK_AC,
        "01",
    ),
    ("KU00~PANBLOCKINTEGRIT0010MESSAGE TO CARDS;", MK_SMI, "00"),
    ("KY01~PANBLOCKCRYPTOGR0010MESSAGE TO CARDS;", MK_SMI, "00"),
    ("KY0~PANBLOCK1120010MESSAGE TO CARDS;", MK_SMI, "00"),
];

/// The reply to a message under an LMK: its error code, and what follows.
fn answer(device: &Device, on: On, message: &str) -> (String, Vec<u8>) {
    let mut out = BytesMut::new();
    device.answer(LmkPort::Only(on as u8), message.as_bytes(), &mut out);
    (String::from_utf8_lossy(&out[2..4]).into_owned(), out[4..].to_vec())
}

fn code(device: &Device, on: On, message: &str) -> String {
    answer(device, on, message).0
}

#[test]
fn keys_of_another_kind_are_refused() {
    let device = Device::with(|_| {});
    for (message, own, right) in MESSAGES {
        let another = if own.usage == MK_AC.usage { MK_SMI } else { MK_AC };
        let cases = [
            (On::Variant, sealed(On::Variant, *own, CLEAR), *right),
            (On::Variant, sealed(On::Variant, another, CLEAR), "10"),
            (On::KeyBlock, sealed(On::KeyBlock, *own, CLEAR), right),
            (On::KeyBlock, sealed(On::KeyBlock, another, CLEAR), "A6"),
            (On::KeyBlock, sealed(On::KeyBlock, Purpose { mode: b'G', ..*own }, CLEAR), "A8"),
            (On::KeyBlock, sealed(On::KeyBlock, *own, &CLEAR[..16]), "A7"),
            (On::AesKeyBlock, sealed(On::AesKeyBlock, *own, CLEAR), right),
            (On::AesKeyBlock, sealed(On::AesKeyBlock, another, CLEAR), "A6"),
        ];
        for (on, key, expected) in cases {
            let message = message.replace('~', &key);
            assert_eq!(code(&device, on, &message), expected, "{on:?} {message}");
        }
    }
}

/// Option C takes an AES key, all else a DES key.
#[test]
fn keys_of_another_algorithm_are_refused() {
    let device = Device::with(|_| {});
    let made = |header: &str| {
        let (code, key) = answer(&device, On::AesKeyBlock, &format!("A00FFFS#{header}00E00"));
        assert_eq!(code, "00", "{header}");
        String::from_utf8_lossy(&key[..key.len() - 6]).into_owned()
    };
    let option_c = "KW29~08PANBLOCK;12CRYPTOGR00";
    for (key, expected) in [
        (made("E0A1N"), "00"),
        (made("E0A2X"), "00"),
        (made("E0A3N"), "00"),
        (made("E2A1N"), "A6"),
        (sealed(On::AesKeyBlock, MK_AC, CLEAR), "A7"),
    ] {
        assert_eq!(code(&device, On::AesKeyBlock, &option_c.replace('~', &key)), expected, "{key}");
    }
    let des = option_c.replace('~', &sealed(On::KeyBlock, MK_AC, CLEAR));
    assert_eq!(code(&device, On::KeyBlock, &des), "A7");
    for (message, own, _) in MESSAGES {
        let key = made(&format!("{}A1N", String::from_utf8_lossy(&own.usage)));
        assert_eq!(code(&device, On::AesKeyBlock, &message.replace('~', &key)), "A7", "{message}");
    }
}

/// A message that ends early is malformed, or its length field lies; it never does half of the work.
#[test]
fn messages_that_end_early_are_refused() {
    let device = Device::with(|_| {});
    for (message, own, _) in MESSAGES {
        let message = message.replace('~', &sealed(On::Variant, *own, CLEAR));
        for end in 2..message.len() {
            let code = code(&device, On::Variant, &message[..end]);
            assert!(matches!(code.as_str(), "15" | "80"), "{code}: {}", &message[..end]);
        }
    }
}

#[test]
fn each_field_has_its_error() {
    let device = Device::with(|_| {});
    for (message, own, expected) in [
        ("KQ50~PANBLOCK12unpr10TRANSACTION DATA;CRYPTOGR", MK_AC, "04"),
        ("KQ03~PANBLOCK12unpr10TRANSACTION DATA;CRYPTOGR", MK_AC, "05"),
        ("KQ00~PANBLOCK12unpr00;CRYPTOGR", MK_AC, "81"),
        ("KQ00~PANBLOCK12unpr11TRANSACTION DATA;CRYPTOGR", MK_AC, "15"),
        ("KQ00~PANBLOCK12unpr0FTRANSACTION DATA;CRYPTOGR", MK_AC, "15"),
        ("KQ00~PANBLOCK12unprFFTRANSACTION DATA;CRYPTOGR", MK_AC, "80"),
        ("KQ00~PANBLOCK12unprG0TRANSACTION DATA;CRYPTOGR", MK_AC, "15"),
        ("KQ00~PANBLOCK12unpr10TRANSACTION DATA;CRYPTOGR00", MK_AC, "15"),
        ("KW72~PANBLOCK1210TRANSACTION DATA;CRYPTOGR", MK_AC, "04"),
        ("KW04~PANBLOCK1210TRANSACTION DATA;CRYPTOGR", MK_AC, "05"),
        ("KW09~08PANBLOCK;1210TRANSACTION DATA;CRYPTOGR", MK_AC, "27"),
        ("KW09~00;1210TRANSACTION DATA;CRYPTOGR", MK_AC, "15"),
        ("KW09~17SEVENTEEN DIGITS.;1210TRANSACTION DATA;CRYPTOGR", MK_AC, "15"),
        ("KW20~INITIAL_VECTOR_APANBLOCK212CRYPTOGR00", MK_AC, "52"),
        ("KW23~07PANBLOC;12CRYPTOGR00", MK_AC, "15"),
        ("KW23~99PANBLOCK;12CRYPTOGR00", MK_AC, "80"),
        ("KW42~PANBLOCK12CRYPTOGRSTAT9PADPADPAD", MK_AC, "80"),
        ("KW02~PANBLOCK1200;CRYPTOGR", MK_AC, "81"),
        ("JS31~PANBLOCK12CRYPTOGR00", MK_AC, "04"),
        ("JS22~PANBLOCK12CRYPTOGR00", MK_AC, "05"),
        ("JS01~PANBLOCK12210TRANSACTION DATA;CRYPTOGR", MK_AC, "15"),
        ("JU11~PANBLOCK1200010TRANSACTION DATA;", MK_SMI, "04"),
        ("JU02~PANBLOCK1200010TRANSACTION DATA;", MK_SMI, "05"),
        ("KS21~PANBLOCKDA", MK_DAC, "04"),
        ("KS00~PANBLOCKDA", MK_DAC, "05"),
        ("K01~PANBLOCK112COUNTERS", MK_AC, "05"),
        ("K00~PANBLOCK212COUNTERS", MK_AC, "52"),
        ("K210001~PANBLOCK12unpr10TRANSACTION DATA;CRYPTOGRIPBITMAPmacs", MK_AC, "04"),
        ("K200101~PANBLOCK12unpr10TRANSACTION DATA;CRYPTOGRIPBITMAPmacs", MK_AC, "05"),
        ("K200021~PANBLOCK12unpr10TRANSACTION DATA;CRYPTOGRIPBITMAPmacs", MK_AC, "15"),
        ("K200010~07ACCOUNT;12unpr10TRANSACTION DATA;CRYPTOGRIPBITMAPmacs", MK_AC, "15"),
        ("KU50~PANBLOCKINTEGRIT0010MESSAGE TO CARDS;", MK_SMI, "04"),
        ("KU03~PANBLOCKINTEGRIT0010MESSAGE TO CARDS;", MK_SMI, "05"),
        ("KU06~PANBLOCKINTEGRIT0010MESSAGE TO CARDS;", MK_SMI, "05"),
        ("KU00~PANBLOCKINTEGRIT0011MESSAGE TO CARDS;", MK_SMI, "15"),
        ("KU00~PANBLOCKINTEGRIT1000MESSAGE TO CARDS;", MK_SMI, "80"),
        ("KY10~PANBLOCKCRYPTOGR0010MESSAGE TO CARDS;", MK_SMI, "04"),
        ("KY02~PANBLOCKCRYPTOGR0010MESSAGE TO CARDS;", MK_SMI, "05"),
        ("KY50~PANBLOCKCRYPTOGR0010MESSAGE TO CARDS;", MK_SMI, "04"),
        ("KY60~PANBLOCKCRYPTOGR0010MESSAGE TO CARDS;", MK_SMI, "04"),
        ("KY0~PANBLOCK2120010MESSAGE TO CARDS;", MK_SMI, "52"),
        ("KY0~PANBLOCK0120010MESSAGE TO CARDS;MORE", MK_SMI, "15"),
    ] {
        let message = message.replace('~', &sealed(On::Variant, own, CLEAR));
        assert_eq!(code(&device, On::Variant, &message), expected, "{message}");
    }
}

/// What is behind the message of a script: confidential data, or a new PIN.
#[test]
fn refusals_of_confidential_data_and_pins() {
    let device = Device::with(|_| {});
    let key = |purpose, clear| sealed(On::Variant, purpose, clear);
    let [smi, smc, zek] = [MK_SMI, MK_SMC, ZEK].map(|purpose| key(purpose, CLEAR));
    let [zpk, tpk, ac] = [ZPK, TPK, MK_AC].map(|purpose| key(purpose, CLEAR));
    let wrong = key(MK_DAC, CLEAR);
    let message = "0010MESSAGE TO CARDS;";
    for head in [format!("KU20{smi}PANBLOCKINTEGRIT"), format!("KY20{smi}PANBLOCKCRYPTOGR")] {
        let data = if head.starts_with("KU") { "CONFIDEN" } else { "" };
        for (keys, rest, expected) in [
            (format!("{smc}{zek}"), "00100008PRIVATE!;", "00"),
            (format!("{smc}{zek}"), "00000010PRIVATE PRIVATE.;", "00"),
            (format!("{smc}{zek}"), "00110008PRIVATE!;", "06"),
            (format!("{smc}{zek}"), "FFFF0008PRIVATE!;", "06"),
            (format!("{smc}{zek}"), "00100007PRIVATE;", "80"),
            (format!("{smc}{zek}"), "00100000;", "80"),
            (format!("{smc}{zek}"), "0010FFFFPRIVATE!;", "80"),
            (format!("{wrong}{zek}"), "00100008PRIVATE!;", "11"),
            (format!("{smc}{wrong}"), "00100008PRIVATE!;", "11"),
        ] {
            let asked = format!("{head}{message}{keys}{data}{rest}");
            assert_eq!(code(&device, On::Variant, &asked), expected, "{asked}");
        }
    }
    // A PIN block whose bytes are text: one that decrypts to no PIN is refused by 20, whatever its key.
    for head in [format!("KU40{smi}PANBLOCKINTEGRIT"), format!("KY40{smi}PANBLOCKCRYPTOGR")] {
        let data = if head.starts_with("KU") { "CONFIDEN" } else { "" };
        for (pin, expected) in [
            (format!("0008PINBLOCK;0{zpk}0134400000123456"), "20"),
            (format!("0008PINBLOCK;1{tpk}0134400000123456"), "20"),
            (format!("0008PINBLOCK;0{zpk}0142400000123456{ac}1234567890ABCDEF"), "20"),
            (format!("0008PINBLOCK;2{zpk}0134400000123456"), "15"),
            (format!("0008PINBLOCK;0{wrong}0134400000123456"), "11"),
            (format!("0008PINBLOCK;1{wrong}0134400000123456"), "11"),
            (format!("0007PINBLOC;0{zpk}0134400000123456"), "80"),
            (format!("0008PINBLOCK;0{zpk}0101400000123456"), "23"),
            (format!("0008PINBLOCK;0{zpk}3434400000123456"), "23"),
            (format!("0008PINBLOCK;0{zpk}9934400000123456"), "23"),
            (format!("0008PINBLOCK;0{zpk}013440000012345X"), "22"),
            (format!("0008PINBLOCK;0{zpk}0141400000123456"), "15"),
        ] {
            let asked = format!("{head}{message}{smc}{data}0010{pin}");
            assert_eq!(code(&device, On::Variant, &asked), expected, "{asked}");
        }
    }
}

/// Without authorised diagnostics no right value is told.
#[test]
fn right_values_are_told_only_with_authorised_diagnostics() {
    let open = Device::with(|_| {});
    let closed = Device::in_state(|state| {
        state.authorised.cancel(Category::Diag, "host");
    });
    let mut told = 0;
    for (message, own, right) in MESSAGES.iter().filter(|(_, _, code)| *code == "01") {
        let message = message.replace('~', &sealed(On::Variant, *own, CLEAR));
        let (code, shown) = answer(&open, On::Variant, &message);
        assert_eq!((code.as_str(), shown.is_empty()), (*right, false), "{message}");
        let refused = (String::from("01"), Vec::new());
        assert_eq!(answer(&closed, On::Variant, &message), refused, "{message}");
        told += 1;
    }
    assert!(told > 9, "{told}");
}

/// One bit more or less in the cryptogram, and in the key.
#[test]
fn a_cryptogram_is_bound_to_its_key() {
    let device = Device::with(|_| {});
    let message = |clear, cryptogram: &[u8]| {
        let start =
            format!("KW02{}PANBLOCK1210TRANSACTION DATA;", sealed(On::Variant, MK_AC, clear));
        let mut out = BytesMut::new();
        device.answer(LmkPort::Only(0), &[start.as_bytes(), cryptogram].concat(), &mut out);
        out.to_vec()
    };
    let right = message(CLEAR, &[0; 8])[4..].to_vec();
    assert_eq!(message(CLEAR, &right), b"KX00");
    assert_eq!(&message(OTHER, &right)[..4], b"KX01");
    for bit in 0..64 {
        let mut wrong = right.clone();
        wrong[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(&message(CLEAR, &wrong)[..4], b"KX01");
    }
}
