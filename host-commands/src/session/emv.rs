//! Keys of cards and of their sessions.

use crypto::{
    emv::{Derivation, DerivationC, EmvFault},
    mac::Padding,
};
use vault::{
    Key, Role, Use,
    role::MkAcAes,
    usage::{CardKey, MasterKey, SessionMethod},
};
use wire::ErrorCode;

use super::Session;
use crate::{
    Category,
    error::{KEY_LENGTH, refused},
    fields::KeyField,
};

/// The key of a card, of which the master key came in a field with parity error `E`.
pub(crate) struct Card<const E: u8>(pub Key<CardKey>);

/// How a cryptogram fares.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict<T> {
    /// Right.
    Right,
    /// Wrong, and what it should be, with diagnostics authorised.
    Wrong(Option<T>),
}

impl Session<'_> {
    /// Derives the key of a card from a master key of its issuer.
    ///
    /// # Errors
    /// Those of keys.
    pub(crate) fn card<R: Role<Usage = MasterKey>, const E: u8>(
        &self,
        key: KeyField<'_, R, E>,
        card: Derivation,
    ) -> Result<Card<E>, ErrorCode> {
        let key = self.open(key, Use::Derive)?.card_key(&card);
        key.map(Card).map_err(|refusal| refused(refusal, ErrorCode::new(E)))
    }

    /// As [`Session::card`], from an AES key by option C.
    ///
    /// # Errors
    /// Those of keys; 27 for a DES key under a variant LMK.
    pub(crate) fn card_c<const E: u8>(
        &self,
        key: KeyField<'_, MkAcAes, E>,
        card: DerivationC,
    ) -> Result<Card<E>, ErrorCode> {
        let key = self.open(key, Use::Derive)?.card_key_c(&card);
        key.map(Card).map_err(|refusal| refused(refusal, ErrorCode::new(E)))
    }

    /// Compares what came with what it should be.
    pub(crate) fn judge<const N: usize>(&self, right: [u8; N], came: [u8; N]) -> Verdict<[u8; N]> {
        if crypto::equal(&right, &came) {
            Verdict::Right
        } else {
            Verdict::Wrong(self.may(Category::Diag, "host").then_some(right))
        }
    }

    /// Verifies an application cryptogram.
    ///
    /// # Errors
    /// 81 where there is no data.
    pub(crate) fn verify_cryptogram(
        &self,
        key: &Key<vault::usage::Session>,
        data: &[u8],
        padding: Padding,
        came: [u8; 8],
    ) -> Result<Verdict<[u8; 8]>, ErrorCode> {
        if data.is_empty() {
            return Err(ErrorCode::new(81));
        }
        Ok(self.judge(key.cryptogram(data, padding).map_err(emv_fault)?, came))
    }
}

impl<const E: u8> Card<E> {
    /// Key of a session of the card.
    ///
    /// # Errors
    /// 27 if the method does not go with the key.
    pub(crate) fn session(
        &self,
        method: &SessionMethod,
    ) -> Result<Key<vault::usage::Session>, ErrorCode> {
        self.0.session_key(method).map_err(Self::refused)
    }

    /// The answer to a refusal of the key.
    pub(crate) fn refused(refusal: vault::Refusal) -> ErrorCode {
        refused(refusal, ErrorCode::new(E))
    }
}

/// The answer to input that an EMV function refuses.
pub(crate) fn emv_fault(fault: EmvFault) -> ErrorCode {
    match fault {
        EmvFault::Key => KEY_LENGTH.0,
        EmvFault::Data => ErrorCode::DATA_LENGTH,
    }
}
