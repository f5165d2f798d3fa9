//! `ES` Validate a certificate.

use core::ops::Range;

use crate::{prelude::*, session::key_pairs::foreign_key};

/// Validate a certificate, and make a MAC of the public key in it, or a key block.
///
/// The certificate is bytes of any form: the message says what is signed, and where signature and public key are. Up to the
/// padding the layout is that of the manual; what follows is inferred, as are errors 03, 05 to 07, 09 and 80. If the message has a
/// private key, that of the public key is asked for. Keys on curves and their signatures are inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "ES", reply = "ET", evidence = "manual", licence = "premium-key-management")]
#[errors(
    PRIVATE_KEY,
    DIGEST_INFORMATION,
    RSA_LENGTH,
    KEY_BLOCK_FORMAT,
    KEY_USAGE,
    MODE_OF_USE,
    EXPORTABILITY
)]
#[error(1, "MAC of the public key is wrong")]
#[error(2, "signature of the certificate is wrong")]
#[error(4, "not a public key")]
#[error(9, "the private key does not belong to the public key")]
pub struct Request<'a> {
    /// Public key of who certifies.
    #[ends(';')]
    pub signer: TrustedPublicKey<'a>,
    /// Bytes of certificate.
    pub length: Decimal<4>,
    /// Offset of what is signed.
    pub hash_offset: Decimal<4>,
    /// Bytes of what is signed.
    pub hash_length: Decimal<4>,
    /// Offset of the signature.
    pub signature_offset: Decimal<4>,
    /// Bytes of signature.
    pub signature_length: Decimal<4>,
    /// Certificate.
    #[with(length.into())]
    #[ends(';')]
    pub certificate: RawRun<'a>,
    /// How it is signed.
    pub method: SignatureMethod<'a>,
    /// Encoding of the public key in it.
    #[error(3)]
    pub encoding: PublicKeyEncoding,
    /// Offset of the public key.
    pub key_offset: Decimal<4>,
    /// Bytes of public key.
    pub key_length: Decimal<4>,
    /// Authentication data for the new MAC.
    pub data: AuthenticationData<'a>,
    /// Private key that should belong to the public key.
    #[after(";")]
    pub private_key: Option<PrivateKeyPlace<'a>>,
    /// Attributes of the key block.
    #[after("~#")]
    pub attributes: Option<PairAttributes<'a>>,
}

/// The public key as the device knows it.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Public key.
    pub key: KnownPublicKey<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let signed = self.part(self.hash_offset, self.hash_length)?;
        let signature = self.part(self.signature_offset, self.signature_length)?;
        let key = self.part(self.key_offset, self.key_length)?;
        session.verify_signature(self.method, signed, signature, self.signer)?;
        let key = foreign_key(Der(key), self.encoding)?;
        if let Some(place) = self.private_key
            && session.private_key(place)?.public_key() != key
        {
            return Err(ErrorCode::new(9));
        }
        let key = session.know_public_key(&key, self.data, self.attributes)?;
        Ok(Reply { key })
    }
}

impl<'a> Request<'a> {
    /// A part of the certificate; error 80 if it has none there.
    fn part(&self, offset: Decimal<4>, length: Decimal<4>) -> Result<&'a [u8], ErrorCode> {
        let start = usize::from(offset);
        let range: Range<usize> = start..start + usize::from(length);
        self.certificate.0.get(range).ok_or(ErrorCode::DATA_LENGTH)
    }
}
