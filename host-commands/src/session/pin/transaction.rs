//! Transactions of terminals (DUKPT): keys that are derived for one of them.

use crypto::pin::{Account, Pin};
use vault::{
    Key, Use,
    role::{AnyBdk, Bdk},
    usage::{Derivation, Direction, PinBlock, SerialNumber, SingleDesPinBlock},
};
use wire::ErrorCode;

use crate::{
    Session,
    error::{PIN_BLOCK_FORMAT, VERIFICATION_FAILED, refused_outright},
    fields::{
        BdkFlag, KeyField, Ksn, MacMethod, MacOnMessage, PinFormat, TransactionBlock,
        TransactionMode,
    },
    session::mac::Authenticator,
};

/// A transaction: the base derivation key of the terminal, and its serial number with the counter.
pub(crate) struct Transaction {
    bdk: Key<Derivation>,
    serial: SerialNumber,
}

impl Session<'_> {
    /// A transaction under a base derivation key of any kind; without a flag, BDK-1 under a variant LMK.
    ///
    /// # Errors
    /// Those of keys; 15 for a key serial number that is none.
    pub(crate) fn transaction<const E: u8>(
        &self,
        flag: Option<BdkFlag>,
        bdk: KeyField<'_, AnyBdk, E>,
        ksn: Ksn<'_>,
    ) -> Result<Transaction, ErrorCode> {
        let flag = flag.unwrap_or(BdkFlag::Bdk1);
        Transaction::new(self.open_as(bdk, flag.key_type(), Use::Derive)?, ksn)
    }

    /// The key for the PIN block of a transaction by single-length DUKPT, as the older commands have it.
    ///
    /// # Errors
    /// Those of keys; 15 for a key serial number that is none; 27 unless the base derivation key has double
    /// length.
    pub(crate) fn single_des_pin_key<const E: u8>(
        &self,
        bdk: KeyField<'_, Bdk, E>,
        ksn: Ksn<'_>,
    ) -> Result<Key<SingleDesPinBlock>, ErrorCode> {
        let Transaction { bdk, serial } = Transaction::new(self.open(bdk, Use::Derive)?, ksn)?;
        bdk.single_des_pin_key(&serial).map_err(refused_outright)
    }

    /// Opens the PIN block of a transaction.
    ///
    /// # Errors
    /// 20, 22, 24, 69; 23 for a format that is not for transactions.
    pub(crate) fn open_transaction_block(
        &self,
        transaction: &Transaction,
        block: &TransactionBlock,
        format: PinFormat,
        account: &Account<'_>,
    ) -> Result<Pin, ErrorCode> {
        if !format.is_for_transactions() {
            return Err(PIN_BLOCK_FORMAT.0);
        }
        self.open_block(&transaction.pin_key(format)?, block.bytes(), format, account)
    }
}

impl Transaction {
    /// A transaction of a terminal.
    ///
    /// # Errors
    /// 15 for a key serial number that is none.
    pub(crate) fn new(bdk: Key<Derivation>, ksn: Ksn<'_>) -> Result<Self, ErrorCode> {
        let serial = bdk.serial_number(ksn.number.0).map_err(|_| ErrorCode::INVALID_INPUT)?;
        Ok(Self { bdk, serial })
    }

    /// The key for PIN blocks of this format.
    ///
    /// # Errors
    /// 27.
    pub(crate) fn pin_key(&self, format: PinFormat) -> Result<Key<PinBlock>, ErrorCode> {
        self.bdk.pin_key(&self.serial, format.format()).map_err(refused_outright)
    }

    /// The MAC on a message that goes this way: eight bytes.
    ///
    /// # Errors
    /// 27; A7 for a method that the key cannot do (inferred).
    pub(crate) fn mac(
        &self,
        direction: Direction,
        method: MacMethod,
        message: &[u8],
    ) -> Result<[u8; 8], ErrorCode> {
        let key = self.bdk.mac_key(&self.serial, direction).map_err(refused_outright)?;
        let mac = Authenticator::older(key, method.algorithm()).mac(None, message)?;
        Ok(mac.start().0)
    }

    /// The code that answers a MAC, if one is to be verified: 00 or 01.
    ///
    /// # Errors
    /// Those of [`Transaction::mac`].
    pub(crate) fn judge_mac(
        &self,
        mode: TransactionMode,
        mac: Option<MacOnMessage<'_>>,
    ) -> Result<Option<ErrorCode>, ErrorCode> {
        let (TransactionMode::PinAndMac(wanted), Some(mac)) = (mode, mac) else { return Ok(None) };
        let right = self.mac(Direction::Request, wanted.method, mac.message.0)?;
        let is_right = crypto::equal(wanted.part.of(right).bytes(), mac.mac.bytes());
        Ok(Some(if is_right { ErrorCode::NONE } else { VERIFICATION_FAILED.0 }))
    }
}
