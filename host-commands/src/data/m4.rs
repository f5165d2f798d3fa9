//! `M4` Translate data.

use vault::usage::Direction;

use crate::{
    prelude::*,
    session::data::{Side, within_limits},
};

/// Translate data from one ZEK, DEK, TEK or BDK to another.
///
/// The clear data do not leave the HSM. Only one of the keys may be a BDK; a source BDK is for
/// requests or both ways, a destination BDK for responses or both ways. Both sides share the
/// parameters of FF1, and the fields of OFB and counter mode stand behind the initial value of
/// their side (both inferred); else the modes are those of M0: without mode 10,
/// which answers 02 and 07 (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "M4", reply = "M5", evidence = "device", licence = "data-protection")]
#[errors(MESSAGE_FORMAT)]
#[error(6, "message length")]
#[error(9, "character is not of the alphabet")]
#[error("D1", "FF1 needs an AES key block LMK")]
#[error("D2", "FF1 and counter mode need an AES key")]
pub struct Request<'a> {
    /// Mode that the data are encrypted in.
    #[error(2)]
    pub source_mode: CipherMode,
    /// Mode that they go on in.
    #[error(7)]
    pub destination_mode: CipherMode,
    /// Parameters of format-preserving encryption.
    #[when(source_mode == CipherMode::Ff1 || destination_mode == CipherMode::Ff1)]
    pub fpe: Option<Fpe<'a>>,
    /// Encoding of the data.
    #[error(3)]
    pub input: Encoding,
    /// Encoding of the result.
    #[error(4)]
    pub output: Encoding,
    /// Type of the source key.
    #[error(5)]
    pub source_type: KeyTypeCode,
    /// Key that the data are encrypted under.
    pub source_key: KeyField<'a, DataKey, 10>,
    /// Key serial number for a source BDK.
    #[when(source_type.is_bdk() || source_key.is_bdk())]
    #[with(source_key.is_aes())]
    pub source_ksn: Option<Ksn<'a>>,
    /// Type of the destination key.
    #[error(8)]
    pub destination_type: KeyTypeCode,
    /// Key that they go on under.
    pub destination_key: KeyField<'a, DataKey, 11>,
    /// Key serial number for a destination BDK.
    #[when(destination_type.is_bdk() || destination_key.is_bdk())]
    #[with(destination_key.is_aes())]
    pub destination_ksn: Option<Ksn<'a>>,
    /// What the source mode needs beside the key.
    #[with(Chained { mode: source_mode, block: source_key.block_size() })]
    pub source_chaining: Chaining,
    /// What the destination mode needs beside the key.
    #[with(Chained { mode: destination_mode, block: destination_key.block_size() })]
    pub destination_chaining: Chaining,
    /// Data, at most 32,000 characters; their length counts the characters that follow.
    #[error(6)]
    pub data: Counted4H<'a>,
}

/// The data under the destination key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Chaining value of the source for the data that follow.
    #[when(request.source_chaining.iv.is_some())]
    #[with(request.source_key.block_size())]
    pub source_iv: Option<CipherBlock>,
    /// Chaining value of the destination for the data that follow.
    #[when(request.destination_chaining.iv.is_some())]
    #[with(request.destination_key.block_size())]
    pub destination_iv: Option<CipherBlock>,
    /// Encrypted data.
    pub data: Encoded4H<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let destination_type = ErrorCode::new(8);
        if self.source_mode == CipherMode::Bps {
            return Err(ErrorCode::new(2));
        }
        if self.destination_mode == CipherMode::Bps {
            return Err(ErrorCode::new(7));
        }
        if self.source_ksn.is_some() && self.destination_ksn.is_some() {
            return Err(destination_type);
        }
        let (input, output) = (self.input.of_encrypted(3)?, self.output.of_encrypted(4)?);
        let source = Side {
            mode: self.source_mode,
            radix: None,
            fpe: self.fpe,
            key_type: self.source_type,
            key: self.source_key,
            ksn: self.source_ksn,
            chaining: self.source_chaining,
        };
        let destination = Side {
            mode: self.destination_mode,
            radix: None,
            fpe: self.fpe,
            key_type: self.destination_type,
            key: self.destination_key,
            ksn: self.destination_ksn,
            chaining: self.destination_chaining,
        };
        let mut source =
            source.open(session, Use::Decrypt, ErrorCode::new(5), Some(Direction::Response))?;
        let mut destination =
            destination.open(session, Use::Encrypt, destination_type, Some(Direction::Request))?;
        let data = input.copy(within_limits(self.data.0)?, session)?;
        source.decrypt(data)?;
        destination.encrypt(data)?;
        Ok(Reply {
            source_iv: source.chain(),
            destination_iv: destination.chain(),
            data: output.encode(data),
        })
    }
}
