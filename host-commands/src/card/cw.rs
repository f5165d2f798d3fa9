//! `CW` Generate a card verification value.

use crate::prelude::*;

/// Generate a CVV, CVC, CVV2, CVC2 or iCVV.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "CW", reply = "CX", evidence = "device", licence = "magnetic-stripe-issuing")]
pub struct Request<'a> {
    /// CVK pair.
    pub key: KeyField<'a, Cvk, 10>,
    /// Card.
    pub card: CardData<'a>,
}

/// The value.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// Card verification value.
    pub value: Numerals<3>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let key = session.open(self.key, Use::Generate)?;
        let CardData { account, expiry, service } = self.card;
        let value = key.cvv(account.0, expiry.0, service.0).map_err(error::of_card)?;
        Ok(Reply { value: Numerals(value) })
    }
}
