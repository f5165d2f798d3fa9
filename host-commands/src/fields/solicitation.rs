//! Choices of PINs that came back on forms.

use bytes::{BufMut, BytesMut};
use nom::{
    Parser,
    bytes::complete::{take, take_while_m_n},
    character::complete::char,
    sequence::terminated,
};
use wire::{Fault, Field, Grammar, Group, Mark, Parsed, Scope};

use super::{Numerals, PinUnderLmk};

/// Choices of PINs: from 1 to 25 times a reference number, a PIN of 4 to 12 digits, and `;`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Choices<'a>(pub &'a [u8]);

/// A choice of a PIN.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Choice<'a> {
    /// Reference number of the account.
    pub reference: &'a [u8; 12],
    /// PIN in the clear.
    pub pin: &'a [u8],
}

impl<'a> Choices<'a> {
    /// Choices in a message.
    const MOST: usize = 25;

    /// Each of them, however many there are.
    pub fn iter(&self) -> impl Iterator<Item = Choice<'a>> + use<'a> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            let (behind, choice) = choice(rest).ok()?;
            rest = behind;
            Some(choice)
        })
    }
}

/// A chosen PIN under the LMK.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct ChosenPin<'a> {
    /// Last ten digits of the account number.
    pub account: Numerals<10>,
    /// PIN under the LMK.
    pub pin: PinUnderLmk<'a>,
    /// Makes the length even.
    #[when(pin.0.len() % 2 == 1)]
    pub filling: Option<Mark<b'F'>>,
}

fn choice(input: &[u8]) -> Parsed<'_, Choice<'_>> {
    let (pin, reference) = take(12_usize).parse(input)?;
    let reference: &[u8; 12] = reference.first_chunk().ok_or(nom::Err::Error(Fault::Short))?;
    if !reference.iter().all(u8::is_ascii_digit) {
        return Err(nom::Err::Error(Fault::Invalid));
    }
    let digits = take_while_m_n(4, 12, |byte: u8| byte.is_ascii_digit());
    let (rest, pin) = terminated(digits, char(';')).parse(pin)?;
    Ok((rest, Choice { reference, pin }))
}

impl<'a> Field<'a> for Choices<'a> {
    const GRAMMAR: Grammar = Grammar::Secret(
        "1 to 25 times: reference number 12N, PIN 4-12N, `;`",
        &["9361251837021234;", "936125183702123456789012;9361251837021905;"],
    );

    fn parse(input: &'a [u8], _: &Scope<'a>) -> Parsed<'a, Self> {
        let (mut rest, _) = choice(input)?;
        for _ in 1..Self::MOST {
            if !rest.first().is_some_and(u8::is_ascii_digit) {
                break;
            }
            (rest, _) = choice(rest)?;
        }
        let (choices, rest) = input.split_at(input.len() - rest.len());
        Ok((rest, Self(choices)))
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_end_where_something_else_begins() {
        let read = |input: &'static [u8]| {
            let (rest, choices) = Choices::parse(input, &Scope::FACTORY).ok()?;
            Some((rest, choices.iter().map(|choice| choice.pin).collect::<Vec<_>>()))
        };
        assert_eq!(read(b"9361251837021234;"), Some((&b""[..], vec![&b"1234"[..]])));
        assert_eq!(
            read(b"9361251837021234;936125183702123456789012;%01"),
            Some((&b"%01"[..], vec![&b"1234"[..], b"123456789012"]))
        );
        for wrong in [
            &b""[..],
            b"%01",
            b"9361251837021234",
            b"936125183702123;",
            b"9361251837021234567890123;",
            b"93612518370F1234;",
            b"9361251837021234;9361251837021234",
        ] {
            assert_eq!(read(wrong), None, "{}", wrong.escape_ascii());
        }
        let many = b"9361251837021234;".repeat(26);
        let (rest, choices) = Choices::parse(&many, &Scope::FACTORY).expect("choices");
        assert_eq!((rest, choices.iter().count()), (&b"9361251837021234;"[..], 25));
    }
}
