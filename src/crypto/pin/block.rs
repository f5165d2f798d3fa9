//! PIN blocks: clear layouts of the formats in ISO 9564-1 and of the schemes.
//!
//! The layouts are worked on as 64-bit words, and what depends on PIN digits is computed with masks, so that the time
//! taken tells the format and the PIN length but not the digits.

use rand_core::Rng;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{Account, LONGEST, Pin, PinFault, SHORTEST};
use crate::cipher::Cipher;

pub mod iso4;
pub mod visa;

/// Layout of a PIN block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// 01: ISO 9564-1 format 0, ANSI X9.8: `0 L PIN F..` xor `0000` and 12 account digits.
    Iso0,
    /// 02: Docutel: `L`, PIN zero filled on the right to 6 digits, 9 decimal pad digits. `inferred`: the only public
    /// description contradicts itself about the side of the filling.
    Docutel,
    /// 03: Diebold, IBM 3624: PIN, then `F`.
    Diebold,
    /// 04: Plus: as format 01 with the leftmost 12 account digits.
    Plus,
    /// 05: ISO 9564-1 format 1: `1 L PIN`, random fill, no account.
    Iso1,
    /// 34: ISO 9564-1 format 2, EMV: `2 L PIN F..`.
    Iso2,
    /// 35: Mastercard Pay Now & Pay Later: format 34 xor `0000` and 12 account digits.
    PayNow,
    /// 41: Visa PIN change with the new PIN only; see [`visa::encode`].
    VisaNew,
    /// 42: Visa PIN change with new and current PIN; see [`visa::encode`].
    VisaChange,
    /// 47: ISO 9564-1 format 3: `3 L PIN`, random fill of A-F, xor `0000` and 12 account digits.
    Iso3,
    /// 48: ISO 9564-1 format 4, 16 bytes, AES only; see [`iso4`].
    Iso4,
}

impl Format {
    /// Every format, in the order of its code.
    pub const ALL: [Self; 11] = [
        Self::Iso0,
        Self::Docutel,
        Self::Diebold,
        Self::Plus,
        Self::Iso1,
        Self::Iso2,
        Self::PayNow,
        Self::VisaNew,
        Self::VisaChange,
        Self::Iso3,
        Self::Iso4,
    ];

    /// The two digits by which hosts name the format.
    pub const fn code(self) -> [u8; 2] {
        *match self {
            Self::Iso0 => b"01",
            Self::Docutel => b"02",
            Self::Diebold => b"03",
            Self::Plus => b"04",
            Self::Iso1 => b"05",
            Self::Iso2 => b"34",
            Self::PayNow => b"35",
            Self::VisaNew => b"41",
            Self::VisaChange => b"42",
            Self::Iso3 => b"47",
            Self::Iso4 => b"48",
        }
    }

    /// Format of a code; None for a code that is not known, 46 (AS2805, layout not public) included.
    pub fn from_code(code: [u8; 2]) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.code() == code)
    }

    /// Bytes of the block: 16 for format 48, 8 for all others.
    pub const fn block_length(self) -> usize {
        match self {
            Self::Iso4 => 16,
            _ => 8,
        }
    }

    /// True where the account number goes into the block, so that another account number fails to open it.
    pub const fn binds_account(self) -> bool {
        matches!(self, Self::Iso0 | Self::Plus | Self::PayNow | Self::Iso3 | Self::Iso4)
    }
}

/// A clear 8-byte PIN block, wiped when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Block([u8; 8]);

impl Block {
    /// Block from its bytes.
    pub const fn new(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// Block from its bytes as a big-endian word, as DES works on it.
    pub const fn from_word(word: u64) -> Self {
        Self(word.to_be_bytes())
    }

    /// The bytes; copies must be wiped.
    pub const fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }

    /// The bytes as a big-endian word.
    pub const fn word(&self) -> u64 {
        u64::from_be_bytes(self.0)
    }
}

/// Writes a PIN into a clear block of 8 bytes.
///
/// `rng` fills formats 02, 05 and 47. [`PinFault::Length`] outside 4 to 12 digits (02: 4 to 6),
/// [`PinFault::Account`] where the account form does not suit, [`PinFault::Format`] for 41, 42 and 48, which need
/// more than this: [`visa::encode`], [`iso4::encipher`].
pub fn encode(
    pin: &Pin,
    format: Format,
    account: &Account<'_>,
    rng: &mut dyn Rng,
) -> Result<Block, PinFault> {
    let fill = match format {
        Format::Docutel => random_nibbles(rng, 10),
        Format::Iso1 => rng.next_u64(),
        Format::Iso3 => random_nibbles(rng, 6) + 0xAAAA_AAAA_AAAA_AAAA,
        _ => u64::MAX,
    };
    compose(pin, format, account, fill)
}

/// Reads the PIN from a clear block of 8 bytes.
///
/// [`PinFault::Block`] where the layout or a digit is wrong (a wrong key or account number shows so, with high
/// probability), [`PinFault::Length`] where the length is outside 4 to 12 (02: 4 to 6), [`PinFault::Account`] as in
/// [`encode`], [`PinFault::Format`] for 41, 42 and 48.
pub fn decode(block: &Block, format: Format, account: &Account<'_>) -> Result<Pin, PinFault> {
    let word = block.word();
    match format {
        Format::Iso0 => read(word ^ account.iso_field(), 0, Fill::Nibble(0xF)),
        Format::Docutel => read_docutel(word),
        Format::Diebold => read_diebold(word),
        Format::Plus => read(word ^ account.plus_field()?, 0, Fill::Nibble(0xF)),
        Format::Iso1 => read(word, 1, Fill::Any),
        Format::Iso2 => read(word, 2, Fill::Nibble(0xF)),
        Format::PayNow => read(word ^ account.iso_field(), 2, Fill::Nibble(0xF)),
        Format::Iso3 => read(word ^ account.iso_field(), 3, Fill::Letters),
        Format::VisaNew | Format::VisaChange | Format::Iso4 => Err(PinFault::Format),
    }
}

/// Writes a PIN into a block, enciphers it into the start of `out` and gives the length: 8 bytes, or 16 for format 48.
///
/// Faults as [`encode`]; [`PinFault::Format`] where the cipher is not that of the format: AES for 48, DES for others.
pub fn seal(
    pin: &Pin,
    format: Format,
    account: &Account<'_>,
    key: &Cipher,
    rng: &mut dyn Rng,
    out: &mut [u8; 16],
) -> Result<usize, PinFault> {
    match (key, out.first_chunk_mut()) {
        (Cipher::Aes(key), _) if format == Format::Iso4 => {
            *out = iso4::encipher(pin, account, key, rng)?;
        }
        (Cipher::Tdes(key), Some(out)) => {
            *out = key.encrypt(encode(pin, format, account, rng)?.word()).to_be_bytes();
        }
        _ => return Err(PinFault::Format),
    }
    Ok(format.block_length())
}

/// Deciphers a block and reads its PIN.
///
/// Faults as [`decode`]; [`PinFault::Format`] where the cipher is not that of the format, [`PinFault::Block`] where the
/// block is not as long as the format says.
pub fn open(
    block: &[u8],
    format: Format,
    account: &Account<'_>,
    key: &Cipher,
) -> Result<Pin, PinFault> {
    match key {
        Cipher::Aes(key) if format == Format::Iso4 => {
            iso4::decipher(block.try_into().map_err(|_| PinFault::Block)?, account, key)
        }
        Cipher::Tdes(key) if format != Format::Iso4 => {
            let block: &[u8; 8] = block.try_into().map_err(|_| PinFault::Block)?;
            let clear = Block::from_word(key.decrypt(u64::from_be_bytes(*block)));
            decode(&clear, format, account)
        }
        _ => Err(PinFault::Format),
    }
}

/// The clear block with the given fill, nibble for nibble where the format puts fill.
fn compose(pin: &Pin, format: Format, account: &Account<'_>, fill: u64) -> Result<Block, PinFault> {
    let longest = if format == Format::Docutel { 6 } else { LONGEST };
    if !(SHORTEST..=longest).contains(&pin.len()) {
        return Err(PinFault::Length);
    }
    let word = match format {
        Format::Iso0 => field(0, pin, fill) ^ account.iso_field(),
        Format::Docutel => (pin.len() as u64) << 60 | pin.packed() >> 4 | fill >> 28,
        Format::Diebold => pin.packed() | fill & !leading(pin.len()),
        Format::Plus => field(0, pin, fill) ^ account.plus_field()?,
        Format::Iso1 => field(1, pin, fill),
        Format::Iso2 => field(2, pin, fill),
        Format::PayNow => field(2, pin, fill) ^ account.iso_field(),
        Format::Iso3 => field(3, pin, fill) ^ account.iso_field(),
        Format::VisaNew | Format::VisaChange | Format::Iso4 => return Err(PinFault::Format),
    };
    Ok(Block::from_word(word))
}

/// What may stand behind the PIN in a PIN field.
#[derive(Clone, Copy)]
enum Fill {
    /// This nibble only.
    Nibble(u64),
    /// A to F.
    Letters,
    /// Anything.
    Any,
}

/// PIN field: control nibble, length, digits, and the nibbles of `fill` that stand behind them.
fn field(control: u64, pin: &Pin, fill: u64) -> u64 {
    control << 60 | (pin.len() as u64) << 56 | pin.packed() >> 8 | fill & !leading(pin.len() + 2)
}

/// Reads a PIN field of 16 nibbles: control nibble, length, digits, fill.
fn read(field: u64, control: u64, fill: Fill) -> Result<Pin, PinFault> {
    if field >> 60 != control {
        return Err(PinFault::Block);
    }
    let length = (field >> 56 & 0xF) as usize;
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(PinFault::Length);
    }
    let digits = field << 8;
    let wrong_fill = match fill {
        Fill::Nibble(nibble) => digits ^ (nibble * EACH),
        Fill::Letters => EACH & !not_decimal(digits),
        Fill::Any => 0,
    };
    let in_pin = leading(length);
    let wrong = not_decimal(digits) & in_pin | wrong_fill & leading(14) & !in_pin;
    if wrong == 0 { Ok(Pin::from_packed(digits & in_pin, length)) } else { Err(PinFault::Block) }
}

fn read_docutel(word: u64) -> Result<Pin, PinFault> {
    let length = (word >> 60) as usize;
    if !(SHORTEST..=6).contains(&length) {
        return Err(PinFault::Length);
    }
    let digits = word << 4;
    let zeros = leading(6) & !leading(length);
    let wrong = not_decimal(digits) | digits & zeros;
    if wrong == 0 {
        Ok(Pin::from_packed(digits & leading(length), length))
    } else {
        Err(PinFault::Block)
    }
}

fn read_diebold(word: u64) -> Result<Pin, PinFault> {
    // One bit for each nibble that is not decimal: the first of them ends the PIN.
    let length = (not_decimal(word).leading_zeros() / 4) as usize;
    if !word & !leading(length) != 0 {
        return Err(PinFault::Block);
    }
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(PinFault::Length);
    }
    Ok(Pin::from_packed(word & leading(length), length))
}

/// Bit 0 of each nibble.
const EACH: u64 = 0x1111_1111_1111_1111;

/// Bit 0 of each nibble that is not a decimal digit.
const fn not_decimal(nibbles: u64) -> u64 {
    nibbles >> 3 & (nibbles >> 2 | nibbles >> 1) & EACH
}

/// Ones in the first `count` nibbles.
const fn leading(count: usize) -> u64 {
    match count {
        0 => 0,
        1..=16 => u64::MAX << (64 - 4 * count),
        _ => u64::MAX,
    }
}

/// Sixteen nibbles below `radix`, from one random word: the digits of that word read as a fraction. What is used of
/// them, 16 of radix 6 or 12 of radix 10, is uniform within 2^-22.
pub(super) fn random_nibbles(rng: &mut dyn Rng, radix: u64) -> u64 {
    let mut fraction = rng.next_u64();
    let mut nibbles = 0;
    for _ in 0..16 {
        let product = u128::from(fraction) * u128::from(radix);
        nibbles = nibbles << 4 | (product >> 64) as u64;
        fraction = fraction.wrapping_mul(radix);
    }
    fraction.zeroize();
    nibbles
}

#[cfg(test)]
mod tests;
