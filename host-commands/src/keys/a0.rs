//! `A0` Generate a key.

use rand_core::Rng as _;
use vault::{
    Expected, KeySize, Protection, Token,
    role::{AnyBdk, ZkaMasterKey},
    usage::{Stated, Transport, ZkaPurpose},
};

use crate::prelude::*;

/// Generate or derive a key, and export it under a ZMK or TMK if wanted.
///
/// Under a key-block LMK the key type says nothing and the attributes behind `#` are mandatory
/// (error 15 without them is inferred). Under a variant LMK a copy in a TR-31 key block needs the
/// attributes behind `&`. How the key of ZKA is derived is inferred, and so are the key under which an
/// AES BDK sends a new initial key to its terminal, and error 28 for a key type that is not derived so.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "A0", reply = "A1", evidence = "device")]
#[authorise(Generate, key_type)]
#[authorise(Export, key_type, mode.exports())]
#[errors(KEY_TYPE_CODE, DESTINATION_PARITY, KEY_FUNCTION, STRONGER_LMK)]
#[error(7, "ZKA master key type does not exist")]
pub struct Request<'a> {
    /// Whether to generate or derive, and whether to export.
    pub mode: Mode,
    /// Type of the new key.
    pub key_type: KeyTypeCode,
    /// Scheme of the key under the LMK.
    #[error(26)]
    pub scheme: Scheme,
    /// What to derive from.
    #[when(mode in ["A", "B"])]
    pub derivation: Option<Derivation<'a>>,
    /// Where the key goes besides the LMK.
    #[when(mode in ["1", "B"])]
    pub export: Option<Export<'a>>,
    /// LMK to use.
    #[after("%")]
    pub lmk: Option<LmkId>,
    /// Attributes of the key block under the LMK.
    #[when(scheme in ["S"])]
    #[after("#")]
    pub header: Option<KeyBlockHeader<'a>>,
    /// What is said of the exported copy.
    #[when(mode in ["1", "B"])]
    #[with(way(scheme, export.as_ref()))]
    pub copy: Option<ExportedBlock<'a>>,
}

/// What to do.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// Generate.
    #[code("0")]
    Generate,
    /// Generate and export.
    #[code("1")]
    GenerateAndExport,
    /// Derive.
    #[code("A")]
    Derive,
    /// Derive and export.
    #[code("B")]
    DeriveAndExport,
}

/// What a derived key comes from.
#[derive(Clone, Code, Copy, Debug, PartialEq)]
pub enum Derivation<'a> {
    /// An initial key of a terminal.
    #[code("0")]
    Dukpt(Dukpt<'a>),
    /// A ZKA session key.
    #[code("1")]
    Zka(Zka<'a>),
}

/// What an initial key comes from.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Dukpt<'a> {
    /// Kind of BDK.
    pub kind: BdkKind,
    /// BDK.
    pub bdk: KeyField<'a, AnyBdk, 10>,
    /// Key set and device identifier, filled with `F` on the left, without the counter: 15 digits, of
    /// which the last is even, or the 16 digits of an initial key identifier for AES.
    #[with(if bdk.is_aes() { 16 } else { 15 })]
    pub ksn: HexRun<'a>,
}

/// What a ZKA key comes from.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Zka<'a> {
    /// Type of the master key: 607.
    #[error(7)]
    pub key_type: KeyTypeCode,
    /// Master key.
    pub key: KeyField<'a, ZkaMasterKey, 10>,
    /// Whose random number.
    pub random: ZkaRandom,
}

/// Whose random number derives a ZKA key.
#[derive(Clone, Code, Copy, Debug, PartialEq)]
pub enum ZkaRandom {
    /// The host's.
    #[code("0")]
    Supplied(Hex<16>),
    /// The HSM's, which is returned.
    #[code("1")]
    New,
}

/// Destination of an exported key.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Export<'a> {
    /// ZMK, TMK, or in a key block the current BDK of a terminal that gets a new initial key.
    pub key: TransportKey<'a>,
    /// Initial key identifier of the terminal under its current BDK.
    #[when(key.is_bdk())]
    pub ksn: Option<HexDigits<'a, 16>>,
    /// Scheme under the transport key.
    #[error(26)]
    pub scheme: Scheme,
    /// Atalla variant of the transport key.
    #[maybe]
    pub atalla: Option<AtallaVariant<'a>>,
}

/// The new key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// Key under the LMK.
    pub key: KeyField<'a, AnyKey>,
    /// Key under the transport key.
    #[when(request.mode.exports())]
    pub exported: Option<KeyField<'a, AnyKey>>,
    /// Check value.
    pub check_value: Hex<3>,
    /// The HSM's random number.
    #[when(request.asks_random())]
    pub random: Option<Hex<16>>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let derived = self.derivation.map(|from| self.derive(from, session)).transpose()?;
        let transport = self.export.map(|export| export.open(session)).transpose()?;
        let (size, protection) = self.place(session)?;
        let (key, random) = match derived {
            None => (session.generate(size)?, None),
            Some(Derived { key, random }) => {
                if session.keeps_key_blocks()? && key.size() != size {
                    return Err(error::ALGORITHM.0);
                }
                (key, random)
            }
        };
        let sealed = session.seal(&key, &protection)?;
        let exported = match (&transport, self.export) {
            (Some(transport), Some(Export { scheme, atalla, .. })) => {
                let departure = Departure { scheme, atalla, block: self.copy };
                Some(session.export(&key, &protection, transport, &departure)?.into())
            }
            _ => None,
        };
        let check_value = session.short_check_value(&key);
        Ok(Reply { key: sealed.into(), exported, check_value, random: random.map(Hex) })
    }
}

/// A derived key, and the random number that the host does not know yet.
struct Derived {
    key: Key<Stated>,
    random: Option<[u8; 16]>,
}

impl Request<'_> {
    fn asks_random(&self) -> bool {
        matches!(self.derivation, Some(Derivation::Zka(Zka { random: ZkaRandom::New, .. })))
    }

    /// Size of the new key, and how it is protected under the LMK.
    fn place<'p>(&'p self, session: &Session<'_>) -> Result<(KeySize, Protection<'p>), ErrorCode> {
        let permission = |key_type: &KeyType| key_type.generate;
        let derives = |_: &KeyType| vault::Permission::Yes;
        let asked = if self.derivation.is_some() { derives } else { permission };
        let key_type = session.stated_type(self.key_type, asked)?;
        if self.mode.exports() {
            session.stated_type(self.key_type, |key_type| key_type.export)?;
        }
        let attributes = self.header.map(|header| header.attributes()).transpose()?;
        session.place(key_type, self.scheme, attributes)
    }

    fn derive(&self, from: Derivation<'_>, session: &Session<'_>) -> Result<Derived, ErrorCode> {
        match from {
            Derivation::Dukpt(from) => {
                self.check_derived(from.bdk.token, session, *b"302", &[b"B1"])?;
                Ok(Derived { key: from.initial_key(session)?, random: None })
            }
            Derivation::Zka(from) => {
                let uses: [(_, _, &[&[u8; 2]]); 3] = [
                    (ZkaPurpose::Pin, *b"001", &[b"P0", b"72"]),
                    (ZkaPurpose::Mac, *b"008", &[b"M0", b"M1", b"M2", b"M3", b"M4", b"M5", b"M6"]),
                    (ZkaPurpose::Data, *b"00A", &[b"D0", b"22"]),
                ];
                let mut refusal = error::KEY_TYPE.0;
                for (purpose, code, usages) in uses {
                    match self.check_derived(from.key.token, session, code, usages) {
                        Ok(()) => return from.session_key(session, purpose),
                        Err(code) => refusal = code,
                    }
                }
                Err(refusal)
            }
        }
    }

    /// Whether the new key is of the type, or in a key block of the usage, that is derived so.
    fn check_derived(
        &self,
        parent: Token<'_>,
        session: &Session<'_>,
        code: [u8; 3],
        usages: &[&[u8; 2]],
    ) -> Result<(), ErrorCode> {
        if parent.is_block() {
            let header = self.header.ok_or(ErrorCode::INVALID_INPUT)?;
            return if usages.contains(&header.key_usage.0) { Ok(()) } else { Err(error::KEY_USAGE.0) };
        }
        match self.key_type.known(session.key_types()) {
            None => Err(error::KEY_TYPE_CODE.0),
            Some(key_type) if key_type.code == code => Ok(()),
            Some(_) => Err(error::KEY_TYPE.0),
        }
    }
}

impl Dukpt<'_> {
    fn initial_key(&self, session: &Session<'_>) -> Result<Key<Stated>, ErrorCode> {
        let expected = self.kind.expected(session.key_types(), session.policy());
        let bdk = session.unlock(self.bdk, &expected)?;
        let serial = serial_number(&bdk, self.ksn.0)?;
        bdk.initial_key(&serial).map_err(error::refused_outright)
    }
}

impl Zka<'_> {
    fn session_key(
        &self,
        session: &Session<'_>,
        purpose: ZkaPurpose,
    ) -> Result<Derived, ErrorCode> {
        if !self.key.is_block() && self.key_type.0 != *b"607" {
            return Err(ErrorCode::new(7));
        }
        let master = session.open(self.key, Use::Derive)?;
        let (random, new) = match self.random {
            ZkaRandom::Supplied(random) => (random.0, None),
            ZkaRandom::New => {
                let mut random = [0; 16];
                session.random().fill_bytes(&mut random);
                (random, Some(random))
            }
        };
        let key = master.zka_session_key(purpose, &random).map_err(error::refused_outright)?;
        Ok(Derived { key, random: new })
    }
}

impl Export<'_> {
    fn open(&self, session: &Session<'_>) -> Result<Key<Transport>, ErrorCode> {
        let (Some(ksn), Some(current)) = (self.ksn, self.key.zmk) else {
            return session.open_transport(&self.key, Use::Wrap);
        };
        let expected = Expected::of_type::<AnyBdk>(None, Use::Derive, session.policy());
        let bdk = session.unlock(current.in_role::<AnyBdk>(), &expected)?;
        bdk.update_key(&serial_number(&bdk, ksn.0)?).map_err(error::refused_outright)
    }
}

/// The serial number of a terminal, with a counter of zeros.
fn serial_number(
    bdk: &Key<vault::usage::Derivation>,
    device: &[u8],
) -> Result<vault::usage::SerialNumber, ErrorCode> {
    let is_odd = |digit: &u8| matches!(digit, b'1' | b'3' | b'5' | b'7' | b'9' | b'B' | b'D' | b'F');
    let length = match (device.len(), device.last()) {
        (15, Some(last)) if !is_odd(last) => 20,
        (16, _) => 24,
        _ => return Err(ErrorCode::INVALID_INPUT),
    };
    let mut text = [b'0'; 24];
    text[..device.len()].copy_from_slice(device);
    bdk.serial_number(&text[..length]).map_err(|_| ErrorCode::INVALID_INPUT)
}

fn way(scheme: Scheme, export: Option<&Export<'_>>) -> Way {
    let from_block = scheme == Scheme::KeyBlock;
    Way { from_block, scheme: export.map_or(Scheme::None, |export| export.scheme) }
}

impl Mode {
    fn exports(self) -> bool {
        matches!(self, Self::GenerateAndExport | Self::DeriveAndExport)
    }
}
