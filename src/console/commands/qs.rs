//! `QS` View the security settings.

use appliance::{
    DecimalisationTables, PinEncryptionAlgorithm, Settings, StorageLength, ZekEncryption, ZmkLength,
};

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command = Command::new("QS", "View the security settings", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let state = desk.state();
    desk.tell(format!("PIN length: {:02}", state.settings.pin_length.digits()))?;
    desk.tell(format!("Encrypted PIN length: {:02}", state.settings.lmk_pin_length()))?;
    for (name, value) in values(&state.settings) {
        desk.tell(format!("{name}: {value}"))?;
    }
    desk.tell(format!("Default LMK id: {:02}", state.default_lmk.0))?;
    desk.tell(format!("Management LMK id: {:02}", state.management_lmk.0))
}

const fn yes(value: bool) -> &'static str {
    if value { "YES" } else { "NO" }
}

/// Settings in the order of the device's dialogue.
fn values(settings: &Settings) -> [(&'static str, &'static str); 24] {
    [
        ("User storage key length", match settings.user_storage_key_length {
            StorageLength::Single => "SINGLE",
            StorageLength::Double => "DOUBLE",
            StorageLength::Triple => "TRIPLE",
            StorageLength::Variable => "VARIABLE",
        }),
        ("Select clear PINs", yes(settings.clear_pins)),
        ("Enable ZMK translate command", yes(settings.zmk_translate_command)),
        ("Enable X9.17 for import", yes(settings.x917_import)),
        ("Enable X9.17 for export", yes(settings.x917_export)),
        ("Single-DES", if settings.single_des { "ENABLED" } else { "DISABLED" }),
        (
            "Prevent Single-DES keys masquerading as double or triple-length keys",
            yes(settings.prevent_single_des_masquerading),
        ),
        ("ZMK length", match settings.zmk_length {
            ZmkLength::Single => "SINGLE",
            ZmkLength::Double => "DOUBLE",
        }),
        ("Decimalization tables", match settings.decimalisation_tables {
            DecimalisationTables::Encrypted => "ENCRYPTED",
            DecimalisationTables::Plain => "PLAINTEXT",
        }),
        (
            "Decimalization table checks",
            if settings.decimalisation_table_checks { "ENABLED" } else { "DISABLED" },
        ),
        ("PIN encryption algorithm", match settings.pin_encryption_algorithm {
            PinEncryptionAlgorithm::A => "A",
            PinEncryptionAlgorithm::B => "B",
        }),
        ("ZEK/TEK encryption of ASCII data or Binary data or None", match settings.zek_encryption {
            ZekEncryption::None => "NONE",
            ZekEncryption::Ascii => "ASCII",
            ZekEncryption::Binary => "BINARY",
        }),
        ("Restrict key check values to 6 hex chars", yes(settings.restrict_check_values)),
        ("Enable variable length PIN offset", yes(settings.variable_length_pin_offset)),
        ("Enable weak PIN checking", yes(settings.weak_pin_checking)),
        (
            "Enable PIN block Format 34 as output format for PIN translations to ZPK",
            yes(settings.pin_block_format_34_output),
        ),
        (
            "Enable translation of account number for LMK encrypted PINs",
            yes(settings.account_translation),
        ),
        ("Use HSM clock for date/time validation", yes(settings.clock_for_validity)),
        ("Additional padding to disguise key length", yes(settings.hide_key_length)),
        ("Key export and import in trusted format only", yes(settings.trusted_format_only)),
        ("Enable use of Tokens in PIN Translation", yes(settings.tokens_in_pin_translation)),
        ("Enable use of Tokens in PIN Verification", yes(settings.tokens_in_pin_verification)),
        (
            "Enforce key type 002 separation for PCI HSM compliance",
            yes(settings.key_type_002_separation),
        ),
        ("Restrict PIN block usage for PCI HSM compliance", yes(settings.restrict_pin_block_usage)),
    ]
}
