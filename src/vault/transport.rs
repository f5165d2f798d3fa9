//! Keys under a ZMK or TMK: how keys travel between devices.
//!
//! Without a key block each eight bytes of a DES key are encrypted by themselves, under the transport key or a variant of
//! it; with one, the transport key protects a block of scheme `S` or `R`.

pub mod rules;

use crypto::{Algorithm, ClearKey, Tdes};
use rand_core::Rng;

use crate::key_block::{
    Header, KeyBlock, KeyBlockKeys, OptionalBlocks, Padding, hexadecimal, thales, tr31,
};
use crate::{Refusal, Scheme, Token};

/// An Atalla variant: a small number combined into the transport key before use.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct AtallaVariant(u8);

impl AtallaVariant {
    /// Whether keys of a type are carried under this variant of a transport key (inferred from the common use of such
    /// variants: 0 keys that carry keys, 1 PINs, 2 data, 3 MACs, 4 verification, 5 terminals, 8 derivation, 9 cards).
    /// None of them is said of other types, so these go under any.
    pub fn goes_with(self, key_type: &crate::KeyType) -> bool {
        let variant = match key_type.code() {
            "000" => 0,
            "001" | "70D" => 1,
            "00A" | "00B" | "30B" => 2,
            "003" | "008" => 3,
            "402" => 4,
            "80D" => 5,
            "009" => 8,
            "109" | "209" | "309" | "409" | "509" | "609" | "709" => 9,
            _ => return true,
        };
        self.0 == variant
    }

    /// No variant.
    pub const NONE: Self = Self(0);

    /// The variant of a number, 0 to 31; larger ones do not fit a byte when shifted (the limit is inferred).
    pub const fn new(number: u8) -> Option<Self> {
        if number < 32 { Some(Self(number)) } else { None }
    }

    /// What is combined into the first byte of each eight bytes of the transport key.
    const fn mask(self) -> u8 {
        self.0 << 3
    }
}

/// What a key is wrapped into.
#[derive(Clone, Copy, Debug)]
pub enum Wrapping<'a> {
    /// A DES key, each eight bytes by themselves.
    Scheme(Scheme),
    /// A key block, `S` or `R` by the version in the header.
    Block {
        /// Header of the block; see [`rules::outgoing`].
        header: &'a Header,
        /// Optional blocks as text.
        optional: &'a [u8],
        /// How much padding hides the length of the key.
        padding: Padding,
    },
}

/// A key that came out of its wrapping.
pub struct Unwrapped<'a> {
    /// The key; a DES key has odd parity now.
    pub key: ClearKey,
    /// Whether a DES key had odd parity as it came; if not, commands report advisory 01.
    pub had_odd_parity: bool,
    /// The header, if the key came in a key block.
    pub header: Option<Header>,
    /// The optional blocks, if it came in a key block.
    pub optional: OptionalBlocks<'a>,
}

/// Takes a key out from under a transport key.
///
/// The token may be of any scheme; the Atalla variant has no effect on key blocks (inferred).
///
/// # Errors
/// 26 no scheme of a key, or a scheme of DES keys under another transport key; 15 wrong digits; zero; BB a key block of a
/// version that does not go with the transport key, or an AES key under a DES key (inferred); else as [`thales::open`] and
/// [`tr31::open`].
pub fn unwrap<'a>(
    transport: &ClearKey,
    token: Token<'a>,
    atalla: AtallaVariant,
) -> Result<Unwrapped<'a>, Refusal> {
    let (mut key, header, optional) = match token.block() {
        Some(block) => open_block(transport, token, block)?,
        None => (open_parts(transport, token, atalla)?, None, OptionalBlocks::NONE),
    };
    if key.is_zero() {
        return Err(Refusal::Zero);
    }
    let had_odd_parity = key.algorithm() != Algorithm::Tdes || key.has_odd_parity();
    if !had_odd_parity {
        key.force_odd_parity();
    }
    Ok(Unwrapped { key, had_odd_parity, header, optional })
}

/// Puts a key under a transport key, as a token in `out` with its tag, and returns its length.
///
/// # Errors
/// 26 if the scheme is only for DES and one of the keys is not; 27 if the scheme is for another length; BB as in [`unwrap`];
/// 83 if `out` is too short; else as [`thales::seal`] and [`tr31::seal`].
pub fn wrap(
    transport: &ClearKey,
    key: &ClearKey,
    wrapping: &Wrapping<'_>,
    atalla: AtallaVariant,
    rng: &mut dyn Rng,
    out: &mut [u8],
) -> Result<usize, Refusal> {
    match *wrapping {
        Wrapping::Scheme(scheme) => seal_parts(transport, key, scheme, atalla, out),
        Wrapping::Block { header, optional, padding } => {
            check_strength(transport, key)?;
            let keys = KeyBlockKeys::for_version(header.version, transport)?;
            let (tag, block) = out.split_first_mut().ok_or(Refusal::Format)?;
            let length = if header.version.is_thales() {
                *tag = b'S';
                thales::seal(&keys, header, optional, key, padding, rng, block)?
            } else {
                *tag = b'R';
                tr31::seal(&keys, header, optional, key, padding, rng, block)?
            };
            Ok(1 + length)
        }
    }
}

fn open_block<'a>(
    transport: &ClearKey,
    token: Token<'a>,
    text: &'a [u8],
) -> Result<(ClearKey, Option<Header>, OptionalBlocks<'a>), Refusal> {
    let block = KeyBlock::parse(text)?;
    if block.header.version.is_thales() != token.is_block() {
        return Err(Refusal::HeaderIdentifier);
    }
    let keys = KeyBlockKeys::for_version(block.header.version, transport)?;
    let (header, key) = block.open(&keys)?;
    check_strength(transport, &key)?;
    Ok((key, Some(header), block.optional))
}

/// A DES key is too weak for an AES key.
fn check_strength(transport: &ClearKey, key: &ClearKey) -> Result<(), Refusal> {
    match (transport.algorithm(), key.algorithm()) {
        (Algorithm::Tdes, Algorithm::Aes) => Err(Refusal::WrappingKey),
        _ => Ok(()),
    }
}

/// The cipher for one part of a key.
fn part_cipher(transport: &ClearKey, atalla: AtallaVariant, mask: u8) -> Result<Tdes, Refusal> {
    let mut varied =
        ClearKey::new(Algorithm::Tdes, transport.as_bytes()).map_err(|_| Refusal::Scheme)?;
    for part in varied.as_mut_bytes().chunks_mut(8) {
        part[0] ^= atalla.mask();
    }
    // A single-length transport key has no ninth byte, and schemes with variants do without (inferred).
    if let Some(byte) = varied.as_mut_bytes().get_mut(8) {
        *byte ^= mask;
    }
    Tdes::new(varied.as_bytes()).map_err(|_| Refusal::Scheme)
}

/// Runs each eight bytes of a key through the cipher that their place asks for.
fn each_part(
    transport: &ClearKey,
    scheme: Scheme,
    atalla: AtallaVariant,
    key: &mut ClearKey,
    run: fn(&Tdes, u64) -> u64,
) -> Result<(), Refusal> {
    if transport.algorithm() != Algorithm::Tdes {
        return Err(Refusal::Scheme);
    }
    let mut last: Option<(u8, Tdes)> = None;
    for (part, &mask) in key.as_mut_bytes().as_chunks_mut::<8>().0.iter_mut().zip(scheme.masks()) {
        let cipher = match last.take() {
            Some((same, cipher)) if same == mask => cipher,
            _ => part_cipher(transport, atalla, mask)?,
        };
        *part = run(&cipher, u64::from_be_bytes(*part)).to_be_bytes();
        last = Some((mask, cipher));
    }
    Ok(())
}

fn open_parts(
    transport: &ClearKey,
    token: Token<'_>,
    atalla: AtallaVariant,
) -> Result<ClearKey, Refusal> {
    let scheme = token.scheme()?;
    let mut key = token.digits(scheme)?;
    each_part(transport, scheme, atalla, &mut key, Tdes::decrypt)?;
    Ok(key)
}

fn seal_parts(
    transport: &ClearKey,
    key: &ClearKey,
    scheme: Scheme,
    atalla: AtallaVariant,
    out: &mut [u8],
) -> Result<usize, Refusal> {
    if key.algorithm() != Algorithm::Tdes {
        return Err(Refusal::Scheme);
    }
    if key.len() != scheme.key_length() {
        return Err(Refusal::Length);
    }
    let mut wrapped =
        ClearKey::new(Algorithm::Tdes, key.as_bytes()).map_err(|_| Refusal::Length)?;
    each_part(transport, scheme, atalla, &mut wrapped, Tdes::encrypt)?;
    let mut text = out.get_mut(..scheme.text_length()).ok_or(Refusal::Format)?;
    if let Some(tag) = scheme.tag() {
        let (first, rest) = text.split_first_mut().ok_or(Refusal::Format)?;
        *first = tag;
        text = rest;
    }
    hexadecimal::encode(wrapped.as_bytes(), text);
    Ok(scheme.text_length())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key_block::Version;
    use crate::key_block::tests::{Source, bytes, check_value, key, rows, text};

    const VECTORS: &str = include_str!("../../vectors/crypto/thales_zmk.jsonl");
    const BLOCKS: &str = include_str!("../../vectors/crypto/thales_keyblock.jsonl");
    const NONE: AtallaVariant = AtallaVariant::NONE;

    fn wrapped(
        transport: &ClearKey,
        key: &ClearKey,
        wrapping: Wrapping<'_>,
    ) -> Result<Vec<u8>, Refusal> {
        let mut out = [0; 400];
        let length = wrap(transport, key, &wrapping, NONE, &mut Source::new(9), &mut out)?;
        Ok(out[..length].to_vec())
    }

    #[test]
    fn vectors() {
        let rows = rows(VECTORS);
        assert_eq!(rows.len(), 20);
        for row in rows {
            let id = row["id"].as_str().unwrap_or_default();
            let zmk = key(Algorithm::Tdes, &bytes(&row, "inputs", "zmk"));
            let clear = key(Algorithm::Tdes, &bytes(&row, "inputs", "clear_key"));
            let scheme = Scheme::from_letter(text(&row, "inputs", "scheme").as_bytes()[0])
                .expect("a scheme");
            let number = row["inputs"]["atalla_variant"].as_u64().unwrap_or_default();
            let atalla = u8::try_from(number).ok().and_then(AtallaVariant::new).expect("a variant");
            let expected = row["output"].as_str().unwrap_or_default();
            let mut out = [0; 49];
            let mut source = Source::new(1);
            let length =
                wrap(&zmk, &clear, &Wrapping::Scheme(scheme), atalla, &mut source, &mut out);
            assert_eq!(length.map(|length| &out[..length]), Ok(expected.as_bytes()), "{id}");
            let unwrapped = unwrap(&zmk, Token(expected.as_bytes()), atalla).expect("a key");
            assert_eq!(unwrapped.had_odd_parity, clear.has_odd_parity(), "{id}");
            assert_eq!(unwrapped.key.as_bytes(), clear.with_odd_parity().as_bytes(), "{id}");
            assert_eq!(
                (unwrapped.header, unwrapped.optional),
                (None, OptionalBlocks::NONE),
                "{id}"
            );
            if let Some(stated) = row["note"].as_str().and_then(|note| note.strip_prefix("kcv ")) {
                assert_eq!(check_value(&unwrapped.key), stated, "{id}");
            }
        }
    }

    #[test]
    fn recorded_blocks_under_a_zmk() {
        let lmk = key(Algorithm::Tdes, &bytes(&rows(BLOCKS)[0], "inputs", "lmk"));
        let mut count = 0;
        for row in rows(BLOCKS).iter().filter(|row| row["algorithm"] == "thales-S-transport") {
            let zmk = unwrap(&lmk, Token(text(row, "inputs", "transport_block").as_bytes()), NONE)
                .expect("a ZMK");
            let block = text(row, "output", "wrapped").as_bytes();
            let unwrapped = unwrap(&zmk.key, Token(block), NONE).expect("a key");
            assert_eq!(check_value(&unwrapped.key), text(row, "output", "check_value"));
            let header = unwrapped.header.expect("a header");
            let inside = KeyBlock::parse(&text(row, "inputs", "key_block").as_bytes()[1..])
                .expect("a block");
            let sent = rules::outgoing(&inside.header, Version::ThalesTdes)
                .and_then(|sent| sent.with_exportability(header.exportability));
            assert_eq!(sent, Ok(header));
            count += 1;
        }
        assert_eq!(count, 2);
    }

    #[test]
    fn every_scheme_brings_the_key_back() {
        let mut source = Source::new(0xA77A);
        for transport in [8, 16, 24] {
            let transport =
                ClearKey::random(Algorithm::Tdes, transport, &mut source).expect("a key");
            for (scheme, length, total) in [
                (Scheme::Z, 8, 16),
                (Scheme::Untagged, 16, 32),
                (Scheme::U, 16, 33),
                (Scheme::X, 16, 33),
                (Scheme::T, 24, 49),
                (Scheme::Y, 24, 49),
            ] {
                for number in 0..32 {
                    let atalla = AtallaVariant::new(number).expect("a variant");
                    let key =
                        ClearKey::random(Algorithm::Tdes, length, &mut source).expect("a key");
                    let mut out = [0; 49];
                    let written = wrap(
                        &transport,
                        &key,
                        &Wrapping::Scheme(scheme),
                        atalla,
                        &mut source,
                        &mut out,
                    );
                    assert_eq!(written, Ok(total));
                    let unwrapped =
                        unwrap(&transport, Token(&out[..total]), atalla).expect("a key");
                    assert!(unwrapped.had_odd_parity);
                    assert_eq!(unwrapped.key.as_bytes(), key.as_bytes());
                }
            }
        }
        assert_eq!(AtallaVariant::new(32), None);
    }

    #[test]
    fn key_blocks_bring_key_and_header_back() {
        let mut source = Source::new(17);
        let tdes = ClearKey::random(Algorithm::Tdes, 16, &mut source).expect("a key");
        let aes = ClearKey::random(Algorithm::Aes, 32, &mut source).expect("a key");
        let inside = Header::parse(b"0007272TB00E0001").expect("a header");
        let optional = b"KS1800604B120F9292800000";
        for version in Version::ALL {
            let (right, wrong) = if version.is_aes() { (&aes, &tdes) } else { (&tdes, &aes) };
            let header = rules::outgoing(&inside, version).expect("a header");
            let block = Wrapping::Block { header: &header, optional, padding: Padding::Minimal };
            let key = ClearKey::random(Algorithm::Tdes, 24, &mut source).expect("a key");
            let token = wrapped(right, &key, block).expect("a token");
            assert_eq!(token[0], if version.is_thales() { b'S' } else { b'R' });
            let unwrapped = unwrap(right, Token(&token), NONE).expect("a key");
            assert_eq!(unwrapped.key.as_bytes(), key.as_bytes());
            assert_eq!(unwrapped.header, Some(header));
            assert_eq!(unwrapped.optional.without_padding().text(), optional);
            assert_eq!(unwrap(wrong, Token(&token), NONE).err(), Some(Refusal::WrappingKey));
            assert_eq!(wrapped(wrong, &key, block).err(), Some(Refusal::WrappingKey));
            let mut swapped = token.clone();
            swapped[0] = if version.is_thales() { b'R' } else { b'S' };
            assert_eq!(unwrap(right, Token(&swapped), NONE).err(), Some(Refusal::HeaderIdentifier));
        }
    }

    #[test]
    fn parity_is_forced_and_told() {
        let zmk = key(Algorithm::Tdes, &[0x11; 16]);
        let even = key(Algorithm::Tdes, &[0x22; 16]);
        let header = Header::parse(b"A0072P0TB00E0000").expect("a header");
        let block = Wrapping::Block { header: &header, optional: b"", padding: Padding::Minimal };
        for wrapping in [Wrapping::Scheme(Scheme::U), block] {
            let token = wrapped(&zmk, &even, wrapping).expect("a token");
            let unwrapped = unwrap(&zmk, Token(&token), NONE).expect("a key");
            assert!(!unwrapped.had_odd_parity);
            assert_eq!(unwrapped.key.as_bytes(), [0x23; 16]);
        }
    }

    #[test]
    fn zero_keys_are_refused() {
        let zmk = key(Algorithm::Tdes, &[0x11; 16]);
        let zero = key(Algorithm::Tdes, &[0; 16]);
        let token = wrapped(&zmk, &zero, Wrapping::Scheme(Scheme::U)).expect("a token");
        assert_eq!(unwrap(&zmk, Token(&token), NONE).err(), Some(Refusal::Zero));
    }

    #[test]
    fn schemes_refuse_what_they_cannot_hold() {
        let zmk = key(Algorithm::Tdes, &[0x11; 16]);
        let aes = key(Algorithm::Aes, &[0x11; 16]);
        let double = key(Algorithm::Tdes, &[0x13; 16]);
        let parts = Wrapping::Scheme;
        assert_eq!(wrapped(&zmk, &double, parts(Scheme::T)), Err(Refusal::Length));
        assert_eq!(
            wrapped(&zmk, &key(Algorithm::Tdes, &[0x13; 24]), parts(Scheme::Untagged)),
            Err(Refusal::Length)
        );
        assert_eq!(wrapped(&aes, &double, parts(Scheme::U)), Err(Refusal::Scheme));
        assert_eq!(wrapped(&zmk, &aes, parts(Scheme::U)), Err(Refusal::Scheme));
        let header = Header::parse(b"B0072P0AB00E0000").expect("a header");
        let block = Wrapping::Block { header: &header, optional: b"", padding: Padding::Minimal };
        assert_eq!(wrapped(&zmk, &aes, block), Err(Refusal::WrappingKey));
        assert_eq!(unwrap(&aes, Token(&[b'0'; 32]), NONE).err(), Some(Refusal::Scheme));
    }

    #[test]
    fn malformed_tokens_are_refused() {
        let zmk = key(Algorithm::Tdes, &[0x11; 16]);
        for (token, refusal) in [
            (&b""[..], Refusal::Input),
            (b"V0123", Refusal::Scheme),
            (b"u0123456789ABCDEF0123456789ABCDEF", Refusal::Scheme),
            (b"U0123456789ABCDEF", Refusal::Input),
            (b"Z0123456789ABCDEF0", Refusal::Input),
            (b"0123456789ABCDEFFFFFFFFFFFFFFFFF0000000000000000", Refusal::Input),
            (b"U0123456789ABCDEF0123456789ABCDEG", Refusal::Input),
            (b"U0123456789ABCDEF0123456789abcdef", Refusal::Input),
            (b"S", Refusal::Format),
            (b"R", Refusal::Format),
        ] {
            assert_eq!(
                unwrap(&zmk, Token(token), NONE).err(),
                Some(refusal),
                "{}",
                token.escape_ascii()
            );
        }
        let mut source = Source::new(0xBAD);
        for _ in 0..5_000 {
            let length = source.below(60);
            let token: Vec<u8> =
                (0..length).map(|_| b"0123456789ABCDEFSRUTXYZV%\0"[source.below(26)]).collect();
            let _ = unwrap(&zmk, Token(&token), NONE);
        }
    }

    #[test]
    fn a_token_that_does_not_fit_is_refused() {
        let zmk = key(Algorithm::Tdes, &[0x11; 16]);
        let header = Header::parse(b"00072P0TB00E00FF").expect("a header");
        let block = Wrapping::Block { header: &header, optional: b"", padding: Padding::Minimal };
        let mut source = Source::new(1);
        for (wrapping, total) in [(Wrapping::Scheme(Scheme::U), 33), (block, 73)] {
            let mut out = [0; 73];
            for length in 0..=total {
                let room = &mut out[..length];
                let written = wrap(&zmk, &zmk, &wrapping, NONE, &mut source, room);
                assert_eq!(written, if length == total { Ok(total) } else { Err(Refusal::Format) });
            }
        }
    }
}
