//! PINs under an LMK.
//!
//! How a payShield encrypts PINs under its LMK is not public, and the four known pairs of PIN and cryptogram do not give it
//! away. What is public: the length `L` of a PIN under an LMK is one more than the setting "PIN length"; it is `L` decimal
//! digits (algorithm A) or `L` hexadecimal digits (algorithm B), or `J` and 32 hexadecimal digits under an AES LMK; the
//! account number goes in; the same PIN and account give the same cryptogram; and what does not decrypt to a PIN is error
//! 14. QC seals PINs for accounts of which it knows the last ten digits alone, and hosts use these PINs like others: no more
//! digits can go in (inferred from the manual).
//!
//! The construction here has these properties and is otherwise its own (inferred). A and B: FF1 (NIST SP 800-38G) with a
//! 256-bit AES key derived from LMK pair 02-03, or from the key block LMK, over `L` symbols: length of the PIN (modulo ten for A),
//! PIN, zeros (A) or `F` (B); the last ten digits of the account number are the tweak. J: sixteen bytes, length and digits of the
//! PIN as nibbles with `F` behind, then nine zero bytes, encrypted twice around a CMAC of these ten, as format 4 of ISO 9564
//! does. PINs under the LMK of a real device cannot be read, and the reverse.

use crypto::Aes;
use crypto::fpe::Ff1;
use crypto::mac::cmac;
use crypto::pin::{self, Pin};
use zeroize::Zeroizing;

use super::{Lmk, LmkKind, Material, MaterialFault, derivation};
use crate::key_block::hexadecimal;

/// Setting "PIN encryption algorithm": the symbols of a PIN under an LMK that is not AES.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum PinAlgorithm {
    /// A (Visa): decimal digits.
    #[default]
    A,
    /// B (Racal): hexadecimal digits.
    B,
}

/// Form of a PIN under an LMK. An AES LMK has its own, whatever is set here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PinForm {
    /// Symbols.
    pub algorithm: PinAlgorithm,
    /// How many: 5 to 13, one more than the setting "PIN length".
    pub length: usize,
}

/// Why a PIN is not opened or sealed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PinUnderLmk {
    /// 14: decrypts to no PIN: wrong LMK, account number or form.
    #[error("PIN under the LMK is invalid: check LMK and account number")]
    Invalid,
    /// 15: not as many digits as the form has.
    #[error("PIN under the LMK is malformed")]
    Input,
    /// 22: account number is not decimal.
    #[error("account number is not decimal")]
    Account,
    /// 24: the PIN has fewer than 4 digits or more than the form holds.
    #[error("PIN has fewer than 4 digits or more than the PIN length setting allows")]
    Length,
    /// 46: does not begin with `J` as an AES LMK asks.
    #[error("PIN under an AES LMK has to begin with J")]
    Tag,
}

impl PinUnderLmk {
    /// The error code of the host protocol.
    pub const fn code(self) -> [u8; 2] {
        *match self {
            Self::Invalid => b"14",
            Self::Input => b"15",
            Self::Account => b"22",
            Self::Length => b"24",
            Self::Tag => b"46",
        }
    }
}

/// Longest form in characters.
const LONGEST: usize = 33;

/// Digits of an account number that a PIN is bound to.
const BOUND: usize = 10;

/// A PIN under an LMK, as it stands in a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SealedPin {
    text: [u8; LONGEST],
    length: usize,
}

impl SealedPin {
    /// The characters.
    pub fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }
}

/// The key for PINs under an LMK.
pub(super) struct PinKey(Aes);

impl PinKey {
    /// LMK pair 02-03. Source: manual.
    const PAIR: u8 = 1;

    pub(super) fn new(material: &Material) -> Result<Self, MaterialFault> {
        derivation::aes(material, Self::PAIR, b"PIN").map(Self)
    }

    fn ff1(&self, algorithm: PinAlgorithm) -> Result<Ff1<'_>, PinUnderLmk> {
        Ff1::new(&self.0, algorithm.radix().into()).map_err(|_| PinUnderLmk::Input)
    }

    /// What the account number adds between the two encryptions of form J.
    fn binding(&self, account: &[u8]) -> [u8; 16] {
        cmac(&self.0, &[b"account", account])
    }
}

impl PinAlgorithm {
    const fn radix(self) -> u8 {
        match self {
            Self::A => 10,
            Self::B => 16,
        }
    }

    /// What stands behind a PIN that is shorter than the form.
    const fn filling(self) -> u8 {
        match self {
            Self::A => 0,
            Self::B => 15,
        }
    }
}

impl PinForm {
    /// The lengths that there are.
    const LENGTHS: core::ops::RangeInclusive<usize> = pin::SHORTEST + 1..=pin::LONGEST + 1;
}

impl Lmk {
    /// Characters of a PIN under this LMK: `L`, or 33 under an AES LMK.
    pub const fn pin_length(&self, form: PinForm) -> usize {
        match self.kind() {
            LmkKind::Variant | LmkKind::KeyBlock => form.length,
            LmkKind::AesKeyBlock => LONGEST,
        }
    }

    /// Seals a PIN for an account, whose last ten digits count.
    ///
    /// Own construction, see the head of this module (inferred).
    ///
    /// # Errors
    /// 24, 22; 15 for a form of another length than 5 to 13.
    pub fn seal_pin(
        &self,
        pin: &Pin,
        account: &[u8],
        form: PinForm,
    ) -> Result<SealedPin, PinUnderLmk> {
        let account = bound(account)?;
        let mut sealed = SealedPin { text: [b'J'; LONGEST], length: self.pin_length(form) };
        if self.kind() == LmkKind::AesKeyBlock {
            let mut block = clear_block(pin)?;
            self.pin_key.0.encrypt(&mut block);
            xor(&mut block, &self.pin_key.binding(account));
            self.pin_key.0.encrypt(&mut block);
            let digits = sealed.text.get_mut(1..).ok_or(PinUnderLmk::Input)?;
            hexadecimal::encode(&block[..], digits);
            return Ok(sealed);
        }
        let mut symbols = clear_symbols(pin, form)?;
        let symbols = symbols.get_mut(..form.length).ok_or(PinUnderLmk::Input)?;
        let ff1 = self.pin_key.ff1(form.algorithm)?;
        ff1.encrypt(account, symbols).map_err(|_| PinUnderLmk::Input)?;
        for (character, symbol) in sealed.text.iter_mut().zip(symbols) {
            *character = digit(*symbol);
        }
        Ok(sealed)
    }

    /// Opens a PIN of an account.
    ///
    /// Own construction, see the head of this module (inferred).
    ///
    /// # Errors
    /// 15, 22, 46; 14 where it does not decrypt to a PIN. Another account number or LMK gives 14, or another PIN in about one
    /// case of nine (A) or a hundred (B).
    pub fn open_pin(&self, text: &[u8], account: &[u8], form: PinForm) -> Result<Pin, PinUnderLmk> {
        let account = bound(account)?;
        if self.kind() == LmkKind::AesKeyBlock {
            let digits = text.strip_prefix(b"J").ok_or(PinUnderLmk::Tag)?;
            let mut block = Zeroizing::new([0; 16]);
            hexadecimal::decode(digits, &mut block[..]).ok_or(PinUnderLmk::Input)?;
            self.pin_key.0.decrypt(&mut block);
            xor(&mut block, &self.pin_key.binding(account));
            self.pin_key.0.decrypt(&mut block);
            return pin_of_block(&block);
        }
        if text.len() != form.length || !PinForm::LENGTHS.contains(&form.length) {
            return Err(PinUnderLmk::Input);
        }
        let mut symbols = Zeroizing::new([0; pin::LONGEST + 1]);
        let symbols = symbols.get_mut(..form.length).ok_or(PinUnderLmk::Input)?;
        for (symbol, character) in symbols.iter_mut().zip(text) {
            *symbol = value(*character)
                .filter(|value| *value < form.algorithm.radix())
                .ok_or(PinUnderLmk::Input)?;
        }
        let ff1 = self.pin_key.ff1(form.algorithm)?;
        ff1.decrypt(account, symbols).map_err(|_| PinUnderLmk::Input)?;
        pin_of_symbols(symbols, form.algorithm)
    }
}

/// The digits that a PIN is bound to.
fn bound(account: &[u8]) -> Result<&[u8], PinUnderLmk> {
    let decimal = !account.is_empty() && account.iter().all(u8::is_ascii_digit);
    let bound = account.last_chunk::<BOUND>().map_or(account, |last| last);
    if decimal { Ok(bound) } else { Err(PinUnderLmk::Account) }
}

/// Length, PIN, filling.
fn clear_symbols(
    pin: &Pin,
    form: PinForm,
) -> Result<Zeroizing<[u8; pin::LONGEST + 1]>, PinUnderLmk> {
    if !PinForm::LENGTHS.contains(&form.length) {
        return Err(PinUnderLmk::Input);
    }
    let length = u8::try_from(pin.len()).map_err(|_| PinUnderLmk::Length)?;
    if pin.len() < pin::SHORTEST || pin.len() >= form.length {
        return Err(PinUnderLmk::Length);
    }
    let mut symbols = Zeroizing::new([form.algorithm.filling(); pin::LONGEST + 1]);
    let [first, rest @ ..] = &mut *symbols;
    *first = length % form.algorithm.radix();
    for (symbol, digit) in rest.iter_mut().zip(pin.digits()) {
        *symbol = digit - b'0';
    }
    Ok(symbols)
}

fn pin_of_symbols(symbols: &[u8], algorithm: PinAlgorithm) -> Result<Pin, PinUnderLmk> {
    let (first, rest) = symbols.split_first().ok_or(PinUnderLmk::Invalid)?;
    // Modulo ten, 0 to 2 mean 10 to 12.
    let length = match (algorithm, *first) {
        (PinAlgorithm::A, length @ 0..=2) => usize::from(length) + 10,
        (_, length) => usize::from(length),
    };
    if !(pin::SHORTEST..=pin::LONGEST).contains(&length) {
        return Err(PinUnderLmk::Invalid);
    }
    let (digits, filling) = rest.split_at_checked(length).ok_or(PinUnderLmk::Invalid)?;
    let wrong = filling.iter().fold(0, |wrong, symbol| wrong | (symbol ^ algorithm.filling()));
    if wrong == 0 { pin_of_digits(digits) } else { Err(PinUnderLmk::Invalid) }
}

fn pin_of_digits(digits: &[u8]) -> Result<Pin, PinUnderLmk> {
    let mut text = Zeroizing::new([0; pin::LONGEST]);
    let text = text.get_mut(..digits.len()).ok_or(PinUnderLmk::Invalid)?;
    for (character, digit) in text.iter_mut().zip(digits) {
        *character = b'0'.wrapping_add(*digit);
    }
    Pin::from_digits(text).map_err(|_| PinUnderLmk::Invalid)
}

/// Sixteen bytes: length and twelve digits as nibbles, `F` behind, nine zero bytes.
fn clear_block(pin: &Pin) -> Result<Zeroizing<[u8; 16]>, PinUnderLmk> {
    if !(pin::SHORTEST..=pin::LONGEST).contains(&pin.len()) {
        return Err(PinUnderLmk::Length);
    }
    let form = PinForm { algorithm: PinAlgorithm::B, length: pin::LONGEST + 1 };
    let symbols = clear_symbols(pin, form)?;
    let mut block = Zeroizing::new([0; 16]);
    for (at, symbol) in symbols.iter().chain(&[15]).enumerate() {
        block[at / 2] |= symbol << (4 * (1 - at % 2));
    }
    Ok(block)
}

fn pin_of_block(block: &[u8; 16]) -> Result<Pin, PinUnderLmk> {
    let mut symbols = Zeroizing::new([0; pin::LONGEST + 2]);
    for (pair, byte) in symbols.as_chunks_mut().0.iter_mut().zip(block) {
        *pair = [byte >> 4, byte & 15];
    }
    let zeros = block.iter().skip(7).fold(0, |seen, byte| seen | byte);
    if zeros == 0 {
        pin_of_symbols(&symbols[..], PinAlgorithm::B)
    } else {
        Err(PinUnderLmk::Invalid)
    }
}

fn xor(block: &mut [u8; 16], other: &[u8; 16]) {
    for (byte, other) in block.iter_mut().zip(other) {
        *byte ^= other;
    }
}

const fn digit(value: u8) -> u8 {
    if value < 10 { b'0' + value } else { b'A' - 10 + value }
}

const fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key_block::tests::Source;
    use crate::lmk::Material;

    const ACCOUNT: &[u8] = b"850103093936";

    fn lmks() -> Vec<Lmk> {
        let mut source = Source::new(0x919);
        let other = Material::generate(LmkKind::Variant, 320, &mut source).and_then(Lmk::new);
        [Lmk::test_variant(), other, Lmk::test_key_block_tdes(), Lmk::test_key_block_aes()]
            .map(|lmk| lmk.expect("an LMK"))
            .into()
    }

    fn forms() -> impl Iterator<Item = PinForm> {
        [PinAlgorithm::A, PinAlgorithm::B]
            .into_iter()
            .flat_map(|algorithm| PinForm::LENGTHS.map(move |length| PinForm { algorithm, length }))
    }

    fn pin(digits: &[u8]) -> Pin {
        Pin::from_digits(digits).expect("decimal digits")
    }

    #[test]
    fn every_length_comes_back_in_every_form() {
        let mut source = Source::new(0x1234);
        for lmk in lmks() {
            for form in forms() {
                for length in pin::SHORTEST..=pin::LONGEST {
                    let clear = Pin::random(length, &mut source).expect("a length of a PIN");
                    let sealed = lmk.seal_pin(&clear, ACCOUNT, form);
                    if length >= form.length && lmk.kind() != LmkKind::AesKeyBlock {
                        assert_eq!(sealed, Err(PinUnderLmk::Length));
                        continue;
                    }
                    let sealed = sealed.expect("a sealed PIN");
                    assert_eq!(sealed.as_bytes().len(), lmk.pin_length(form));
                    let opened = lmk.open_pin(sealed.as_bytes(), ACCOUNT, form);
                    assert!(opened.is_ok_and(|opened| opened == clear));
                }
            }
        }
    }

    #[test]
    fn the_same_pin_and_account_give_the_same_text() {
        for lmk in lmks() {
            for form in forms() {
                let seal = |account| lmk.seal_pin(&pin(b"1234"), account, form);
                assert_eq!(seal(ACCOUNT), seal(ACCOUNT));
                assert_ne!(seal(ACCOUNT), seal(b"850103093937"));
                assert_ne!(seal(ACCOUNT), seal(b"851103093936"));
                assert_eq!(seal(ACCOUNT), seal(b"990103093936"));
                assert_eq!(seal(ACCOUNT), seal(b"0103093936"));
            }
        }
    }

    /// Form A has one digit to tell by, form J nine bytes.
    #[test]
    fn another_account_does_not_open() {
        for lmk in lmks() {
            for form in forms() {
                let sealed = lmk.seal_pin(&pin(b"1234"), ACCOUNT, form).expect("a sealed PIN");
                let accounts = (0..200).map(|number| format!("{number:012}"));
                let opened = accounts
                    .filter_map(|account| {
                        lmk.open_pin(sealed.as_bytes(), account.as_bytes(), form).ok()
                    })
                    .count();
                let most = match (lmk.kind(), form.algorithm) {
                    (LmkKind::AesKeyBlock, _) => 0,
                    (_, PinAlgorithm::A) => 50,
                    (_, PinAlgorithm::B) => 10,
                };
                assert!(opened <= most, "{opened} {form:?}");
            }
        }
    }

    #[test]
    fn malformed_input_is_refused() {
        let [variant, .., aes]: [Lmk; 4] = lmks().try_into().ok().expect("four LMKs");
        let form = PinForm { algorithm: PinAlgorithm::A, length: 7 };
        let open = |text: &[u8], form| variant.open_pin(text, ACCOUNT, form).err();
        assert_eq!(open(b"025874", form), Some(PinUnderLmk::Input));
        assert_eq!(open(b"02587430", form), Some(PinUnderLmk::Input));
        assert_eq!(open(b"02587A3", form), Some(PinUnderLmk::Input));
        let racal = PinForm { algorithm: PinAlgorithm::B, ..form };
        assert_eq!(open(b"02587a3", racal), Some(PinUnderLmk::Input));
        assert_eq!(open(b"02587G3", racal), Some(PinUnderLmk::Input));
        for length in [0, 4, 14, 99] {
            let form = PinForm { length, ..form };
            assert_eq!(open(&vec![b'0'; length], form), Some(PinUnderLmk::Input));
            let sealed = variant.seal_pin(&pin(b"1234"), ACCOUNT, form);
            assert_eq!(sealed.err(), Some(PinUnderLmk::Input));
        }
        for account in [&b""[..], b"85010309393F"] {
            let opened = variant.open_pin(b"0258743", account, form);
            assert_eq!(opened.err(), Some(PinUnderLmk::Account));
            let sealed = variant.seal_pin(&pin(b"1234"), account, form);
            assert_eq!(sealed.err(), Some(PinUnderLmk::Account));
        }
        for short in [&b""[..], b"123"] {
            for lmk in [&variant, &aes] {
                let sealed = lmk.seal_pin(&pin(short), ACCOUNT, form);
                assert_eq!(sealed.err(), Some(PinUnderLmk::Length));
            }
        }
        let open = |text: &[u8]| aes.open_pin(text, ACCOUNT, form).err();
        assert_eq!(open(b"0258743"), Some(PinUnderLmk::Tag));
        assert_eq!(open(b"J0258743"), Some(PinUnderLmk::Input));
        assert_eq!(open(b"J0123456789ABCDEF0123456789ABCDEF"), Some(PinUnderLmk::Invalid));
    }
}
