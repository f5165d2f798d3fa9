//! Keys that travel under public keys.

use crate::keys::{check_value, export, import};
use crate::{Device, On, Pair, ask, code, counted, shown};

fn fields<'r>(reply: &'r [u8], start: &[u8]) -> &'r [u8] {
    reply.strip_prefix(start).unwrap_or_else(|| panic!("{}", shown(reply)))
}

/// What becomes of keys in key blocks: usage, algorithm, mode, and what GK answers.
#[test]
fn keys_in_key_blocks_leave_by_their_exportability_and_come_with_attributes() {
    let device = Device::with(|_| ());
    for (on, attributes, right) in [
        (On::KeyBlock, "P0T2N00S00", "00"),
        (On::KeyBlock, "P0T3B00S00", "00"),
        (On::KeyBlock, "P0D1N00S00", "00"),
        (On::KeyBlock, "P0T2N00E00", "AA"),
        (On::KeyBlock, "P0T2N00N00", "AA"),
        (On::KeyBlock, "K0T2N00S00", "A6"),
        (On::AesKeyBlock, "P0A1N00S00", "00"),
        (On::AesKeyBlock, "P0A2N00S00", "00"),
        (On::AesKeyBlock, "M6A3C00S00", "00"),
        (On::AesKeyBlock, "P0T2N00S00", "00"),
    ] {
        let pair = Pair::new(&device, on, '1', 768);
        let known = pair.known(&device, on);
        let key = device.key_of(on, &format!("A00FFFS#{attributes}"));
        let check = check_value(&device, on, &key);
        let reply = ask(&device, on, &export(on, &key, &check, &known));
        assert_eq!(String::from_utf8_lossy(&reply[2..4]), right, "{on:?} {attributes}");
        if right != "00" {
            continue;
        }
        let message = [
            b"GI0101FFFF",
            fields(&reply, b"GL00"),
            b";",
            &pair.place(),
            format!(";0S1=03#{attributes}").as_bytes(),
        ]
        .concat();
        let reply = ask(&device, on, &message);
        let back = String::from_utf8(fields(&reply, b"GJ00").to_vec()).expect("text");
        let (back, shortened) = back.split_at(back.len() - 6);
        assert_eq!(check_value(&device, on, back), check, "{on:?} {attributes}");
        assert_eq!(shortened, &check[..6]);
        assert_eq!(back[6..8], attributes[..2]);
    }
}

#[test]
fn hmac_keys_travel_in_key_blocks() {
    let (device, on) = (Device::with(|_| ()), On::AesKeyBlock);
    let pair = Pair::new(&device, on, '1', 768);
    let reply = device.ask(on, "L0FFFF003204#63H0C00S00");
    let key = reply.strip_prefix("L100FFFF").unwrap_or_else(|| panic!("{reply}"));
    // Their check value is a matter of this product: it is not known, so any other tells it apart.
    let request = |check: &str| {
        let head = format!("GK0101FFFFFS{key}{check}");
        [head.as_bytes(), &pair.known(&device, on), b";03"].concat()
    };
    let check = check_value(&device, on, &format!("S{key}"));
    assert_eq!(code(&device, on, &request("0123456789ABCDEF")), "84");
    let reply = ask(&device, on, &request(&check));
    let import = |header: &str| {
        let encrypted = fields(&reply, b"GL00");
        [b"GI0101FFFF", encrypted, b";", &pair.place(), header.as_bytes()].concat()
    };
    assert_eq!(code(&device, on, &import(";0S1=03#63H0C00S00")), "00");
    assert_eq!(code(&device, on, &import(";0S1=03#P0H0C00S00")), "A6");
}

/// Every way of padding, every block, with a signature or without; both sides of the device agree.
#[test]
fn every_way_brings_a_key_back() {
    let (device, on) = (Device::with(|_| ()), On::Variant);
    let pair = Pair::new(&device, on, '2', 1024);
    let known = pair.known(&device, on);
    let key = device.key_of(on, "A00001T");
    let check = check_value(&device, on, &key);
    let signatures = ["0101010003A;B;0002;;;", "0601040000;0000;", "010102010100;0000;0001=;"];
    for padding in ["01", "02010100;", "020106055;\x19%&;", "02010503abc;"] {
        for block in
            ["", "=01", "=03", "=020040                                        ;0002080030"]
        {
            for signature in [None, Some(signatures[0]), Some(signatures[1]), Some(signatures[2])] {
                let group = signature.map(|how| [b"=", how.as_bytes(), &pair.place()].concat());
                let message = [
                    format!("GK01{padding}0600").as_bytes(),
                    group.as_deref().unwrap_or_default(),
                    format!("2{key}{check}").as_bytes(),
                    &known,
                    block.replacen('=', ";", 1).as_bytes(),
                ]
                .concat();
                let reply = ask(&device, on, &message);
                let mut rest = fields(&reply, b"GL00");
                if matches!(block, "" | "=01") {
                    rest = &rest[16..];
                }
                let (encrypted, signed) = rest.split_at(4 + 128);
                let group = signature.map(|how| {
                    let signature = fields(signed, b"=");
                    [b"=", how.as_bytes(), signature, b";", &known, b";"].concat()
                });
                let message = [
                    format!("GI01{padding}0600").as_bytes(),
                    group.as_deref().unwrap_or_default(),
                    encrypted,
                    b";",
                    &pair.place(),
                    b";0T0",
                    block.as_bytes(),
                ]
                .concat();
                let reply = ask(&device, on, &message);
                let back = shown(fields(&reply, b"GJ00"));
                assert!(back.ends_with(&format!("{key}{check}")), "{padding} {block}: {back}");
            }
        }
    }
}

#[test]
fn a_signed_key_is_only_taken_from_whom_it_should_come() {
    let (device, on) = (Device::with(|_| ()), On::Variant);
    let (own, signer) = (Pair::new(&device, on, '1', 768), Pair::new(&device, on, '0', 768));
    let (own_known, signer_known) = (own.known(&device, on), signer.known(&device, on));
    let key = device.key_of(on, "A00001U");
    let check = check_value(&device, on, &key);
    let head = format!("1{key}{check}");
    let group = [b"GK01010600=0601010000;0000;", &signer.place()[..], head.as_bytes()].concat();
    let reply = ask(&device, on, &[&group, &own_known[..], b";03"].concat());
    let (encrypted, signature) = fields(&reply, b"GL00").split_at(4 + 96);
    let import = |signature: &[u8], known: &[u8], frame: &str| {
        let signature = &signature[1..];
        let group = [b"GI01010600=060101", frame.as_bytes(), signature, b";", known, b";"].concat();
        [&group, encrypted, b";", &own.place(), b";0U1=03"].concat()
    };
    let right = import(signature, &signer_known, "0000;0000;");
    assert_eq!(code(&device, on, &right), "00");
    assert_eq!(code(&device, on, &import(signature, &signer_known, "0001A;0000;")), "02");
    assert_eq!(code(&device, on, &import(signature, &own_known, "0000;0000;")), "02");
    let mut forged = signer_known.clone();
    forged[0] ^= 1;
    assert_eq!(code(&device, on, &import(signature, &forged, "0000;0000;")), "01");
    let mut wrong = signature.to_vec();
    wrong[20] ^= 1;
    assert_eq!(code(&device, on, &import(&wrong, &signer_known, "0000;0000;")), "02");
    let signs = [b"GK01010600=0601010000;0000;", &own.place()[..], head.as_bytes()].concat();
    assert_eq!(code(&device, on, &[&signs, &own_known[..], b";03"].concat()), "03");
}

/// Blocks, paddings and lengths that do not fit, by the codes that tell them apart.
#[test]
fn keys_that_do_not_come() {
    let (device, on) = (Device::with(|_| ()), On::Variant);
    let pair = Pair::new(&device, on, '1', 768);
    let key = device.key_of(on, "A00001U");
    let check = check_value(&device, on, &key);
    let reply = ask(&device, on, &export(on, &key, &check, &pair.known(&device, on)));
    let encrypted = fields(&reply, b"GL00").to_vec();
    let right = import(on, &encrypted, &pair.place());
    assert_eq!(code(&device, on, &right), "00");
    let of = |start: &str, encrypted: &[u8], end: &str| {
        [start.as_bytes(), encrypted, b";", &pair.place(), end.as_bytes()].concat()
    };
    let short = counted(&encrypted[5..]);
    let long = counted(&[&encrypted[4..], b"0"].concat());
    let zeros = counted(&[0; 96]);
    let high = counted(&[0xFF; 96]);
    let noise = counted(&[&[0][..], &[0x5A; 95]].concat());
    for (start, encrypted, end, right) in [
        ("GI02010600", &encrypted, ";0U1=03", "06"),
        ("GI01030600", &encrypted, ";0U1=03", "07"),
        ("GI010202060600", &encrypted, ";0U1=03", "85"),
        ("GI010201020600", &encrypted, ";0U1=03", "86"),
        ("GI010201010000600", &encrypted, ";0U1=03", "87"),
        ("GI01020101100600", &encrypted, ";0U1=03", "87"),
        ("GI0102010100;0600", &encrypted, ";0U1=03", "77"),
        ("GI01019900", &encrypted, ";0U1=03", "04"),
        ("GI01010610", &encrypted, ";0U1=03", "04"),
        ("GI01013401", &encrypted, ";0U1=03", "04"),
        ("GI0101FFFF", &encrypted, ";0U1=03", "04"),
        ("GI01010400", &encrypted, ";0U1=03", "29"),
        ("GI01010600", &short, ";0U1=03", "76"),
        ("GI01010600", &long, ";0U1=03", "76"),
        ("GI01010600", &zeros, ";0U1=03", "77"),
        ("GI01010600", &high, ";0U1=03", "76"),
        ("GI01010600", &noise, ";0U1=03", "77"),
        ("GI01010600", &encrypted, ";0T1=03", "27"),
        ("GI01010600", &encrypted, ";0Z1=03", "27"),
        ("GI01010600", &encrypted, ";0S1=03", "26"),
        ("GI01010600", &encrypted, ";0R1=03", "26"),
        ("GI01010600", &encrypted, ";0U2=03", "15"),
        ("GI01010600", &encrypted, ";0U1=01", "83"),
        ("GI01010600", &encrypted, ";0U1", "83"),
        ("GI01010600", &encrypted, "", "83"),
        ("GI01010600", &encrypted, ";0U1=04", "15"),
        ("GI01010600", &encrypted, ";0U1=020004ABCD;0000090004", "82"),
        ("GI01010600", &encrypted, ";0U1=020004ABCD;0000000000", "83"),
        ("GI01010600", &encrypted, ";0U1=020016ABCDABCDABCDABCD;9999000000", "83"),
        ("GI01010600", &encrypted, ";0U1=020016ABCDABCDABCDABCD;0000019999", "83"),
        ("GI01010600", &encrypted, ";0U1=020099ABCD;0000000000", "80"),
        ("GI01010600", &encrypted, ";0U1=03#P0T2N00S00", "00"),
    ] {
        let message = of(start, encrypted, end);
        assert_eq!(code(&device, on, &message), right, "{start} {end}");
    }
    let block = On::KeyBlock;
    let pair = Pair::new(&device, block, '1', 768);
    let key = device.key_of(block, "A00FFFS#P0T2N00S00");
    let check = check_value(&device, block, &key);
    let known = pair.known(&device, block);
    let reply = ask(&device, block, &export(block, &key, &check, &known));
    let encrypted = fields(&reply, b"GL00");
    for (end, right) in [
        (";0S1=03#P0T2N00S00", "00"),
        (";0S1=03#P0T3N00S00", "27"),
        (";0S1=03#P0A1N00S00", "48"),
        (";0S1=03#P0X2N00S00", "A7"),
        (";0S1=03#ZZT2N00S00", "A6"),
        (";0S1=03#P0T2X00S00", "A8"),
        (";0S1=03#P0T2N00X00", "AA"),
        (";0S1=03", "15"),
    ] {
        let message = [b"GI0101FFFF", encrypted, b";", &pair.place(), end.as_bytes()].concat();
        assert_eq!(code(&device, block, &message), right, "{end}");
    }
}

#[test]
fn keys_that_do_not_leave() {
    let (device, on) = (Device::with(|_| ()), On::Variant);
    let pair = Pair::new(&device, on, '1', 336);
    let known = pair.known(&device, on);
    let key = device.key_of(on, "A00001U");
    let check = check_value(&device, on, &key);
    let longer = device.key_of(on, "A00001T");
    let longer_check = check_value(&device, on, &longer);
    let tail = |block: &str| [&known[..], block.as_bytes()].concat();
    let mut forged = known.clone();
    forged[3] ^= 0x80;
    let single = device.key_of(on, "A00001Z");
    for (head, tail, right) in [
        (format!("GK010106001{key}{check}"), tail(";03"), "00"),
        (format!("GK010106001{key}{}0000000000", &check[..6]), tail(";03"), "00"),
        (format!("GK010106001{key}{}00000000FF", &check[..6]), tail(";03"), "84"),
        (format!("GK010106001{key}0000000000000000"), tail(";03"), "84"),
        (format!("GK010106000{key}{check}"), tail(";03"), "05"),
        (format!("GK010106002{key}{check}"), tail(";03"), "05"),
        (format!("GK010106003{key}{check}"), tail(";03"), "05"),
        (format!("GK01010600F{key}{check}"), tail(";03"), "05"),
        (format!("GK010126001{key}{check}"), tail(";03"), "10"),
        (format!("GK010199001{key}{check}"), tail(";03"), "04"),
        (format!("GK0101FFFF1{key}{check}"), tail(";03"), "04"),
        (format!("GK020106001{key}{check}"), tail(";03"), "06"),
        (format!("GK010306001{key}{check}"), tail(";03"), "07"),
        (format!("GK010106001{key}{check}"), tail(""), "00"),
        (format!("GK010106001{key}{check}"), tail(";01"), "00"),
        (format!("GK010106002{longer}{longer_check}"), tail(";03"), "00"),
        (format!("GK010106002{longer}{longer_check}"), tail(";01"), "76"),
        (format!("GK0102010100;06001{key}{check}"), tail(";03"), "76"),
        (format!("GK010106000{single}{check}"), tail(";03"), "84"),
        (format!("GK010106001{key}{check}"), tail(";020016ABCDABCDABCDABCD;0000000000"), "00"),
        (format!("GK010106001{key}{check}"), tail(";020016ABCDABCDABCDABCD;0001000000"), "83"),
        (format!("GK010106001{key}{check}"), tail(";020016ABCDABCDABCDABCD;0000090000"), "82"),
        (format!("GK010106001{key}{check}"), forged, "01"),
        (format!("GK010106001{key}{check}"), known[..30].to_vec(), "15"),
        (format!("GK010106001{key}{check}"), b"ABCDEFGH".to_vec(), "04"),
    ] {
        let message = [head.as_bytes(), &tail[..]].concat();
        assert_eq!(code(&device, on, &message), right, "{}", shown(&message));
    }
}
