//! How header and key are bound together: encryption and authenticator of each version.
//!
//! | version | encryption | first chaining value | authenticator |
//! | --- | --- | --- | --- |
//! | `0`, `A`, `C` | triple DES, CBC | header, 8 characters | CBC-MAC over header and ciphertext, 4 bytes |
//! | `1` | AES, CBC | header, 16 characters | CMAC over header and ciphertext, 8 bytes |
//! | `B` | triple DES, CBC | authenticator | CMAC over header and plaintext, 8 bytes |
//! | `D` | AES, CBC | authenticator | CMAC over header and plaintext, 16 bytes |
//! | `E` | AES, counter | authenticator | CMAC over header and plaintext, 16 bytes |
//!
//! "Header" includes the optional blocks. Source: X9.143 and ISO 20038; for `0` recorded device traffic, for `1` recorded
//! output of a third-party tool.

use crypto::mac::{self, Chain};
use crypto::modes::{Counter, cbc_decrypt, cbc_encrypt, ctr};
use crypto::{BlockCipher, NotBlocks};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::{Authentication, KeyBlockKeys, Version};
use crate::Refusal;

/// Longest authenticator in bytes; shorter ones stand in front.
pub(super) const LONGEST: usize = 16;

/// Verifies the authenticator and decrypts a body in place.
///
/// # Errors
/// A4, and then the body holds nothing of the key; 83 if it is not whole cipher blocks.
pub(super) fn open(
    keys: &KeyBlockKeys,
    associated: &[u8],
    body: &mut [u8],
    authenticator: &[u8],
) -> Result<(), Refusal> {
    let mut iv = [0; LONGEST];
    let iv = &mut iv[..keys.encryption.block_size()];
    match keys.version {
        Version::ThalesTdes | Version::ThalesAes | Version::A | Version::C => {
            verify(keys, associated, body, authenticator)?;
            iv.copy_from_slice(associated.get(..iv.len()).ok_or(Refusal::Format)?);
            cbc_decrypt(&keys.encryption, iv, body).map_err(|NotBlocks| Refusal::Format)
        }
        Version::B | Version::D | Version::E => {
            iv.copy_from_slice(authenticator.get(..iv.len()).ok_or(Refusal::Format)?);
            if keys.version == Version::E {
                ctr(&keys.encryption, Counter::BLOCK, iv, body)
            } else {
                cbc_decrypt(&keys.encryption, iv, body)
            }
            .map_err(|NotBlocks| Refusal::Format)?;
            verify(keys, associated, body, authenticator).inspect_err(|_| body.zeroize())
        }
    }
}

/// Encrypts a body in place and makes its authenticator.
///
/// # Errors
/// 83 if it is not whole cipher blocks.
pub(super) fn seal(
    keys: &KeyBlockKeys,
    associated: &[u8],
    body: &mut [u8],
) -> Result<[u8; LONGEST], Refusal> {
    let mut iv = [0; LONGEST];
    let iv = &mut iv[..keys.encryption.block_size()];
    match keys.version {
        Version::ThalesTdes | Version::ThalesAes | Version::A | Version::C => {
            iv.copy_from_slice(associated.get(..iv.len()).ok_or(Refusal::Format)?);
            cbc_encrypt(&keys.encryption, iv, body).map_err(|NotBlocks| Refusal::Format)?;
            authenticate(keys, associated, body)
        }
        Version::B | Version::D | Version::E => {
            let authenticator = authenticate(keys, associated, body)?;
            iv.copy_from_slice(authenticator.get(..iv.len()).ok_or(Refusal::Format)?);
            if keys.version == Version::E {
                ctr(&keys.encryption, Counter::BLOCK, iv, body)
            } else {
                cbc_encrypt(&keys.encryption, iv, body)
            }
            .map_err(|NotBlocks| Refusal::Format)?;
            Ok(authenticator)
        }
    }
}

fn verify(
    keys: &KeyBlockKeys,
    associated: &[u8],
    body: &[u8],
    authenticator: &[u8],
) -> Result<(), Refusal> {
    let expected = authenticate(keys, associated, body)?;
    let expected = &expected[..keys.version.authenticator_length()];
    if bool::from(expected.ct_eq(authenticator)) { Ok(()) } else { Err(Refusal::Authentication) }
}

fn authenticate(
    keys: &KeyBlockKeys,
    associated: &[u8],
    body: &[u8],
) -> Result<[u8; LONGEST], Refusal> {
    match &keys.authentication {
        Authentication::Chain(cipher) => {
            let mut chain = Chain::algorithm_1(cipher);
            chain
                .update(associated)
                .and_then(|()| chain.finish(body, mac::Padding::None))
                .map_err(|NotBlocks| Refusal::Format)
        }
        Authentication::Cmac(cmac) => Ok(cmac.mac(&[associated, body])),
    }
}
