//! Modes of operation (NIST SP 800-38A), in place.
//!
//! `iv` is the chaining value: it is read at the start and holds, afterwards, what the next part of the same
//! message needs. For modes that take a part of a block, only the last part of a message may have one.

use zeroize::Zeroizing;

use crate::cipher::{BlockCipher, LONGEST_BLOCK};

/// Data or a chaining value is not a whole number of cipher blocks.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("data or a chaining value is not a whole number of cipher blocks")]
pub struct NotBlocks;

/// Encrypts each block by itself.
pub fn ecb_encrypt<C: BlockCipher>(cipher: &C, data: &mut [u8]) -> Result<(), NotBlocks> {
    blocks(cipher, data).map(|blocks| blocks.for_each(|block| cipher.encrypt_block(block)))
}

/// Decrypts each block by itself.
pub fn ecb_decrypt<C: BlockCipher>(cipher: &C, data: &mut [u8]) -> Result<(), NotBlocks> {
    blocks(cipher, data).map(|blocks| blocks.for_each(|block| cipher.decrypt_block(block)))
}

/// Encrypts in cipher block chaining mode.
pub fn cbc_encrypt<C: BlockCipher>(
    cipher: &C,
    iv: &mut [u8],
    data: &mut [u8],
) -> Result<(), NotBlocks> {
    check(cipher, iv)?;
    for block in blocks(cipher, data)? {
        xor(block, iv);
        cipher.encrypt_block(block);
        iv.copy_from_slice(block);
    }
    Ok(())
}

/// Decrypts in cipher block chaining mode.
pub fn cbc_decrypt<C: BlockCipher>(
    cipher: &C,
    iv: &mut [u8],
    data: &mut [u8],
) -> Result<(), NotBlocks> {
    check(cipher, iv)?;
    let mut next = [0; LONGEST_BLOCK];
    let next = &mut next[..iv.len()];
    for block in blocks(cipher, data)? {
        next.copy_from_slice(block);
        cipher.decrypt_block(block);
        xor(block, iv);
        iv.copy_from_slice(next);
    }
    Ok(())
}

/// Encrypts in cipher feedback mode with segments of so many bytes: one, a whole block or anything between.
pub fn cfb_encrypt<C: BlockCipher>(
    cipher: &C,
    segment: usize,
    iv: &mut [u8],
    data: &mut [u8],
) -> Result<(), NotBlocks> {
    cfb(cipher, segment, iv, data, |_, encrypted| encrypted)
}

/// Decrypts in cipher feedback mode with segments of so many bytes.
pub fn cfb_decrypt<C: BlockCipher>(
    cipher: &C,
    segment: usize,
    iv: &mut [u8],
    data: &mut [u8],
) -> Result<(), NotBlocks> {
    cfb(cipher, segment, iv, data, |given, _| given)
}

/// Encrypts or decrypts in output feedback mode. The chaining value is the last key stream block.
pub fn ofb<C: BlockCipher>(cipher: &C, iv: &mut [u8], data: &mut [u8]) -> Result<(), NotBlocks> {
    check(cipher, iv)?;
    for segment in data.chunks_mut(iv.len()) {
        cipher.encrypt_block(iv);
        xor(segment, iv);
    }
    Ok(())
}

/// The bits of a block that count in counter mode.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Counter {
    /// Bits below them, which stay as they are.
    pub offset: u32,
    /// How many there are.
    pub length: u32,
}

impl Counter {
    /// The whole block counts.
    pub const BLOCK: Self = Self { offset: 0, length: 128 };

    /// Adds one, modulo what the counter holds; the bits around it do not change.
    fn increment(self, block: &mut [u8]) {
        let mut bytes = [0; LONGEST_BLOCK];
        let start = LONGEST_BLOCK - block.len();
        bytes[start..].copy_from_slice(block);
        let before = u128::from_be_bytes(bytes);
        let ones = u128::MAX.checked_shr(128 - self.length.min(128)).unwrap_or(0);
        let mask = ones.checked_shl(self.offset).unwrap_or(0);
        let one = 1_u128.checked_shl(self.offset).unwrap_or(0);
        let after = (before & !mask) | (before.wrapping_add(one) & mask);
        block.copy_from_slice(&after.to_be_bytes()[start..]);
    }
}

/// Encrypts or decrypts in counter mode.
pub fn ctr<C: BlockCipher>(
    cipher: &C,
    counter: Counter,
    iv: &mut [u8],
    data: &mut [u8],
) -> Result<(), NotBlocks> {
    check(cipher, iv)?;
    let mut stream = Zeroizing::new([0; LONGEST_BLOCK]);
    let stream = &mut stream[..iv.len()];
    for segment in data.chunks_mut(iv.len()) {
        stream.copy_from_slice(iv);
        cipher.encrypt_block(stream);
        xor(segment, stream);
        counter.increment(iv);
    }
    Ok(())
}

fn cfb<C: BlockCipher>(
    cipher: &C,
    segment: usize,
    iv: &mut [u8],
    data: &mut [u8],
    feedback: impl Fn(u8, u8) -> u8,
) -> Result<(), NotBlocks> {
    check(cipher, iv)?;
    if !(1..=iv.len()).contains(&segment) {
        return Err(NotBlocks);
    }
    let mut stream = Zeroizing::new([0; LONGEST_BLOCK]);
    let stream = &mut stream[..iv.len()];
    for part in data.chunks_mut(segment) {
        stream.copy_from_slice(iv);
        cipher.encrypt_block(stream);
        iv.copy_within(part.len().., 0);
        let end = iv.len() - part.len();
        for ((byte, key), fed) in part.iter_mut().zip(&*stream).zip(&mut iv[end..]) {
            let given = *byte;
            *byte ^= key;
            *fed = feedback(given, *byte);
        }
    }
    Ok(())
}

fn check<C: BlockCipher>(cipher: &C, iv: &[u8]) -> Result<(), NotBlocks> {
    if iv.len() == cipher.block_size() { Ok(()) } else { Err(NotBlocks) }
}

fn blocks<'d, C: BlockCipher>(
    cipher: &C,
    data: &'d mut [u8],
) -> Result<impl Iterator<Item = &'d mut [u8]>, NotBlocks> {
    let size = cipher.block_size();
    if data.len().is_multiple_of(size) { Ok(data.chunks_exact_mut(size)) } else { Err(NotBlocks) }
}

#[inline]
pub(crate) fn xor(bytes: &mut [u8], other: &[u8]) {
    for (byte, other) in bytes.iter_mut().zip(other) {
        *byte ^= other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cipher::{Aes, Cipher, Tdes};
    use crate::tests::vectors;

    type Mode = fn(&Cipher, &mut [u8], &mut [u8]) -> Result<(), NotBlocks>;

    fn mode(name: &str) -> Option<(Mode, Mode)> {
        Some(match name {
            "ecb" => (
                |cipher, _, data| ecb_encrypt(cipher, data),
                |cipher, _, data| ecb_decrypt(cipher, data),
            ),
            "cbc" => (cbc_encrypt, cbc_decrypt),
            "cfb8" => (
                |cipher, iv, data| cfb_encrypt(cipher, 1, iv, data),
                |cipher, iv, data| cfb_decrypt(cipher, 1, iv, data),
            ),
            "cfb64" => (
                |cipher, iv, data| cfb_encrypt(cipher, 8, iv, data),
                |cipher, iv, data| cfb_decrypt(cipher, 8, iv, data),
            ),
            "cfb128" => (
                |cipher, iv, data| cfb_encrypt(cipher, 16, iv, data),
                |cipher, iv, data| cfb_decrypt(cipher, 16, iv, data),
            ),
            "ofb" => (ofb, ofb),
            "ctr" => (
                |cipher, iv, data| ctr(cipher, Counter::BLOCK, iv, data),
                |cipher, iv, data| ctr(cipher, Counter::BLOCK, iv, data),
            ),
            _ => return None,
        })
    }

    fn cipher(name: &str, key: &[u8]) -> Cipher {
        if name.starts_with("aes") {
            Cipher::Aes(Aes::new(key).expect("an AES key"))
        } else {
            Cipher::Tdes(Tdes::new(key).expect("a DES key"))
        }
    }

    #[test]
    fn vectors_in_one_part_and_in_two() {
        for vector in vectors(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../vectors/crypto/cipher_modes.jsonl"
        ))) {
            let (cipher_name, mode_name) = vector.algorithm().split_once('-').expect("cipher-mode");
            let cipher = cipher(cipher_name, &vector.bytes("key"));
            let (encrypt, decrypt) = mode(mode_name).expect("a mode");
            let size = cipher.block_size();
            let iv = if mode_name == "ecb" { vec![0; size] } else { vector.bytes("iv") };
            let plain = vector.bytes("data");
            let encrypted = vector.output_bytes();

            let mut data = plain.clone();
            encrypt(&cipher, &mut iv.clone(), &mut data).expect("whole blocks");
            assert_eq!(data, encrypted, "{}", vector.id());
            decrypt(&cipher, &mut iv.clone(), &mut data).expect("whole blocks");
            assert_eq!(data, plain, "{}", vector.id());

            let split =
                if mode_name == "cfb8" { data.len() / 2 } else { data.len() / 2 / size * size };
            let (first, second) = data.split_at_mut(split);
            let mut chain = iv.clone();
            encrypt(&cipher, &mut chain, first).expect("whole blocks");
            encrypt(&cipher, &mut chain, second).expect("whole blocks");
            assert_eq!(data, encrypted, "{}", vector.id());
            let (first, second) = data.split_at_mut(split);
            let mut chain = iv;
            decrypt(&cipher, &mut chain, first).expect("whole blocks");
            decrypt(&cipher, &mut chain, second).expect("whole blocks");
            assert_eq!(data, plain, "{}", vector.id());
        }
    }

    #[test]
    fn parts_of_blocks_are_refused() {
        let cipher = cipher("tdes", &[1; 16]);
        let mut data = [0; 12];
        assert_eq!(ecb_encrypt(&cipher, &mut data), Err(NotBlocks));
        assert_eq!(cbc_encrypt(&cipher, &mut [0; 8], &mut data), Err(NotBlocks));
        assert_eq!(cbc_decrypt(&cipher, &mut [0; 8], &mut data), Err(NotBlocks));
        for mode in ["cbc", "cfb8", "cfb64", "ofb", "ctr"] {
            let (encrypt, decrypt) = self::mode(mode).expect("a mode");
            assert_eq!(encrypt(&cipher, &mut [0; 16], &mut [0; 8]), Err(NotBlocks), "{mode}");
            assert_eq!(decrypt(&cipher, &mut [], &mut [0; 8]), Err(NotBlocks), "{mode}");
        }
        assert_eq!(data, [0; 12]);
    }

    /// SP 800-38A lets CTR, OFB and CFB end in a part of a block; it is the start of a whole one.
    #[test]
    fn last_part_of_a_block_is_the_start_of_a_whole_one() {
        let cipher = cipher("aes", &[2; 16]);
        for mode in ["cfb128", "ofb", "ctr"] {
            let (encrypt, decrypt) = self::mode(mode).expect("a mode");
            let (mut whole, mut part) = ([7; 32], [7; 21]);
            encrypt(&cipher, &mut [3; 16], &mut whole).expect("any length");
            encrypt(&cipher, &mut [3; 16], &mut part).expect("any length");
            assert_eq!(part, whole[..21], "{mode}");
            decrypt(&cipher, &mut [3; 16], &mut part).expect("any length");
            assert_eq!(part, [7; 21], "{mode}");
        }
    }

    #[test]
    fn counter_stays_within_its_bits() {
        let cipher = cipher("aes", &[4; 16]);
        for (offset, length, before, after) in [
            (0, 128, u128::MAX, 0),
            (0, 128, u128::from(u64::MAX), 1 << 64),
            (0, 32, u128::MAX, u128::MAX - u128::from(u32::MAX)),
            (0, 8, 0x01FE, 0x01FF),
            (0, 8, 0x01FF, 0x0100),
            (16, 8, 0x12_FFEE, 0x13_FFEE),
            (16, 8, 0x01FF_FFEE, 0x0100_FFEE),
            (120, 8, u128::MAX, u128::MAX >> 8),
        ] {
            let counter = Counter { offset, length };
            let mut block = before.to_be_bytes();
            ctr(&cipher, counter, &mut block, &mut [0; 16]).expect("any length");
            assert_eq!(block, after.to_be_bytes(), "{counter:?}");
        }
    }

    /// Segments of half a block: each is encrypted with the block that ends before it.
    #[test]
    fn segments_may_be_shorter_than_a_block() {
        let cipher = cipher("aes", &[4; 16]);
        let mut data = [7; 24];
        let mut iv = [9; 16];
        cfb_encrypt(&cipher, 8, &mut iv, &mut data).expect("segments");
        let mut blocks = [[9; 16], [9; 16], [0; 16]];
        blocks[1][8..].copy_from_slice(&data[..8]);
        blocks[2].copy_from_slice(&data[..16]);
        for (block, segment) in blocks.iter_mut().zip(data.chunks(8)) {
            cipher.encrypt_block(block);
            block.iter().zip(segment).for_each(|(key, byte)| assert_eq!(key ^ byte, 7));
        }
        assert_eq!(iv, data[8..]);
        assert_eq!(cfb_encrypt(&cipher, 0, &mut iv, &mut data), Err(NotBlocks));
        assert_eq!(cfb_encrypt(&cipher, 17, &mut iv, &mut data), Err(NotBlocks));
    }
}
