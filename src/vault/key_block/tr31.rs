//! TR-31 and X9.143 key blocks, scheme `R`: versions `A` to `E`.

use crypto::ClearKey;
use rand_core::Rng;

use super::{Header, KeyBlock, KeyBlockKeys, Padding, body};
use crate::Refusal;

/// Verifies a TR-31 key block (from its version on, no scheme tag) and takes its symmetric key out, however long its padding is.
///
/// # Errors
/// Those of [`KeyBlock::parse`]; BE if it is no TR-31 key block or not of the version of the keys; A4 if the authenticator is
/// wrong; A5 if the length of the key does not fit its algorithm; A7 if it is not symmetric.
pub fn open(keys: &KeyBlockKeys, block: &[u8]) -> Result<(Header, ClearKey), Refusal> {
    parse(block)?.open(keys)
}

/// Verifies a TR-31 key block and returns what it holds, be it a symmetric key or the DER text of a private key.
///
/// `out` has to hold the body: half the characters behind header and optional blocks.
///
/// # Errors
/// As [`open`]; A5 if `out` is too short.
pub fn open_payload<'o>(
    keys: &KeyBlockKeys,
    block: &[u8],
    out: &'o mut [u8],
) -> Result<(Header, &'o mut [u8]), Refusal> {
    let block = parse(block)?;
    block.decrypt(keys, out)?;
    let place = out.get(..block.body_length()).ok_or(Refusal::KeyLength).and_then(body::payload)?;
    let payload = out.get_mut(place).ok_or(Refusal::KeyLength)?;
    Ok((block.header, payload))
}

/// Seals a symmetric key as a TR-31 key block (no scheme tag) in `out`, and returns its length.
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
    check_version(header)?;
    body::seal(keys, header, optional, key, padding, rng, out)
}

/// Seals any payload, for example the DER text of a private key, with as little padding as the cipher needs.
///
/// # Errors
/// As [`seal`]; A5 if the payload is empty; 83 also if the block would be longer than 9,999 characters.
pub fn seal_payload(
    keys: &KeyBlockKeys,
    header: &Header,
    optional: &[u8],
    payload: &[u8],
    rng: &mut dyn Rng,
    out: &mut [u8],
) -> Result<usize, Refusal> {
    check_version(header)?;
    body::seal_payload(keys, header, optional, payload, payload.len(), rng, out)
}

fn parse(block: &[u8]) -> Result<KeyBlock<'_>, Refusal> {
    let block = KeyBlock::parse(block)?;
    check_version(&block.header)?;
    Ok(block)
}

fn check_version(header: &Header) -> Result<(), Refusal> {
    if header.version.is_thales() { Err(Refusal::HeaderIdentifier) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use crypto::Algorithm;
    use serde_json::Value;

    use super::super::tests::{Source, bytes, key, rows, text};
    use super::super::{OptionalBlocks, Version};
    use super::*;

    const VECTORS: &str = include_str!("../../../vectors/crypto/tr31.jsonl");

    fn keys(row: &Value, version: Version) -> KeyBlockKeys {
        let algorithm = if version.is_aes() { Algorithm::Aes } else { Algorithm::Tdes };
        let key = key(algorithm, &bytes(row, "inputs", "kbpk"));
        KeyBlockKeys::for_version(version, &key).expect("a key that suits the version")
    }

    #[test]
    fn vectors() {
        let (mut wrapped, mut unwrapped) = (0, 0);
        for row in rows(VECTORS) {
            let id = row["id"].as_str().unwrap_or_default();
            match row["algorithm"].as_str().unwrap_or_default() {
                "tr31-wrap" => {
                    wraps(&row, id);
                    wrapped += 1;
                }
                "tr31-unwrap" => {
                    unwraps(&row, id);
                    unwrapped += 1;
                }
                other => panic!("{id}: no test for {other}"),
            }
        }
        assert_eq!((wrapped, unwrapped), (75, 12));
    }

    fn wraps(row: &Value, id: &str) {
        let parts = text(row, "inputs", "header").as_bytes();
        let header = Header::parse(parts).expect("a legal header");
        let keys = keys(row, header.version);
        let algorithm = if header.algorithm == b'A' { Algorithm::Aes } else { Algorithm::Tdes };
        let key = key(algorithm, &bytes(row, "inputs", "key"));
        let padding = match (row["inputs"]["masked_len"].as_u64(), algorithm) {
            (None, _) => Padding::Minimal,
            (Some(24), Algorithm::Tdes) | (Some(32), Algorithm::Aes) => Padding::LengthHiding,
            other => panic!("{id}: {other:?}"),
        };
        let mut source = Source { first: bytes(row, "inputs", "pad"), state: 1 };
        let mut out = [0; 500];
        // Padding among the optional blocks is made anew, and has to come out as it was.
        let optional = &parts[Header::LENGTH..];
        let length = seal(&keys, &header, optional, &key, padding, &mut source, &mut out)
            .expect("a key block");
        let expected = row["output"].as_str().unwrap_or_default();
        assert_eq!(out[..length].escape_ascii().to_string(), expected, "{id}");
        assert!(source.first.is_empty(), "{id}");
        let (read, opened) = open(&keys, expected.as_bytes()).expect("an authentic block");
        assert_eq!((read, opened.as_bytes()), (header, key.as_bytes()), "{id}");
        assert_eq!(header.check_combination(), Ok(()), "{id}");
    }

    fn unwraps(row: &Value, id: &str) {
        let text_block = text(row, "inputs", "key_block").as_bytes();
        let block = KeyBlock::parse(text_block).expect("a key block");
        let keys = keys(row, block.header.version);
        assert_eq!(block.associated, text(row, "output", "header").as_bytes(), "{id}");
        let mut out = [0; 2000];
        let (header, payload) =
            open_payload(&keys, text_block, &mut out).expect("an authentic block");
        assert_eq!(payload, bytes(row, "output", "key"), "{id}");
        let padding = bytes(row, "output", "pad");
        if matches!(header.algorithm, b'T' | b'A') {
            let (_, key) = open(&keys, text_block).expect("a symmetric key");
            assert_eq!(key.as_bytes(), payload, "{id}");
        } else {
            assert_eq!(open(&keys, text_block).err(), Some(Refusal::Algorithm), "{id}");
        }
        // Sealed again with the padding that it had, it is the same.
        let mut source = Source { first: padding, state: 1 };
        let payload = bytes(row, "output", "key");
        let mut again = [0; KeyBlock::LONGEST];
        let optional = block.optional.text();
        let length = seal_payload(&keys, &header, optional, &payload, &mut source, &mut again)
            .expect("a key block");
        assert_eq!(&again[..length], text_block, "{id}");
        // The examples of ISO 20038 have the mode of use of a MAC key in front of a BDK.
        let combination =
            if header.usage == *b"B0" && header.mode == b'V' { Err(Refusal::Mode) } else { Ok(()) };
        assert_eq!(header.check_combination(), combination, "{id}");
    }

    #[test]
    fn extended_optional_blocks_are_found() {
        let row = rows(VECTORS).into_iter().find(|row| row["id"] == "tr31-0017").expect("a row");
        let block = KeyBlock::parse(text(&row, "inputs", "key_block").as_bytes()).expect("a block");
        let ids: Vec<[u8; 2]> = block.optional.iter().map(|block| block.id).collect();
        assert_eq!(ids, [*b"CT", *b"KP", *b"TS", *b"PB"]);
        assert_eq!(block.optional.find(*b"KP").map(|found| found.data), Some(&b"012331550BC9"[..]));
        assert_eq!(OptionalBlocks::parse(block.optional.text()), Ok(block.optional));
    }

    #[test]
    fn optional_blocks_fill_whole_cipher_blocks() {
        // A block whose only fault is that a padding block is missing.
        let text = b"B0084P0TE00E0100LB05x";
        let block = [&text[..], &[b'0'; 63]].concat();
        assert_eq!(KeyBlock::parse(&block).err(), Some(Refusal::OptionalHeader));
    }

    #[test]
    fn thales_blocks_are_not_taken() {
        let block = b"00072B0TN00E000256A37F894FD49E61DD3FA27FDE8919D07F7AA966F8BF39AB31D00034";
        let row = rows(VECTORS).into_iter().next().expect("a row");
        assert_eq!(open(&keys(&row, Version::A), block).err(), Some(Refusal::HeaderIdentifier));
    }
}
