//! How each command of a mix is put together, from keys and values that the target made before.

use super::Failure;
use super::keys::{BDK, CVK, DEK, Key, Kit, Lmk, MK_AC, PVK, TAK, Zone, odd};

/// Makes the request with a given number, header apart.
pub(super) type Recipe = fn(&mut Kit<'_>, usize) -> Result<Vec<u8>, Failure>;
type Made = Result<Vec<u8>, Failure>;

/// A KSN whose counter has ten bits set, as many as the scheme allows: the longest derivation.
const KSN: &str = "A05FFFF9876543210E003FF";

/// Status of the LMK.
#[expect(clippy::unnecessary_wraps, reason = "all recipes have one signature")]
pub(super) fn nc(_: &mut Kit<'_>, _: usize) -> Made {
    Ok(b"NC".to_vec())
}

/// Generate a ZPK.
#[expect(clippy::unnecessary_wraps, reason = "all recipes have one signature")]
pub(super) fn a0(kit: &mut Kit<'_>, _: usize) -> Made {
    Ok(match kit.lmk {
        Lmk::Variant => b"A00001U".to_vec(),
        Lmk::KeyBlock(id) => format!("A00FFFS%{id}#72T2N00S00").into_bytes(),
    })
}

/// Generate an RSA key of 2048 bits: the slow command.
#[expect(clippy::unnecessary_wraps, reason = "all recipes have one signature")]
pub(super) fn ei(kit: &mut Kit<'_>, _: usize) -> Made {
    let header = kit.either("", "#0000");
    Ok(format!("EI2204801{}{header}", kit.tail()).into_bytes())
}

/// Check value of a ZPK, which has to agree with what was said when it was made.
pub(super) fn bu(kit: &mut Kit<'_>, index: usize) -> Made {
    let Key { token, check_value } = kit.zone(index)?.zpk;
    let request = match kit.lmk {
        Lmk::Variant => format!("BU011{token}"),
        Lmk::KeyBlock(_) => format!("BUFFF{token};FFF;001{}", kit.tail()),
    };
    let reply = kit.text(&request, "check value of a ZPK")?;
    if !reply.starts_with(&check_value) {
        return Err(odd("check value differs from A0", &request, reply.as_bytes()));
    }
    Ok(request.into_bytes())
}

/// Translate a PIN from TPK to ZPK.
pub(super) fn ca(kit: &mut Kit<'_>, index: usize) -> Made {
    let Zone { tpk, block, account, .. } = kit.zone(index)?;
    let zpk = kit.zone(index / 2)?.zpk.token;
    Ok(format!("CA{}{zpk}12{block}0101{account}{}", tpk.token, kit.tail()).into_bytes())
}

/// Translate a PIN from ZPK to ZPK.
pub(super) fn cc(kit: &mut Kit<'_>, index: usize) -> Made {
    let Zone { zpk, block, account, .. } = kit.zone(index)?;
    let other = kit.zone(index / 2)?.zpk.token;
    Ok(format!("CC{}{other}12{block}0101{account}{}", zpk.token, kit.tail()).into_bytes())
}

/// Verify a PIN of a terminal by its PVV.
pub(super) fn dc(kit: &mut Kit<'_>, index: usize) -> Made {
    let tpk = kit.zone(index)?.tpk.token;
    verify_pin(kit, index, "DC", &tpk)
}

/// Verify a PIN of a zone by its PVV.
pub(super) fn ec(kit: &mut Kit<'_>, index: usize) -> Made {
    let zpk = kit.zone(index)?.zpk.token;
    verify_pin(kit, index, "EC", &zpk)
}

fn verify_pin(kit: &mut Kit<'_>, index: usize, command: &str, key: &str) -> Made {
    let Zone { zpk, block, account, .. } = kit.zone(index)?;
    let (pvk, kind) = (kit.key(PVK, index)?.token, kit.either("001", "FFF"));
    let (zpk, tail) = (zpk.token, kit.tail());
    let request = format!("FW{kind}{zpk}{pvk}{block}01{account}1{tail}");
    let pvv = kit.text(&request, "making a PVV")?;
    Ok(format!("{command}{key}{pvk}{block}01{account}1{pvv}{tail}").into_bytes())
}

/// Translate a PIN from a transaction key to a ZPK; CA to the BDK makes the block.
pub(super) fn g0(kit: &mut Kit<'_>, index: usize) -> Made {
    let Zone { tpk, zpk, block, account } = kit.zone(index)?;
    let (bdk, flag, tail) = (kit.key(BDK, index)?.token, kit.either("*", ""), kit.tail());
    let request = format!("CA{}{flag}{bdk}{KSN}12{block}0101{account}{tail}", tpk.token);
    let reply = kit.text(&request, "putting a PIN under a BDK")?;
    let block = reply.get(2..18).ok_or_else(|| odd("PIN block", &request, reply.as_bytes()))?;
    Ok(format!("G0{bdk}{}{KSN}{block}0101{account}{tail}", zpk.token).into_bytes())
}

/// Generate a CVV.
pub(super) fn cw(kit: &mut Kit<'_>, index: usize) -> Made {
    let cvk = kit.key(CVK, index)?.token;
    Ok(format!("CW{cvk}{};8701101{}", card(index), kit.tail()).into_bytes())
}

/// Verify a CVV.
pub(super) fn cy(kit: &mut Kit<'_>, index: usize) -> Made {
    let request = cw(kit, index)?;
    let cvv = kit.data(&request, "making a CVV")?;
    let cvk = kit.key(CVK, index)?.token;
    let card = card(index);
    Ok([format!("CY{cvk}").as_bytes(), &cvv, format!("{card};8701101{}", kit.tail()).as_bytes()]
        .concat())
}

fn card(index: usize) -> String {
    format!("{:016}", 4_000_000_000_000_000 + index as u64 * 104_729)
}

/// Retail MAC over 256 bytes.
pub(super) fn m6_256(kit: &mut Kit<'_>, index: usize) -> Made {
    mac(kit, index, "M6", 256, &[])
}

/// Retail MAC over 4 KiB.
pub(super) fn m6_4k(kit: &mut Kit<'_>, index: usize) -> Made {
    mac(kit, index, "M6", 4096, &[])
}

/// Retail MAC over 32,000 bytes, the longest message.
pub(super) fn m6_32k(kit: &mut Kit<'_>, index: usize) -> Made {
    mac(kit, index, "M6", 32_000, &[])
}

/// Verify a retail MAC over 256 bytes.
pub(super) fn m8_256(kit: &mut Kit<'_>, index: usize) -> Made {
    let request = m6_256(kit, index)?;
    let made = kit.data(&request, "making a MAC")?;
    mac(kit, index, "M8", 256, &made)
}

fn mac(kit: &mut Kit<'_>, index: usize, command: &str, length: usize, mac: &[u8]) -> Made {
    let (tak, kind) = (kit.key(TAK, index)?.token, kit.either("003", "FFF"));
    let start = format!("{command}00031{kind}{tak}{length:04X}");
    Ok([start.as_bytes(), &message(index, length), mac, kit.tail().as_bytes()].concat())
}

/// Verify a cryptogram and answer it.
///
/// The right cryptogram comes from the target: with diagnostics authorised it tells it in reply to
/// a wrong one.
pub(super) fn kq(kit: &mut Kit<'_>, index: usize) -> Made {
    let mk_ac = kit.key(MK_AC, index)?.token;
    let data = message(index, 72);
    // Sixteen digits, packed.
    let mut card_digits = [0; 8];
    let _ = hex::decode_to_slice(card(index), &mut card_digits);
    let fields = |mode: char, arqc: &[u8], arc: &[u8], tail: &str| {
        let start = format!("KQ{mode}0{mk_ac}");
        let values =
            [start.as_bytes(), &card_digits, &[0, 24], &[0; 4], b"48", &data, b";", arqc, arc];
        [values.concat().as_slice(), tail.as_bytes()].concat()
    };
    let wrong = fields('0', &[0; 8], &[], &kit.tail());
    let reply = kit.raw(&wrong)?;
    match reply.strip_prefix(b"KR01") {
        Some(right) if right.len() == 8 => Ok(fields('1', right, b"00", &kit.tail())),
        _ => Err(Failure::Refused {
            doing: "asking for the right cryptogram".to_owned(),
            command: super::ask::shown(&wrong),
            reply: super::ask::shown(&reply),
            advice: "KR01 with eight bytes is expected: authorise diag.host on the target"
                .to_owned(),
        }),
    }
}

/// Encrypt 4 KiB in CBC.
pub(super) fn m0_4k(kit: &mut Kit<'_>, index: usize) -> Made {
    encrypt(kit, index, "M0", &message(index, 4096))
}

/// Encrypt 32,000 bytes in CBC.
pub(super) fn m0_32k(kit: &mut Kit<'_>, index: usize) -> Made {
    encrypt(kit, index, "M0", &message(index, 32_000))
}

/// Decrypt 4 KiB in CBC.
pub(super) fn m2_4k(kit: &mut Kit<'_>, index: usize) -> Made {
    decrypt(kit, index, 4096)
}

/// Decrypt 32,000 bytes in CBC.
pub(super) fn m2_32k(kit: &mut Kit<'_>, index: usize) -> Made {
    decrypt(kit, index, 32_000)
}

fn encrypt(kit: &mut Kit<'_>, index: usize, command: &str, data: &[u8]) -> Made {
    let (dek, kind) = (kit.key(DEK, index)?.token, kit.either("00B", "FFF"));
    let start = format!("{command}0100{kind}{dek}{:016}{:04X}", 0, data.len());
    Ok([start.as_bytes(), data, kit.tail().as_bytes()].concat())
}

/// The decryption of what M0 made, which has to give back what M0 was given.
fn decrypt(kit: &mut Kit<'_>, index: usize, length: usize) -> Made {
    let clear = message(index, length);
    let request = encrypt(kit, index, "M0", &clear)?;
    // The reply leads with the chaining value and the length.
    let mut encrypted = kit.data(&request, "encrypting")?;
    encrypted.drain(..encrypted.len().min(20));
    let request = encrypt(kit, index, "M2", &encrypted)?;
    let back = kit.data(&request, "decrypting")?;
    if back.get(20..) != Some(clear.as_slice()) {
        return Err(odd("decrypting what M0 encrypted", "M2", &back));
    }
    Ok(request)
}

/// Bytes that look random and are the same in every run.
fn message(index: usize, length: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64.wrapping_mul(index as u64 + 1);
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}
