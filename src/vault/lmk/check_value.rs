//! Check values of LMKs. Only the three public test LMKs have a published one.

use crypto::mac::cmac;
use crypto::{Aes, Tdes};

use super::{LmkKind, Material, MaterialFault, test_keys};

/// Check value of an LMK: the first three bytes.
///
/// Public test LMKs: as published. AES: CMAC of the empty message, which gives the published value of the test LMK.
/// Triple-DES key block LMK: the same with TDES CMAC (inferred: not what gave 165126). Variant LMK: a zero block encrypted under
/// one pair after the other, from 00-01 to 38-39 (inferred: not what gave 268604).
pub(super) fn of(material: &Material) -> Result<[u8; 3], MaterialFault> {
    if let Some(value) = test_keys::check_value(material) {
        return Ok(value);
    }
    let length = |_| MaterialFault::Length;
    let value = match material.kind() {
        LmkKind::AesKeyBlock => cmac(&Aes::new(material.as_bytes()).map_err(length)?, &[]),
        LmkKind::KeyBlock => cmac(&Tdes::new(material.as_bytes()).map_err(length)?, &[]),
        LmkKind::Variant => {
            let mut block = 0;
            for pair in material.pairs() {
                block = Tdes::new(pair).map_err(length)?.encrypt(block);
            }
            u128::from(block).rotate_right(64).to_be_bytes()
        }
    };
    let [a, b, c, ..] = value;
    Ok([a, b, c])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lmk;

    #[test]
    fn published_check_values() {
        for (name, value) in [
            ("test-variant", [0x26, 0x86, 0x04]),
            ("test-key-block-tdes", [0x16, 0x51, 0x26]),
            ("test-key-block-aes", [0x9D, 0x04, 0xA0]),
        ] {
            let lmk = Lmk::named(name).expect("a public LMK");
            assert_eq!(lmk.check_value(), value);
            assert!(lmk.is_test());
        }
        assert!(Lmk::named("live").is_err());
    }

    /// The construction for AES LMKs is the published value of the test LMK.
    #[test]
    fn aes_construction_gives_the_published_value() {
        let aes = Aes::new(&test_keys::KEY_BLOCK_AES).expect("32 bytes");
        assert_eq!(cmac(&aes, &[])[..3], [0x9D, 0x04, 0xA0]);
    }

    #[test]
    fn other_lmks_have_check_values_that_tell_them_apart() {
        for (kind, known) in [
            (LmkKind::Variant, &test_keys::VARIANT[..]),
            (LmkKind::KeyBlock, &test_keys::KEY_BLOCK_TDES),
            (LmkKind::AesKeyBlock, &test_keys::KEY_BLOCK_AES),
        ] {
            let mut seen = Vec::new();
            for at in [0, 9, known.len() - 1] {
                let mut bytes = known.to_vec();
                bytes[at] ^= 0x06;
                let material = Material::new(kind, &bytes).expect("the same length");
                seen.push(of(&material).expect("a check value"));
                assert!(!Lmk::new(material).expect("odd parity").is_test());
            }
            seen.dedup();
            assert_eq!(seen.len(), 3);
        }
    }
}
