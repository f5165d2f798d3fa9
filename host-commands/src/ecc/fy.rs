//! `FY` Generate a key pair on an elliptic curve.

use vault::key_pair::{PrivateKey, Purpose};

use crate::{prelude::*, session::key_pairs::of_pair};

/// Generate a key pair on an elliptic curve.
///
/// Only for a key-block LMK: error A1 under a variant LMK. The mode of use is `S` for signatures, `X` for key agreement,
/// or `N` for both (inferred). Inferred, too: the activity, and what the key block holds.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "FY", reply = "FZ", evidence = "simulator", licence = "premium-key-management", slow)]
#[authorise(Generate, "ecc")]
#[errors(LMK_SCHEMES, KEY_BLOCK_FORMAT)]
pub struct Request<'a> {
    /// Algorithm.
    #[error("A7")]
    pub algorithm: EccAlgorithm,
    /// Curve.
    #[error("D2")]
    pub curve: CurveReference,
    /// Encoding of the public key.
    #[error("D3")]
    pub encoding: EccEncoding,
    /// LMK to use.
    #[after("%")]
    pub lmk: Option<LmkId>,
    /// Attributes of the key block.
    #[after("#")]
    pub attributes: Option<PairAttributes<'a>>,
}

/// The key pair.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Public key.
    pub public: Counted4N<'a>,
    /// Private key under the LMK.
    pub private: PrivateKeyBlock<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        if !session.keeps_key_blocks()? {
            return Err(error::LMK_SCHEMES.0);
        }
        let said = self.attributes.ok_or(ErrorCode::INVALID_INPUT)?;
        let purpose = Purpose::of_mode_on_curve(said.mode.0[0]).map_err(error::refused_outright)?;
        let key = PrivateKey::generate_on(self.curve.into(), purpose, &mut session.random());
        let public = key.public_key().to_der().map_err(of_pair)?;
        Ok(Reply {
            public: Counted(session.scratch().copy(&public)?),
            private: PrivateKeyBlock(session.seal_private_key(&key, said.block()?)?),
        })
    }
}
