//! Between commands nothing remains of clear keys and PINs in memory.

use crate::memory::Memory;
use crate::place::Place;
use crate::scanner::{Needles, told};
use crate::secrets;

/// A message, and the clear secrets that it makes the program work with. Keys and messages come from an independent model.
struct Case {
    message: &'static str,
    des_keys: &'static [(&'static str, &'static str)],
    aes_keys: &'static [(&'static str, &'static str)],
    has_pin: bool,
}

const PIN: &str = "918273645";
const ACCOUNT: &str = "000123456789";

const CASES: &[Case] = &[
    Case {
        message: "CAUC7A353AA59D1D435C1B7FF8C5105E199UDB0B16913C9C73D300CAD76C6E4680EB121F3F81002EB035840101000123456789",
        des_keys: &[
            ("TPK", "232AEA94B3F18FF807E623C78913E00B"),
            ("ZPK", "237C61B92FFB8CF86B67BA04ADBFDA5E"),
        ],
        aes_keys: &[],
        has_pin: true,
    },
    Case {
        message: "CWU3FADC5AC0A6DD8E9A796E43293FF34974123456789012345;8701101",
        des_keys: &[("CVK", "8AAB13191F2F31F4C457262F89082C86")],
        aes_keys: &[],
        has_pin: false,
    },
    Case {
        message: "M600031003U8E557E2BEEF7E465508E9E643D4D7DA60010ABCDEFGHIJKLMNOP",
        des_keys: &[("TAK", "2958BA1315AEA7EFEAFB463240850E91")],
        aes_keys: &[],
        has_pin: false,
    },
    Case {
        message: "M0001100BU32B1D7C1775AA81AD3D715D042D9FFA600100011223344556677",
        des_keys: &[("DEK", "25400104DC6EF1610DEC23EAE3EA7058")],
        aes_keys: &[],
        has_pin: false,
    },
    Case {
        message: "A6001UEF9D4D6C7E21C776F5718131E2A40BB4U54457015AE76FD2AB9F7CF653463A652U",
        des_keys: &[
            ("ZMK", "E3688661B367869786EF68F80ED6C829"),
            ("imported ZPK", "5E54237A75FBBA7643C47CD386B5863E"),
        ],
        aes_keys: &[],
        has_pin: false,
    },
    Case { message: "BA918273645FFFF000123456789", des_keys: &[], aes_keys: &[], has_pin: true },
    Case {
        message: AES_MAC,
        des_keys: &[],
        aes_keys: &[("AES TAK", "F5355DC18013B8F60C3FA5FA818F3C3F")],
        has_pin: false,
    },
];

const AES_MAC: &str = "M600061FFFS10096M6AN00E00025E9C7D17B8044F76027E03B4D251868537B0397859EB18CB318F3997C33F1B3196359382E7ABF8290010ABCDEFGHIJKLMNOP";

/// The public AES test LMK, which the program holds for as long as it runs.
const LMK_AES: &str = "9B71333A13F9FAE72F9D0E2DAB4AD6784718012F9244033F3F26A2DE0C8AA11A";

fn lmk() -> Needles {
    let mut needles = Needles::default();
    secrets::aes_key(&mut needles, "LMK", &hex::decode(LMK_AES).expect("hexadecimal"));
    needles
}

#[test]
fn nothing_remains_of_clear_keys_and_pins_between_commands() {
    let place = Place::new("commands");
    let server = place.serve(&["--dev", "--seed", "1"]);
    let mut host = server.connect();
    let mut remains = Vec::new();
    for case in CASES {
        let mut needles = Needles::default();
        for (name, key) in case.des_keys {
            secrets::des_key(&mut needles, name, &hex::decode(key).expect("hexadecimal"));
        }
        for (name, key) in case.aes_keys {
            secrets::aes_key(&mut needles, name, &hex::decode(key).expect("hexadecimal"));
        }
        if case.has_pin {
            secrets::pin(&mut needles, "PIN", PIN, ACCOUNT);
        }
        assert!(needles.len() >= 20, "hardly anything is looked for");
        let reply = host.ask(case.message);
        assert_eq!(reply.get(2..4), Some("00"), "{}: {reply}", case.message);
        let finds = Memory::of(server.process()).search(&needles);
        if !finds.is_empty() {
            let count = finds.len();
            let command = &case.message[..2];
            remains.push(format!("after {command}: {count} windows\n{}", told(&finds)));
        }
    }
    assert!(
        !Memory::of(server.process()).search(&lmk()).is_empty(),
        "not even the LMK is found: the search is broken"
    );
    assert!(remains.is_empty(), "\n{}", remains.concat());
}

#[test]
fn the_search_finds_every_form_of_what_it_looks_for() {
    let (key, pin) = (hex::decode(CASES[0].des_keys[0].1).expect("hexadecimal"), PIN.as_bytes());
    let mut needles = Needles::default();
    secrets::des_key(&mut needles, "key", &key);
    secrets::pin(&mut needles, "PIN", PIN, ACCOUNT);
    let planted =
        Box::new((crypto::Des::new(&key[..8].try_into().expect("eight bytes")), key, pin.to_vec()));
    let finds = Memory::of(std::process::id()).search(&needles);
    for form in ["key: raw", "key: subkeys", "PIN: text"] {
        assert!(finds.iter().any(|find| find.what == form), "{form} is not found");
    }
    drop(planted);
}
