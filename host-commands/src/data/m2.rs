//! `M2` Decrypt data.

use vault::Key;

use crate::prelude::*;

/// Decrypt data under a ZEK, DEK, TEK or BDK.
///
/// The modes of the licences for format-preserving encryption (04, 10, 11, 13) answer 02. OFB and
/// counter mode, and what comes back as chaining value, are inferred. There is no padding: in ECB,
/// CBC and CFB64 the data have to be whole blocks.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "M2", reply = "M3", evidence = "device")]
#[error(5, "key type")]
#[error(6, "message length")]
pub struct Request<'a> {
    /// The data, and how they are to be worked on.
    pub cipher: CipherData<'a>,
}

/// The result.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Chaining value for the data that follow.
    #[when(request.cipher.iv.is_some())]
    #[with(request.cipher.key.block_size())]
    pub iv: Option<CipherBlock>,
    /// Decrypted data.
    pub data: Counted4H<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let (iv, data) = self.cipher.work(session, Use::Decrypt, Key::decrypt)?;
        Ok(Reply { iv, data })
    }
}
