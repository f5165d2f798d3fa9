//! Keys of one type, between ZMK or TMK and LMK: what the commands refuse.

#[path = "../device/device.rs"]
mod device;
mod table;

use appliance::{Authorisations, Settings, ZmkLength};
use device::{Device, On, Purpose, sealed, wrapped};
use table::{CARRIER, CLEAR, ROWS, Row, Way, garbled, others, token};

/// The code of a reply that must say nothing else if it refuses.
fn told(device: &Device, on: On, message: &str) -> String {
    let reply = device.ask(on, message);
    let code = &reply[2..4];
    assert!(reply.len() == 4 || matches!(code, "00" | "01"), "{message}: {reply}");
    code.to_owned()
}

/// As `serve --dev`, but every command is there and every scheme is allowed.
fn open() -> Device {
    Device::with(allow)
}

fn allow(settings: &mut Settings) {
    settings.zmk_translate_command = true;
    settings.x917_import = true;
    settings.x917_export = true;
}

#[test]
fn activities() {
    let all = ROWS.iter().map(|row| (row.message(), row.activity)).chain(others());
    for (message, activity) in all {
        let nothing = Device::in_state(|state| {
            allow(&mut state.settings);
            state.authorised = Authorisations::default();
        });
        let expected = if activity.is_some() { "17" } else { "00" };
        assert_eq!(told(&nothing, On::Variant, &message), expected, "{message} without any");
        let Some((category, sub)) = activity else { continue };
        let only = Device::in_state(|state| {
            allow(&mut state.settings);
            state.authorised = Authorisations::default();
            state.authorised.authorise(category, sub);
        });
        assert_eq!(told(&only, On::Variant, &message), "00", "{message} with its own");
        let but = Device::in_state(|state| {
            allow(&mut state.settings);
            state.authorised.cancel(category, sub);
        });
        assert_eq!(told(&but, On::Variant, &message), "17", "{message} with all others");
    }
}

#[test]
fn carriers() {
    let device = open();
    let strict = Device::with(|settings| {
        allow(settings);
        settings.single_des = false;
    });
    for row in ROWS {
        let key = row.key(&CLEAR[..row.digits]);
        let told = |carrier: &str| row.told(&device, carrier, &key, "");
        let code = row.code;
        assert_eq!(told(&row.carrier()), "00", "{code}");
        assert_eq!(told(&token("009", CARRIER)), "10", "{code}: another key type");
        assert_eq!(told(&garbled(&row.carrier())), "10", "{code}: a wrong digit");
        let halves = CARRIER[..16].repeat(2);
        let own = if row.under_tmk { "002" } else { "000" };
        assert_eq!(told(&token(own, &halves)), "75", "{code}: equal halves");
        if row.under_tmk {
            let single = token(own, &CARRIER[..16]);
            assert_eq!(told(&single), "00", "{code}: single length");
            assert_eq!(row.told(&strict, &single, &key, ""), "27", "{code}: single DES is off");
        }
    }
}

#[test]
fn keys() {
    let device = open();
    let strict = Device::with(|settings| {
        allow(settings);
        settings.single_des = false;
    });
    for row in ROWS {
        let (code, carrier) = (row.code, row.carrier());
        let told = |key: &str| row.told(&device, &carrier, key, "");
        let clear = &CLEAR[..row.digits];
        let single = row.told(&strict, &carrier, &row.key(clear), "");
        let expected = if row.digits == 16 { "27" } else { "00" };
        assert_eq!(single, expected, "{code}: single DES is off");
        let halves = clear[..16].repeat(2);
        match row.way {
            Way::New => {}
            Way::Out => {
                let another = if row.key_type == "009" { "001" } else { "009" };
                assert_eq!(told(&token(another, &CLEAR[..32])), "11", "{code}: another key type");
                assert_eq!(told(&garbled(&row.key(clear))), "11", "{code}: a wrong digit");
                assert_eq!(told(&row.key(&halves)), "75", "{code}: equal halves");
            }
            Way::In(parity) => {
                let even = format!("{}{}", &clear[..row.digits - 2], "00");
                assert_eq!(told(&wrapped(&even)), parity, "{code}: even parity");
                assert_eq!(told(&wrapped(&"0".repeat(row.digits))), "11", "{code}: zeros");
                let halves = format!("X{}", wrapped(&halves));
                assert_eq!(told(&halves), "75", "{code}: equal halves");
            }
        }
        let long = match row.way {
            Way::New => continue,
            Way::Out => row.key(CLEAR),
            Way::In(_) => format!("Y{}", wrapped(CLEAR)),
        };
        let expected = if matches!(row.key_type, "402" | "200") { "27" } else { "00" };
        assert_eq!(told(&long), expected, "{code}: triple length");
    }
}

/// A ZMK without a scheme has the length that the settings say, or two lengths where its command says so.
#[test]
fn carriers_without_a_scheme() {
    let device = Device::with(|settings| {
        allow(settings);
        settings.zmk_length = ZmkLength::Single;
    });
    let single = token("000", &CARRIER[..16]);
    // Under the LMK it is as in scheme X.
    let double = device.ask(On::Variant, &format!("B0000{}X", token("000", CARRIER)));
    let double = double.strip_prefix("B100X").expect("a ZMK in scheme X");
    for row in ROWS.iter().filter(|row| !row.under_tmk) {
        let tag = if row.code == "BY" { "X" } else { "" };
        let key = format!("{tag}{}", row.key(&CLEAR[..row.digits]));
        let told = |carrier| row.told(&device, carrier, &key, "");
        let is_double = matches!(row.code, "DI" | "DK" | "DW" | "DY");
        assert_eq!(told(double) == "00", is_double, "{}: 32H", row.code);
        // What comes in was under all of the ZMK.
        let expected = match row.way {
            _ if is_double => "15",
            Way::In(parity) => parity,
            Way::Out | Way::New => "00",
        };
        assert_eq!(told(&single), expected, "{}: 16H", row.code);
    }
}

/// A key that moves without key schemes keeps its form, but for X9.17.
#[test]
fn forms() {
    let device = open();
    for row in ROWS.iter().filter(|row| row.way != Way::New) {
        for (clear, x917, variant) in [(&CLEAR[..32], 'X', 'U'), (CLEAR, 'Y', 'T')] {
            if clear == CLEAR && matches!(row.key_type, "402" | "200") {
                continue;
            }
            let key = match row.way {
                Way::In(_) => format!("{x917}{}", wrapped(clear)),
                _ => row.key(clear),
            };
            let form = |key: &str| {
                let reply = device.ask(On::Variant, &[row.code, &row.carrier(), key].concat());
                reply.chars().nth(4)
            };
            assert_eq!(form(&key), Some(variant), "{}", row.code);
            if row.way == Way::Out {
                let (key_type, kept) = (row.key_type, &key);
                let key = device.ask(On::Variant, &format!("B0{key_type}{kept}{x917}"));
                assert_eq!(form(&key[4..]), Some(variant), "{}", row.code);
            }
        }
    }
}

/// Key schemes and kinds of check value.
#[test]
fn options() {
    let device = open();
    let closed = Device::with(|settings| settings.zmk_translate_command = true);
    let trusted = Device::with(|settings| {
        allow(settings);
        settings.trusted_format_only = true;
    });
    for row in ROWS {
        let (code, carrier) = (row.code, row.carrier());
        let key = match row.way {
            Way::In(_) => format!("X{}", wrapped(&CLEAR[..32])),
            _ => row.key(&CLEAR[..32]),
        };
        let ask = |device: &Device, end: &str| row.told(device, &carrier, &key, end);
        let sends = !matches!(row.way, Way::In(_));
        let keeps = row.way != Way::Out;
        let third = if row.third { "00" } else { "15" };
        let not_sent = |code| if sends { code } else { "00" };
        let not_kept = |code| if keeps { code } else { "00" };
        for (end, expected) in [
            (";UU1", "00"),
            (";XU0", "00"),
            (";UX0", "00"),
            (";UU2", third),
            (";UU3", "15"),
            (";AU0", "26"),
            (";UA0", "26"),
            (";SU0", not_sent("26")),
            (";RU0", not_sent("26")),
            (";VU0", not_sent("26")),
            (";US0", not_kept("26")),
            (";UR0", not_kept("26")),
            (";UV0", not_kept("26")),
            (";TU0", not_sent("27")),
            (";YU0", not_sent("27")),
            (";ZU0", not_sent("27")),
        ] {
            assert_eq!(ask(&device, end), expected, "{code}{end}");
        }
        for scheme in ["T", "Y", "Z"].iter().filter(|_| row.way != Way::New) {
            assert_eq!(ask(&device, &format!(";U{scheme}0")), not_kept("26"), "{code}: {scheme}");
        }
        let under_x = |device| ask(device, if sends { ";XU0" } else { ";UU0" });
        assert_eq!(under_x(&closed), "26", "{code}: X9.17 is off");
        assert_eq!(under_x(&trusted), "26", "{code}: key blocks only");
        let atalla = |variant: &str| ask(&device, &format!("{variant};UU1"));
        for variant in ["0", "00", "9", "31"].iter().filter(|_| !row.under_tmk) {
            let expected = match row.way {
                Way::In(parity) if !variant.trim_matches('0').is_empty() => parity,
                _ => "00",
            };
            assert_eq!(atalla(variant), expected, "{code}: Atalla variant {variant}");
        }
        let refused: &[&str] = if row.under_tmk { &["1", "01"] } else { &["32", "001", "A"] };
        for variant in refused {
            assert_eq!(atalla(variant), "15", "{code}: Atalla variant {variant}");
        }
    }
}

/// The Atalla variant that keys of a type are carried under, where it is enforced; inferred from its common use.
fn atalla_variant(key_type: &str) -> Option<u32> {
    Some(match key_type {
        "000" => 0,
        "001" => 1,
        "00A" | "00B" => 2,
        "003" | "008" => 3,
        "402" => 4,
        "009" => 8,
        "109" | "209" | "309" | "409" | "509" | "609" | "709" => 9,
        _ => return None,
    })
}

#[test]
fn atalla_variants_go_with_key_types_where_that_is_enforced() {
    let enforced = Device::with(|settings| {
        allow(settings);
        settings.enforce_atalla_variant = true;
    });
    let mut refused = 0;
    for row in ROWS.iter().filter(|row| !row.under_tmk) {
        let (code, carrier, clear) = (row.code, row.carrier(), &CLEAR[..row.digits]);
        for variant in 0..10 {
            let end = format!("{variant};UU1");
            let told = row.told(&enforced, &carrier, &row.key(clear), &end);
            let is_other = atalla_variant(row.key_type).is_some_and(|own| own != variant);
            assert_eq!(told == "29", is_other, "{code}: Atalla variant {variant}: {told}");
            refused += u32::from(is_other);
        }
        // Without a variant there is nothing to enforce.
        assert_eq!(row.told(&enforced, &carrier, &row.key(clear), ""), "00", "{code}");
    }
    assert!(refused > 0, "no type has a variant of its own");
}

/// Every beginning of a message, and what stands behind it.
#[test]
fn lengths() {
    let device = open();
    let others = others().into_iter().map(|(message, _)| message);
    let all = ROWS.iter().map(Row::message).chain(others);
    for message in all.filter(|message| !message.contains(';')) {
        let options = if message.starts_with("B0") { "" } else { ";UU1" };
        let whole = format!("{message}{options}%00");
        for end in 2..whole.len() {
            if end == message.len() || end == message.len() + options.len() {
                continue;
            }
            let cut = &whole[..end];
            assert_eq!(told(&device, On::Variant, cut), "15", "{cut}");
        }
        for end in ["%01", "%99"] {
            assert_eq!(told(&device, On::Variant, &format!("{message}{end}")), "13", "{end}");
        }
        for end in [" ", "%0", "%000", ";", ";0000"] {
            assert_eq!(
                told(&device, On::Variant, &format!("{message}{end}")),
                "15",
                "{message}{end}"
            );
        }
    }
}

/// The family is older than key blocks.
#[test]
fn key_blocks() {
    let device = open();
    for on in [On::KeyBlock, On::AesKeyBlock] {
        let block = sealed(on, Purpose::new(*b"000", *b"K0"), CARRIER);
        let number = on as u8;
        for row in ROWS {
            let (code, key) = (row.code, row.key(&CLEAR[..row.digits]));
            let carrier = row.carrier();
            let told = |on, message: [&str; 3]| told(&device, on, &message.concat());
            assert_eq!(told(on, [code, &carrier, &key]), "A1", "{code}: key block LMK");
            assert_eq!(told(on, [code, &block, &key]), "A1", "{code}: both");
            assert_eq!(told(On::Variant, [code, &block, &key]), "A1", "{code}: key block");
            match row.way {
                Way::New => {}
                Way::Out => {
                    assert_eq!(told(on, [code, &block, &block]), "A1", "{code}: both keys");
                    assert_eq!(told(On::Variant, [code, &carrier, &block]), "A1", "{code}: key");
                }
                Way::In(_) => {
                    assert_eq!(told(On::Variant, [code, &carrier, &block]), "26", "{code}: key");
                }
            }
        }
        for (message, _) in others() {
            assert_eq!(told(&device, on, &message), "A1", "{message} under LMK {number}");
        }
        for message in [
            format!("B0001{block}U"),
            format!("FG{block}"),
            format!("GG{block}{block}{block}"),
            format!("GY2{block}{block}"),
            format!("KA{block}01"),
        ] {
            assert_eq!(told(&device, on, &message), "A1", "{message}");
            assert_eq!(told(&device, On::Variant, &message), "A1", "{message}");
        }
    }
}

#[test]
fn switched_off() {
    let device = Device::with(|_| {});
    let separated = Device::with(|settings| settings.key_type_002_separation = true);
    for row in ROWS.iter().filter(|row| !row.under_tmk) {
        let code = row.code;
        let expected = if code == "BY" { "68" } else { "00" };
        assert_eq!(told(&device, On::Variant, &row.message()), expected, "{code}");
        let expected = if matches!(code, "BY" | "FC" | "FE") { "68" } else { "00" };
        assert_eq!(told(&separated, On::Variant, &row.message()), expected, "{code}");
    }
    for (message, _) in others() {
        let expected = if message.starts_with("KA") { "68" } else { "00" };
        assert_eq!(told(&separated, On::Variant, &message), expected, "{message}");
    }
}

/// With key types of its own a TMK is no longer of type 002.
#[test]
fn separation() {
    let device = Device::with(|settings| settings.key_type_002_separation = true);
    let key = token("003", &CLEAR[..32]);
    for row in ROWS.iter().filter(|row| row.under_tmk) {
        let key = if row.way == Way::Out { key.as_str() } else { "" };
        let told = |key_type| row.told(&device, &token(key_type, CARRIER), key, "");
        let taken_off = row.key_type == "002";
        assert_eq!(told("80D"), if taken_off { "68" } else { "00" }, "{}", row.code);
        for other in ["002", "70D", "90D"] {
            assert_eq!(told(other), if taken_off { "68" } else { "10" }, "{}", row.code);
        }
    }
}

#[test]
fn components() {
    let device = open();
    let told = |message: &str| told(&device, On::Variant, message);
    let good = token("100", CARRIER);
    let other = token("100", &CLEAR[..32]);
    let zmk = token("000", CARRIER);
    assert_eq!(told(&format!("GG{good}{good}{other}")), "00");
    assert_eq!(told(&format!("GG{zmk}{good}{other}")), "10");
    assert_eq!(told(&format!("GG{good}{zmk}{other}")), "11");
    assert_eq!(told(&format!("GG{good}{other}{zmk}")), "11");
    for count in 2..=9 {
        let parts = |at: usize| (0..count).map(move |number| (number, at));
        for at in 0..count {
            let message: String =
                parts(at).map(|(number, at)| if number == at { &*zmk } else { &*good }).collect();
            let expected = if at == 0 { "10" } else { "11" };
            assert_eq!(told(&format!("GY{count}{message}")), expected, "{at} of {count}");
        }
        let pairs = good.repeat(count);
        let expected = if count % 2 == 0 { "11" } else { "00" };
        assert_eq!(told(&format!("GY{count}{pairs}")), expected, "{count} times the same");
    }
    for count in ["0", "1", "A"] {
        assert_eq!(told(&format!("GY{count}{good}{other}")), "03", "{count} components");
    }
    assert_eq!(told(&format!("GY3{good}{other}")), "15");
    assert_eq!(told(&format!("GY2{good}{good}{other}")), "15");
    assert_eq!(told(&format!("GY2{good}{other};UU2")), "15");
    assert_eq!(told(&format!("GY2{good}{other};UT0")), "26");
    assert_eq!(told(&format!("GY2{good}{other};US0")), "26");
    let halves = token("100", &CARRIER[..16].repeat(2));
    assert_eq!(told(&format!("GY2{good}{halves}")), "75");
    let longer = token("100", CLEAR);
    assert_eq!(told(&format!("GY2{good}{longer}")), "B5");
    // Halves that become equal only in the sum.
    let one = token("100", "01010101010101010202020202020202");
    let two = token("100", "10101010101010101313131313131313");
    assert_eq!(told(&format!("GY2{one}{two}")), "75");
}

#[test]
fn new_keys() {
    let device = open();
    let told = |message: &str| told(&device, On::Variant, message);
    let zmk = token("000", CARRIER);
    for (message, expected) in [
        ("AS;000", "00"),
        ("AS;0U1", "00"),
        ("AS;0U2", "15"),
        ("AS;0T0", "26"),
        ("AS;0X0", "26"),
        ("AS;0Z0", "26"),
        ("AS;0S0", "26"),
        ("BI;000", "00"),
        ("BI;0T0", "00"),
        ("BI;0X2", "00"),
        ("BI;0Z0", "27"),
        ("BI;0S0", "26"),
        ("FO;000", "00"),
        ("FO;0T1", "00"),
        ("FO;0T2", "15"),
        ("FO;0R0", "26"),
    ] {
        assert_eq!(told(message), expected, "{message}");
    }
    for (options, expected) in [
        ("", "00"),
        (";000", "00"),
        (";001", "15"),
        (";002", "00"),
        (";ZZ0", "00"),
        (";ZZ1", "15"),
        (";UU0", "15"),
        (";UU1", "00"),
        (";UU2", "15"),
        (";XU1", "00"),
        (";TU1", "27"),
        (";UZ0", "27"),
        (";SU1", "26"),
        (";UR1", "26"),
        ("31;TT1", "00"),
        ("32;TT1", "15"),
    ] {
        assert_eq!(told(&format!("FG{zmk}{options}")), expected, "FG{options}");
    }
    let strict = Device::with(|settings| settings.single_des = false);
    for (message, expected) in [
        (format!("FG{zmk}"), "27"),
        (format!("FG{zmk};UU1"), "00"),
        ("FO".to_owned(), "27"),
        ("FO;0U0".to_owned(), "00"),
        ("BI".to_owned(), "00"),
        ("AS".to_owned(), "00"),
    ] {
        assert_eq!(self::told(&strict, On::Variant, &message), expected, "{message}");
    }
}

#[test]
fn check_values_and_schemes() {
    let device = open();
    let told = |message: String| told(&device, On::Variant, &message);
    let zpk = token("001", &CLEAR[..32]);
    for kind in ["00", "02", "03"] {
        assert_eq!(told(format!("KA{zpk}{kind}")), "10", "kind {kind}");
    }
    assert_eq!(told(format!("KA{zpk}01;002")), "15");
    for kind in ["04", "08", "FF"] {
        assert_eq!(told(format!("KA{zpk}{kind}")), "21", "kind {kind}");
    }
    for (bytes, expected) in [(8, "00"), (16, "27"), (24, "27")] {
        let key = token("000", &CLEAR[..2 * bytes]);
        assert_eq!(told(format!("KA{key}00")), expected, "ZMK of {bytes} bytes");
    }
    for (key_type, scheme, expected) in [
        ("001", "X", "00"),
        ("001", "U", "00"),
        ("001", "T", "26"),
        ("001", "Z", "26"),
        ("001", "0", "26"),
        ("001", "S", "26"),
        ("001", "R", "26"),
        ("001", "V", "26"),
        ("001", "A", "26"),
        ("002", "X", "10"),
        ("9F9", "X", "04"),
        ("FFF", "X", "04"),
    ] {
        assert_eq!(told(format!("B0{key_type}{zpk}{scheme}")), expected, "B0{key_type}{scheme}");
    }
    let halves = token("001", &CLEAR[..16].repeat(2));
    assert_eq!(told(format!("B0001{halves}X")), "75");
}
