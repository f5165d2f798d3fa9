//! What MAC commands refuse.

#[path = "device/device.rs"]
mod device;

use device::{Device, On, Purpose, sealed};

const CLEAR: &str = "0123456789ABCDEFFEDCBA9876543210";

/// Asks messages in which `{tak}`, `{zak}`, `{bdk}`, `{even}` and the keys of `further` stand for keys under the LMK.
fn check(on: On, further: &[(&str, String)], cases: &[(&str, &str)]) {
    let device = Device::with(|_| {});
    let key = |key_type, usage| sealed(on, Purpose::new(key_type, usage), CLEAR);
    let (tak, zak) = (key(*b"003", *b"M3"), key(*b"008", *b"M3"));
    let (bdk, even) = (key(*b"009", *b"B0"), format!("U{}", "0".repeat(32)));
    for (message, expected) in cases {
        let mut text = message
            .replace("{tak}", &tak)
            .replace("{zak}", &zak)
            .replace("{bdk}", &bdk)
            .replace("{even}", &even);
        for (name, key) in further {
            text = text.replace(name, key);
        }
        let reply = device.ask(on, &text);
        assert_eq!(reply.get(2..4), Some(*expected), "{message}: {reply}");
    }
}

#[test]
fn international_commands() {
    check(
        On::Variant,
        &[],
        &[
            ("M600031003{tak}0008A block.", "00"),
            ("M600031008{zak}0008A block.", "00"),
            ("M640031003{tak}0008A block.", "02"),
            ("M603031003{tak}0008A block.", "03"),
            ("M600231003{tak}0008A block.", "04"),
            ("M600021003{tak}0008A block.", "04"),
            ("M600034003{tak}0008A block.", "09"),
            ("M600031001{tak}0008A block.", "05"),
            ("M600031008{tak}0008A block.", "10"),
            ("M600031003{even}0008A block.", "10"),
            ("M600030003{tak}0007A block", "06"),
            ("M600030003{tak}0000", "06"),
            ("M610031003{tak}0007A block", "06"),
            ("M610033003{tak}0008A block.", "09"),
            ("M600031003{tak}0009A block.", "80"),
            ("M600031003{tak}0007A block.", "15"),
            ("M601031003{tak}0003ABC", "15"),
            ("M601031003{tak}0004abcd", "15"),
            ("M620031003{tak}0008A block.", "15"),
            ("M600031003{tak}0008A block.%01", "13"),
            ("M600031FFF{tak}0008A block.", "28"),
            ("M800031003{tak}0008A block.00000000", "01"),
            ("M800131003{tak}0008A block.0000000000000000", "01"),
            ("M800131003{tak}0008A block.00000000", "15"),
            ("M800031003{tak}0008A block.", "15"),
            ("M840031003{tak}0008A block.00000000", "02"),
            ("M800030003{tak}0007A block00000000", "06"),
            ("M800031003{tak}0008A block.0000000000", "15"),
            ("MY00031003{tak}031008{zak}0008A block.00000000", "01"),
            ("MY40031003{tak}031008{zak}0008A block.00000000", "02"),
            ("MY03031003{tak}031008{zak}0008A block.00000000", "03"),
            ("MY00021003{tak}031008{zak}0008A block.00000000", "04"),
            ("MY00031001{tak}031008{zak}0008A block.00000000", "05"),
            ("MY00031003{tak}021008{zak}0008A block.00000000", "07"),
            ("MY00031003{tak}231008{zak}0008A block.00000000", "07"),
            ("MY00031003{tak}031001{zak}0008A block.00000000", "08"),
            ("MY00034003{tak}031008{zak}0008A block.00000000", "09"),
            ("MY00031003{even}031008{zak}0008A block.00000000", "10"),
            ("MY00031003{tak}031008{tak}0008A block.00000000", "11"),
            ("MY00030003{tak}031008{zak}0007A block00000000", "06"),
        ],
    );
}

#[test]
fn international_commands_with_key_blocks() {
    for on in [On::KeyBlock, On::AesKeyBlock] {
        let block =
            |usage, mode| sealed(on, Purpose { mode, ..Purpose::new(*b"003", usage) }, CLEAR);
        let device = Device::with(|_| {});
        let hmac = device.ask(on, "L0FFFF003204#63H0C00E00");
        let hmac = format!("S{}", hmac.strip_prefix("L100FFFF").expect("a key"));
        check(
            on,
            &[
                ("{pin}", block(*b"72", b'N')),
                ("{generates}", block(*b"M3", b'G')),
                ("{verifies}", block(*b"M3", b'V')),
                ("{cbc}", block(*b"M1", b'C')),
                ("{cmac}", block(*b"M6", b'C')),
                ("{hmac}", hmac),
            ],
            &[
                ("M600031FFF{tak}0008A block.", "00"),
                ("M600031003{tak}0008A block.", "00"),
                ("M600031FFF{generates}0008A block.", "00"),
                ("M600031FFF{verifies}0008A block.", "A8"),
                ("M600031FFF{pin}0008A block.", "A6"),
                ("M600031FFF{cbc}0008A block.", "A6"),
                ("M600011FFF{tak}0008A block.", "A6"),
                ("M600060FFF{tak}0008A block.", "A6"),
                ("M600060FFF{cmac}0008A block.", "00"),
                ("M600031FFF{hmac}0008A block.", "A6"),
                ("M800031FFF{verifies}0008A block.00000000", "01"),
                ("M800031FFF{generates}0008A block.00000000", "A8"),
                ("MY00031FFF{verifies}031FFF{generates}0008A block.00000000", "01"),
                ("MY00031FFF{generates}031FFF{generates}0008A block.00000000", "A8"),
                ("MY00031FFF{verifies}031FFF{verifies}0008A block.00000000", "A8"),
                ("MA{verifies}A block.", "A8"),
                ("MA{generates}A block.", "00"),
                ("MC{generates}00000000A block.", "A8"),
                ("ME{verifies}{verifies}00000000A block.", "A8"),
                ("MQ0{verifies}008A block.", "A8"),
                ("MS0010{verifies}0008A block.", "A8"),
                ("MU0{verifies}008A block.", "A8"),
                ("MW0{generates}00000000008A block.", "A8"),
                ("C20010{verifies}0008A block.", "A8"),
                ("C40010{generates}0008A block.00000000", "A8"),
                ("C20000{tak}0008A block.", "A6"),
                ("LK{verifies}8A block.", "A8"),
                ("LM{generates}800000000A block.", "A8"),
                ("MA{pin}A block.", "A6"),
                ("MA{hmac}A block.", "A6"),
            ],
        );
    }
}

#[test]
fn older_commands() {
    check(
        On::Variant,
        &[],
        &[
            ("MA{tak}A block.", "00"),
            ("MA{tak}", "00"),
            ("MA{even}A block.", "10"),
            ("MA{zak}A block.", "10"),
            ("MA{tak}A block.~%01", "13"),
            ("MC{tak}00000000A block.", "01"),
            ("MC{tak}0000000GA block.", "15"),
            ("MC{even}00000000A block.", "10"),
            ("ME{tak}{tak}00000000A block.", "01"),
            ("ME{even}{tak}00000000A block.", "10"),
            ("ME{tak}{even}00000000A block.", "11"),
            ("MK{tak}008A block.", "00"),
            ("MK{tak}000", "80"),
            ("MK{tak}009A block.", "80"),
            ("MK{tak}007A block.", "15"),
            ("MK{even}008A block.", "10"),
            ("MM{tak}00000000008A block.", "01"),
            ("MM{tak}00000000000", "80"),
            ("MO{tak}{tak}00000000008A block.", "01"),
            ("MO{tak}{even}00000000008A block.", "11"),
            ("MQ0{zak}008A block.", "00"),
            ("MQ4{zak}008A block.", "05"),
            ("MQ0{tak}008A block.", "10"),
            ("MQ1{zak}007A block", "80"),
            ("MQ2{zak}008A block.", "15"),
            ("MS0010{tak}0008A block.", "00"),
            ("MS4010{tak}0008A block.", "05"),
            ("MS0210{tak}0008A block.", "04"),
            ("MS0020{tak}0008A block.", "06"),
            ("MS0012{tak}0008A block.", "03"),
            ("MS0000{tak}0008A block.", "27"),
            ("MS0110{tak}0008A block.", "10"),
            ("MS1010{tak}0007A block", "80"),
            ("MS0010{tak}0009A block.", "80"),
            ("MU0{tak}008A block.", "00"),
            ("MU4{tak}008A block.", "15"),
            ("MU1{tak}007A block", "80"),
            ("MU2{tak}008A block.", "15"),
            ("MU0{even}008A block.", "10"),
            ("MW0{tak}00000000008A block.", "01"),
            ("MW3{tak}0000000000000000000000000008A block.", "80"),
            ("MW1{tak}008A block.", "00"),
        ],
    );
}

#[test]
fn other_commands() {
    check(
        On::Variant,
        &[],
        &[
            ("C20010{tak}0008A block.", "00"),
            ("C24010{tak}0008A block.", "05"),
            ("C20410{tak}0008A block.", "04"),
            ("C20040{tak}0008A block.", "15"),
            ("C20012{tak}0008A block.", "03"),
            ("C20110{tak}0008A block.", "10"),
            ("C21010{tak}0007A block", "80"),
            ("C40010{tak}0008A block.00000000", "01"),
            ("C40020{tak}0008A block.0000000000000000", "01"),
            ("C40020{tak}0008A block.00000000", "15"),
            ("LK{tak}8A block.", "00"),
            ("LK{tak}0A block.", "15"),
            ("LK{tak}DA block.", "15"),
            ("LK{even}8A block.", "10"),
            ("LM{tak}CAAAAAAAAAAAAA block.", "15"),
            ("LM{tak}C000000000000A block.", "01"),
            ("GW41{bdk}605FFFF9876543210E000010008A block.", "00"),
            ("GW11{bdk}605FFFF9876543210E0000100000000000000000008A block.", "01"),
            ("GW21{bdk}605FFFF9876543210E00001000000000008A block.", "01"),
            ("GW71{bdk}605FFFF9876543210E000010008A block.", "15"),
            ("GW43{bdk}605FFFF9876543210E000010008A block.", "15"),
            ("GW41{even}605FFFF9876543210E000010008A block.", "10"),
            ("GW41{tak}605FFFF9876543210E000010008A block.", "10"),
            ("GW41{bdk}60GFFFF9876543210E000010008A block.", "15"),
            ("GW41{bdk}605FFFF9876543210E000010009A block.", "80"),
        ],
    );
}
