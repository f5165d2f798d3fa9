//! Each security setting against a command that obeys it: the answer without, and the answer with.
//!
//! What is asked is from recorded vectors or sealed here; that both answers are right is tested where the command is.

#[path = "device/device.rs"]
mod device;

use std::collections::BTreeSet;

use appliance::{Settings, State};
use device::{Device, On, Purpose, sealed, sealed_block};
use host_commands::LmkPort;

/// Settings that act at the console alone, where conversations are tested.
const AT_THE_CONSOLE: [&str; 10] = [
    "audit",
    "syslog",
    "echo",
    "atalla_variant_support",
    "multiple_authorised_activities",
    "persistent_activities",
    "authorisation_time_limit",
    "multiple_key_components",
    "authorise_by",
    "disabled_console_commands",
];

/// Settings that are kept and shown for what this appliance does not have: MULTOS, a light.
const WITHOUT_EFFECT: [&str; 2] = ["protect_multos_checksums", "error_light_off_on_viewing"];

/// Settings with tests of their own, for one message does not show them.
const ELSEWHERE: [&str; 4] =
    ["hide_key_length", "fraud_detection", "authorised_rsa_import", "solicitation_batch_size"];

/// Settings of commands for HMACs have their own tests, too.
const OF_HMACS: [&str; 3] = ["minimum_hmac_length", "pkcs11_hmac", "x917_hmac"];

/// Public keys of recorded vectors.
const ZMK: &str = "U42BBE7D9A0A55D0EBDE055DE2791ACCD";
const ZPK: &str = "U33D343296D2CE09E006432674F86C648";
const TPK: &str = "U90DDFC70EFE27671FF7F5C5FF7689E53";
const ZEK: &str = "U913FAA100032722271AAC11BE680D4CC";
const PVK: &str = "U4CC880865978E7B4D4045E14173526C7";

/// A message to a port, and the beginning of the answer under the settings of a development appliance and after a change.
struct Row {
    /// What else is changed for both answers, as it stands in a configuration file.
    given: String,
    /// The change.
    change: String,
    port: LmkPort,
    message: String,
    without: &'static str,
    with: &'static str,
}

fn row(
    change: impl Into<String>,
    message: impl Into<String>,
    without: &'static str,
    with: &'static str,
) -> Row {
    let (change, message) = (change.into(), message.into());
    Row { given: String::new(), change, port: LmkPort::Only(0), message, without, with }
}

impl Row {
    fn given(self, given: impl Into<String>) -> Self {
        Self { given: given.into(), ..self }
    }

    fn to(self, port: LmkPort) -> Self {
        Self { port, ..self }
    }

    fn answer(&self, change: &str) -> String {
        let mut table = toml::Table::try_from(State::development().settings).expect("a table");
        for text in [&self.given, change] {
            table.extend(text.parse::<toml::Table>().expect("a setting"));
        }
        let changed: Settings = table.try_into().expect("settings");
        Device::with(|settings| *settings = changed).ask_at(self.port, &self.message)
    }
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn rows() -> Vec<Row> {
    let equal = Purpose::new(*b"001", *b"P0");
    let posing = sealed(On::Variant, equal, "0123456789ABCDEF0123456789ABCDEF");
    let expired = sealed_block(
        On::KeyBlock,
        "00000C0TC00E0000",
        "04111999:12:31:23",
        "0123456789ABCDEFFEDCBA9876543210",
    );
    let offset =
        format!("BK001{TPK}{PVK}56878CBC0DD78A2F0104000123456789FD64FC3FAD504BB355000N025321");
    let translate = |formats: &str| format!("CC{TPK}{TPK}1250A9990C5296DA8B{formats}000123456789");
    let verify = format!("EC{TPK}{PVK}0567947FC474E07401000123456789;40123456789011841");
    let every: Vec<_> = (0..10_000).map(|pin| format!("\"{pin:04}\"")).collect();
    let every = format!("excluded_pins = [{}]", every.join(", "));
    let weak = "BK001U99DC8A895EFDE0E6ED8CB02370AE3C2DU55538FAAA4533BFAFBB751AF166F369ECEDE72B3994B45AF0104\
                550000025321FD64FC3FAD504BB3N12345678901";
    vec![
        row("pin_length = 4", "JA12345678901206", "JB00", "JB24"),
        row("pin_encryption_algorithm = \"B\"", "BQ55000002532101234", "BR17", "BR14")
            .given("pin_length = 4"),
        row("enforce_atalla_variant = true", format!("A8001{ZMK}{ZPK}U3"), "A900U", "A929"),
        row("enforce_atalla_variant = true", format!("A8001{ZMK}{ZPK}U1"), "A900U", "A900U"),
        row("enforce_atalla_variant = true", format!("A01001U;0{ZMK}U2"), "A100U", "A129"),
        row("transaction_key_scheme = \"none\"", "RI", "RJ68", "RJ65"),
        row("transaction_key_scheme = \"none\"", "HW", "HX68", "HX65"),
        row("transaction_key_scheme = \"australian\"", "RI", "RJ68", "RJ68"),
        row("clear_pins = false", "BA1234FFFFFFFFF550000025321", "BB00", "BB17"),
        row("clear_pins = false", "NG5500000253210000000000000", "NH", "NH17"),
        row(
            "zmk_translate_command = true",
            format!("BY{ZMK}BAD32B371DF2EA54524FDC3021F3BA08"),
            "BZ68",
            "BZ00",
        ),
        row("x917_export = true", format!("A8001{ZMK}{ZPK}X"), "A926", "A900X"),
        row(
            "x917_import = true",
            format!("A6001{ZMK}X7882974A756BEAFBC2C3BCDD155E7846U12"),
            "A726",
            "A700U",
        ),
        row("single_des = false", "BU0200406FBB23A5214DF", "BV00", "BV27"),
        row("single_des = false", format!("IA{ZMK};000"), "IB00", "IB27"),
        row("stronger_keys_under_2des_lmk = false", "A00001T", "A100T", "A148"),
        row("stronger_keys_under_2des_lmk = false", "A00001U", "A100U", "A100U"),
        row("stronger_keys_under_2des_lmk = false", "A00FFFS#P0T3N00E00", "A100S", "A100S")
            .to(LmkPort::Only(1)),
        row("prevent_single_des_masquerading = false", format!("BU011{posing}"), "BV75", "BV00"),
        row("zmk_length = \"single\"", "IADA05B7A979CBD9A15A4FBD3D599B9380", "IB00", "IB15"),
        row(
            "user_storage_key_length = \"double\"",
            "LAK1000202468ACE13579BDFFEDCBA9876543210",
            "LB00",
            "LB15",
        ),
        row("decimalisation_tables = \"plain\"", offset.clone(), "BL02", "BL25"),
        row(
            "decimalisation_table_checks = false",
            offset.replace("FD64FC3FAD504BB3", "0000011111222223"),
            "BL25",
            "BL02",
        )
        .given("decimalisation_tables = \"plain\""),
        row(
            "restrict_check_values = false",
            "BU012T722313BD3B8162A5EEA063814D008548EA7C91683A716033",
            "BV00D2F5080000000000",
            "BV00D2F5087E213D1B34",
        ),
        row("variable_length_pin_offset = true", offset, "BL02", "BL02088772FFFFFF"),
        row("weak_pin_checking = true", weak, "BL028761", "BL86").given(&*every),
        row(&*every, weak, "BL028761", "BL86").given("weak_pin_checking = true"),
        row("pin_block_formats = [\"01\"]", translate("0303"), "CD00", "CD69"),
        row("pin_block_format_34_output = true", translate("0334"), "CD23", "CD00"),
        row(
            "restrict_pin_block_usage = true",
            format!("CC{TPK}{TPK}120567947FC474E0740103000123456789"),
            "CD00",
            "CD23",
        ),
        row("account_translation = true", "QK0123456789012000123456789401234567890", "QL17", "QL"),
        row(
            "zek_encryption = \"none\"",
            format!("M0001100A{ZEK}0010ABCDEF1234567890"),
            "M100",
            "M135",
        ),
        row(
            "tokens_in_pin_translation = true",
            format!("{};000123456780", translate("0303")),
            "CD15",
            "CD00",
        ),
        row("tokens_in_pin_verification = true", verify, "ED15", "ED00"),
        row("key_type_002_separation = true", "NO01", "NP000", "NP002"),
        row("key_type_002_separation = true", format!("BU022{ZPK}"), "BV10", "BV"),
        row("trusted_format_only = true", format!("A8001{ZMK}{ZPK}U"), "A900U", "A926"),
        row(
            "clock_for_validity = false",
            format!("CW{expired}4123456789012345;8701101"),
            "CXAF",
            "CX00",
        )
        .to(LmkPort::Only(1)),
        row("ensure_lmk_of_port = false", "NC%01", "ND13", "ND00165126"),
        row("ensure_lmk_of_port = false", "NC%00", "ND00268604", "ND00268604"),
        row("ensure_lmk_of_port = false", "NC%01", "ND00165126", "ND00165126").to(LmkPort::Default),
        row("disabled_commands = [\"NC\"]", "NC", "ND00", "ND68"),
    ]
}

#[test]
fn settings_bite() {
    let mut wrong = Vec::new();
    for row in rows() {
        let answers = [row.answer(""), row.answer(&row.change)];
        for (answer, expected) in answers.iter().zip([row.without, row.with]) {
            if !answer.starts_with(expected) {
                wrong.push(format!(
                    "{}: {} answers {answer}, not {expected}",
                    row.change, row.message
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_setting_is_left_out() {
    let known: BTreeSet<String> = rows()
        .iter()
        .flat_map(|row| row.change.parse::<toml::Table>().expect("a setting"))
        .map(|(name, _)| name)
        .chain(
            [AT_THE_CONSOLE.as_slice(), &WITHOUT_EFFECT, &ELSEWHERE, &OF_HMACS]
                .concat()
                .iter()
                .map(|name| (*name).to_owned()),
        )
        .collect();
    let all = toml::Table::try_from(Settings::default()).expect("a table");
    let left_out: Vec<_> = all.keys().filter(|name| !known.contains(*name)).collect();
    assert!(left_out.is_empty(), "no row for {left_out:?}");
}

/// The five settings that PCI HSM asks for, one by one: NO tells what is missing.
#[test]
fn compliance_with_pci_shows_in_no() {
    use appliance::OfficerProof::{Card, Password};
    /// A change, and the digit that it leads to.
    type Breach = (fn(&mut Settings), &'static str);
    let comply = |settings: &mut Settings| {
        settings.authorise_by = Card;
        settings.restrict_pin_block_usage = true;
        settings.key_type_002_separation = true;
        settings.authorisation_time_limit = true;
        settings.multiple_key_components = true;
    };
    let breaches: [Breach; 6] = [
        (|_| {}, "1"),
        (|settings| settings.authorise_by = Password, "2"),
        (|settings| settings.restrict_pin_block_usage = false, "2"),
        (|settings| settings.authorisation_time_limit = false, "2"),
        (|settings| settings.multiple_key_components = false, "2"),
        (|settings| settings.key_type_002_separation = false, "0"),
    ];
    for (breach, digit) in breaches {
        let device = Device::with(|settings| {
            comply(settings);
            breach(settings);
        });
        let answer = device.ask(On::Variant, "NO01");
        assert!(answer.starts_with(&format!("NP00{digit}")), "{answer}");
        // Inferred: the firmware number says it, too.
        let firmware = if digit == "1" { "1500-1001" } else { "1500-0001" };
        for command in ["NC", "NO00"] {
            let answer = device.ask(On::Variant, command);
            assert!(answer.contains(firmware), "{answer}");
        }
    }
}

/// An RSA key of 2048 bits is stronger than a variant LMK of double length.
#[test]
fn rsa_keys_need_a_stronger_lmk() {
    for (allowed, bits, code) in
        [(true, "2048", "00"), (false, "2048", "48"), (false, "1024", "00")]
    {
        let device = Device::with(|settings| settings.stronger_keys_under_2des_lmk = allowed);
        let mut answer = bytes::BytesMut::new();
        device.answer(LmkPort::Only(0), format!("EI2{bits}01").as_bytes(), &mut answer);
        assert_eq!(&answer[..4], format!("EJ{code}").as_bytes(), "{allowed} {bits}");
    }
}
