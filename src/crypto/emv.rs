//! EMV: keys of a card and of a session, cryptograms, and the protection of issuer scripts.

mod card_key;
mod cryptogram;
mod script;
mod session_key;

pub use card_key::{Derivation, DerivationC, card_key, card_key_c};
pub use cryptogram::{arpc_1, arpc_2, cryptogram};
pub use script::{Encipherment, encipher_command_data, script_mac};
pub use session_key::{
    Tree, common, common_for_cryptogram, emv2000, mastercard, union_pay, visa_script,
};

/// Why an EMV function refuses its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmvFault {
    /// The key is not one of DES, or of no cipher.
    #[error("EMV scripts here need a DES key, cryptograms a DES or AES key")]
    Key,
    /// Data is no whole number of blocks and not to be padded, or longer than the field that takes it.
    #[error("data does not fit its field or is no whole number of blocks")]
    Data,
}
