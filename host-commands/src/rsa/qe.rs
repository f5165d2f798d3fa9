//! `QE` Request a certificate.

use crypto::request::Subject;

use crate::{
    prelude::*,
    session::key_pairs::{foreign_key, of_pair},
};

/// Generate a request for a certificate (PKCS#10).
///
/// The layout is that of one client, which asks for keys of RSA and, without a padding, for keys on curves. What its digit
/// in front of the names means is inferred (`1` for text, `0` for DER), and so are the meaning of the mode, all error codes,
/// where the private key is under a variant LMK, and that a key which may not sign requests nothing.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "QE", reply = "QF", evidence = "simulator", licence = "premium-key-management", slow)]
#[errors(RSA_LENGTH, PRIVATE_KEY, KEY_BLOCK_FORMAT, KEY_USAGE, MODE_OF_USE)]
#[error(3, "encoding does not exist for the algorithm, or the private key is not for signatures")]
#[error(9, "the private key does not belong to the public key")]
pub struct Request<'a> {
    /// What to make.
    pub mode: RequestMode,
    /// Signature algorithm.
    #[error(6)]
    pub algorithm: SignatureAlgorithm,
    /// Encoding of the public key.
    #[error(3)]
    pub encoding: PublicKeyEncoding,
    /// Public key.
    #[error(4)]
    pub public_key: DerSequence<'a>,
    /// Private key, a key block without `FFFF` in front.
    #[error(78)]
    pub private_key: BarePrivateKey<'a>,
    /// Padding of the signature.
    #[when(algorithm in ["01"])]
    #[error(7)]
    pub padding: Option<RequestPadding>,
    /// Hash that is signed.
    #[error(5)]
    pub hash: SignedHash,
    /// Form of the request.
    pub form: RequestForm,
    /// Common name.
    #[ends(';')]
    pub common_name: Until<'a, b';'>,
    /// Organizational unit.
    #[ends(';')]
    pub unit: Until<'a, b';'>,
    /// Organization.
    #[ends(';')]
    pub organization: Until<'a, b';'>,
    /// Locality.
    #[ends(';')]
    pub locality: Until<'a, b';'>,
    /// State or province.
    #[ends(';')]
    pub state: Until<'a, b';'>,
    /// Country, two letters.
    #[ends(';')]
    pub country: Until<'a, b';'>,
}

/// What to make.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum RequestMode {
    /// A request of PKCS#10.
    #[code("00")]
    Pkcs10,
}

/// Padding of the signature.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum RequestPadding {
    /// PKCS#1 v1.5.
    #[code("01")]
    Pkcs1,
}

/// Form of the request.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum RequestForm {
    /// DER.
    #[code("0")]
    Der,
    /// Text (PEM).
    #[code("1")]
    Text,
}

/// The request.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Request for a certificate.
    pub request: Counted4N<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        if self.encoding.integers().is_some() != (self.algorithm == SignatureAlgorithm::Rsa) {
            return Err(ErrorCode::new(3));
        }
        let hash = self.hash.function().ok_or(ErrorCode::new(5))?;
        let subject = self.subject()?;
        let public = foreign_key(self.public_key, self.encoding)?;
        let key = session.open_private_key(self.private_key.sealed)?;
        if key.public_key() != public {
            return Err(ErrorCode::new(9));
        }
        let request = key.certificate_request(subject, hash, &mut session.random());
        let request = request.map_err(of_pair)?;
        let written = match self.form {
            RequestForm::Der => request.to_der(),
            RequestForm::Text => request.to_pem().map(String::into_bytes),
        };
        let written = written.ok_or(error::RSA_LENGTH.0)?;
        Ok(Reply { request: Counted(session.scratch().copy(&written)?) })
    }
}

impl<'a> Request<'a> {
    /// The names; error 15 for what is no text, for a country that is not two letters, and for no name at all.
    fn subject(&self) -> Result<Subject<'a>, ErrorCode> {
        let text = |name: Until<'a, b';'>| {
            core::str::from_utf8(name.0).map_err(|_| ErrorCode::INVALID_INPUT)
        };
        let subject = Subject {
            country: text(self.country)?,
            state: text(self.state)?,
            locality: text(self.locality)?,
            organization: text(self.organization)?,
            unit: text(self.unit)?,
            common_name: text(self.common_name)?,
        };
        let country = self.country.0;
        let is_country = country.len() == 2 && country.iter().all(u8::is_ascii_alphabetic);
        if subject == Subject::default() || !(is_country || country.is_empty()) {
            return Err(ErrorCode::INVALID_INPUT);
        }
        Ok(subject)
    }
}
