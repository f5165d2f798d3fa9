//! PINs that nobody may choose.

use crypto::pin::Pin;
use wire::ErrorCode;

use crate::{
    Changes, Session,
    error::{EXCLUDED_PIN, PIN_LENGTH_MISMATCH},
    fields::ExcludedPins,
};

impl Session<'_> {
    /// Refuses a PIN that nobody may choose: one of the global table, where the setting says so, or
    /// one that the message excludes. How long that takes does not tell which one it was.
    ///
    /// # Errors
    /// 86; 81 where the message excludes PINs of another length (inferred).
    pub(crate) fn refuse_excluded(
        &self,
        pin: &Pin,
        excluded: Option<ExcludedPins<'_>>,
    ) -> Result<(), ErrorCode> {
        let settings = self.settings();
        let among = |hit, other: &[u8]| hit | crypto::equal(pin.digits(), other);
        let mut hit = false;
        if let Some(local) = excluded {
            if local.length != pin.len() {
                return Err(PIN_LENGTH_MISMATCH.0);
            }
            hit = local.iter().fold(hit, among);
        }
        if settings.weak_pin_checking {
            hit = settings.excluded_pins.iter().map(String::as_bytes).fold(hit, among);
        }
        if hit { Err(EXCLUDED_PIN.0) } else { Ok(()) }
    }

    /// Puts PINs in place of those of their length in the global table.
    ///
    /// # Errors
    /// 41.
    pub(crate) fn exclude(
        &self,
        request: &impl Changes,
        excluded: ExcludedPins<'_>,
    ) -> Result<(), ErrorCode> {
        let digits = |pin: &[u8]| pin.iter().copied().map(char::from).collect();
        self.change(request, |state| {
            let table = &mut state.settings.excluded_pins;
            table.retain(|pin| pin.len() != excluded.length);
            table.extend(excluded.iter().map(digits));
            Ok(())
        })
    }
}
