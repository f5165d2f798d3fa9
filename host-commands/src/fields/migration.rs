//! What is under the old LMK of a migration and looks otherwise than under the present one.

use bytes::{BufMut, BytesMut};
use nom::{Parser, bytes::complete::take, combinator::verify};
use wire::{Field, Grammar, LmkPin, Parsed, Scope, all_hex};

/// A PIN under the old LMK: as long as the setting "PIN length" was, or `J` and 32 digits.
///
/// Nothing says how long that is; so it is whatever stands there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OldPinUnderLmk<'a>(pub &'a [u8]);

impl<'a> Field<'a> for OldPinUnderLmk<'a> {
    const GRAMMAR: Grammar = Grammar::Own(
        "L N or L H with the L of before, 5 to 13; or `J` 32H",
        &["0567899", "0123456789012", "J0123456789ABCDEF0123456789ABCDEF"],
    );

    fn parse(input: &'a [u8], scope: &Scope<'a>) -> Parsed<'a, Self> {
        if input.first() == Some(&b'J') {
            return verify(take(33_usize), |all: &[u8]| all_hex(&all[1..])).map(Self).parse(input);
        }
        let is_symbol = |byte: &u8| match scope.lmk_pin {
            LmkPin::Digits(_) => byte.is_ascii_digit(),
            LmkPin::Hex(_) => all_hex(&[*byte]),
        };
        let length = input.iter().take_while(|byte| is_symbol(byte)).count().clamp(5, 13);
        verify(take(length), |all: &[u8]| all.iter().all(is_symbol)).map(Self).parse(input)
    }

    fn encode(&self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

impl OldPinUnderLmk<'_> {
    /// Whether it is in the form of an AES LMK.
    pub fn is_tagged(&self) -> bool {
        self.0.first() == Some(&b'J')
    }
}
