//! `NC` Diagnostics.

use crate::prelude::*;

/// Check the LMK and report the firmware.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "NC", reply = "ND", evidence = "device")]
pub struct Request {}

/// LMK and firmware.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply<'a> {
    /// Check value of the LMK: six digits and ten zeros.
    pub check_value: Hex<8>,
    /// Firmware number.
    pub firmware: Text<'a, 9>,
}

impl<'a> Execute<'a> for Request {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let [a, b, c] = session.lmk()?.check_value();
        Ok(Reply {
            check_value: Hex([a, b, c, 0, 0, 0, 0, 0]),
            firmware: Text(session.state().firmware()),
        })
    }
}
