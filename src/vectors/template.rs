//! Messages with places to fill in: `BU01{length:1N}U{key:32H}`.

use std::collections::BTreeMap;

use thiserror::Error;

use wire::text::{self, TextError, Unit};

/// What earlier replies of a case held, by name.
pub(crate) type Captures = BTreeMap<String, Vec<u8>>;

/// Why a text is not a template.
#[derive(Debug, Error, PartialEq)]
pub(crate) enum TemplateError {
    /// The text is not a message.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A brace without its other half.
    #[error(
        "a brace opens a place such as {{key:32H}} and closes it; write \\x7B or \\x7D for a brace"
    )]
    Brace,
    /// Neither `{name}` nor `{name:32H}`.
    #[error(
        "{{{0}}} is neither {{name}} nor {{name:32H}} (N digits, H hexadecimal, A printable, B bytes)"
    )]
    Place(String),
    /// A place without a length is not the last one.
    #[error("{{{0}}} takes the rest of the message, so nothing may follow it")]
    Rest(String),
    /// A request can only repeat what a reply held.
    #[error("{{{0}}} is not filled by an earlier reply")]
    Unfilled(String),
}

/// Characters that a place takes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Alphabet {
    /// Decimal digits, `N`.
    Digits,
    /// Upper-case hexadecimal digits, `H`.
    Hexadecimal,
    /// Printable characters, `A`.
    Printable,
    /// Any bytes, `B`.
    Bytes,
}

impl Alphabet {
    fn letter(self) -> char {
        match self {
            Self::Digits => 'N',
            Self::Hexadecimal => 'H',
            Self::Printable => 'A',
            Self::Bytes => 'B',
        }
    }

    fn holds(self, byte: u8) -> bool {
        match self {
            Self::Digits => byte.is_ascii_digit(),
            Self::Hexadecimal => matches!(byte, b'0'..=b'9' | b'A'..=b'F'),
            Self::Printable => matches!(byte, b' '..=b'~'),
            Self::Bytes => true,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Literal(Vec<u8>),
    /// `{name}`: what an earlier reply held.
    Same(String),
    /// `{name:32H}`, `{:4N}`, `{name:B}`.
    Place {
        name: String,
        length: Option<usize>,
        alphabet: Alphabet,
    },
}

/// A message with places to fill in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template(Vec<Piece>);

impl Template {
    /// Reads a template; see `vectors/README.md` for the notation.
    pub(crate) fn read(text: &str) -> Result<Self, TemplateError> {
        let units = text::read(text)?;
        let mut pieces = Vec::new();
        let mut rest = units.as_slice();
        let is = |brace: u8| move |unit: &Unit| !unit.escaped && unit.byte == brace;
        while !rest.is_empty() {
            let (literal, after) = match rest.iter().position(is(b'{')) {
                Some(at) => (&rest[..at], &rest[at + 1..]),
                None => (rest, &rest[rest.len()..]),
            };
            if literal.iter().any(is(b'}')) {
                return Err(TemplateError::Brace);
            }
            if !literal.is_empty() {
                pieces.push(Piece::Literal(literal.iter().map(|unit| unit.byte).collect()));
            }
            if literal.len() == rest.len() {
                break;
            }
            let end = after.iter().position(is(b'}')).ok_or(TemplateError::Brace)?;
            let place: String = after[..end].iter().map(|unit| char::from(unit.byte)).collect();
            rest = &after[end + 1..];
            let piece = piece(&place)?;
            if matches!(piece, Piece::Place { length: None, .. }) && !rest.is_empty() {
                return Err(TemplateError::Rest(place));
            }
            pieces.push(piece);
        }
        Ok(Self(pieces))
    }

    /// The message, if all its places are filled.
    pub(crate) fn fill(&self, captures: &Captures) -> Result<Vec<u8>, TemplateError> {
        let mut message = Vec::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(bytes) => message.extend_from_slice(bytes),
                Piece::Same(name) | Piece::Place { name, .. } => {
                    let held =
                        captures.get(name).ok_or_else(|| TemplateError::Unfilled(name.clone()))?;
                    message.extend_from_slice(held);
                }
            }
        }
        Ok(message)
    }

    /// Holds a message against the template and keeps what its places hold; the error is the first byte that differs.
    pub(crate) fn hold(&self, message: &[u8], captures: &mut Captures) -> Result<(), usize> {
        let mut rest = message;
        for piece in &self.0 {
            let at = message.len() - rest.len();
            let expected = match piece {
                Piece::Literal(bytes) => bytes,
                Piece::Same(name) => captures.get(name).ok_or(at)?,
                Piece::Place { name, length, alphabet } => {
                    let (held, after) =
                        rest.split_at_checked(length.unwrap_or(rest.len())).ok_or(message.len())?;
                    if let Some(wrong) = held.iter().position(|&byte| !alphabet.holds(byte)) {
                        return Err(at + wrong);
                    }
                    if !name.is_empty() {
                        captures.insert(name.clone(), held.to_vec());
                    }
                    rest = after;
                    continue;
                }
            };
            let same = expected.iter().zip(rest).take_while(|(left, right)| left == right).count();
            if same < expected.len() {
                return Err(at + same);
            }
            rest = &rest[same..];
        }
        if rest.is_empty() { Ok(()) } else { Err(message.len() - rest.len()) }
    }

    /// The template as text, with what is known of it filled in.
    pub(crate) fn show(&self, captures: &Captures) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Literal(bytes) => text::write(bytes),
            Piece::Same(name) => {
                captures.get(name).map_or_else(|| format!("{{{name}}}"), |held| text::write(held))
            }
            Piece::Place { name, length, alphabet } => {
                let length = length.map_or_else(String::new, |length| length.to_string());
                format!("{{{name}:{length}{}}}", alphabet.letter())
            }
        };
        self.0.iter().map(piece).collect()
    }

    /// Names that the template repeats, and names that it fills.
    pub(crate) fn names(&self) -> (Vec<&str>, Vec<&str>) {
        let mut names = (Vec::new(), Vec::new());
        for piece in &self.0 {
            match piece {
                Piece::Literal(_) => {}
                Piece::Same(name) => names.0.push(name.as_str()),
                Piece::Place { name, .. } => names.1.push(name.as_str()),
            }
        }
        names
    }

    /// The characters that the template starts with, as far as they are fixed.
    pub(crate) fn start(&self) -> &[u8] {
        match self.0.first() {
            Some(Piece::Literal(bytes)) => bytes,
            _ => &[],
        }
    }
}

fn piece(place: &str) -> Result<Piece, TemplateError> {
    let wrong = || TemplateError::Place(place.to_owned());
    let (name, kind) = match place.split_once(':') {
        Some((name, kind)) => (name, Some(kind)),
        None => (place, None),
    };
    let is_name =
        name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let Some(kind) = kind else {
        return if is_name && !name.is_empty() {
            Ok(Piece::Same(name.to_owned()))
        } else {
            Err(wrong())
        };
    };
    let alphabet = match kind.as_bytes().last() {
        Some(b'N') => Alphabet::Digits,
        Some(b'H') => Alphabet::Hexadecimal,
        Some(b'A') => Alphabet::Printable,
        Some(b'B') => Alphabet::Bytes,
        _ => return Err(wrong()),
    };
    let digits = &kind[..kind.len() - 1];
    let length = if digits.is_empty() { None } else { Some(digits.parse().map_err(|_| wrong())?) };
    if is_name {
        Ok(Piece::Place { name: name.to_owned(), length, alphabet })
    } else {
        Err(wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> Template {
        Template::read(text).expect(text)
    }

    #[test]
    fn a_reply_fills_the_next_request() {
        let mut captures = Captures::new();
        let reply = template("A100U{key:8H}{check:6H}");
        assert_eq!(reply.hold(b"A100U0123ABCD0A0B0C", &mut captures), Ok(()));
        let request = template("BU01U{key}\\x{19}{check}").fill(&captures);
        assert_eq!(request, Ok(b"BU01U0123ABCD\x190A0B0C".to_vec()));
        assert_eq!(
            template("{:4N}{key:2A}{check}{other:B}").show(&captures),
            "{:4N}{key:2A}0A0B0C{other:B}"
        );
        assert_eq!(template("{check}").hold(b"0A0B0C", &mut captures), Ok(()));
        assert_eq!(template("{check}").hold(b"0A0B0D", &mut captures), Err(5));
    }

    #[test]
    fn the_first_difference_is_found() {
        let mut none = Captures::new();
        assert_eq!(template("ND00").hold(b"ND13", &mut none), Err(2));
        assert_eq!(template("ND00").hold(b"ND0", &mut none), Err(3));
        assert_eq!(template("ND00").hold(b"ND001", &mut none), Err(4));
        assert_eq!(template("N{:2N}A").hold(b"N1xA", &mut none), Err(2));
        assert_eq!(template("N{:9N}").hold(b"N12", &mut none), Err(3));
        assert_eq!(template("N{:A}").hold(b"N", &mut none), Ok(()));
        assert_eq!(template("N{:H}").hold(b"N0Aa", &mut none), Err(3));
    }

    #[test]
    fn an_escaped_brace_is_a_brace() {
        assert_eq!(template(r"\x7Bkey\x{7D}").fill(&Captures::new()), Ok(b"{key}".to_vec()));
    }

    #[test]
    fn wrong_places_are_refused() {
        for text in
            ["{", "}", "a}b", "{key", "{}", "{Key}", "{key:}", "{key:4X}", "{key:xN}", "{:B}A"]
        {
            assert!(Template::read(text).is_err(), "{text}");
        }
        let unfilled = TemplateError::Unfilled("key".to_owned());
        assert_eq!(template("{key}").fill(&Captures::new()), Err(unfilled));
    }
}
