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

/// Encrypts in cipher feedback mode with segments of eight bits.
pub fn cfb8_encrypt<C: BlockCipher>(
    cipher: &C,
    iv: &mut [u8],
    data: &mut [u8],
) -> Result<(), NotBlocks> {
    cfb8(cipher, iv, data, |_, encrypted| encrypted)
}

/// Decrypts in cipher feedback mode with segments of eight bits.
pub fn cfb8_decrypt<C: BlockCipher>(
    cipher: &C,
    iv: &mut [u8],
    data: &mut [u8],
) -> Result<(), NotBlocks> {
    cfb8(cipher, iv, data, |given, _| given)
}

/// Encrypts in cipher feedback mode with segments of a whole block.
pub fn cfb_encrypt<C: BlockCipher>(
    cipher: &C,
    iv: &mut [u8],
    data: &mut [u8],
) -> Result<(), NotBlocks> {
    check(cipher, iv)?;
    for segment in data.chunks_mut(iv.len()) {
        cipher.encrypt_block(iv);
        xor(segment, iv);
        iv[..segment.len()].copy_from_slice(segment);
    }
    Ok(())
}

/// Decrypts in cipher feedback mode with segments of a whole block.
pub fn cfb_decrypt<C: BlockCipher>(
    cipher: &C,
    iv: &mut [u8],
    data: &mut [u8],
) -> Result<(), NotBlocks> {
    check(cipher, iv)?;
    for segment in data.chunks_mut(iv.len()) {
        cipher.encrypt_block(iv);
        for (byte, feedback) in segment.iter_mut().zip(iv.iter_mut()) {
            let encrypted = *byte;
            *byte ^= *feedback;
            *feedback = encrypted;
        }
    }
    Ok(())
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

/// Encrypts or decrypts in counter mode. The whole block counts, most significant byte first.
pub fn ctr<C: BlockCipher>(cipher: &C, iv: &mut [u8], data: &mut [u8]) -> Result<(), NotBlocks> {
    check(cipher, iv)?;
    let mut stream = Zeroizing::new([0; LONGEST_BLOCK]);
    let stream = &mut stream[..iv.len()];
    for segment in data.chunks_mut(iv.len()) {
        stream.copy_from_slice(iv);
        cipher.encrypt_block(stream);
        xor(segment, stream);
        increment(iv);
    }
    Ok(())
}

fn cfb8<C: BlockCipher>(
    cipher: &C,
    iv: &mut [u8],
    data: &mut [u8],
    feedback: impl Fn(u8, u8) -> u8,
) -> Result<(), NotBlocks> {
    check(cipher, iv)?;
    let mut stream = Zeroizing::new([0; LONGEST_BLOCK]);
    let stream = &mut stream[..iv.len()];
    for byte in data {
        stream.copy_from_slice(iv);
        cipher.encrypt_block(stream);
        let result = *byte ^ stream[0];
        iv.rotate_left(1);
        if let Some(last) = iv.last_mut() {
            *last = feedback(*byte, result);
        }
        *byte = result;
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

fn increment(counter: &mut [u8]) {
    for byte in counter.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            break;
        }
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
            "cfb8" => (cfb8_encrypt, cfb8_decrypt),
            "cfb64" | "cfb128" => (cfb_encrypt, cfb_decrypt),
            "ofb" => (ofb, ofb),
            "ctr" => (ctr, ctr),
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
    fn counter_carries_through_the_whole_block() {
        let cipher = cipher("aes", &[4; 16]);
        let mut counter = [0xFF; 16];
        ctr(&cipher, &mut counter, &mut [0; 16]).expect("any length");
        assert_eq!(counter, [0; 16]);
        let mut counter = *b"\x00\x00\x00\x00\x00\x00\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF";
        ctr(&cipher, &mut counter, &mut [0; 1]).expect("any length");
        assert_eq!(counter, (1_u128 << 64).to_be_bytes());
    }
}
