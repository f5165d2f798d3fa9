//! `BS` Erase key change storage.

use appliance::Action;

use crate::prelude::*;

/// Erase the LMK in key change storage.
///
/// Only what stands beside the LMK of the message, and no error where nothing does (both inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "BS", reply = "BT", evidence = "manual", changes)]
pub struct Request {}

/// Nothing but the error code.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply {}

impl<'a> Execute<'a> for Request {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        session.lmk()?;
        let id = session.lmk_id();
        session.change(self, |state| {
            state.lmks.erase_key_change(id);
            Ok(())
        })?;
        session.appliance().note(Action::KeyChangeDeleted);
        Ok(Reply {})
    }
}
