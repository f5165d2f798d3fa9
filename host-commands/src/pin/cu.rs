//! `CU` Change a PIN with its PVV.

use crate::prelude::*;

/// Verify a customer's PIN by the Visa method, and generate the PIN verification value of the new one.
///
/// Both blocks are under the same key and in the same format.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "CU", reply = "CV", evidence = "device", licence = "magnetic-stripe-transactions", verifies_pin)]
#[errors(VERIFICATION_FAILED, PIN_BLOCK, ACCOUNT, PIN_BLOCK_FORMAT, PIN_LENGTH, FORMAT_DISABLED)]
#[errors(PIN_LENGTH_MISMATCH, EXCLUDED_PIN)]
pub struct Request<'a> {
    /// Type of the key.
    pub key_type: PinKeyType,
    /// Key that the PIN block is under.
    pub key: KeyField<'a, ZpkOrTpk, 10>,
    /// PVK pair.
    pub pvk: KeyField<'a, PvkPair, 11>,
    /// PIN block of the current PIN.
    #[with(key.block_size())]
    pub current: FormattedBlock,
    /// Account number.
    #[with([current.format; 2])]
    pub account: Account<'a>,
    /// PVV of the current PIN.
    pub check: PvvCheck,
    /// PIN block of the new PIN.
    #[with(key.block_size())]
    pub new: CipherBlock,
    /// PINs that are excluded.
    #[after("*")]
    #[error(3)]
    pub excluded: Option<ExcludedPins<'a>>,
}

/// The PVV of the new PIN.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// PIN verification value.
    pub pvv: Numerals<4>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let key = session.open_as(self.key, self.key_type.key_type(), Use::Decrypt)?;
        let pvk = session.open(self.pvk, Use::GenerateAndVerify)?;
        let account = self.account.number()?;
        let method = PvvMethod::new(pvk, account, self.check.indicator);
        let current = session.open_pin_block(&key, &self.current, &account)?;
        right(method.verifies(&current, self.check.pvv)?)?;
        let new = FormattedBlock { block: self.new, ..self.current };
        let new = session.open_pin_block(&key, &new, &account)?;
        session.refuse_excluded(&new, self.excluded)?;
        Ok(Reply { pvv: method.pvv(&new)? })
    }
}
