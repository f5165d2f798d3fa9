//! Private keys under an LMK.

use crypto::Des;
use crypto::rsa::{Factors, MODULUS_BITS, PrivateKey};
use rand_core::Rng;
use zeroize::Zeroizing;

use super::{Purpose, RsaKey, RsaRefusal};
use crate::key_block::{Header, KeyBlock, thales};
use crate::lmk::Engine;
use crate::{Lmk, LmkId, Refusal};

/// LMK pair 34-35.
const PAIR: u8 = 17;

/// Bytes in front of the factors: purpose, zero, bits of the modulus.
const FRONT: usize = 4;
/// Bytes of the MAC behind them.
const MAC: usize = 4;
/// What turns the second key of the pair into that of the MAC.
const MAC_MASK: u8 = 0xA6;

impl Lmk {
    /// Opens a private key: bytes under a variant LMK, else `S` and a key block.
    ///
    /// # Errors
    /// 78 for a length that no key has; 49 if it is not authentic or no key; those of key blocks.
    pub fn open_rsa(&self, id: LmkId, sealed: &[u8]) -> Result<RsaKey, RsaRefusal> {
        match self.engine() {
            Engine::Variant(_) => self.open_parts(sealed),
            Engine::KeyBlock(lmk) => {
                let block = sealed.strip_prefix(b"S").ok_or(Refusal::LmkSchemes)?;
                let header = Header::parse(block)?;
                if header.lmk() != Some(id.0) {
                    return Err(Refusal::LmkIdentifiers.into());
                }
                if header.algorithm != b'R' {
                    return Err(Refusal::Algorithm.into());
                }
                let purpose = Purpose::of(&header)?;
                let length = KeyBlock::parse(block)?.body_length();
                let mut body = Zeroizing::new(vec![0; length]);
                let (header, sequence) = thales::open_private_key(lmk.keys(), block, &mut body)?;
                let factors = Factors::from_der(sequence);
                let key = factors.and_then(|factors| PrivateKey::of_factors(&factors));
                let key = key.map_err(|_| RsaRefusal::PrivateKey)?;
                Ok(RsaKey { key, purpose, header: Some(header) })
            }
        }
    }

    /// Seals a private key; the counterpart of [`Lmk::open_rsa`]. Key version number, exportability and `optional` blocks
    /// count under a key-block LMK only, where a key that was in a key block keeps its header.
    ///
    /// # Errors
    /// Those of key blocks.
    pub fn seal_rsa(
        &self,
        id: LmkId,
        key: &RsaKey,
        attributes: RsaAttributes<'_>,
        rng: &mut dyn Rng,
    ) -> Result<Vec<u8>, RsaRefusal> {
        let factors = key.key.factors().map_err(|_| RsaRefusal::PrivateKey)?;
        let Engine::KeyBlock(lmk) = self.engine() else {
            return self.seal_parts(key, &factors);
        };
        let (usage, mode) = key.purpose.usage();
        let new = Header {
            version: lmk.keys().version(),
            usage,
            algorithm: b'R',
            mode,
            key_version: attributes.key_version,
            exportability: attributes.exportability,
            reserved: id.digits(),
        };
        let header = match key.header {
            Some(old) => Header { version: new.version, reserved: new.reserved, ..old },
            None => new,
        };
        let sequence = factors.to_der().map_err(|_| RsaRefusal::PrivateKey)?;
        let mut out = vec![0; 1 + KeyBlock::LONGEST];
        out[0] = b'S';
        let length = thales::seal_private_key(
            lmk.keys(),
            &header,
            attributes.optional,
            &sequence,
            rng,
            &mut out[1..],
        )?;
        out.truncate(1 + length);
        Ok(out)
    }

    /// The keys of pair 34-35.
    fn pair_34_35(&self) -> Result<[[u8; 8]; 2], RsaRefusal> {
        let pair = self.material().pair(PAIR).ok_or(Refusal::LmkSchemes)?;
        match pair.as_chunks::<8>() {
            ([first, second, ..], _) => Ok([*first, *second]),
            _ => Err(Refusal::LmkSchemes.into()),
        }
    }

    fn open_parts(&self, sealed: &[u8]) -> Result<RsaKey, RsaRefusal> {
        let longest = layout(*MODULUS_BITS.end()).total;
        if sealed.is_empty() || !sealed.len().is_multiple_of(8) || sealed.len() > longest {
            return Err(RsaRefusal::PrivateKeyLength);
        }
        let pair = Zeroizing::new(self.pair_34_35()?);
        let mut clear = Zeroizing::new(sealed.to_vec());
        let [first, second] = [&pair[0], &pair[1]].map(Des::new);
        chain(&first, &mut clear, false);
        backwards(&second, &mut clear, true);
        chain(&first, &mut clear, false);

        let [purpose, _, high, low, ..] = **clear else { return Err(RsaRefusal::PrivateKey) };
        let bits = usize::from(u16::from_be_bytes([high, low]));
        let Layout { part, authentic, total } = layout(bits);
        let Some(purpose) = Purpose::of_code(purpose).filter(|_| MODULUS_BITS.contains(&bits))
        else {
            return Err(RsaRefusal::PrivateKey);
        };
        if total != sealed.len() {
            return Err(RsaRefusal::PrivateKeyLength);
        }
        let (data, mac) = clear.split_at(authentic);
        if !crypto::equal(&mac[..MAC], &mac_of(pair[1], data)) {
            return Err(RsaRefusal::PrivateKey);
        }
        let mut parts = data[FRONT..].chunks_exact(part);
        let mut next = || Zeroizing::new(parts.next().unwrap_or_default().to_vec());
        let factors = Factors { p: next(), q: next(), dp: next(), dq: next(), q_inverse: next() };
        let key = PrivateKey::of_factors(&factors).map_err(|_| RsaRefusal::PrivateKey)?;
        Ok(RsaKey { key, purpose, header: None })
    }

    fn seal_parts(&self, key: &RsaKey, factors: &Factors) -> Result<Vec<u8>, RsaRefusal> {
        let pair = Zeroizing::new(self.pair_34_35()?);
        let bits = key.key.bits();
        let Layout { part, authentic, total } = layout(bits);
        let mut clear = Zeroizing::new(vec![0; total]);
        let stated = u16::try_from(bits).map_err(|_| RsaRefusal::PrivateKey)?;
        clear[0] = key.purpose.code();
        clear[2..FRONT].copy_from_slice(&stated.to_be_bytes());
        let places = clear[FRONT..authentic].chunks_exact_mut(part);
        for (place, number) in places.zip(in_order(factors)) {
            let start = part.checked_sub(number.len()).ok_or(RsaRefusal::PrivateKey)?;
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

/// What a key block says of a new private key beside its purpose.
#[derive(Clone, Copy, Debug)]
pub struct RsaAttributes<'a> {
    /// Key version number.
    pub key_version: [u8; 2],
    /// Exportability.
    pub exportability: u8,
    /// Optional blocks.
    pub optional: &'a [u8],
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
