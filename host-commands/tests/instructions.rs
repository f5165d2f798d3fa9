//! Instructions of a command, set against those of the cryptography in it, and of answers that must not be told apart.
//!
//! Valgrind counts them, the same number on every machine; without it nothing is counted. A command
//! that takes more than its limit fails the run in a release build, where alone the figures count:
//! `cargo test --release -p host-commands --test instructions`.

#![expect(clippy::print_stdout, reason = "a table is what it is for")]

#[path = "instructions/alike.rs"]
mod alike;
#[path = "device/device.rs"]
mod device;
#[path = "pin/table.rs"]
mod table;

use std::{
    env, fs,
    process::{Command, ExitCode},
    sync::Arc,
};

use appliance::{Appliance, Randomness, State};
use bytes::BytesMut;
use host_commands::{Host, LmkPort, UnknownCommand};

/// Instructions that a command may take for each one of its floor.
const LIMIT: f64 = 1.3;

/// The same with AES keys: in hardware they take less than to read the message.
const LIMIT_OF_AES: f64 = 2.0;

/// Repetitions between which the difference is taken, so that the start of the program does not count.
const FEWER: u32 = 200;
const MORE: u32 = 1200;

/// What cryptography takes, in instructions of a table DES, of AES in hardware, and of digits by a table.
///
/// Measured once and fixed: a slower engine here does not lower the bar.
mod price {
    pub(super) const DES_BLOCK: u32 = 636;
    pub(super) const DES_SCHEDULE: u32 = 885;
    pub(super) const AES_BLOCK: u32 = 46;
    pub(super) const AES_SCHEDULE: u32 = 255;
    pub(super) const DIGIT: u32 = 4;
}

/// The least work of a command. The LMK is expanded once, so it costs no schedule.
#[derive(Clone, Copy, Default)]
struct Floor {
    /// Blocks of single DES; one of triple DES is three.
    des_blocks: u32,
    /// Key schedules of single DES.
    des_schedules: u32,
    aes_blocks: u32,
    aes_schedules: u32,
    /// Hexadecimal digits read or written.
    digits: u32,
}

impl Floor {
    const fn des(des_blocks: u32, des_schedules: u32, digits: u32) -> Self {
        Self { des_blocks, des_schedules, aes_blocks: 0, aes_schedules: 0, digits }
    }

    const fn aes(self, aes_blocks: u32, aes_schedules: u32) -> Self {
        Self { aes_blocks, aes_schedules, ..self }
    }

    const fn limit(self) -> f64 {
        if self.aes_blocks > 0 { LIMIT_OF_AES } else { LIMIT }
    }

    fn instructions(self) -> u32 {
        self.des_blocks * price::DES_BLOCK
            + self.des_schedules * price::DES_SCHEDULE
            + self.aes_blocks * price::AES_BLOCK
            + self.aes_schedules * price::AES_SCHEDULE
            + self.digits * price::DIGIT
    }
}

/// A command, made with the help of the appliance that will answer it, and its floor.
struct Row {
    name: &'static str,
    request: fn(&Desk) -> String,
    floor: Floor,
}

const ROWS: &[Row] = &[
    // Four blocks under the LMK, two keys, a PIN block in and out.
    Row {
        name: "CC",
        request: |desk| {
            let (from, to) = (desk.key("A00001U"), desk.key("A00001U"));
            let block = desk.pin_block(&from);
            format!("CC{from}{to}12{block}0101{ACCOUNT}")
        },
        floor: Floor::des(18, 4, 160),
    },
    // A CVK pair; single DES and triple DES over the card.
    Row {
        name: "CW",
        request: |desk| format!("CW{}4123456789012345;8701101", desk.key("A00402U")),
        floor: Floor::des(10, 2, 64),
    },
    // A TAK; the blocks and the end of a retail MAC.
    Row {
        name: "M6",
        request: |desk| format!("M600031003{}0100{}", desk.key("A00003U"), "TEXT".repeat(64)),
        floor: Floor::des(6 + 32 + 2, 2, 48),
    },
    // A key to the LMK and its check value.
    Row { name: "A0", request: |_| "A00001U".to_owned(), floor: Floor::des(9, 2, 38) },
    // A key from the LMK and its check value.
    Row {
        name: "BU",
        request: |desk| format!("BU011{};001", desk.key("A00001U")),
        floor: Floor::des(9, 2, 38),
    },
    // Two keys from the LMK, one under two variants of the other, its check value.
    Row {
        name: "A8",
        request: |desk| format!("A8001{}{}U", desk.key("A00000U"), desk.key("A00001U")),
        floor: Floor::des(12 + 6 + 3, 2 + 4, 102),
    },
    // The same the other way round.
    Row {
        name: "A6",
        request: |desk| {
            let (zmk, zpk) = (desk.key("A00000U"), desk.key("A00001U"));
            let exported = desk.answer(&format!("A8001{zmk}{zpk}U"))[..33].to_owned();
            format!("A6001{zmk}{exported}U")
        },
        floor: Floor::des(12 + 6 + 3, 2 + 4, 102),
    },
    // As A8, as A6, and as both with a key that is made.
    Row {
        name: "GC",
        request: |desk| format!("GC{}{};UU1", desk.key("A00000U"), desk.key("A00001U")),
        floor: Floor::des(12 + 6 + 3, 2 + 4, 102),
    },
    Row {
        name: "FA",
        request: |desk| {
            let (zmk, zpk) = (desk.key("A00000U"), desk.key("A00001U"));
            let exported = desk.answer(&format!("A8001{zmk}{zpk}U"))[..33].to_owned();
            format!("FA{zmk}{exported};UU1")
        },
        floor: Floor::des(12 + 6 + 3, 2 + 4, 102),
    },
    Row {
        name: "IA",
        request: |desk| format!("IA{};UU1", desk.key("A00000U")),
        floor: Floor::des(12 + 6 + 3, 2 + 4, 102),
    },
    // Two components and a key.
    Row {
        name: "A4",
        request: |desk| format!("A42001U{}{}", desk.key("A00001U"), desk.key("A00001U")),
        floor: Floor::des(18 + 3, 2, 102),
    },
    // A key from the LMK and its check value.
    Row {
        name: "KA",
        request: |desk| format!("KA{}01;001", desk.key("A00001U")),
        floor: Floor::des(9, 2, 38),
    },
    // Two keys, a PIN block and a PVV.
    Row {
        name: "EC",
        request: |desk| {
            let (zpk, pvk) = (desk.key("A00001U"), desk.key("A00002U"));
            let block = desk.pin_block(&zpk);
            let pvv = desk.answer(&format!("FW001{zpk}{pvk}{block}01{ACCOUNT}1"));
            format!("EC{zpk}{pvk}{block}01{ACCOUNT}1{pvv}")
        },
        floor: Floor::des(18, 4, 84),
    },
    // A master key, the key of a card, the blocks and the end of a retail MAC.
    Row {
        name: "KQ",
        request: |_| format!("KQ00{MK_AC}1234567801ABCD28{TRANSACTION}00003677;##%6hh+w"),
        floor: Floor::des(6 + 6 + 5 + 2, 2 + 2, 34),
    },
    // The same, a session key and the answer.
    Row {
        name: "KW",
        request: |_| format!("KW12{MK_AC}123456780128{TRANSACTION}00004034;dlo!~_gb00"),
        floor: Floor::des(6 + 6 + 6 + 5 + 2 + 3, 2 + 2 + 2, 34),
    },
    // A master key, the key of a card; single DES and triple DES over the card.
    Row {
        name: "PM",
        request: |_| {
            "PM00U7475636CC30B93B493CF5EA53799EBCCA4123456789012345;2812101000017493".to_owned()
        },
        floor: Floor::des(6 + 6 + 4, 2 + 2, 64),
    },
    // A key block opened and sealed again.
    Row {
        name: "CS S0",
        request: |desk| {
            let block = desk.answer("A00FFFS%01#72T2N00S00")[..73].to_owned();
            format!("CS{block}ES;E")
        },
        floor: Floor::des(2 * 3 * (5 + 3), 0, 2 * 56),
    },
    // A key block of AES: CMAC over header and key, two blocks decrypted; a check value.
    Row {
        name: "BU S1",
        request: |desk| {
            let block = desk.answer("A00FFFS%02#72T2N00S00")[..97].to_owned();
            format!("BUFFF{block};FFF;001")
        },
        floor: Floor::des(3, 2, 86).aes(5, 0),
    },
    // A key block of triple DES: CBC-MAC over header and key, three blocks decrypted; a check value.
    Row {
        name: "BU S0",
        request: |desk| {
            let block = desk.answer("A00FFFS%01#72T2N00S00")[..73].to_owned();
            format!("BUFFF{block};FFF;001")
        },
        floor: Floor::des(3 * (5 + 3) + 3, 2, 62),
    },
];

const ACCOUNT: &str = "400000123456";

/// MK-AC BCB92C3E3EF46EF2EF5B3E76C25E94E5 under the LMK.
const MK_AC: &str = "UEAD8B398C19F060A84C7ADDD9D9AFDE4";

/// Transaction data but for eight digits, by which an independent model finds a cryptogram that is text.
const TRANSACTION: &str = "TRANSACTION DATA OF FORTY BYTES ";

/// An appliance without message headers, the same in every run.
struct Desk(Host);

impl Desk {
    fn new() -> Self {
        let appliance = Appliance::new(State::development(), Randomness::from_seed(1));
        Self(Host::new(Arc::new(appliance), 0, UnknownCommand::Disabled))
    }

    /// What follows error code 00, if it is text.
    fn answer(&self, request: &str) -> String {
        let mut out = BytesMut::new();
        self.0.answer(LmkPort::Default, request.as_bytes(), &mut out);
        let reply = String::from_utf8_lossy(&out);
        assert_eq!(&reply[2..4], "00", "{request} answered {reply}");
        reply[4..].to_owned()
    }

    /// A key in scheme U.
    fn key(&self, generate: &str) -> String {
        self.answer(generate)[..33].to_owned()
    }

    /// A random PIN under a ZPK.
    fn pin_block(&self, zpk: &str) -> String {
        let pin = self.answer(&format!("JA{ACCOUNT}04"));
        self.answer(&format!("JG{zpk}01{ACCOUNT}{pin}"))
    }
}

/// Answers a request many times: what valgrind looks at. `name` is that of a row, or a command and a PIN field.
fn repeat(name: &str, times: u32) {
    if let Some((command, field)) = name.split_once(':') {
        return alike::repeat(command, field, times);
    }
    let row = ROWS.iter().find(|row| row.name == name).expect("the name of a row");
    let desk = Desk::new();
    let request = (row.request)(&desk);
    desk.answer(&request);
    let mut out = BytesMut::with_capacity(1024);
    for _ in 0..times {
        out.clear();
        desk.0.answer(LmkPort::Default, request.as_bytes(), &mut out);
    }
}

/// Instructions of one answer.
fn counted(name: &str) -> u64 {
    (of_run(name, MORE) - of_run(name, FEWER)) / u64::from(MORE - FEWER)
}

/// Instructions of a whole run of this program.
fn of_run(name: &str, times: u32) -> u64 {
    let file = env::temp_dir().join(format!("instructions-{}-{times}", std::process::id()));
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--log-file=/dev/null"])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(env::current_exe().expect("this program"))
        .args([name, &times.to_string()])
        .status()
        .expect("valgrind runs");
    assert!(status.success(), "{name} fails under valgrind");
    let report = fs::read_to_string(&file).expect("its report");
    fs::remove_file(&file).expect("it was ours");
    let totals = report.lines().find_map(|line| line.strip_prefix("totals: "));
    totals.and_then(|count| count.trim().parse().ok()).expect("a total")
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [name, times] = &arguments[..]
        && let Ok(times) = times.parse()
    {
        repeat(name, times);
        return ExitCode::SUCCESS;
    }
    let has_valgrind = Command::new("valgrind").arg("--version").output().is_ok();
    if cfg!(debug_assertions) || !has_valgrind {
        println!("instructions are counted in a release build, with valgrind: skipped");
        return ExitCode::SUCCESS;
    }
    let mut failed = 0;
    println!("command   floor  counted  ratio  limit");
    for row in ROWS {
        let each = u32::try_from(counted(row.name)).expect("some thousands");
        let floor = row.floor.instructions();
        let ratio = f64::from(each) / f64::from(floor);
        let limit = row.floor.limit();
        failed += u8::from(ratio > limit);
        println!("{:<7}{floor:>8}{each:>9}{ratio:>7.2}{limit:>7.1}", row.name);
    }
    println!("command  answers to what holds no right PIN, which may differ by {}", alike::LIMIT);
    for command in alike::commands() {
        let each = alike::FIELDS.map(|(_, field)| counted(&format!("{command}:{field}")));
        let differ = each.iter().max().zip(each.iter().min()).map(|(most, least)| most - least);
        failed += u8::from(differ > Some(alike::LIMIT));
        println!("{command:<7}{each:?}");
    }
    println!("{failed} failed");
    ExitCode::from(failed)
}
