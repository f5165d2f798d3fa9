//! Keys in the clear, for the printer.

use crypto::{Algorithm, ClearKey};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::key_block::hexadecimal;
use crate::usage::{Stated, Usage};
use crate::{Key, Refusal};

/// The hexadecimal digits of a key. They are wiped when this is dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct PrintedKey {
    digits: [u8; 2 * ClearKey::LONGEST],
    length: usize,
}

impl<U: Usage> Key<U> {
    /// The key as it is printed: the only way in which it leaves in the clear.
    pub fn printed(&self) -> PrintedKey {
        let mut digits = [0; 2 * ClearKey::LONGEST];
        hexadecimal::encode(self.clear.as_bytes(), &mut digits);
        PrintedKey { digits, length: 2 * self.len() }
    }
}

impl Key<Stated> {
    /// A clear component that an officer types: the only way in which one comes in.
    ///
    /// # Errors
    /// 15 if it is not hexadecimal, A5 if there is no key of this length.
    pub fn typed(algorithm: Algorithm, digits: &str) -> Result<Self, Refusal> {
        let mut clear =
            ClearKey::zero(algorithm, digits.len() / 2).map_err(|_| Refusal::KeyLength)?;
        let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
        let nibble =
            |digit: u8| char::from(digit).to_digit(16).and_then(|it| u8::try_from(it).ok());
        for (byte, &[high, low]) in clear.as_mut_bytes().iter_mut().zip(pairs) {
            let value = nibble(high).zip(nibble(low)).ok_or(Refusal::Input)?;
            *byte = value.0 << 4 | value.1;
        }
        if rest.is_empty() { Ok(Self::new(clear)) } else { Err(Refusal::Input) }
    }
}

impl PrintedKey {
    /// All digits.
    pub fn digits(&self) -> &[u8] {
        &self.digits[..self.length]
    }

    /// Two parts, or three of which the last may be empty: the halves of a single-length key, or the keys of a longer one.
    ///
    /// Source: manual (NE). An AES key of 256 bits has two halves (inferred).
    pub fn parts(&self) -> [&[u8]; 3] {
        let part = match self.length {
            16 => 8,
            64.. => 32,
            _ => 16,
        };
        let mut parts = self.digits().chunks(part);
        [(); 3].map(|()| parts.next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_components_are_hexadecimal_and_of_a_length() {
        let typed = |digits| Key::<Stated>::typed(Algorithm::Tdes, digits).map(|key| key.len());
        assert_eq!(typed("0123456789ABCDEF"), Ok(8));
        assert_eq!(typed("0123456789abcdef0123456789abcdef"), Ok(16));
        assert_eq!(typed("0123456789ABCDEX"), Err(Refusal::Input));
        assert_eq!(typed("0123456789ABCDEF0"), Err(Refusal::Input));
        assert_eq!(typed("0123"), Err(Refusal::KeyLength));
        let key = Key::<Stated>::typed(Algorithm::Aes, &"0F".repeat(32)).expect("a key");
        assert_eq!(key.printed().digits(), "0F".repeat(32).as_bytes());
    }

    #[test]
    fn keys_are_printed_whole_and_in_parts() {
        let bytes = [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF].repeat(4);
        let digits = "0123456789ABCDEF".repeat(4);
        for (algorithm, length, parts) in [
            (Algorithm::Tdes, 8, ["01234567", "89ABCDEF", ""]),
            (Algorithm::Tdes, 16, ["0123456789ABCDEF", "0123456789ABCDEF", ""]),
            (Algorithm::Tdes, 24, ["0123456789ABCDEF"; 3]),
            (Algorithm::Aes, 16, ["0123456789ABCDEF", "0123456789ABCDEF", ""]),
            (Algorithm::Aes, 24, ["0123456789ABCDEF"; 3]),
            (Algorithm::Aes, 32, [&digits[..32], &digits[32..], ""]),
        ] {
            let key = ClearKey::new(algorithm, &bytes[..length]).expect("a key");
            let printed = Key::<Stated>::new(key).printed();
            assert_eq!(printed.digits(), &digits.as_bytes()[..2 * length]);
            assert_eq!(printed.parts(), parts.map(str::as_bytes));
        }
    }
}
