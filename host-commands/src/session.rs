//! What a command sees of the appliance while it works on one message.

pub(crate) mod audit;
mod blocks;
pub(crate) mod data;
pub(crate) mod emv;
pub(crate) mod exchange;
mod fraud;
pub(crate) mod hmac;
pub(crate) mod key_pairs;
mod keys;
mod lmk;
pub(crate) mod mac;
mod mailers;
mod migration;
pub(crate) mod pin;
mod print;
pub(crate) mod script;
mod solicitation;

use core::cell::{Cell, RefCell};

use appliance::{
    Appliance, Generator, Interface, PinEncryptionAlgorithm, Settings, State, StorageFault,
    StorageLength, ZmkLength,
};
use bytes::BytesMut;
use vault::{Expected, Key, KeyTypes, Lmk, Policy, Role, Use};
use wire::{
    CommandSpec, ErrorCode, LmkKind, LmkPin, Repeat, Scope, Scratch, Storage, Stored, Wire,
};

use crate::{
    Category, Changes, UnknownCommand, envelope,
    error::{
        DISABLED, INTERNAL, NOT_AUTHORISED, NOT_LICENSED, STORAGE_EMPTY, STORAGE_INDEX, refused,
    },
    fields::{KeyField, KeyTypeCode, LmkId},
    second::Job,
};

pub use keys::Departure;
pub(crate) use keys::origin;
pub use migration::Arrival;

/// Which LMK a host port stands for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LmkPort {
    /// The default LMK, or the one that `%nn` names.
    Default,
    /// One LMK; `%nn` may only repeat it.
    Only(u8),
}

/// What an authorised activity is for, within its category.
pub trait Activity {
    /// As the console names it.
    fn name(&self) -> &str;

    /// Whether it needs to be authorised at all.
    fn is_guarded(&self, category: Category, types: KeyTypes) -> bool;
}

impl Activity for &str {
    fn name(&self) -> &str {
        self
    }

    fn is_guarded(&self, _: Category, _: KeyTypes) -> bool {
        true
    }
}

/// One message's view of the appliance.
#[derive(Debug)]
pub struct Session<'a> {
    appliance: &'a Appliance,
    state: &'a State,
    stored: StoredKeys<'a>,
    port: LmkPort,
    lmk: Cell<LmkId>,
    header: usize,
    is_nested: bool,
    interface: Interface,
    /// Code of the command.
    pub(crate) code: Cell<[u8; 2]>,
    scratch: Scratch<'a>,
    pub(crate) trailer: Cell<&'a [u8]>,
    /// What is left to the printer.
    pub(crate) job: RefCell<Option<Job>>,
}

impl<'a> Session<'a> {
    /// A view for one message with a header of this length; `buffer` takes long replies and is
    /// wiped by its owner.
    pub fn new(
        appliance: &'a Appliance,
        state: &'a State,
        port: LmkPort,
        header: usize,
        buffer: &'a mut [u8],
    ) -> Self {
        Self {
            appliance,
            state,
            stored: StoredKeys(state),
            port,
            lmk: Cell::new(LmkId(state.default_lmk.0)),
            header,
            is_nested: false,
            interface: Interface::Host,
            code: Cell::new([0; 2]),
            scratch: Scratch::new(buffer),
            trailer: Cell::new(b""),
            job: RefCell::new(None),
        }
    }

    /// The same for what an officer does at the console.
    #[must_use]
    pub fn at_console(self) -> Self {
        Self { interface: Interface::Console, ..self }
    }

    /// Whether a host sent the message.
    pub(crate) fn is_of_host(&self) -> bool {
        self.interface == Interface::Host
    }

    /// The appliance's state as the message met it.
    pub fn state(&self) -> &'a State {
        self.state
    }

    /// Settings as the message met them.
    pub fn settings(&self) -> &'a Settings {
        &self.state.settings
    }

    /// The appliance itself, for commands that change it.
    pub fn appliance(&self) -> &'a Appliance {
        self.appliance
    }

    /// Changes the state of the appliance on behalf of a request; where the change fails, nothing is changed.
    ///
    /// # Errors
    /// Those of the change; 41 where the appliance cannot keep its state.
    pub fn change<T>(
        &self,
        _: &impl Changes,
        change: impl FnOnce(&mut State) -> Result<T, ErrorCode>,
    ) -> Result<T, ErrorCode> {
        self.appliance.try_change(change).unwrap_or(Err(INTERNAL.0))
    }

    /// Characters in the header of the message.
    pub fn header(&self) -> usize {
        self.header
    }

    /// Memory for long replies.
    pub fn scratch(&self) -> &Scratch<'a> {
        &self.scratch
    }

    /// The appliance's randomness.
    pub fn random(&self) -> Generator<'a> {
        self.appliance.randomness().generator()
    }

    /// How messages read, were they under this LMK rather than that of the port.
    pub fn scope(&'a self, lmk: Option<LmkId>) -> Scope<'a> {
        let id = match (lmk, self.port) {
            (Some(id), _) => id,
            (None, LmkPort::Only(id)) => LmkId(id),
            (None, LmkPort::Default) => self.lmk.get(),
        };
        scope(self.state, self.state.lmks.get(vault::LmkId(id.0)), &self.stored)
    }

    /// Opens a key of the type that its role has.
    pub fn open<R: Role, const E: u8>(
        &self,
        key: KeyField<'_, R, E>,
        purpose: Use,
    ) -> Result<Key<R::Usage>, ErrorCode> {
        let expected = Expected::of::<R>(self.key_types(), purpose, self.policy());
        self.unlock(key, &expected)
    }

    /// Opens a key of a type that another field states.
    pub fn open_as<R: Role, const E: u8>(
        &self,
        key: KeyField<'_, R, E>,
        key_type: KeyTypeCode,
        purpose: Use,
    ) -> Result<Key<R::Usage>, ErrorCode> {
        let key_type = key_type.known(self.key_types());
        self.unlock(key, &Expected::of_type::<R>(key_type, purpose, self.policy()))
    }

    /// Opens a key; bad parity has the error code of its field.
    pub fn unlock<R: Role, const E: u8>(
        &self,
        key: KeyField<'_, R, E>,
        expected: &Expected<'_>,
    ) -> Result<Key<R::Usage>, ErrorCode> {
        self.lmk()?
            .open(self.lmk_id(), key.token, expected)
            .map_err(|refusal| refused(refusal, ErrorCode::new(E)))
    }

    /// Key types as the settings have them.
    pub fn key_types(&self) -> KeyTypes {
        self.state.key_types()
    }

    /// Which keys the settings accept.
    pub fn policy(&self) -> Policy {
        self.state.policy()
    }

    /// Asks for an authorised activity.
    pub(crate) fn gate(&self, category: Category, sub: &dyn Activity) -> Result<(), ErrorCode> {
        let is_guarded = sub.is_guarded(category, self.key_types());
        let lmk = vault::LmkId(self.lmk.get().0);
        if !is_guarded || self.state.authorised.allows(lmk, category, sub.name(), self.interface) {
            Ok(())
        } else {
            Err(NOT_AUTHORISED.0)
        }
    }

    /// Whether an activity is authorised, where it only changes what the reply shows.
    pub fn may(&self, category: Category, sub: &str) -> bool {
        self.gate(category, &sub).is_ok()
    }

    pub(crate) fn available(&self, spec: &CommandSpec) -> Result<(), ErrorCode> {
        // What hosts may not do, officers may.
        if self.interface == Interface::Console {
            return Ok(());
        }
        let packages = self.state.licence.packages;
        if !packages.is_all() && !packages.has(spec.licence) {
            return Err(NOT_LICENSED.0);
        }
        let disabled = &self.settings().disabled_commands;
        // A command inside a command has no way to answer twice.
        if self.is_nested && spec.print_code.is_some() {
            return Err(DISABLED.0);
        }
        if !disabled.is_empty() && disabled.iter().any(|code| code.as_bytes() == spec.code) {
            return Err(DISABLED.0);
        }
        Ok(())
    }

    /// Makes a list for a reply, item by item.
    pub fn collect<I, T: Wire<'a, Given = ()>>(
        &'a self,
        items: impl Iterator<Item = I>,
        mut make: impl FnMut(I, &'a Self) -> Result<T, ErrorCode>,
    ) -> Result<Repeat<'a, T>, ErrorCode> {
        let (mut written, mut count) = (BytesMut::new(), 0);
        for item in items {
            make(item, self)?.write(&mut written);
            count += 1;
        }
        Ok(Repeat::written(self.scratch.copy(&written)?, count, (), self.scope(None)))
    }

    /// Answers a command inside a command; error 68 inside such a command.
    pub fn answer(&self, message: &[u8], header: usize) -> Result<&'a [u8], ErrorCode> {
        if self.is_nested {
            return Err(DISABLED.0);
        }
        let mut out = BytesMut::new();
        let buffer = self.scratch.take(NESTED)?;
        let session = Session {
            is_nested: true,
            interface: self.interface,
            ..Session::new(self.appliance, self.state, self.port, header, buffer)
        };
        envelope::answer(message, header, UnknownCommand::Disabled, &session, &mut out);
        self.scratch.copy(&out)
    }
}

/// Memory for long replies of a command inside a command.
const NESTED: usize = 8 * 1024;

/// How messages read under an LMK.
pub(crate) fn scope<'a>(state: &State, lmk: Option<&Lmk>, stored: &'a dyn Stored) -> Scope<'a> {
    let settings = &state.settings;
    let length = settings.lmk_pin_length();
    Scope {
        lmk: lmk.map_or(LmkKind::Variant, |lmk| match lmk.kind() {
            vault::LmkKind::Variant => LmkKind::Variant,
            vault::LmkKind::KeyBlock => LmkKind::KeyBlock,
            vault::LmkKind::AesKeyBlock => LmkKind::AesKeyBlock,
        }),
        lmk_pin: match settings.pin_encryption_algorithm {
            PinEncryptionAlgorithm::A => LmkPin::Digits(length),
            PinEncryptionAlgorithm::B => LmkPin::Hex(length),
        },
        storage: match settings.user_storage_key_length {
            StorageLength::Variable => Storage::Variable,
            fixed => Storage::Fixed(fixed.digits().unwrap_or(16)),
        },
        double_zmk: settings.zmk_length == ZmkLength::Double,
        stored,
    }
}

/// User storage as messages refer to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredKeys<'a>(pub(crate) &'a State);

impl Stored for StoredKeys<'_> {
    fn get(&self, index: u16, scheme: Option<u8>) -> Result<&[u8], ErrorCode> {
        self.0.storage.get_as(index, scheme).map_err(of_storage)
    }
}

/// The code that answers a place in user storage that could not be used.
pub(crate) fn of_storage(fault: StorageFault) -> ErrorCode {
    match fault {
        StorageFault::Empty => STORAGE_EMPTY.0,
        StorageFault::Index => STORAGE_INDEX.0,
        StorageFault::Scheme => ErrorCode::INVALID_INPUT,
    }
}
