//! What a device keeps on disk: sealed with a data key that exists once, wrapped by a root key.
//!
//! Whoever destroys the root key, 32 bytes in a file of their own, has erased everything that was ever sealed, wherever
//! copies of it are. Sealed data is 24 bytes of nonce, the ciphertext, and 16 bytes of tag; the algorithm is
//! XChaCha20-Poly1305. Nonces come from the operating system and never from a seed: with one key no nonce comes twice.

use std::io::{self, Read, Write};

use crypto::aead::{AeadKey, NONCE, TAG};
use zeroize::Zeroizing;

use crate::Lmk;
use crate::lmk::{LmkKind, Material};

/// Why something is not sealed or not opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SealFault {
    /// It is too short, altered, or was sealed with another key or for another purpose.
    #[error("sealed data is altered, or was sealed with another key")]
    Altered,
    /// The operating system has no random numbers.
    #[error("the operating system gives no random numbers")]
    Randomness,
}

/// The key that wraps the data key. Its file holds these 32 bytes and nothing else.
pub struct RootKey(AeadKey);

/// The key that everything on disk is sealed with. It exists in memory, and on disk wrapped by the root key.
pub struct DataKey(AeadKey);

/// What the data key is wrapped for.
const DATA_KEY: &[u8] = b"data key";

impl RootKey {
    /// Bytes in the file of the key.
    pub const LENGTH: usize = AeadKey::LENGTH;

    /// Draws a key.
    ///
    /// # Errors
    /// [`SealFault::Randomness`].
    pub fn generate() -> Result<Self, SealFault> {
        drawn().map(Self)
    }

    /// Reads the key from its file.
    ///
    /// # Errors
    /// Those of the file; `InvalidData` if it does not hold 32 bytes.
    pub fn read_from(file: &mut dyn Read) -> io::Result<Self> {
        let mut key = AeadKey::zero();
        match file.read_exact(key.as_mut_bytes()) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(io::ErrorKind::InvalidData.into())
            }
            Err(error) => Err(error),
            Ok(()) if file.read(&mut [0])? > 0 => Err(io::ErrorKind::InvalidData.into()),
            Ok(()) => Ok(Self(key)),
        }
    }

    /// Writes the key to its file, which nobody but its owner may read.
    ///
    /// # Errors
    /// Those of the file.
    pub fn write_to(&self, file: &mut dyn Write) -> io::Result<()> {
        file.write_all(self.0.as_bytes())
    }

    /// Wraps a data key: [`DataKey::WRAPPED`] bytes.
    ///
    /// # Errors
    /// [`SealFault::Randomness`].
    pub fn wrap(&self, key: &DataKey) -> Result<Vec<u8>, SealFault> {
        seal(&self.0, DATA_KEY, key.0.as_bytes())
    }

    /// Opens a wrapped data key.
    ///
    /// # Errors
    /// [`SealFault::Altered`].
    pub fn unwrap(&self, wrapped: &[u8]) -> Result<DataKey, SealFault> {
        let bytes = open(&self.0, DATA_KEY, wrapped)?;
        let mut key = AeadKey::zero();
        if bytes.len() != AeadKey::LENGTH {
            return Err(SealFault::Altered);
        }
        key.as_mut_bytes().copy_from_slice(&bytes);
        Ok(DataKey(key))
    }
}

impl DataKey {
    /// Bytes of a data key that is wrapped.
    pub const WRAPPED: usize = AeadKey::LENGTH + Self::OVERHEAD;

    /// Bytes by which sealed data is longer.
    pub const OVERHEAD: usize = NONCE + TAG;

    /// Draws a key.
    ///
    /// # Errors
    /// [`SealFault::Randomness`].
    pub fn generate() -> Result<Self, SealFault> {
        drawn().map(Self)
    }

    /// Seals data. It opens for the same `context` only, which says what it is, as in `b"state"`; what differs from file to
    /// file or record to record (a number, a header) belongs into it as well.
    ///
    /// # Errors
    /// [`SealFault::Randomness`].
    pub fn seal(&self, context: &[u8], data: &[u8]) -> Result<Vec<u8>, SealFault> {
        seal(&self.0, context, data)
    }

    /// Opens what [`DataKey::seal`] made for this context.
    ///
    /// # Errors
    /// [`SealFault::Altered`].
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealFault> {
        open(&self.0, context, sealed)
    }

    /// Seals an LMK, whose bytes nobody else sees.
    ///
    /// # Errors
    /// [`SealFault::Randomness`].
    pub fn seal_lmk(&self, lmk: &Lmk) -> Result<Vec<u8>, SealFault> {
        self.seal(context_of(lmk.kind()), lmk.material().as_bytes())
    }

    /// Opens an LMK of this kind.
    ///
    /// # Errors
    /// [`SealFault::Altered`].
    pub fn open_lmk(&self, kind: LmkKind, sealed: &[u8]) -> Result<Lmk, SealFault> {
        let bytes = self.open(context_of(kind), sealed)?;
        Material::new(kind, &bytes).and_then(Lmk::new).map_err(|_| SealFault::Altered)
    }
}

impl core::fmt::Debug for RootKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("RootKey")
    }
}

impl core::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("DataKey")
    }
}

const fn context_of(kind: LmkKind) -> &'static [u8] {
    match kind {
        LmkKind::Variant => b"variant LMK",
        LmkKind::KeyBlock => b"3DES key block LMK",
        LmkKind::AesKeyBlock => b"AES key block LMK",
    }
}

fn drawn() -> Result<AeadKey, SealFault> {
    let mut key = AeadKey::zero();
    getrandom::fill(key.as_mut_bytes()).map_err(|_| SealFault::Randomness)?;
    Ok(key)
}

fn seal(key: &AeadKey, context: &[u8], data: &[u8]) -> Result<Vec<u8>, SealFault> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce).map_err(|_| SealFault::Randomness)?;
    // It never grows, which would leave a copy of the data behind.
    let mut sealed = Vec::with_capacity(data.len() + DataKey::OVERHEAD);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(data);
    let tag = key.seal(&nonce, context, &mut sealed[NONCE..]).map_err(|_| SealFault::Altered)?;
    sealed.extend_from_slice(&tag);
    Ok(sealed)
}

fn open(key: &AeadKey, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealFault> {
    let parts = sealed.split_first_chunk().zip(sealed.len().checked_sub(DataKey::OVERHEAD));
    let ((nonce, rest), length) = parts.ok_or(SealFault::Altered)?;
    let (data, tag) = rest.split_at(length);
    let tag = tag.first_chunk().ok_or(SealFault::Altered)?;
    let mut data = Zeroizing::new(data.to_vec());
    key.open(nonce, context, &mut data, tag).map_err(|_| SealFault::Altered)?;
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_data_opens_for_its_context_only() {
        let key = DataKey::generate().expect("random numbers");
        for data in [&b""[..], b"a record", &[0; 7_000]] {
            let sealed = key.seal(b"audit record 1", data).expect("random numbers");
            assert_eq!(sealed.len(), data.len() + DataKey::OVERHEAD);
            let opened = key.open(b"audit record 1", &sealed).expect("it was sealed so");
            assert_eq!(*opened, data);
            assert_eq!(key.open(b"audit record 2", &sealed), Err(SealFault::Altered));
            let other = DataKey::generate().expect("random numbers");
            assert_eq!(other.open(b"audit record 1", &sealed), Err(SealFault::Altered));
            assert_ne!(key.seal(b"audit record 1", data), Ok(sealed), "a nonce came twice");
        }
    }

    #[test]
    fn damage_is_found_wherever_it_is() {
        let key = DataKey::generate().expect("random numbers");
        let sealed = key.seal(b"state", b"twenty-two LMKs").expect("random numbers");
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 0x10;
            assert_eq!(key.open(b"state", &damaged), Err(SealFault::Altered), "{at}");
            assert_eq!(key.open(b"state", &sealed[..at]), Err(SealFault::Altered), "{at}");
        }
        assert!(key.open(b"state", &[&sealed[..], b"x"].concat()).is_err());
    }

    #[test]
    fn the_root_key_wraps_and_its_file_is_32_bytes() {
        let root = RootKey::generate().expect("random numbers");
        let key = DataKey::generate().expect("random numbers");
        let wrapped = root.wrap(&key).expect("random numbers");
        assert_eq!(wrapped.len(), DataKey::WRAPPED);
        let mut file = Vec::new();
        root.write_to(&mut file).expect("memory");
        assert_eq!(file.len(), RootKey::LENGTH);
        let again = RootKey::read_from(&mut &file[..]).expect("the same key");
        let sealed = key.seal(b"state", b"x").expect("random numbers");
        let unwrapped = again.unwrap(&wrapped).expect("the same key");
        assert!(unwrapped.open(b"state", &sealed).is_ok());
        let other = RootKey::generate().expect("random numbers");
        assert_eq!(other.unwrap(&wrapped).err(), Some(SealFault::Altered));
        for wrong in [&file[..31], &[&file[..], b"x"].concat()[..], b""] {
            let error = RootKey::read_from(&mut &*wrong).expect_err("another length");
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        }
    }

    #[test]
    fn an_lmk_opens_as_what_it_is() {
        let key = DataKey::generate().expect("random numbers");
        for name in ["test-variant", "test-key-block-tdes", "test-key-block-aes"] {
            let lmk = Lmk::named(name).expect("a test LMK");
            let sealed = key.seal_lmk(&lmk).expect("random numbers");
            let opened = key.open_lmk(lmk.kind(), &sealed).expect("it was sealed so");
            assert_eq!((opened.kind(), opened.check_value()), (lmk.kind(), lmk.check_value()));
            let bytes = lmk.material().as_bytes();
            assert!(bytes.windows(8).all(|part| !sealed.windows(8).any(|seen| seen == part)));
            for kind in [LmkKind::Variant, LmkKind::KeyBlock, LmkKind::AesKeyBlock] {
                assert_eq!(key.open_lmk(kind, &sealed).is_ok(), kind == lmk.kind());
            }
        }
    }
}
