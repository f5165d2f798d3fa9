//! Optional blocks with a known meaning, and what they may say.

use core::fmt;

use super::validity::{Moment, Status};
use crate::Refusal;
use crate::key_block::hexadecimal;

/// An optional block and what it is for.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Its two characters.
    pub id: [u8; 2],
    /// What it holds.
    pub text: &'static str,
    /// What it may say.
    pub contents: Contents,
}

/// What an optional block may say.
#[derive(Clone, Copy, Debug)]
pub enum Contents {
    /// Any text; B4 for what is no text.
    Text,
    /// So many letters and digits; else B4.
    Characters(usize),
    /// Hexadecimal digits, of which there are so many; else B4.
    Digits(&'static [usize]),
    /// One of these; else B4.
    OneOf(&'static [&'static str]),
    /// One of these, and hexadecimal digits, of which there are so many; else B4.
    Numbered(&'static [(&'static str, &'static [usize])]),
    /// One of these, and any text; else B4.
    Named(&'static [&'static str]),
    /// `01`, and for each derivation that is allowed five characters: key usage, algorithm, mode of use and
    /// exportability of what is derived; else B4.
    Derivations,
    /// A time as ISO 8601 has it, in UTC; else B4.
    Time,
    /// See [`Status`]; else AD.
    Status,
    /// `YYYY:MM:DD:HH`, in UTC; else this.
    Hour(Refusal),
    /// Nothing that a host may say: always this.
    Reserved(Refusal),
}

macro_rules! kinds {
    ($($id:literal $text:literal $contents:expr;)*) => {
        &[$(Kind { id: *$id, text: $text, contents: $contents }),*]
    };
}

use Contents::{
    Characters, Derivations, Digits, Hour, Named, Numbered, OneOf, Reserved, Text, Time,
};

/// A check value behind its method.
const CHECK_VALUE: Contents =
    Numbered(&[("00", &[4, 6, 8, 10, 16]), ("01", &[4, 6, 8, 10, 16, 32])]);

/// Optional blocks with a known meaning.
///
/// Lettered: X9.143, as open libraries document it; `TE`, of which only the name is public, is inferred. Numeric:
/// Thales. `00` and what `T` and `L` mean there is public; that the others are what they are is inferred from the order in which
/// the error codes AD to B1 name them, and the form of hours from the console. `10` to `99` belong to other makers.
pub const KINDS: &[Kind] = kinds! {
    b"00" "Status of the key" Contents::Status;
    b"01" "Mode of encryption" Reserved(Refusal::EncryptionMode);
    b"02" "Mode of authentication" Reserved(Refusal::AuthenticationMode);
    b"03" "Start of validity" Hour(Refusal::StartDate);
    b"04" "End of validity" Hour(Refusal::EndDate);
    b"05" "Text" Text;
    b"AL" "Asymmetric key life" OneOf(&["0100", "0101"]);
    b"BI" "Identifier of a base derivation key" Numbered(&[("00", &[10]), ("10", &[8]), ("11", &[8])]);
    b"CT" "Certificate of a public key" Named(&["00", "01", "02"]);
    b"DA" "Derivations allowed" Derivations;
    b"FL" "Flags" Text;
    b"HM" "Hash algorithm of an HMAC key" OneOf(&[
        "10", "20", "21", "22", "23", "24", "25", "30", "31", "32", "33", "40", "41",
    ]);
    b"IK" "Identifier of an initial key, AES DUKPT" Digits(&[16]);
    b"KC" "Check value of the key" CHECK_VALUE;
    b"KP" "Check value of the protecting key" CHECK_VALUE;
    b"KS" "Key set identifier, DUKPT" Digits(&[10, 16, 20]);
    b"KV" "Version of the header's values" Characters(4);
    b"LB" "Label" Text;
    b"PB" "Padding" Reserved(Refusal::OptionalData);
    b"PK" "Check value of the protecting key when exported" CHECK_VALUE;
    b"TC" "Time of creation" Time;
    b"TE" "Time of expiry" Time;
    b"TS" "Time stamp" Time;
    b"WP" "How the key was wrapped" OneOf(&["000", "001", "002", "003"]);
};

/// The row of an optional block's name.
pub fn kind(id: [u8; 2]) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.id == id)
}

impl Contents {
    /// Checks what a host hands over.
    ///
    /// # Errors
    /// As each form says.
    pub fn check(self, data: &[u8]) -> Result<(), Refusal> {
        let all_digits = |digits: &[u8]| digits.iter().all(|&digit| hexadecimal::is_digit(digit));
        let has = |text: &&str| data == text.as_bytes();
        let fits = match self {
            Self::Text => true,
            Self::Characters(count) => {
                data.len() == count && data.iter().all(u8::is_ascii_alphanumeric)
            }
            Self::Digits(counts) => counts.contains(&data.len()) && all_digits(data),
            Self::OneOf(texts) => texts.iter().any(has),
            Self::Numbered(forms) => forms.iter().any(|(number, counts)| {
                data.strip_prefix(number.as_bytes())
                    .is_some_and(|digits| counts.contains(&digits.len()) && all_digits(digits))
            }),
            Self::Named(names) => names.iter().any(|name| data.starts_with(name.as_bytes())),
            Self::Derivations => data.strip_prefix(b"01").is_some_and(|derivations| {
                let whole = !derivations.is_empty() && derivations.len().is_multiple_of(5);
                whole && derivations.iter().all(u8::is_ascii_alphanumeric)
            }),
            Self::Time => Moment::of_time(data).is_some(),
            Self::Status => return Status::parse(data).map(drop),
            Self::Hour(refusal) => return Moment::of_hour(data).map(drop).ok_or(refusal),
            Self::Reserved(refusal) => return Err(refusal),
        };
        if fits { Ok(()) } else { Err(Refusal::OptionalData) }
    }
}

/// As manuals show it.
impl fmt::Display for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = |counts: &[usize], f: &mut fmt::Formatter<'_>| {
            for (at, count) in counts.iter().enumerate() {
                let between = if at == 0 { "" } else { " or " };
                write!(f, "{between}{count}")?;
            }
            f.write_str(" H")
        };
        let texts = |texts: &[&str], f: &mut fmt::Formatter<'_>| {
            for (at, text) in texts.iter().enumerate() {
                let between = if at == 0 { "" } else { ", " };
                write!(f, "{between}`{text}`")?;
            }
            Ok(())
        };
        match self {
            Self::Text => f.write_str("text"),
            Self::Characters(count) => write!(f, "{count} A"),
            Self::Digits(lengths) => counts(lengths, f),
            Self::OneOf(known) => texts(known, f),
            Self::Numbered(forms) => {
                for (at, (number, lengths)) in forms.iter().enumerate() {
                    let between = if at == 0 { "" } else { "; " };
                    write!(f, "{between}`{number}` and ")?;
                    counts(lengths, f)?;
                }
                Ok(())
            }
            Self::Named(names) => {
                texts(names, f)?;
                f.write_str(" and text")
            }
            Self::Derivations => f.write_str(
                "`01`, then for each derivation key usage, algorithm, mode of use, exportability",
            ),
            Self::Time => {
                f.write_str("`YYYYMMDDhhmmssZ` or `YYYY-MM-DDThh:mm:ssZ`, also with hundredths")
            }
            Self::Status => {
                for (at, status) in Status::ALL.iter().enumerate() {
                    let between = if at == 0 { "" } else { ", " };
                    write!(f, "{between}`{}` {status}", char::from(status.code()))?;
                }
                Ok(())
            }
            Self::Hour(_) => f.write_str("`YYYY:MM:DD:HH`"),
            Self::Reserved(_) => f.write_str("not for hosts"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        assert!(KINDS.is_sorted_by(|a, b| a.id < b.id));
        assert!(KINDS.iter().all(|row| kind(row.id).is_some_and(|found| found.text == row.text)));
    }

    /// Each form, what it takes and what it does not.
    #[test]
    fn contents_have_their_form() {
        for (id, data, outcome) in [
            (b"00", &b"L"[..], Ok(())),
            (b"00", b"T", Ok(())),
            (b"00", b"", Err(Refusal::KeyStatus)),
            (b"00", b"X", Err(Refusal::KeyStatus)),
            (b"00", b"LL", Err(Refusal::KeyStatus)),
            (b"01", b"00", Err(Refusal::EncryptionMode)),
            (b"02", b"00", Err(Refusal::AuthenticationMode)),
            (b"03", b"2005:12:21:00", Ok(())),
            (b"03", b"2005:13:21:00", Err(Refusal::StartDate)),
            (b"03", b"20051221", Err(Refusal::StartDate)),
            (b"04", b"2007:12:21:23", Ok(())),
            (b"04", b"2007:12:21:24", Err(Refusal::EndDate)),
            (b"05", b"any text", Ok(())),
            (b"AL", b"0101", Ok(())),
            (b"AL", b"0102", Err(Refusal::OptionalData)),
            (b"BI", b"000123456789", Ok(())),
            (b"BI", b"1001234567", Ok(())),
            (b"BI", b"0001234567", Err(Refusal::OptionalData)),
            (b"BI", b"10012345G7", Err(Refusal::OptionalData)),
            (b"CT", b"00MIIDszCCApug", Ok(())),
            (b"CT", b"03MIIDszCCApug", Err(Refusal::OptionalData)),
            (b"DA", b"01D0ABEP0TEN", Ok(())),
            (b"DA", b"01", Err(Refusal::OptionalData)),
            (b"DA", b"01D0AB", Err(Refusal::OptionalData)),
            (b"DA", b"02D0ABE", Err(Refusal::OptionalData)),
            (b"FL", b"", Ok(())),
            (b"HM", b"21", Ok(())),
            (b"HM", b"26", Err(Refusal::OptionalData)),
            (b"IK", b"1234567890123456", Ok(())),
            (b"IK", b"12345678901234567", Err(Refusal::OptionalData)),
            (b"KC", b"012331550BC9", Ok(())),
            (b"KC", b"00A1B2C3", Ok(())),
            (b"KC", b"02A1B2C3", Err(Refusal::OptionalData)),
            (b"KC", b"00A1B2C", Err(Refusal::OptionalData)),
            (b"KP", b"00a1b2c3", Err(Refusal::OptionalData)),
            (b"KS", b"00604B120F9292800000", Ok(())),
            (b"KS", b"00604B120F929280000", Err(Refusal::OptionalData)),
            (b"KV", b"0001", Ok(())),
            (b"KV", b"001", Err(Refusal::OptionalData)),
            (b"KV", b"00 1", Err(Refusal::OptionalData)),
            (b"LB", b"", Ok(())),
            (b"PB", b"000", Err(Refusal::OptionalData)),
            (b"PK", b"01A1B2C3D4E5", Ok(())),
            (b"TC", b"20200818221218Z", Ok(())),
            (b"TS", b"2020-08-18T22:12:18Z", Ok(())),
            (b"TS", b"2020-08-18", Err(Refusal::OptionalData)),
            (b"TE", b"20201318221218Z", Err(Refusal::OptionalData)),
            (b"WP", b"003", Ok(())),
            (b"WP", b"004", Err(Refusal::OptionalData)),
        ] {
            let known = kind(*id).expect("a known block");
            let shown = format!("{} {}", id.escape_ascii(), data.escape_ascii());
            assert_eq!(known.contents.check(data), outcome, "{shown}");
        }
    }

    #[test]
    fn contents_are_shown() {
        let shown = |id: &[u8; 2]| kind(*id).map(|kind| kind.contents.to_string());
        assert_eq!(shown(b"KS").as_deref(), Some("10 or 16 or 20 H"));
        assert_eq!(shown(b"AL").as_deref(), Some("`0100`, `0101`"));
        assert_eq!(shown(b"BI").as_deref(), Some("`00` and 10 H; `10` and 8 H; `11` and 8 H"));
        assert_eq!(shown(b"KV").as_deref(), Some("4 A"));
        assert!(KINDS.iter().all(|kind| !kind.contents.to_string().is_empty()));
    }
}
