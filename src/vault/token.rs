//! Keys as they stand in messages.

use crypto::{Algorithm, ClearKey};

use crate::key_block::{Header, hexadecimal};
use crate::{LmkId, Refusal, Scheme};

/// A key as it stands in a message, scheme letter included: `16H`, `32H`, a letter and digits, or `S` or `R` and a key block.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Token<'a>(pub &'a [u8]);

/// Why the end of a key cannot be found in a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TokenFault {
    /// The message ends first.
    #[error("message ends before the key does")]
    Short,
    /// It is not a key.
    #[error("not a key: scheme letter, digits or length are wrong")]
    Malformed,
}

/// Digits of the longest key that has neither tag nor key block.
const LONGEST_DIGITS: usize = 48;

impl<'a> Token<'a> {
    /// Characters that the key at the start of `text` takes, scheme letter included; `untagged` is the number of digits where
    /// there is no letter.
    ///
    /// References to user storage (`K`+3H, also behind a scheme letter) count, and so do the letters `P`, `Q` and `W`, which only
    /// one public client knows; [`Token::scheme`] refuses those. What is inside is not looked at.
    ///
    /// # Errors
    /// [`TokenFault::Short`] if the message ends first, [`TokenFault::Malformed`] if the length of a key block is no number or
    /// the first character begins no key.
    pub fn length_of(text: &[u8], untagged: usize) -> Result<usize, TokenFault> {
        let length = match *text {
            [] | [b'U' | b'T' | b'X' | b'Y' | b'Z'] => return Err(TokenFault::Short),
            [b'K', ..] => 4,
            [b'U' | b'T' | b'X' | b'Y' | b'Z', b'K', ..] => 5,
            [b'Z', ..] => 17,
            [b'U' | b'X' | b'P', ..] => 33,
            [b'T' | b'Y' | b'Q', ..] => 49,
            [b'W', ..] => 65,
            [b'S' | b'R', ref block @ ..] => 1 + Self::block_length(block)?,
            [b'0'..=b'9' | b'A'..=b'F' | b'a'..=b'f', ..] => untagged,
            _ => return Err(TokenFault::Malformed),
        };
        if text.len() < length { Err(TokenFault::Short) } else { Ok(length) }
    }

    /// Characters that the key block at the start of `text` takes, which has no tag.
    ///
    /// # Errors
    /// As for [`Token::length_of`], but the end of the block is not looked for.
    pub fn block_length(text: &[u8]) -> Result<usize, TokenFault> {
        let digits = text.get(1..5).ok_or(TokenFault::Short)?;
        let length = digits.iter().try_fold(0, |sum: usize, digit| match digit {
            b'0'..=b'9' => Ok(10 * sum + usize::from(digit - b'0')),
            _ => Err(TokenFault::Malformed),
        })?;
        if length < Header::LENGTH { Err(TokenFault::Malformed) } else { Ok(length) }
    }

    /// The place in user storage that stands instead of a key.
    pub fn reference(self) -> Option<u16> {
        let digits = match *self.0 {
            [b'K', ref digits @ ..] | [_, b'K', ref digits @ ..] if digits.len() == 3 => digits,
            _ => return None,
        };
        u16::try_from(hexadecimal::number(digits)?).ok()
    }

    /// The scheme, for a key that is not in a key block.
    ///
    /// # Errors
    /// 15 if the length is wrong; 26 if the letter is no scheme of a key.
    pub fn scheme(self) -> Result<Scheme, Refusal> {
        let scheme = match self.0 {
            [b'Z', ..] => {
                return if self.0.len() == 17 { Ok(Scheme::Z) } else { Err(Refusal::Input) };
            }
            [b'0'..=b'9' | b'A'..=b'F', ..] if self.0.len() == 16 => Scheme::Z,
            [b'0'..=b'9' | b'A'..=b'F', ..] => Scheme::Untagged,
            [letter, ..] => Scheme::from_letter(*letter).ok_or(Refusal::Scheme)?,
            [] => return Err(Refusal::Input),
        };
        if self.0.len() == scheme.text_length() { Ok(scheme) } else { Err(Refusal::Input) }
    }

    /// The encrypted key of a token that is not a key block, in the place where it is to be decrypted.
    pub(crate) fn digits(self, scheme: Scheme) -> Result<ClearKey, Refusal> {
        let mut key =
            ClearKey::zero(Algorithm::Tdes, scheme.key_length()).map_err(|_| Refusal::Input)?;
        let at = self.0.len().checked_sub(2 * scheme.key_length()).ok_or(Refusal::Input)?;
        let digits = self.0.get(at..).ok_or(Refusal::Input)?;
        // Lower case is refused: devices write upper case, and a second spelling of a key helps nobody.
        hexadecimal::decode(digits, key.as_mut_bytes()).ok_or(Refusal::Input)?;
        Ok(key)
    }

    /// Whether this is a Thales key block, with its tag or, as HMAC keys stand in messages, without it.
    pub fn is_block(self) -> bool {
        self.0.first() == Some(&b'S') || self.is_untagged_block()
    }

    /// No key of digits is as long as the shortest key block.
    fn is_untagged_block(self) -> bool {
        matches!(self.0, [b'0' | b'1', ..])
            && self.0.len() > LONGEST_DIGITS
            && Self::block_length(self.0) == Ok(self.0.len())
    }

    /// Whether this is a TR-31 key block.
    pub fn is_tr31(self) -> bool {
        self.0.first() == Some(&b'R')
    }

    /// The key block from its version on, for either kind.
    pub fn block(self) -> Option<&'a [u8]> {
        match self.0 {
            [b'S' | b'R', block @ ..] => Some(block),
            block if self.is_untagged_block() => Some(block),
            _ => None,
        }
    }

    fn character(self, at: usize) -> Option<u8> {
        self.block()?.get(at).copied()
    }

    fn pair(self, at: usize) -> Option<[u8; 2]> {
        self.block()?.get(at..)?.first_chunk().copied()
    }

    /// Key usage in the header of a key block, unchecked.
    pub fn key_usage(self) -> Option<[u8; 2]> {
        self.pair(5)
    }

    /// Algorithm in the header of a key block, unchecked.
    pub fn algorithm(self) -> Option<u8> {
        self.character(7)
    }

    /// Mode of use in the header of a key block, unchecked.
    pub fn mode_of_use(self) -> Option<u8> {
        self.character(8)
    }

    /// Key version number in the header of a key block, unchecked.
    pub fn key_version(self) -> Option<[u8; 2]> {
        self.pair(9)
    }

    /// Whether a key block says that it holds a component.
    pub fn is_component(self) -> bool {
        self.character(9) == Some(b'c')
    }

    /// Exportability in the header of a key block, unchecked.
    pub fn exportability(self) -> Option<u8> {
        self.character(11)
    }

    /// Number of optional blocks in the header of a key block; none if it is no number.
    pub fn optional_blocks(self) -> Option<u8> {
        decimal(self.pair(12)?)
    }

    /// The LMK that a Thales key block names.
    pub fn lmk_id(self) -> Option<LmkId> {
        decimal(self.pair(14).filter(|_| self.is_block())?).map(LmkId)
    }

    /// Whether this is an AES key: only a key block can hold one.
    pub fn is_aes(self) -> bool {
        self.algorithm() == Some(b'A')
    }

    /// Whether this is a base derivation key by its header.
    pub fn is_bdk(self) -> bool {
        matches!(self.key_usage(), Some([b'B', b'0'] | [b'4', b'1'..=b'3']))
    }

    /// Bytes of a cipher block under this key: 16 for AES, else 8.
    pub fn block_size(self) -> usize {
        if self.is_aes() { 16 } else { 8 }
    }
}

fn decimal([tens, ones]: [u8; 2]) -> Option<u8> {
    let digit = |digit: u8| digit.is_ascii_digit().then(|| digit - b'0');
    Some(10 * digit(tens)? + digit(ones)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_key_is_found() {
        for (text, untagged, length) in [
            (&b"0406FBB23A5214DF;"[..], 16, 16),
            (b"0406FBB23A5214DF0406FBB23A5214DF%00", 32, 32),
            (b"U1457FF6ADF6250C66C368416B4C9D383U", 16, 33),
            (b"T971803BA969012152827CC97A98D18D50BE6559CDFF6F7E1", 16, 49),
            (b"ZAAAAAAAAAAAAAAAA00", 16, 17),
            (b"K01F00", 16, 4),
            (b"UK01F00", 16, 5),
            (b"S00072P0TB00E0001EA421618B34F5FA1A77F7CF6480111B97CF0FAE7BD77D589EC921EF9;", 16, 73),
        ] {
            assert_eq!(Token::length_of(text, untagged), Ok(length));
            for cut in 0..length {
                assert_eq!(Token::length_of(&text[..cut], untagged), Err(TokenFault::Short));
            }
        }
        for text in [&b"S0007x"[..], b"S00015000000000000000", b"?0406FBB23A5214DF", b"%00"] {
            assert_eq!(Token::length_of(text, 16), Err(TokenFault::Malformed));
        }
    }

    #[test]
    fn references_are_read() {
        assert_eq!(Token(b"K01F").reference(), Some(0x1F));
        assert_eq!(Token(b"UKFFF").reference(), Some(0xFFF));
        assert_eq!(Token(b"KXYZ").reference(), None);
        assert_eq!(Token(b"0406FBB23A5214DF").reference(), None);
    }

    #[test]
    fn a_header_is_told_without_opening() {
        let token = Token(b"S10096B0AN00E0207EA42");
        assert!(token.is_block() && token.is_aes() && token.is_bdk());
        assert_eq!(token.lmk_id(), Some(LmkId(7)));
        assert_eq!(token.mode_of_use(), Some(b'N'));
        assert_eq!(token.exportability(), Some(b'E'));
        assert_eq!(token.key_version(), Some(*b"00"));
        assert_eq!(token.optional_blocks(), Some(2));
        let untagged = b"00072P0TB00E0001EA421618B34F5FA1A77F7CF6480111B97CF0FAE7BD77D589EC921EF9";
        assert_eq!(Token(untagged).lmk_id(), Some(LmkId(1)));
        assert!(Token(untagged).is_block() && !Token(&untagged[..71]).is_block());
        assert_eq!(Token(b"00048B34F5FA1A77F7CF6480111B97CF0FAE7BD77D589EC9").block(), None);
        assert_eq!(Token(b"S00072K0TB00N00FF").lmk_id(), None);
        assert_eq!(Token(b"RB0080P0TE00N0000").lmk_id(), None);
        assert_eq!(Token(b"U1457FF6ADF6250C66C368416B4C9D383").key_usage(), None);
    }

    #[test]
    fn schemes_are_told_and_malformed_keys_are_not() {
        for (text, scheme) in [
            (&b"0406FBB23A5214DF"[..], Ok(Scheme::Z)),
            (b"Z0406FBB23A5214DF", Ok(Scheme::Z)),
            (b"0406FBB23A5214DF0406FBB23A5214DF", Ok(Scheme::Untagged)),
            (b"U1457FF6ADF6250C66C368416B4C9D383", Ok(Scheme::U)),
            (b"U1457FF6ADF6250C66C368416B4C9D38", Err(Refusal::Input)),
            (b"V1457FF6ADF6250C66C368416B4C9D383", Err(Refusal::Scheme)),
            (b"", Err(Refusal::Input)),
        ] {
            assert_eq!(Token(text).scheme(), scheme);
        }
        let refused = |text| Token(text).digits(Scheme::Z).is_err();
        assert!(refused(b"0406fbb23a5214df") && refused(b"0406FBB23A5214DG"));
        assert!(!refused(b"0406FBB23A5214DF"));
    }
}
