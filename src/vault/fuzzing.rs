//! What must hold for every text that claims to be a key. Entry of the fuzz target `key_block` and
//! of the test that replays its corpus.

use core::convert::Infallible;
use std::sync::OnceLock;

use crypto::{Algorithm, ClearKey};
use rand_core::TryRng;

use crate::key_block::narrow::Changeable;
use crate::key_block::{
    Header, KeyBlock, KeyBlockKeys, OptionalBlocks, Padding, Version, thales, tr31,
};
use crate::{Clock, Expected, KeyTypes, Lmk, LmkId, Policy, Refusal, Role, Token, Use, role::Zpk};

/// Reads a text as a key in a message, opens it under each public test LMK, and seals keys in its
/// header.
///
/// # Panics
/// If a length goes beyond the text, if what was sealed does not open to the same key, or if a block
/// opens that was changed.
pub fn key_block(text: &[u8]) {
    for untagged in [16, 32] {
        if let Ok(length) = Token::length_of(text, untagged) {
            assert!(length <= text.len(), "a key ends behind the message");
        }
    }
    let token = Token(text);
    let _ = (token.scheme(), token.reference(), token.optional_blocks(), token.is_bdk());
    for (id, lmk) in (0..).zip(lmks()) {
        let id = token.lmk_id().unwrap_or(LmkId(id));
        let expected = Expected::of::<Zpk>(KeyTypes::Standard, Use::Any, Policy::default());
        let _ = lmk.open::<<Zpk as Role>::Usage>(id, token, &expected);
    }
    let Some(block) = token.block() else { return };
    if let Ok(parsed) = KeyBlock::parse(block) {
        let keys = keys(parsed.header.version);
        assert_eq!(parsed.open(keys).is_ok(), open(keys, block).is_ok());
    }
    let Ok(header) = Header::parse(block) else { return };
    let rest = block.get(Header::LENGTH..).unwrap_or_default();
    let optional = OptionalBlocks::parse(rest).unwrap_or(OptionalBlocks::NONE);
    for field in Changeable::ALL {
        change(field, &header, optional, block);
    }
    let _ = (optional.check_validity(Clock::default()), optional.check_supplied(|_| true));
    for length in 1..=64 {
        for padding in [Padding::Minimal, Padding::LengthHiding] {
            seal(&header, optional, length, padding);
        }
    }
}

/// Changes a field to what some of the text says; a key block that says more than before is a fault.
fn change(field: Changeable, header: &Header, optional: OptionalBlocks<'_>, text: &[u8]) {
    let current = match field {
        Changeable::Usage => &header.usage[..],
        Changeable::Mode => &[header.mode],
        Changeable::Version => &header.key_version,
        Changeable::Exportability => &[header.exportability],
        Changeable::Status => optional.find(*b"00").map_or(&b""[..], |block| block.data),
        Changeable::Start => optional.find(*b"03").map_or(&b""[..], |block| block.data),
        Changeable::End => optional.find(*b"04").map_or(&b""[..], |block| block.data),
    };
    let (mut out, mut taken_back) = ([0; KeyBlock::LONGEST], [0; KeyBlock::LONGEST]);
    for new in text.windows(field.length()) {
        let changed = field.change(header, optional, [current, new], &mut out);
        let Ok((changed, optional)) = changed else { continue };
        assert!(OptionalBlocks::parse(optional).is_ok(), "optional blocks do not read back");
        let back = [new, current];
        let optional = OptionalBlocks::parse(optional).unwrap_or(OptionalBlocks::NONE);
        let again = field.change(&changed, optional, back, &mut taken_back);
        assert!(again.is_err() || new == current, "a change can be taken back");
    }
}

/// Seals a key of this length, opens it, and opens it no more once a character is another.
fn seal(header: &Header, optional: OptionalBlocks<'_>, length: usize, padding: Padding) {
    let algorithm = match header.algorithm {
        b'A' => Algorithm::Aes,
        b'H' => Algorithm::Hmac,
        _ => Algorithm::Tdes,
    };
    let mut source = Counter(header.key_version[1]);
    let Ok(key) = ClearKey::random(algorithm, length, &mut source) else { return };
    let keys = keys(header.version);
    let mut out = [0; KeyBlock::LONGEST];
    let seal = if header.version.is_thales() { thales::seal } else { tr31::seal };
    let sealed = seal(keys, header, optional.text(), &key, padding, &mut source, &mut out);
    let Ok(end) = sealed else { return };
    let sealed = &mut out[..end];
    match open(keys, sealed) {
        Ok((read, opened)) => {
            assert_eq!(read, *header, "the header changes");
            assert!(opened.as_bytes() == key.as_bytes(), "the key changes");
        }
        Err(refusal) => panic!("a sealed key does not open: {refusal:?}"),
    }
    let at = (usize::from(header.key_version[0]) * 31 + length) % end;
    sealed[at] ^= 1;
    assert!(open(keys, sealed).is_err(), "a changed block opens");
}

fn open(keys: &KeyBlockKeys, block: &[u8]) -> Result<(Header, ClearKey), Refusal> {
    if keys.version().is_thales() { thales::open(keys, block) } else { tr31::open(keys, block) }
}

/// The public test LMKs.
fn lmks() -> &'static [Lmk] {
    static LMKS: OnceLock<Vec<Lmk>> = OnceLock::new();
    LMKS.get_or_init(|| {
        let lmks = [Lmk::test_variant(), Lmk::test_key_block_tdes(), Lmk::test_key_block_aes()];
        lmks.into_iter().flatten().collect()
    })
}

/// Keys for a version of key block.
fn keys(version: Version) -> &'static KeyBlockKeys {
    static KEYS: OnceLock<Vec<KeyBlockKeys>> = OnceLock::new();
    let all = KEYS.get_or_init(|| {
        let keys = Version::ALL.iter().flat_map(|&version| {
            let algorithm = if version.is_aes() { Algorithm::Aes } else { Algorithm::Tdes };
            let key = ClearKey::new(algorithm, b"protects nothing");
            key.into_iter().flat_map(move |key| KeyBlockKeys::for_version(version, &key))
        });
        keys.collect()
    });
    let found = all.iter().find(|keys| keys.version() == version);
    found.expect("sixteen bytes are a key for every version")
}

/// Numbers that count up: the same input always does the same.
struct Counter(u8);

impl TryRng for Counter {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for byte in bytes {
            self.0 = self.0.wrapping_add(89);
            *byte = self.0;
        }
        Ok(())
    }
}
