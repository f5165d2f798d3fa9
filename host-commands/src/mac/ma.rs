//! `MA` Make a MAC.

use crate::prelude::*;

/// Make a MAC with a TAK.
///
/// The length of the key tells the algorithm: ANSI X9.9 for single length, else X9.19.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "MA", reply = "MB", evidence = "manual", licence = "legacy")]
pub struct Request<'a> {
    /// TAK.
    pub key: KeyField<'a, Tak, 10>,
    /// Data.
    pub data: FreeData<'a>,
    /// LMK to use; the `~` in front of it ends the data.
    #[after("~%")]
    pub lmk: Option<LmkId>,
}

/// The MAC.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// MAC.
    pub mac: Hex<4>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let key = session.open_mac_key(self.key, Use::Generate)?;
        Ok(Reply { mac: key.short_mac(self.data.0)? })
    }
}
