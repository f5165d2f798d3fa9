//! TR-34: a symmetric key sent to a device under its RSA public key, and signed.
//!
//! The host puts the token together (`SignedData` of CMS); what needs a secret is made here: the signed attributes, the
//! `EnvelopedData` in which the key is, and the signature. The key distribution host (KDH) sends, the key receiving device (KRD)
//! receives; each is named by issuer and serial number of its certificate.
//!
//! Source: ASC X9 TR 34, as two open programs exchange it with a payment service; of the edition of 2012 is what is hashed:
//! the content of the `EnvelopedData`, without tag and length.

use cms::cert::IssuerAndSerialNumber;
use cms::content_info::CmsVersion;
use cms::enveloped_data::{
    EncryptedContentInfo, EnvelopedData, KeyTransRecipientInfo, RecipientIdentifier, RecipientInfo,
    RecipientInfos,
};
use crypto::hash::Function;
use crypto::mac::Hash;
use crypto::modes::cbc_encrypt;
use crypto::rsa::{Encryption, PublicKey, Signing};
use crypto::{Algorithm, ClearKey};
use der::asn1::{Any, AnyRef, ObjectIdentifier, OctetString, OctetStringRef, SetOfVec};
use der::oid::db::{rfc5911, rfc5912};
use der::{Decode, Encode, EncodeValue, Sequence, Tagged};
use rand_core::CryptoRng;
use x509_cert::attr::Attribute;
use x509_cert::spki::AlgorithmIdentifierOwned;
use zeroize::Zeroizing;

use crate::key_block::{Header, OptionalBlocks};
use crate::key_pair::{PairRefusal, PrivateKey, SignatureKind};
use crate::usage::Usage;
use crate::{Key, Refusal};

/// Why a key is not sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Tr34Refusal {
    /// Refused as any key is.
    #[error(transparent)]
    Key(#[from] Refusal),
    /// What should name a certificate does not.
    #[error("not issuer and serial number of a certificate")]
    Credential,
    /// The key of the pair is refused, be it that a modulus is too short.
    #[error(transparent)]
    Pair(#[from] PairRefusal),
}

/// Who sends a key to whom.
#[derive(Clone, Copy)]
pub struct Parties<'a> {
    /// Issuer and serial number of the KDH's certificate, in DER.
    pub sender: &'a [u8],
    /// The KDH's private key.
    pub signer: &'a PrivateKey,
    /// Issuer and serial number of the KRD's certificate, in DER.
    pub recipient: &'a [u8],
    /// The KRD's public key.
    pub recipient_key: &'a PublicKey,
}

/// What a host makes a token of, in DER; the signature is bare.
pub struct Token {
    /// The signed attributes: a set.
    pub attributes: Vec<u8>,
    /// The `EnvelopedData`.
    pub envelope: Vec<u8>,
    /// The signature of the attributes: PKCS#1 v1.5 with SHA-256.
    pub signature: Vec<u8>,
}

/// What is enveloped: the key, bound to its sender and to what may be done with it.
#[derive(Sequence)]
struct KeyBlock<'a> {
    /// Samples of the standard have 1, its module says 0.
    version: u8,
    sender: AnyRef<'a>,
    key: &'a OctetStringRef,
    header: Attribute,
}

/// The random number of the KRD, as an attribute.
const NONCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.25.3");
/// Version of [`KeyBlock`].
const VERSION: u8 = 1;
/// Length that headers state. Nothing is so long; the samples of the standard have this number.
const STATED_LENGTH: usize = 256;

/// RSAES-OAEP parameters after RFC 8017 and RFC 4055: SHA-256, and MGF1 with SHA-256.
const OAEP: &[u8] = b"\x30\x2F\xA0\x0F\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\
    \xA1\x1C\x30\x1A\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x08\
    \x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00";

impl<U: Usage> Key<U> {
    /// Sends the key in answer to a random number of the KRD (two passes).
    ///
    /// A DES key is under a triple-DES key, an AES key under an AES key of 128 bits, each drawn for this token (inferred).
    ///
    /// # Errors
    /// BB for an AES key that is longer, A7 for a key that is for neither; those of [`Tr34Refusal`].
    pub fn send(
        &self,
        header: &Header,
        optional: &[u8],
        parties: Parties<'_>,
        nonce: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Token, Tr34Refusal> {
        let recipient = IssuerAndSerialNumber::from_der(parties.recipient);
        let recipient = recipient.map_err(|_| Tr34Refusal::Credential)?;
        IssuerAndSerialNumber::from_der(parties.sender).map_err(|_| Tr34Refusal::Credential)?;
        let count = OptionalBlocks::parse(optional)?.count();
        let header = [&header.write(STATED_LENGTH, count)?[..], optional].concat();

        let (cipher, under) = self.ephemeral(rng)?;
        let sealed = under.encrypt(&self.block(parties.sender, &header)?)?;
        let oaep = Encryption::Oaep { hash: Hash::Sha256, parameters: b"" };
        let transported = parties.recipient_key.encrypt(oaep, under.key.as_bytes(), rng);
        let transported = transported.map_err(PairRefusal::Data)?;
        let content = || -> der::Result<(Vec<u8>, Vec<u8>)> {
            let envelope = EnvelopedData {
                version: CmsVersion::V0,
                originator_info: None,
                recip_infos: recipient_infos(recipient, transported)?,
                encrypted_content: EncryptedContentInfo {
                    content_type: rfc5911::ID_DATA,
                    content_enc_alg: AlgorithmIdentifierOwned {
                        oid: cipher,
                        parameters: Some(Any::encode_from(&OctetString::new(&*under.iv)?)?),
                    },
                    encrypted_content: Some(OctetString::new(sealed)?),
                },
                unprotected_attrs: None,
            };
            let envelope = envelope.to_der()?;
            let digest = Hash::Sha256.digest(&[AnyRef::from_der(&envelope)?.value()]);
            let digest = &digest[..Hash::Sha256.digest_size()];
            let attributes = SetOfVec::try_from(vec![
                attribute(rfc5911::ID_CONTENT_TYPE, &rfc5911::ID_ENVELOPED_DATA)?,
                attribute(NONCE, &OctetStringRef::new(nonce)?)?,
                attribute(rfc5911::ID_DATA, &OctetStringRef::new(&header)?)?,
                attribute(rfc5911::ID_MESSAGE_DIGEST, &OctetStringRef::new(digest)?)?,
            ])?;
            Ok((attributes.to_der()?, envelope))
        };
        let (attributes, envelope) = content().map_err(|_| Tr34Refusal::Credential)?;
        let signing = Signing::Pkcs1(Some(Function::Sha(Hash::Sha256)));
        let signature = parties.signer.sign(SignatureKind::Rsa(signing), &attributes, rng)?;
        Ok(Token { attributes, envelope, signature })
    }

    /// The key that is drawn for the token, and the object identifier of its cipher.
    fn ephemeral(&self, rng: &mut dyn CryptoRng) -> Result<(ObjectIdentifier, Ephemeral), Refusal> {
        let (identifier, length) = match (self.clear.algorithm(), self.clear.len()) {
            (Algorithm::Tdes, _) => (rfc5911::DES_EDE_3_CBC, 24),
            (Algorithm::Aes, 16) => (rfc5911::ID_AES_128_CBC, 16),
            (Algorithm::Aes, _) => return Err(Refusal::WrappingKey),
            (Algorithm::Hmac, _) => return Err(Refusal::Algorithm),
        };
        let key = ClearKey::random(self.clear.algorithm(), length, rng);
        let key = key.map_err(|_| Refusal::KeyLength)?;
        let mut iv = vec![0; if self.clear.algorithm() == Algorithm::Aes { 16 } else { 8 }];
        rng.fill_bytes(&mut iv);
        Ok((identifier, Ephemeral { key, iv }))
    }

    /// What is enveloped, padded by nobody yet.
    fn block(&self, sender: &[u8], header: &[u8]) -> Result<Zeroizing<Vec<u8>>, Tr34Refusal> {
        let write = || -> der::Result<Zeroizing<Vec<u8>>> {
            let block = KeyBlock {
                version: VERSION,
                sender: AnyRef::from_der(sender)?,
                key: OctetStringRef::new(self.clear.as_bytes())?,
                header: attribute(rfc5911::ID_DATA, &OctetStringRef::new(header)?)?,
            };
            let mut out = Zeroizing::new(vec![0; usize::try_from(block.encoded_len()?)?]);
            block.encode_to_slice(&mut out)?;
            Ok(out)
        };
        write().map_err(|_| Tr34Refusal::Credential)
    }
}

/// A key that is drawn for one token.
struct Ephemeral {
    key: ClearKey,
    iv: Vec<u8>,
}

impl Ephemeral {
    /// Encrypts in CBC, padded as CMS pads.
    fn encrypt(&self, clear: &Zeroizing<Vec<u8>>) -> Result<Vec<u8>, Refusal> {
        let padding = self.iv.len() - clear.len() % self.iv.len();
        let filling = u8::try_from(padding).map_err(|_| Refusal::KeyLength)?;
        let mut sealed = vec![filling; clear.len() + padding];
        sealed[..clear.len()].copy_from_slice(clear);
        let cipher = self.key.cipher().map_err(|_| Refusal::KeyLength)?;
        cbc_encrypt(&cipher, &mut self.iv.clone(), &mut sealed).map_err(|_| Refusal::KeyLength)?;
        Ok(sealed)
    }
}

/// The only recipient, who gets the key by RSA.
fn recipient_infos(
    recipient: IssuerAndSerialNumber,
    sealed: Vec<u8>,
) -> der::Result<RecipientInfos> {
    let information = KeyTransRecipientInfo {
        version: CmsVersion::V0,
        rid: RecipientIdentifier::IssuerAndSerialNumber(recipient),
        key_enc_alg: AlgorithmIdentifierOwned {
            oid: rfc5912::ID_RSAES_OAEP,
            parameters: Some(Any::from_der(OAEP)?),
        },
        enc_key: OctetString::new(sealed)?,
    };
    RecipientInfos::try_from(vec![RecipientInfo::Ktri(information)])
}

/// An attribute with one value.
fn attribute<T: Tagged + EncodeValue>(oid: ObjectIdentifier, value: &T) -> der::Result<Attribute> {
    Ok(Attribute { oid, values: SetOfVec::try_from(vec![Any::encode_from(value)?])? })
}
