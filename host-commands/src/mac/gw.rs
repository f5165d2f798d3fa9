//! `GW` Make or verify a MAC of a transaction.

use vault::usage::Direction;

use crate::prelude::*;

/// Make or verify a MAC with the key of a transaction (3DES and AES DUKPT).
///
/// Of data that are no whole blocks the rest is zeros, as recorded. The key is that of requests, both ways; that
/// of a BDK-4 is that of responses. Inferred: what BDK-4 and AES keys do, the flags of BDKs, and the methods 2, 4
/// and 5.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "GW", reply = "GX", evidence = "device", licence = "magnetic-stripe-transactions")]
#[errors(VERIFICATION_FAILED)]
pub struct Request<'a> {
    /// What is to be done, with how much of the MAC.
    pub mode: TransactionMacMode,
    /// Algorithm.
    pub method: MacMethod,
    /// Kind of the BDK, if it is not BDK-1 and the LMK is a variant LMK.
    #[maybe]
    pub flag: Option<BdkFlag>,
    /// BDK of the terminal.
    pub key: KeyField<'a, AnyBdk, 10>,
    /// Key serial number of the terminal.
    #[with(key.is_aes())]
    pub ksn: Ksn<'a>,
    /// MAC to verify.
    #[when(mode in ["1", "2", "3"])]
    #[with(mode.part().bytes())]
    pub mac: Option<CipherBlock>,
    /// Data.
    pub data: Counted4N<'a>,
}

/// The MAC, if it was to be made.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request<'_>)]
pub struct Reply {
    /// MAC.
    #[when(request.mac.is_none())]
    #[with(request.mode.part().bytes())]
    pub mac: Option<CipherBlock>,
}

impl<'a> Execute<'a> for Request<'a> {
    type Reply = Reply;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply, ErrorCode> {
        let transaction = session.transaction(self.flag, self.key, self.ksn)?;
        let key_type = self.flag.unwrap_or(BdkFlag::Bdk1).key_type();
        let direction = match self.key.direction(key_type) {
            Direction::Response => Direction::Response,
            Direction::Request | Direction::Both => Direction::Request,
        };
        let mac = transaction.mac(direction, self.method, self.data.0)?;
        let mac = self.mode.part().of(mac);
        match &self.mac {
            None => Ok(Reply { mac: Some(mac) }),
            Some(stated) if crypto::equal(stated.bytes(), mac.bytes()) => Ok(Reply { mac: None }),
            Some(_) => Err(error::VERIFICATION_FAILED.0),
        }
    }
}
