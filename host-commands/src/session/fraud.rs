//! Fraud detection, as commands feel it.

use appliance::{Action, Fault, FraudLimit, State};
use wire::{CommandSpec, ErrorCode};

use super::Session;
use crate::error::{FRAUD, VERIFICATION_FAILED};

impl Session<'_> {
    /// Whether a command may run: none that verifies PINs while that is stopped.
    ///
    /// # Errors
    /// 39.
    pub(crate) fn trusted(&self, spec: &CommandSpec) -> Result<(), ErrorCode> {
        let is_stopped = spec.verifies_pin
            && self.settings().fraud_detection.enabled
            && self.appliance().fraud().is_stopped();
        if is_stopped { Err(FRAUD.0) } else { Ok(()) }
    }

    /// Looks at what a command answers: 01 of one that verifies PINs is a failed verification.
    pub(crate) fn note_outcome(&self, spec: &CommandSpec, code: ErrorCode) {
        if spec.verifies_pin && code == VERIFICATION_FAILED.0 {
            let exceeded = self.appliance().fraud().pin_failed(&self.settings().fraud_detection);
            if let Some(limit) = exceeded {
                self.audit_fraud(limit);
                self.appliance().keep();
            }
        }
    }

    /// Notes a PIN block without a PIN. Too many of them erase the LMKs (inferred).
    pub(crate) fn note_attack(&self) {
        if self.appliance().fraud().pin_attacked(&self.settings().fraud_detection) {
            self.audit_fraud(FraudLimit::Attacks);
            self.appliance().erase(State::erase_lmks);
            self.appliance().note(Action::LmksErased);
            self.appliance().fault(Fault::PinAttack, 0);
        }
    }
}
