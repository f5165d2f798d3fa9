//! Thales key blocks, scheme `S`: version `0` under triple DES, version `1` under AES.

use crypto::ClearKey;
use rand_core::Rng;

use super::{Header, KeyBlock, KeyBlockKeys, Padding, body};
use crate::Refusal;

/// Verifies a Thales key block (from its version on, no scheme tag) and takes its symmetric key out.
///
/// # Errors
/// Those of [`KeyBlock::parse`]; BE if it is no Thales key block or not of the version of the keys; A4 if the authenticator is
/// wrong; A5 if the length of the key does not fit its algorithm; A7 if it is not symmetric.
pub fn open(keys: &KeyBlockKeys, block: &[u8]) -> Result<(Header, ClearKey), Refusal> {
    parse(block)?.open(keys)
}

/// Seals a symmetric key as a Thales key block (no scheme tag) in `out`, and returns its length.
///
/// `optional` holds whole optional blocks; padding at their end is replaced by what the cipher needs.
///
/// # Errors
/// Those of [`Header::check`]; BE if the header has another version than the keys; A7 if it has another algorithm than the
/// key; AB and AC for optional blocks; 83 if `out` is too short.
pub fn seal(
    keys: &KeyBlockKeys,
    header: &Header,
    optional: &[u8],
    key: &ClearKey,
    padding: Padding,
    rng: &mut dyn Rng,
    out: &mut [u8],
) -> Result<usize, Refusal> {
    if !header.version.is_thales() {
        return Err(Refusal::HeaderIdentifier);
    }
    body::seal(keys, header, optional, key, padding, rng, out)
}

/// Verifies the key block of an RSA private key and returns the DER sequence in it.
///
/// The block has a binary body: a sequence of p, q, dp, dq and the inverse of q, unsigned and of fixed width, then random
/// bytes; no length in front. `out` has to hold the body. Source: recorded device traffic, for version `0`.
///
/// # Errors
/// As [`open`]; A5 if `out` is too short; 83 if the body does not begin with a sequence.
pub fn open_private_key<'o>(
    keys: &KeyBlockKeys,
    block: &[u8],
    out: &'o mut [u8],
) -> Result<(Header, &'o mut [u8]), Refusal> {
    let block = parse(block)?;
    if !block.is_binary() {
        return Err(Refusal::Algorithm);
    }
    block.decrypt(keys, out)?;
    let length = out.get(..block.body_length()).and_then(sequence_length).ok_or(Refusal::Format)?;
    let sequence = out.get_mut(..length).ok_or(Refusal::Format)?;
    Ok((block.header, sequence))
}

/// Seals the DER sequence of an RSA private key; the counterpart of [`open_private_key`].
///
/// # Errors
/// As [`seal`]; A7 if the header's algorithm is not RSA.
pub fn seal_private_key(
    keys: &KeyBlockKeys,
    header: &Header,
    optional: &[u8],
    sequence: &[u8],
    rng: &mut dyn Rng,
    out: &mut [u8],
) -> Result<usize, Refusal> {
    if !super::is_binary(header) {
        return Err(Refusal::Algorithm);
    }
    body::seal_payload(keys, header, optional, sequence, sequence.len(), rng, out)
}

/// Verifies a key block with a body of text and returns what it holds behind its length, be it DER of a key on a curve.
///
/// `out` has to hold the body.
///
/// # Errors
/// As [`open`]; A5 if `out` is too short; A7 for the binary body of an RSA key.
pub fn open_payload<'o>(
    keys: &KeyBlockKeys,
    block: &[u8],
    out: &'o mut [u8],
) -> Result<(Header, &'o mut [u8]), Refusal> {
    let block = parse(block)?;
    if block.is_binary() {
        return Err(Refusal::Algorithm);
    }
    block.decrypt(keys, out)?;
    let place = out.get(..block.body_length()).ok_or(Refusal::KeyLength).and_then(body::payload)?;
    let payload = out.get_mut(place).ok_or(Refusal::KeyLength)?;
    Ok((block.header, payload))
}

/// Seals what a key block with a body of text is to hold; the counterpart of [`open_payload`].
///
/// # Errors
/// As [`seal`]; A7 for the header of an RSA key.
pub fn seal_payload(
    keys: &KeyBlockKeys,
    header: &Header,
    optional: &[u8],
    payload: &[u8],
    rng: &mut dyn Rng,
    out: &mut [u8],
) -> Result<usize, Refusal> {
    if super::is_binary(header) {
        return Err(Refusal::Algorithm);
    }
    body::seal_payload(keys, header, optional, payload, payload.len(), rng, out)
}

fn parse(block: &[u8]) -> Result<KeyBlock<'_>, Refusal> {
    let block = KeyBlock::parse(block)?;
    if block.header.version.is_thales() { Ok(block) } else { Err(Refusal::HeaderIdentifier) }
}

/// Length of the DER sequence at the front of some bytes, tag and length included.
fn sequence_length(bytes: &[u8]) -> Option<usize> {
    let (first, content) = match *bytes {
        [0x30, short @ 0..=0x7F, ..] => (2, usize::from(short)),
        [0x30, 0x81, length, ..] => (3, usize::from(length)),
        [0x30, 0x82, high, low, ..] => (4, usize::from(u16::from_be_bytes([high, low]))),
        _ => return None,
    };
    Some(first + content).filter(|&length| length <= bytes.len())
}

#[cfg(test)]
mod tests {
    use crypto::Algorithm;
    use serde_json::Value;
    use subtle::ConstantTimeEq;

    use super::super::tests::{Source, bytes, check_value, key, rows, text};
    use super::*;

    const VECTORS: &str = include_str!("../../../vectors/crypto/thales_keyblock.jsonl");

    fn protecting(row: &Value, version: u8) -> ClearKey {
        let algorithm = if version == b'1' { Algorithm::Aes } else { Algorithm::Tdes };
        key(algorithm, &bytes(row, "inputs", "lmk"))
    }

    fn keys(row: &Value, version: u8) -> KeyBlockKeys {
        KeyBlockKeys::new(&protecting(row, version)).expect("a key that protects key blocks")
    }

    /// The block behind the scheme tag.
    fn untagged(block: &str) -> &[u8] {
        block.strip_prefix('S').expect("scheme S").as_bytes()
    }

    fn opened(row: &Value, block: &str) -> (Header, ClearKey) {
        let block = untagged(block);
        open(&keys(row, block[0]), block).expect("an authentic block")
    }

    #[test]
    fn vectors() {
        let (mut wrapped, mut unwrapped, mut recorded) = (0, 0, 0);
        for row in rows(VECTORS) {
            let id = row["id"].as_str().unwrap_or_default();
            let block = text(&row, "inputs", "key_block");
            match row["algorithm"].as_str().unwrap_or_default() {
                "thales-S-wrap" => {
                    wraps(&row, id);
                    wrapped += 1;
                }
                "thales-S-unwrap" => {
                    let (header, key) = opened(&row, block);
                    assert_eq!(key.as_bytes(), bytes(&row, "output", "key"), "{id}");
                    assert_eq!(header.check_combination(), Ok(()), "{id}");
                    let expected = text(&row, "output", "check_value");
                    assert!(expected.is_empty() || check_value(&key) == expected, "{id}");
                    unwrapped += 1;
                }
                "thales-S-authentic" => {
                    let (header, _) = opened(&row, block);
                    assert_eq!(header.check_combination(), Ok(()), "{id}");
                    recorded += 1;
                }
                "thales-S-check-value" => {
                    let (_, key) = opened(&row, block);
                    assert_eq!(check_value(&key), text(&row, "output", "check_value"), "{id}");
                    recorded += 1;
                }
                "thales-S-transport" => {
                    let (header, transport) = opened(&row, text(&row, "inputs", "transport_block"));
                    assert_eq!(header.check_combination(), Ok(()), "{id}");
                    let (_, key) = opened(&row, block);
                    let keys = KeyBlockKeys::new(&transport).expect("a ZMK");
                    let wrapped = untagged(text(&row, "output", "wrapped"));
                    let (header, exported) = open(&keys, wrapped).expect("an authentic block");
                    assert_eq!(header.reserved, Header::UNDER_TRANSPORT_KEY, "{id}");
                    assert_eq!(exported.as_bytes(), key.as_bytes(), "{id}");
                    assert_eq!(check_value(&key), text(&row, "output", "check_value"), "{id}");
                    recorded += 1;
                }
                "thales-S-components" => {
                    components(&row, id);
                    recorded += 1;
                }
                "thales-S-private-key" => {
                    private_key(&row, id);
                    recorded += 1;
                }
                other => panic!("{id}: no test for {other}"),
            }
        }
        assert_eq!((wrapped, unwrapped, recorded), (20, 13, 18));
    }

    fn wraps(row: &Value, id: &str) {
        let text_header = text(row, "inputs", "header");
        let header = Header::parse(text_header.as_bytes()).expect("a legal header");
        let keys = keys(row, text_header.as_bytes()[0]);
        let algorithm = if header.algorithm == b'A' { Algorithm::Aes } else { Algorithm::Tdes };
        let key = key(algorithm, &bytes(row, "inputs", "key"));
        let mut source = Source { first: bytes(row, "inputs", "pad"), state: 1 };
        let mut out = [0; 200];
        let length = seal(&keys, &header, b"", &key, Padding::Minimal, &mut source, &mut out)
            .expect("a key block");
        let expected = untagged(row["output"].as_str().unwrap_or_default());
        assert_eq!(&out[..length], expected, "{id}");
        let (read, opened) = open(&keys, expected).expect("an authentic block");
        assert_eq!((read, opened.as_bytes()), (header, key.as_bytes()), "{id}");
    }

    fn components(row: &Value, id: &str) {
        let (header, formed) = opened(row, text(row, "output", "key_block"));
        let blocks = row["inputs"]["components"].as_array().expect("a list of blocks");
        let mut sum: Option<ClearKey> = None;
        for (number, block) in (1..).zip(blocks) {
            let (header, component) = opened(row, block.as_str().unwrap_or_default());
            assert_eq!(header.component(), Some(number), "{id}");
            match &mut sum {
                None => sum = Some(component),
                Some(sum) => sum.xor(&component).expect("equal lengths"),
            }
        }
        let sum = sum.expect("components").with_odd_parity();
        assert!(bool::from(sum.ct_eq(&formed)), "{id}");
        assert_eq!(header.component(), None, "{id}");
        assert_eq!(check_value(&sum), text(row, "output", "check_value"), "{id}");
    }

    fn private_key(row: &Value, id: &str) {
        let block = bytes(row, "inputs", "key_block_hex");
        let (header_text, mac) = (text(row, "output", "header"), text(row, "output", "mac"));
        assert!(block.starts_with(header_text.as_bytes()) && block.ends_with(mac.as_bytes()));
        let keys = keys(row, b'0');
        let mut out = [0; 1000];
        let (header, sequence) = open_private_key(&keys, &block[1..], &mut out).expect("a key");
        assert_eq!((header.usage, header.algorithm), (*b"03", b'R'), "{id}");
        assert_eq!(header.check_combination(), Ok(()), "{id}");
        // Five integers of 128 bytes; the product of the first two is the modulus of the public key.
        let content = &sequence[4..];
        assert_eq!(content.len(), 5 * 131, "{id}");
        let integers: Vec<&[u8]> = content.chunks(131).collect();
        assert!(integers.iter().all(|integer| integer.starts_with(&[0x02, 0x81, 0x80])), "{id}");
        let product = product(&integers[0][3..], &integers[1][3..]);
        let public = bytes(row, "inputs", "public_key_der");
        assert!(public.windows(product.len()).any(|window| window == product), "{id}");

        let mut again = [0; 1000];
        let mut source = Source::new(1);
        let length = seal_private_key(&keys, &header, b"", sequence, &mut source, &mut again)
            .expect("a block");
        assert_eq!(length, block.len() - 1, "{id}");
        let mut reopened = [0; 1000];
        let (_, second) = open_private_key(&keys, &again[..length], &mut reopened).expect("a key");
        assert_eq!(second, sequence, "{id}");
    }

    fn product(a: &[u8], b: &[u8]) -> Vec<u8> {
        let mut sum = vec![0; a.len() + b.len()];
        for (i, &left) in a.iter().enumerate().rev() {
            let mut carry = 0;
            for (j, &right) in b.iter().enumerate().rev() {
                let total = u32::from(sum[i + j + 1]) + u32::from(left) * u32::from(right) + carry;
                sum[i + j + 1] = total.to_le_bytes()[0];
                carry = total >> 8;
            }
            sum[i] = carry.to_le_bytes()[0];
        }
        sum
    }

    #[test]
    fn a_private_key_is_no_symmetric_key() {
        let row = rows(VECTORS).into_iter().find(|row| row["algorithm"] == "thales-S-private-key");
        let row = row.expect("a private key");
        let block = bytes(&row, "inputs", "key_block_hex");
        assert_eq!(open(&keys(&row, b'0'), &block[1..]).err(), Some(Refusal::Algorithm));
        for position in (1..block.len()).step_by(7) {
            let mut flipped = block[1..].to_vec();
            flipped[position - 1] ^= 1;
            let mut out = [0; 1000];
            assert!(open_private_key(&keys(&row, b'0'), &flipped, &mut out).is_err());
            let cut = &block[1..position];
            assert!(open_private_key(&keys(&row, b'0'), cut, &mut out).is_err());
        }
    }

    #[test]
    fn sequences_are_measured() {
        assert_eq!(sequence_length(&[0x30, 2, 5, 0, 9]), Some(4));
        assert_eq!(sequence_length(&[0x30, 0x81, 1, 5]), Some(4));
        assert_eq!(sequence_length(&[0x30, 0x82, 0, 1, 5]), Some(5));
        for wrong in [
            &[][..],
            &[0x31, 0],
            &[0x30],
            &[0x30, 0x80, 0],
            &[0x30, 3, 1, 2],
            &[0x30, 0x83, 0, 0, 1],
        ] {
            assert_eq!(sequence_length(wrong), None);
        }
    }
}
