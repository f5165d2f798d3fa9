//! The public test LMKs. They protect nothing.

use subtle::ConstantTimeEq;

use super::{LmkKind, Material};

/// Variant LMK, twenty double-length pairs, 00-01 to 38-39. Check value 268604.
///
/// Source: several public simulators, confirmed by keys of devices that used it.
pub const VARIANT: [u8; 320] = bytes(&PAIRS);

/// Variant LMK that one open simulator has as the old one in key change storage.
///
/// Source: thalessimulatorlibrary, in four public copies.
pub const OLD_VARIANT: [u8; 320] = bytes(&OLD_PAIRS);

/// Triple-DES key block LMK. Check value 165126.
///
/// Source: public, confirmed by thirty key blocks of a device.
pub const KEY_BLOCK_TDES: [u8; 24] =
    *b"\x01\x23\x45\x67\x89\xAB\xCD\xEF\x80\x80\x80\x80\x80\x80\x80\x80\xFE\xDC\xBA\x98\x76\x54\x32\x10";

/// AES key block LMK. Check value 9D04A0.
///
/// Source: four public projects, confirmed by key blocks of a third-party tool.
pub const KEY_BLOCK_AES: [u8; 32] =
    *b"\x9B\x71\x33\x3A\x13\xF9\xFA\xE7\x2F\x9D\x0E\x2D\xAB\x4A\xD6\x78\x47\x18\x01\x2F\x92\x44\x03\x3F\x3F\x26\xA2\xDE\x0C\x8A\xA1\x1A";

/// The left and the right half of each pair.
const PAIRS: [[u64; 2]; 20] = [
    [0x0101_0101_0101_0101, 0x7902_CD1F_D36E_F8BA],
    [0x2020_2020_2020_2020, 0x3131_3131_3131_3131],
    [0x4040_4040_4040_4040, 0x5151_5151_5151_5151],
    [0x6161_6161_6161_6161, 0x7070_7070_7070_7070],
    [0x8080_8080_8080_8080, 0x9191_9191_9191_9191],
    [0xA1A1_A1A1_A1A1_A1A1, 0xB0B0_B0B0_B0B0_B0B0],
    [0xC1C1_0101_0101_0101, 0xD0D0_0101_0101_0101],
    [0xE0E0_0101_0101_0101, 0xF1F1_0101_0101_0101],
    [0x1C58_7F1C_1392_4FEF, 0x0101_0101_0101_0101],
    [0x0101_0101_0101_0101, 0x0101_0101_0101_0101],
    [0x0202_0202_0202_0202, 0x0404_0404_0404_0404],
    [0x0707_0707_0707_0707, 0x1010_1010_1010_1010],
    [0x1313_1313_1313_1313, 0x1515_1515_1515_1515],
    [0x1616_1616_1616_1616, 0x1919_1919_1919_1919],
    [0x1A1A_1A1A_1A1A_1A1A, 0x1C1C_1C1C_1C1C_1C1C],
    [0x2323_2323_2323_2323, 0x2525_2525_2525_2525],
    [0x2626_2626_2626_2626, 0x2929_2929_2929_2929],
    [0x2A2A_2A2A_2A2A_2A2A, 0x2C2C_2C2C_2C2C_2C2C],
    [0x2F2F_2F2F_2F2F_2F2F, 0x3131_3131_3131_3131],
    [0x0101_0101_0101_0101, 0x0101_0101_0101_0101],
];

/// The halves of the old pairs; the right ones are those of [`PAIRS`].
const OLD_PAIRS: [[u64; 2]; 20] = [
    [0x1010_1010_1010_101F, 0x7902_CD1F_D36E_F8BA],
    [0x2020_2020_2020_202F, 0x3131_3131_3131_3131],
    [0x4040_4040_4040_404F, 0x5151_5151_5151_5151],
    [0x6161_6161_6161_616E, 0x7070_7070_7070_7070],
    [0x8080_8080_8080_808F, 0x9191_9191_9191_9191],
    [0xA1A1_A1A1_A1A1_A1AE, 0xB0B0_B0B0_B0B0_B0B0],
    [0xC1C1_0101_0101_010E, 0xD0D0_0101_0101_0101],
    [0xE0E0_0101_0101_010E, 0xF1F1_0101_0101_0101],
    [0x1C58_7F1C_1392_4FFE, 0x0101_0101_0101_0101],
    [0x0101_0101_0101_010E, 0x0101_0101_0101_0101],
    [0x0202_0202_0202_020E, 0x0404_0404_0404_0404],
    [0x0707_0707_0707_070E, 0x1010_1010_1010_1010],
    [0x1313_1313_1313_131F, 0x1515_1515_1515_1515],
    [0x1616_1616_1616_161F, 0x1919_1919_1919_1919],
    [0x1A1A_1A1A_1A1A_1A1F, 0x1C1C_1C1C_1C1C_1C1C],
    [0x2323_2323_2323_232F, 0x2525_2525_2525_2525],
    [0x2626_2626_2626_262F, 0x2929_2929_2929_2929],
    [0x2A2A_2A2A_2A2A_2A2F, 0x2C2C_2C2C_2C2C_2C2C],
    [0x2F2F_2F2F_2F2F_2FFE, 0x3131_3131_3131_3131],
    [0x0101_0101_0101_010E, 0x0101_0101_0101_0101],
];

const fn bytes(pairs: &[[u64; 2]; 20]) -> [u8; 320] {
    let mut bytes = [0; 320];
    let mut at = 0;
    while at < bytes.len() {
        bytes[at] = pairs[at / 16][at / 8 % 2].to_be_bytes()[at % 8];
        at += 1;
    }
    bytes
}

/// The test LMK of a name.
pub(super) fn named(name: &str) -> Option<(LmkKind, &'static [u8])> {
    Some(match name {
        "test-variant" => (LmkKind::Variant, &VARIANT),
        "test-variant-old" => (LmkKind::Variant, &OLD_VARIANT),
        "test-key-block-tdes" => (LmkKind::KeyBlock, &KEY_BLOCK_TDES),
        "test-key-block-aes" => (LmkKind::AesKeyBlock, &KEY_BLOCK_AES),
        _ => return None,
    })
}

/// Published check value of a public test LMK; how it is formed is known for the AES one only.
pub(super) fn check_value(material: &Material) -> Option<[u8; 3]> {
    let (known, value) = match material.kind() {
        LmkKind::Variant => (&VARIANT[..], [0x26, 0x86, 0x04]),
        LmkKind::KeyBlock => (&KEY_BLOCK_TDES[..], [0x16, 0x51, 0x26]),
        LmkKind::AesKeyBlock => (&KEY_BLOCK_AES[..], [0x9D, 0x04, 0xA0]),
    };
    bool::from(known.ct_eq(material.as_bytes())).then_some(value)
}
