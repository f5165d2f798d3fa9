//! What messages say of key blocks.

use bytes::{BufMut, BytesMut};
use crypto::Algorithm;
use vault::{
    KeySize,
    key_block::{Header, OptionalBlocks as Checked, Version},
};
use wire::{
    Code, Cursor, ErrorCode, Fault, Field, Grammar, Group, Observer, Parsed, Repeat, Scope, Wire,
    read_number,
};

use crate::{
    error::{ALGORITHM, OPTIONAL_COUNT, refused_outright},
    fields::{Decimal, Text, hmac},
};

/// Attributes of a new key block.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct KeyBlockHeader<'a> {
    /// Key usage.
    pub key_usage: Text<'a, 2>,
    /// Algorithm and length: `D1`, `T2`, `T3`, `A1`, `A2` or `A3`.
    pub algorithm: Text<'a, 2>,
    /// Mode of use.
    pub mode: Text<'a, 1>,
    /// Key version number.
    #[error("A9")]
    pub version: Decimal<2>,
    /// Exportability.
    pub exportability: Text<'a, 1>,
    /// Number of optional blocks.
    pub optional: Decimal<2>,
    /// Optional blocks.
    #[with(optional.into())]
    #[error("AC")]
    pub blocks: OptionalBlocks<'a>,
}

/// What is said of a key that is to be drawn and put into a key block.
#[derive(Clone, Copy, Debug)]
pub struct Attributes<'a> {
    /// Algorithm and length.
    pub size: KeySize,
    /// Header of the key block.
    pub header: Header,
    /// Optional blocks.
    pub optional: &'a [u8],
}

/// Attributes of a key block around a key that was in none.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct ForeignHeader<'a> {
    /// Key usage.
    pub key_usage: Text<'a, 2>,
    /// Mode of use.
    pub mode: Text<'a, 1>,
    /// Key version number.
    #[error("A9")]
    pub version: Decimal<2>,
    /// Exportability.
    pub exportability: Text<'a, 1>,
    /// Number of optional blocks.
    pub optional: Decimal<2>,
    /// Optional blocks.
    #[with(optional.into())]
    #[error("AC")]
    pub blocks: OptionalBlocks<'a>,
}

impl<'a> KeyBlockHeader<'a> {
    /// Attributes of a key that is to be drawn; errors A6, A7, A8, AA, and those of
    /// [`OptionalBlocks::supplied`].
    pub fn attributes(&self) -> Result<Attributes<'a>, ErrorCode> {
        self.of_key(size(self.algorithm)?)
    }

    /// Attributes of an HMAC key of so many bytes: from half a digest up to 128, else error 04; A6 for the
    /// usage of another key, A7 for another algorithm than `H0`.
    pub fn of_hmac_key(&self, bytes: usize) -> Result<Attributes<'a>, ErrorCode> {
        if self.algorithm.0 != b"H0" {
            return Err(ALGORITHM.0);
        }
        hmac::check_length(*self.key_usage.0, bytes)?;
        self.of_key(KeySize { algorithm: Algorithm::Hmac, bytes })
    }

    fn of_key(&self, size: KeySize) -> Result<Attributes<'a>, ErrorCode> {
        let Self { key_usage, mode, version, exportability, blocks, .. } = *self;
        let header = header(key_usage, size, mode, version.digits(), exportability)?;
        Ok(Attributes { size, header, optional: blocks.supplied(8, |_| true)? })
    }
}

impl Attributes<'_> {
    /// Attributes of an HMAC key that is in no key block.
    pub(crate) const fn of_hmac_key(header: Header, bytes: usize) -> Self {
        let size = KeySize { algorithm: Algorithm::Hmac, bytes };
        Self { size, header, optional: b"" }
    }
}

impl<'a> ForeignHeader<'a> {
    /// Attributes of an HMAC key of so many bytes; errors 04, A6, A7, A8, AA, and those of
    /// [`OptionalBlocks::supplied`].
    pub fn of_hmac_key(&self, bytes: usize) -> Result<Attributes<'a>, ErrorCode> {
        hmac::check_length(*self.key_usage.0, bytes)?;
        let size = KeySize { algorithm: Algorithm::Hmac, bytes };
        Ok(Attributes {
            size,
            header: self.header(size)?,
            optional: self.blocks.supplied(8, |_| true)?,
        })
    }

    /// The header around a key of this size; errors A6, A7, A8, AA.
    pub fn header(&self, size: KeySize) -> Result<Header, ErrorCode> {
        let Self { key_usage, mode, version, exportability, .. } = *self;
        header(key_usage, size, mode, version.digits(), exportability)
    }
}

pub(super) fn size(algorithm: Text<'_, 2>) -> Result<KeySize, ErrorCode> {
    KeySize::of_code(*algorithm.0).ok_or(ALGORITHM.0)
}

/// A header for the key block of an LMK, which fills in the version and its own identifier.
pub(super) fn header(
    usage: Text<'_, 2>,
    size: KeySize,
    mode: Text<'_, 1>,
    key_version: [u8; 2],
    exportability: Text<'_, 1>,
) -> Result<Header, ErrorCode> {
    let header = Header {
        version: Version::ThalesTdes,
        usage: *usage.0,
        algorithm: size.header_algorithm(),
        mode: mode.0[0],
        key_version,
        exportability: exportability.0[0],
        reserved: *b"00",
    };
    header.check().and_then(|()| header.check_combination()).map_err(refused_outright)?;
    Ok(header)
}

/// Optional blocks of a key block, as many as an earlier field says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OptionalBlocks<'a>(&'a [u8]);

impl<'a> OptionalBlocks<'a> {
    /// The blocks, if there are not more than `most` and each may stand in this command.
    ///
    /// B3 too many (inferred; AB is for the number that a key block says), AC an unknown one, B4 one that may
    /// not be supplied, BC one that is there twice; B4, AD, AE, AF, B0 and B1 by what they say.
    pub fn supplied(
        self,
        most: usize,
        permits: impl Fn([u8; 2]) -> bool,
    ) -> Result<&'a [u8], ErrorCode> {
        let blocks = Checked::parse(self.0).map_err(refused_outright)?;
        if blocks.count() > most {
            return Err(OPTIONAL_COUNT.0);
        }
        blocks.check_supplied(permits).map_err(refused_outright)?;
        Ok(self.0)
    }

    /// The first block of a name.
    pub fn find(self, id: [u8; 2]) -> Option<vault::key_block::OptionalBlock<'a>> {
        Checked::parse(self.0).ok()?.find(id)
    }
}

impl<'a> Wire<'a> for OptionalBlocks<'a> {
    type Given = usize;
    const GRAMMAR: Grammar = <Repeat<'a, OptionalBlock<'a>> as Wire<'a>>::GRAMMAR;

    fn read<O: Observer>(cursor: &mut Cursor<'a, '_, O>, count: usize) -> Result<Self, Fault> {
        let start = cursor.position();
        Repeat::<OptionalBlock<'a>>::read(cursor, (count, ()))?;
        Ok(Self(cursor.since(start)))
    }

    fn write(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

/// An optional block of a key block: two characters of name, a length in two digits, and text; or `00`
/// in place of the length, the number of its digits in two digits, and the length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OptionalBlock<'a>(&'a [u8]);

impl<'a> Field<'a> for OptionalBlock<'a> {
    const GRAMMAR: Grammar = Grammar::Own(
        "2A, length 2H of all of it or `00` with 2H and a longer length, text",
        &["KS1800604B120F9292800000", "LB04", "LB00040012EXTENDED"],
    );

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let number = |at: usize, digits: usize| {
            let digits = input.get(at..at + digits).ok_or(nom::Err::Error(Fault::Short))?;
            let number = read_number(digits, 16).and_then(|number| usize::try_from(number).ok());
            number.ok_or(nom::Err::Error(Fault::Invalid))
        };
        let length = match number(2, 2)? {
            0 => match number(4, 2)? {
                digits @ 1..=4 => number(6, digits)?,
                _ => return Err(nom::Err::Error(Fault::Invalid)),
            },
            length => length,
        };
        let (block, rest) = input.split_at_checked(length).ok_or(nom::Err::Error(Fault::Short))?;
        match Checked::split(block, 1) {
            Ok((_, [])) => Ok((rest, Self(block))),
            _ => Err(nom::Err::Error(Fault::Invalid)),
        }
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

/// Version of a TR-31 key block.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Tr31Version {
    /// Triple DES, keys by variant: TR-31 of 2005.
    #[code("A")]
    A,
    /// Triple DES, keys by derivation.
    #[code("B")]
    B,
    /// Triple DES, keys by variant.
    #[code("C")]
    C,
    /// AES, keys by derivation.
    #[code("D")]
    D,
    /// AES in counter mode, keys by derivation.
    #[code("E")]
    E,
}

impl From<Tr31Version> for Version {
    fn from(version: Tr31Version) -> Self {
        match version {
            Tr31Version::A => Self::A,
            Tr31Version::B => Self::B,
            Tr31Version::C => Self::C,
            Tr31Version::D => Self::D,
            Tr31Version::E => Self::E,
        }
    }
}
