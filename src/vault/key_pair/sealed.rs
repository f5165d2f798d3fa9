//! Keys of pairs under an LMK.

use crypto::mac::{Chain, Padding};
use crypto::rsa::{self, Factors};
use crypto::{Cipher, Tdes, ecc};
use rand_core::Rng;
use zeroize::Zeroizing;

use super::{Encoding, Origin, PairRefusal, PrivateKey, PublicKey, Purpose, Secret};
use crate::key_block::{Header, KeyBlock, KeyBlockKeys, thales};
use crate::lmk::Engine;
use crate::{Lmk, LmkId, Refusal, Use};

/// LMK pair 36-37.
const PAIR: u8 = 18;

/// Key usage of a public key.
const PUBLIC: [u8; 2] = *b"02";

/// What a key block says of a key of a pair beside what it is and what it is for.
#[derive(Clone, Copy, Debug)]
pub struct BlockAttributes<'a> {
    /// Key version number.
    pub key_version: [u8; 2],
    /// Exportability.
    pub exportability: u8,
    /// Optional blocks.
    pub optional: &'a [u8],
}

impl BlockAttributes<'_> {
    /// What it says if nothing is said: the key may not leave. Source: manual, for new private keys.
    pub const PLAIN: BlockAttributes<'static> =
        BlockAttributes { key_version: Header::NO_VERSION, exportability: b'N', optional: b"" };
}

impl Purpose {
    /// Key usage and mode of use of a private key with this algorithm.
    const fn usage(self, algorithm: u8) -> ([u8; 2], u8) {
        match self {
            Self::Signature => (*b"03", b'S'),
            Self::KeyManagement if algorithm == b'E' => (*b"03", b'X'),
            Self::KeyManagement => (*b"03", b'D'),
            Self::Both => (*b"03", b'N'),
            Self::ChipCard => (*b"04", b'N'),
        }
    }

    /// What a header permits.
    fn of(header: &Header) -> Result<Self, Refusal> {
        match (&header.usage, header.algorithm, header.mode) {
            (b"03", b'E', mode) => Self::of_mode_on_curve(mode),
            (b"03", b'R', b'S') => Ok(Self::Signature),
            (b"03", b'R', b'D') => Ok(Self::KeyManagement),
            (b"03", b'R', b'N') => Ok(Self::Both),
            (b"03", b'R', _) => Err(Refusal::Mode),
            (b"04", b'R', _) => Ok(Self::ChipCard),
            (b"03" | b"04", ..) => Err(Refusal::Algorithm),
            _ => Err(Refusal::Usage),
        }
    }

    /// What a mode of use permits a private key on a curve.
    ///
    /// # Errors
    /// A8 for a mode that none has.
    pub const fn of_mode_on_curve(mode: u8) -> Result<Self, Refusal> {
        match mode {
            b'S' => Ok(Self::Signature),
            b'X' => Ok(Self::KeyManagement),
            b'N' => Ok(Self::Both),
            _ => Err(Refusal::Mode),
        }
    }
}

impl PrivateKey {
    /// The header that a key block has under an LMK, and its optional blocks: what they were where it was in one already.
    fn header<'k>(
        &'k self,
        keys: &KeyBlockKeys,
        id: LmkId,
        attributes: BlockAttributes<'k>,
    ) -> (Header, &'k [u8]) {
        let (version, reserved) = (keys.version(), id.digits());
        if let Some(Origin { header, optional }) = &self.origin {
            return (Header { version, reserved, ..*header }, optional);
        }
        let algorithm = match self.secret {
            Secret::Rsa(_) => b'R',
            Secret::Curve(_) => b'E',
        };
        let (usage, mode) = self.purpose.usage(algorithm);
        let BlockAttributes { key_version, exportability, optional } = attributes;
        let header =
            Header { version, usage, algorithm, mode, key_version, exportability, reserved };
        (header, optional)
    }
}

impl Lmk {
    /// Opens a private key: bytes under a variant LMK, else a key block with its scheme tag.
    ///
    /// # Errors
    /// 78 for a length that no key has; 49 if it is not authentic or no key; those of key blocks.
    pub fn open_private_key(&self, id: LmkId, sealed: &[u8]) -> Result<PrivateKey, PairRefusal> {
        let Ok(keys) = self.key_block_keys() else { return self.open_parts(sealed) };
        let (header, block) = block_of(sealed, id)?;
        let purpose = Purpose::of(&header)?;
        let content = content(keys, &header, block)?;
        let secret = if header.algorithm == b'R' {
            let key =
                Factors::from_der(&content).and_then(|parts| rsa::PrivateKey::of_factors(&parts));
            key.map(Secret::Rsa).map_err(|_| PairRefusal::PrivateKey)?
        } else {
            let key = ecc::PrivateKey::from_der(&content);
            key.map(Secret::Curve).map_err(|_| PairRefusal::PrivateKey)?
        };
        let optional = KeyBlock::parse(block)?.optional.text().to_vec();
        Ok(PrivateKey { secret, purpose, origin: Some(Origin { header, optional }) })
    }

    /// Seals a private key; the counterpart of [`Lmk::open_private_key`]. The attributes count under a key-block LMK only, and
    /// not for a key that was in a key block: that keeps its own.
    ///
    /// # Errors
    /// A1 for a key on a curve under a variant LMK; those of key blocks.
    pub fn seal_private_key(
        &self,
        id: LmkId,
        key: &PrivateKey,
        attributes: BlockAttributes<'_>,
        rng: &mut dyn Rng,
    ) -> Result<Vec<u8>, PairRefusal> {
        let content = match &key.secret {
            Secret::Rsa(secret) => {
                let factors = secret.factors().map_err(|_| PairRefusal::PrivateKey)?;
                if matches!(self.engine(), Engine::Variant(_)) {
                    return self.seal_parts(secret.bits(), key.purpose, &factors);
                }
                factors.to_der().map_err(|_| PairRefusal::PrivateKey)?
            }
            Secret::Curve(secret) => secret.to_der().map_err(|_| PairRefusal::PrivateKey)?,
        };
        let keys = self.key_block_keys()?;
        let (header, optional) = key.header(keys, id, attributes);
        Ok(seal(keys, &header, optional, &content, rng)?)
    }

    /// Opens a public key in a key block with its scheme tag.
    ///
    /// # Errors
    /// Those of key blocks, among them A8 for a mode of use that does not permit what it is about to do (inferred); that of a
    /// key that is none.
    pub fn open_public_key(
        &self,
        id: LmkId,
        sealed: &[u8],
        use_: Use,
    ) -> Result<PublicKey, PairRefusal> {
        let keys = self.key_block_keys()?;
        let (header, block) = block_of(sealed, id)?;
        if header.usage != PUBLIC {
            return Err(Refusal::Usage.into());
        }
        if !use_.modes().contains(&header.mode) {
            return Err(Refusal::Mode.into());
        }
        let encoding = match header.algorithm {
            b'R' => Encoding::Sequence(rsa::Representation::Unsigned),
            b'E' => Encoding::SubjectPublicKeyInfo,
            _ => return Err(Refusal::Algorithm.into()),
        };
        PublicKey::from_der(&content(keys, &header, block)?, encoding)
    }

    /// Seals a public key in a key block; the counterpart of [`Lmk::open_public_key`].
    ///
    /// # Errors
    /// A1 under a variant LMK; A8 for a mode of use that no public key has: one of RSA has `E`, `V` or `N` (inferred); those
    /// of key blocks.
    pub fn seal_public_key(
        &self,
        id: LmkId,
        key: &PublicKey,
        mode: u8,
        attributes: BlockAttributes<'_>,
        rng: &mut dyn Rng,
    ) -> Result<Vec<u8>, PairRefusal> {
        let keys = self.key_block_keys()?;
        let algorithm = match key {
            PublicKey::Rsa(_) if !matches!(mode, b'E' | b'V' | b'N') => {
                return Err(Refusal::Mode.into());
            }
            PublicKey::Rsa(_) => b'R',
            PublicKey::Curve(_) => b'E',
        };
        let BlockAttributes { key_version, exportability, optional } = attributes;
        let (version, reserved) = (keys.version(), id.digits());
        let header = Header {
            version,
            usage: PUBLIC,
            algorithm,
            mode,
            key_version,
            exportability,
            reserved,
        };
        Ok(seal(keys, &header, optional, &key.to_der()?, rng)?)
    }

    /// The MAC of a public key and authentication data: ANSI X9.19 under LMK pair 36-37. Source: manual, by its example.
    ///
    /// # Errors
    /// A1 under a key-block LMK, where public keys are in key blocks.
    pub fn public_key_mac(&self, key: &[u8], data: &[u8]) -> Result<[u8; 4], PairRefusal> {
        if !matches!(self.engine(), Engine::Variant(_)) {
            return Err(Refusal::LmkSchemes.into());
        }
        let pair = self.material().pair(PAIR).ok_or(Refusal::LmkSchemes)?;
        let cipher = Cipher::Tdes(Tdes::new(pair).map_err(|_| Refusal::Length)?);
        let message = [key, data].concat();
        let mac = Chain::algorithm_3(&cipher).finish(&message, Padding::Zeros);
        let [a, b, c, d, ..] = mac.map_err(|_| Refusal::Length)?;
        Ok([a, b, c, d])
    }

    fn key_block_keys(&self) -> Result<&KeyBlockKeys, Refusal> {
        match self.engine() {
            Engine::KeyBlock(lmk) => Ok(lmk.keys()),
            Engine::Variant(_) => Err(Refusal::LmkSchemes),
        }
    }
}

/// The header of a key block with its scheme tag, and the block without that.
fn block_of(sealed: &[u8], id: LmkId) -> Result<(Header, &[u8]), Refusal> {
    let block = sealed.strip_prefix(b"S").ok_or(Refusal::LmkSchemes)?;
    let header = Header::parse(block)?;
    if header.lmk() == Some(id.0) { Ok((header, block)) } else { Err(Refusal::LmkIdentifiers) }
}

/// The DER in a key block.
fn content(
    keys: &KeyBlockKeys,
    header: &Header,
    block: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let mut body = Zeroizing::new(vec![0; KeyBlock::parse(block)?.body_length()]);
    let (_, der) = match header.algorithm {
        b'R' => thales::open_private_key(keys, block, &mut body)?,
        _ => thales::open_payload(keys, block, &mut body)?,
    };
    Ok(Zeroizing::new(der.to_vec()))
}

/// A key block with its scheme tag around DER.
fn seal(
    keys: &KeyBlockKeys,
    header: &Header,
    optional: &[u8],
    der: &[u8],
    rng: &mut dyn Rng,
) -> Result<Vec<u8>, Refusal> {
    header.check_combination()?;
    let mut out = vec![b'S'; 1 + KeyBlock::LONGEST];
    let length = match header.algorithm {
        b'R' => thales::seal_private_key(keys, header, optional, der, rng, &mut out[1..])?,
        _ => thales::seal_payload(keys, header, optional, der, rng, &mut out[1..])?,
    };
    out.truncate(1 + length);
    Ok(out)
}
