//! Answers that several commands ask for: prompt, check and refusal of each.

mod keys;

use vault::LmkId;
use zeroize::Zeroizing;

pub use keys::*;

use crate::Desk;

/// An answer to a prompt.
pub trait Answer: Sized {
    /// How to ask.
    const PROMPT: &'static str;
    /// Whether it is hidden.
    const SECRET: bool = false;
    /// Whether the setting for echo makes it show all the same.
    const ECHOES: bool = false;

    /// Says why there can be no right answer.
    fn impossible(_: &Desk<'_>) -> Option<&'static str> {
        None
    }

    /// Checks it, or says what is wrong.
    fn parse(text: &str, desk: &Desk<'_>) -> Result<Self, &'static str>;
}

/// An LMK that is loaded.
#[derive(Clone, Copy, Debug)]
pub struct Loaded(pub LmkId);

impl Answer for Loaded {
    const PROMPT: &'static str = "Enter LMK id: ";

    fn impossible(desk: &Desk<'_>) -> Option<&'static str> {
        (desk.state().lmks.count() == 0).then_some("No LMK is loaded")
    }

    fn parse(text: &str, desk: &Desk<'_>) -> Result<Self, &'static str> {
        let Place(id) = Place::parse(text, desk)?;
        if desk.state().lmks.get(id).is_some() {
            Ok(Self(id))
        } else {
            Err("Invalid LMK identifier")
        }
    }
}

/// A place in the LMK table, taken or not.
#[derive(Clone, Copy, Debug)]
pub struct Place(pub LmkId);

impl Answer for Place {
    const PROMPT: &'static str = "Enter LMK id: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        let id = if text.len() <= 2 { text.parse().ok() } else { None };
        id.map(|id| Self(LmkId(id))).ok_or("Invalid LMK identifier")
    }
}

/// Yes or no.
#[derive(Clone, Copy, Debug)]
pub struct Yes(pub bool);

impl Answer for Yes {
    const PROMPT: &'static str = "[Y/N]: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        match text.to_ascii_uppercase().as_str() {
            "Y" | "YES" => Ok(Self(true)),
            "N" | "NO" => Ok(Self(false)),
            _ => Err("Invalid entry"),
        }
    }
}

/// A number from `LOW` to `HIGH`.
#[derive(Clone, Copy, Debug)]
pub struct Number<const LOW: u32, const HIGH: u32>(pub u32);

impl<const LOW: u32, const HIGH: u32> Answer for Number<LOW, HIGH> {
    const PROMPT: &'static str = "Enter number: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        let number = text.parse().ok().filter(|number| (LOW..=HIGH).contains(number));
        number.map(Self).ok_or("Invalid entry")
    }
}

/// A line of text, at most 60 characters; may be empty.
#[derive(Clone, Debug)]
pub struct Remark(pub String);

impl Answer for Remark {
    const PROMPT: &'static str = "Enter comments: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        let fits = text.len() <= 60 && text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if fits { Ok(Self(text.to_owned())) } else { Err("Invalid entry") }
    }
}

/// Name of a card in the drawer.
#[derive(Clone, Debug)]
pub struct Name(pub String);

impl Answer for Name {
    const PROMPT: &'static str = "Insert card and press ENTER: ";

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !text.is_empty() && text.len() <= 64 && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err("Names of cards are letters, digits, - and _")
        }
    }
}

/// Password of an officer: 16 letters, digits and signs.
pub struct OfficerPassword(pub Zeroizing<[u8; 16]>);

impl Answer for OfficerPassword {
    const PROMPT: &'static str = "Password: ";
    const SECRET: bool = true;

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        let bytes: Option<[u8; 16]> = text.as_bytes().try_into().ok();
        let bytes = bytes.map(Zeroizing::new);
        bytes
            .filter(|bytes| bytes.iter().all(u8::is_ascii_graphic))
            .map(Self)
            .ok_or("Invalid password; 16 characters")
    }
}

/// PIN of a card: 5 to 8 letters and digits; 4 digits of an older card are accepted.
pub struct Pin(pub Zeroizing<String>);

impl Answer for Pin {
    const PROMPT: &'static str = "Enter PIN: ";
    const SECRET: bool = true;

    fn parse(text: &str, _: &Desk<'_>) -> Result<Self, &'static str> {
        let fits =
            (4..=8).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_alphanumeric());
        if fits { Ok(Self(Zeroizing::new(text.to_owned()))) } else { Err("Invalid PIN; re-enter") }
    }
}
