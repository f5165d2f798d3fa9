//! Every error code of key blocks: the messages that provoke it, or why none can.

#[path = "device/device.rs"]
mod device;

use std::collections::BTreeSet;

use device::{Device, On, Purpose, sealed, sealed_block, tr31_block, zmk};
use host_commands::LmkPort;

const CLEAR: &str = "0123456789ABCDEFFEDCBA9876543210";
const CARD: &str = "4123456789012345;8701101";
const OTHER: &str = "1010101010101010FEFEFEFEFEFEFEFE";
const PAYLOAD: [u8; 16] = *b"\x13\x13\x13\x13\x13\x13\x13\x13\x15\x15\x15\x15\x15\x15\x15\x15";
const CVK: &str = "00000C0TN00E0000";

/// Codes that no message provokes, and why.
const UNPROVOKED: &[(&str, &str)] = &[
    ("84", "a check value in a key block of another maker, which this device does not read"),
    ("B2", "every fault that is known has a code of its own"),
    ("BD", "no command is known that compares the types of two keys"),
];

/// Messages for the ports of an LMK, each with the code that answers it.
#[expect(clippy::too_many_lines, reason = "a table")]
fn at_one_lmk() -> Vec<(On, String, &'static str)> {
    let mut all = Vec::new();
    for on in [On::KeyBlock, On::AesKeyBlock] {
        let cvk = sealed_block(on, CVK, "", CLEAR);
        let with = |header: &str, optional: &str| sealed_block(on, header, optional, CLEAR);
        let use_it = |key: &str| format!("CW{key}{CARD}");
        let changed = |at: usize, text: &str| {
            let mut key = cvk.clone();
            key.replace_range(at..at + text.len(), text);
            key
        };
        // Positions in a header count its scheme tag.
        let last = cvk.len() - 1;
        let flipped = if cvk.ends_with('0') { "1" } else { "0" };
        let variant = sealed(On::Variant, Purpose::new(*b"402", *b"C0"), CLEAR);
        let other = if on == On::KeyBlock { On::AesKeyBlock } else { On::KeyBlock };
        let (clear_zmk, transport) = zmk(on);
        let tr31 =
            |header: &str, optional: &str| tr31_block(&clear_zmk, header, optional, &PAYLOAD);
        let import = |key: &str| format!("A6FFF{transport}{key}S");
        let make = |attributes: &str| format!("A00FFFS#{attributes}");
        let export = |key: &str, tail: &str| format!("A8FFF{transport}{key}{tail}");
        let zeros = |count: usize| "0".repeat(count);
        let form = |headers: [&str; 2], optional: [&str; 2]| {
            let header = |at: usize| format!("00000{}0000", headers[at]);
            let first = sealed_block(on, &header(0), optional[0], CLEAR);
            let second = sealed_block(on, &header(1), optional[1], OTHER);
            format!("A42FFFS{first}{second}#0000")
        };
        all.extend([
            (on, use_it(&cvk), "00"),
            (On::Variant, use_it(&cvk), "A1"),
            (on, use_it(&variant), "A1"),
            (on, format!("CS{variant}MN;B"), "A1"),
            (on, use_it(&sealed_block(other, CVK, "", CLEAR)), "A2"),
            (on, use_it(&changed(15, "FF")), "A2"),
            (on, use_it(&changed(last, flipped)), "A4"),
            (on, use_it(&changed(12, "S")), "A4"),
            (on, import(&tr31("B0000C0DN00E0000", "")), "A5"),
            (on, use_it(&with("00000V2TN00E0000", "")), "A6"),
            (on, make("Z0T2N00E00"), "A6"),
            (on, export(&with("00000K0TN00S0000", ""), "U"), "A6"),
            (on, use_it(&changed(8, "A")), "A7"),
            (on, make("P0T4N00E00"), "A7"),
            (on, make("C0X1N00E00"), "A7"),
            (on, use_it(&with("00000C0TV00E0000", "")), "A8"),
            (on, make("P0T2G00E00"), "A8"),
            (on, make("P0T2?00E00"), "A8"),
            (on, use_it(&with("00000C0TNc1E0000", "")), "A9"),
            (on, use_it(&changed(10, "c0")), "A9"),
            (on, make("P0T2Nc0E00"), "A9"),
            (on, export(&with("00000P0TN00N0000", ""), "S"), "AA"),
            (on, export(&cvk, "U"), "AA"),
            (on, make("P0T2N00X00"), "AA"),
            (on, use_it(&changed(13, "0X")), "AB"),
            (on, use_it(&changed(13, "01")), "AC"),
            (on, make("P0T2N00E01KS0"), "15"),
            (on, make("P0T2N00E01KS03"), "AC"),
            (on, make("P0T2N00E01KS0G"), "AC"),
            (on, make("P0T2N00E01XX05A"), "AC"),
            (on, make("P0T2N00E01LB0005001A"), "AC"),
            (on, make("P0T2N00E010005X"), "AD"),
            (on, use_it(&with(CVK, "0005P")), "AD"),
            (on, use_it(&with(CVK, "0005E")), "AD"),
            (on, use_it(&with(CVK, "0005R")), "AD"),
            (on, use_it(&with(CVK, "0005?")), "AD"),
            (on, use_it(&with(CVK, "0005T")), "00"),
            (on, make("P0T2N00E01030E2030:01:01"), "AE"),
            (on, use_it(&with(CVK, "03112999:12:31:23")), "AE"),
            (on, use_it(&with(CVK, "03111999:12:31:23")), "00"),
            (on, make("P0T2N00E0104112030:02:30:24"), "AF"),
            (on, use_it(&with(CVK, "04111999:12:31:23")), "AF"),
            (on, use_it(&with(CVK, "TE1319991231235959Z")), "AF"),
            (on, use_it(&with(CVK, "04112999:12:31:23")), "00"),
            (on, make("P0T2N00E01010600"), "B0"),
            (on, make("P0T2N00E01020600"), "B1"),
            (on, make(&format!("P0T2N00E09{}", "LB04".repeat(9))), "B3"),
            (
                on,
                format!("{}#C007{}", import(&tr31("B0000C0TN00E0000", "")), "LB04".repeat(7)),
                "B3",
            ),
            (on, make("P0T2N00E01KS05A"), "B4"),
            (on, make("P0T2N00E01PB05A"), "B4"),
            (on, make("P0T2N00E01HM0621"), "B4"),
            (on, make("P0T2N00E01KC0C00000000"), "B4"),
            (on, format!("{}#C001KV080000", import(&tr31("B0000C0TN00E0000", ""))), "B4"),
            (on, form(["C0TNc1E", "C0TNc2E"], ["", ""]), "00"),
            (on, form(["C0TNc1E", "V2TNc2E"], ["", ""]), "B5"),
            (on, form(["C0TNc1E", "C0TCc2E"], ["", ""]), "B5"),
            (on, form(["C0TNc1E", "C0TNc2S"], ["", ""]), "B5"),
            (on, form(["C0TNc1E", "C0TNc1E"], ["", ""]), "B5"),
            (on, form(["C0TNc1E", "C0TNc2E"], ["0005L", "0005T"]), "B6"),
            (on, form(["C0TNc1E", "C0TNc2E"], ["0005L", ""]), "B6"),
            (on, format!("CS{cvk}QN;B"), "B7"),
            (on, format!("CS{cvk}MB;E"), "B8"),
            (on, format!("CS{cvk}MN;X"), "B9"),
            (on, format!("CS{cvk}SL;E"), "BA"),
            // A DES key can protect neither an AES key block nor an AES key.
            (on, export(&cvk, "R!D"), "BB"),
            (on, export(&cvk, "R!E"), "BB"),
            (on, import(&format!("RD0112C0TN00E0000{}", zeros(96))), "BB"),
            (on, import(&tr31("B0000P0AB00E0000", "")), "BB"),
            (on, make("P0T2N00E02LB05ALB05A"), "BC"),
            (on, format!("{}#C001LB05A", import(&tr31("B0000C0TN00E0000", "LB08LABE"))), "BC"),
            (on, export(&cvk, "R!F"), "BE"),
            (on, use_it(&changed(1, "2")), "BE"),
            (on, import(&format!("R00072C0TN00E0000{}", zeros(56))), "BE"),
            (on, use_it(&changed(20, "G")), "83"),
            (on, use_it(&changed(20, "a")), "83"),
            (on, use_it(&format!("{}0", changed(2, &format!("{:04}", cvk.len())))), "83"),
        ]);
    }
    all
}

#[test]
fn each_code_has_its_messages() {
    let device = Device::with(|_| {});
    let mut provoked = BTreeSet::new();
    for (on, message, code) in at_one_lmk() {
        let reply = device.ask(on, &message);
        assert_eq!(reply.get(2..4), Some(code), "{on:?} {message}: {reply}");
        provoked.insert(code);
    }
    let [first, second] =
        [On::KeyBlock, On::AesKeyBlock].map(|on| sealed_block(on, "00000K0TN00E0000", "", CLEAR));
    let reply = device.ask_at(LmkPort::Default, &format!("A8FFF{first}{second}S"));
    assert_eq!(reply, "A9A3");
    provoked.insert("A3");

    let of_key_blocks = |code: &String| {
        matches!(code.as_bytes(), [b'A', _] | [b'B', b'0'..=b'9' | b'A'..=b'E'])
            || code.starts_with("83")
            || code.starts_with("84")
    };
    let all: BTreeSet<String> = host_commands::error::all()
        .map(|(code, _)| code.to_string())
        .filter(of_key_blocks)
        .collect();
    assert!(all.len() > 30, "{all:?}");
    for code in &all {
        let excused = UNPROVOKED.iter().any(|(known, why)| known == code && !why.is_empty());
        assert_ne!(provoked.contains(&code[..]), excused, "{code}");
    }
}
