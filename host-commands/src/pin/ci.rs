//! `CI` Translate a PIN from a single-length transaction key to a zone key.

use crate::prelude::*;

/// Translate a PIN from BDK to ZPK encryption (single DES DUKPT).
///
/// The block of the terminal is of format 01 and under a single-length key (ANSI X9.24-1998). It leaves in
/// format 01 or 04; that the account number has 18 characters then is inferred.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "CI", reply = "CJ", evidence = "manual", licence = "legacy")]
#[errors(PIN_BLOCK, ACCOUNT, PIN_BLOCK_FORMAT, PIN_LENGTH, FORMAT_DISABLED)]
pub struct Request<'a> {
    /// BDK of the terminal.
    pub bdk: KeyField<'a, Bdk, 10>,
    /// ZPK of the zone that the PIN goes to.
    pub zpk: KeyField<'a, Zpk, 11>,
    /// Key serial number of the terminal.
    #[with(bdk.is_aes())]
    pub ksn: Ksn<'a>,
    /// PIN block under the transaction key.
    pub block: Hex<8>,
    /// Format of the destination block.
    #[error(23)]
    pub format: InterchangeFormat,
    /// Account number.
    #[with([format.format(); 2])]
    pub account: Account<'a>,
}

/// Format in which a PIN goes to the next zone.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum InterchangeFormat {
    /// ISO 9564 format 0.
    #[code("01")]
    Iso0,
    /// PLUS.
    #[code("04")]
    Plus,
}

/// The PIN under the destination key.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// PIN block under the destination key.
    #[with(request.format.format().block_size())]
    pub pin: Translated,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let source = session.single_des_pin_key(self.bdk, self.ksn)?;
        let destination = session.open(self.zpk, Use::Encrypt)?;
        let translation = Translation {
            source_format: PinFormat::Iso0,
            destination_format: self.format.format(),
            account: self.account,
            destination_account: None,
        };
        let pin = session.translate(&source, &destination, &self.block.0, &translation)?;
        Ok(Reply { pin })
    }
}

impl InterchangeFormat {
    fn format(self) -> PinFormat {
        match self {
            Self::Iso0 => PinFormat::Iso0,
            Self::Plus => PinFormat::Plus,
        }
    }
}
