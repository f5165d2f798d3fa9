//! `EO` Import a public key.

use crate::{prelude::*, session::key_pairs::foreign_key};

/// Import a public key: make a MAC of it, or a key block.
///
/// The MAC is made of the key in unsigned integers, in which it is returned (inferred for a key that
/// came in the other encoding). With a key-block LMK the attributes follow `~#`; under a variant LMK they
/// answer 15 (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "EO", reply = "EP", evidence = "manual", licence = "premium-key-management")]
#[authorise(Import, "rsa")]
#[errors(LMK_SCHEMES, CURVE, ALGORITHM)]
#[errors(KEY_BLOCK_FORMAT, KEY_USAGE, MODE_OF_USE, EXPORTABILITY, OPTIONAL_COUNT, OPTIONAL_DATA, OPTIONAL_REPEATED)]
pub struct Request<'a> {
    /// Encoding of the public key.
    #[error(3)]
    pub encoding: PublicKeyEncoding,
    /// Public key.
    #[error(4)]
    pub key: DerSequence<'a>,
    /// Authentication data.
    pub data: AuthenticationData<'a>,
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
        let key = foreign_key(self.key, self.encoding)?;
        session.know_public_key(&key, self.data, self.attributes).map(|key| Reply { key })
    }
}
