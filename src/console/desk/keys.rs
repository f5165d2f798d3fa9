//! Keys that are made at a desk.

use appliance::{Category, ZmkLength};
use crypto::Algorithm;
use vault::key_block::{Header, Version};
use vault::usage::Stated;
use vault::{Key, KeySize, KeyType, LmkId, LmkKind, Protection, Scheme};
use zeroize::Zeroizing;

use super::Desk;
use crate::answers::{
    ClearComponent, EncryptedKey, KeyLength, KeyScheme, Loaded, Mark, TypeCode, ZmkVariant,
};
use crate::{Outcome, Stop};

/// Key type of ZMK components for older commands. Source: manual of those commands.
pub(crate) const ZMK_COMPONENT: [u8; 3] = *b"100";

/// Room for a key under an LMK.
const TOKEN: usize = 320;

/// Where a new key goes, and what it is.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    /// LMK that protects it.
    pub(crate) lmk: LmkId,
    /// Algorithm and length.
    pub(crate) size: KeySize,
    /// How it is protected.
    pub(crate) form: Form,
}

/// How a key is protected under an LMK.
#[derive(Clone, Debug)]
pub(crate) enum Form {
    /// As key type and scheme say.
    Variant(&'static KeyType, Scheme),
    /// In a key block with this header.
    Block(Header),
}

impl Destination {
    /// What the activities of its type are called.
    pub(crate) fn sub(&self) -> String {
        match &self.form {
            Form::Variant(key_type, _) => key_type.code().to_owned(),
            Form::Block(header) => String::from_utf8_lossy(&header.usage).into_owned(),
        }
    }

    /// The key type, if it has one.
    pub(crate) const fn key_type(&self) -> Option<&'static KeyType> {
        match self.form {
            Form::Variant(key_type, _) => Some(key_type),
            Form::Block(_) => None,
        }
    }

    /// The key type field of messages.
    pub(crate) fn type_code(&self) -> &str {
        match &self.form {
            Form::Variant(key_type, _) => key_type.code(),
            Form::Block(_) => "FFF",
        }
    }

    /// The scheme letter of messages.
    pub(crate) fn scheme(&self) -> char {
        match &self.form {
            Form::Variant(_, scheme) => char::from(scheme.tag().unwrap_or(b'Z')),
            Form::Block(_) => 'S',
        }
    }

    /// LMK and attributes as messages say them; the algorithm is said of new keys only.
    pub(crate) fn tail(&self, is_new: bool) -> String {
        let lmk = format!("%{:02}", self.lmk.0);
        let Form::Block(header) = &self.form else { return lmk };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let algorithm = if is_new { code(self.size) } else { "" };
        format!(
            "{lmk}#{}{algorithm}{}{}{}00",
            text(&header.usage),
            char::from(header.mode),
            text(&header.key_version),
            char::from(header.exportability)
        )
    }
}

/// Algorithm and length of a key, as key block attributes say it.
const fn code(size: KeySize) -> &'static str {
    match (size.algorithm, size.bytes) {
        (Algorithm::Tdes, 8) => "D1",
        (Algorithm::Tdes, 16) => "T2",
        (Algorithm::Tdes, _) => "T3",
        (_, 16) => "A1",
        (_, 24) => "A2",
        _ => "A3",
    }
}

impl Desk<'_> {
    /// Asks for LMK, length, type and scheme of a key, or for the attributes of its key block.
    pub(crate) fn destination(&mut self) -> Outcome<Destination> {
        let Loaded(lmk) = self.ask()?;
        if self.kind(lmk)? != LmkKind::Variant {
            return self.block(lmk);
        }
        let KeyLength(length) = self.ask()?;
        let TypeCode(key_type) = self.ask()?;
        let KeyScheme(scheme) = self.ask()?;
        let size = KeySize::of_scheme(scheme);
        if size.bytes != 8 * length {
            return Stop::no("Invalid key scheme for key length");
        }
        Ok(Destination { lmk, size, form: Form::Variant(key_type, scheme) })
    }

    /// Where a key of a fixed type goes, as the commands of older devices have it: under a variant LMK that is asked for,
    /// and of single or double length.
    pub(crate) fn fixed(&mut self, code: [u8; 3], is_double: bool) -> Outcome<Destination> {
        let Loaded(lmk) = self.ask()?;
        if self.kind(lmk)? != LmkKind::Variant {
            return Stop::no("Command not available under a key block LMK");
        }
        let Some(key_type) = self.state().key_types().find(code) else {
            return Stop::no("Invalid key type");
        };
        // Components of ZMKs are authorised as ZMKs are.
        let sub = if code == ZMK_COMPONENT { "000" } else { key_type.code() };
        self.authorised(lmk, Category::Component, sub)?;
        let scheme = if is_double { Scheme::Untagged } else { Scheme::Z };
        let form = Form::Variant(key_type, scheme);
        Ok(Destination { lmk, size: KeySize::of_scheme(scheme), form })
    }

    /// The same for a ZMK or a component of one, of the length that the settings have.
    pub(crate) fn fixed_zmk(&mut self, code: [u8; 3]) -> Outcome<Destination> {
        let is_double = self.state().settings.zmk_length == ZmkLength::Double;
        self.fixed(code, is_double)
    }

    /// Asks for the attributes of a key block.
    fn block(&mut self, lmk: LmkId) -> Outcome<Destination> {
        let size = loop {
            let Mark::<2>(text) =
                self.ask_as("Enter algorithm and length [D1,T2,T3,A1,A2,A3]: ")?;
            let code = text.into_bytes().try_into().ok();
            match code.and_then(KeySize::of_code) {
                Some(size) => break size,
                None => self.refuse("Invalid algorithm; re-enter")?,
            }
        };
        let header = self.attributes(size)?;
        Ok(Destination { lmk, size, form: Form::Block(header) })
    }

    /// Asks for key usage, mode of use, key version number and exportability.
    pub(crate) fn attributes(&mut self, size: KeySize) -> Outcome<Header> {
        loop {
            let Mark::<2>(usage) = self.ask_as("Enter key usage: ")?;
            let Mark::<1>(mode) = self.ask_as("Enter mode of use: ")?;
            let Mark::<2>(version) = self.ask_as("Enter key version number: ")?;
            let Mark::<1>(exportability) = self.ask_as("Enter exportability: ")?;
            let bytes = [usage, mode, version, exportability].concat().into_bytes();
            let [first, second, mode, major, minor, exportability] = bytes[..] else {
                return Stop::no("Invalid entry");
            };
            let header = Header {
                version: Version::ThalesTdes,
                usage: [first, second],
                algorithm: size.header_algorithm(),
                mode,
                key_version: [major, minor],
                exportability,
                reserved: *b"00",
            };
            match header.check_combination() {
                Ok(()) => return Ok(header),
                Err(_) => self.refuse("Key block attributes do not go together; re-enter")?,
            }
        }
    }

    /// Asks for a ZMK, and for its Atalla variant where the settings want that.
    pub(crate) fn zmk(&mut self) -> Outcome<(String, String)> {
        let EncryptedKey(zmk) = self.ask_as("Enter ZMK: ")?;
        if !self.state().settings.atalla_variant_support {
            return Ok((zmk, String::new()));
        }
        let ZmkVariant(variant) = self.ask()?;
        Ok((zmk, variant))
    }

    /// Whether the settings let a key be formed of so many components.
    pub(crate) fn enough_components(&self, count: u32) -> Outcome {
        if count == 1 && self.state().settings.multiple_key_components {
            return Stop::no("Multiple key components required");
        }
        Ok(())
    }

    /// Asks for a clear component of a key.
    pub(crate) fn component(&mut self, to: &Destination, prompt: &str) -> Outcome<Key<Stated>> {
        loop {
            let component: ClearComponent = self.ask_as(prompt)?;
            match component.key(to.size.algorithm, to.size.bytes) {
                Some(key) => return Ok(key),
                None => self.refuse("Data invalid; please re-enter")?,
            }
        }
    }

    /// Asks for one of the parts of eight bytes that make a DES key; the others are zero.
    pub(crate) fn part(
        &mut self,
        to: &Destination,
        prompt: &str,
        number: u32,
    ) -> Outcome<Key<Stated>> {
        loop {
            let ClearComponent(part) = self.ask_as(prompt)?;
            let before = 16 * (number as usize - 1);
            let after = 2 * to.size.bytes - before;
            if part.len() == 16 {
                let zeros = "0".repeat(2 * to.size.bytes);
                let whole =
                    Zeroizing::new([&zeros[..before], &part, &zeros[..after - 16]].concat());
                if let Ok(key) = Key::typed(to.size.algorithm, &whole) {
                    return Ok(key);
                }
            }
            self.refuse("Data invalid; please re-enter")?;
        }
    }

    /// Protects a key; a component says its number.
    pub(crate) fn seal(
        &self,
        key: &Key<Stated>,
        to: &Destination,
        component: Option<u8>,
    ) -> Outcome<String> {
        let protection = match to.form {
            Form::Variant(key_type, scheme) => Protection::Variant { key_type, scheme },
            Form::Block(header) => {
                let key_version =
                    component.map_or(header.key_version, |number| [b'c', b'0' + number]);
                Protection::KeyBlock { header: Header { key_version, ..header }, optional: b"" }
            }
        };
        let state = self.state();
        let Some(lmk) = state.lmks.get(to.lmk) else { return Stop::no("Invalid LMK identifier") };
        let mut out = [0; TOKEN];
        let mut random = self.appliance.randomness().generator();
        match lmk.seal(to.lmk, key, &protection, &mut random, &mut out) {
            Ok(length) => Ok(String::from_utf8_lossy(&out[..length]).into_owned()),
            Err(refusal) => Stop::of_key(refusal),
        }
    }

    /// Shows a new key and its check value.
    pub(crate) fn tell_key(&mut self, title: &str, key: &str, check_value: &str) -> Outcome {
        self.tell(format!("{title}: {}", crate::screens::encrypted(key)))?;
        self.tell(format!("Key check value: {check_value}"))
    }
}
