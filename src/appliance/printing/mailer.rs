//! What a mailer shows.

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{Document, PinText, PrintFormat};
use crate::printer::LineEnd;

/// What a form shows of a mailer besides its own constants. It is wiped when it is dropped, cannot be
/// copied, and does not show what it holds.
///
/// On a form for two mailers the second is printed with the first, which waits for it:
///
/// | first or only | second | |
/// | --- | --- | --- |
/// | `^0` .. | behind those of the first | print fields |
/// | `^P` | `^Q` | PIN |
/// | `^R` | `^S` | reference number |
/// | `^T` | `^U` | last six digits of the account number |
/// | `^V` | `^W` | PIN in words, a space between two |
///
/// Source: manual for the PINs and for fields of its example; the others are inferred.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Mailer {
    fields: Vec<Vec<u8>>,
    account: [u8; 12],
    reference: [u8; 12],
    pin: Vec<u8>,
}

impl core::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Mailer")
    }
}

impl Mailer {
    /// A mailer with these print fields, of an account and its reference number; without a PIN, no
    /// digits.
    pub fn new<'f>(
        fields: impl Iterator<Item = &'f [u8]>,
        account: [u8; 12],
        reference: [u8; 12],
        pin: &[u8],
    ) -> Self {
        let fields = fields.map(<[u8]>::to_vec).collect();
        Self { fields, account, reference, pin: pin.to_vec() }
    }

    /// Print fields.
    pub const fn fields(&self) -> usize {
        self.fields.len()
    }

    /// Appends these mailers, on one form: one, or two.
    pub fn print(
        mailers: &[&Self],
        form: &PrintFormat,
        words: &PinText,
        line_end: LineEnd,
        document: &mut Document,
    ) {
        let in_words: Vec<_> = mailers.iter().map(|mailer| words.spell(&mailer.pin)).collect();
        let fields: Vec<_> =
            mailers.iter().flat_map(|mailer| mailer.fields.iter().map(Vec::as_slice)).collect();
        let values = (0_u8..).zip(mailers.iter().zip(&in_words));
        let values: Vec<_> = values
            .flat_map(|(number, (mailer, words))| {
                [
                    (b'P' + number, &mailer.pin[..]),
                    (b'R' + number, &mailer.reference),
                    (b'T' + number, &mailer.account[6..]),
                    (b'V' + number, words),
                ]
            })
            .collect();
        form.print(&fields, &values, line_end, document);
    }
}

impl PinText {
    /// A PIN in words.
    fn spell(&self, pin: &[u8]) -> Zeroizing<Vec<u8>> {
        let words = pin.iter().filter_map(|digit| self.word(*digit));
        let room = words.clone().map(|word| 1 + word.len()).sum();
        // It must not grow and leave an unwiped copy behind.
        let mut spelt = Zeroizing::new(Vec::with_capacity(room));
        for word in words {
            if !spelt.is_empty() {
                spelt.push(b' ');
            }
            spelt.extend_from_slice(word);
        }
        spelt
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailer(fields: &[&'static str], account: [u8; 12], pin: &[u8]) -> Mailer {
        Mailer::new(fields.iter().map(|field| field.as_bytes()), account, *b"936125183702", pin)
    }

    fn printed(mailers: &[&Mailer]) -> String {
        let form = PrintFormat::new(b"^0 ^1 ^2/^P/^Q/^R/^S/^T/^U/^V/^W").expect("a format");
        let mut document = Document::default();
        Mailer::print(mailers, &form, &PinText::default(), LineEnd::Lf, &mut document);
        String::from_utf8(document.text().to_vec()).expect("it is text")
    }

    #[test]
    fn one_or_two_mailers_on_a_form() {
        let first = mailer(&["A", "B"], *b"550000025321", b"1905");
        let second = mailer(&["C"], *b"400000123456", b"77777");
        let alone = "A B /1905//936125183702//025321//ONE NINE ZERO FIVE/";
        assert_eq!(printed(&[&first]), alone);
        let both = "A B C/1905/77777/936125183702/936125183702/025321/123456/ONE NINE ZERO FIVE/\
                    SEVEN SEVEN SEVEN SEVEN SEVEN";
        assert_eq!(printed(&[&first, &second]), both);
        let without = mailer(&[""], *b"550000025321", b"");
        let of_the_second = " C //77777/936125183702/936125183702/025321/123456//SEVEN SEVEN SEVEN \
                             SEVEN SEVEN";
        assert_eq!(printed(&[&without, &second]), of_the_second);
        assert_eq!(format!("{first:?}"), "Mailer");
    }
}
