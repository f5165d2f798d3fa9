//! `M0` Encrypt data.

use crate::prelude::*;

/// Encrypt data under a ZEK, DEK, TEK or BDK.
///
/// There is no padding: in ECB and CBC the data have to be whole blocks, in CFB64 whole 64 bits. The
/// fields of OFB, of counter mode and of FF1, and their errors, are those of an open simulator that
/// follows a newer manual. The Visa modes 04 and 13 answer 67, as a device without their licence does:
/// their algorithms are not public. Mode 10 (BPS) only decrypts: 02.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "M0", reply = "M1", evidence = "device", licence = "data-protection")]
#[errors(MESSAGE_FORMAT)]
#[error(6, "message length")]
#[error(9, "character is not of the alphabet")]
#[error("D1", "FF1 needs an AES key block LMK")]
#[error("D2", "FF1 and counter mode need an AES key")]
pub struct Request<'a> {
    /// The data, and how they are to be worked on.
    pub cipher: CipherData<'a>,
}

/// The result.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Chaining value for the data that follow.
    #[when(request.cipher.chaining.iv.is_some())]
    #[with(request.cipher.key.block_size())]
    pub iv: Option<CipherBlock>,
    /// Encrypted data.
    pub data: Encoded4H<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        if self.cipher.mode == CipherMode::Bps {
            return Err(ErrorCode::new(2));
        }
        self.cipher.output.of_encrypted(4)?;
        let (mut cipher, data) = self.cipher.open(session, Use::Encrypt)?;
        cipher.encrypt(data)?;
        Ok(Reply { iv: cipher.chain(), data: self.cipher.output.encode(data) })
    }
}
