//! Encrypting and decrypting data as M0, M2 and M4 do.

use appliance::ZekEncryption;
use crypto::{NotBlocks, fpe::FpeFault, modes::Counter};
use vault::{
    Key, LmkKind, Use,
    role::DataKey,
    usage::{Data, Derivation, Direction, Fault, Mode, Stated},
};
use wire::ErrorCode;

use crate::{
    Session,
    error::{KEY_USAGE, MESSAGE_FORMAT, refused, refused_outright},
    fields::{
        Chaining, CipherBlock, CipherMode, CounterBits, Decimal, Fpe, KeyField, KeyTypeCode, Ksn,
        Radix, TakBlock,
    },
};

/// Most characters that a message may say its data have. Source: manual.
const LONGEST: usize = 0x7D00;

/// Mode of operation.
const NO_MODE: ErrorCode = ErrorCode::new(2);
/// Length of the data.
const LENGTH: ErrorCode = ErrorCode::new(6);
/// A character that is not of the alphabet of format-preserving encryption.
const NUMERAL: ErrorCode = ErrorCode::new(9);
/// The mode needs an AES key block LMK.
const NEEDS_AES_LMK: ErrorCode = ErrorCode(*b"D1");
/// The mode needs an AES key.
const NEEDS_AES_KEY: ErrorCode = ErrorCode(*b"D2");

/// What a message says about a cipher; bad parity of its key gives error `E`.
#[derive(Clone, Copy)]
pub(crate) struct Side<'a, const E: u8> {
    pub(crate) mode: CipherMode,
    pub(crate) radix: Option<Radix>,
    pub(crate) fpe: Option<Fpe<'a>>,
    pub(crate) key_type: KeyTypeCode,
    pub(crate) key: KeyField<'a, DataKey, E>,
    pub(crate) ksn: Option<Ksn<'a>>,
    pub(crate) chaining: Chaining,
}

/// A cipher with its key and its chaining value.
pub(crate) struct Cipher<'a> {
    key: Key<Data>,
    mode: Work<'a>,
    chain: Option<CipherBlock>,
    allowed: ZekEncryption,
}

/// How a cipher goes over data.
#[derive(Clone, Copy)]
enum Work<'a> {
    Blocks(Mode),
    Bps(Radix),
    Ff1(Fpe<'a>),
}

impl Session<'_> {
    /// Opens the TAK of a block.
    pub(crate) fn tak_block(
        &self,
        block: TakBlock<'_>,
        use_: Use,
    ) -> Result<(Key<Data>, [u8; 8]), ErrorCode> {
        Ok((self.open(block.key, use_)?, block.data.0))
    }
}

impl<'a, const E: u8> Side<'a, E> {
    /// Opens the key. A wrong key type has the error code `type_code`; BDKs of `other` are for other commands.
    pub(crate) fn open(
        &self,
        session: &Session<'a>,
        purpose: Use,
        type_code: ErrorCode,
        other: Option<Direction>,
    ) -> Result<Cipher<'a>, ErrorCode> {
        let key = self.key(session, purpose, type_code, other)?;
        let is_aes = key.block_size() == 16;
        let mode = match self.mode {
            CipherMode::Ecb => Work::Blocks(Mode::Ecb),
            CipherMode::Cbc => Work::Blocks(Mode::Cbc),
            CipherMode::Cfb8 => Work::Blocks(Mode::Cfb8),
            CipherMode::Cfb64 => Work::Blocks(Mode::Cfb64),
            CipherMode::Ofb => Work::Blocks(Mode::Ofb),
            CipherMode::Ff1 if session.lmk()?.kind() != LmkKind::AesKeyBlock => {
                return Err(NEEDS_AES_LMK);
            }
            CipherMode::Counter | CipherMode::Ff1 if !is_aes => return Err(NEEDS_AES_KEY),
            CipherMode::Counter => Work::Blocks(Mode::Ctr(counter(self.chaining.counter)?)),
            CipherMode::Bps => Work::Bps(self.radix.ok_or(NO_MODE)?),
            CipherMode::Ff1 => Work::Ff1(self.fpe.ok_or(ErrorCode::INVALID_INPUT)?),
            CipherMode::VisaStandard(never) | CipherMode::VisaFpe(never) => match never {},
        };
        let setting = session.settings().zek_encryption;
        let allowed = if is_zek(&key) { setting } else { ZekEncryption::Binary };
        if allowed == ZekEncryption::None {
            return Err(MESSAGE_FORMAT.0);
        }
        Ok(Cipher { key, mode, chain: self.chaining.iv, allowed })
    }

    fn key(
        &self,
        session: &Session<'a>,
        purpose: Use,
        type_code: ErrorCode,
        other: Option<Direction>,
    ) -> Result<Key<Data>, ErrorCode> {
        let failed = |refusal| refused(refusal, ErrorCode::new(E));
        let open = |purpose| -> Result<Key<Stated>, ErrorCode> {
            session.open_as(self.key, self.key_type, purpose)
        };
        let Some(ksn) = self.ksn else {
            if !matches!(&self.key_type.0, b"00A" | b"00B" | b"30B" | b"FFF") {
                return Err(type_code);
            }
            return open(purpose)?.narrow().map_err(failed);
        };
        let direction = self.key.direction(self.key_type);
        if other == Some(direction) {
            return Err(if self.key.is_block() { KEY_USAGE.0 } else { type_code });
        }
        let bdk: Key<Derivation> = open(Use::Derive)?.narrow().map_err(failed)?;
        let serial = bdk.serial_number(ksn.number.0).map_err(|_| ErrorCode::INVALID_INPUT)?;
        bdk.data_key(&serial, direction).map_err(failed)
    }
}

impl Cipher<'_> {
    /// Encrypts in place.
    ///
    /// # Errors
    /// 06, 09; 35 where the setting allows text only and this is none.
    pub(crate) fn encrypt(&mut self, data: &mut [u8]) -> Result<(), ErrorCode> {
        self.check(data)?;
        let chain = self.chain.as_mut().map_or(&mut [][..], CipherBlock::bytes_mut);
        match self.mode {
            Work::Blocks(mode) => self.key.encrypt(mode, chain, data).map_err(of_length),
            Work::Bps(_) => Err(NO_MODE),
            Work::Ff1(fpe) => in_numerals(fpe.radix, data, |radix, numerals| {
                self.key.ff1_encrypt(radix, fpe.tweak.0, numerals)
            }),
        }
    }

    /// Decrypts in place.
    ///
    /// # Errors
    /// As [`Cipher::encrypt`].
    pub(crate) fn decrypt(&mut self, data: &mut [u8]) -> Result<(), ErrorCode> {
        let chain = self.chain.as_mut().map_or(&mut [][..], CipherBlock::bytes_mut);
        match self.mode {
            Work::Blocks(mode) => self.key.decrypt(mode, chain, data).map_err(of_length)?,
            Work::Bps(radix) => {
                in_numerals(radix, data, |radix, numerals| self.key.bps_decrypt(radix, numerals))?;
            }
            Work::Ff1(fpe) => in_numerals(fpe.radix, data, |radix, numerals| {
                self.key.ff1_decrypt(radix, fpe.tweak.0, numerals)
            })?,
        }
        self.check(data)
    }

    /// The chaining value for the data that follow.
    pub(crate) const fn chain(&self) -> Option<CipherBlock> {
        self.chain
    }

    fn check(&self, plain: &[u8]) -> Result<(), ErrorCode> {
        let printable = |byte: &u8| matches!(byte, b' '..=b'~');
        match self.allowed {
            ZekEncryption::Ascii if !plain.iter().all(printable) => Err(MESSAGE_FORMAT.0),
            _ => Ok(()),
        }
    }
}

/// Whether the setting about ZEKs and TEKs is about this key.
fn is_zek(key: &Key<Data>) -> bool {
    key.key_type().is_some_and(|key_type| matches!(&key_type.code, b"00A" | b"30B"))
        || key.header().is_some_and(|header| matches!(&header.usage, b"22" | b"23"))
}

/// The length that a message says, as far as it is within the limits.
pub(crate) fn within_limits(data: &[u8]) -> Result<&[u8], ErrorCode> {
    match data.len() {
        0 => Err(ErrorCode::DATA_LENGTH),
        1..=LONGEST => Ok(data),
        _ => Err(LENGTH),
    }
}

fn counter(bits: Option<CounterBits>) -> Result<Counter, ErrorCode> {
    let bits = bits.ok_or(ErrorCode::INVALID_INPUT)?;
    match (u32::try_from(bits.offset.0), u32::try_from(bits.length.0)) {
        (Ok(offset), Ok(length @ 8..)) if offset + length <= 128 => Ok(Counter { offset, length }),
        _ => Err(ErrorCode::INVALID_INPUT),
    }
}

/// Lets `work` change the numerals that the characters of the data stand for.
fn in_numerals(
    radix: Radix,
    data: &mut [u8],
    work: impl FnOnce(u16, &mut [u8]) -> Result<(), Fault<FpeFault>>,
) -> Result<(), ErrorCode> {
    let (radix, zero) = match radix {
        Radix::Decimal => (10, b'0'),
        Radix::Stated(Decimal(radix)) => match u16::try_from(radix) {
            Ok(radix @ 2..=256) => (radix, 0),
            _ => return Err(ErrorCode::INVALID_INPUT),
        },
    };
    for character in &mut *data {
        let numeral = character.checked_sub(zero).filter(|numeral| u16::from(*numeral) < radix);
        *character = numeral.ok_or(NUMERAL)?;
    }
    work(radix, data).map_err(fpe_fault)?;
    for numeral in data {
        *numeral += zero;
    }
    Ok(())
}

/// The code that answers data that are not whole blocks.
pub(crate) fn of_length(fault: Fault<NotBlocks>) -> ErrorCode {
    match fault {
        Fault::Key(refusal) => refused_outright(refusal),
        Fault::Input(NotBlocks) => LENGTH,
    }
}

fn fpe_fault(fault: Fault<FpeFault>) -> ErrorCode {
    match fault {
        Fault::Key(refusal) => refused_outright(refusal),
        Fault::Input(FpeFault::Radix) => ErrorCode::INVALID_INPUT,
        Fault::Input(FpeFault::Length) => LENGTH,
        Fault::Input(FpeFault::Numeral) => NUMERAL,
    }
}
