//! Authenticated encryption of what a device keeps: XChaCha20-Poly1305.
//!
//! Its nonces are so long that they may be drawn at random without counting messages, which AES-GCM would ask for.

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{Key, Tag, XChaCha20Poly1305, XNonce};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Bytes of a nonce.
pub const NONCE: usize = 24;

/// Bytes of an authentication tag.
pub const TAG: usize = 16;

/// What was sealed has been altered, or sealed with another key or for another purpose.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("sealed data is altered, or was sealed with another key")]
pub struct Altered;

/// A key of 32 bytes, on the heap, so that moving it leaves nothing behind.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct AeadKey(Box<[u8; Self::LENGTH]>);

impl AeadKey {
    /// Bytes of a key.
    pub const LENGTH: usize = 32;

    /// A key of zero bytes, to be filled in place.
    pub fn zero() -> Self {
        Self(Box::new([0; Self::LENGTH]))
    }

    /// The key.
    pub fn as_bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }

    /// The key, to be filled in place.
    pub fn as_mut_bytes(&mut self) -> &mut [u8; Self::LENGTH] {
        &mut self.0
    }

    /// Encrypts in place and returns the tag, which covers `context`, too. No two messages may have the same nonce.
    ///
    /// # Errors
    /// [`Altered`] for more data than the algorithm takes: 256 GiB.
    pub fn seal(
        &self,
        nonce: &[u8; NONCE],
        context: &[u8],
        data: &mut [u8],
    ) -> Result<[u8; TAG], Altered> {
        let tag = self.cipher().encrypt_inout_detached(&XNonce::from(*nonce), context, data.into());
        tag.map(Into::into).map_err(|_| Altered)
    }

    /// Decrypts in place; what cannot be opened stays encrypted.
    ///
    /// # Errors
    /// [`Altered`].
    pub fn open(
        &self,
        nonce: &[u8; NONCE],
        context: &[u8],
        data: &mut [u8],
        tag: &[u8; TAG],
    ) -> Result<(), Altered> {
        let (nonce, tag) = (XNonce::from(*nonce), Tag::from(*tag));
        let opened = self.cipher().decrypt_inout_detached(&nonce, context, data.into(), &tag);
        opened.map_err(|_| Altered)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(Key::cast_from_core(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vector of draft-irtf-cfrg-xchacha-03, A.3.1.
    #[test]
    fn published_vector() {
        let mut key = AeadKey::zero();
        for (byte, value) in key.as_mut_bytes().iter_mut().zip(0x80..) {
            *byte = value;
        }
        let context = hex::decode("50515253c0c1c2c3c4c5c6c7").expect("hexadecimal");
        let nonce: [u8; NONCE] = core::array::from_fn(|at| 0x40 + u8::try_from(at).unwrap_or(0));
        let text =
            b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the \
                     future, sunscreen would be it.";
        let sealed = "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb\
                      731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452\
                      2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9\
                      21f9664c97637da9768812f615c68b13b52e";
        let mut data = text.to_vec();
        let tag = key.seal(&nonce, &context, &mut data).expect("little data");
        assert_eq!(hex::encode(&data), sealed);
        assert_eq!(hex::encode(tag), "c0875924c1c7987947deafd8780acf49");
        assert_eq!(key.open(&nonce, &context, &mut data, &tag), Ok(()));
        assert_eq!(data, text);
    }

    #[test]
    fn nothing_may_be_altered() {
        let (key, nonce) = (AeadKey::zero(), [7; NONCE]);
        let mut data = *b"an LMK";
        let tag = key.seal(&nonce, b"context", &mut data).expect("little data");
        let sealed = data;
        let mut other = AeadKey::zero();
        other.as_mut_bytes()[31] = 1;
        let mut open = |key: &AeadKey, nonce: [u8; NONCE], context: &[u8], tag: [u8; TAG]| {
            data = sealed;
            let opened = key.open(&nonce, context, &mut data, &tag);
            assert!(opened.is_ok() || data == sealed);
            opened.is_ok()
        };
        assert!(open(&key, nonce, b"context", tag));
        assert!(!open(&other, nonce, b"context", tag));
        assert!(!open(&key, [8; NONCE], b"context", tag));
        assert!(!open(&key, nonce, b"contex", tag));
        for at in 0..TAG {
            let mut wrong = tag;
            wrong[at] ^= 1;
            assert!(!open(&key, nonce, b"context", wrong));
        }
    }
}
