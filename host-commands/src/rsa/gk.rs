//! `GK` Export a key under a public key.

use rand_core::Rng as _;
use vault::transport::rules;

use crate::{prelude::*, session::key_pairs::of_pair};

/// Export a key under an RSA public key.
///
/// Nothing has to be authorised, and the key type does not decide whether it may leave (manual); under a key-block LMK its
/// exportability does, which has to be `S` (inferred). The order of the fields is that of the manual and of a client; inferred are
/// errors 03, 05, 06 and 07, and error 84 for a wrong check value. Zeros behind the sixth digit of the check value are not looked at.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "GK", reply = "GL", evidence = "manual", licence = "premium-key-management", slow)]
#[errors(
    KEY_TYPE_CODE,
    PRIVATE_KEY,
    DIGEST_INFORMATION,
    RSA_LENGTH,
    CHECK_VALUE_LENGTH,
    KEY_BLOCK_FORMAT,
    KEY_BLOCK_CHECK
)]
#[error(1, "MAC of the public key is wrong")]
#[error(3, "the private key is not for signatures")]
#[error(4, "key type does not exist, or what should be a public key is none")]
pub struct Request<'a> {
    /// How the key is encrypted.
    pub method: EncryptionMethod<'a>,
    /// Type of the key.
    #[error(4)]
    pub key_type: PairKeyType,
    /// How the encrypted key is signed.
    #[after("=")]
    pub signature: Option<KeySignature<'a>>,
    /// Length of the key.
    #[error(5)]
    pub length: KeyLength,
    /// Key under the LMK.
    #[with(length)]
    pub key: KeyOfLength<'a>,
    /// Check value of the key.
    pub check_value: Hex<8>,
    /// Public key.
    pub public_key: TrustedPublicKey<'a>,
    /// Block of data in which the key is.
    #[after(";")]
    pub block: Option<KeyDataBlock<'a>>,
}

/// The key under the public key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Initialization value, if the block of data has one.
    #[when(KeyDataBlock::has_initialization(request.block))]
    pub initialization: Option<Hex<8>>,
    /// Encrypted key.
    pub key: Counted4N<'a>,
    /// Its signature.
    #[when(request.signature.is_some())]
    #[after("=")]
    pub signature: Option<Counted4N<'a>>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let way = self.method.way(self.block)?;
        let key = session.open_any(self.key.0, self.key_type.code(session.key_types()))?;
        if !self.length.fits(key.len(), self.key.0.is_block()) {
            return Err(error::KEY_LENGTH_FLAG.0);
        }
        if let Some(header) = key.header() {
            rules::check_export(header, false).map_err(error::refused_outright)?;
        }
        check(self.check_value.0, key.check_value())?;
        let public = session.public_key(self.public_key, Use::Wrap)?;
        let mut random = session.random();
        let mut initialization = [0; 8];
        random.fill_bytes(&mut initialization);
        let encrypted = key.wrap_under(&public, way, &initialization, &mut random);
        let encrypted = session.scratch().copy(&encrypted.map_err(of_pair)?)?;
        let has_initialization = KeyDataBlock::has_initialization(self.block);
        Ok(Reply {
            initialization: has_initialization.then_some(Hex(initialization)),
            key: Counted(encrypted),
            signature: self.signature.map(|how| sign(how, encrypted, session)).transpose()?,
        })
    }
}

/// Error 84 for a check value that is not that of the key.
fn check(stated: [u8; 8], right: [u8; 16]) -> Result<(), ErrorCode> {
    let length = if stated[3..] == [0; 5] { 3 } else { stated.len() };
    if stated[..length] == right[..length] { Ok(()) } else { Err(error::KEY_BLOCK_CHECK.0) }
}

/// Signs an encrypted key with what is in front and behind it.
fn sign<'a>(
    how: KeySignature<'a>,
    encrypted: &[u8],
    session: &'a Session<'a>,
) -> Result<Counted4N<'a>, ErrorCode> {
    let message = [how.header.data, encrypted, how.footer.data].concat();
    session.sign(how.method, &message, how.key)
}
