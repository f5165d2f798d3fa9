//! `KU` Protect a script to a card.

use crypto::emv::{Derivation, Encipherment};
use vault::usage::SessionMethod;

use crate::{prelude::*, session::script::Confidential};

/// Protect a script to a card: MAC, confidential data, new PIN (EMV 3.1.1).
///
/// The MAC covers the message with the enciphered data put in at the offset; the host puts them there itself.
/// Visa and American Express derive session keys from the transaction counter, the last two bytes of the
/// session data; Mastercard from all of them. Behind the message this is the layout of open clients and one
/// simulator. Inferred are the type of the transport key and its mode, that data under it get the same
/// padding as PINs, the current PIN of format 42, and error 11 for keys other than MK-SMI. Error 05 for the
/// schemes of JCB and UnionPay: sources contradict each other on their layout.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "KU", reply = "KV", evidence = "manual", licence = "emv-transactions")]
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
    /// What the session key for integrity is derived from: counter behind zeros, or application cryptogram.
    pub integrity: Raw<8>,
    /// Message: the command to the card, and what the MAC covers beside it.
    #[ends(';')]
    pub message: Counted4H<'a>,
    /// Issuer master key for confidentiality, if it is another one.
    #[when(mode in ["2", "4"])]
    pub mk_smc: Option<KeyField<'a, MkSmc, 11>>,
    /// Transport key.
    #[when(mode in ["1", "2"])]
    pub transport: Option<ScriptTransport<'a>>,
    /// What the session key for confidentiality is derived from.
    #[when(!mode in ["0"])]
    pub confidentiality: Option<Raw<8>>,
    /// Confidential data.
    #[when(!mode in ["0"])]
    pub insert: Option<Insert<'a>>,
    /// The new PIN.
    #[when(mode in ["3", "4"])]
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
    /// Integrity and confidentiality by one master key.
    #[code("1")]
    DataByOne,
    /// Integrity and confidentiality by two master keys.
    #[code("2")]
    DataByTwo,
    /// New PIN by one master key.
    #[code("3")]
    PinByOne,
    /// New PIN by two master keys.
    #[code("4")]
    PinByTwo,
}

/// Card scheme.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    /// Visa VSDC and UKIS.
    #[code("0")]
    Visa,
    /// Mastercard.
    #[code("1")]
    Mastercard,
    /// American Express, as Visa (inferred).
    #[code("2")]
    Amex,
}

impl Scheme {
    fn method(self, Raw(data): Raw<8>) -> SessionMethod {
        let [.., high, low] = data;
        match self {
            Self::Visa | Self::Amex => SessionMethod::VisaScript { counter: [high, low] },
            Self::Mastercard => SessionMethod::CommonScript { cryptogram: data },
        }
    }

    fn encipherment(self) -> Encipherment {
        match self {
            Self::Visa | Self::Amex => Encipherment::Visa,
            Self::Mastercard => Encipherment::Mastercard,
        }
    }
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let block = Derivation::formatted(self.pan.0);
        let card = session.card(self.mk_smi, block)?;
        let integrity = card.session(&self.scheme.method(self.integrity))?;
        let confidential = match (self.confidentiality, self.insert) {
            (Some(confidentiality), Some(insert)) => {
                let method = self.scheme.method(confidentiality);
                let key = match self.mk_smc {
                    Some(mk_smc) => session.card(mk_smc, block)?.session(&method)?,
                    None => card.session(&method)?,
                };
                let encipherment = self.scheme.encipherment();
                let (transport, change) = (self.transport, self.change);
                Some(Confidential { card: block, key, encipherment, insert, transport, change })
            }
            _ => None,
        };
        let script = session.protect(&integrity, self.message.0, confidential.as_ref())?;
        Ok(Reply { script })
    }
}
