//! What printing commands refuse. That replies hold what is printed, is tested on paper.

#[path = "device/device.rs"]
mod device;

use appliance::{Authorisations, BatchSize, Category, PrintFormat, State};
use device::{Device, On, Purpose, sealed, sealed_block};

const KEY: &str = "0123456789ABCDEFFEDCBA9876543210";
/// By an independent program: a TMK that begins with `00`.
const EVEN: &str = "U7E4BB5CFDED0ED73994430636DBB281B";
const TMK: Purpose = Purpose::new(*b"002", *b"51");
const ZPK: Purpose = Purpose::new(*b"001", *b"72");
const ACCOUNT: &str = "550000025321";
/// Of the manual, with its check digits.
const REFERENCE: &str = "936125183702";

/// A device with a print format.
fn device(change: impl FnOnce(&mut State)) -> Device {
    Device::in_state(|state| {
        state.printing.format = PrintFormat::new(b"^0 ^P>F").ok();
        change(state);
    })
}

fn check(device: &Device, expected: &[(On, &str, &str)]) {
    for (on, message, reply) in expected {
        assert_eq!(device.ask(*on, message), *reply, "{message} under {on:?}");
    }
}

#[test]
fn keys_are_generated_only_where_they_may_be() {
    let device = device(|_| {});
    check(
        &device,
        &[
            // Key type, scheme, what is missing, what is too much.
            (On::Variant, "A2FFFU", "A304"),
            (On::Variant, "A2999U", "A304"),
            (On::Variant, "A2302U", "A329"),
            (On::Variant, "A20013U", "A326"),
            (On::Variant, "A2001Q", "A326"),
            (On::Variant, "A2001S#72T2Nc1E00", "A326"),
            (On::Variant, "A2001", "A315"),
            (On::Variant, "A2001U;;;;;;;;;;;;;;;;", "A315"),
            (On::Variant, "A2001U~?", "A315"),
            (On::Variant, "A2001U~#72T2Nc1E00", "A315"),
            (On::Variant, "A2001U~%01", "A313"),
            (On::Variant, "NEFFFU", "NF04"),
            (On::Variant, "NE302U", "NF29"),
            (On::Variant, "NE001Q", "NF26"),
            (On::Variant, "NE001S#72T2N00E00", "NF26"),
            (On::Variant, "NE001", "NF15"),
            (On::Variant, "NE001U;;;;;;;;;;;;;;;;", "NF15"),
            (On::Variant, "OC|0U2", "OD15"),
            (On::Variant, "OC|0U", "OD15"),
            (On::Variant, "OC|1U1", "OD26"),
            (On::Variant, "OE|0U", "OF15"),
            (On::Variant, "OE|0S1", "OF26"),
            (On::Variant, "OEFIELD~|0U1", "OF15"),
            // Key blocks: attributes, and the component that they are of.
            (On::KeyBlock, "A2001U~", "A326"),
            (On::KeyBlock, "A2FFFS", "A315"),
            (On::KeyBlock, "A2FFFU~#72T2Nc1E00", "A315"),
            (On::KeyBlock, "A2FFFS~#72T2N00E00", "A3A9"),
            (On::KeyBlock, "A2FFFS~#72T2Nc0E00", "A3A9"),
            (On::KeyBlock, "A2FFFS~#72T2NcAE00", "A3A9"),
            (On::KeyBlock, "A2FFFS~#72T2Xc1E00", "A3A8"),
            (On::KeyBlock, "A2FFFS~#ZZT2Nc1E00", "A3A6"),
            (On::KeyBlock, "A2FFFS~#72T9Nc1E00", "A3A7"),
            (On::KeyBlock, "A2FFFS~#72T2Nc1Q00", "A3AA"),
            (On::KeyBlock, "A2FFFS~#72T2Nc1E01", "A315"),
            (On::KeyBlock, "A2FFFS~#72A3Nc1N00", "A348"),
            (On::KeyBlock, "NE001U~", "NF26"),
            (On::KeyBlock, "NEFFFS~", "NF15"),
            (On::KeyBlock, "NEFFFS~#72T2Nc1E00", "NFA9"),
            (On::KeyBlock, "NEFFFS~#72T2X00E00", "NFA8"),
            (On::KeyBlock, "NEFFFS~#72A3N00N00", "NF48"),
            (On::KeyBlock, "OC", "ODA1"),
            (On::AesKeyBlock, "OE|0U0", "OFA1"),
        ],
    );
}

#[test]
fn single_des_is_refused_where_the_settings_refuse_it() {
    let device = device(|state| state.settings.single_des = false);
    check(
        &device,
        &[
            (On::Variant, "A2001Z", "A327"),
            (On::KeyBlock, "A2FFFS~#72D1Nc1E00", "A327"),
            (On::Variant, "NE001Z", "NF27"),
            (On::Variant, "OC|0Z0", "OD27"),
            (On::Variant, "OE", "OF27"),
            (On::Variant, &format!("TA{}", sealed(On::Variant, TMK, &KEY[..16])), "TB27"),
        ],
    );
}

#[test]
fn nothing_is_printed_without_its_activity() {
    let open = device(|_| {});
    let pin = open.ask(On::Variant, &format!("BA1234FFFFFFFFF{ACCOUNT}"))[4..].to_owned();
    for (message, (category, sub)) in [
        ("A2001U".to_owned(), (Category::Genprint, "001")),
        ("A2000U".to_owned(), (Category::Genprint, "000")),
        ("NE402U".to_owned(), (Category::Genprint, "402")),
        ("OC".to_owned(), (Category::Genprint, "000")),
        ("OE".to_owned(), (Category::Genprint, "002")),
        (format!("TA{}", sealed(On::Variant, TMK, KEY)), (Category::Command, "ta")),
        (format!("OAC{ACCOUNT}"), (Category::Pin, "mailer")),
        (format!("PEC{ACCOUNT}{pin}"), (Category::Pin, "mailer")),
    ] {
        let only = device(|state| {
            state.authorised = Authorisations::default();
            state.authorised.authorise(category, sub);
        });
        let but = device(|state| assert!(state.authorised.cancel(category, sub)));
        for (device, code) in [(&open, "00"), (&only, "00"), (&but, "17")] {
            assert_eq!(&device.ask(On::Variant, &message)[2..4], code, "{message}");
        }
    }
}

#[test]
fn a_tmk_is_printed_if_it_is_one() {
    let device = device(|_| {});
    let print = |key: String| format!("TA{key}FIELD");
    let block = |header: &str| print(sealed_block(On::KeyBlock, header, "", KEY));
    check(
        &device,
        &[
            (On::Variant, &print(sealed(On::Variant, TMK, KEY)), "TB00"),
            (On::Variant, &print(EVEN.to_owned()), "TB10"),
            (On::Variant, &block("0000051TN00N0000"), "TBA1"),
            (On::KeyBlock, &print(sealed(On::Variant, TMK, KEY)), "TBA1"),
            (On::KeyBlock, &block("0000051TN00N0000"), "TB00"),
            (On::KeyBlock, &block("00000K0TN00N0000"), "TB00"),
            (On::KeyBlock, &block("0000072TN00N0000"), "TBA6"),
            (On::KeyBlock, &print(sealed(On::KeyBlock, ZPK, KEY)), "TBA6"),
            (On::Variant, "TAU1750CDFB0757D3B3994430636DBB281", "TB15"),
            (On::Variant, "TA", "TB15"),
        ],
    );
}

#[test]
fn mailers_show_pins_of_their_account() {
    let device = device(|_| {});
    let pin = |on| device.ask(on, &format!("BA1234FFFFFFFFF{ACCOUNT}"))[4..].to_owned();
    let (digits, tagged) = (pin(On::Variant), pin(On::AesKeyBlock));
    let zeros = "0".repeat(13 + 12);
    check(
        &device,
        &[
            (On::Variant, &format!("PED{ACCOUNT}{digits}"), "PF15"),
            (On::Variant, &format!("PEB{ACCOUNT}{digits}"), "PF15"),
            (On::Variant, &format!("PEC{ACCOUNT}{}", &digits[1..]), "PF15"),
            (On::Variant, &format!("PEC55000002532F{digits}"), "PF22"),
            (On::Variant, &format!("PEC{ACCOUNT}{tagged}"), "PF46"),
            (On::AesKeyBlock, &format!("PEC{ACCOUNT}{digits}"), "PF46"),
            (On::AesKeyBlock, &format!("PEC550000025322{tagged}"), "PF14"),
            (On::Variant, &format!("PEC{ACCOUNT}{digits}{}", ";".repeat(16)), "PF15"),
            (On::Variant, &format!("OAD{ACCOUNT}"), "OB15"),
            (On::Variant, &format!("OAB{ACCOUNT}"), "OB15"),
            (On::Variant, "OAC55000002532F", "OB22"),
            (On::Variant, "OAC5500000253", "OB15"),
            (On::Variant, &format!("PG{ACCOUNT}{digits}{zeros}"), "PH01"),
            (On::Variant, &format!("PG{ACCOUNT}{digits}{}", &zeros[1..]), "PH15"),
            (On::Variant, &format!("PG55000002532F{digits}{zeros}"), "PH22"),
            (On::AesKeyBlock, &format!("PG{ACCOUNT}{digits}{zeros}"), "PH46"),
            (On::AesKeyBlock, &format!("PG550000025322{tagged}{zeros}"), "PH14"),
            (On::Variant, &format!("RC{ACCOUNT}000000000000"), "RD01"),
            (On::Variant, &format!("RC{ACCOUNT}00000000000"), "RD15"),
            (On::Variant, &format!("RC{ACCOUNT}00000000000F"), "RD15"),
            (On::Variant, "RC55000002532F000000000000", "RD22"),
        ],
    );
}

#[test]
fn choices_of_pins_are_checked_when_they_come() {
    let device = device(|state| {
        state.settings.pin_length = 6.try_into().expect("a length");
        state.settings.solicitation_batch_size = BatchSize::LEAST;
    });
    let wrong = "936125183712";
    for (command, reply) in [("QA", "QB"), ("QC", "QD")] {
        for (choices, code) in [
            (String::new(), "15"),
            (format!("{REFERENCE}1234"), "15"),
            (format!("{REFERENCE}123;"), "15"),
            (format!("{REFERENCE}123F;"), "15"),
            (format!("{REFERENCE}1234567;"), "15"),
            (format!("{REFERENCE}1234;?"), "15"),
            (format!("{REFERENCE}1234;").repeat(26), "15"),
            (format!("{wrong}1234;"), "30"),
            (format!("{REFERENCE}1234;{wrong}1234;"), "30"),
            (format!("{REFERENCE}1234;%01"), "13"),
        ] {
            let message = format!("{command}{choices}");
            assert_eq!(device.ask(On::Variant, &message), format!("{reply}{code}"), "{message}");
        }
    }
    // So far nothing is kept: a batch of one is complete.
    let reply = device.ask(On::Variant, &format!("QC{REFERENCE}123456;"));
    assert_eq!((&reply[..4], reply.len()), ("QD00", 4 + 10 + 8));
}

#[test]
fn a_batch_that_is_full_takes_no_more_and_can_be_ended() {
    let device = device(|_| {});
    let many = format!("QA{}", format!("{REFERENCE}1234;").repeat(25));
    let taken = (0..99).take_while(|_| device.ask(On::Variant, &many) == "QB00").count();
    assert_eq!(taken * 25, 1_125);
    assert_eq!(device.ask(On::Variant, &many), "QB21");
    for on in [On::AesKeyBlock, On::KeyBlock] {
        let reply = device.ask(on, &many.replacen('A', "C", 1));
        let expected = if on == On::AesKeyBlock { 4 + 1_150 * 44 } else { 4 };
        assert_eq!(reply.len(), expected, "{on:?}");
    }
}

#[test]
fn what_is_no_format_and_no_word_is_refused() {
    let device = device(|_| {});
    let words = "4ZERO3ONE3TWO5THREE4FOUR4FIVE3SIX5SEVEN5EIGHT";
    check(
        &device,
        &[
            (On::Variant, "PC", "PD15"),
            (On::Variant, "PC>X", "PD15"),
            (On::Variant, &format!("PC{}", ">L".repeat(299)), "PD15"),
            (On::Variant, "PA", "PB15"),
            (On::Variant, "PA^G", "PB15"),
            (On::Variant, &format!("PA{}", "x".repeat(300)), "PB15"),
            (On::Variant, &format!("LI{words}"), "LJ15"),
            (On::Variant, &format!("LI{words}5NINE"), "LJ15"),
            (On::Variant, &format!("LI{words}4NINE?"), "LJ15"),
            (On::Variant, &format!("LI{words}GNINE"), "LJ15"),
        ],
    );
}
