//! `EI` Generate an RSA key pair.

use crypto::rsa::MODULUS_BITS;
use vault::key_pair::{BlockAttributes, PrivateKey};

use crate::prelude::*;

/// Public exponent where none is said: 65537. Source: manual.
const EXPONENT: &[u8] = &[1, 0, 1];

/// Bits of a public exponent that key pairs are made for.
const LONGEST_EXPONENT: u64 = 33;

/// Generate an RSA key pair.
///
/// Moduli have 320 to 4096 bits. A public exponent of more than 33 bits answers 06 (a limit of this
/// product). Under a key-block LMK the purpose becomes the mode of use: `S`, `D` or `N`, and the key of a chip card
/// has key usage 04 (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "EI", reply = "EJ", evidence = "device", licence = "premium-key-management", slow)]
#[authorise(Generate, "rsa")]
#[errors(RSA_GENERATION, KEY_BLOCK_FORMAT)]
#[error(8, "public exponent is even")]
pub struct Request<'a> {
    /// What the key is for.
    #[error(5)]
    pub key_type: RsaKeyType,
    /// Bits of the modulus.
    #[error(4)]
    pub modulus: Decimal<4>,
    /// Encoding of the public key.
    #[error(3)]
    pub encoding: PublicKeyEncoding,
    /// Public exponent, 65537 if there is none.
    #[maybe]
    pub exponent: Option<PublicExponent<'a>>,
    /// LMK to use.
    #[after("%")]
    pub lmk: Option<LmkId>,
    /// Attributes of the key block.
    #[after("#")]
    pub attributes: Option<PrivateKeyAttributes<'a>>,
}

/// A public exponent.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct PublicExponent<'a> {
    /// Its length in bits.
    pub bits: Decimal<4>,
    /// Public exponent.
    #[with(usize::from(bits).div_ceil(8).min(512))]
    #[error(6)]
    pub value: RawRun<'a>,
}

/// The key pair.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Public key.
    pub public: DerSequence<'a>,
    /// Private key under the LMK.
    pub private: SealedPrivateKey<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        if session.keeps_key_blocks()? != self.attributes.is_some() {
            return Err(ErrorCode::INVALID_INPUT);
        }
        let bits = usize::from(self.modulus);
        if !MODULUS_BITS.contains(&bits) {
            return Err(ErrorCode::new(4));
        }
        let integers = self.encoding.integers().ok_or(ErrorCode::new(3))?;
        let (exponent, purpose) = (self.exponent()?, self.key_type.into());
        let key = PrivateKey::generate_rsa(bits, exponent, purpose, &mut session.random());
        let key = key.map_err(|_| error::RSA_GENERATION.0)?;
        let public = key.public_key();
        let public = public.rsa().ok().and_then(|public| public.to_der(integers).ok());
        let said = self.attributes.map(|said| said.block()).transpose()?;
        let sealed = session.seal_private_key(&key, said.unwrap_or(BlockAttributes::PLAIN))?;
        Ok(Reply {
            public: Der(session.scratch().copy(&public.ok_or(error::RSA_GENERATION.0)?)?),
            private: SealedPrivateKey::new(sealed),
        })
    }
}

impl<'a> Request<'a> {
    /// The public exponent; errors 06 and 08.
    fn exponent(&self) -> Result<&'a [u8], ErrorCode> {
        let Some(PublicExponent { bits, value }) = self.exponent else { return Ok(EXPONENT) };
        match value.0.last() {
            Some(last) if last % 2 == 0 => Err(ErrorCode::new(8)),
            Some(_) if bits.0 <= LONGEST_EXPONENT && value.0 != [1] => Ok(value.0),
            _ => Err(ErrorCode::new(6)),
        }
    }
}
