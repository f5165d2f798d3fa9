//! HMAC keys outside key blocks: under a variant LMK, and as they travel under a ZMK.
//!
//! How devices encrypt their proprietary format is not public. Here key usage, mode of use and the key are wrapped by
//! AES key wrap with padding (RFC 5649) under a 256-bit key that is derived from LMK pair 34-35, or from the ZMK (own
//! construction). The other formats of a ZMK are encryption alone: that of PKCS#11 fills the last block with zeros.

use crypto::key_wrap::{self, NotWrapped};
use crypto::modes::{cbc_decrypt, cbc_encrypt, ecb_decrypt, ecb_encrypt};
use crypto::{Aes, Algorithm, BlockCipher, Cipher, ClearKey};
use zeroize::Zeroizing;

use crate::key_block::{Header, Version};
use crate::lmk::derivation;
use crate::usage::{Authentication, Transport, Usage, hash_of};
use crate::{Key, Lmk, LmkKind, Refusal, Use};

/// LMK pair 34-35. The name of the derived key stands for its variant 1.
const PAIR: u8 = 17;
/// Names of the derived keys.
const UNDER_LMK: &[u8] = b"HMAC key";
const UNDER_ZMK: &[u8] = b"HMAC key transport";

/// Bytes in front of a key in the proprietary format: usage and mode of use.
const FRONT: usize = 3;

/// Why an HMAC key is not opened or sealed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HmacRefusal {
    /// Refused as any key is.
    #[error(transparent)]
    Key(#[from] Refusal),
    /// 08: what was decrypted is no HMAC key.
    #[error("not an HMAC key under this key")]
    Block,
    /// 80: no encrypted HMAC key is so long.
    #[error("length of the encrypted HMAC key")]
    BlockLength,
    /// 04: the length of the key does not go with the format.
    #[error("length of the HMAC key does not go with its format")]
    Length,
}

/// A format of HMAC keys under a ZMK that says nothing of the key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BareFormat {
    /// PKCS#11, `CKM_DES3_ECB` or `CKM_AES_ECB`: zeros behind the key.
    Pkcs11Ecb,
    /// PKCS#11, `CKM_DES3_CBC` or `CKM_AES_CBC`: zeros behind the key. The initial value of zeros is inferred.
    Pkcs11Cbc,
    /// ANSI X9.17: each eight bytes by themselves, under a DES key.
    X917,
}

/// A header that says what an HMAC key is for, for keys outside key blocks; any may leave.
pub const fn header_of(usage: [u8; 2], mode: u8) -> Header {
    Header {
        version: Version::ThalesTdes,
        usage,
        algorithm: b'H',
        mode,
        key_version: *b"00",
        exportability: b'S',
        reserved: *b"00",
    }
}

impl Lmk {
    /// Opens an HMAC key that is in no key block. Its header says what it is for.
    ///
    /// # Errors
    /// A1 under a key-block LMK; 80, 08; A8 for another use.
    pub fn open_hmac(&self, sealed: &[u8], use_: Use) -> Result<Key<Authentication>, HmacRefusal> {
        let key = open(&self.hmac_key()?, sealed)?;
        if key.header().is_some_and(|header| !use_.modes().contains(&header.mode)) {
            return Err(Refusal::Mode.into());
        }
        Ok(key)
    }

    /// Seals an HMAC key outside key blocks: the counterpart of [`Lmk::open_hmac`].
    ///
    /// # Errors
    /// A1 under a key-block LMK; A7 for another key.
    pub fn seal_hmac<U: Usage>(&self, key: &Key<U>, header: &Header) -> Result<Vec<u8>, Refusal> {
        seal(&self.hmac_key()?, key, header)
    }

    fn hmac_key(&self) -> Result<Aes, Refusal> {
        if self.kind() != LmkKind::Variant {
            return Err(Refusal::LmkSchemes);
        }
        derivation::aes(self.material(), PAIR, UNDER_LMK).map_err(|_| Refusal::Length)
    }
}

impl Key<Transport> {
    /// Takes an HMAC key of the proprietary format out from under this key. Its header says what it is for.
    ///
    /// # Errors
    /// 80, 08.
    pub fn unwrap_hmac(&self, sealed: &[u8]) -> Result<Key<Authentication>, HmacRefusal> {
        open(&self.hmac_key()?, sealed)
    }

    /// Puts an HMAC key under this key in the proprietary format.
    ///
    /// # Errors
    /// A7 for another key.
    pub fn wrap_hmac<U: Usage>(&self, key: &Key<U>, header: &Header) -> Result<Vec<u8>, Refusal> {
        seal(&self.hmac_key()?, key, header)
    }

    /// Takes the first `length` bytes of what is encrypted as an HMAC key for what `header` says.
    ///
    /// # Errors
    /// 04 for a length that is none, or no multiple of eight bytes where the format asks for one; 80 where the encrypted key
    /// is no whole number of blocks, or shorter; zero without a code; 26 where the format asks for a DES key and this is none (inferred).
    pub fn decrypt_hmac(
        &self,
        sealed: &[u8],
        format: BareFormat,
        header: Header,
        length: usize,
    ) -> Result<Key<Authentication>, HmacRefusal> {
        let cipher = self.bare_cipher(format, length)?;
        let mut clear = Zeroizing::new(sealed.to_vec());
        let decrypted = match format {
            BareFormat::Pkcs11Ecb | BareFormat::X917 => ecb_decrypt(&cipher, &mut clear),
            BareFormat::Pkcs11Cbc => {
                cbc_decrypt(&cipher, initial(&mut [0; 16], &cipher), &mut clear)
            }
        };
        decrypted.map_err(|_| HmacRefusal::BlockLength)?;
        let key = clear.get(..length).ok_or(HmacRefusal::BlockLength)?;
        let key = ClearKey::new(Algorithm::Hmac, key).map_err(|_| HmacRefusal::Length)?;
        if key.is_zero() { Err(Refusal::Zero.into()) } else { Ok(Key::of_block(key, header)) }
    }

    /// Encrypts an HMAC key: the counterpart of [`Key::decrypt_hmac`].
    ///
    /// # Errors
    /// 04 and 26 as there; A7 for another key.
    pub fn encrypt_hmac<U: Usage>(
        &self,
        key: &Key<U>,
        format: BareFormat,
    ) -> Result<Vec<u8>, HmacRefusal> {
        let key = bytes(key)?;
        let cipher = self.bare_cipher(format, key.len())?;
        let mut sealed = vec![0; key.len().next_multiple_of(cipher.block_size())];
        sealed[..key.len()].copy_from_slice(key);
        let encrypted = match format {
            BareFormat::Pkcs11Ecb | BareFormat::X917 => ecb_encrypt(&cipher, &mut sealed),
            BareFormat::Pkcs11Cbc => {
                cbc_encrypt(&cipher, initial(&mut [0; 16], &cipher), &mut sealed)
            }
        };
        encrypted.map_err(|_| HmacRefusal::BlockLength)?;
        Ok(sealed)
    }

    fn bare_cipher(&self, format: BareFormat, length: usize) -> Result<Cipher, HmacRefusal> {
        if format == BareFormat::X917 {
            if self.algorithm() != Algorithm::Tdes {
                return Err(Refusal::Scheme.into());
            }
            if !length.is_multiple_of(8) {
                return Err(HmacRefusal::Length);
            }
        }
        Ok(self.clear.cipher().map_err(|_| Refusal::WrappingKey)?)
    }

    fn hmac_key(&self) -> Result<Aes, Refusal> {
        let cipher = self.clear.cipher().map_err(|_| Refusal::WrappingKey)?;
        derivation::of(&cipher, UNDER_ZMK).map_err(|_| Refusal::WrappingKey)
    }
}

fn open(wrapping: &Aes, sealed: &[u8]) -> Result<Key<Authentication>, HmacRefusal> {
    let shortest = 8 + (FRONT + 1).next_multiple_of(8);
    let longest = 8 + (FRONT + ClearKey::LONGEST).next_multiple_of(8);
    if !(shortest..=longest).contains(&sealed.len()) || !sealed.len().is_multiple_of(8) {
        return Err(HmacRefusal::BlockLength);
    }
    let clear = key_wrap::unwrap(wrapping, sealed).map_err(|NotWrapped| HmacRefusal::Block)?;
    let [first, second, mode, ref key @ ..] = **clear else { return Err(HmacRefusal::Block) };
    let header = header_of([first, second], mode);
    let is_hmac = hash_of(header.usage).is_some() && header.check_combination().is_ok();
    match ClearKey::new(Algorithm::Hmac, key) {
        Ok(key) if is_hmac => Ok(Key::of_block(key, header)),
        _ => Err(HmacRefusal::Block),
    }
}

fn seal<U: Usage>(wrapping: &Aes, key: &Key<U>, header: &Header) -> Result<Vec<u8>, Refusal> {
    let key = bytes(key)?;
    let mut clear = Zeroizing::new(Vec::with_capacity(FRONT + key.len()));
    clear.extend_from_slice(&header.usage);
    clear.push(header.mode);
    clear.extend_from_slice(key);
    Ok(key_wrap::wrap(wrapping, &clear))
}

fn bytes<U: Usage>(key: &Key<U>) -> Result<&[u8], Refusal> {
    if key.algorithm() == Algorithm::Hmac {
        Ok(key.clear.as_bytes())
    } else {
        Err(Refusal::Algorithm)
    }
}

/// An initial value of zeros.
fn initial<'v>(zeros: &'v mut [u8; 16], cipher: &Cipher) -> &'v mut [u8] {
    &mut zeros[..cipher.block_size()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KeySize;
    use crate::key_block::tests::Source;
    use crate::usage::Stated;
    use crate::usage::tests::key;

    const FORMATS: [BareFormat; 3] =
        [BareFormat::Pkcs11Ecb, BareFormat::Pkcs11Cbc, BareFormat::X917];

    fn drawn(bytes: usize, source: &mut Source) -> Key<Stated> {
        let size = KeySize { algorithm: Algorithm::Hmac, bytes };
        loop {
            let key: Key<Stated> = Key::generate(size, source).expect("a key");
            // A short one may be drawn that nobody would take.
            if !key.clear.is_zero() {
                return key;
            }
        }
    }

    #[test]
    fn keys_of_every_length_come_back_and_changed_ones_do_not() {
        let mut source = Source::new(0x43AC);
        let lmk = Lmk::test_variant().expect("an LMK");
        let zmk: Key<Transport> = key(Algorithm::Tdes, &[0x5B; 16]);
        for length in 1..=ClearKey::LONGEST {
            let (sent, header) = (drawn(length, &mut source), header_of(*b"63", b'C'));
            let sealed = lmk.seal_hmac(&sent, &header).expect("a sealed key");
            let opened = lmk.open_hmac(&sealed, Use::Any).expect("a key");
            assert_eq!(opened.clear.as_bytes(), sent.clear.as_bytes());
            assert_eq!(opened.header(), Some(&header));
            let wrapped = zmk.wrap_hmac(&sent, &header).expect("a wrapped key");
            let opened = zmk.unwrap_hmac(&wrapped).expect("a key");
            assert_eq!(opened.clear.as_bytes(), sent.clear.as_bytes());
            assert_eq!(lmk.open_hmac(&wrapped, Use::Any).err(), Some(HmacRefusal::Block));
            let mut other = sealed;
            other[source.below(8)] ^= 1;
            assert_eq!(lmk.open_hmac(&other, Use::Any).err(), Some(HmacRefusal::Block));
            other.pop();
            assert_eq!(lmk.open_hmac(&other, Use::Any).err(), Some(HmacRefusal::BlockLength));
        }
    }

    #[test]
    fn bare_formats_bring_keys_of_legal_lengths_back() {
        let mut source = Source::new(0x917);
        let header = header_of(*b"61", b'G');
        for (algorithm, bytes) in [
            (Algorithm::Tdes, 8),
            (Algorithm::Tdes, 16),
            (Algorithm::Tdes, 24),
            (Algorithm::Aes, 32),
        ] {
            let zmk: Key<Transport> = key(algorithm, &vec![0x5B; bytes]);
            for (format, length) in FORMATS
                .into_iter()
                .flat_map(|format| (1..=ClearKey::LONGEST).map(move |length| (format, length)))
            {
                let sent = drawn(length, &mut source);
                let sealed = zmk.encrypt_hmac(&sent, format);
                match (format, algorithm) {
                    (BareFormat::X917, Algorithm::Aes) => {
                        assert_eq!(sealed, Err(Refusal::Scheme.into()));
                    }
                    (BareFormat::X917, _) if length % 8 != 0 => {
                        assert_eq!(sealed, Err(HmacRefusal::Length));
                    }
                    _ => {
                        let sealed = sealed.expect("an encrypted key");
                        let opened = zmk.decrypt_hmac(&sealed, format, header, length);
                        let opened = opened.expect("a key");
                        assert_eq!(opened.clear.as_bytes(), sent.clear.as_bytes());
                        let long = zmk.decrypt_hmac(&sealed, format, header, sealed.len() + 8);
                        assert_eq!(long.err(), Some(HmacRefusal::BlockLength));
                        let cut = &sealed[..sealed.len() - 1];
                        let cut = zmk.decrypt_hmac(cut, format, header, length);
                        assert_eq!(cut.err(), Some(HmacRefusal::BlockLength));
                    }
                }
            }
        }
    }

    #[test]
    fn other_keys_and_lmks_are_refused() {
        let lmk = Lmk::test_key_block_aes().expect("an LMK");
        assert_eq!(lmk.open_hmac(&[0; 32], Use::Any).err(), Some(Refusal::LmkSchemes.into()));
        let tak: Key<Authentication> = key(Algorithm::Tdes, &[0x5B; 16]);
        let zmk: Key<Transport> = key(Algorithm::Tdes, &[0x5B; 16]);
        let outcome = zmk.wrap_hmac(&tak, &header_of(*b"63", b'C'));
        assert_eq!(outcome, Err(Refusal::Algorithm));
        let outcome = zmk.encrypt_hmac(&tak, BareFormat::Pkcs11Ecb);
        assert_eq!(outcome, Err(Refusal::Algorithm.into()));
    }
}
