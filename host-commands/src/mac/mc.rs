//! `MC` Verify a MAC.

use crate::prelude::*;

/// Verify a MAC with a TAK.
///
/// The length of the key tells the algorithm: ANSI X9.9 for single length, else X9.19.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "MC", reply = "MD", evidence = "manual", licence = "legacy")]
#[errors(VERIFICATION_FAILED)]
pub struct Request<'a> {
    /// TAK.
    pub key: KeyField<'a, Tak, 10>,
    /// MAC to verify.
    pub mac: Hex<4>,
    /// Data.
    pub data: FreeData<'a>,
    /// LMK to use; the `~` in front of it ends the data.
    #[after("~%")]
    pub lmk: Option<LmkId>,
}

/// Verified.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let key = session.open_mac_key(self.key, Use::Verify)?;
        key.verify(None, self.data.0, &self.mac.0)?;
        Ok(Reply {})
    }
}
