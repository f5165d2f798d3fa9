//! A device with an old and a new LMK, and what is under them.

use std::sync::Arc;

use appliance::{Appliance, Generator, KeyChange, LmkTable, Randomness, Settings, State};
use bytes::BytesMut;
use host_commands::{Host, LmkPort, UnknownCommand};
use vault::{
    Expected, Key, KeySize, KeyType, KeyTypes, Lmk, LmkId, Policy, Protection, Refusal, Scheme,
    Token, Use,
    key_block::{Header, Version},
    role::AnyKey,
    usage::Stated,
};

/// The LMK of all messages.
pub(crate) const ID: LmkId = LmkId(5);

pub(crate) const VARIANT: &str = "test-variant";
pub(crate) const OLD_VARIANT: &str = "test-variant-old";
pub(crate) const TDES: &str = "test-key-block-tdes";
pub(crate) const OLD_TDES: &str = "key-block-tdes:0D0E0B08070401021F1C1A191615131020232526292A2C2F";
pub(crate) const AES: &str = "test-key-block-aes";
pub(crate) const OLD_AES: &str =
    "key-block-aes:000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F";

/// Every migration that is allowed, old LMK first.
pub(crate) const WAYS: [[&str; 2]; 6] = [
    [OLD_VARIANT, VARIANT],
    [VARIANT, TDES],
    [VARIANT, AES],
    [OLD_TDES, TDES],
    [TDES, AES],
    [OLD_AES, AES],
];

pub(crate) const SIDES: [KeyChange; 2] = [KeyChange::Old, KeyChange::New];

pub(crate) const ACCOUNT: &str = "550000025321";

pub(crate) fn lmk(name: &str) -> Lmk {
    Lmk::named(name).expect("an LMK")
}

/// A device with one LMK in use and one in key change storage.
pub(crate) struct Device(Host);

impl Device {
    /// Where the old LMK is in key change storage, or the new one.
    pub(crate) fn new(
        [old, new]: [&str; 2],
        side: KeyChange,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let (live, stored) = match side {
            KeyChange::Old => (new, old),
            KeyChange::New => (old, new),
        };
        let mut state = Self::state(live);
        state.lmks.load_key_change(ID, side, lmk(stored)).expect("the way is allowed");
        change(&mut state.settings);
        Self::of(state)
    }

    /// What is under this LMK alone.
    pub(crate) fn state(live: &str) -> State {
        let mut lmks = LmkTable::default();
        assert!(lmks.load(ID, lmk(live)));
        State { lmks, default_lmk: ID, ..State::development() }
    }

    pub(crate) fn of(state: State) -> Self {
        let appliance = Appliance::new(state, Randomness::from_seed(1));
        Self(Host::new(Arc::new(appliance), 0, UnknownCommand::Disabled))
    }

    /// The reply to a message. A refusal is nothing but its code.
    pub(crate) fn ask(&self, message: &str) -> String {
        let mut out = BytesMut::new();
        self.0.answer(LmkPort::Default, message.as_bytes(), &mut out);
        let reply = String::from_utf8(out.to_vec()).expect("a reply of text");
        assert!(&reply[2..4] == "00" || reply.len() == 4, "{reply}");
        reply
    }

    /// The fields of a reply to a message that succeeds.
    pub(crate) fn done(&self, message: &str) -> String {
        let reply = self.ask(message);
        assert_eq!(&reply[2..4], "00", "{message}");
        reply[4..].to_owned()
    }
}

/// Draws keys and seals them.
pub(crate) struct Source(Randomness);

impl Source {
    pub(crate) fn new() -> Self {
        Self(Randomness::from_seed(7))
    }

    pub(crate) fn generator(&self) -> Generator<'_> {
        self.0.generator()
    }

    pub(crate) fn key(&self, size: KeySize) -> Key<Stated> {
        Key::generate(size, &mut self.generator()).expect("a key")
    }

    pub(crate) fn sealed(
        &self,
        name: &str,
        key: &Key<Stated>,
        protection: &Protection<'_>,
    ) -> String {
        let mut out = [0; 400];
        let length = lmk(name).seal(ID, key, protection, &mut self.generator(), &mut out);
        let length = length.unwrap_or_else(|refusal| panic!("{protection:?}: {refusal}"));
        String::from_utf8(out[..length].to_vec()).expect("a token is text")
    }

    /// A double length key under a variant LMK.
    pub(crate) fn in_parts(&self, name: &str, code: [u8; 3]) -> (Key<Stated>, String) {
        let key = self.key(KeySize::of_scheme(Scheme::U));
        let key_type = KeyTypes::Separated.find(code).expect("a key type");
        let token = self.sealed(name, &key, &Protection::Variant { key_type, scheme: Scheme::U });
        (key, token)
    }

    /// A key in a key block.
    pub(crate) fn in_block(
        &self,
        name: &str,
        size: KeySize,
        header: Header,
    ) -> (Key<Stated>, String) {
        let key = self.key(size);
        let token = self.sealed(name, &key, &Protection::KeyBlock { header, optional: b"" });
        (key, token)
    }
}

pub(crate) fn opened(
    name: &str,
    token: &str,
    key_type: Option<&'static KeyType>,
) -> Result<Key<Stated>, Refusal> {
    let token = Token(token.as_bytes());
    let any = Expected::of_type::<AnyKey>(key_type, Use::Any, Policy::default());
    lmk(name).open(ID, token, &Expected { component: token.is_component(), ..any })
}

pub(crate) fn header(usage: [u8; 2], size: KeySize, mode: u8) -> Header {
    Header {
        version: Version::ThalesTdes,
        usage,
        algorithm: size.header_algorithm(),
        mode,
        key_version: Header::NO_VERSION,
        exportability: b'E',
        reserved: ID.digits(),
    }
}

/// Six digits of a check value.
pub(crate) fn check_value(key: &Key<Stated>) -> String {
    hex::encode_upper(&key.check_value()[..3])
}

/// The length flag of a key in parts.
pub(crate) fn flag(scheme: Scheme) -> usize {
    scheme.key_length() / 8 - 1
}

pub(crate) fn letter(scheme: Scheme) -> char {
    scheme.tag().map_or('0', char::from)
}

/// The key under the new LMK is the one that was under the old.
pub(crate) fn assert_same(
    name: &str,
    reply: &str,
    key: &Key<Stated>,
    key_type: Option<&'static KeyType>,
) {
    let (token, check) = reply.split_at(reply.len() - 6);
    assert_eq!(check, check_value(key), "{token}");
    let moved =
        opened(name, token, key_type).unwrap_or_else(|refusal| panic!("{token}: {refusal}"));
    assert_eq!(moved.check_value(), key.check_value(), "{token}");
    assert_eq!(moved.size(), key.size(), "{token}");
}
