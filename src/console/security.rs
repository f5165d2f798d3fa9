//! The security settings as officers are asked for them: one table for the dialogue and for the list.

use appliance::{
    DecimalisationTables, HmacLength, PinEncryptionAlgorithm, PinLength, Settings, StorageLength,
    ZekEncryption, ZmkLength,
};

/// A setting with a few values.
#[derive(Debug)]
pub(crate) struct Question {
    /// What it is.
    pub(crate) label: &'static str,
    /// What is typed for each value, and how the value shows.
    pub(crate) choices: &'static [(&'static str, &'static str)],
    /// Whether it changes only while no LMK is installed (which ones do is inferred).
    pub(crate) is_initial: bool,
    /// Position of the present value.
    pub(crate) get: fn(&Settings) -> usize,
    /// Takes the value at a position.
    pub(crate) set: fn(&mut Settings, usize),
}

const YES: &[(&str, &str)] = &[("N", "NO"), ("Y", "YES")];
const HMAC_LENGTHS: &[(&str, &str)] = &[
    ("5", "05"),
    ("6", "06"),
    ("7", "07"),
    ("8", "08"),
    ("9", "09"),
    ("10", "10"),
    ("11", "11"),
    ("12", "12"),
    ("13", "13"),
    ("14", "14"),
    ("15", "15"),
    ("16", "16"),
    ("17", "17"),
    ("18", "18"),
    ("19", "19"),
    ("20", "20"),
];
const ENABLED: &[(&str, &str)] = &[("D", "DISABLED"), ("E", "ENABLED")];

macro_rules! question {
    ($label:literal $field:ident $choices:ident $initial:literal) => {
        Question {
            label: $label,
            choices: $choices,
            is_initial: $initial,
            get: |settings| usize::from(settings.$field),
            set: |settings, at| settings.$field = at == 1,
        }
    };
    ($label:literal $field:ident $initial:literal $($typed:literal $shown:literal $value:expr),+) => {
        Question {
            label: $label,
            choices: &[$(($typed, $shown)),+],
            is_initial: $initial,
            get: |settings| {
                [$($value),+].iter().position(|value| *value == settings.$field).unwrap_or_default()
            },
            set: |settings, at| {
                if let Some(value) = [$($value),+].into_iter().nth(at) {
                    settings.$field = value;
                }
            },
        }
    };
}

/// Every question, in the order of the device.
pub(crate) static QUESTIONS: &[Question] = &[
    question!("User storage key length" user_storage_key_length false
        "S" "SINGLE" StorageLength::Single, "D" "DOUBLE" StorageLength::Double,
        "T" "TRIPLE" StorageLength::Triple, "V" "VARIABLE" StorageLength::Variable),
    question!("Select clear PINs" clear_pins YES true),
    question!("Enable ZMK translate command" zmk_translate_command YES false),
    question!("Enable X9.17 for import" x917_import YES false),
    question!("Enable X9.17 for export" x917_export YES false),
    question!("Single-DES" single_des ENABLED true),
    question!("Prevent Single-DES keys masquerading as double or triple-length keys"
        prevent_single_des_masquerading YES true),
    question!("ZMK length" zmk_length true
        "S" "SINGLE" ZmkLength::Single, "D" "DOUBLE" ZmkLength::Double),
    question!("Decimalization tables" decimalisation_tables true
        "E" "ENCRYPTED" DecimalisationTables::Encrypted, "P" "PLAINTEXT" DecimalisationTables::Plain),
    question!("Decimalization table checks" decimalisation_table_checks ENABLED false),
    question!("PIN encryption algorithm" pin_encryption_algorithm true
        "A" "A" PinEncryptionAlgorithm::A, "B" "B" PinEncryptionAlgorithm::B),
    question!("Authorized State required when importing DES key under RSA key"
        authorised_rsa_import YES false),
    Question {
        label: "Minimum HMAC verification length in bytes",
        choices: HMAC_LENGTHS,
        is_initial: false,
        get: |settings| {
            let length = u8::from(settings.minimum_hmac_length);
            HMAC_LENGTHS
                .iter()
                .position(|(typed, _)| typed.parse() == Ok(length))
                .unwrap_or_default()
        },
        set: |settings, at| {
            let length = HMAC_LENGTHS.get(at).and_then(|(typed, _)| typed.parse::<u8>().ok());
            if let Some(length) = length.and_then(|length| HmacLength::try_from(length).ok()) {
                settings.minimum_hmac_length = length;
            }
        },
    },
    question!("Enable PKCS#11 import and export for HMAC keys" pkcs11_hmac YES false),
    question!("Enable ANSI X9.17 import and export for HMAC keys" x917_hmac YES false),
    question!("ZEK/TEK encryption of ASCII data or Binary data or None" zek_encryption false
        "A" "ASCII" ZekEncryption::Ascii, "B" "BINARY" ZekEncryption::Binary,
        "N" "NONE" ZekEncryption::None),
    question!("Restrict key check values to 6 hex chars" restrict_check_values YES false),
    question!("Enable multiple authorised activities" multiple_authorised_activities YES false),
    question!("Allow persistent authorised activities" persistent_activities YES false),
    question!("Enable variable length PIN offset" variable_length_pin_offset YES false),
    question!("Enable weak PIN checking" weak_pin_checking YES false),
    question!("Enable PIN block Format 34 as output format for PIN translations to ZPK"
        pin_block_format_34_output YES false),
    question!("Enable translation of account number for LMK encrypted PINs"
        account_translation YES false),
    question!("Use HSM clock for date/time validation" clock_for_validity YES false),
    question!("Additional padding to disguise key length" hide_key_length YES false),
    question!("Key export and import in trusted format only" trusted_format_only YES true),
    question!("Enable use of Tokens in PIN Translation" tokens_in_pin_translation YES false),
    question!("Enable use of Tokens in PIN Verification" tokens_in_pin_verification YES false),
    question!("Enforce key type 002 separation for PCI HSM compliance"
        key_type_002_separation YES true),
    question!("Restrict PIN block usage for PCI HSM compliance"
        restrict_pin_block_usage YES true),
    question!("Enforce Authorization Time Limit" authorisation_time_limit YES true),
    question!("Enforce Multiple Key Components" multiple_key_components YES true),
];

impl Question {
    /// How the present value shows.
    pub(crate) fn value(&self, settings: &Settings) -> &'static str {
        self.choices.get((self.get)(settings)).map_or("", |(_, shown)| shown)
    }

    /// The question with its choices and the present value.
    pub(crate) fn prompt(&self, settings: &Settings) -> String {
        let typed = match self.choices {
            // Numbers.
            [(least, _), .., (most, _)] if self.choices.len() > 4 => format!("{least}-{most}"),
            choices => choices.iter().map(|(typed, _)| *typed).collect::<Vec<_>>().join("/"),
        };
        format!("{} [{typed}] ({}): ", self.label, self.value(settings))
    }
}

/// Longest PIN.
pub(crate) fn pin_length(digits: u32) -> Option<PinLength> {
    u8::try_from(digits).ok().and_then(|digits| PinLength::try_from(digits).ok())
}
