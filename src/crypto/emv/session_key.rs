//! Session keys of a card. Every DES key has odd parity.

use zeroize::Zeroize;

use super::card_key::{aes_key, from_halves, tdes};
use crate::KeyLength;
use crate::key::{Algorithm, ClearKey};

/// Session key by the EMV common method: E(R with F0 as third byte), E(R with 0F as third byte).
///
/// With AES, R has zeros behind it up to a whole block; the session key is as long as the card key, and one of 128 bits
/// is E(R), with nothing put in.
/// `diversifier` is R: what [`common_for_cryptogram`] makes of the counter, or the application cryptogram for scripts.
/// EMV 4.3 book 2, A1.3. [`KeyLength`] for a key that is no cipher's.
pub fn common(card_key: &ClearKey, diversifier: [u8; 8]) -> Result<ClearKey, KeyLength> {
    match card_key.algorithm() {
        Algorithm::Aes => common_aes(card_key, diversifier),
        _ => common_des(card_key, diversifier),
    }
}

fn common_aes(card_key: &ClearKey, diversifier: [u8; 8]) -> Result<ClearKey, KeyLength> {
    let block = u128::from(u64::from_be_bytes(diversifier)) << 64;
    if card_key.len() == 16 {
        return aes_key(card_key, [block; 2]);
    }
    let third = 8 * 13;
    aes_key(card_key, [0xF0, 0x0F].map(|byte| block & !(0xFF << third) | byte << third))
}

fn common_des(card_key: &ClearKey, diversifier: [u8; 8]) -> Result<ClearKey, KeyLength> {
    let cipher = tdes(card_key)?;
    let [left, right] = [0xF0, 0x0F].map(|third| {
        let mut block = diversifier;
        block[2] = third;
        cipher.encrypt(u64::from_be_bytes(block))
    });
    from_halves(left, right).map(ClearKey::with_odd_parity)
}

/// Session key for application cryptograms by the EMV common method: R is the counter over zeros.
pub fn common_for_cryptogram(card_key: &ClearKey, counter: [u8; 2]) -> Result<ClearKey, KeyLength> {
    let [high, low] = counter;
    common(card_key, [high, low, 0, 0, 0, 0, 0, 0])
}

/// Session key by the proprietary method of Mastercard M/Chip, SKD: R is counter, two zero bytes, unpredictable number.
///
/// [`KeyLength`] unless the card key is one of DES.
pub fn mastercard(
    card_key: &ClearKey,
    counter: [u8; 2],
    unpredictable: [u8; 4],
) -> Result<ClearKey, KeyLength> {
    let ([high, low], [a, b, c, d]) = (counter, unpredictable);
    common_des(card_key, [high, low, 0, 0, a, b, c, d])
}

/// Session key for scripts by the Visa method: the counter is xored onto the end of the left half of the card key, its
/// complement onto the end of the right half.
///
/// [`KeyLength`] unless the card key is a double-length one.
pub fn visa_script(card_key: &ClearKey, counter: [u8; 2]) -> Result<ClearKey, KeyLength> {
    let (halves, []) = card_key.as_bytes().as_chunks::<8>() else { return Err(KeyLength) };
    let [left, right] = halves else { return Err(KeyLength) };
    let counter = u16::from_be_bytes(counter);
    let left = u64::from_be_bytes(*left) ^ u64::from(counter);
    let right = u64::from_be_bytes(*right) ^ u64::from(!counter);
    from_halves(left, right).map(ClearKey::with_odd_parity)
}

/// Session key of UnionPay: the counter, and its complement, each over zeros in front, enciphered under the card key.
///
/// PBOC 3.0 part 17. [`KeyLength`] unless the card key is one of DES.
pub fn union_pay(card_key: &ClearKey, counter: [u8; 2]) -> Result<ClearKey, KeyLength> {
    let (cipher, counter) = (tdes(card_key)?, u16::from_be_bytes(counter));
    let [left, right] = [counter, !counter].map(|half| cipher.encrypt(u64::from(half)));
    from_halves(left, right).map(ClearKey::with_odd_parity)
}

/// Shape of the key tree of EMV2000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tree {
    /// Branch factor 2, height 16.
    Branch2Height16,
    /// Branch factor 4, height 8.
    Branch4Height8,
}

/// Session key by the tree of EMV2000 (EMV 4.0 book 2, A1.3), with the initial vector IV-AC or zeros.
///
/// Each level takes the next digit of the counter, the most significant first; what the last level gives is xored with
/// the key two levels up. [`KeyLength`] unless the card key is one of DES.
pub fn emv2000(
    card_key: &ClearKey,
    counter: [u8; 2],
    initial: [u8; 16],
    tree: Tree,
) -> Result<ClearKey, KeyLength> {
    let bits = match tree {
        Tree::Branch2Height16 => 1,
        Tree::Branch4Height8 => 2,
    };
    let path = u64::from(u16::from_be_bytes(counter));
    let initial = u128::from_be_bytes(initial);
    let mut grandparent = [(initial >> 64) as u64, (initial << 64 >> 64) as u64];
    let mut parent = tdes(card_key)?;
    let mut parent_halves = halves(card_key)?;
    let mut shift = 16;
    let [left, right] = loop {
        shift -= bits;
        let digit = path >> shift & ((1 << bits) - 1);
        let [left, right] = grandparent;
        let child = [parent.encrypt(left ^ digit), parent.encrypt(right ^ digit ^ 0xF0)];
        if shift == 0 {
            break [child[0] ^ left, child[1] ^ right];
        }
        grandparent.zeroize();
        grandparent = parent_halves;
        parent_halves = child;
        parent = tdes(&from_halves(child[0], child[1])?)?;
    };
    grandparent.zeroize();
    parent_halves.zeroize();
    from_halves(left, right).map(ClearKey::with_odd_parity)
}

fn halves(key: &ClearKey) -> Result<[u64; 2], KeyLength> {
    match key.as_bytes().as_chunks::<8>() {
        ([left, right], []) => Ok([u64::from_be_bytes(*left), u64::from_be_bytes(*right)]),
        _ => Err(KeyLength),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emv::{Derivation, DerivationC, card_key, card_key_c};
    use crate::vectors::{self, Row};

    /// Account and sequence number; no sequence number counts as 00.
    fn card(row: &Row) -> (&[u8], [u8; 2]) {
        let sequence = if row.has("psn") { row.input("psn") } else { b"00" };
        (row.input("pan"), sequence.try_into().expect("two digits"))
    }

    fn card_key_bytes(row: &Row, issuer_key: &str, card: Derivation) -> Vec<u8> {
        card_key(&row.tdes_key(issuer_key), &card).expect("key").as_bytes().to_vec()
    }

    #[test]
    fn vectors() {
        vectors::run("emv_kd", &[], |row| {
            match row.algorithm() {
                "emv-icc-mk" => {
                    let (pan, psn) = card(row);
                    let a = Derivation::option_a(pan, psn).expect("digits");
                    let b = Derivation::option_b(pan, psn).expect("digits");
                    row.same_bytes("option_a", &card_key_bytes(row, "imk", a));
                    row.same_bytes("option_b", &card_key_bytes(row, "imk", b));
                }
                "emv-icc-mk-a" => {
                    let (pan, psn) = card(row);
                    let card = Derivation::option_a(pan, psn).expect("digits");
                    row.is_bytes(&card_key_bytes(row, "iss_mk", card));
                }
                "emv-icc-mk-b" => {
                    let (pan, psn) = card(row);
                    let card = Derivation::option_b(pan, psn).expect("digits");
                    row.is_bytes(&card_key_bytes(row, "iss_mk", card));
                }
                "emv-icc-mk-c" => {
                    let (pan, psn) = card(row);
                    let derivation = DerivationC::new(pan, psn).expect("digits");
                    assert_eq!(DerivationC::packed(&row.bytes("packed")), Some(derivation));
                    let card_key = card_key_c(&row.aes_key("imk"), &derivation).expect("key");
                    row.same_bytes("icc_mk", card_key.as_bytes());
                    let session = common_for_cryptogram(&card_key, row.array("atc"));
                    row.same_bytes("common_sk_ac", session.expect("key").as_bytes());
                }
                "emv-session-keys" => {
                    let key = row.tdes_key("icc_mk");
                    let (atc, un) = (row.array("atc"), row.array("un"));
                    let tree = Tree::Branch4Height8;
                    for (name, session) in [
                        ("common_sk_ac", common_for_cryptogram(&key, atc)),
                        ("mchip_sk_ac", mastercard(&key, atc, un)),
                        ("visa_sm_sk", visa_script(&key, atc)),
                        ("emv2000_tree_h8_b4", emv2000(&key, atc, [0; 16], tree)),
                    ] {
                        row.same_bytes(name, session.expect("key").as_bytes());
                    }
                }
                "emv-common-sk" => {
                    let session = common(&row.tdes_key("icc_mk"), row.array("r"));
                    row.is_bytes(session.expect("key").as_bytes());
                }
                "emv2000-tree" => {
                    let tree = match (row.number("branch_factor"), row.number("height")) {
                        (2, 16) => Tree::Branch2Height16,
                        (4, 8) => Tree::Branch4Height8,
                        shape => panic!("{}: {shape:?}", row.id()),
                    };
                    let (atc, iv) = (row.array("atc"), row.array("iv"));
                    let session = emv2000(&row.tdes_key("icc_mk"), atc, iv, tree);
                    row.is_bytes(session.expect("key").as_bytes());
                }
                "visa-sm-sk" => {
                    let session = visa_script(&row.tdes_key("icc_mk"), row.array("atc"));
                    row.is_bytes(session.expect("key").as_bytes());
                }
                _ => return None,
            }
            Some(())
        });
    }

    /// The session key of a worked example that is published with its cryptogram.
    #[test]
    fn union_pay_cryptogram() {
        let bytes = |digits: &str| {
            let mut bytes = vec![0; digits.len() / 2];
            hex::decode_to_slice(digits, &mut bytes).expect("digits");
            bytes
        };
        let issuer = bytes("F0C34A8124CEE0A91A0B034AA97D6EAC");
        let issuer = ClearKey::new(crate::Algorithm::Tdes, &issuer).expect("a key");
        let card = Derivation::option_a(b"6228000100001", *b"01").expect("digits");
        let card = card_key(&issuer, &card).expect("key");
        let session = union_pay(&card, [0x02, 0x40]).expect("key").cipher().expect("key");
        let data =
            bytes("000000000001000000000000015600800460000156140701001E78EEBC7D00024003A04002");
        let arqc = crate::emv::cryptogram(&session, &data, crate::mac::Padding::Marked);
        assert_eq!(arqc, Ok([0x5D, 0x01, 0x6C, 0x91, 0x00, 0x5E, 0x7C, 0xC2]));
        let answer = crate::emv::arpc_1(&session, arqc.expect("an ARQC"), *b"01");
        assert_eq!(answer, Ok([0x21, 0x41, 0x52, 0x43, 0x52, 0x7C, 0xE7, 0x8F]));
    }

    #[test]
    fn keys_of_the_other_cipher_are_refused() {
        let des = ClearKey::new(Algorithm::Tdes, &[1; 16]).expect("key");
        let card = DerivationC::new(b"4000001234567890", *b"01").expect("digits");
        assert!(card_key_c(&des, &card).is_err());
        let aes = ClearKey::new(Algorithm::Aes, &[1; 16]).expect("key");
        assert!(card_key(&aes, &Derivation::formatted([0; 8])).is_err());
        assert!(mastercard(&aes, [0; 2], [0; 4]).is_err());
        assert!(union_pay(&aes, [0; 2]).is_err());
        assert!(emv2000(&aes, [0; 2], [0; 16], Tree::Branch4Height8).is_err());
        let hmac = ClearKey::new(Algorithm::Hmac, &[1; 32]).expect("key");
        assert!(common_for_cryptogram(&hmac, [0; 2]).is_err());
    }

    #[test]
    fn option_c_takes_what_fits_a_block() {
        assert!(DerivationC::new(&[b'9'; 30], *b"01").is_ok());
        assert!(DerivationC::new(&[b'9'; 31], *b"01").is_err());
        assert!(DerivationC::new(b"40000012345A7890", *b"01").is_err());
        assert_eq!(DerivationC::packed(&[]), None);
        assert_eq!(DerivationC::packed(&[1; 17]), None);
        let short = DerivationC::packed(&[0x12, 0x34, 0x01]);
        assert_eq!(short, DerivationC::new(b"1234", *b"01").ok());
    }

    #[test]
    fn a_formatted_card_is_that_of_option_a() {
        let digits = Derivation::option_a(b"9901234567890123", *b"45").expect("digits");
        assert_eq!(digits, Derivation::formatted([0x01, 0x23, 0x45, 0x67, 0x89, 0x01, 0x23, 0x45]));
        assert!(Derivation::option_a(b"99012345A7890123", *b"45").is_err());
        assert!(Derivation::option_b(b"12345678901234567890123", *b"45").is_err());
    }
}
