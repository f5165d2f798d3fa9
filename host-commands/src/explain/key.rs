//! What a key says of itself without being opened.

use core::ops::Range;

use vault::{
    Scheme, Token,
    key_block::{Header, OptionalBlock, Version, optional, values},
};

/// A key, described.
pub(super) struct Described {
    /// Scheme and length.
    pub(super) scheme: String,
    /// The parts of a key block, the tag aside.
    pub(super) fields: Vec<Part>,
}

/// A part of a key block.
pub(super) struct Part {
    /// Characters of the token.
    pub(super) at: Range<usize>,
    pub(super) name: &'static str,
    pub(super) meaning: String,
}

/// Describes a key as it stands in a message.
pub(super) fn describe(text: &[u8]) -> Described {
    let token = Token(text);
    if let Some(block) = token.block() {
        let kind = if token.is_tr31() { "TR-31 key block" } else { "Thales key block" };
        return Described { scheme: kind.to_owned(), fields: parts(block) };
    }
    let scheme = match (token.reference(), token.scheme()) {
        (Some(index), _) => format!("in user storage at {index:03X}"),
        (None, Ok(Scheme::Z)) => "single length".to_owned(),
        (None, Ok(Scheme::Untagged)) => "double length, each half by itself".to_owned(),
        (None, Ok(Scheme::U)) => "double length, scheme U (variant)".to_owned(),
        (None, Ok(Scheme::T)) => "triple length, scheme T (variant)".to_owned(),
        (None, Ok(Scheme::X)) => "double length, scheme X (ANSI X9.17)".to_owned(),
        (None, Ok(Scheme::Y)) => "triple length, scheme Y (ANSI X9.17)".to_owned(),
        (None, Err(_)) => "unknown scheme".to_owned(),
    };
    Described { scheme, fields: Vec::new() }
}

/// The parts of a key block, from its version on, each with its meaning.
fn parts(block: &[u8]) -> Vec<Part> {
    let mut parts = Taken { text: block, end: 0, all: Vec::new() };
    let known = |text: Option<&str>| text.unwrap_or("no known meaning").to_owned();
    let version = parts.take(1, "version", |text| known(values::version(text[0])));
    let version = version.first().and_then(|code| Version::from_code(*code).ok());
    parts.take(4, "length", |_| "characters from the version to the end".to_owned());
    parts.take(2, "key usage", |text| {
        known(values::usage([text[0], text[1]]).map(|usage| usage.text))
    });
    parts.take(1, "algorithm", |text| known(values::algorithm(text[0])));
    parts.take(1, "mode of use", |text| known(values::mode(text[0])));
    parts.take(2, "key version number", |text| match text {
        b"00" => "not used".to_owned(),
        [b'c', number] => format!("component {}", number.escape_ascii()),
        _ => "version of the key".to_owned(),
    });
    parts.take(1, "exportability", |text| known(values::exportability(text[0])));
    let count = parts.take(2, "optional blocks", |_| "how many there are".to_owned());
    let count = core::str::from_utf8(count).ok().and_then(|count| count.parse().ok()).unwrap_or(0);
    let is_thales = version.is_some_and(Version::is_thales);
    parts.take(2, if is_thales { "LMK identifier" } else { "reserved" }, |text| match text {
        _ if !is_thales => "no meaning".to_owned(),
        text if *text == Header::UNDER_TRANSPORT_KEY => "under a ZMK or TMK".to_owned(),
        _ => "LMK that protects the key".to_owned(),
    });
    for _ in 0..count {
        let rest = block.get(parts.end..).unwrap_or_default();
        let Ok((OptionalBlock { id, text, .. }, _)) = OptionalBlock::split(rest) else { break };
        let kind = optional::kind(id).map(|kind| kind.text);
        parts.take(text.len(), "optional block", |_| known(kind));
    }
    let authenticator = version.map_or(0, |version| 2 * version.authenticator_length());
    let key = block.len().saturating_sub(parts.end + authenticator);
    parts.take(key, "key", |_| "the key and its length, encrypted".to_owned());
    parts
        .take(authenticator, "authenticator", |_| "covers header, optional blocks, key".to_owned());
    parts.all
}

/// Parts of a text, one after the other.
struct Taken<'a> {
    text: &'a [u8],
    end: usize,
    all: Vec<Part>,
}

impl<'a> Taken<'a> {
    /// Takes so many characters, if there are as many; `meaning` never sees fewer.
    fn take(
        &mut self,
        length: usize,
        name: &'static str,
        meaning: impl FnOnce(&[u8]) -> String,
    ) -> &'a [u8] {
        let at = self.end..self.end + length;
        let Some(text) = self.text.get(at.clone()).filter(|text| !text.is_empty()) else {
            return &[];
        };
        self.end = at.end;
        // The tag stands before the block.
        self.all.push(Part { at: at.start + 1..at.end + 1, name, meaning: meaning(text) });
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_are_named() {
        for (text, scheme) in [
            (&b"0406FBB23A5214DF"[..], "single length"),
            (b"0406FBB23A5214DF0406FBB23A5214DF", "double length, each half by itself"),
            (b"U1457FF6ADF6250C66C368416B4C9D383", "double length, scheme U (variant)"),
            (
                b"T971803BA969012152827CC97A98D18D50BE6559CDFF6F7E1",
                "triple length, scheme T (variant)",
            ),
            (b"K01F", "in user storage at 01F"),
            (b"UK01F", "in user storage at 01F"),
            (b"W971803BA", "unknown scheme"),
        ] {
            let described = describe(text);
            assert_eq!((&described.scheme[..], described.fields.len()), (scheme, 0));
        }
    }

    #[test]
    fn a_key_block_is_told_part_by_part() {
        let block =
            b"S10128P0AB00E0201KS0C1234ABCDPB140000000000000000EA421618B34F5FA1A77F7CF6480111B97\
                      CF0FAE7BD77D589EC921EF9EA421618B34F5FA1A77F7C";
        let described = describe(block);
        assert_eq!(described.scheme, "Thales key block");
        let mut end = 1;
        let mut told = Vec::new();
        for Part { at, name, meaning } in described.fields {
            assert_eq!(at.start, end);
            end = at.end;
            told.push(format!("{name} {}: {meaning}", block[at].escape_ascii()));
        }
        assert_eq!(end, block.len());
        assert_eq!(
            told[..11],
            [
                "version 1: Thales, under an AES key",
                "length 0128: characters from the version to the end",
                "key usage P0: PIN encryption key",
                "algorithm A: AES",
                "mode of use B: Encrypt and decrypt, or wrap and unwrap",
                "key version number 00: not used",
                "exportability E: May leave in a trusted key block only",
                "optional blocks 02: how many there are",
                "LMK identifier 01: LMK that protects the key",
                "optional block KS0C1234ABCD: Key set identifier, DUKPT",
                "optional block PB140000000000000000: Padding",
            ]
        );
        assert_eq!(told.len(), 13);
    }

    #[test]
    fn what_is_no_key_block_is_shown_all_the_same() {
        for block in [&b"S"[..], b"R?", b"S00016", b"RX0016ZZZZZZZZZZZ", b"S10016P0AB00E9901"] {
            let fields = describe(block).fields;
            assert!(fields.iter().all(|part| block.get(part.at.clone()).is_some()));
        }
    }
}
