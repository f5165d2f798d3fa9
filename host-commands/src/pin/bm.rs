//! `BM` Load the excluded PIN table.

use crate::prelude::*;

/// Load PINs that nobody may choose.
///
/// They take the place of those of the same length; the others stay (inferred). They count where the
/// settings ask for weak PIN checking. The activity that has to be authorised is inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "BM", reply = "BN", evidence = "simulator", licence = "magnetic-stripe-issuing", changes)]
#[authorise(Command, "bm")]
pub struct Request<'a> {
    /// The PINs.
    #[error(3)]
    pub excluded: ExcludedPins<'a>,
}

/// Nothing.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        if !(4..=12).contains(&self.excluded.length) {
            return Err(ErrorCode::INVALID_INPUT);
        }
        session.exclude(self, self.excluded)?;
        Ok(Reply {})
    }
}
