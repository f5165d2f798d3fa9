//! The sixteen characters in front of every key block, and what each of them may say.

use super::values::{self, Usage};
use crate::Refusal;

/// How a key block is protected: the first character of its header.
///
/// The two numbers are Thales' own (scheme `S`), the letters are TR-31 and X9.143 (scheme `R`).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Version {
    /// `0`: Thales, under a triple-DES key.
    ThalesTdes,
    /// `1`: Thales, under an AES key.
    ThalesAes,
    /// `A`: TR-31:2005, triple DES, keys by variant.
    A,
    /// `B`: TR-31:2010, triple DES, keys by derivation.
    B,
    /// `C`: TR-31:2010, triple DES, keys by variant.
    C,
    /// `D`: TR-31:2018, AES in CBC mode, keys by derivation.
    D,
    /// `E`: X9.143:2021 and ISO 20038, AES in counter mode, keys by derivation.
    E,
}

impl Version {
    /// All versions, in the order of their characters.
    pub const ALL: [Self; 7] =
        [Self::ThalesTdes, Self::ThalesAes, Self::A, Self::B, Self::C, Self::D, Self::E];

    /// The version that a character stands for.
    ///
    /// # Errors
    /// BE for any other character.
    pub const fn from_code(code: u8) -> Result<Self, Refusal> {
        Ok(match code {
            b'0' => Self::ThalesTdes,
            b'1' => Self::ThalesAes,
            b'A' => Self::A,
            b'B' => Self::B,
            b'C' => Self::C,
            b'D' => Self::D,
            b'E' => Self::E,
            _ => return Err(Refusal::HeaderIdentifier),
        })
    }

    /// The character of this version.
    pub const fn code(self) -> u8 {
        match self {
            Self::ThalesTdes => b'0',
            Self::ThalesAes => b'1',
            Self::A => b'A',
            Self::B => b'B',
            Self::C => b'C',
            Self::D => b'D',
            Self::E => b'E',
        }
    }

    /// Whether this is a Thales key block (scheme `S`) and not a TR-31 key block (scheme `R`).
    pub const fn is_thales(self) -> bool {
        matches!(self, Self::ThalesTdes | Self::ThalesAes)
    }

    /// Whether AES protects the block; triple DES otherwise.
    pub const fn is_aes(self) -> bool {
        matches!(self, Self::ThalesAes | Self::D | Self::E)
    }

    /// Block size of the protecting cipher in bytes: 8 or 16.
    pub const fn block_size(self) -> usize {
        if self.is_aes() { 16 } else { 8 }
    }

    /// Length of the authenticator in bytes; twice as many characters in the block.
    pub const fn authenticator_length(self) -> usize {
        match self {
            Self::ThalesTdes | Self::A | Self::C => 4,
            Self::ThalesAes | Self::B => 8,
            Self::D | Self::E => 16,
        }
    }
}

/// The sixteen characters in front of a key block, without total length and count of optional blocks.
///
/// Those two follow from what comes behind, and are written when a block is sealed.
/// Layout: version 1, length 4N, key usage 2, algorithm 1, mode of use 1, key version number 2,
/// exportability 1, number of optional blocks 2N, LMK identifier or reserved 2.
/// Source: X9.143 section 6; for the last field, recorded device traffic.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Header {
    /// How the block is protected.
    pub version: Version,
    /// What the key is for, for example `P0`; see [`values::USAGES`].
    pub usage: [u8; 2],
    /// Algorithm that the key is for; see [`values::ALGORITHMS`].
    pub algorithm: u8,
    /// What may be done with the key; see [`values::MODES`].
    pub mode: u8,
    /// Key version number: `00` unused, `c1` to `c9` a component.
    pub key_version: [u8; 2],
    /// Whether and how the key may leave; see [`values::EXPORTABILITIES`].
    pub exportability: u8,
    /// Thales: LMK identifier, two digits, or `FF` under a ZMK or TMK. TR-31: `00`.
    pub reserved: [u8; 2],
}

impl Header {
    /// Length in characters.
    pub const LENGTH: usize = 16;
    /// Key version number of a key that has none.
    pub const NO_VERSION: [u8; 2] = *b"00";
    /// Last field of a Thales key block under a ZMK or TMK.
    pub const UNDER_TRANSPORT_KEY: [u8; 2] = *b"FF";

    /// Reads and checks the header; total length and count of optional blocks are not looked at.
    ///
    /// # Errors
    /// 83 if cut short or with an impossible last field; BE version; A6 usage; A7 algorithm; A8 mode of use; A9 key
    /// version number; AA exportability. Combinations are left to [`Header::check_combination`].
    pub fn parse(text: &[u8]) -> Result<Self, Refusal> {
        let Some(
            &[version, _, _, _, _, u1, u2, algorithm, mode, v1, v2, exportability, _, _, r1, r2],
        ) = text.first_chunk::<{ Self::LENGTH }>()
        else {
            return Err(Refusal::Format);
        };
        let header = Self {
            version: Version::from_code(version)?,
            usage: [u1, u2],
            algorithm,
            mode,
            key_version: [v1, v2],
            exportability,
            reserved: [r1, r2],
        };
        header.check()?;
        Ok(header)
    }

    /// Checks each field by itself.
    ///
    /// # Errors
    /// As [`Header::parse`], except BE.
    pub fn check(&self) -> Result<(), Refusal> {
        let thales = self.version.is_thales();
        // TR-31 leaves the numeric usages to its users.
        let private_usage = !thales && matches!(self.usage, [b'1'..=b'9', b'0'..=b'9']);
        if !private_usage && values::usage(self.usage).is_none() {
            return Err(Refusal::Usage);
        }
        if values::algorithm(self.algorithm).is_none() {
            return Err(Refusal::Algorithm);
        }
        if values::mode(self.mode).is_none() {
            return Err(Refusal::Mode);
        }
        self.check_key_version()?;
        if values::exportability(self.exportability).is_none() {
            return Err(Refusal::Exportability);
        }
        let reserved = match self.reserved {
            [b'0'..=b'9', b'0'..=b'9'] | Self::UNDER_TRANSPORT_KEY => true,
            [a, b] => !thales && a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric(),
        };
        if reserved { Ok(()) } else { Err(Refusal::Format) }
    }

    fn check_key_version(&self) -> Result<(), Refusal> {
        match self.key_version {
            [b'c', b'1'..=b'9'] => Ok(()),
            [b'c', n] if !self.version.is_thales() && n.is_ascii_alphanumeric() => Ok(()),
            [b'c', _] => Err(Refusal::Version),
            [a, b] if a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric() => Ok(()),
            _ => Err(Refusal::Version),
        }
    }

    /// Checks that algorithm and mode of use make sense for the key usage.
    ///
    /// Numeric usages that only the users of TR-31 know are let through. Evidence: X9.143 tables for the lettered usages
    /// as far as other products document them, inferred for the numeric ones.
    ///
    /// # Errors
    /// A7 algorithm, A8 mode of use.
    pub fn check_combination(&self) -> Result<(), Refusal> {
        let Some(Usage { algorithms, modes, .. }) = values::usage(self.usage) else {
            return Ok(());
        };
        if !algorithms.contains(&self.algorithm) {
            return Err(Refusal::Algorithm);
        }
        if !modes.contains(&self.mode) {
            return Err(Refusal::Mode);
        }
        Ok(())
    }

    /// Writes the header with the total length of the block (without scheme tag) and the count of optional blocks.
    ///
    /// # Errors
    /// 83 if the length exceeds 9,999; AB if the count exceeds 99.
    pub fn write(
        &self,
        length: usize,
        optional_blocks: usize,
    ) -> Result<[u8; Self::LENGTH], Refusal> {
        let [l1, l2, l3, l4] = decimal::<4>(length).ok_or(Refusal::Format)?;
        let [n1, n2] = decimal::<2>(optional_blocks).ok_or(Refusal::OptionalCount)?;
        let Self { usage: [u1, u2], key_version: [v1, v2], reserved: [r1, r2], .. } = *self;
        let (version, algorithm, mode, export) =
            (self.version.code(), self.algorithm, self.mode, self.exportability);
        Ok([version, l1, l2, l3, l4, u1, u2, algorithm, mode, v1, v2, export, n1, n2, r1, r2])
    }

    /// Number of the component that the block holds, if its key version number says so.
    pub const fn component(&self) -> Option<u8> {
        match self.key_version {
            [b'c', n @ b'1'..=b'9'] => Some(n - b'0'),
            _ => None,
        }
    }

    /// The LMK that the last field of a Thales key block names; none under a ZMK or TMK, none in TR-31.
    pub const fn lmk(&self) -> Option<u8> {
        match self.reserved {
            [a @ b'0'..=b'9', b @ b'0'..=b'9'] if self.version.is_thales() => {
                Some((a - b'0') * 10 + b - b'0')
            }
            _ => None,
        }
    }

    /// The same header with a stricter exportability, as in the modified exportability field of A0 and A8.
    ///
    /// # Errors
    /// AA if the value is not legal or would widen what the key may do. The order `S`, `E`, `N` is inferred.
    pub fn with_exportability(self, exportability: u8) -> Result<Self, Refusal> {
        let rank = |code: u8| match code {
            b'S' => Ok(0),
            b'E' => Ok(1),
            b'N' => Ok(2),
            _ => Err(Refusal::Exportability),
        };
        if rank(exportability)? < rank(self.exportability)? {
            return Err(Refusal::Exportability);
        }
        Ok(Self { exportability, ..self })
    }
}

/// Exactly `N` decimal digits, or nothing if the number does not fit.
fn decimal<const N: usize>(mut number: usize) -> Option<[u8; N]> {
    let mut digits = [b'0'; N];
    for digit in digits.iter_mut().rev() {
        *digit += u8::try_from(number % 10).ok()?;
        number /= 10;
    }
    (number == 0).then_some(digits)
}

/// The number that decimal digits say; nothing if a character is not a digit.
pub(super) fn number(digits: &[u8]) -> Option<usize> {
    digits.iter().try_fold(0, |sum: usize, digit| match digit {
        b'0'..=b'9' => sum.checked_mul(10)?.checked_add(usize::from(digit - b'0')),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const THALES: &[u8; 16] = b"00072P0TB00E0001";

    fn header(text: &[u8; 16]) -> Header {
        Header::parse(text).expect("a legal header")
    }

    fn parse_with(at: usize, bytes: &[u8], of: &[u8; 16]) -> Result<Header, Refusal> {
        let mut text = *of;
        text[at..at + bytes.len()].copy_from_slice(bytes);
        Header::parse(&text)
    }

    #[test]
    fn a_header_is_read_and_written_unchanged() {
        let headers: [&[u8; 16]; 5] = [
            THALES,
            b"10096B0AN00E0002",
            b"0007252TBc1E0001",
            b"D0112M3TV16N0000",
            b"00088K0TB00N03FF",
        ];
        for text in headers {
            let header = header(text);
            let length = number(&text[1..5]).unwrap_or_default();
            let count = number(&text[12..14]).unwrap_or_default();
            assert_eq!(header.write(length, count), Ok(*text));
        }
    }

    #[test]
    fn every_field_has_its_own_error() {
        for (at, bytes, refusal) in [
            (0, &b"2"[..], Refusal::HeaderIdentifier),
            (0, b"a", Refusal::HeaderIdentifier),
            (5, b"Q9", Refusal::Usage),
            (5, b"99", Refusal::Usage),
            (7, b"X", Refusal::Algorithm),
            (8, b"Z", Refusal::Mode),
            (9, b"c0", Refusal::Version),
            (9, b" 1", Refusal::Version),
            (11, b"X", Refusal::Exportability),
            (14, b"F0", Refusal::Format),
            (14, b"  ", Refusal::Format),
        ] {
            assert_eq!(parse_with(at, bytes, THALES), Err(refusal), "{at} {bytes:?}");
        }
        for length in 0..Header::LENGTH {
            assert_eq!(Header::parse(&THALES[..length]), Err(Refusal::Format));
        }
    }

    #[test]
    fn tr31_leaves_numeric_usages_to_its_users() {
        assert!(parse_with(5, b"99", b"D0112M3TV16N0000").is_ok());
        assert_eq!(parse_with(5, b"09", b"D0112M3TV16N0000"), Err(Refusal::Usage));
    }

    #[test]
    fn combinations_are_checked_by_usage() {
        for (text, outcome) in [
            (b"00072P0TB00E0001", Ok(())),
            (b"00072P0TG00E0001", Err(Refusal::Mode)),
            (b"00072P0HB00E0001", Err(Refusal::Algorithm)),
            (b"0009661HC00E0001", Ok(())),
            (b"0009661TC00E0001", Err(Refusal::Algorithm)),
            (b"00072B0TX00E0001", Ok(())),
            (b"00072B0TB00E0001", Err(Refusal::Mode)),
        ] {
            assert_eq!(header(text).check_combination(), outcome, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn exportability_only_narrows() {
        let header = header(THALES);
        assert_eq!(header.with_exportability(b'N').map(|header| header.exportability), Ok(b'N'));
        assert_eq!(header.with_exportability(b'E'), Ok(header));
        assert_eq!(header.with_exportability(b'S'), Err(Refusal::Exportability));
        assert_eq!(header.with_exportability(b'?'), Err(Refusal::Exportability));
    }

    #[test]
    fn component_and_lmk_are_told() {
        let component = header(b"0007252TBc2E0001");
        assert_eq!((component.component(), component.lmk()), (Some(2), Some(1)));
        let transported = header(b"00072K0TB00E00FF");
        assert_eq!((transported.component(), transported.lmk()), (None, None));
        assert_eq!(header(b"B0080P0TE00E0000").lmk(), None);
    }

    #[test]
    fn a_header_that_does_not_fit_is_refused() {
        let header = header(THALES);
        assert_eq!(header.write(10_000, 0), Err(Refusal::Format));
        assert_eq!(header.write(72, 100), Err(Refusal::OptionalCount));
    }
}
