//! Numbers, digits, bytes and text.

use bytes::{BufMut, BytesMut};
use nom::{
    Parser,
    bytes::complete::{take, take_while, take_while_m_n},
    combinator::{map_opt, verify},
};
use wire::{
    Alphabet, Cursor, Fault, Field, Grammar, Observer, Parsed, Scope, Wire, all_hex, put_decimal,
    put_hex, put_number, read_hex, read_number,
};

/// A number in `N` decimal digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Decimal<const N: usize>(pub u64);

/// A number in `N` hexadecimal digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HexNumber<const N: usize>(pub u64);

/// `N` bytes in hexadecimal, two capital digits each.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Hex<const N: usize>(pub [u8; N]);

/// One cipher block in hexadecimal: 16 digits, or 32 with an AES key.
#[derive(Clone, Copy, Debug)]
pub struct CipherBlock {
    bytes: [u8; 16],
    length: usize,
}

/// From `MIN` to `MAX` decimal digits, as they stand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Digits<'a, const MIN: usize, const MAX: usize = MIN>(pub &'a [u8]);

/// `N` hexadecimal digits, as they stand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HexDigits<'a, const N: usize>(pub &'a [u8; N]);

/// Hexadecimal digits, as many as earlier fields say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HexRun<'a>(pub &'a [u8]);

/// `N` raw bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Raw<const N: usize>(pub [u8; N]);

/// Raw bytes, as many as earlier fields say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RawRun<'a>(pub &'a [u8]);

/// `N` printable characters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Text<'a, const N: usize>(pub &'a [u8; N]);

/// Bytes before the byte `END`, which `#[ends]` then takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Until<'a, const END: u8>(pub &'a [u8]);

/// Bytes behind a count of `WIDTH` digits; error 80 if they are not all there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Counted<'a, const WIDTH: usize, const RADIX: u32>(pub &'a [u8]);

/// Bytes behind a count of two decimal digits.
pub type Counted2N<'a> = Counted<'a, 2, 10>;
/// Bytes behind a count of three decimal digits.
pub type Counted3N<'a> = Counted<'a, 3, 10>;
/// Bytes behind a count of four decimal digits.
pub type Counted4N<'a> = Counted<'a, 4, 10>;
/// Bytes behind a count of five decimal digits.
pub type Counted5N<'a> = Counted<'a, 5, 10>;
/// Bytes behind a count of one hexadecimal digit.
pub type Counted1H<'a> = Counted<'a, 1, 16>;
/// Bytes behind a count of two hexadecimal digits.
pub type Counted2H<'a> = Counted<'a, 2, 16>;
/// Bytes behind a count of four hexadecimal digits.
pub type Counted4H<'a> = Counted<'a, 4, 16>;

impl<const N: usize> From<Decimal<N>> for usize {
    fn from(number: Decimal<N>) -> Self {
        Self::try_from(number.0).unwrap_or(Self::MAX)
    }
}

impl Decimal<2> {
    /// Its digits.
    pub fn digits(self) -> [u8; 2] {
        [self.0 / 10, self.0].map(|digit| b"0123456789"[usize::try_from(digit % 10).unwrap_or(0)])
    }
}

impl CipherBlock {
    /// A block of 8 or 16 bytes; longer values are cut.
    pub fn new(block: &[u8]) -> Self {
        let length = block.len().min(16);
        let mut bytes = [0; 16];
        bytes[..length].copy_from_slice(&block[..length]);
        Self { bytes, length }
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Its first bytes, zeros behind them if there are not so many.
    pub fn start<const N: usize>(&self) -> Hex<N> {
        let mut start = [0; N];
        start.iter_mut().zip(self.bytes()).for_each(|(place, byte)| *place = *byte);
        Hex(start)
    }

    /// Its bytes, to be changed.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.length]
    }
}

impl PartialEq for CipherBlock {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl<'a, const N: usize> Field<'a> for Decimal<N> {
    const GRAMMAR: Grammar = Grammar::Digits(N, N);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        map_opt(take(N), |digits| read_number(digits, 10)).map(Self).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        put_decimal(out, self.0, N);
    }
}

impl<'a, const N: usize> Field<'a> for HexNumber<N> {
    const GRAMMAR: Grammar = Grammar::Hex(N, N);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        map_opt(take(N), |digits| read_number(digits, 16)).map(Self).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        put_number(out, self.0, N, 16);
    }
}

impl<'a, const N: usize> Field<'a> for Hex<N> {
    const GRAMMAR: Grammar = Grammar::Hex(2 * N, 2 * N);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let bytes = |digits: &[u8]| {
            let mut bytes = [0; N];
            read_hex(digits, &mut bytes).then_some(bytes)
        };
        map_opt(take(2 * N), bytes).map(Self).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        put_hex(out, &self.0);
    }
}

impl<'a> Wire<'a> for CipherBlock {
    type Given = usize;
    const GRAMMAR: Grammar = Grammar::Run(Alphabet::Hex);

    fn read<O: Observer>(cursor: &mut Cursor<'a, '_, O>, length: usize) -> Result<Self, Fault> {
        let block = |digits: &[u8]| {
            let mut bytes = [0; 16];
            read_hex(digits, bytes.get_mut(..length)?).then_some(Self { bytes, length })
        };
        cursor.parse(|input, _| map_opt(take(2 * length), block).parse(input))
    }

    fn write(&self, out: &mut BytesMut) {
        put_hex(out, self.bytes());
    }
}

impl<'a, const MIN: usize, const MAX: usize> Field<'a> for Digits<'a, MIN, MAX> {
    const GRAMMAR: Grammar = Grammar::Digits(MIN, MAX);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        if input.len() < MIN && input.iter().all(u8::is_ascii_digit) {
            return Err(nom::Err::Error(Fault::Short));
        }
        take_while_m_n(MIN, MAX, |byte: u8| byte.is_ascii_digit()).map(Self).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

impl<'a, const N: usize> Field<'a> for HexDigits<'a, N> {
    const GRAMMAR: Grammar = Grammar::Hex(N, N);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        map_opt(verify(take(N), all_hex), <[u8]>::as_array).map(Self).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

impl<'a> Wire<'a> for HexRun<'a> {
    type Given = usize;
    const GRAMMAR: Grammar = Grammar::Run(Alphabet::Hex);

    fn read<O: Observer>(cursor: &mut Cursor<'a, '_, O>, length: usize) -> Result<Self, Fault> {
        cursor.parse(|input, _| verify(take(length), all_hex).map(Self).parse(input))
    }

    fn write(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

impl<'a, const N: usize> Field<'a> for Raw<N> {
    const GRAMMAR: Grammar = Grammar::Bytes(N);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        map_opt(take(N), <[u8]>::as_array).map(|bytes| Self(*bytes)).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(&self.0);
    }
}

impl<'a> Wire<'a> for RawRun<'a> {
    type Given = usize;
    const GRAMMAR: Grammar = Grammar::Run(Alphabet::Bytes);

    fn read<O: Observer>(cursor: &mut Cursor<'a, '_, O>, length: usize) -> Result<Self, Fault> {
        cursor.parse(|input, _| take(length).map(Self).parse(input))
    }

    fn write(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

impl<'a, const N: usize> Field<'a> for Text<'a, N> {
    const GRAMMAR: Grammar = Grammar::Text(N, N);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let text =
            verify(take(N), |text: &[u8]| text.iter().all(|byte| matches!(byte, b' '..=b'~')));
        map_opt(text, <[u8]>::as_array).map(Self).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

impl<'a, const END: u8> Field<'a> for Until<'a, END> {
    const GRAMMAR: Grammar = Grammar::Text(0, 12);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        take_while(|byte| byte != END).map(Self).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

impl<'a, const WIDTH: usize, const RADIX: u32> Field<'a> for Counted<'a, WIDTH, RADIX> {
    const GRAMMAR: Grammar = Grammar::Counted(WIDTH, RADIX);

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let (rest, count) =
            map_opt(take(WIDTH), |digits| read_number(digits, RADIX)).parse(input)?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        match rest.split_at_checked(count) {
            Some((bytes, rest)) => Ok((rest, Self(bytes))),
            None => Err(nom::Err::Failure(Fault::Length)),
        }
    }

    fn encode(&self, out: &mut BytesMut) {
        put_number(out, self.0.len() as u64, WIDTH, RADIX.into());
        out.put_slice(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse<'a, T: Field<'a>>(input: &'a [u8]) -> Result<(&'a [u8], T), Fault> {
        T::parse(input, &Scope::FACTORY).map_err(|error| match error {
            nom::Err::Error(fault) | nom::Err::Failure(fault) => fault,
            nom::Err::Incomplete(_) => Fault::Short,
        })
    }

    #[test]
    fn each_fault_has_its_kind() {
        assert_eq!(parse::<Decimal<3>>(b"0127"), Ok((&b"7"[..], Decimal(12))));
        assert_eq!(parse::<Decimal<3>>(b"01"), Err(Fault::Short));
        assert_eq!(parse::<Decimal<3>>(b"01A"), Err(Fault::Invalid));
        assert_eq!(parse::<Hex<2>>(b"0aFF"), Err(Fault::Invalid));
        assert_eq!(parse::<Digits<'_, 4, 6>>(b"123"), Err(Fault::Short));
        assert_eq!(parse::<Digits<'_, 4, 6>>(b"123A"), Err(Fault::Invalid));
        assert_eq!(parse::<Digits<'_, 4, 6>>(b"1234567").map(|(rest, _)| rest), Ok(&b"7"[..]));
        assert_eq!(parse::<Counted4H<'_>>(b"0003ab"), Err(Fault::Length));
        assert_eq!(parse::<Counted4H<'_>>(b"000"), Err(Fault::Short));
        assert_eq!(parse::<Counted4H<'_>>(b"0002;\x19x"), Ok((&b"x"[..], Counted(b";\x19"))));
        assert_eq!(parse::<Text<'_, 2>>(b"a\n"), Err(Fault::Invalid));
    }
}
