//! `GM` Hash data.

use crate::prelude::*;

/// Hash data.
///
/// How MDC-2 fills its last block is inferred: with zeros.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "GM", reply = "GN", evidence = "device")]
pub struct Request<'a> {
    /// Hash algorithm.
    #[error(5)]
    pub algorithm: HashAlgorithm,
    /// Data.
    pub data: Counted5N<'a>,
    /// LMK to use: none is.
    #[after("%")]
    pub lmk: Option<LmkId>,
}

/// The digest.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// Digest.
    #[with(request.algorithm.function().digest_size())]
    pub digest: Digest,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, _: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let function = self.algorithm.function();
        let digest = Digest::new(function.digest(self.data.0), function.digest_size());
        Ok(Reply { digest })
    }
}
