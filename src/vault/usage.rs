//! What a kind of key may do: zero-sized markers, and in the modules beneath the operations of each.

mod authentication;
mod card_verification;
mod data;
mod derivation;
mod master_key;
mod pin_block;
mod pin_verification;
mod transport;

pub use authentication::{MacAlgorithm, MacFault, hash_of, usage_of};
pub use data::Mode;
pub use derivation::{Direction, SerialNumber, ZkaPurpose};
pub use master_key::SessionMethod;
pub use transport::Imported;

use crypto::{Algorithm, ClearKey, KeyLength, Tdes};

use crate::{Key, Refusal};

/// A kind of key, as type parameter of [`crate::Key`].
pub trait Usage: 'static {
    /// Key usages (key block header) of keys that may do this; none means all.
    const KEY_USAGES: &'static [[u8; 2]];
}

macro_rules! usages {
    ($($(#[$doc:meta])* $name:ident [$($usage:literal)*];)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl Usage for $name {
            const KEY_USAGES: &'static [[u8; 2]] = &[$(*$usage),*];
        }
    )*};
}

usages! {
    /// Carry other keys.
    Transport [b"K0" b"K1" b"51" b"52" b"54" b"55" b"73"];
    /// Cover PIN blocks.
    PinBlock [b"P0" b"71" b"72"];
    /// Cover PIN blocks by the special encryption of single-length DUKPT. Derived only.
    SingleDesPinBlock [b"P0"];
    /// Authenticate messages.
    Authentication [b"M0" b"M1" b"M2" b"M3" b"M4" b"M5" b"M6" b"61" b"62" b"63" b"64" b"65"];
    /// Cover data.
    Data [b"D0" b"21" b"22" b"23" b"24"];
    /// Derive transaction keys.
    Derivation [b"B0" b"41" b"42" b"43" b"53"];
    /// Derive the keys of cards.
    MasterKey [b"E0" b"E1" b"E2" b"E3" b"E4" b"E5" b"E6" b"E7" b"32"];
    /// Derive the session keys of a card, and do what is done with the card's key itself. Derived only.
    CardKey [b"E0" b"E1" b"E2"];
    /// Protect what goes between card and issuer. Derived only.
    Session [b"E0" b"E1" b"E2"];
    /// Make PIN verification values.
    PinVerification [b"V0" b"V1" b"V2"];
    /// Make card verification values.
    CardVerification [b"C0" b"11" b"12" b"13"];
    /// Whatever another field of the message says.
    Stated [];
}

/// Why an operation of a key fails.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Fault<E> {
    /// The key is of another algorithm or length than the operation needs: A7, 27.
    #[error(transparent)]
    Key(#[from] Refusal),
    /// What the key is applied to does not fit.
    #[error("{0}")]
    Input(E),
}

/// The cipher of a DES key.
fn tdes(key: &ClearKey) -> Result<Tdes, Refusal> {
    if key.algorithm() == Algorithm::Tdes {
        Tdes::new(key.as_bytes()).map_err(|_| Refusal::Length)
    } else {
        Err(Refusal::Algorithm)
    }
}

/// A key that was derived.
fn made<U: Usage>(key: Result<ClearKey, KeyLength>) -> Result<Key<U>, Refusal> {
    key.map(Key::new).map_err(|_| Refusal::Length)
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::Value;

    use super::*;
    use crate::key_block::tests::{bytes, rows};

    /// A key of any kind.
    pub(crate) fn key<U: Usage>(algorithm: Algorithm, bytes: &[u8]) -> Key<U> {
        Key::new(ClearKey::new(algorithm, bytes).expect("a key of this length"))
    }

    /// A key of a vector.
    pub(crate) fn key_of<U: Usage>(row: &Value, name: &str, algorithm: Algorithm) -> Key<U> {
        key(algorithm, &bytes(row, "inputs", name))
    }

    /// The rows of one algorithm, at least one.
    pub(crate) fn rows_of(file: &str, algorithm: &str) -> Vec<Value> {
        let rows: Vec<_> =
            rows(file).into_iter().filter(|row| row["algorithm"] == algorithm).collect();
        assert!(!rows.is_empty(), "{algorithm}");
        rows
    }

    /// An input in so many hexadecimal digits.
    pub(crate) fn array<const N: usize>(row: &Value, name: &str) -> [u8; N] {
        bytes(row, "inputs", name).try_into().expect("the length of the field")
    }

    /// An input in so many characters.
    pub(crate) fn characters<const N: usize>(row: &Value, name: &str) -> [u8; N] {
        let text = row["inputs"][name].as_str().unwrap_or_default().as_bytes();
        *text.as_array().expect("the length of the field")
    }

    /// The output, if it is one value in hexadecimal.
    pub(crate) fn output(row: &Value) -> Vec<u8> {
        let text = row["output"].as_str().unwrap_or_default();
        let mut bytes = vec![0; text.len() / 2];
        hex::decode_to_slice(text, &mut bytes).expect("hexadecimal digits");
        bytes
    }
}
