//! AES key wrap with padding (RFC 5649, NIST SP 800-38F).

use zeroize::Zeroizing;

use crate::cipher::Aes;

/// Half of a block: what is moved as one.
type Half = [u8; 8];
/// Bytes of it.
const HALF: usize = size_of::<Half>();
/// What stands in front of the length.
const MARK: [u8; 4] = [0xA6, 0x59, 0x59, 0xA6];
/// How often each half is encrypted.
const ROUNDS: usize = 6;

/// What should be wrapped data is none under this key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not wrapped under this key")]
pub struct NotWrapped;

/// Wraps at least one byte. The result is a multiple of eight bytes long, and at least nine longer than the data.
pub fn wrap(key: &Aes, data: &[u8]) -> Vec<u8> {
    let mut wrapped = vec![0; HALF + data.len().next_multiple_of(HALF).max(HALF)];
    wrapped[HALF..HALF + data.len()].copy_from_slice(data);
    if let ([first, rest @ ..], _) = wrapped.as_chunks_mut::<HALF>() {
        *first = front(data.len());
        if let [only] = rest {
            run(first, only, |block| key.encrypt(block));
        } else {
            for (step, at) in steps(rest.len()) {
                run(first, &mut rest[at], |block| key.encrypt(block));
                count(first, step);
            }
        }
    }
    wrapped
}

/// Unwraps data.
///
/// # Errors
/// [`NotWrapped`].
pub fn unwrap(key: &Aes, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotWrapped> {
    let mut data = Zeroizing::new(wrapped.to_vec());
    let ([first, rest @ ..], []) = data.as_chunks_mut::<HALF>() else { return Err(NotWrapped) };
    if let [only] = rest {
        run(first, only, |block| key.decrypt(block));
    } else {
        for (step, at) in steps(rest.len()).rev() {
            count(first, step);
            run(first, &mut rest[at], |block| key.decrypt(block));
        }
    }
    let (padded, found) = (HALF * rest.len(), *first);
    // The padding, of less than eight bytes, tells no more than the length.
    let [_, _, _, _, length @ ..] = found;
    let length = u32::from_be_bytes(length) as usize;
    if length == 0 || length.next_multiple_of(HALF) != padded {
        return Err(NotWrapped);
    }
    data.drain(..HALF);
    let padding = &data[length..];
    if crate::equal(&found, &front(length)) & crate::equal(padding, &[0; HALF][..padding.len()]) {
        data.truncate(length);
        Ok(data)
    } else {
        Err(NotWrapped)
    }
}

/// What stands in front of data of so many bytes.
fn front(length: usize) -> Half {
    let [_, _, _, _, length @ ..] = (length as u64).to_be_bytes();
    let mut front = [0; HALF];
    front[..4].copy_from_slice(&MARK);
    front[4..].copy_from_slice(&length);
    front
}

/// Numbers of the steps, and the half that each is about.
fn steps(halves: usize) -> impl DoubleEndedIterator<Item = (u64, usize)> + use<> {
    (0..ROUNDS * halves).map(move |step| (step as u64 + 1, step % halves))
}

/// Lets the cipher change two halves as one block.
fn run(first: &mut Half, second: &mut Half, cipher: impl FnOnce(&mut [u8; 16])) {
    let mut block = Zeroizing::new([0; 16]);
    block[..HALF].copy_from_slice(first);
    block[HALF..].copy_from_slice(second);
    cipher(&mut block);
    first.copy_from_slice(&block[..HALF]);
    second.copy_from_slice(&block[HALF..]);
}

fn count(first: &mut Half, step: u64) {
    *first = (u64::from_be_bytes(*first) ^ step).to_be_bytes();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{Xorshift, vectors};

    use rand_core::Rng;

    const VECTORS: &str =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/crypto/key_wrap.jsonl"));

    #[test]
    fn key_wrap_vectors() {
        let mut tried = 0;
        for vector in vectors(VECTORS) {
            let key = Aes::new(&vector.bytes("key")).expect("an AES key");
            let (data, wrapped) = (vector.bytes("data"), vector.output_bytes());
            assert_eq!(wrap(&key, &data), wrapped, "{}", vector.id());
            assert_eq!(unwrap(&key, &wrapped).as_deref(), Ok(&data), "{}", vector.id());
            tried += 1;
        }
        assert!(tried >= 40, "only {tried} values");
    }

    #[test]
    fn what_was_changed_is_refused() {
        let mut random = Xorshift::new(0x5649);
        let key = Aes::new(&[0x2B; 32]).expect("an AES key");
        for length in 1..=80 {
            let mut data = vec![0; length];
            random.fill_bytes(&mut data);
            let wrapped = wrap(&key, &data);
            for bit in 0..8 * wrapped.len() {
                let mut other = wrapped.clone();
                other[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(unwrap(&key, &other), Err(NotWrapped), "{length} {bit}");
            }
            for end in 0..wrapped.len() {
                assert_eq!(unwrap(&key, &wrapped[..end]), Err(NotWrapped), "{length} {end}");
            }
        }
    }
}
