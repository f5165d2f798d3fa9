//! RSA private keys under a variant LMK.

use crypto::Des;
use crypto::rsa::{self, Factors, MODULUS_BITS};
use zeroize::Zeroizing;

use super::{PairRefusal, PrivateKey, Purpose, Secret};
use crate::{Lmk, Refusal};

/// LMK pair 34-35.
const PAIR: u8 = 17;

/// Bytes in front of the factors: purpose, zero, bits of the modulus.
const FRONT: usize = 4;
/// Bytes of the MAC behind them.
const MAC: usize = 4;
/// What turns the second key of the pair into that of the MAC.
const MAC_MASK: u8 = 0xA6;

impl Lmk {
    /// The keys of pair 34-35.
    fn pair_34_35(&self) -> Result<[[u8; 8]; 2], PairRefusal> {
        let pair = self.material().pair(PAIR).ok_or(Refusal::LmkSchemes)?;
        match pair.as_chunks::<8>() {
            ([first, second, ..], _) => Ok([*first, *second]),
            _ => Err(Refusal::LmkSchemes.into()),
        }
    }

    /// Opens a private key.
    ///
    /// # Errors
    /// 78 for a length that no key has; 49 if it is not authentic or no key.
    pub(super) fn open_parts(&self, sealed: &[u8]) -> Result<PrivateKey, PairRefusal> {
        let longest = layout(*MODULUS_BITS.end()).total;
        if sealed.is_empty() || !sealed.len().is_multiple_of(8) || sealed.len() > longest {
            return Err(PairRefusal::PrivateKeyLength);
        }
        let pair = Zeroizing::new(self.pair_34_35()?);
        let mut clear = Zeroizing::new(sealed.to_vec());
        let [first, second] = [&pair[0], &pair[1]].map(Des::new);
        chain(&first, &mut clear, false);
        backwards(&second, &mut clear, true);
        chain(&first, &mut clear, false);

        let [purpose, _, high, low, ..] = **clear else { return Err(PairRefusal::PrivateKey) };
        let bits = usize::from(u16::from_be_bytes([high, low]));
        let Layout { part, authentic, total } = layout(bits);
        let Some(purpose) = Purpose::of_code(purpose).filter(|_| MODULUS_BITS.contains(&bits))
        else {
            return Err(PairRefusal::PrivateKey);
        };
        if total != sealed.len() {
            return Err(PairRefusal::PrivateKeyLength);
        }
        let (data, mac) = clear.split_at(authentic);
        if !crypto::equal(&mac[..MAC], &mac_of(pair[1], data)) {
            return Err(PairRefusal::PrivateKey);
        }
        let mut parts = data[FRONT..].chunks_exact(part);
        let mut next = || Zeroizing::new(parts.next().unwrap_or_default().to_vec());
        let factors = Factors { p: next(), q: next(), dp: next(), dq: next(), q_inverse: next() };
        let key = rsa::PrivateKey::of_factors(&factors).map_err(|_| PairRefusal::PrivateKey)?;
        Ok(PrivateKey { secret: Secret::Rsa(key), purpose, origin: None })
    }

    /// Seals a private key; the counterpart of [`Lmk::open_parts`].
    pub(super) fn seal_parts(
        &self,
        bits: usize,
        purpose: Purpose,
        factors: &Factors,
    ) -> Result<Vec<u8>, PairRefusal> {
        let pair = Zeroizing::new(self.pair_34_35()?);
        let Layout { part, authentic, total } = layout(bits);
        let mut clear = Zeroizing::new(vec![0; total]);
        let stated = u16::try_from(bits).map_err(|_| PairRefusal::PrivateKey)?;
        clear[0] = purpose.code();
        clear[2..FRONT].copy_from_slice(&stated.to_be_bytes());
        let places = clear[FRONT..authentic].chunks_exact_mut(part);
        for (place, number) in places.zip(in_order(factors)) {
            let start = part.checked_sub(number.len()).ok_or(PairRefusal::PrivateKey)?;
            place[start..].copy_from_slice(number);
        }
        let mac = mac_of(pair[1], &clear[..authentic]);
        clear[authentic..authentic + MAC].copy_from_slice(&mac);
        let [first, second] = [&pair[0], &pair[1]].map(Des::new);
        chain(&first, &mut clear, true);
        backwards(&second, &mut clear, false);
        chain(&first, &mut clear, true);
        Ok(clear.to_vec())
    }
}

impl Purpose {
    /// The first byte of a private key.
    const fn code(self) -> u8 {
        match self {
            Self::Signature => 0,
            Self::KeyManagement => 1,
            Self::Both => 2,
            Self::ChipCard => 3,
        }
    }

    const fn of_code(code: u8) -> Option<Self> {
        Some(match code {
            0 | b'0' => Self::Signature,
            1 | b'1' => Self::KeyManagement,
            2 | b'2' => Self::Both,
            3 | b'3' => Self::ChipCard,
            _ => return None,
        })
    }
}

/// Where the parts of a private key are under a variant LMK.
struct Layout {
    /// Bytes of each number.
    part: usize,
    /// Bytes under the MAC.
    authentic: usize,
    /// All bytes.
    total: usize,
}

/// The layout for a modulus of so many bits. Source: recorded device traffic for 2048 bits, an open simulator for 512 and 1024.
const fn layout(bits: usize) -> Layout {
    let part = bits.div_ceil(2).div_ceil(24) * 3;
    let authentic = FRONT + 5 * part;
    Layout { part, authentic, total: (authentic + MAC).next_multiple_of(8) }
}

/// The numbers in the order in which they stand.
const fn in_order(factors: &Factors) -> [&Zeroizing<Vec<u8>>; 5] {
    let Factors { p, q, dp, dq, q_inverse } = factors;
    [p, q, dp, dq, q_inverse]
}

/// Single DES CBC-MAC under the second key of the pair with a variant.
fn mac_of(key: [u8; 8], data: &[u8]) -> [u8; MAC] {
    let mut key = Zeroizing::new(key);
    key[0] ^= MAC_MASK;
    let cipher = Des::new(&key);
    let mut value = [0; 8];
    for block in data.chunks(8) {
        for (byte, other) in value.iter_mut().zip(block) {
            *byte ^= other;
        }
        value = cipher.encrypt(u64::from_be_bytes(value)).to_be_bytes();
    }
    let [a, b, c, d, ..] = value;
    [a, b, c, d]
}

/// CBC from the first block on.
fn chain(cipher: &Des, data: &mut [u8], encrypt: bool) {
    cbc(cipher, data.as_chunks_mut::<8>().0.iter_mut(), encrypt);
}

/// CBC from the last block on.
fn backwards(cipher: &Des, data: &mut [u8], encrypt: bool) {
    cbc(cipher, data.as_chunks_mut::<8>().0.iter_mut().rev(), encrypt);
}

fn cbc<'b>(cipher: &Des, blocks: impl Iterator<Item = &'b mut [u8; 8]>, encrypt: bool) {
    let mut previous = 0;
    for place in blocks {
        let block = u64::from_be_bytes(*place);
        let result = if encrypt {
            previous = cipher.encrypt(block ^ previous);
            previous
        } else {
            let clear = cipher.decrypt(block) ^ previous;
            previous = block;
            clear
        };
        *place = result.to_be_bytes();
    }
}
