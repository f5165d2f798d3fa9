//! `LC` Verify a Diebold table in user storage.

use crate::prelude::*;

/// Verify the Diebold table in user storage.
///
/// The table has 512 digits, sixteen in each of 32 places, or all in one of variable length. What makes
/// a table valid is not public: here, that each of the 256 values of two digits stands in it once
/// (inferred), and that it stands there in the clear (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "LC", reply = "LD", evidence = "manual")]
#[errors(DIEBOLD_TABLE)]
pub struct Request {
    /// Says that an index follows.
    pub flag: Mark<b'K'>,
    /// First place.
    pub index: StorageIndex,
}

/// Nothing.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply {}

impl<'a> Execute<'a> for Request {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        session.verify_diebold_table(self.index).map(|()| Reply {})
    }
}
