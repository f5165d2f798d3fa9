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
