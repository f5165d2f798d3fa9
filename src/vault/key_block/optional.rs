//! Optional blocks, between header and key: two characters of name, a length, and text.

mod kinds;
mod validity;

pub use kinds::{Contents, KINDS, Kind, kind};
pub use validity::{Moment, Status};

use crypto::{Algorithm, ClearKey};

use super::{Header, hexadecimal};
use crate::Refusal;

/// Name of the padding block.
const PADDING: [u8; 2] = *b"PB";
/// Name and length together, the shortest optional block.
const SHORTEST: usize = 4;

/// One optional block.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OptionalBlock<'a> {
    /// Its two characters.
    pub id: [u8; 2],
    /// What it says.
    pub data: &'a [u8],
    /// All of it, name and length included.
    pub text: &'a [u8],
}

impl<'a> OptionalBlock<'a> {
    /// Takes one block from the front: name 2A, length 2H of all of it, data; or name, `00`, digits 2H of the
    /// length, length, data. Source: X9.143 section 6.
    ///
    /// # Errors
    /// AC.
    pub fn split(text: &'a [u8]) -> Result<(Self, &'a [u8]), Refusal> {
        Self::try_split(text).ok_or(Refusal::OptionalHeader)
    }

    fn try_split(text: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (&[i1, i2, l1, l2], _) = text.split_first_chunk::<4>()?;
        if !i1.is_ascii_alphanumeric() || !i2.is_ascii_alphanumeric() {
            return None;
        }
        let (length, prefix) = match hexadecimal::number(&[l1, l2])? {
            0 => {
                let digits = hexadecimal::number(text.get(4..6)?)?;
                let prefix = 6 + digits;
                // Four digits say more than a whole key block holds.
                let legal = (1..=4).contains(&digits);
                (hexadecimal::number(text.get(6..prefix).filter(|_| legal)?)?, prefix)
            }
            length => (length, SHORTEST),
        };
        let (text, rest) = text.split_at_checked(length)?;
        let data = text.get(prefix..)?;
        let printable = data.iter().all(|byte| (0x20..=0x7E).contains(byte));
        printable.then_some((Self { id: [i1, i2], data, text }, rest))
    }
}

/// The optional blocks of a key block, checked, as they stand in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OptionalBlocks<'a> {
    text: &'a [u8],
    count: usize,
}

impl<'a> OptionalBlocks<'a> {
    /// No optional blocks.
    pub const NONE: Self = OptionalBlocks { text: &[], count: 0 };
    /// Most blocks that the two digits of the header can count.
    const MOST: usize = 99;

    /// Takes a number of blocks from the front of a text.
    ///
    /// # Errors
    /// AC if one cannot be read.
    pub fn split(text: &'a [u8], count: usize) -> Result<(Self, &'a [u8]), Refusal> {
        let mut rest = text;
        for _ in 0..count {
            (_, rest) = OptionalBlock::split(rest)?;
        }
        let blocks = text.get(..text.len() - rest.len()).ok_or(Refusal::OptionalHeader)?;
        Ok((Self { text: blocks, count }, rest))
    }

    /// Reads a text that consists of optional blocks only, and counts them.
    ///
    /// # Errors
    /// AC if one cannot be read, AB if there are more than 99.
    pub fn parse(text: &'a [u8]) -> Result<Self, Refusal> {
        let (mut rest, mut count) = (text, 0);
        while !rest.is_empty() {
            (_, rest) = OptionalBlock::split(rest)?;
            count += 1;
        }
        if count > Self::MOST { Err(Refusal::OptionalCount) } else { Ok(Self { text, count }) }
    }

    /// Checks blocks that a host hands over for a new key block.
    ///
    /// `permits` tells which names the command takes: A0 and A6 differ.
    ///
    /// # Errors
    /// AC for an unknown name; B4 for a block that is not taken; BC for a repeated name; those of [`Contents::check`]. That
    /// these are the codes is inferred from their texts.
    pub fn check_supplied(&self, permits: impl Fn([u8; 2]) -> bool) -> Result<(), Refusal> {
        for (position, block) in self.iter().enumerate() {
            let kind = kind(block.id).ok_or(Refusal::OptionalHeader)?;
            if !permits(block.id) {
                return Err(Refusal::OptionalData);
            }
            if self.iter().take(position).any(|earlier| earlier.id == block.id) {
                return Err(Refusal::OptionalRepeated);
            }
            kind.contents.check(block.data)?;
        }
        Ok(())
    }

    /// Checks that the blocks do not contradict the key that they are about.
    ///
    /// # Errors
    /// B4 for the hash algorithm (HM) of a key that is not for HMAC, or for another algorithm than its Thales usage says; B4 for
    /// a wrong check value (KC) by the method that is usual for the key's algorithm.
    pub(super) fn check_key(&self, header: &Header, key: &ClearKey) -> Result<(), Refusal> {
        for block in self.iter() {
            let agrees = match (&block.id, block.data) {
                (b"HM", hash) => {
                    let stated = hash_of(header.usage);
                    header.algorithm == b'H' && stated.is_none_or(|stated| hash == stated)
                }
                (b"KC", [b'0', method, digits @ ..]) => match (method, key.algorithm()) {
                    (b'0', Algorithm::Tdes) | (b'1', Algorithm::Aes) => {
                        let mut value = [0; 32];
                        hexadecimal::encode(&key.check_value(), &mut value);
                        value.starts_with(digits)
                    }
                    _ => true,
                },
                _ => true,
            };
            if !agrees {
                return Err(Refusal::OptionalData);
            }
        }
        Ok(())
    }

    /// How many there are.
    pub const fn count(&self) -> usize {
        self.count
    }

    /// All of them, as they stand in the block.
    pub const fn text(&self) -> &'a [u8] {
        self.text
    }

    /// The blocks one after the other.
    pub fn iter(&self) -> impl Iterator<Item = OptionalBlock<'a>> + use<'a> {
        let mut rest = self.text;
        core::iter::from_fn(move || {
            let (block, after) = OptionalBlock::split(rest).ok()?;
            rest = after;
            Some(block)
        })
    }

    /// The first block with a name.
    pub fn find(&self, id: [u8; 2]) -> Option<OptionalBlock<'a>> {
        self.iter().find(|block| block.id == id)
    }

    /// The blocks without the padding at their end, which another cipher would need differently.
    #[must_use]
    pub fn without_padding(&self) -> Self {
        let (mut length, mut kept, mut count) = (0, 0, 0);
        for (position, block) in self.iter().enumerate() {
            length += block.text.len();
            if block.id != PADDING {
                (kept, count) = (length, position + 1);
            }
        }
        Self { text: self.text.get(..kept).unwrap_or(self.text), count }
    }
}

/// What an HM block says for a Thales usage of HMAC keys, which names the hash algorithm itself.
pub const fn hash_of(usage: [u8; 2]) -> Option<&'static [u8; 2]> {
    Some(match &usage {
        b"61" => b"10",
        b"62" => b"20",
        b"63" => b"21",
        b"64" => b"22",
        b"65" => b"23",
        _ => return None,
    })
}

/// Length of the padding block that brings `length` characters of optional blocks to a multiple of `block_size`; 0 if none is needed.
pub(super) const fn padding_length(length: usize, block_size: usize) -> usize {
    let gap = length.wrapping_neg() % block_size;
    if gap == 0 || gap >= SHORTEST { gap } else { gap + block_size }
}

/// Fills a text with one padding block: `PB`, length, and zeros as in the examples of X9.143.
pub(super) fn write_padding(text: &mut [u8]) {
    // At most 19, the shortest block and a gap of 15.
    let [l1, l2] = hexadecimal::digits(text.len().to_le_bytes()[0]);
    let [p, b] = PADDING;
    text.fill(b'0');
    for (character, start) in text.iter_mut().zip([p, b, l1, l2]) {
        *character = start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_split_and_counted() -> Result<(), Refusal> {
        let text = b"KS1800604B120F9292800000LB10TESTLABEL001PB05003";
        let (blocks, rest) = OptionalBlocks::split(text, 2)?;
        assert_eq!((blocks.count(), rest), (2, &b"PB05003"[..]));
        assert_eq!(blocks.find(*b"LB").map(|block| block.data), Some(&b"TESTLABEL001"[..]));
        assert_eq!(blocks.find(*b"KS").map(|block| block.data), Some(&b"00604B120F9292800000"[..]));
        assert_eq!(OptionalBlocks::parse(text), Err(Refusal::OptionalHeader));
        let all = OptionalBlocks::parse(&text[..45])?;
        assert_eq!(all.count(), 3);
        assert_eq!(all.without_padding(), blocks);
        assert_eq!(OptionalBlocks::NONE.without_padding(), OptionalBlocks::NONE);
        assert_eq!(OptionalBlocks::parse(b""), Ok(OptionalBlocks::NONE));
        Ok(())
    }

    #[test]
    fn extended_lengths_are_read() {
        let mut text = b"CT0004010A".to_vec();
        text.resize(0x10A, b'M');
        text.extend(b"TS13");
        let (block, rest) = OptionalBlock::split(&text).expect("a certificate");
        assert_eq!((block.id, block.data.len(), rest), (*b"CT", 0x100, &b"TS13"[..]));
        for wrong in [
            &b"CT00"[..],
            b"CT000",
            b"CT0000",
            b"CT0002",
            b"CT000209",
            b"CT00050000A",
            b"CT0004FFFF",
        ] {
            assert_eq!(
                OptionalBlock::split(wrong),
                Err(Refusal::OptionalHeader),
                "{}",
                wrong.escape_ascii()
            );
        }
        assert_eq!(OptionalBlock::split(b"CT000208").map(|(block, _)| block.data.len()), Ok(0));
    }

    #[test]
    fn malformed_blocks_are_refused() {
        for wrong in [
            &b""[..],
            b"K",
            b"KS1",
            b"KS03",
            b"KS05",
            b"KS0G0",
            b"KS0b0",
            b"?S04",
            b"KS05\n",
            b"KS06\x801",
        ] {
            assert_eq!(
                OptionalBlock::split(wrong),
                Err(Refusal::OptionalHeader),
                "{}",
                wrong.escape_ascii()
            );
        }
        let many = b"LB04".repeat(100);
        assert_eq!(OptionalBlocks::parse(&many), Err(Refusal::OptionalCount));
        assert_eq!(OptionalBlocks::parse(&many[..396]).map(|blocks| blocks.count()), Ok(99));
    }

    #[test]
    fn a_host_supplies_what_the_command_takes_and_once() {
        let check = |text| OptionalBlocks::parse(text)?.check_supplied(|id| id != *b"KV");
        assert_eq!(check(b"KS0E0123456789LB05B"), Ok(()));
        assert_eq!(check(b"LB05APB05B"), Err(Refusal::OptionalData));
        assert_eq!(check(b"LB05AKV080000"), Err(Refusal::OptionalData));
        assert_eq!(check(b"LB05ALB05A"), Err(Refusal::OptionalRepeated));
        assert_eq!(check(b"LB05AXX05A"), Err(Refusal::OptionalHeader));
        assert_eq!(check(b"LB05A0704"), Err(Refusal::OptionalHeader));
        assert_eq!(check(b"LB05AHM0626"), Err(Refusal::OptionalData));
    }

    #[test]
    fn blocks_do_not_contradict_their_key() {
        let tdes = ClearKey::new(Algorithm::Tdes, &[0x13; 16]).expect("a DES key");
        let aes = ClearKey::new(Algorithm::Aes, &[0x13; 16]).expect("an AES key");
        let hmac = ClearKey::new(Algorithm::Hmac, &[0x13; 20]).expect("an HMAC key");
        let mut digits = [[0; 32]; 2];
        for (digits, key) in digits.iter_mut().zip([&tdes, &aes]) {
            hexadecimal::encode(&key.check_value(), digits);
        }
        let check_value =
            |method: &[u8; 2], of: usize| [b"KC0C", &method[..], &digits[of][..6]].concat();
        for (key, header, optional, agrees) in [
            (&tdes, b"A0000P0TB00E0000", check_value(b"00", 0), true),
            (&tdes, b"A0000P0TB00E0000", check_value(b"00", 1), false),
            // Not the method that is usual for DES keys.
            (&tdes, b"A0000P0TB00E0000", check_value(b"01", 1), true),
            (&aes, b"A0000P0AB00E0000", check_value(b"01", 1), true),
            (&aes, b"A0000P0AB00E0000", check_value(b"01", 0), false),
            (&hmac, b"A0000M7HC00E0000", b"HM0610".to_vec(), true),
            (&hmac, b"0000063HC00E0000", b"HM0621".to_vec(), true),
            (&hmac, b"0000063HC00E0000", b"HM0610".to_vec(), false),
            (&tdes, b"A0000M3TC00E0000", b"HM0610".to_vec(), false),
            (&tdes, b"A0000M3TC00E0000", b"LB0610KC04KC06zz".to_vec(), true),
        ] {
            let header = Header::parse(header).expect("a header");
            let blocks = OptionalBlocks::parse(&optional).expect("optional blocks");
            let outcome = if agrees { Ok(()) } else { Err(Refusal::OptionalData) };
            assert_eq!(blocks.check_key(&header, key), outcome, "{}", optional.escape_ascii());
        }
    }

    #[test]
    fn padding_fills_up_to_the_cipher_block() {
        for block_size in [8, 16] {
            for length in 0..100 {
                let padding = padding_length(length, block_size);
                assert_eq!((length + padding) % block_size, 0);
                assert!(padding == 0 || padding >= 4, "{length} {block_size}");
                let mut text = [b' '; 20];
                write_padding(&mut text[..padding]);
                assert_eq!(
                    OptionalBlocks::parse(&text[..padding]).map(|blocks| blocks.count()),
                    Ok(usize::from(padding > 0))
                );
            }
        }
    }
}
