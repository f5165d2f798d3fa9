//! Self tests with known answers.

use crypto::mac::{Hash, cmac, hmac};
use crypto::{Aes, Tdes};
use rand_core::Rng as _;

use crate::Desk;

/// A self test.
pub(super) struct Test {
    pub(super) name: &'static str,
    /// Where the answer stands.
    pub(super) source: &'static str,
    pub(super) run: fn(&Desk<'_>) -> bool,
}

pub(super) static TESTS: &[Test] = &[
    Test { name: "DES", source: "FIPS 81, table B1", run: |_| des() },
    Test { name: "3DES", source: "NIST SP 800-67, appendix B.1", run: |_| tdes() },
    Test { name: "AES", source: "FIPS 197, appendix C", run: |_| aes() },
    Test { name: "CMAC", source: "RFC 4493, example 1", run: |_| aes_cmac() },
    Test { name: "HMAC", source: "RFC 4231, test case 2", run: |_| hmac_sha() },
    Test { name: "RNG", source: "no repetition, and as many ones as zeros", run: random },
    Test { name: "LMK", source: "check values of the LMK table", run: lmks },
];

fn is(value: &[u8], digits: &str) -> bool {
    hex::encode(value) == digits
}

fn des() -> bool {
    let key = 0x0123_4567_89AB_CDEF_u64.to_be_bytes();
    Tdes::new(&key).is_ok_and(|cipher| {
        let block = cipher.encrypt(0x4E6F_7720_6973_2074);
        block == 0x3FA4_0E8A_984D_4815 && cipher.decrypt(block) == 0x4E6F_7720_6973_2074
    })
}

fn tdes() -> bool {
    let key = [
        0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0x01,
        0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0x01, 0x23,
    ];
    Tdes::new(&key).is_ok_and(|cipher| {
        let block = cipher.encrypt(0x5468_6520_7175_6663);
        block == 0xA826_FD8C_E53B_855F && cipher.decrypt(block) == 0x5468_6520_7175_6663
    })
}

fn aes() -> bool {
    [
        (16, "69c4e0d86a7b0430d8cdb78070b4c55a"),
        (24, "dda97ca4864cdfe06eaf70a0ec0d7191"),
        (32, "8ea2b7ca516745bfeafc49904b496089"),
    ]
    .into_iter()
    .all(|(length, answer)| {
        let key: Vec<u8> = (0..length).collect();
        Aes::new(&key).is_ok_and(|cipher| {
            let mut block = 0x0011_2233_4455_6677_8899_AABB_CCDD_EEFF_u128.to_be_bytes();
            cipher.encrypt(&mut block);
            is(&block, answer)
        })
    })
}

fn aes_cmac() -> bool {
    let key = 0x2B7E_1516_28AE_D2A6_ABF7_1588_09CF_4F3C_u128.to_be_bytes();
    Aes::new(&key)
        .is_ok_and(|cipher| is(&cmac(&cipher, &[])[..16], "bb1d6929e95937287fa37d129b756746"))
}

fn hmac_sha() -> bool {
    let value = hmac(Hash::Sha256, b"Jefe", &[b"what do ya want for nothing?"]);
    is(&value[..32], "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
}

/// 20,000 bits as FIPS 140-2 had them: ones between 9,725 and 10,275, and no block like the one before.
fn random(desk: &Desk<'_>) -> bool {
    let mut bytes = [0; 2_500];
    desk.appliance().randomness().generator().fill_bytes(&mut bytes);
    let ones: u32 = bytes.iter().map(|byte| byte.count_ones()).sum();
    let repeats = bytes.chunks(16).zip(bytes.chunks(16).skip(1)).any(|(one, next)| one == next);
    (9_726..10_275).contains(&ones) && !repeats
}

fn lmks(desk: &Desk<'_>) -> bool {
    let state = desk.state();
    state.lmks.iter().all(|(_, lmk)| lmk.material().check_value() == Ok(lmk.check_value()))
}
