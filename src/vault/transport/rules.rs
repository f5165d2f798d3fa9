//! What the header of a key block must say before a key may leave or come in.

use crate::key_block::{Header, OptionalBlocks, Version, optional, values};
use crate::{KeyType, Refusal};

/// Key usages that never leave a key-block LMK outside a key block. Source: manual.
const BLOCK_ONLY: &[[u8; 2]] = &[*b"K0", *b"52", *b"D0", *b"21", *b"22"];

/// Checks whether a key from under a key-block LMK may leave, in a key block or outside of one.
///
/// # Errors
/// AA if its exportability forbids it: `N` always, `E` outside key blocks. A6 outside key blocks for transport and data keys.
pub fn check_export(header: &Header, in_key_block: bool) -> Result<(), Refusal> {
    match header.exportability {
        b'E' if in_key_block => Ok(()),
        b'S' if in_key_block || !BLOCK_ONLY.contains(&header.usage) => Ok(()),
        b'S' => Err(Refusal::Usage),
        _ => Err(Refusal::Exportability),
    }
}

/// Whether one key usage may stand for another: they are the same, or one is what X9.143 has instead of the other.
///
/// Inferred: it lets a key change between the general and the particular usage (`P0` and `72`), and nothing else.
pub fn are_akin(one: [u8; 2], other: [u8; 2]) -> bool {
    let standard = |usage| values::usage(usage).and_then(|row| row.standard);
    one == other || standard(one) == Some(other) || standard(other) == Some(one)
}

/// Checks whether a key of this type may go by a key usage. A type without known usages takes any (inferred).
///
/// # Errors
/// A6.
pub fn check_usage(key_type: &KeyType, usage: [u8; 2]) -> Result<(), Refusal> {
    let known = key_type.usages;
    if known.is_empty() || known.iter().any(|known| are_akin(*known, usage)) {
        Ok(())
    } else {
        Err(Refusal::Usage)
    }
}

/// The header that a key gets under a ZMK or TMK.
///
/// In a Thales key block all fields stay and the LMK identifier becomes `FF`. In a TR-31 key block the last field is `00` and a
/// Thales usage gives way to the nearest one of X9.143 (inferred).
///
/// # Errors
/// A6 if X9.143 has no such usage.
pub fn outgoing(header: &Header, version: Version) -> Result<Header, Refusal> {
    if version.is_thales() {
        return Ok(Header { version, reserved: Header::UNDER_TRANSPORT_KEY, ..*header });
    }
    let usage = match values::usage(header.usage) {
        Some(row) => row.standard.ok_or(Refusal::Usage)?,
        None => header.usage,
    };
    Ok(Header { version, usage, reserved: *b"00", ..*header })
}

/// The optional block that X9.143 asks for beside what outgoing TR-31 key blocks have already: for an HMAC key the hash algorithm,
/// which Thales says by the usage.
pub fn outgoing_block(
    header: &Header,
    version: Version,
    present: OptionalBlocks<'_>,
) -> Option<[u8; 6]> {
    let hash = optional::hash_of(header.usage).filter(|_| !version.is_thales())?;
    if present.find(*b"HM").is_some() {
        return None;
    }
    let [first, second] = *hash;
    Some([b'H', b'M', b'0', b'6', first, second])
}

/// Whether an optional block still holds when its key comes under another protecting key: all but the check value of the old one
/// (inferred) and padding.
pub const fn stays_true(id: [u8; 2]) -> bool {
    !matches!(&id, b"KP" | b"PB")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &[u8]) -> Header {
        Header::parse(text).expect("a legal header")
    }

    #[test]
    fn exportability_decides_how_a_key_leaves() {
        for (text, in_block, outside) in [
            (b"00072P0TB00S0001", Ok(()), Ok(())),
            (b"00072P0TB00E0001", Ok(()), Err(Refusal::Exportability)),
            (b"00072P0TB00N0001", Err(Refusal::Exportability), Err(Refusal::Exportability)),
            (b"00072K0TB00S0001", Ok(()), Err(Refusal::Usage)),
            (b"0007222TB00S0001", Ok(()), Err(Refusal::Usage)),
            (b"0007252TB00E0001", Ok(()), Err(Refusal::Exportability)),
        ] {
            let header = header(text);
            assert_eq!(check_export(&header, true), in_block, "{}", text.escape_ascii());
            assert_eq!(check_export(&header, false), outside, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn usages_go_with_key_types() {
        let zpk = KeyType::find(*b"001").expect("a key type");
        let bdk = KeyType::find(*b"609").expect("a key type");
        for (key_type, usage, outcome) in [
            (zpk, b"P0", Ok(())),
            (zpk, b"72", Ok(())),
            (zpk, b"K0", Err(Refusal::Usage)),
            (bdk, b"B0", Ok(())),
            (bdk, b"41", Ok(())),
            (bdk, b"42", Err(Refusal::Usage)),
        ] {
            assert_eq!(check_usage(key_type, *usage), outcome);
        }
        assert!(are_akin(*b"P0", *b"72") && are_akin(*b"72", *b"P0") && are_akin(*b"E0", *b"E0"));
        assert!(!are_akin(*b"71", *b"72"));
    }

    #[test]
    fn headers_change_on_their_way_out() {
        let zpk = header(b"0007272TB00E0001");
        let thales =
            outgoing(&zpk, Version::ThalesTdes).map(|header| (header.usage, header.reserved));
        assert_eq!(thales, Ok((*b"72", *b"FF")));
        let standard = outgoing(&zpk, Version::B).map(|header| (header.usage, header.reserved));
        assert_eq!(standard, Ok((*b"P0", *b"00")));
        assert_eq!(outgoing(&header(b"0007253TX00E0001"), Version::B), Err(Refusal::Usage));
    }

    #[test]
    fn hmac_keys_leave_with_their_hash_algorithm() {
        let hmac = header(b"1009663HC00E0001");
        let none = OptionalBlocks::NONE;
        let there = OptionalBlocks::parse(b"HM0621").expect("a block");
        assert_eq!(outgoing_block(&hmac, Version::D, none), Some(*b"HM0621"));
        assert_eq!(outgoing_block(&hmac, Version::D, there), None);
        assert_eq!(outgoing_block(&hmac, Version::ThalesAes, none), None);
        assert_eq!(outgoing_block(&header(b"1009672AB00E0001"), Version::D, none), None);
        assert!(stays_true(*b"KC") && !stays_true(*b"KP") && !stays_true(*b"PB"));
    }
}
