//! `B2` Echo.

use crate::prelude::*;

/// Send data back.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "B2", reply = "B3", evidence = "device")]
pub struct Request<'a> {
    /// Data.
    pub data: Counted4H<'a>,
}

/// The data.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Data, without their length.
    #[with(request.data.0.len())]
    pub data: RawRun<'a>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, _: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        Ok(Reply { data: RawRun(self.data.0) })
    }
}
