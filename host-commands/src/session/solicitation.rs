//! Choices of PINs that came back on forms.

use appliance::UserStorage;
use crypto::pin::Pin;
use vault::lmk::mailer::is_reference_number;
use wire::{ErrorCode, Mark, Repeat};

use super::Session;
use crate::{
    Changes,
    error::{REFERENCE_NUMBER, SOLICITATION, STORAGE_INDEX},
    fields::{Choice, Choices, ChosenPin, Numerals, PinUnderLmk},
};

impl<'a> Session<'a> {
    /// Keeps choices of PINs until their batch ends.
    ///
    /// # Errors
    /// 30; 15 for a PIN that is longer than the setting says (inferred); 21 where the batch is too long
    /// (inferred).
    pub fn keep_choices(
        &self,
        request: &impl Changes,
        choices: Choices<'_>,
    ) -> Result<(), ErrorCode> {
        self.check_choices(choices)?;
        self.overwrite_storage(request)?;
        let added = self.appliance().batch().add(choices.0, choices.iter().count());
        added.map_err(|_| STORAGE_INDEX.0)
    }

    /// Ends a batch of choices: its PINs under the LMK, in the order of entry.
    ///
    /// # Errors
    /// 30, 31, with which the batch stays as it is; 15 for a PIN that is longer than the setting says
    /// (inferred).
    pub fn end_batch(
        &'a self,
        request: &impl Changes,
        choices: Choices<'_>,
    ) -> Result<Repeat<'a, ChosenPin<'a>>, ErrorCode> {
        self.check_choices(choices)?;
        let mut batch = self.appliance().batch();
        let count = batch.count() + choices.iter().count();
        if count < self.settings().solicitation_batch_size.entries() {
            return Err(SOLICITATION.0);
        }
        let all = Choices(batch.text()).iter().chain(choices.iter());
        let pins = self.collect(all, |choice, session| session.chosen_pin(choice))?;
        self.overwrite_storage(request)?;
        batch.clear();
        Ok(pins)
    }

    fn check_choices(&self, choices: Choices<'_>) -> Result<(), ErrorCode> {
        let longest = self.settings().pin_length.digits();
        if choices.iter().any(|choice| choice.pin.len() > longest) {
            return Err(ErrorCode::INVALID_INPUT);
        }
        let valid = choices.iter().all(|choice| is_reference_number(choice.reference));
        if valid { Ok(()) } else { Err(REFERENCE_NUMBER.0) }
    }

    /// Loses what is in user storage, where the device keeps a batch. Source: manual.
    fn overwrite_storage(&self, request: &impl Changes) -> Result<(), ErrorCode> {
        if self.state().storage.is_empty() {
            return Ok(());
        }
        self.change(request, |state| {
            state.storage = UserStorage::default();
            Ok(())
        })
    }

    fn chosen_pin(&'a self, choice: Choice<'_>) -> Result<ChosenPin<'a>, ErrorCode> {
        let lmk = self.lmk()?;
        let account = lmk.referenced(choice.reference).ok_or(REFERENCE_NUMBER.0)?;
        let pin = Pin::from_digits(choice.pin).map_err(|_| ErrorCode::INVALID_INPUT)?;
        let sealed = lmk.seal_pin(&pin, &account, self.pin_form());
        let sealed = sealed.map_err(|_| ErrorCode::INVALID_INPUT)?;
        let pin = PinUnderLmk(self.scratch().copy(sealed.as_bytes())?);
        let filling = (pin.0.len() % 2 == 1).then_some(Mark);
        Ok(ChosenPin { account: Numerals(account), pin, filling })
    }
}
