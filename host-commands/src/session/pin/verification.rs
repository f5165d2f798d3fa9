//! The methods that verify PINs: IBM 3624 offsets and Visa PVVs.

use crypto::pin::{
    Account, Pin, PinFault,
    verification::{DecimalisationTable, Offset, ValidationData},
};
use vault::{
    Key,
    usage::{Fault, PinVerification},
};
use wire::ErrorCode;

use super::pin_fault;
use crate::{
    Session,
    error::{
        PIN_BLOCK, PIN_LENGTH, PIN_LENGTH_MISMATCH, PVK_NOT_SINGLE, VERIFICATION_FAILED,
        refused_outright,
    },
    fields::{CheckLength, Digits, Numerals, OffsetData, PinOffset},
};

/// The IBM 3624 method for one account.
///
/// By the setting "variable length PIN offset" an offset is as long as the PIN. Otherwise it is as long
/// as the check length says, and what stands behind that in PIN and offset does not count (inferred).
pub(crate) struct OffsetMethod {
    pvk: Key<PinVerification>,
    data: ValidationData,
    table: DecimalisationTable,
    check_length: usize,
    is_variable: bool,
}

/// The Visa PVV method for one account.
pub(crate) struct PvvMethod<'k> {
    pvk: Key<PinVerification>,
    account: Account<'k>,
    indicator: u8,
}

impl Session<'_> {
    /// The IBM 3624 method for an account.
    ///
    /// # Errors
    /// 25 for the decimalisation table; 15 for validation data, and for a check length other than 4 to 12.
    pub(crate) fn offset_method(
        &self,
        pvk: Key<PinVerification>,
        check_length: CheckLength,
        data: &OffsetData<'_>,
        account: &Account<'_>,
    ) -> Result<OffsetMethod, ErrorCode> {
        Ok(OffsetMethod {
            pvk,
            table: self.decimalisation_table(data.table)?,
            data: data.validation_data.block(account)?,
            check_length: Some(usize::from(check_length))
                .filter(|length| (4..=12).contains(length))
                .ok_or(ErrorCode::INVALID_INPUT)?,
            is_variable: self.settings().variable_length_pin_offset,
        })
    }

    /// The Visa PVV method for an account, or for another that the message names instead.
    ///
    /// # Errors
    /// 15 for another account where the settings do not allow tokens in PIN verification; 22.
    pub(crate) fn pvv_method<'k>(
        &self,
        pvk: Key<PinVerification>,
        account: Account<'k>,
        other: Option<Digits<'k, 12>>,
        indicator: Numerals<1>,
    ) -> Result<PvvMethod<'k>, ErrorCode> {
        let account = match other {
            None => account,
            Some(other) if self.settings().tokens_in_pin_verification => other.account()?,
            Some(_) => return Err(ErrorCode::INVALID_INPUT),
        };
        Ok(PvvMethod::new(pvk, account, indicator))
    }
}

impl OffsetMethod {
    /// Whether the PIN has as many digits as the check length asks for.
    ///
    /// # Errors
    /// 24 (inferred).
    pub(crate) fn check_length(&self, pin: &Pin) -> Result<(), ErrorCode> {
        if pin.len() < self.check_length { Err(PIN_LENGTH.0) } else { Ok(()) }
    }

    /// Whether a PIN is that of an offset. One that is too short is not, nor is one that is not as
    /// long as an offset of variable length.
    pub(crate) fn verifies(&self, pin: &Pin, offset: &Offset) -> Result<bool, ErrorCode> {
        let entered = pin.leading(self.digits(pin));
        let counted = if self.is_variable { offset.digits().len() } else { self.check_length };
        let offset = offset.leading(counted);
        let right = self.pvk.verify_offset(self.data, &self.table, &offset, &entered);
        Ok(right.map_err(refused_outright)? & (pin.len() >= self.check_length))
    }

    /// The offset of a PIN.
    ///
    /// # Errors
    /// 24.
    pub(crate) fn offset(&self, pin: &Pin) -> Result<PinOffset, ErrorCode> {
        self.check_length(pin)?;
        let pin = pin.leading(self.digits(pin));
        let offset = self.pvk.offset(self.data, &self.table, &pin).map_err(refused_outright)?;
        Ok(PinOffset(offset.field()))
    }

    /// The PIN of an offset, as long as that.
    ///
    /// # Errors
    /// 81 where the offset is shorter than the check length (inferred).
    pub(crate) fn pin(&self, offset: &Offset) -> Result<Pin, ErrorCode> {
        if offset.digits().len() < self.check_length {
            return Err(PIN_LENGTH_MISMATCH.0);
        }
        self.pvk.pin_of_offset(self.data, &self.table, offset).map_err(refused_outright)
    }

    /// The code of success: 00, or the warning 02 where the PVK is not single length.
    pub(crate) fn success(&self) -> ErrorCode {
        if self.pvk.is_single_length() { ErrorCode::NONE } else { PVK_NOT_SINGLE.0 }
    }

    /// Digits of an offset for this PIN.
    const fn digits(&self, pin: &Pin) -> usize {
        if self.is_variable { pin.len() } else { self.check_length }
    }
}

impl<'k> PvvMethod<'k> {
    /// The method for an account.
    pub(crate) const fn new(
        pvk: Key<PinVerification>,
        account: Account<'k>,
        indicator: Numerals<1>,
    ) -> Self {
        Self { pvk, account, indicator: indicator.0[0] }
    }

    /// Whether a PIN is that of a PVV.
    pub(crate) fn verifies(&self, pin: &Pin, pvv: Numerals<4>) -> Result<bool, ErrorCode> {
        self.pvk.verify_pvv(&self.account, self.indicator, pin, &pvv.0).map_err(pvk_fault)
    }

    /// The PVV of a PIN.
    pub(crate) fn pvv(&self, pin: &Pin) -> Result<Numerals<4>, ErrorCode> {
        self.pvk.pvv(&self.account, self.indicator, pin).map(Numerals).map_err(pvk_fault)
    }
}

/// Answers 01 unless the PIN was right.
pub(crate) const fn right(is_right: bool) -> Result<(), ErrorCode> {
    if is_right { Ok(()) } else { Err(VERIFICATION_FAILED.0) }
}

/// Judges the PIN of a transaction: `success`, or 01 where it is wrong or there is none.
///
/// The manual has no codes of their own for blocks without a PIN here (20, 24), so that 01 is all that
/// they can be (inferred). A stand-in is then verified, so that the time does not tell what the code
/// hides.
pub(crate) fn concealed(
    pin: Result<Pin, ErrorCode>,
    success: ErrorCode,
    verify: impl FnOnce(&Pin) -> Result<bool, ErrorCode>,
) -> Result<ErrorCode, ErrorCode> {
    let is_pin = pin.is_ok();
    let pin = pin.or_else(|code| match code {
        code if [PIN_BLOCK.0, PIN_LENGTH.0].contains(&code) => {
            Pin::from_digits(b"0000").map_err(pin_fault)
        }
        other => Err(other),
    })?;
    let is_right = verify(&pin)? & is_pin;
    Ok(if is_right { success } else { VERIFICATION_FAILED.0 })
}

/// The error code of a PIN verification value that cannot be made.
fn pvk_fault(fault: Fault<PinFault>) -> ErrorCode {
    match fault {
        Fault::Key(refusal) => refused_outright(refusal),
        Fault::Input(fault) => pin_fault(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::PIN_BLOCK_FORMAT;

    /// Whatever a block holds, one verification is paid for, and only a PIN counts.
    #[test]
    fn what_is_concealed_costs_a_verification() {
        let entered = || Pin::from_digits(b"1234").map_err(pin_fault);
        for (pin, verifies, answer) in [
            (entered(), true, ErrorCode::NONE),
            (entered(), false, VERIFICATION_FAILED.0),
            (Err(PIN_BLOCK.0), true, VERIFICATION_FAILED.0),
            (Err(PIN_BLOCK.0), false, VERIFICATION_FAILED.0),
            (Err(PIN_LENGTH.0), true, VERIFICATION_FAILED.0),
        ] {
            let mut verifications = 0;
            let code = concealed(pin, ErrorCode::NONE, |_| {
                verifications += 1;
                Ok(verifies)
            });
            assert_eq!((code, verifications), (Ok(answer), 1));
        }
        // What the code does not hide, the time need not.
        let refused = concealed(Err(PIN_BLOCK_FORMAT.0), ErrorCode::NONE, |_| Ok(true));
        assert_eq!(refused, Err(PIN_BLOCK_FORMAT.0));
    }
}
