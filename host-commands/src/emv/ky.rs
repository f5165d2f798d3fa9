//! `KY` Protect a script to a card, with session keys of EMV.

use crypto::emv::{Derivation, Encipherment};
use vault::usage::SessionMethod;

use crate::prelude::*;

/// Protect a script to a card: MAC, confidential data, new PIN (EMV 4.x).
///
/// The MAC covers the message with the enciphered data put in at the offset; the host puts them there itself.
/// Session keys come of the session data by the common method of EMV. This is the layout of open clients of
/// newer devices; a manual of old ones has branch, height and counter in place of the session data, and the
/// scheme in mode 4 alone. Inferred are the session key method, the type of the transport key and its mode,
/// that data under it get the same padding as PINs, the current PIN of format 42, and error 11 for keys other
/// than MK-SMI. Error 04 for modes 5 and 6, of which no layout is public.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "KY", reply = "KZ", evidence = "simulator", licence = "emv-transactions")]
#[errors(PIN_BLOCK, ACCOUNT, PIN_BLOCK_FORMAT, PIN_LENGTH, FORMAT_DISABLED, DATA_LENGTH)]
#[error(6, "offset is behind the end of the message")]
pub struct Request<'a> {
    /// What to do.
    #[error(4)]
    pub mode: Mode,
    /// Card scheme.
    #[error(5)]
    pub scheme: Scheme,
    /// Issuer master key for integrity.
    pub mk_smi: KeyField<'a, MkSmi, 10>,
    /// Rightmost sixteen digits of account number and sequence number.
    pub pan: Raw<8>,
    /// What session keys are derived from: application cryptogram.
    pub cryptogram: Raw<8>,
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
    /// MAC; schemes send its first four or eight bytes.
    pub mac: Raw<8>,
    /// Enciphered data.
    #[when(request.insert.is_some())]
    pub data: Option<Counted4H<'a>>,
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

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let block = Derivation::formatted(self.pan.0);
        let method = SessionMethod::CommonScript { cryptogram: self.cryptogram.0 };
        let integrity = session.card(self.mk_smi, block)?.session(&method)?;
        let (Some(mk_smc), Some(insert)) = (self.mk_smc, self.insert) else {
            let mac = Raw(session.script_mac(&integrity, self.message.0, None)?);
            return Ok(Reply { mac, data: None });
        };
        let key = session.card(mk_smc, block)?.session(&method)?;
        let (encipherment, data) = (self.scheme.encipherment(), insert.data.0);
        let data = match (self.transport, self.change) {
            (Some(transport), _) => session.script_data(&key, transport, data, encipherment)?,
            (None, Some(change)) => session.script_pin(&key, &change, data, block, encipherment)?,
            (None, None) => return Err(ErrorCode::INVALID_INPUT),
        };
        let mac = Raw(session.script_mac(&integrity, self.message.0, Some((&insert, data)))?);
        Ok(Reply { mac, data: Some(Counted(data)) })
    }
}
