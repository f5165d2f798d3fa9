//! What is printed of keys is what the replies hold. Keys are opened here by hand, with nothing but a
//! block cipher.

use std::fs;

use crypto::{Aes, Tdes, mac::cmac};
use vault::lmk::test_keys;

use super::{Client, Server, folder};

/// Source: manual.
const VARIANTS: [u8; 10] = [0, 0xA6, 0x5A, 0x6A, 0xDE, 0x2B, 0x50, 0x74, 0x9C, 0xFA];

/// A format that shows everything by which a key is known.
const FORMAT: &str = "PA^0;^1>LP ^P>LQ ^Q>LR ^R>LT ^T>L>F";

/// The key of a token under the variant test LMK, by LMK pair and variant.
fn opened(token: &str, pair: usize, variant: usize) -> String {
    let (tag, digits) = match token.as_bytes().first() {
        Some(b'U' | b'T') => token.split_at(1),
        _ => ("", token),
    };
    let masks: &[u8] = match tag {
        "U" => &[0xA6, 0x5A],
        "T" => &[0x6A, 0xDE, 0x2B],
        _ => &[0; 2],
    };
    let sealed = hex::decode(digits).expect("hexadecimal digits");
    let blocks = sealed.as_chunks::<8>().0.iter().zip(masks);
    let clear = blocks.flat_map(|(block, mask)| {
        let mut lmk = test_keys::VARIANT[8 * pair..8 * pair + 16].to_vec();
        lmk[0] ^= VARIANTS[variant];
        lmk[8] ^= mask;
        let lmk = Tdes::new(&lmk).expect("a key");
        lmk.decrypt(u64::from_be_bytes(*block)).to_be_bytes()
    });
    hex::encode_upper(clear.collect::<Vec<_>>())
}

/// The key of a key block under the 3DES test LMK.
fn unwrapped(token: &str) -> String {
    let block = token.strip_prefix('S').expect("a key block");
    let (header, rest) = block.split_at(16);
    let sealed = hex::decode(&rest[..rest.len() - 8]).expect("hexadecimal digits");
    let key: Vec<u8> = test_keys::KEY_BLOCK_TDES.iter().map(|byte| byte ^ 0x45).collect();
    let key = Tdes::new(&key).expect("a key");
    let mut before: [u8; 8] = header.as_bytes()[..8].try_into().expect("eight characters");
    let clear = sealed.as_chunks::<8>().0.iter().flat_map(|block| {
        let clear = key.decrypt(u64::from_be_bytes(*block)) ^ u64::from_be_bytes(before);
        before = *block;
        clear.to_be_bytes()
    });
    payload(&clear.collect::<Vec<_>>())
}

/// The key of a key block under the AES test LMK.
fn unwrapped_by_aes(token: &str) -> String {
    let block = token.strip_prefix('S').expect("a key block");
    let (header, rest) = block.split_at(16);
    let sealed = hex::decode(&rest[..rest.len() - 16]).expect("hexadecimal digits");
    let lmk = Aes::new(&test_keys::KEY_BLOCK_AES).expect("a key");
    let half = |counter| cmac(&lmk, &[&[counter, 0, 0, 0, 0, 4, 1, 0]]).to_vec();
    let key = Aes::new(&[half(1), half(2)].concat()).expect("a key");
    let mut before: [u8; 16] = header.as_bytes().try_into().expect("sixteen characters");
    let clear = sealed.as_chunks::<16>().0.iter().flat_map(|sealed| {
        let mut block = *sealed;
        key.decrypt(&mut block);
        let clear: Vec<u8> = block.iter().zip(before).map(|(byte, before)| byte ^ before).collect();
        before = *sealed;
        clear
    });
    payload(&clear.collect::<Vec<_>>())
}

/// The key behind its length in bits.
fn payload(clear: &[u8]) -> String {
    let (bits, key) = clear.split_first_chunk().expect("a length");
    hex::encode_upper(&key[..usize::from(u16::from_be_bytes(*bits)) / 8])
}

/// Six digits of check value of a DES key, by hand.
fn check_value(key: &str) -> String {
    let key = Tdes::new(&hex::decode(key).expect("hexadecimal digits")).expect("a key");
    hex::encode_upper(&key.encrypt(0).to_be_bytes()[..3])
}

/// A server that prints into a folder, and takes page after page out of it.
struct Office {
    server: Server,
    folder: std::path::PathBuf,
    pages: usize,
}

/// What is on a page.
#[derive(Debug, PartialEq)]
struct Page {
    fields: String,
    /// `^P`, `^Q`, `^R`, `^T`.
    values: [String; 4],
}

impl Office {
    fn open(name: &str) -> Self {
        let folder = folder(name);
        let server = Server::start(&folder.display().to_string(), &[]);
        assert_eq!(server.connect("LMK 00").ask(FORMAT), "PB00");
        Self { server, folder, pages: 0 }
    }

    fn client(&self, lmk: &str) -> Client {
        self.server.connect(lmk)
    }

    /// Asks a command that prints; the fields of its first reply, and the page.
    fn print(&mut self, client: &mut Client, message: &str, second: &str) -> (String, Page) {
        let (reply, answered) = client.print(message);
        assert_eq!(answered, second, "{message}");
        self.pages += 1;
        let path = self.folder.join(format!("{:06}.txt", self.pages));
        let text = fs::read_to_string(path).expect("the page is there before the second reply");
        let lines: Vec<_> = text.lines().collect();
        let [fields, p, q, r, t, "\x0C"] = lines[..] else { panic!("{text}") };
        let values = [("P ", p), ("Q ", q), ("R ", r), ("T ", t)];
        let values =
            values.map(|(name, line)| line.strip_prefix(name).expect("its line").to_owned());
        (reply, Page { fields: fields.to_owned(), values })
    }
}

fn page(fields: &str, values: [&str; 4]) -> Page {
    Page { fields: fields.to_owned(), values: values.map(str::to_owned) }
}

#[test]
fn components_are_printed_as_the_variant_lmk_holds_them() {
    let mut office = Office::open("variant-components");
    let client = &mut office.client("LMK 00");
    for (message, length, pair, variant) in [
        ("A20002UNAME;STREET", 33, 4, 1),
        ("A21002UNAME;STREET", 33, 4, 1),
        ("A20012ZNAME;STREET", 16, 6, 0),
        ("A24022UNAME;STREET~%00", 33, 14, 4),
        ("A20092TNAME;STREET~", 49, 28, 0),
    ] {
        let (reply, printed) = office.print(client, message, "AZ00");
        let (token, returned) = reply.split_at(length);
        let key = opened(token, pair, variant);
        assert_eq!(printed, page("NAME;STREET", [&key, "", "", &check_value(&key)]), "{message}");
        assert_eq!(returned, check_value(&key), "{message}");
    }
    let (reply, printed) = office.print(client, "A2001U", "AZ00");
    let key = opened(&reply, 6, 0);
    assert_eq!(printed, page(";", [&key, "", "", &check_value(&key)]));
    let (reply, printed) = office.print(client, "OCNAME", "OZ00");
    let key = opened(&reply[..32], 4, 1);
    assert_eq!(printed, page("NAME;", [&key, "", "", &check_value(&key)]));
    assert_eq!(reply[32..], format!("{}0000000000", check_value(&key)));
    let (reply, printed) = office.print(client, "OCNAME|0U1", "OZ00");
    let key = opened(&reply[..33], 4, 1);
    assert_eq!(printed, page("NAME;", [&key, "", "", &check_value(&key)]));
    assert_eq!(reply[33..], check_value(&key));
}

#[test]
fn keys_are_printed_as_the_variant_lmk_holds_them() {
    let mut office = Office::open("variant-keys");
    let client = &mut office.client("LMK 00");
    for (message, length, pair, parts) in
        [("NE002Z100%;b", 16, 14, 2), ("NE001U100%;b~", 33, 6, 2), ("NE008T100%;b~%00", 49, 26, 3)]
    {
        let (reply, printed) = office.print(client, message, "NZ00");
        let (token, returned) = reply.split_at(length);
        let key = opened(token, pair, 0);
        let (first, rest) = key.split_at(if parts == 3 { 16 } else { key.len() / 2 });
        let (second, third) = rest.split_at(first.len());
        let check_value = check_value(&key);
        assert_eq!(printed, page("100%;b", [first, second, third, &check_value]), "{message}");
        assert_eq!(returned, check_value, "{message}");
    }
    for (message, pair) in [("OENAME", 14), ("OENAME|0U0", 14), ("OENAME|0T0~%00", 14)] {
        let (reply, printed) = office.print(client, message, "OZ00");
        let key = opened(&reply, pair, 0);
        assert_eq!(printed, page("NAME;", [&key, "", "", &check_value(&key)]), "{message}");
    }
}

#[test]
fn keys_are_printed_as_key_blocks_hold_them() {
    let mut office = Office::open("key-blocks");
    let client = &mut office.client("LMK 01");
    let (reply, printed) = office.print(client, "A2FFF2SA;B~%01#72T2Nc1E00", "AZ00");
    let (token, returned) = reply.split_at(73);
    let key = unwrapped(token);
    assert!(token.starts_with("S0007272TNc1E0001"), "{token}");
    assert_eq!(printed, page("A;B", [&key, "", "", &check_value(&key)]));
    assert_eq!(returned, check_value(&key));
    let (reply, printed) = office.print(client, "NEFFFSA;B~#72T3N00E00", "NZ00");
    let (token, returned) = reply.split_at(89);
    let key = unwrapped(token);
    let parts = [&key[..16], &key[16..32], &key[32..], returned];
    assert_eq!((printed, returned), (page("A;B", parts), &check_value(&key)[..]));
    let client = &mut office.client("LMK 02");
    let (reply, printed) = office.print(client, "NEFFFSA;B~%02#72A3N00E00", "NZ00");
    let (token, returned) = reply.split_at(129);
    let key = unwrapped_by_aes(token);
    assert_eq!(printed, page("A;B", [&key[..32], &key[32..], "", returned]));
    let aes = Aes::new(&hex::decode(&key).expect("hexadecimal digits")).expect("a key");
    assert_eq!(returned, hex::encode_upper(&cmac(&aes, &[&[0; 16]])[..3]));
    let (token, printed) = office.print(client, "A2FFFSA;B~#D0A1Nc3N00", "AZ00");
    assert_eq!(printed.values[0], unwrapped_by_aes(&token));
    assert!(token.starts_with("S10096D0ANc3N0002"), "{token}");
}

/// The keys of the tokens are those of an independent program.
#[test]
fn a_tmk_of_the_host_is_printed() {
    let mut office = Office::open("tmk");
    for (lmk, token, key, check_value) in [
        ("LMK 00", "FCBA7CF5972CF0DD", "0123456789ABCDEF", "D5D44F"),
        (
            "LMK 00",
            "U1750CDFB0757D3B3994430636DBB281B",
            "0123456789ABCDEFFEDCBA9876543210",
            "08D7B4",
        ),
        (
            "LMK 01",
            "S0007251TN00E000130617A824902123D888E36FF0B9305D6D9C35E12C226812CB14D1056",
            "CE5716239DB00D98043E9243A479133E",
            "97B336",
        ),
        (
            "LMK 02",
            "S1009651AN00E00021258FE5323A98534E6F114C353AA1875C4064BD3C1C0D94DD6802B9E9FE7BF75BB867C4DE5\
             038DD8",
            "01BEBD8733B11236B3646607D9F8F71F",
            "29301A",
        ),
    ] {
        let client = &mut office.client(lmk);
        let (reply, printed) = office.print(client, &format!("TA{token}NAME;STREET~"), "TZ00");
        assert_eq!(reply, "");
        assert_eq!(printed, page("NAME;STREET", [key, "", "", check_value]));
    }
}

#[test]
fn odd_parity_and_no_two_equal() {
    let mut office = Office::open("many");
    let client = &mut office.client("LMK 00");
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let (_, printed) = office.print(client, "A2001U", "AZ00");
        let key = hex::decode(&printed.values[0]).expect("hexadecimal digits");
        assert!(key.iter().all(|byte| byte.count_ones() % 2 == 1));
        assert!(seen.insert(key));
    }
}
