//! The security settings as officers are asked for them: one table for the dialogue and for the list.

use appliance::{
    DecimalisationTables, OfficerProof, PinEncryptionAlgorithm, Settings, StorageLength,
    TransactionKeyScheme, ZekEncryption, ZmkLength,
};

/// A setting.
#[derive(Debug)]
pub(crate) struct Question {
    /// What it is.
    pub(crate) label: &'static str,
    /// Whether it changes only while no LMK is installed (which ones do is inferred).
    pub(crate) is_initial: bool,
    /// What it may be.
    values: Values,
}

/// What a setting may be.
#[derive(Debug)]
enum Values {
    /// One of a few.
    Choice {
        /// What is typed for each value, and how the value shows.
        choices: &'static [(&'static str, &'static str)],
        /// Position of the present value.
        get: fn(&Settings) -> usize,
        /// Takes the value at a position.
        set: fn(&mut Settings, usize),
    },
    /// A number.
    Number {
        /// From this one to that one.
        range: (u16, u16),
        /// The present one.
        get: fn(&Settings) -> u16,
        /// Takes another one of the range.
        set: fn(&mut Settings, u16),
    },
}

const YES: &[(&str, &str)] = &[("N", "NO"), ("Y", "YES")];
const ON: &[(&str, &str)] = &[("F", "OFF"), ("N", "ON")];
const ENABLED: &[(&str, &str)] = &[("D", "DISABLED"), ("E", "ENABLED")];

macro_rules! question {
    ($label:literal $field:ident $choices:ident $initial:literal) => {
        Question {
            label: $label,
            is_initial: $initial,
            values: Values::Choice {
                choices: $choices,
                get: |settings| usize::from(settings.$field),
                set: |settings, at| settings.$field = at == 1,
            },
        }
    };
    ($label:literal $field:ident $initial:literal $($typed:literal $shown:literal $value:expr),+) => {
        Question {
            label: $label,
            is_initial: $initial,
            values: Values::Choice {
                choices: &[$(($typed, $shown)),+],
                get: |settings| {
                    let is_it = |value| value == settings.$field;
                    [$($value),+].into_iter().position(is_it).unwrap_or_default()
                },
                set: |settings, at| {
                    if let Some(value) = [$($value),+].into_iter().nth(at) {
                        settings.$field = value;
                    }
                },
            },
        }
    };
}

macro_rules! number {
    ($label:literal $field:ident $initial:literal $low:literal $high:literal $of:ident) => {
        Question {
            label: $label,
            is_initial: $initial,
            values: Values::Number {
                range: ($low, $high),
                get: |settings| $of::from(settings.$field).into(),
                set: |settings, number| {
                    let number = $of::try_from(number).ok();
                    if let Some(number) = number.and_then(|number| number.try_into().ok()) {
                        settings.$field = number;
                    }
                },
            },
        }
    };
}

/// The questions before those for LMK identifiers, in the order of the device.
pub(crate) static GENERAL: &[Question] = &[
    number!("PIN length" pin_length false 4 12 u8),
    question!("Echo" echo ON false),
    question!("Atalla ZMK variant support" atalla_variant_support ON false),
    question!("Transaction key scheme" transaction_key_scheme false
        "R" "RACAL" TransactionKeyScheme::Racal, "A" "AUSTRALIAN" TransactionKeyScheme::Australian,
        "N" "NONE" TransactionKeyScheme::None),
    question!("User storage key length" user_storage_key_length false
        "S" "SINGLE" StorageLength::Single, "D" "DOUBLE" StorageLength::Double,
        "T" "TRIPLE" StorageLength::Triple, "V" "VARIABLE" StorageLength::Variable),
];

/// The questions after those for LMK identifiers, in the order of the device.
pub(crate) static QUESTIONS: &[Question] = &[
    question!("Enforce Atalla variant match to Thales key type" enforce_atalla_variant YES true),
    question!("Select clear PINs" clear_pins YES true),
    question!("Enable ZMK translate command" zmk_translate_command YES false),
    question!("Enable X9.17 for import" x917_import YES false),
    question!("Enable X9.17 for export" x917_export YES false),
    number!("Solicitation batch size" solicitation_batch_size false 1 1024 u16),
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
    number!("Minimum HMAC verification length in bytes" minimum_hmac_length false 5 20 u8),
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
    question!("Enable 2DES LMK encryption of 3DES and 2048-bit RSA keys"
        stronger_keys_under_2des_lmk YES true),
    question!("Use HSM clock for date/time validation" clock_for_validity YES false),
    question!("Additional padding to disguise key length" hide_key_length YES false),
    question!("Key export and import in trusted format only" trusted_format_only YES true),
    question!("Protect MULTOS cipher data checksums" protect_multos_checksums YES false),
    question!("Card/password authorisation" authorise_by true
        "C" "CARD" OfficerProof::Card, "P" "PASSWORD" OfficerProof::Password),
    question!("Enable use of Tokens in PIN Translation" tokens_in_pin_translation YES false),
    question!("Enable use of Tokens in PIN Verification" tokens_in_pin_verification YES false),
    question!("Allow Error light to be extinguished when viewing Error Log"
        error_light_off_on_viewing YES false),
    question!("Ensure LMK Identifier in command corresponds with host port"
        ensure_lmk_of_port YES false),
    question!("Enforce key type 002 separation for PCI HSM compliance"
        key_type_002_separation YES true),
    question!("Restrict PIN block usage for PCI HSM compliance"
        restrict_pin_block_usage YES true),
    question!("Enforce Authorization Time Limit" authorisation_time_limit YES true),
    question!("Enforce Multiple Key Components" multiple_key_components YES true),
];

impl Question {
    /// How the present value shows.
    pub(crate) fn value(&self, settings: &Settings) -> String {
        match self.values {
            Values::Choice { choices, get, .. } => {
                choices.get(get(settings)).map_or("", |(_, shown)| shown).to_owned()
            }
            Values::Number { range: (_, 0..=99), get, .. } => format!("{:02}", get(settings)),
            Values::Number { get, .. } => get(settings).to_string(),
        }
    }

    /// The question with its choices and the present value.
    pub(crate) fn prompt(&self, settings: &Settings) -> String {
        let range = match self.values {
            Values::Choice { choices, .. } => {
                choices.iter().map(|(typed, _)| *typed).collect::<Vec<_>>().join("/")
            }
            Values::Number { range: (low, high), .. } => format!("{low}-{high}"),
        };
        format!("{} [{range}] ({}): ", self.label, self.value(settings))
    }

    /// Takes what is typed; none where it is no answer.
    pub(crate) fn answer(&self, settings: &mut Settings, text: &str) -> Option<()> {
        match self.values {
            Values::Choice { choices, set, .. } => {
                let same = |(typed, shown): &(&str, &str)| {
                    text.eq_ignore_ascii_case(typed) || text.eq_ignore_ascii_case(shown)
                };
                set(settings, choices.iter().position(same)?);
            }
            Values::Number { range: (low, high), set, .. } => {
                set(settings, text.parse().ok().filter(|number| (low..=high).contains(number))?);
            }
        }
        Some(())
    }
}
