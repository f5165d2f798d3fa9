//! What data encryption commands say about data.

use vault::{
    Key, Use,
    role::DataKey,
    usage::{self, Derivation, Direction},
};
use wire::{Code, ErrorCode, Group};

use super::{CipherBlock, Counted, Counted4H, Encoding, KeyField, KeyTypeCode, Ksn};
use crate::{
    Session,
    error::{self, refused},
};

/// Mode of operation.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum CipherMode {
    /// ECB.
    #[code("00")]
    Ecb,
    /// CBC.
    #[code("01")]
    Cbc,
    /// CFB, eight bits.
    #[code("02")]
    Cfb8,
    /// CFB, whole blocks.
    #[code("03")]
    Cfb,
    /// OFB.
    #[code("05")]
    Ofb,
    /// Counter.
    #[code("06")]
    Counter,
}

/// Data, and the key and mode that they are encrypted or decrypted with.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct CipherData<'a> {
    /// Mode of operation.
    #[error(2)]
    pub mode: CipherMode,
    /// Encoding of the data.
    #[error(3)]
    pub input: Encoding,
    /// Encoding of the result.
    #[error(4)]
    pub output: Encoding,
    /// Type of the key.
    #[error(5)]
    pub key_type: KeyTypeCode,
    /// Key.
    pub key: KeyField<'a, DataKey, 10>,
    /// Key serial number for a BDK.
    #[when(key_type.is_bdk() || key.is_bdk())]
    pub ksn: Option<Ksn<'a>>,
    /// Initial value, or the chaining value of the data before.
    #[when(!mode in ["00"])]
    #[with(key.block_size())]
    pub iv: Option<CipherBlock>,
    /// Data; their length counts the characters that follow.
    pub data: Counted4H<'a>,
}

/// Encrypts or decrypts data in place.
pub(crate) type Work = fn(
    &Key<usage::Data>,
    usage::Mode,
    &mut [u8],
    &mut [u8],
) -> Result<(), usage::Fault<crypto::NotBlocks>>;

impl<'a> CipherData<'a> {
    /// Opens the key, decodes the data, does the work and encodes the result.
    pub(crate) fn work(
        &self,
        session: &Session<'a>,
        purpose: Use,
        work: Work,
    ) -> Result<(Option<CipherBlock>, Counted4H<'a>), ErrorCode> {
        let key = self.open(session, purpose)?;
        let data = self.input.decode(self.data.0, session)?;
        let into = session.scratch().take(data.len())?;
        into.copy_from_slice(data);
        let mut chain = [0; 16];
        let size = key.block_size();
        if let Some(iv) = &self.iv {
            chain[..size].copy_from_slice(iv.bytes());
        }
        work(&key, self.mode.of_key(), &mut chain[..size], into).map_err(|fault| match fault {
            usage::Fault::Key(refusal) => refused(refusal, error::SOURCE_PARITY.0),
            usage::Fault::Input(_) => ErrorCode::new(6),
        })?;
        let iv = self.iv.map(|_| CipherBlock::new(&chain[..size]));
        Ok((iv, Counted(self.output.encode(into, session)?)))
    }

    fn open(&self, session: &Session<'a>, purpose: Use) -> Result<Key<usage::Data>, ErrorCode> {
        let failed = |refusal| refused(refusal, error::SOURCE_PARITY.0);
        let Some(ksn) = self.ksn else {
            let allowed = [b"00A", b"00B", b"30B", b"FFF"];
            if !allowed.contains(&&self.key_type.0) {
                return Err(ErrorCode::new(5));
            }
            return session.open_as(self.key, self.key_type, purpose)?.narrow().map_err(failed);
        };
        let bdk = session.open_as(self.key, self.key_type, Use::Derive)?;
        let direction = match (&self.key_type.0, self.key.token.key_usage().as_ref()) {
            (b"609", _) | (_, Some(b"41")) => Direction::Request,
            (b"909", _) | (_, Some(b"43")) => Direction::Response,
            _ => Direction::Both,
        };
        let bdk: Key<Derivation> = bdk.narrow().map_err(failed)?;
        let serial = bdk.serial_number(ksn.number.0).map_err(|_| ErrorCode::INVALID_INPUT)?;
        bdk.data_key(&serial, direction).map_err(failed)
    }
}

impl CipherMode {
    fn of_key(self) -> usage::Mode {
        match self {
            Self::Ecb => usage::Mode::Ecb,
            Self::Cbc => usage::Mode::Cbc,
            Self::Cfb8 => usage::Mode::Cfb8,
            Self::Cfb => usage::Mode::Cfb,
            Self::Ofb => usage::Mode::Ofb,
            Self::Counter => usage::Mode::Ctr,
        }
    }
}
