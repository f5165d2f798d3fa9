//! `QC` Load the last choices of PINs and process the batch.

use wire::List;

use crate::prelude::*;

/// Load the last solicitation data of a batch, and return its PINs under the LMK.
///
/// What was in user storage is lost. The PINs are returned in the order of entry (inferred), and all in
/// one reply (a published parser; an older manual has several). A batch that is too short answers 31
/// and stays as QA left it (inferred). How PINs stand under the LMK, and the reference number, are
/// constructions of our own (inferred).
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "QC", reply = "QD", evidence = "manual", licence = "magnetic-stripe-issuing", changes)]
#[errors(REFERENCE_NUMBER, SOLICITATION)]
pub struct Request<'a> {
    /// Reference numbers and PINs.
    pub choices: Choices<'a>,
}

/// The PINs.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Accounts and PINs.
    pub pins: List<'a, ChosenPin<'a>>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        Ok(Reply { pins: session.end_batch(self, self.choices)?.into() })
    }
}
