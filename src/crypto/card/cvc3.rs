//! Mastercard dynamic CVC3, for contactless magnetic stripe data.

use zeroize::Zeroizing;

use crate::KeyLength;
use crate::cipher::{BlockCipher, Cipher};
use crate::mac::{Chain, Padding};

/// IVCVC3, the value that a card holds for one of its tracks: the last 2 bytes of the retail MAC over the static track
/// data, padding method 2.
///
/// `card_key` is derived from the CVC3 master key by EMV option A; `track` is the static part with the dynamic digits
/// nulled. Published. [`KeyLength`] unless the key is one of DES.
pub fn static_value(card_key: &Cipher, track: &[u8]) -> Result<[u8; 2], KeyLength> {
    let mac = Chain::algorithm_3(card_key).finish(track, Padding::Marked).map_err(|_| KeyLength)?;
    match (card_key, mac) {
        (Cipher::Tdes(_), [_, _, _, _, _, _, high, low, ..]) => Ok([high, low]),
        (Cipher::Aes(_), _) => Err(KeyLength),
    }
}

/// CVC3 as 5 ASCII digits with leading zeros: the last 2 bytes of E(IVCVC3, unpredictable number, counter) as a decimal
/// number.
///
/// Published. [`KeyLength`] unless the key is one of DES.
pub fn cvc3(
    card_key: &Cipher,
    static_value: [u8; 2],
    unpredictable: [u8; 4],
    counter: [u8; 2],
) -> Result<[u8; 5], KeyLength> {
    if card_key.block_size() != 8 {
        return Err(KeyLength);
    }
    let mut block = Zeroizing::new([0; 8]);
    let parts = static_value.iter().chain(&unpredictable).chain(&counter);
    block.iter_mut().zip(parts).for_each(|(place, byte)| *place = *byte);
    card_key.encrypt_block(&mut *block);
    let [.., high, low] = *block;
    let mut rest = u16::from_be_bytes([high, low]);
    let mut digits = [b'0'; 5];
    for place in digits.iter_mut().rev() {
        *place += (rest % 10) as u8;
        rest /= 10;
    }
    Ok(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;

    #[test]
    fn vectors() {
        vectors::run("cvc3", &[], |row| {
            let (key, track) = match row.algorithm() {
                "mc-cvc3" => ("icc_mk_cvc3", "track_static"),
                // The source drops leading zeros; none of its values has any.
                "mc-cvc3-recorded" => ("icc_cvc3", "track_template"),
                _ => return None,
            };
            assert!(!row.has("padding") || row.number("padding") == 2);
            let key = row.tdes_key(key).cipher().expect("key");
            let static_value = static_value(&key, &row.bytes(track)).expect("key");
            let cvc3 = cvc3(&key, static_value, row.array("un"), row.array("atc"));
            row.is(&cvc3.expect("key"));
            Some(())
        });
    }
}
