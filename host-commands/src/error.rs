//! Error codes: one table of number and meaning.
//!
//! Source: published error lists of the device's core host command manual. Numbers that change
//! their meaning from command to command (02 to 09 and others) are declared by the command.

use crypto::card::CardFault;
use vault::{Refusal, usage::Fault};
use wire::ErrorCode;

/// A code and what it means.
pub type Error = (ErrorCode, &'static str);

macro_rules! errors {
    ($($name:ident $code:literal $text:literal;)*) => {
        $(
            #[doc = $text]
            pub(crate) const $name: Error = (ErrorCode(*$code), $text);
        )*

        /// All of them, in order.
        pub(crate) const ALL: &[Error] = &[$($name),*];
    };
}

errors! {
    NO_ERROR b"00" "no error";
    VERIFICATION_FAILED b"01" "verification failed";
    PVK_NOT_SINGLE b"02" "warning: the PVK is not single length";
    COMPONENTS b"03" "number of components";
    KEY_TYPE_CODE b"04" "key type code does not exist";
    KEY_LENGTH_FLAG b"05" "key length flag does not exist";
    SOURCE_PARITY b"10" "source key parity";
    DESTINATION_PARITY b"11" "destination key parity, or key all zeros";
    STORAGE_EMPTY b"12" "nothing in user storage";
    LMK_IDENTIFIER b"13" "LMK identifier";
    PIN_UNDER_LMK b"14" "PIN under the LMK is not a PIN";
    INVALID_INPUT b"15" "input data";
    NO_PRINTER b"16" "console or printer not ready";
    NOT_AUTHORISED b"17" "not authorised, or a setting forbids it";
    NO_PRINT_FORMAT b"18" "no print format loaded";
    DIEBOLD_TABLE b"19" "Diebold table";
    PIN_BLOCK b"20" "PIN block does not hold a PIN";
    STORAGE_INDEX b"21" "user storage index, or overflow";
    ACCOUNT b"22" "account number";
    PIN_BLOCK_FORMAT b"23" "PIN block format does not exist or may not be used so";
    PIN_LENGTH b"24" "PIN shorter than 4 digits or longer than the maximum";
    DECIMALISATION b"25" "decimalisation table";
    KEY_SCHEME b"26" "key scheme";
    KEY_LENGTH b"27" "key length";
    KEY_TYPE b"28" "key type";
    KEY_FUNCTION b"29" "key function not permitted";
    REFERENCE_NUMBER b"30" "reference number";
    SOLICITATION b"31" "too few solicitation entries";
    AES_NOT_LICENSED b"32" "AES not licensed";
    KEY_CHANGE_STORAGE b"33" "key change storage is empty or corrupt";
    MESSAGE_FORMAT b"35" "message format is not allowed";
    FRAUD b"39" "fraud detection";
    FIRMWARE b"40" "firmware checksum";
    INTERNAL b"41" "internal failure";
    DES_FAILURE b"42" "DES failure";
    RSA_GENERATION b"43" "RSA key generation failed";
    MIGRATION b"44" "migration not allowed";
    MIGRATION_TYPE b"45" "migration destination type";
    PIN_TAG b"46" "tag of an encrypted PIN";
    ALGORITHM_NOT_LICENSED b"47" "algorithm not licensed";
    STRONGER_LMK b"48" "a stronger LMK is needed";
    PRIVATE_KEY b"49" "private key";
    MESSAGE_HEADER b"51" "message header";
    COMMANDS b"52" "number of commands, or branch and height";
    NO_TRANSACTION_KEYS b"65" "transaction key scheme is none";
    NOT_LICENSED b"67" "command not licensed";
    DISABLED b"68" "command disabled";
    FORMAT_DISABLED b"69" "PIN block format disabled";
    DIGEST_INFORMATION b"74" "digest information";
    MASQUERADING b"75" "single length key masquerading as a longer one";
    RSA_LENGTH b"76" "RSA public key or encrypted data length";
    CLEAR_DATA b"77" "clear data block";
    PRIVATE_KEY_LENGTH b"78" "private key length";
    HASH_IDENTIFIER b"79" "hash algorithm identifier";
    DATA_LENGTH b"80" "data length";
    PIN_LENGTH_MISMATCH b"81" "PIN length mismatch";
    CHECK_VALUE_LENGTH b"82" "check value length";
    KEY_BLOCK_FORMAT b"83" "key block format";
    KEY_BLOCK_CHECK b"84" "key block check value";
    EXCLUDED_PIN b"86" "PIN is excluded";
    PARITY_OF_REQUEST b"90" "parity of the request";
    LRC b"91" "longitudinal redundancy check";
    COUNT b"92" "count value";
    LMK_SCHEMES b"A1" "keys or LMKs of different kinds";
    LMK_IDENTIFIERS b"A2" "key block under another LMK than the command's";
    KEY_BLOCK_LMKS b"A3" "key blocks under different LMKs";
    KEY_BLOCK_AUTHENTICATION b"A4" "key block authentication";
    KEY_BLOCK_KEY_LENGTH b"A5" "key length in a key block";
    KEY_USAGE b"A6" "key usage";
    ALGORITHM b"A7" "algorithm";
    MODE_OF_USE b"A8" "mode of use";
    KEY_VERSION b"A9" "key version number";
    EXPORTABILITY b"AA" "exportability";
    OPTIONAL_BLOCKS b"AB" "number of optional blocks";
    OPTIONAL_HEADER b"AC" "header of an optional block";
    KEY_STATUS b"AD" "key status optional block";
    START_DATE b"AE" "start date of the key";
    END_DATE b"AF" "end date of the key";
    ENCRYPTION_MODE b"B0" "encryption mode of the key block";
    AUTHENTICATION_MODE b"B1" "authentication mode of the key block";
    KEY_BLOCK_OTHER b"B2" "key block, other";
    OPTIONAL_COUNT b"B3" "number of optional blocks";
    OPTIONAL_DATA b"B4" "data of an optional block";
    COMPONENT_KEYS b"B5" "components do not belong together";
    COMPONENT_STATUS b"B6" "key status blocks of components";
    CHANGE_FIELD b"B7" "change field";
    OLD_VALUE b"B8" "old value";
    NEW_VALUE b"B9" "new value";
    NO_STATUS_BLOCK b"BA" "no key status block";
    WRAPPING_KEY b"BB" "wrapping key";
    OPTIONAL_REPEATED b"BC" "repeated optional block";
    KEY_TYPES b"BD" "incompatible key types";
    KEY_BLOCK_VERSION b"BE" "key block header identifier";
    CURVE b"D2" "curve reference";
    KEY_ENCODING b"D3" "key encoding";
    COMMAND_VERSION b"E0" "command version number";
}

/// Codes that any command may answer without saying so.
pub(crate) const STANDARD: &[Error] = &[
    STORAGE_EMPTY,
    LMK_IDENTIFIER,
    INVALID_INPUT,
    NOT_AUTHORISED,
    STORAGE_INDEX,
    FRAUD,
    INTERNAL,
    STRONGER_LMK,
    NOT_LICENSED,
    DISABLED,
    DATA_LENGTH,
];

/// Codes that any command with a key field may answer without saying so.
pub(crate) const OF_KEYS: &[Error] = &[
    KEY_SCHEME,
    KEY_LENGTH,
    KEY_TYPE,
    STRONGER_LMK,
    MASQUERADING,
    KEY_BLOCK_FORMAT,
    KEY_BLOCK_CHECK,
];

/// Every code that means the same in all commands, in order.
pub fn all() -> impl Iterator<Item = Error> {
    ALL.iter().copied()
}

/// The code that answers a key that was refused; bad parity has the code of its field.
pub(crate) fn refused(refusal: Refusal, parity: ErrorCode) -> ErrorCode {
    refusal.code().map_or(parity, ErrorCode)
}

/// The code that answers card data for which there is no verification value.
pub(crate) fn of_card(fault: Fault<CardFault>) -> ErrorCode {
    match fault {
        Fault::Key(refusal) => refused(refusal, SOURCE_PARITY.0),
        Fault::Input(CardFault::Digits | CardFault::Account) => INVALID_INPUT.0,
    }
}

/// The code of a refusal that is not about the parity of a key in the message.
pub(crate) fn refused_outright(refusal: Refusal) -> ErrorCode {
    refused(refusal, DESTINATION_PARITY.0)
}

/// Meaning of a code in all commands; `None` where each command gives it its own.
pub fn meaning(code: ErrorCode) -> Option<&'static str> {
    ALL.iter().find(|(known, _)| *known == code).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        for pair in ALL.windows(2) {
            assert!(pair[0].0.0 < pair[1].0.0, "{} before {}", pair[0].0, pair[1].0);
        }
    }
}
