//! Message authentication codes.

mod chain;
mod hash;

pub use chain::{Chain, Padding};
pub use hash::{Hash, hmac};

use zeroize::Zeroizing;

use crate::cipher::{BlockCipher, LONGEST_BLOCK};
use crate::modes::xor;

/// CMAC (NIST SP 800-38B, ISO 9797-1 algorithm 5) over the parts as one message.
///
/// The first eight bytes hold the MAC of an eight-byte cipher, the rest is zero.
pub fn cmac<C: BlockCipher>(cipher: &C, parts: &[&[u8]]) -> [u8; LONGEST_BLOCK] {
    let size = cipher.block_size();
    let mut state = [0; LONGEST_BLOCK];
    let value = &mut state[..size];
    let mut filled = 0;
    for part in parts {
        let mut rest = *part;
        while !rest.is_empty() {
            // The last block is treated apart, so a full one waits until more follows.
            if filled == size {
                cipher.encrypt_block(value);
                filled = 0;
            }
            let (now, later) = rest.split_at(rest.len().min(size - filled));
            xor(&mut value[filled..], now);
            filled += now.len();
            rest = later;
        }
    }
    let mut subkey = Zeroizing::new([0; LONGEST_BLOCK]);
    let subkey = &mut subkey[..size];
    cipher.encrypt_block(subkey);
    double(subkey);
    if filled < size {
        double(subkey);
        value[filled] ^= 0x80;
    }
    xor(value, subkey);
    cipher.encrypt_block(value);
    state
}

/// Multiplies by x in the field of 2^64 or 2^128 elements.
fn double(block: &mut [u8]) {
    let constant = if block.len() == 8 { 0x1B } else { 0x87 };
    let mut carry = 0;
    for byte in block.iter_mut().rev() {
        (*byte, carry) = (*byte << 1 | carry, *byte >> 7);
    }
    if let Some(last) = block.last_mut() {
        *last ^= constant * carry;
    }
}
