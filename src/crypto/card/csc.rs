//! American Express card security codes.

use super::CardFault;
use crate::cipher::Tdes;
use crate::digits;

/// The three card security codes of a card, ASCII digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecurityCodes {
    /// 5CSC, of the magnetic stripe.
    pub five: [u8; 5],
    /// 4CSC, printed on the front.
    pub four: [u8; 4],
    /// 3CSC, on the back.
    pub three: [u8; 3],
}

/// Card security codes under a pair of CSC keys: version 1 without service code, version 2 with it.
///
/// `inferred` throughout: the only public description is one open simulator, and no vector with a clear key is public.
/// Block: `date` (YYMM) and account digits 3-14 for accounts that begin with 37, the other way round for 34. Version 1
/// enciphers it; version 2 adds the service code, pads with zeros to two blocks, enciphers in CBC with a zero chaining
/// value and takes the second. All decimal digits of the result in order, then A-F as 1-6 (from the sixth position on
/// as 6-9, 0, 1) until there are 12 digits: 5CSC, 4CSC, 3CSC.
pub fn security_codes(
    csck: &Tdes,
    account: &[u8],
    date: [u8; 4],
    service: Option<[u8; 3]>,
) -> Result<SecurityCodes, CardFault> {
    enciphered(csck, account, date, service).map(codes)
}

/// The 12 digits of a result, by the rule of [`security_codes`].
fn codes(result: u64) -> SecurityCodes {
    let result = result.to_be_bytes();
    let decimal = digits::nibbles(&result).filter(|nibble| *nibble < 10);
    let others = (0..).zip(digits::nibbles(&result)).filter(|(_, nibble)| *nibble >= 10);
    let others = others.map(|(index, nibble)| nibble - 9 + if index < 5 { 0 } else { 5 });
    let taken = decimal.chain(others).map(|digit| b'0' + digit % 10);
    let mut codes = SecurityCodes { five: [b'0'; 5], four: [b'0'; 4], three: [b'0'; 3] };
    let places = codes.five.iter_mut().chain(&mut codes.four).chain(&mut codes.three);
    places.zip(taken).for_each(|(place, digit)| *place = digit);
    codes
}

fn enciphered(
    csck: &Tdes,
    account: &[u8],
    date: [u8; 4],
    service: Option<[u8; 3]>,
) -> Result<u64, CardFault> {
    let fields = [account, &date, service.as_ref().map_or(&[], |service| service)];
    if !fields.into_iter().all(digits::is_decimal) {
        return Err(CardFault::Digits);
    }
    let middle: &[u8] = account.get(2..14).ok_or(CardFault::Account)?;
    let [first, second]: [&[u8]; 2] = match account {
        [b'3', b'7', ..] => [&date, middle],
        [b'3', b'4', ..] => [middle, &date],
        _ => return Err(CardFault::Account),
    };
    let block = |digits: &[&[u8]]| {
        let packed = digits::pack(digits.iter().copied().flatten().copied());
        packed.map(u64::from_be_bytes).ok_or(CardFault::Digits)
    };
    let result = csck.encrypt(block(&[first, second])?);
    match service {
        None => Ok(result),
        Some(service) => Ok(csck.encrypt(result ^ block(&[&service])?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;

    #[test]
    fn vectors() {
        vectors::run("amex_csc", &[], |row| {
            let csck = Tdes::new(&row.bytes("csck")).expect("key");
            let date = row.input("exp").try_into().expect("date");
            let result = enciphered(&csck, row.input("pan"), date, None).expect("account");
            row.same_bytes("cipher", &result.to_be_bytes());
            (row.algorithm() == "amex-csc-v1-core").then_some(())
        });
    }

    #[test]
    fn letters_count_differently_from_the_sixth_position_on() {
        let expected = |five: &[u8; 5], four: &[u8; 4], three: &[u8; 3]| SecurityCodes {
            five: *five,
            four: *four,
            three: *three,
        };
        assert_eq!(codes(0x1234_5FAE_BCD0_1FFF), expected(b"12345", b"0116", b"078"));
        assert_eq!(codes(0xAB12_0000_0000_FFFF), expected(b"12000", b"0000", b"012"));
        assert_eq!(codes(0x1234_5678_9012_3456), expected(b"12345", b"6789", b"012"));
    }

    #[test]
    fn codes_differ_by_version_and_need_an_amex_account() {
        let csck = Tdes::new(&[0x31; 16]).expect("key");
        let codes = |account: &[u8], service| security_codes(&csck, account, *b"2812", service);
        let first = codes(b"371234567890123", None).expect("codes");
        assert_ne!(Ok(first), codes(b"371234567890123", Some(*b"201")));
        assert_ne!(Ok(first), codes(b"341234567890123", None));
        assert_eq!(codes(b"411234567890123", None), Err(CardFault::Account));
        assert_eq!(codes(b"3712345678901", None), Err(CardFault::Account));
        assert_eq!(codes(b"37123456789012X", None), Err(CardFault::Digits));
    }
}
