//! `N0` Random bytes.

use rand_core::Rng;

use crate::prelude::*;

/// Generate random bytes.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "N0", reply = "N1", evidence = "simulator")]
#[error(1, "the length is zero (inferred: a length may be up to 999)")]
pub struct Request {
    /// Bytes wanted.
    pub length: Decimal<3>,
}

/// The bytes.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply<'a> {
    /// Random bytes.
    #[with(usize::from(request.length))]
    pub bytes: RawRun<'a>,
}

impl<'a> Execute<'a> for Request {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        if self.length.0 == 0 {
            return Err(ErrorCode::new(1));
        }
        let bytes = session.scratch().take(self.length.into())?;
        session.random().fill_bytes(bytes);
        Ok(Reply { bytes: RawRun(bytes) })
    }
}
