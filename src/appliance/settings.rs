//! Security settings: what the tenant decides, and what host commands obey.
//!
//! Names follow the questions of the device's console; defaults are the device's. Where no public
//! source gives a default, it is our reading (evidence grade `inferred`) and says so.

use serde::{Deserialize, Serialize};

use crate::{AuditOptions, FraudLimits, SyslogSettings};

/// Security settings of an appliance.
///
/// In a configuration file they stand under `[settings]`; an unknown name is an error.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own at the console")]
pub struct Settings {
    /// Longest PIN, 4 to 12 digits. A PIN under a variant or 3DES key-block LMK has one digit more.
    pub pin_length: PinLength,
    /// How PINs stand under the LMK: algorithm `A` decimal digits, `B` hexadecimal digits.
    pub pin_encryption_algorithm: PinEncryptionAlgorithm,
    /// Whether clear components that are typed at the console show; one that begins with `^` does not.
    pub echo: bool,
    /// Whether the console asks for the Atalla variant of a ZMK. Messages may have one in any case.
    pub atalla_variant_support: bool,
    /// Whether the Atalla variant of a ZMK has to be that of the type of the key under it; else error 29 (default, error
    /// and which variant goes with which type inferred).
    pub enforce_atalla_variant: bool,
    /// Which commands for transaction keys there are; without any, those codes answer 65.
    pub transaction_key_scheme: TransactionKeyScheme,
    /// Whether commands that take or show clear PINs (BA, NG) are available; else error 17.
    pub clear_pins: bool,
    /// Whether BY is available; else error 68.
    pub zmk_translate_command: bool,
    /// Whether keys may come in under a ZMK in the ANSI X9.17 schemes X and Y; else error 26.
    pub x917_import: bool,
    /// Whether keys may go out under a ZMK in the ANSI X9.17 schemes X and Y; else error 26.
    pub x917_export: bool,
    /// Whether single length DES keys may be used; else error 27. Default inferred.
    pub single_des: bool,
    /// Whether triple-length keys, and RSA keys of 2048 bits or more, go under a variant LMK of double length; else error
    /// 48. Default and error inferred.
    pub stronger_keys_under_2des_lmk: bool,
    /// Whether commands for MULTOS check what they load. No such command is known to this appliance.
    pub protect_multos_checksums: bool,
    /// Whether a key of equal parts is refused with error 75. Default inferred.
    pub prevent_single_des_masquerading: bool,
    /// Length of a ZMK that has no scheme tag. Default inferred.
    pub zmk_length: ZmkLength,
    /// What a place in user storage holds.
    pub user_storage_key_length: StorageLength,
    /// Whether decimalisation tables in commands are encrypted under the LMK. Default inferred.
    pub decimalisation_tables: DecimalisationTables,
    /// Whether a decimalisation table must have eight different digits, none more than four times;
    /// else error 25.
    pub decimalisation_table_checks: bool,
    /// Whether sixteen-digit check values keep six digits and ten zeros. Default inferred.
    pub restrict_check_values: bool,
    /// Whether the length of a PIN offset is that of the PIN rather than the check length.
    pub variable_length_pin_offset: bool,
    /// Whether PINs of the global excluded PIN table are refused with error 86.
    pub weak_pin_checking: bool,
    /// PINs that nobody may choose, used where `weak_pin_checking` is on. BM loads those of one length.
    pub excluded_pins: Vec<String>,
    /// PIN block formats that are switched on; others answer error 69. Two digits each.
    pub pin_block_formats: Vec<String>,
    /// Whether PIN block format 34 may leave under a ZPK; else error 23.
    pub pin_block_format_34_output: bool,
    /// Whether conversions between PIN block formats are those that PCI PIN allows; else error 23.
    pub restrict_pin_block_usage: bool,
    /// Fewest entries that QC processes, 1 to 1024; fewer answer error 31.
    pub solicitation_batch_size: BatchSize,
    /// Whether QK may move a PIN under the LMK to another account number; else error 17.
    pub account_translation: bool,
    /// Whether GI needs to be authorised. Default inferred.
    pub authorised_rsa_import: bool,
    /// Shortest HMAC that LQ and LS take; else error 04. Default inferred.
    pub minimum_hmac_length: HmacLength,
    /// Whether HMAC keys may come in and go out under a ZMK in the formats of PKCS#11; else error 07 or 03 (inferred).
    pub pkcs11_hmac: bool,
    /// Whether HMAC keys may come in and go out under a ZMK in the format of ANSI X9.17; else error 07 or 03 (inferred).
    pub x917_hmac: bool,
    /// What ZEKs and TEKs may encrypt, decrypt and translate; else error 35. Default inferred.
    pub zek_encryption: ZekEncryption,
    /// Whether CA, CC and G0 take a second account number; else error 15 (inferred).
    pub tokens_in_pin_translation: bool,
    /// Whether EC and GQ take a second account number; else error 15 (inferred).
    pub tokens_in_pin_verification: bool,
    /// Whether terminal keys have key types of their own (70D, 80D, 90D) instead of 002.
    pub key_type_002_separation: bool,
    /// Whether keys travel only in key blocks; else errors 26 and 29.
    pub trusted_format_only: bool,
    /// Whether short keys in key blocks are padded to hide their length.
    pub hide_key_length: bool,
    /// Whether the dates in key blocks are held against the clock; else errors AE and AF.
    pub clock_for_validity: bool,
    /// Whether the `%nn` of a message to a port of one LMK has to name that LMK, else error 13; without this the message
    /// has the last word (inferred).
    pub ensure_lmk_of_port: bool,
    /// Host commands that are switched off, by code; they answer error 68.
    pub disabled_commands: Vec<String>,
    /// Whether activities are authorised one by one; else an LMK is authorised for everything or not at all. Default
    /// inferred.
    pub multiple_authorised_activities: bool,
    /// How officers prove who they are when they authorise.
    pub authorise_by: OfficerProof,
    /// Whether the light for errors goes off when the error log is viewed, rather than cleared. There is no such light.
    pub error_light_off_on_viewing: bool,
    /// Whether activities may stay authorised when the appliance starts anew. Default inferred.
    pub persistent_activities: bool,
    /// Whether what is authorised at the console ends after 12 hours at the latest. Default inferred.
    pub authorisation_time_limit: bool,
    /// Whether the console forms keys of two components or more only. Default inferred.
    pub multiple_key_components: bool,
    /// Console commands that are switched off, by name.
    pub disabled_console_commands: Vec<String>,
    /// Limits of fraud detection.
    pub fraud_detection: FraudLimits,
    /// What is audited.
    pub audit: AuditOptions,
    /// Where the logs are sent.
    pub syslog: SyslogSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            pin_length: PinLength(4),
            pin_encryption_algorithm: PinEncryptionAlgorithm::A,
            echo: false,
            atalla_variant_support: false,
            enforce_atalla_variant: false,
            transaction_key_scheme: TransactionKeyScheme::Racal,
            clear_pins: false,
            zmk_translate_command: false,
            x917_import: false,
            x917_export: false,
            single_des: false,
            stronger_keys_under_2des_lmk: false,
            protect_multos_checksums: true,
            prevent_single_des_masquerading: true,
            zmk_length: ZmkLength::Double,
            user_storage_key_length: StorageLength::Single,
            decimalisation_tables: DecimalisationTables::Encrypted,
            decimalisation_table_checks: true,
            restrict_check_values: true,
            variable_length_pin_offset: false,
            weak_pin_checking: false,
            excluded_pins: Vec::new(),
            pin_block_formats: ["01", "02", "03", "04", "05", "34", "35", "41", "42", "47", "48"]
                .map(str::to_owned)
                .to_vec(),
            pin_block_format_34_output: false,
            restrict_pin_block_usage: false,
            solicitation_batch_size: BatchSize::MOST,
            account_translation: false,
            authorised_rsa_import: true,
            minimum_hmac_length: HmacLength::HALF_A_DIGEST,
            pkcs11_hmac: false,
            x917_hmac: false,
            zek_encryption: ZekEncryption::None,
            tokens_in_pin_translation: false,
            tokens_in_pin_verification: false,
            key_type_002_separation: false,
            trusted_format_only: false,
            hide_key_length: false,
            clock_for_validity: true,
            ensure_lmk_of_port: false,
            disabled_commands: Vec::new(),
            multiple_authorised_activities: true,
            authorise_by: OfficerProof::Card,
            error_light_off_on_viewing: false,
            persistent_activities: false,
            authorisation_time_limit: false,
            multiple_key_components: false,
            disabled_console_commands: Vec::new(),
            fraud_detection: FraudLimits::default(),
            audit: AuditOptions::default(),
            syslog: SyslogSettings::default(),
        }
    }
}

impl Settings {
    /// Settings of `serve --dev`: the device's, but PINs of 4 to 12 digits, single DES, clear PINs,
    /// ZEKs for data of any kind, and any key under the test LMK of double length; and a message that names another LMK
    /// than its port is refused.
    pub fn development() -> Self {
        Self {
            pin_length: PinLength(12),
            single_des: true,
            stronger_keys_under_2des_lmk: true,
            ensure_lmk_of_port: true,
            clear_pins: true,
            zek_encryption: ZekEncryption::Binary,
            ..Self::default()
        }
    }

    /// Whether the settings are those that PCI HSM asks for. That the last two count is inferred.
    pub fn complies_with_pci(&self) -> bool {
        self.authorise_by == OfficerProof::Card
            && self.restrict_pin_block_usage
            && self.key_type_002_separation
            && self.authorisation_time_limit
            && self.multiple_key_components
    }

    /// Whether PINs stand under the LMK by algorithm B, which BQ translates to.
    pub fn has_pin_encryption_algorithm_b(&self) -> bool {
        self.pin_encryption_algorithm == PinEncryptionAlgorithm::B
    }

    /// Symbols in a PIN under a variant or 3DES key-block LMK: L of the manuals, 5 to 13.
    pub const fn lmk_pin_length(&self) -> usize {
        self.pin_length.0 as usize + 1
    }
}

/// Longest PIN: 4 to 12 digits.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct PinLength(u8);

impl PinLength {
    /// Digits.
    pub const fn digits(self) -> usize {
        self.0 as usize
    }
}

impl TryFrom<u8> for PinLength {
    type Error = &'static str;

    fn try_from(digits: u8) -> Result<Self, Self::Error> {
        if matches!(digits, 4..=12) { Ok(Self(digits)) } else { Err("pin_length is 4 to 12") }
    }
}

impl From<PinLength> for u8 {
    fn from(length: PinLength) -> Self {
        length.0
    }
}

/// Entries in a batch of solicitation data: 1 to 1024.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct BatchSize(u16);

impl BatchSize {
    /// Every entry for itself.
    pub const LEAST: Self = Self(1);

    const MOST: Self = Self(1024);

    /// Entries.
    pub const fn entries(self) -> usize {
        self.0 as usize
    }
}

impl TryFrom<u16> for BatchSize {
    type Error = &'static str;

    fn try_from(entries: u16) -> Result<Self, Self::Error> {
        let is_valid = (Self::LEAST.0..=Self::MOST.0).contains(&entries);
        if is_valid { Ok(Self(entries)) } else { Err("solicitation_batch_size is 1 to 1024") }
    }
}

impl From<BatchSize> for u16 {
    fn from(size: BatchSize) -> Self {
        size.0
    }
}

/// Shortest HMAC: 5 to 20 bytes. 10, half a digest of SHA-1, is half a digest whatever the hash is (inferred).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct HmacLength(u8);

impl HmacLength {
    /// Half a digest.
    pub const HALF_A_DIGEST: Self = Self(10);

    /// Bytes, with a hash function that has digests of so many.
    pub const fn bytes(self, digest: usize) -> usize {
        if self.0 == Self::HALF_A_DIGEST.0 { digest / 2 } else { self.0 as usize }
    }
}

impl TryFrom<u8> for HmacLength {
    type Error = &'static str;

    fn try_from(bytes: u8) -> Result<Self, Self::Error> {
        if matches!(bytes, 5..=20) {
            Ok(Self(bytes))
        } else {
            Err("minimum_hmac_length is 5 to 20")
        }
    }
}

impl From<HmacLength> for u8 {
    fn from(length: HmacLength) -> Self {
        length.0
    }
}

/// How PINs stand under the LMK.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum PinEncryptionAlgorithm {
    /// Decimal digits (the Visa method).
    A,
    /// Hexadecimal digits (the Racal method).
    B,
}

/// Which commands for transaction keys there are.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TransactionKeyScheme {
    /// The commands RI to RW.
    Racal,
    /// The commands HI to HW.
    Australian,
    /// Neither.
    None,
}

/// How officers prove who they are when they authorise.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OfficerProof {
    /// By a smart card and its PIN.
    Card,
    /// By a password of 16 characters.
    Password,
}

/// Length of a ZMK that has no scheme tag.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ZmkLength {
    /// 16 hexadecimal digits.
    Single,
    /// 32 hexadecimal digits.
    Double,
}

/// What a place in user storage holds.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StorageLength {
    /// 16 hexadecimal digits.
    Single,
    /// 32 hexadecimal digits.
    Double,
    /// 48 hexadecimal digits.
    Triple,
    /// Up to 1,000 bytes in the first 128 places, 100 in the others.
    Variable,
}

/// How decimalisation tables stand in commands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DecimalisationTables {
    /// Encrypted under the LMK.
    Encrypted,
    /// Sixteen decimal digits.
    Plain,
}

/// What ZEKs and TEKs may encrypt, decrypt and translate.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ZekEncryption {
    /// Nothing.
    None,
    /// Printable ASCII characters.
    Ascii,
    /// Anything.
    Binary,
}
