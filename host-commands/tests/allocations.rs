//! Cheap commands do not allocate memory: counted over the vectors, after each has run once.

#[path = "device/device.rs"]
mod device;

use std::{collections::BTreeMap, sync::Arc};

use appliance::{Appliance, Randomness, State};
use bytes::BytesMut;
use device::Device;
use host_commands::{Host, LmkPort, UnknownCommand};
use wire::text;

const FILES: &[&str] = &[
    include_str!("../../vectors/host/card.toml"),
    include_str!("../../vectors/host/device.toml"),
    include_str!("../../vectors/host/emv.toml"),
    include_str!("../../vectors/host/exchange.toml"),
    include_str!("../../vectors/host/keys.toml"),
    include_str!("../../vectors/host/mac.toml"),
    include_str!("../../vectors/host/pin.toml"),
    include_str!("../../vectors/host/print.toml"),
];

/// Commands that a switch sends all day, and those that open, seal and move keys; one on a line, so that a new one is
/// a line of its own.
#[rustfmt::skip]
const CHEAP: &[&str] = &[
    "A0",
    "A4",
    "A6",
    "A8",
    "AE",
    "AG",
    "AS",
    "AU",
    "AW",
    "B0",
    "BA",
    "BC",
    "BE",
    "BI",
    "BK",
    "BQ",
    "BU",
    "BY",
    "CA",
    "CC",
    "CG",
    "CI",
    "CK",
    "CM",
    "CS",
    "CU",
    "CW",
    "CY",
    "DA",
    "DC",
    "DE",
    "DG",
    "DI",
    "DK",
    "DU",
    "DW",
    "DY",
    "EA",
    "EC",
    "EE",
    "EG",
    "FA",
    "FC",
    "FE",
    "FG",
    "FI",
    "FK",
    "FM",
    "FO",
    "FQ",
    "FS",
    "FW",
    "G0",
    "GC",
    "GG",
    "GO",
    "GQ",
    "GW",
    "GY",
    "HA",
    "HC",
    "IA",
    "JA",
    "JC",
    "JE",
    "JG",
    "JS",
    "JU",
    "K0",
    "K2",
    "KA",
    "KQ",
    "KS",
    "KU",
    "KW",
    "KY",
    "M6",
    "M8",
    "MA",
    "MC",
    "ME",
    "MG",
    "MI",
    "MS",
    "MY",
    "NC",
    "NG",
    "PM",
    "QK",
    "RC",
    "RY",
];

#[test]
fn cheap_commands_do_not_allocate() {
    let mut state = State::development();
    state.settings.account_translation = true;
    let appliance = Appliance::new(state, Randomness::from_seed(1));
    let host = Host::new(Arc::new(appliance), 4, UnknownCommand::Disabled);
    let mut out = BytesMut::with_capacity(64 * 1024);
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    let files: Vec<toml::Table> =
        FILES.iter().map(|file| toml::from_str(file).expect("vectors are TOML")).collect();
    let cases = files.iter().flat_map(|file| file["case"].as_array().expect("cases"));
    for case in cases {
        let field = |name: &str| case.get(name).and_then(toml::Value::as_str).unwrap_or_default();
        let Some(code) = CHEAP.iter().find(|code| field("request").starts_with(**code)) else {
            continue;
        };
        let port = match field("lmk") {
            "variant-test" => LmkPort::Only(0),
            "key-block-test" => LmkPort::Only(1),
            "aes-key-block-test" => LmkPort::Only(2),
            _ => LmkPort::Default,
        };
        // A request that later steps fill in is not a message yet.
        let Ok(request) = text::bytes(field("request")) else { continue };
        let message = [b"HEAD", &request[..]].concat();
        let mut ask = || {
            out.clear();
            host.answer(port, &message, &mut out);
        };
        // Once, for what is expanded at the first use of a key type.
        ask();
        let used = allocation_counter::measure(&mut ask);
        assert_eq!(used.count_total, 0, "{}", field("name"));
        *counted.entry(code).or_default() += 1;
    }
    for code in CHEAP {
        assert!(counted.contains_key(code), "{code} has no vector");
    }
}

#[test]
fn opening_a_key_block_does_not_allocate() {
    let device = Device::with(|_| {});
    let mut out = BytesMut::with_capacity(64 * 1024);
    for known in device.transported() {
        let port = LmkPort::Only(known.on as u8);
        for message in
            [format!("BUFFF{};FFF;001", known.key), format!("A6FFF{}{}S", known.zmk, known.block)]
        {
            let mut ask = || {
                out.clear();
                device.answer(port, message.as_bytes(), &mut out);
            };
            ask();
            let used = allocation_counter::measure(&mut ask);
            assert_eq!((used.count_total, &out[2..4]), (0, &b"00"[..]), "{message}");
        }
    }
}
