//! `JA` Generate a random PIN.

use crate::{prelude::*, session::pin::pin_fault};

/// Generate a random PIN under the LMK.
///
/// How PINs stand under the LMK is a construction of our own (inferred). A PIN that is excluded is
/// drawn again.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "JA", reply = "JB", evidence = "manual", licence = "magnetic-stripe-issuing")]
#[errors(ACCOUNT, PIN_LENGTH, PIN_LENGTH_MISMATCH, EXCLUDED_PIN)]
pub struct Request<'a> {
    /// Account number: twelve digits, or the whole number and `;`.
    pub account: OpenAccount<'a>,
    /// Digits in the PIN, 04 to 12; four without this field.
    #[maybe]
    pub length: Option<Decimal<2>>,
    /// PINs that are excluded.
    #[after("*")]
    #[error(3)]
    pub excluded: Option<ExcludedPins<'a>>,
}

/// The PIN under the LMK.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// PIN under the LMK.
    pub pin: PinUnderLmk<'a>,
}

/// Draws before the appliance gives up: nearly every PIN is excluded.
const DRAWS: usize = 1_000;

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let length = self.length.map_or(4, usize::from);
        if !(4..=12).contains(&length) {
            return Err(ErrorCode::INVALID_INPUT);
        }
        if length > session.settings().pin_length.digits() {
            return Err(error::PIN_LENGTH.0);
        }
        let account = self.account.number()?;
        for _ in 0..DRAWS {
            let pin = Pin::random(length, &mut session.random()).map_err(pin_fault)?;
            match session.refuse_excluded(&pin, self.excluded) {
                Ok(()) => return Ok(Reply { pin: session.seal_pin(&pin, &account)? }),
                Err(code) if code == error::EXCLUDED_PIN.0 => {}
                Err(code) => return Err(code),
            }
        }
        Err(error::EXCLUDED_PIN.0)
    }
}
