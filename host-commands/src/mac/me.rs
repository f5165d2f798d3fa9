//! `ME` Verify and translate a MAC.

use crate::prelude::*;

/// Verify a MAC with one TAK and make one with another.
///
/// The length of the key tells the algorithm: ANSI X9.9 for single length, else X9.19.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "ME", reply = "MF", evidence = "manual", licence = "legacy")]
#[errors(VERIFICATION_FAILED)]
pub struct Request<'a> {
    /// TAK that the MAC was made with.
    pub source_key: KeyField<'a, Tak, 10>,
    /// TAK that a new MAC is made with.
    pub destination_key: KeyField<'a, Tak, 11>,
    /// MAC to verify.
    pub mac: Hex<4>,
    /// Data.
    pub data: FreeData<'a>,
    /// LMK to use; the `~` in front of it ends the data.
    #[after("~%")]
    pub lmk: Option<LmkId>,
}

/// The new MAC.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// MAC.
    pub mac: Hex<4>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let source = session.open_mac_key(self.source_key, Use::Verify)?;
        let destination = session.open_mac_key(self.destination_key, Use::Generate)?;
        source.verify(None, self.data.0, &self.mac.0)?;
        Ok(Reply { mac: destination.short_mac(self.data.0)? })
    }
}
