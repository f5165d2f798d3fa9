//! `A4` Form a key from encrypted components.

use vault::{
    Expected, Permission, Policy,
    key_block::{Header, KeyBlock, OptionalBlock},
    usage::Stated,
};

use crate::prelude::*;

/// Form a key from two to nine encrypted components.
///
/// The key is their exclusive or, with odd parity if it is for DES; error 11 if it consists of zeros
/// (inferred). Under a variant LMK a component is protected as a key of its type is, and that of a ZMK
/// also as one of type 100. In key blocks the components are numbered by their key version number, and
/// agree in everything else (error B5), also in their status (B6), which the key then has. Errors 29, B5
/// for a number that is there twice, and B6 if `#` says another status are inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "A4", reply = "A5", evidence = "device")]
#[authorise(Component, key_type)]
#[errors(COMPONENTS, KEY_TYPE_CODE, DESTINATION_PARITY, KEY_FUNCTION)]
pub struct Request<'a> {
    /// Number of components.
    #[error(3)]
    pub count: ComponentCount,
    /// Type of the key.
    pub key_type: KeyTypeCode,
    /// Scheme of the key under the LMK.
    #[error(26)]
    pub scheme: Scheme,
    /// Components.
    #[repeat(count)]
    pub components: Repeat<'a, KeyField<'a, AnyKey, 10>>,
    /// LMK to use.
    #[after("%")]
    pub lmk: Option<LmkId>,
    /// Attributes of the key block under the LMK; the others are those of the components.
    #[when(scheme in ["S"])]
    #[after("#")]
    pub header: Option<FormedHeader<'a>>,
}

/// The key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Key under the LMK.
    pub key: KeyField<'a, AnyKey>,
    /// Check value.
    pub check_value: Hex<3>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let permission = |key_type: &KeyType| match key_type.generate {
            Permission::No => key_type.import,
            allowed => allowed,
        };
        let key_type = session.stated_type(self.key_type, permission)?;
        let mut formed = Formed::default();
        for component in self.components.iter() {
            formed.add(self.open(component, session)?, component)?;
        }
        let (key, block) = formed.finish(session)?;
        let block = block.filter(|_| self.scheme == Scheme::KeyBlock);
        let block = block.map(|agreed| self.attributes(agreed, session)).transpose()?;
        let protection = session.protection(key_type, self.scheme, block)?;
        Ok(Reply {
            key: session.seal(&key, &protection)?.into(),
            check_value: session.short_check_value(&key),
        })
    }
}

type Component<'a> = KeyField<'a, AnyKey, 10>;

/// What components in key blocks say of their key: header and status.
type Agreed<'a> = (Header, Option<OptionalBlock<'a>>);

impl<'a> Request<'a> {
    fn open(
        &self,
        component: Component<'a>,
        session: &Session<'_>,
    ) -> Result<Key<Stated>, ErrorCode> {
        // A component with equal halves poses as nothing: what it makes is looked at.
        let policy = Policy { masquerading: true, ..session.policy() };
        let open = |code: KeyTypeCode| {
            let key_type = code.known(session.key_types());
            let any = Expected::of_type::<AnyKey>(key_type, Use::Any, policy);
            session.unlock(component, &Expected { component: true, ..any })
        };
        match open(self.key_type) {
            Err(parity) if parity == error::SOURCE_PARITY.0 && self.key_type.0 == *b"000" => {
                open(KeyTypeCode(*b"100"))
            }
            outcome => outcome,
        }
    }

    /// Header and optional blocks of the key block of the key.
    fn attributes(
        &self,
        (header, status): Agreed<'a>,
        session: &'a Session<'a>,
    ) -> Result<(Header, &'a [u8]), ErrorCode> {
        let said = self.header.ok_or(ErrorCode::INVALID_INPUT)?;
        let optional = said.blocks.supplied(8, |_| true)?;
        let stated = said.blocks.find(*b"00");
        let status = match (stated, status) {
            (Some(stated), Some(status)) if stated.data != status.data => {
                return Err(error::COMPONENT_STATUS.0);
            }
            (None, Some(status)) => status.text,
            _ => b"",
        };
        let all = session.scratch().take(optional.len() + status.len())?;
        let (first, second) = all.split_at_mut(optional.len());
        first.copy_from_slice(optional);
        second.copy_from_slice(status);
        Ok((Header { key_version: said.version.digits(), ..header }, all))
    }
}

/// What the components so far make.
#[derive(Default)]
struct Formed<'a> {
    key: Option<Key<Stated>>,
    status: Option<OptionalBlock<'a>>,
    /// Numbers of the components in key blocks, one bit each.
    numbers: u16,
}

impl<'a> Formed<'a> {
    fn add(&mut self, component: Key<Stated>, field: Component<'a>) -> Result<(), ErrorCode> {
        let differ = Err(error::COMPONENT_KEYS.0);
        let mut status = None;
        if let Some(header) = component.header() {
            let number = 1 << header.component().unwrap_or_default();
            if self.numbers & number != 0 {
                return differ;
            }
            self.numbers |= number;
            let block = field.token.block().ok_or(error::LMK_SCHEMES.0)?;
            let block = KeyBlock::parse(block).map_err(error::refused_outright)?;
            status = block.optional.find(*b"00");
        }
        let Some(key) = &mut self.key else {
            (self.key, self.status) = (Some(component), status);
            return Ok(());
        };
        let numbered = |header: &Header| Header { key_version: Header::NO_VERSION, ..*header };
        if key.header().map(numbered) != component.header().map(numbered) {
            return differ;
        }
        if self.status.map(|block| block.data) != status.map(|block| block.data) {
            return Err(error::COMPONENT_STATUS.0);
        }
        key.combine(&component).map_err(error::refused_outright)
    }

    /// The key, and what the components say of it if they are in key blocks.
    fn finish(
        self,
        session: &Session<'_>,
    ) -> Result<(Key<Stated>, Option<Agreed<'a>>), ErrorCode> {
        let key = self.key.ok_or(error::COMPONENTS.0)?;
        let key = key.formed(session.policy()).map_err(error::refused_outright)?;
        let block = key.header().map(|header| (*header, self.status));
        Ok((key, block))
    }
}
