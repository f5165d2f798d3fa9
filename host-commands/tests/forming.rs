//! `A4`: keys formed of encrypted components.

#[path = "device/device.rs"]
mod device;

use appliance::Category;
use device::{Device, On, Purpose, sealed, sealed_block};

const ZPK: Purpose = Purpose::new(*b"001", *b"P0");

/// The exclusive or of components, with odd parity.
fn combined(components: &[&str]) -> String {
    let mut sum = vec![0; components[0].len() / 2];
    for component in components {
        for (byte, other) in sum.iter_mut().zip(hex::decode(component).expect("hexadecimal")) {
            *byte ^= other;
        }
    }
    for byte in &mut sum {
        *byte ^= u8::from(byte.count_ones().is_multiple_of(2));
    }
    hex::encode_upper(sum)
}

/// Components of so many bytes, all different and of odd parity.
fn components(count: usize, bytes: usize) -> Vec<String> {
    let component = |number: usize| {
        let bytes =
            (0..bytes).map(|at| u8::try_from((7 * number + 13 * at + 1) % 256).expect("a byte"));
        combined(&[&hex::encode_upper(bytes.collect::<Vec<_>>())])
    };
    (0..count).map(component).collect()
}

#[test]
fn components_under_a_variant_lmk_form_their_sum() {
    let device = Device::with(|_| {});
    for (bytes, scheme) in [(8, 'Z'), (16, 'U'), (24, 'T')] {
        for count in 2..=9 {
            for (key_type, usage) in [(*b"001", *b"P0"), (*b"000", *b"K0"), (*b"402", *b"C0")] {
                let purpose = Purpose::new(key_type, usage);
                let clear = components(count, bytes);
                let clear: Vec<&str> = clear.iter().map(String::as_str).collect();
                let parts: String =
                    clear.iter().map(|clear| sealed(On::Variant, purpose, clear)).collect();
                let code = String::from_utf8_lossy(&key_type).into_owned();
                let reply = device.ask(On::Variant, &format!("A4{count}{code}{scheme}{parts}"));
                let key = sealed(On::Variant, purpose, &combined(&clear));
                let (head, check_value) = reply.split_at(reply.len() - 6);
                assert_eq!(head, format!("A500{key}"), "{count} of {code} {scheme}");
                let length = bytes / 8 - 1;
                let full = device.ask(On::Variant, &format!("BUFF{length}{key};{code}"));
                assert!(full.starts_with(&format!("BV00{check_value}")), "{full}");
            }
        }
    }
}

/// The older commands keep components of ZMKs under type 100.
#[test]
fn components_of_a_zmk_may_be_of_their_own_type() {
    let device = Device::with(|_| {});
    let clear = components(2, 16);
    let own = Purpose::new(*b"100", *b"K0");
    let parts: String = clear.iter().map(|clear| sealed(On::Variant, own, clear)).collect();
    let sum = combined(&[&clear[0], &clear[1]]);
    let zmk = sealed(On::Variant, Purpose::new(*b"000", *b"K0"), &sum);
    let reply = device.ask(On::Variant, &format!("A42000U{parts}"));
    assert!(reply.starts_with(&format!("A500{zmk}")), "{reply}");
    assert_eq!(device.ask(On::Variant, &format!("A42001U{parts}")), "A510");
}

#[test]
fn components_in_key_blocks_form_their_sum() {
    let device = Device::with(|_| {});
    for on in [On::KeyBlock, On::AesKeyBlock] {
        for (status, attributes, optional) in [
            ("", "0000", ""),
            ("", "1201LB05A", "LB05A"),
            ("0005L", "0000", "0005L"),
            ("0005L", "0702LB05A0005L", "LB05A0005L"),
        ] {
            let clear = components(3, 24);
            let parts: String = (1..)
                .zip(&clear)
                .map(|(number, clear)| {
                    sealed_block(on, &format!("0000052TBc{number}E0000"), status, clear)
                })
                .collect();
            let reply = device.ask(on, &format!("A43FFFS{parts}%0{}#{attributes}", on as u8));
            assert!(reply.starts_with("A500"), "{attributes}: {reply}");
            let sum = combined(&[&clear[0], &clear[1], &clear[2]]);
            let version = &attributes[..2];
            let expected = sealed_block(on, &format!("0000052TB{version}E0000"), optional, &sum);
            let (key, check_value) = reply[4..].split_at(reply.len() - 10);
            // The same header and blocks; the padding of the key is random.
            let header = expected.len() - if on == On::KeyBlock { 72 } else { 80 };
            assert_eq!(&key[..header], &expected[..header], "{attributes}");
            for key in [key, &expected] {
                let full = device.ask(on, &format!("BUFFF{key};FFF;001"));
                assert_eq!(full, format!("BV00{check_value}"));
            }
        }
    }
}

#[test]
fn refusals_of_a4() {
    let clear = components(2, 16);
    let device = Device::with(|_| {});
    let under = |purpose, clear: &str| sealed(On::Variant, purpose, clear);
    let part = |number: usize| under(ZPK, &clear[number]);
    let two = format!("{}{}", part(0), part(1));
    let single = under(ZPK, &clear[0][..16]);
    let equal = format!("{0}{0}", &clear[0][..16]);
    let posing = [under(ZPK, &equal), under(ZPK, "10101010101010101010101010101010")].concat();
    for (message, code) in [
        (format!("2001U{two}"), "00"),
        (format!("0001U{two}"), "03"),
        (format!("1001U{}", part(0)), "03"),
        (format!("X001U{two}"), "03"),
        (format!("20F1U{two}"), "04"),
        (format!("2302U{two}"), "29"),
        (format!("2001{two}"), "15"),
        (format!("2001?{two}"), "26"),
        (format!("2001S{two}#0000"), "26"),
        (format!("2001T{two}"), "26"),
        (format!("2002U{two}"), "10"),
        (format!("2001U{0}{0}", part(0)), "11"),
        (format!("2001U{}", part(0)), "15"),
        (format!("3001U{two}"), "15"),
        (format!("2001U{two}{}", part(0)), "15"),
        (format!("2001U{}{single}", part(0)), "B5"),
        (format!("2001U{posing}"), "75"),
        (format!("2001U{two}%01"), "13"),
    ] {
        let reply = device.ask(On::Variant, &format!("A4{message}"));
        assert_eq!(reply.get(..4), Some(format!("A5{code}").as_str()), "{message}");
    }
    let block = |header: &str, number: usize| {
        sealed_block(On::KeyBlock, &format!("00000{header}0000"), "", &clear[number])
    };
    let two = format!("{}{}", block("P0TNc1E", 0), block("P0TNc2E", 1));
    for (message, code) in [
        (format!("2FFFS{two}#0000"), "00"),
        (format!("2FFFS{two}"), "15"),
        (format!("2FFFU{two}"), "26"),
        (format!("2FFFS{two}#c000"), "A9"),
        (format!("2FFFS{two}#0001KS05A"), "B4"),
        (format!("2FFFS{}{}#0000", block("P0TNc1E", 0), block("P0TN00E", 1)), "A9"),
        (format!("2FFFS{}{}#0000", block("P0TNc1E", 0), block("P0TNc2E", 0)), "11"),
        (format!("2FFFS{}{}#0000", block("P0TNc1E", 0), block("P0TNc1E", 1)), "B5"),
    ] {
        let reply = device.ask(On::KeyBlock, &format!("A4{message}"));
        assert_eq!(reply.get(..4), Some(format!("A5{code}").as_str()), "{message}");
    }
}

#[test]
fn forming_needs_to_be_authorised() {
    let clear = components(2, 16);
    let parts: String = clear.iter().map(|clear| sealed(On::Variant, ZPK, clear)).collect();
    let message = format!("A42001U{parts}");
    let device = Device::in_state(|state| {
        state.authorised.cancel(Category::Component, "001");
    });
    assert_eq!(device.ask(On::Variant, &message), "A517");
    let device = Device::in_state(|state| {
        state.authorised.cancel(Category::Component, "002");
    });
    assert!(device.ask(On::Variant, &message).starts_with("A500"));
}
