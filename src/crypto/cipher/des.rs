//! Single DES (FIPS 46-3), table driven.
//!
//! The tables are indexed by secrets, so running time depends on the processor's cache, as it does for every
//! table DES. This engine is for development and test keys.

mod tables;

use core::ops::BitXor;

use tables::{CHOICE, HALF_ROTATION, SUBSTITUTION};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// One expanded DES key.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Des {
    subkeys: [u64; 16],
}

impl Des {
    /// Expands a key. Parity bits are ignored.
    pub fn new(key: &[u8; 8]) -> Self {
        crate::stack::used();
        Self { subkeys: schedule(u64::from_be_bytes(*key)) }
    }

    /// Encrypts one block, the first byte being the most significant.
    pub fn encrypt(&self, block: u64) -> u64 {
        self.encrypt_halves(Halves::open(block)).close()
    }

    /// Decrypts one block.
    pub fn decrypt(&self, block: u64) -> u64 {
        self.decrypt_halves(Halves::open(block)).close()
    }

    /// Encrypts between the two outer permutations, which cancel out from one DES to the next.
    #[inline]
    pub(crate) fn encrypt_halves(&self, mut halves: Halves) -> Halves {
        for [even, odd] in self.subkeys.as_chunks().0 {
            halves.round_pair(*even, *odd);
        }
        halves.exchanged()
    }

    /// Decrypts between the two outer permutations.
    #[inline]
    pub(crate) fn decrypt_halves(&self, mut halves: Halves) -> Halves {
        for [even, odd] in self.subkeys.as_chunks().0.iter().rev() {
            halves.round_pair(*odd, *even);
        }
        halves.exchanged()
    }

    /// [`Des::encrypt_halves`] of two blocks at once.
    #[inline]
    pub(crate) fn encrypt_both(
        [one, other]: [&Self; 2],
        [mut left, mut right]: [Halves; 2],
    ) -> [Halves; 2] {
        for (k, l) in one.subkeys.as_chunks::<2>().0.iter().zip(other.subkeys.as_chunks::<2>().0) {
            left.round_pair(k[0], k[1]);
            right.round_pair(l[0], l[1]);
        }
        [left.exchanged(), right.exchanged()]
    }

    /// [`Des::decrypt_halves`] of two blocks at once.
    #[inline]
    pub(crate) fn decrypt_both(
        [one, other]: [&Self; 2],
        [mut left, mut right]: [Halves; 2],
    ) -> [Halves; 2] {
        let pairs = one.subkeys.as_chunks::<2>().0.iter().zip(other.subkeys.as_chunks::<2>().0);
        for (k, l) in pairs.rev() {
            left.round_pair(k[1], k[0]);
            right.round_pair(l[1], l[0]);
        }
        [left.exchanged(), right.exchanged()]
    }
}

/// The two halves of a block after the initial permutation, in the rotation that suits the tables.
#[derive(Clone, Copy)]
pub(crate) struct Halves {
    left: u32,
    right: u32,
}

impl Halves {
    /// Applies the initial permutation.
    #[inline]
    pub(crate) fn open(block: u64) -> Self {
        let rows = deinterleaved(transposed(block.swap_bytes()));
        Self {
            left: low(rows).rotate_left(HALF_ROTATION),
            right: low(rows >> 32).rotate_left(HALF_ROTATION),
        }
    }

    /// Applies the final permutation.
    #[inline]
    pub(crate) fn close(self) -> u64 {
        let left = u64::from(self.left.rotate_right(HALF_ROTATION));
        let right = u64::from(self.right.rotate_right(HALF_ROTATION));
        transposed(interleaved(right << 32 | left)).swap_bytes()
    }

    #[inline]
    fn round_pair(&mut self, first: u64, second: u64) {
        self.left ^= mixed(self.right, first);
        self.right ^= mixed(self.left, second);
    }

    #[inline]
    fn exchanged(self) -> Self {
        Self { left: self.right, right: self.left }
    }
}

impl BitXor for Halves {
    type Output = Self;

    #[inline]
    fn bitxor(self, other: Self) -> Self {
        Self { left: self.left ^ other.left, right: self.right ^ other.right }
    }
}

/// The round function.
#[inline]
fn mixed(half: u32, subkey: u64) -> u32 {
    let odd = half ^ low(subkey);
    let even = half.rotate_right(4) ^ low(subkey >> 32);
    let [s1, s7, s5, s3] = odd.to_le_bytes().map(usize::from);
    let [s8, s6, s4, s2] = even.to_le_bytes().map(usize::from);
    // The results do not overlap; `|` keeps the compiler from turning the tree into a chain of `^`.
    ((SUBSTITUTION[0][s1] | SUBSTITUTION[1][s7]) ^ (SUBSTITUTION[2][s5] | SUBSTITUTION[3][s3]))
        | ((SUBSTITUTION[4][s8] | SUBSTITUTION[5][s6])
            ^ (SUBSTITUTION[6][s4] | SUBSTITUTION[7][s2]))
}

/// The sixteen subkeys, in lanes.
fn schedule(key: u64) -> [u64; 16] {
    // Permuted choice 1 reads the columns of the key, last byte first.
    let rows = transposed(key.swap_bytes());
    let c = rows >> 36;
    let d =
        (rows & 0xFF00) << 12 | (rows >> 4 & 0xFF000) | (rows >> 20 & 0xFF0) | (rows >> 32 & 0xF);
    // Written twice in a row, a half is rotated by where it is read.
    let (c, d) = (c << 28 | c, d << 28 | d);
    [
        subkey(c, d, 27),
        subkey(c, d, 26),
        subkey(c, d, 24),
        subkey(c, d, 22),
        subkey(c, d, 20),
        subkey(c, d, 18),
        subkey(c, d, 16),
        subkey(c, d, 14),
        subkey(c, d, 13),
        subkey(c, d, 11),
        subkey(c, d, 9),
        subkey(c, d, 7),
        subkey(c, d, 5),
        subkey(c, d, 3),
        subkey(c, d, 1),
        subkey(c, d, 0),
    ]
}

#[expect(clippy::inline_always, reason = "the shifts have to become constants")]
#[inline(always)]
fn subkey(c: u64, d: u64, shift: u32) -> u64 {
    let piece = |half: u64, from: u32| (half >> (shift + from) & 0x7F) as usize;
    CHOICE[0][piece(c, 21)]
        | CHOICE[1][piece(c, 14)]
        | CHOICE[2][piece(c, 7)]
        | CHOICE[3][piece(c, 0)]
        | CHOICE[4][piece(d, 21)]
        | CHOICE[5][piece(d, 14)]
        | CHOICE[6][piece(d, 7)]
        | CHOICE[7][piece(d, 0)]
}

/// Transposes eight bytes as a matrix of bits.
#[inline]
fn transposed(rows: u64) -> u64 {
    let rows = swapped(rows, 7, 0x00AA_00AA_00AA_00AA);
    let rows = swapped(rows, 14, 0x0000_CCCC_0000_CCCC);
    swapped(rows, 28, 0x0000_0000_F0F0_F0F0)
}

/// Gathers bytes 1, 3, 5, 7 in the upper half and 2, 4, 6, 8 in the lower.
#[inline]
fn deinterleaved(bytes: u64) -> u64 {
    swapped(swapped(bytes, 8, 0x0000_FF00_0000_FF00), 16, 0x0000_0000_FFFF_0000)
}

/// Undoes [`deinterleaved`].
#[inline]
fn interleaved(bytes: u64) -> u64 {
    swapped(swapped(bytes, 16, 0x0000_0000_FFFF_0000), 8, 0x0000_FF00_0000_FF00)
}

/// Exchanges the bits under `mask` with those `distance` places above them.
#[inline]
fn swapped(bits: u64, distance: u32, mask: u64) -> u64 {
    let difference = (bits ^ bits >> distance) & mask;
    bits ^ difference ^ difference << distance
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is asked for")]
fn low(word: u64) -> u32 {
    word as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::Xorshift;

    use ::des::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

    #[test]
    fn agrees_with_an_independent_engine() {
        let mut random = Xorshift::new(0x0123_4567_89AB_CDEF);
        for _ in 0..20_000 {
            let (key, plain) = (random.next().to_be_bytes(), random.next());
            let oracle = ::des::Des::new(&key.into());
            let mut expected = plain.to_be_bytes().into();
            oracle.encrypt_block(&mut expected);
            let ours = Des::new(&key);
            let encrypted = ours.encrypt(plain);
            assert_eq!(encrypted.to_be_bytes(), <[u8; 8]>::from(expected));
            assert_eq!(ours.decrypt(encrypted), plain);
            let mut expected = plain.to_be_bytes().into();
            oracle.decrypt_block(&mut expected);
            assert_eq!(ours.decrypt(plain).to_be_bytes(), <[u8; 8]>::from(expected));
        }
    }
}
