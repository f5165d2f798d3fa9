//! `CY` Verify a card verification value.

use crate::prelude::*;

/// Verify a CVV, CVC, CVV2, CVC2 or iCVV.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "CY", reply = "CZ", evidence = "device", licence = "magnetic-stripe-transactions")]
#[errors(VERIFICATION_FAILED)]
pub struct Request<'a> {
    /// CVK pair.
    pub key: KeyField<'a, Cvk, 10>,
    /// Card verification value to verify.
    pub value: Numerals<3>,
    /// Card.
    pub card: CardData<'a>,
}

/// Verified.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let key = session.open(self.key, Use::Verify)?;
        let CardData { account, expiry, service } = self.card;
        let verified = key
            .verify_cvv(account.0, expiry.0, service.0, self.value.0)
            .map_err(error::of_card)?;
        if verified { Ok(Reply {}) } else { Err(error::VERIFICATION_FAILED.0) }
    }
}
