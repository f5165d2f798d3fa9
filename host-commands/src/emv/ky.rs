//! `KY` Protect a script to a card, with session keys of EMV.

use crypto::emv::{Derivation, Encipherment};
use vault::usage::SessionMethod;

use crate::{prelude::*, session::script::Confidential};

/// Protect a script to a card: MAC, confidential data, new PIN (EMV 4.x).
///
/// The MAC covers the message with the enciphered data put in at the offset; the host puts them there itself.
/// There are two editions, and both are understood: that of a manual of older devices, with the tree of
/// EMV2000 (its initial vector is zero, as nothing is said of one) and a scheme in mode 4 alone, and that of
/// an open client of newer ones, with session data and always a scheme.
/// Inferred are the session key method of the newer edition, the type of the transport key and its mode, that
/// data under it get the same padding as PINs (in the older edition that of M/Chip), the current PIN of format
/// 42, and error 11 for keys other than MK-SMI. Error 04 for modes 5 and 6: what they do is not public.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "KY", reply = "KZ", evidence = "manual", licence = "emv-transactions")]
#[errors(PIN_BLOCK, ACCOUNT, PIN_BLOCK_FORMAT, PIN_LENGTH, FORMAT_DISABLED, DATA_LENGTH)]
#[error(6, "offset is behind the end of the message")]
pub struct Request<'a> {
    /// What to do.
    #[error(4)]
    pub mode: Mode,
    /// Edition of the message.
    #[with(mode == Mode::Pin)]
    pub edition: ScriptEdition,
    /// Card scheme.
    #[when(edition == ScriptEdition::Common || mode == Mode::Pin)]
    #[error(5)]
    pub scheme: Option<Scheme>,
    /// Issuer master key for integrity.
    pub mk_smi: KeyField<'a, MkSmi, 10>,
    /// Rightmost sixteen digits of account number and sequence number.
    pub pan: Raw<8>,
    /// Shape of the key tree.
    #[when(edition == ScriptEdition::Tree)]
    #[error(52)]
    pub tree: Option<TreeShape>,
    /// Application transaction counter.
    #[when(edition == ScriptEdition::Tree)]
    pub atc: Option<Raw<2>>,
    /// What session keys are derived from: application cryptogram.
    #[when(edition == ScriptEdition::Common)]
    pub cryptogram: Option<Raw<8>>,
    /// Message: the command to the card, and what the MAC covers beside it.
    #[ends(';')]
    pub message: Counted4H<'a>,
    /// Issuer master key for confidentiality.
    #[when(mode in ["2", "4"])]
    pub mk_smc: Option<KeyField<'a, MkSmc, 11>>,
    /// Transport key.
    #[when(mode in ["2"])]
    pub transport: Option<ScriptTransport<'a>>,
    /// Confidential data.
    #[when(!mode in ["0"])]
    pub insert: Option<Insert<'a>>,
    /// The new PIN.
    #[when(mode in ["4"])]
    pub change: Option<PinChange<'a>>,
}

/// What protects the script.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply<'a> {
    /// MAC and enciphered data.
    #[with(request.insert.is_some())]
    pub script: Protected<'a>,
}

/// What to do.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// Integrity.
    #[code("0")]
    Integrity,
    /// Integrity and confidentiality.
    #[code("2")]
    Data,
    /// New PIN.
    #[code("4")]
    Pin,
}

/// Card scheme: how confidential data are padded and chained.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    /// Visa VIS 1.4.
    #[code("0")]
    Visa,
    /// Mastercard M/Chip 4.
    #[code("1")]
    Mastercard,
}

impl Scheme {
    fn encipherment(self) -> Encipherment {
        match self {
            Self::Visa => Encipherment::Visa,
            Self::Mastercard => Encipherment::Mastercard,
        }
    }
}

impl Request<'_> {
    fn method(&self) -> Result<SessionMethod, ErrorCode> {
        match (self.tree, self.atc, self.cryptogram) {
            (Some(shape), Some(Raw(counter)), _) => Ok(SessionMethod::Emv2000 {
                counter,
                initial: [0; 16],
                tree: shape.tree(),
            }),
            (.., Some(Raw(cryptogram))) => Ok(SessionMethod::CommonScript { cryptogram }),
            _ => Err(ErrorCode::INVALID_INPUT),
        }
    }
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let (block, method) = (Derivation::formatted(self.pan.0), self.method()?);
        let integrity = session.card(self.mk_smi, block)?.session(&method)?;
        let confidential = match (self.mk_smc, self.insert) {
            (Some(mk_smc), Some(insert)) => {
                let key = session.card(mk_smc, block)?.session(&method)?;
                let encipherment = self.scheme.unwrap_or(Scheme::Mastercard).encipherment();
                let (transport, change) = (self.transport, self.change);
                Some(Confidential { card: block, key, encipherment, insert, transport, change })
            }
            _ => None,
        };
        let script = session.protect(&integrity, self.message.0, confidential.as_ref())?;
        Ok(Reply { script })
    }
}
