use super::*;
use crate::cipher::{Aes, Tdes};
use crate::vectors::{self, Row};

fn pin(row: &Row) -> Pin {
    Pin::from_digits(row.input("pin")).expect("PIN")
}

/// Fill nibbles of a row, behind the nibbles that control, length and PIN take.
fn fill(row: &Row, from: usize) -> u64 {
    let fill = std::str::from_utf8(row.input("fill")).expect("text");
    u64::from_str_radix(fill, 16).expect("hexadecimal") << (64 - 4 * (from + fill.len()))
}

/// Composes, compares through `check`, and reads back.
fn round_trip(row: &Row, format: Format, account: &Account<'_>, fill: u64, check: impl Fn(&Block)) {
    let pin = pin(row);
    let block = compose(&pin, format, account, fill).expect("block");
    check(&block);
    assert!(decode(&block, format, account).expect("PIN") == pin, "{}", row.id());
}

fn enciphered(row: &Row, block: &Block) -> [u8; 8] {
    Tdes::new(&row.bytes("key")).expect("key").encrypt(block.word()).to_be_bytes()
}

fn none() -> Account<'static> {
    Account::twelve(b"000000000000").expect("account")
}

#[test]
fn vectors() {
    let not_covered = [
        ("pinblock-visa2", "no HSM format code stands for it"),
        ("pinblock-eci3", "no HSM format code stands for it"),
    ];
    vectors::run("pinblock", &not_covered, |row| {
        let clear = |block: &Block| {
            if row.outputs().is_string() {
                row.is_bytes(block.as_bytes());
            } else {
                row.same_bytes("clear", block.as_bytes());
                row.same_bytes("encrypted", &enciphered(row, block));
            }
        };
        let encrypted = |block: &Block| row.is_bytes(&enciphered(row, block));
        match row.algorithm() {
            "pinblock-iso0" => round_trip(row, Format::Iso0, &row.account(), u64::MAX, clear),
            "pinblock-iso0-encrypted" => {
                round_trip(row, Format::Iso0, &row.account(), u64::MAX, encrypted);
            }
            "pinblock-docutel-02" => round_trip(row, Format::Docutel, &none(), fill(row, 0), clear),
            "pinblock-diebold-03" => round_trip(row, Format::Diebold, &none(), u64::MAX, clear),
            "pinblock-diebold-03-encrypted" => {
                round_trip(row, Format::Diebold, &none(), u64::MAX, encrypted);
            }
            "pinblock-plus-04" => round_trip(row, Format::Plus, &row.account(), u64::MAX, clear),
            "pinblock-iso1" => {
                round_trip(row, Format::Iso1, &none(), fill(row, 2 + pin(row).len()), clear);
            }
            "pinblock-iso2" => round_trip(row, Format::Iso2, &none(), u64::MAX, clear),
            "pinblock-thales-35" => {
                round_trip(row, Format::PayNow, &row.account(), u64::MAX, clear);
            }
            "pinblock-iso3" => {
                round_trip(row, Format::Iso3, &row.account(), fill(row, 2 + pin(row).len()), clear);
            }
            "pinblock-iso3-decode" => {
                let bytes: [u8; 8] = hex::decode(row.output()).expect("hex").try_into().expect("8");
                let opened = decode(&Block::new(bytes), Format::Iso3, &row.account());
                assert!(opened.expect("PIN") == pin(row), "{}", row.id());
            }
            "pinblock-thales-41-vis-new" | "pinblock-thales-42-vis-change" => {
                let digits = |name| Pin::from_digits(row.input(name)).expect("PIN");
                let current = row.has("old_pin").then(|| digits("old_pin"));
                let card_key = row.tdes_key("icc_mk_ac");
                let block = visa::encode(&digits("new_pin"), current.as_ref(), &card_key);
                row.is_bytes(block.expect("block").as_bytes());
            }
            algorithm => return iso4(row, algorithm),
        }
        Some(())
    });
}

fn iso4(row: &Row, algorithm: &str) -> Option<()> {
    let pan_field = || hex::encode_upper(row.account().iso4_field().expect("account"));
    match algorithm {
        "pinblock-iso4" => {
            let key = Aes::new(&row.bytes("key")).expect("key");
            let random = u64::from_be_bytes(row.array("random"));
            row.same_bytes("pin_field", &*iso4::pin_field(&pin(row), random).expect("PIN"));
            row.same("pan_field", pan_field().as_bytes());
            let block = iso4::encipher(&pin(row), &row.account(), &key, &mut Fixed(random));
            row.same_bytes("encrypted", &block.expect("block"));
            let opened = iso4::decipher(&block.expect("block"), &row.account(), &key);
            assert!(opened.expect("PIN") == pin(row), "{}", row.id());
        }
        "pinblock-iso4-decipher" => {
            let key = Aes::new(&row.bytes("key")).expect("key");
            let block = hex::decode(row.output()).expect("hex").try_into().expect("16");
            let opened = iso4::decipher(&block, &row.account(), &key).expect("PIN");
            assert!(opened == pin(row), "{}", row.id());
        }
        "pinblock-iso4-fields" => {
            let field = iso4::pin_field(&pin(row), 0).expect("PIN");
            row.same_bytes("pin_field_head", &field[..8]);
            row.same("pan_field", pan_field().as_bytes());
        }
        "pinblock-iso4-pin-field" => {
            // The random half is whatever the source drew.
            let field = hex::encode_upper(&iso4::pin_field(&pin(row), 0).expect("PIN")[..8]);
            assert_eq!(row.output()[..16], field, "{}", row.id());
        }
        "pinblock-iso4-pan-field" => row.is(pan_field().as_bytes()),
        _ => return None,
    }
    Some(())
}

/// Gives one word again and again.
struct Fixed(u64);

impl rand_core::TryRng for Fixed {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(u32::try_from(self.0 >> 32).expect("half a word"))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(self.0)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        for (byte, random) in bytes.iter_mut().zip(self.0.to_be_bytes().iter().cycle()) {
            *byte = *random;
        }
        Ok(())
    }
}

fn block(hexadecimal: &str) -> Block {
    let bytes = hex::decode(hexadecimal).expect("hexadecimal");
    Block::new(bytes.try_into().expect("8 bytes"))
}

/// The account field of these is zero, so blocks can be written down.
fn fault(hexadecimal: &str, format: Format) -> Option<PinFault> {
    decode(&block(hexadecimal), format, &none()).err()
}

#[test]
fn reading_checks_control_length_digits_and_fill() {
    let rows = [
        ("041234FFFFFFFFFF", Format::Iso0, None),
        ("141234FFFFFFFFFF", Format::Iso0, Some(PinFault::Block)),
        ("031234FFFFFFFFFF", Format::Iso0, Some(PinFault::Length)),
        ("0D1234FFFFFFFFFF", Format::Iso0, Some(PinFault::Length)),
        ("04123AFFFFFFFFFF", Format::Iso0, Some(PinFault::Block)),
        ("041234FFFFFFFFF0", Format::Iso0, Some(PinFault::Block)),
        ("0C123456789012FF", Format::Iso0, None),
        ("0C123456789012FE", Format::Iso0, Some(PinFault::Block)),
        ("14123400AB99FFFF", Format::Iso1, None),
        ("0412340000000000", Format::Iso1, Some(PinFault::Block)),
        ("1212340000000000", Format::Iso1, Some(PinFault::Length)),
        ("14A2340000000000", Format::Iso1, Some(PinFault::Block)),
        ("241234FFFFFFFFFF", Format::Iso2, None),
        ("241234FFFFFFFFFF", Format::PayNow, None),
        ("341234ABCDEFABCD", Format::Iso3, None),
        ("341234ABCDEF9BCD", Format::Iso3, Some(PinFault::Block)),
        ("1234FFFFFFFFFFFF", Format::Diebold, None),
        ("123456789012FFFF", Format::Diebold, None),
        ("1234567890123FFF", Format::Diebold, Some(PinFault::Length)),
        ("1234567890123456", Format::Diebold, Some(PinFault::Length)),
        ("123FFFFFFFFFFFFF", Format::Diebold, Some(PinFault::Length)),
        ("1234FFFF5FFFFFFF", Format::Diebold, Some(PinFault::Block)),
        ("1234AFFFFFFFFFFF", Format::Diebold, Some(PinFault::Block)),
        ("4123400123456789", Format::Docutel, None),
        ("6123456123456789", Format::Docutel, None),
        ("7123456123456789", Format::Docutel, Some(PinFault::Length)),
        ("4123401123456789", Format::Docutel, Some(PinFault::Block)),
        ("412340012345678A", Format::Docutel, Some(PinFault::Block)),
        ("041234FFFFFFFFFF", Format::VisaNew, Some(PinFault::Format)),
        ("041234FFFFFFFFFF", Format::VisaChange, Some(PinFault::Format)),
        ("041234FFFFFFFFFF", Format::Iso4, Some(PinFault::Format)),
        ("041234FFFFFFFFFF", Format::Plus, Some(PinFault::Account)),
    ];
    for (text, format, expected) in rows {
        assert_eq!(fault(text, format), expected, "{text} {format:?}");
    }
}

#[test]
fn a_pin_outside_the_format_is_not_written() {
    let account = Account::full(b"4999988887777000").expect("account");
    for format in Format::ALL {
        for (digits, docutel_too) in [(&b"123"[..], true), (b"", true), (b"1234567", false)] {
            let pin = Pin::from_digits(digits).expect("digits");
            let refused = encode(&pin, format, &account, &mut Fixed(7)).err();
            if docutel_too || format == Format::Docutel {
                assert_eq!(refused, Some(PinFault::Length), "{format:?}");
            }
        }
    }
}

#[test]
fn another_account_number_does_not_open_a_bound_block() {
    let pin = Pin::from_digits(b"1234").expect("PIN");
    let (right, wrong) = (Account::full(b"4999988887777000"), Account::full(b"5111122223333444"));
    let (right, wrong) = (right.expect("account"), wrong.expect("account"));
    for format in Format::ALL {
        if let Ok(block) = encode(&pin, format, &right, &mut Fixed(0x0123_4567_89AB_CDEF)) {
            assert!(decode(&block, format, &right).expect("PIN") == pin, "{format:?}");
            assert_eq!(
                decode(&block, format, &wrong).is_err(),
                format.binds_account(),
                "{format:?}"
            );
        }
    }
}

#[test]
fn random_nibbles_stay_below_the_radix() {
    for random in [0, 1, u64::MAX, 0x8000_0000_0000_0000, 0x0123_4567_89AB_CDEF] {
        for radix in [6, 10] {
            let nibbles = random_nibbles(&mut Fixed(random), radix);
            assert!((0..64).step_by(4).all(|shift| nibbles >> shift & 0xF < radix));
        }
    }
    assert_eq!(random_nibbles(&mut Fixed(0), 10), 0);
    assert_eq!(random_nibbles(&mut Fixed(1 << 63), 10), 0x5000_0000_0000_0000);
    assert_eq!(random_nibbles(&mut Fixed(u64::MAX), 6), 0x5555_5555_5555_5555);
}

#[test]
fn codes_are_unique_and_lead_back() {
    for format in Format::ALL {
        assert_eq!(Format::from_code(format.code()), Some(format));
        assert_eq!(format.block_length(), if format == Format::Iso4 { 16 } else { 8 });
    }
    assert_eq!(Format::from_code(*b"46"), None);
}

#[test]
fn sealed_blocks_open_under_the_cipher_of_their_format() {
    let account = Account::full(b"4999988887777000").expect("account");
    let pin = Pin::from_digits(b"123456").expect("PIN");
    let des = Cipher::Tdes(Tdes::new(&[0x31; 16]).expect("key"));
    let aes = Cipher::Aes(Aes::new(&[0x31; 16]).expect("key"));
    for format in Format::ALL {
        for (key, of_format) in [(&des, format != Format::Iso4), (&aes, format == Format::Iso4)] {
            let mut out = [0; 16];
            let sealed = seal(&pin, format, &account, key, &mut Fixed(5), &mut out);
            let no_account = matches!(format, Format::VisaNew | Format::VisaChange);
            if !of_format || no_account {
                assert_eq!(sealed, Err(PinFault::Format), "{format:?}");
                assert_eq!(open(&out[..8], format, &account, key).err(), Some(PinFault::Format));
                continue;
            }
            let length = sealed.expect("block");
            assert_eq!(length, format.block_length());
            assert!(open(&out[..length], format, &account, key).expect("PIN") == pin, "{format:?}");
            assert_eq!(
                open(&out[..length - 1], format, &account, key).err(),
                Some(PinFault::Block)
            );
        }
    }
}
