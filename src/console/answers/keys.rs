//! Answers about keys.

use crypto::Algorithm;
use vault::usage::Stated;
use vault::{Key, KeyType, KeyTypes, Scheme};
use zeroize::Zeroizing;

use super::Answer;
use crate::Desk;

/// A key type code.
#[derive(Clone, Copy, Debug)]
pub struct TypeCode(pub &'static KeyType);

impl Answer for TypeCode {
    const PROMPT: &'static str = "Enter key type: ";

    fn parse(text: &str, desk: &Desk<'_>) -> Result<Self, &'static str> {
        let types = if desk.state().settings.key_type_002_separation {
            KeyTypes::Separated
        } else {
            KeyTypes::Standard
        };
        let code = text.to_ascii_uppercase().into_bytes().try_into().ok();
        code.and_then(|code| types.find(code)).map(Self).ok_or("Invalid key type; re-enter")
    }
}

/// Length of a DES key, in DES keys.
#[derive(Clone, Copy, Debug)]
pub struct KeyLength(pub usize);

impl Answer for KeyLength {
    const PROMPT: &'static str = "Enter key length [1,2,3]: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        match text {
            "1" => Ok(Self(1)),
            "2" => Ok(Self(2)),
            "3" => Ok(Self(3)),
            _ => Err("Invalid key length; re-enter"),
        }
    }
}

/// Scheme of a key outside of key blocks.
#[derive(Clone, Copy, Debug)]
pub struct KeyScheme(pub Scheme);

impl Answer for KeyScheme {
    const PROMPT: &'static str = "Enter key scheme: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        let letter = match text.to_ascii_uppercase().as_bytes() {
            [letter] => Scheme::from_letter(*letter),
            _ => None,
        };
        letter.map(Self).ok_or("Invalid key scheme")
    }
}

/// Letter of any scheme under a ZMK; none if there shall be no such key.
#[derive(Clone, Copy, Debug)]
pub struct ZmkScheme(pub Option<char>);

impl Answer for ZmkScheme {
    const PROMPT: &'static str = "Enter key scheme (ZMK): ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        match text.to_ascii_uppercase().as_str() {
            "" => Ok(Self(None)),
            letter @ ("0" | "Z" | "U" | "T" | "X" | "Y" | "R" | "S") => {
                Ok(Self(letter.chars().next()))
            }
            _ => Err("Invalid key scheme"),
        }
    }
}

/// The Atalla variant of a ZMK: one digit or two, or nothing.
#[derive(Clone, Debug)]
pub struct ZmkVariant(pub String);

impl Answer for ZmkVariant {
    const PROMPT: &'static str = "Enter ZMK variant (if required): ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        let fits = text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        if fits { Ok(Self(text.to_owned())) } else { Err("Invalid entry") }
    }
}

/// An encrypted key as it stands in messages.
#[derive(Clone, Debug)]
pub struct EncryptedKey(pub String);

impl Answer for EncryptedKey {
    const PROMPT: &'static str = "Enter key: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        let key: String = text.chars().filter(|character| *character != ' ').collect();
        // No field of a message begins with another character.
        let fits = key.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if fits && key.len() >= 16 { Ok(Self(key)) } else { Err("Data invalid; please re-enter") }
    }
}

/// A clear component of a DES or AES key. It wipes itself.
pub struct ClearComponent(pub Zeroizing<String>);

impl ClearComponent {
    /// The component as a key of this algorithm.
    pub fn key(&self, algorithm: Algorithm, bytes: usize) -> Option<Key<Stated>> {
        Key::typed(algorithm, &self.0).ok().filter(|key| key.len() == bytes)
    }
}

impl Answer for ClearComponent {
    const PROMPT: &'static str = "Enter component: ";
    const SECRET: bool = true;
    const ECHOES: bool = true;

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        let text = text.strip_prefix('^').unwrap_or(text);
        let mut digits = Zeroizing::new(String::with_capacity(text.len()));
        digits.extend(text.chars().filter(|character| *character != ' '));
        let fits = matches!(digits.len(), 16 | 32 | 48 | 64)
            && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if fits { Ok(Self(digits)) } else { Err("Data invalid; please re-enter") }
    }
}

/// So many hexadecimal digits, blanks left out.
#[derive(Clone, Debug)]
pub struct Digits<const COUNT: usize, const RADIX: u32>(pub String);

impl<const COUNT: usize, const RADIX: u32> Answer for Digits<COUNT, RADIX> {
    const PROMPT: &'static str = "Enter data: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        let digits: String = text.chars().filter(|it| *it != ' ').collect();
        let fits = digits.len() == COUNT && digits.chars().all(|it| it.is_digit(RADIX));
        if fits {
            Ok(Self(digits.to_ascii_uppercase()))
        } else {
            Err("Data invalid; please re-enter")
        }
    }
}

/// One of the characters of a set, such as a key usage or mode of use: at most two characters.
#[derive(Clone, Debug)]
pub struct Mark<const COUNT: usize>(pub String);

impl<const COUNT: usize> Answer for Mark<COUNT> {
    const PROMPT: &'static str = "Enter value: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        let fits = text.len() == COUNT && text.bytes().all(|it| it.is_ascii_alphanumeric());
        if fits { Ok(Self(text.to_ascii_uppercase())) } else { Err("Invalid entry") }
    }
}

/// A primary account number.
#[derive(Clone, Debug)]
pub struct Pan(pub String);

impl Answer for Pan {
    const PROMPT: &'static str = "Enter PAN: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        let fits = (8..=19).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit());
        if fits { Ok(Self(text.to_owned())) } else { Err("Data invalid; please re-enter") }
    }
}

/// Decimal digits that are hidden, such as a PIN. They wipe themselves.
pub struct SecretDigits<const COUNT: usize>(pub Zeroizing<String>);

impl<const COUNT: usize> Answer for SecretDigits<COUNT> {
    const PROMPT: &'static str = "Enter PIN: ";
    const SECRET: bool = true;

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        let fits = text.len() == COUNT && text.bytes().all(|it| it.is_ascii_digit());
        if fits {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err("Data invalid; please re-enter")
        }
    }
}

/// A decimalisation table under an LMK.
#[derive(Clone, Debug)]
pub struct TableUnderLmk(pub String);

impl Answer for TableUnderLmk {
    const PROMPT: &'static str = "Enter encrypted decimalization table: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        let table: String = text.chars().filter(|it| *it != ' ').collect();
        let digits = table.strip_prefix('L').unwrap_or(&table);
        let fits =
            matches!(table.len(), 16 | 33) && digits.bytes().all(|it| it.is_ascii_hexdigit());
        if fits {
            Ok(Self(table.to_ascii_uppercase()))
        } else {
            Err("Data invalid; please re-enter")
        }
    }
}
