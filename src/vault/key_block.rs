//! Key blocks: a key bound to what may be done with it.
//!
//! A block is text: sixteen characters of header, optional blocks, the encrypted key and an authenticator, both in upper
//! case hexadecimal. Two families share the shape: [`thales`] (scheme `S`) and [`tr31`] (scheme `R`).

mod binding;
mod body;
pub mod header;
pub(crate) mod hexadecimal;
pub mod narrow;
pub mod optional;
pub mod thales;
pub mod tr31;
pub mod values;

pub use body::Padding;
pub use header::{Header, Version};
pub use optional::{OptionalBlock, OptionalBlocks};

use crypto::kdf::{BlockKey, Derivation};
use crypto::mac::Cmac;
use crypto::{Algorithm, Cipher, ClearKey, KeyLength};

use crate::Refusal;
use header::number;

/// The two keys that protect key blocks of one version, expanded.
///
/// Made once for an LMK, or for each ZMK or TMK that wraps a key.
pub struct KeyBlockKeys {
    version: Version,
    encryption: Cipher,
    authentication: Authentication,
}

/// How the authenticator is made.
enum Authentication {
    /// CBC-MAC: versions `0`, `A`, `C`.
    Chain(Cipher),
    /// CMAC: versions `1`, `B`, `D`, `E`.
    Cmac(Cmac<Cipher>),
}

impl KeyBlockKeys {
    /// Keys for Thales key blocks: version `0` from a triple-DES key, version `1` from an AES key.
    ///
    /// # Errors
    /// BB if the key is neither; see [`KeyBlockKeys::for_version`].
    pub fn new(key: &ClearKey) -> Result<Self, Refusal> {
        let version = match key.algorithm() {
            Algorithm::Aes => Version::ThalesAes,
            Algorithm::Tdes | Algorithm::Hmac => Version::ThalesTdes,
        };
        Self::for_version(version, key)
    }

    /// Keys for one version of key block.
    ///
    /// Versions `0`, `A`, `C`: each byte of the key XOR `45` (encryption) and XOR `4D` (authentication). Versions `1`, `B`,
    /// `D`, `E`: derived with CMAC. Source: TR-31:2018 section 5; for `0` recorded device traffic, for `1` recorded
    /// output of a third-party tool.
    ///
    /// # Errors
    /// BB if algorithm or length of the key do not suit the version: double or triple length DES, or AES (code inferred).
    pub fn for_version(version: Version, key: &ClearKey) -> Result<Self, Refusal> {
        let suits = match key.algorithm() {
            Algorithm::Tdes => !version.is_aes() && key.len() >= 16,
            Algorithm::Aes => version.is_aes(),
            Algorithm::Hmac => false,
        };
        if !suits {
            return Err(Refusal::WrappingKey);
        }
        let expanded = match version {
            Version::ThalesTdes | Version::A | Version::C => by_variant(key),
            Version::ThalesAes | Version::B | Version::D => derived(key, BlockKey::Encryption),
            Version::E => derived(key, BlockKey::CounterEncryption),
        };
        let (encryption, authentication) = expanded.map_err(|KeyLength| Refusal::WrappingKey)?;
        Ok(Self { version, encryption, authentication })
    }

    /// The version of the key blocks that these keys protect.
    pub const fn version(&self) -> Version {
        self.version
    }
}

fn by_variant(key: &ClearKey) -> Result<(Cipher, Authentication), KeyLength> {
    let variant = |mask: u8| {
        let mut variant = ClearKey::new(key.algorithm(), key.as_bytes())?;
        for byte in variant.as_mut_bytes() {
            *byte ^= mask;
        }
        variant.cipher()
    };
    Ok((variant(0x45)?, Authentication::Chain(variant(0x4D)?)))
}

fn derived(key: &ClearKey, encryption: BlockKey) -> Result<(Cipher, Authentication), KeyLength> {
    let derivation = Derivation::new(key)?;
    let authentication = derivation.key(BlockKey::Authentication)?.cipher()?;
    Ok((derivation.key(encryption)?.cipher()?, Authentication::Cmac(Cmac::new(authentication))))
}

/// A key block taken apart; nothing in it is verified yet.
#[derive(Clone, Copy, Debug)]
pub struct KeyBlock<'a> {
    /// What the block says of its key.
    pub header: Header,
    /// What else it says.
    pub optional: OptionalBlocks<'a>,
    /// Header and optional blocks, which the authenticator covers.
    associated: &'a [u8],
    /// The encrypted key, in hexadecimal unless it is binary.
    body: &'a [u8],
    /// The authenticator, in hexadecimal.
    authenticator: &'a [u8],
}

impl<'a> KeyBlock<'a> {
    /// Most characters of a key block: its length has four digits.
    pub const LONGEST: usize = 9_999;

    /// Takes a key block apart, from its version on (no scheme tag), and checks its form.
    ///
    /// # Errors
    /// Those of [`Header::parse`]; 83 if the length is wrong or the rest is not hexadecimal; AB if the count of optional
    /// blocks is not a number; AC if an optional block cannot be read or they do not fill whole cipher blocks.
    pub fn parse(text: &'a [u8]) -> Result<Self, Refusal> {
        let header = Header::parse(text)?;
        let (fixed, rest) = text.split_at_checked(Header::LENGTH).ok_or(Refusal::Format)?;
        if fixed.get(1..5).and_then(number) != Some(text.len()) {
            return Err(Refusal::Format);
        }
        let count = fixed.get(12..14).and_then(number).ok_or(Refusal::OptionalCount)?;
        let (optional, rest) = OptionalBlocks::split(rest, count)?;
        if !optional.text().len().is_multiple_of(header.version.block_size()) {
            return Err(Refusal::OptionalHeader);
        }
        let associated =
            text.get(..Header::LENGTH + optional.text().len()).ok_or(Refusal::Format)?;
        let authenticator = 2 * header.version.authenticator_length();
        let at = rest.len().checked_sub(authenticator).ok_or(Refusal::Format)?;
        let (body, authenticator) = rest.split_at_checked(at).ok_or(Refusal::Format)?;
        let block = Self { header, optional, associated, body, authenticator };
        let whole = match header.version {
            Version::E => block.body_length() > body::LENGTH_PREFIX,
            version => {
                block.body_length() > 0 && block.body_length().is_multiple_of(version.block_size())
            }
        };
        let digits = |text: &[u8]| text.len().is_multiple_of(2) && hexadecimal::all_digits(text);
        if whole && digits(authenticator) && (block.is_binary() || digits(body)) {
            Ok(block)
        } else {
            Err(Refusal::Format)
        }
    }

    /// Whether the encrypted key stands in the block as bytes: RSA keys under a Thales LMK. Source: recorded device traffic.
    pub const fn is_binary(&self) -> bool {
        is_binary(&self.header)
    }

    /// Length of the encrypted key in bytes.
    pub const fn body_length(&self) -> usize {
        if self.is_binary() { self.body.len() } else { self.body.len() / 2 }
    }
}

const fn is_binary(header: &Header) -> bool {
    header.version.is_thales() && header.algorithm == b'R'
}

#[cfg(test)]
pub(crate) mod tests {
    use core::convert::Infallible;

    use rand_core::{Rng, TryRng};
    use serde_json::Value;

    use super::*;

    /// A reproducible source of test data; the bytes at its front come first.
    pub(crate) struct Source {
        pub(crate) first: Vec<u8>,
        pub(crate) state: u64,
    }

    impl Source {
        pub(crate) fn new(state: u64) -> Self {
            Self { first: Vec::new(), state }
        }

        pub(crate) fn below(&mut self, limit: usize) -> usize {
            usize::try_from(self.next_u64() >> 33).unwrap_or_default() % limit
        }
    }

    impl TryRng for Source {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            self.try_next_u64().map(|number| u32::try_from(number >> 32).unwrap_or_default())
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            Ok(self.state)
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
            for byte in bytes {
                *byte = if self.first.is_empty() {
                    self.next_u64().to_be_bytes()[0]
                } else {
                    self.first.remove(0)
                };
            }
            Ok(())
        }
    }

    /// The rows of a vector file.
    pub(crate) fn rows(file: &str) -> Vec<Value> {
        file.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect()
    }

    /// A text of a row.
    pub(crate) fn text<'v>(row: &'v Value, part: &str, name: &str) -> &'v str {
        row[part][name].as_str().unwrap_or_default()
    }

    /// Bytes of a row.
    pub(crate) fn bytes(row: &Value, part: &str, name: &str) -> Vec<u8> {
        let text = text(row, part, name);
        let mut bytes = vec![0; text.len() / 2];
        hex::decode_to_slice(text, &mut bytes).expect("hexadecimal digits");
        bytes
    }

    /// Six hexadecimal digits of a check value.
    pub(crate) fn check_value(key: &ClearKey) -> String {
        let mut text = [0; 6];
        hexadecimal::encode(&key.check_value(), &mut text);
        text.escape_ascii().to_string()
    }

    /// A clear key.
    pub(crate) fn key(algorithm: Algorithm, bytes: &[u8]) -> ClearKey {
        ClearKey::new(algorithm, bytes).expect("a length that the algorithm allows")
    }

    const OPTIONAL: [&[u8]; 5] = [
        b"",
        b"LB10TESTLABEL001",
        b"KS1800604B120F9292800000",
        b"TS1320260101120000Z",
        b"IK141234567890123456LB05xWP07000PB07abc",
    ];

    fn protecting(version: Version, source: &mut Source) -> ClearKey {
        let (algorithm, lengths) = if version.is_aes() {
            (Algorithm::Aes, &[16, 24, 32][..])
        } else {
            (Algorithm::Tdes, &[16, 24][..])
        };
        let length = lengths[source.below(lengths.len())];
        ClearKey::random(algorithm, length, source).expect("a legal length")
    }

    fn header(version: Version, algorithm: Algorithm) -> Header {
        Header {
            version,
            usage: *b"D0",
            algorithm: match algorithm {
                Algorithm::Tdes => b'T',
                Algorithm::Aes => b'A',
                Algorithm::Hmac => b'H',
            },
            mode: b'B',
            key_version: Header::NO_VERSION,
            exportability: b'E',
            reserved: *b"00",
        }
    }

    fn seal(
        keys: &KeyBlockKeys,
        optional: &[u8],
        key: &ClearKey,
        padding: Padding,
        source: &mut Source,
    ) -> Vec<u8> {
        let mut out = vec![0; KeyBlock::LONGEST];
        let header = header(keys.version(), key.algorithm());
        let length = body::seal(keys, &header, optional, key, padding, source, &mut out);
        out.truncate(length.expect("a key block"));
        out
    }

    fn open(keys: &KeyBlockKeys, block: &[u8]) -> Result<(Header, ClearKey), Refusal> {
        if keys.version().is_thales() { thales::open(keys, block) } else { tr31::open(keys, block) }
    }

    #[test]
    fn every_key_comes_back() {
        let mut source = Source::new(0x2026_1123);
        let lengths = [(Algorithm::Tdes, vec![8, 16, 24]), (Algorithm::Aes, vec![16, 24, 32])];
        let hmac = (Algorithm::Hmac, (1..=64).collect::<Vec<usize>>());
        for version in Version::ALL {
            let keys = KeyBlockKeys::for_version(version, &protecting(version, &mut source))
                .expect("a key that suits");
            for (algorithm, lengths) in lengths.iter().chain([&hmac]) {
                for (&length, optional) in lengths.iter().flat_map(|l| OPTIONAL.map(|o| (l, o))) {
                    for padding in [Padding::Minimal, Padding::LengthHiding] {
                        let key = ClearKey::random(*algorithm, length, &mut source).expect("a key");
                        let block = seal(&keys, optional, &key, padding, &mut source);
                        let parsed = KeyBlock::parse(&block).expect("a key block");
                        let (read, opened) = open(&keys, &block).expect("the key");
                        assert_eq!(opened.as_bytes(), key.as_bytes());
                        assert_eq!(read, header(version, *algorithm));
                        let expected = OptionalBlocks::parse(optional).map(|o| o.without_padding());
                        assert_eq!(Ok(parsed.optional.without_padding()), expected);
                    }
                }
            }
        }
    }

    #[test]
    fn length_hiding_makes_lengths_equal() {
        let mut source = Source::new(7);
        for version in Version::ALL {
            let keys = KeyBlockKeys::for_version(version, &protecting(version, &mut source))
                .expect("a key that suits");
            for (algorithm, lengths) in [
                (Algorithm::Tdes, [8, 16, 24]),
                (Algorithm::Aes, [16, 24, 32]),
                (Algorithm::Hmac, [1, 32, 64]),
            ] {
                let [a, b, c] = lengths.map(|length| {
                    let key = ClearKey::random(algorithm, length, &mut source).expect("a key");
                    seal(&keys, b"", &key, Padding::LengthHiding, &mut source).len()
                });
                assert!(a == b && b == c);
            }
        }
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused() {
        let mut source = Source::new(99);
        for version in Version::ALL {
            let keys = KeyBlockKeys::for_version(version, &protecting(version, &mut source))
                .expect("a key that suits");
            let key = ClearKey::random(Algorithm::Tdes, 16, &mut source).expect("a key");
            let block = seal(&keys, OPTIONAL[2], &key, Padding::Minimal, &mut source);
            let covered = KeyBlock::parse(&block).map_or(0, |parsed| parsed.associated.len());
            for position in 0..block.len() {
                for bit in 0..8 {
                    let mut flipped = block.clone();
                    flipped[position] ^= 1 << bit;
                    assert!(open(&keys, &flipped).is_err(), "{version:?} {position} {bit}");
                    // In the key and the authenticator, nothing but a wrong digit can be told apart from a wrong block.
                    if position >= covered {
                        let digit = hexadecimal::is_digit(flipped[position]);
                        let refusal = if digit { Refusal::Authentication } else { Refusal::Format };
                        assert_eq!(open(&keys, &flipped).err(), Some(refusal));
                    }
                }
                assert_eq!(open(&keys, &block[..position]).err(), Some(Refusal::Format));
            }
            let longer = [&block[..], b"0"].concat();
            assert_eq!(open(&keys, &longer).err(), Some(Refusal::Format));
        }
    }

    #[test]
    fn blocks_under_other_keys_or_versions_are_refused() {
        let mut source = Source::new(5);
        let key = ClearKey::random(Algorithm::Tdes, 16, &mut source).expect("a key");
        for version in Version::ALL {
            let own = protecting(version, &mut source);
            let keys = KeyBlockKeys::for_version(version, &own).expect("a key that suits");
            let block = seal(&keys, b"", &key, Padding::Minimal, &mut source);
            for other in Version::ALL {
                match KeyBlockKeys::for_version(other, &own) {
                    Ok(keys) if other != version => {
                        assert_eq!(open(&keys, &block).err(), Some(Refusal::HeaderIdentifier));
                    }
                    Ok(_) => {
                        let stranger = protecting(version, &mut source);
                        let keys = KeyBlockKeys::for_version(version, &stranger).expect("keys");
                        assert_eq!(open(&keys, &block).err(), Some(Refusal::Authentication));
                    }
                    Err(refusal) => assert_eq!(refusal, Refusal::WrappingKey),
                }
            }
        }
    }

    #[test]
    fn only_keys_of_length_protect_key_blocks() {
        let single = key(Algorithm::Tdes, &[1; 8]);
        let hmac = key(Algorithm::Hmac, &[1; 32]);
        for key in [single, hmac] {
            assert_eq!(KeyBlockKeys::new(&key).err(), Some(Refusal::WrappingKey));
        }
        assert_eq!(
            KeyBlockKeys::new(&key(Algorithm::Aes, &[1; 16])).map(|keys| keys.version()).ok(),
            Some(Version::ThalesAes)
        );
    }

    #[test]
    fn nothing_read_makes_it_panic() {
        let mut source = Source::new(0xF00D);
        let mut out = [0; 64];
        for version in Version::ALL {
            let keys = KeyBlockKeys::for_version(version, &protecting(version, &mut source))
                .expect("a key that suits");
            let key = ClearKey::random(Algorithm::Aes, 32, &mut source).expect("a key");
            let good = seal(&keys, OPTIONAL[4], &key, Padding::Minimal, &mut source);
            for round in 0..2_000 {
                let mut block = good.clone();
                let characters = b"0123456789ABCDEFGRSTPBKSabc\0\xFF ";
                for _ in 0..=source.below(4) {
                    // Mostly in front, where lengths and counts stand.
                    let reach = if round % 2 == 0 { 60 } else { block.len() };
                    let position = source.below(reach);
                    block[position] = characters[source.below(characters.len())];
                }
                if round % 3 == 0 {
                    let length = source.below(block.len());
                    block.truncate(length);
                    if let Some(place) = block.get_mut(1..5) {
                        place.copy_from_slice(format!("{length:04}").as_bytes());
                    }
                }
                if open(&keys, &block).is_ok() {
                    assert_eq!(block, good);
                }
                let _ = tr31::open_payload(&keys, &block, &mut out);
                let _ = thales::open_private_key(&keys, &block, &mut out);
            }
        }
    }

    #[test]
    fn a_block_that_does_not_fit_is_refused() {
        let mut source = Source::new(3);
        let keys = KeyBlockKeys::new(&protecting(Version::ThalesTdes, &mut source)).expect("keys");
        let key = key(Algorithm::Tdes, &[7; 16]);
        let header = header(Version::ThalesTdes, Algorithm::Tdes);
        let mut out = [0; 72];
        for length in 0..=72 {
            let room = &mut out[..length];
            let sealed =
                thales::seal(&keys, &header, b"", &key, Padding::Minimal, &mut source, room);
            assert_eq!(sealed, if length == 72 { Ok(72) } else { Err(Refusal::Format) });
        }
        let refused = |header: Header, optional: &[u8]| {
            let mut out = [0; 200];
            let source = &mut Source::new(1);
            thales::seal(&keys, &header, optional, &key, Padding::Minimal, source, &mut out).err()
        };
        assert_eq!(
            refused(Header { version: Version::A, ..header }, b""),
            Some(Refusal::HeaderIdentifier)
        );
        assert_eq!(
            refused(Header { version: Version::ThalesAes, ..header }, b""),
            Some(Refusal::HeaderIdentifier)
        );
        assert_eq!(refused(Header { algorithm: b'A', ..header }, b""), Some(Refusal::Algorithm));
        assert_eq!(refused(Header { algorithm: b'R', ..header }, b""), Some(Refusal::Algorithm));
        assert_eq!(refused(Header { usage: *b"??", ..header }, b""), Some(Refusal::Usage));
        assert_eq!(refused(header, b"KS05"), Some(Refusal::OptionalHeader));
        assert_eq!(refused(header, &b"LB04".repeat(100)), Some(Refusal::OptionalCount));
        // The hundredth would be the padding.
        let odd = [b"LB05x".to_vec(), b"LB04".repeat(98)].concat();
        assert_eq!(refused(header, &odd), Some(Refusal::OptionalCount));
    }
}
