//! What data encryption commands say about data.

use bytes::{BufMut, BytesMut};
use vault::{
    Use,
    role::{DataKey, TakForData},
};
use wire::{
    Code, Cursor, ErrorCode, Fault, Field, Grammar, Group, Observer, Parsed, Scope, Wire, put_hex,
    put_number,
};

use super::{CipherBlock, Counted4H, Decimal, Encoding, Hex, KeyField, KeyTypeCode, Ksn};
use crate::{
    Session, error,
    session::data::{self, Cipher, Side},
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
    /// CFB, 64 bits.
    #[code("03")]
    Cfb64,
    /// Standard encryption of the Visa Data Secure Platform.
    #[code("04")]
    VisaStandard(Unlicensed),
    /// OFB.
    #[code("05")]
    Ofb,
    /// Counter.
    #[code("06")]
    Counter,
    /// Format-preserving encryption BPS: decryption only.
    #[code("10")]
    Bps,
    /// Format-preserving encryption FF1.
    #[code("11")]
    Ff1,
    /// Format-preserving encryption of the Visa Data Secure Platform.
    #[code("13")]
    VisaFpe(Unlicensed),
}

/// What follows a code that needs a licence which there is not: error 67.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unlicensed {}

impl<'a> Wire<'a> for Unlicensed {
    type Given = ();
    const GRAMMAR: Grammar = Grammar::Own("not licensed: error 67", &[]);

    fn read<O: Observer>(_: &mut Cursor<'a, '_, O>, (): ()) -> Result<Self, Fault> {
        Err(Fault::Code(error::NOT_LICENSED.0))
    }

    fn write(&self, _: &mut BytesMut) {
        match *self {}
    }
}

/// Alphabet of format-preserving encryption.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Radix {
    /// Ten: the data are decimal digits.
    #[code("A")]
    Decimal,
    /// 2 to 256: each byte of the data is the value of a numeral (inferred).
    #[code("U")]
    Stated(Decimal<5>),
}

/// Parameters of format-preserving encryption.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Fpe<'a> {
    /// Alphabet.
    pub radix: Radix,
    /// Tweak.
    pub tweak: Counted4H<'a>,
}

/// Kind of output feedback. What it tells is not public: both are the OFB of NIST SP 800-38A.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum OfbKind {
    /// 1.
    #[code("1")]
    One,
    /// 8.
    #[code("8")]
    Eight,
}

/// The bits of a block that count in counter mode.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct CounterBits {
    /// Bits to the right of the counter, which stay as they are.
    pub offset: Decimal<3>,
    /// Bits of the counter, at least 8.
    pub length: Decimal<3>,
}

/// A cipher as the fields before its chaining value tell of it.
#[derive(Clone, Copy, Debug)]
pub struct Chained {
    /// Mode of operation.
    pub mode: CipherMode,
    /// Bytes of a block.
    pub block: usize,
}

/// What a mode needs beside the key.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
#[given(cipher: Chained)]
pub struct Chaining {
    /// Initial value, or the chaining value of the data before.
    #[when(!cipher.mode in ["00", "10", "11"])]
    #[with(cipher.block)]
    pub iv: Option<CipherBlock>,
    /// Kind of output feedback.
    #[when(cipher.mode in ["05"])]
    pub ofb: Option<OfbKind>,
    /// Where the counter is.
    #[when(cipher.mode in ["06"])]
    pub counter: Option<CounterBits>,
}

/// Data, and the key and mode that they are encrypted or decrypted with.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct CipherData<'a> {
    /// Mode of operation.
    #[error(2)]
    pub mode: CipherMode,
    /// Alphabet of BPS.
    #[when(mode in ["10"])]
    pub radix: Option<Radix>,
    /// Parameters of FF1.
    #[when(mode in ["11"])]
    pub fpe: Option<Fpe<'a>>,
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
    #[with(key.is_aes())]
    pub ksn: Option<Ksn<'a>>,
    /// What the mode needs beside the key.
    #[with(Chained { mode, block: key.block_size() })]
    pub chaining: Chaining,
    /// Data, at most 32,000 characters; their length counts the characters that follow.
    pub data: Counted4H<'a>,
}

/// A result behind its length in four hexadecimal digits, which counts the characters that follow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Encoded4H<'a> {
    /// As it stands.
    Raw(&'a [u8]),
    /// Bytes that are written in hexadecimal.
    Bytes(&'a [u8]),
}

impl<'a> Field<'a> for Encoded4H<'a> {
    const GRAMMAR: Grammar = <Counted4H<'a> as Field<'a>>::GRAMMAR;

    fn parse(input: &'a [u8], scope: &Scope<'a>) -> Parsed<'a, Self> {
        let (rest, text) = Counted4H::parse(input, scope)?;
        Ok((rest, Self::Raw(text.0)))
    }

    fn encode(&self, out: &mut BytesMut) {
        match self {
            Self::Raw(bytes) => {
                put_number(out, bytes.len() as u64, 4, 16);
                out.put_slice(bytes);
            }
            Self::Bytes(bytes) => {
                put_number(out, 2 * bytes.len() as u64, 4, 16);
                put_hex(out, bytes);
            }
        }
    }
}

impl<'a> CipherData<'a> {
    /// The cipher, and data in memory of their own for it.
    pub(crate) fn open(
        &self,
        session: &Session<'a>,
        purpose: Use,
    ) -> Result<(Cipher<'a>, &'a mut [u8]), ErrorCode> {
        let Self { mode, radix, fpe, key_type, key, ksn, chaining, .. } = *self;
        let side = Side { mode, radix, fpe, key_type, key, ksn, chaining };
        let cipher = side.open(session, purpose, ErrorCode::new(5), None)?;
        let data = self.input.copy(data::within_limits(self.data.0)?, session)?;
        Ok((cipher, data))
    }
}

impl Encoding {
    /// A result in this encoding.
    pub(crate) fn encode(self, bytes: &[u8]) -> Encoded4H<'_> {
        match self {
            Self::Hexadecimal => Encoded4H::Bytes(bytes),
            Self::Binary | Self::Text => Encoded4H::Raw(bytes),
        }
    }

    /// Refuses text, with the error code of its field: encrypted data are no text.
    pub(crate) fn of_encrypted(self, code: u8) -> Result<Self, ErrorCode> {
        if self == Self::Text { Err(ErrorCode::new(code)) } else { Ok(self) }
    }
}

/// One block of data, and the TAK that is used on it.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct TakBlock<'a> {
    /// TAK.
    pub key: KeyField<'a, TakForData, 10>,
    /// The block.
    pub data: Hex<8>,
}
