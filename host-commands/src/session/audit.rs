//! The audit log, as commands feel it.

use appliance::{
    Archive, AuditLog, Event, FraudLimit, Kind, NotWritten, Numbered, Record, Unarchived,
};
use crypto::mac::Padding;
use vault::{
    Expected, Key, KeySize, Lmk, LmkId, LmkKind, Protection, Role as _, Scheme, Token, Use,
    role::AuditMacKey,
    usage::{Authentication, MacAlgorithm, MacFault},
};
use wire::{ErrorCode, write_hex};

use super::Session;
use crate::{
    FAMILIES,
    error::{
        INTERNAL, LMK_IDENTIFIER, NO_PRINTER, SOURCE_PARITY, VERIFICATION_FAILED, refused,
        refused_outright,
    },
    fields::Hex,
    position,
};

/// Length of a record with its MAC and the key of it.
const SEALED: usize = Record::LENGTH + MAC + KEY;
/// Length of the MAC.
const MAC: usize = 8;
/// Length of the MAC key under the LMK.
const KEY: usize = 16;

/// Family of the commands that are about the audit log, and are not audited themselves. Source: manual.
const UNAUDITED: &str = "audit";

/// Whether there is such a host command, and it can be audited.
pub fn can_be_audited(code: [u8; 2]) -> bool {
    position(code).is_some_and(is_audited)
}

/// The same by its position in the registry.
fn is_audited(position: usize) -> bool {
    FAMILIES.get(position).is_some_and(|family| *family != UNAUDITED)
}

impl<'a> Session<'a> {
    /// Audits a host command that is answered so, if that is audited.
    #[inline]
    pub(crate) fn audit(&self, position: usize, code: [u8; 2], response: [u8; 2]) {
        if self.is_of_host()
            && self.settings().audit.wants_host(code, response)
            && is_audited(position)
        {
            let event = Event { kind: Kind::Host, code, response };
            self.appliance().audit_at(self.state().clock, event);
        }
    }

    /// Audits that this command exceeded a limit of fraud detection.
    pub(crate) fn audit_fraud(&self, limit: FraudLimit) {
        let event = Event {
            kind: Kind::Fraud,
            code: self.code.get(),
            response: [b'0', b'0' + limit as u8],
        };
        self.appliance().audit_at(self.state().clock, event);
    }

    /// The audit log, with all that has happened.
    pub(crate) fn audit_log(&self) -> &'a AuditLog {
        self.appliance().audit_log()
    }

    /// The oldest record that no host has, with its MAC and the key of it.
    ///
    /// # Errors
    /// `none` where there is no record, `no_more` where all are retrieved; 13 without a variant LMK (inferred); 41 while the
    /// log cannot be written.
    pub(crate) fn retrieve_record(
        &self,
        none: ErrorCode,
        no_more: ErrorCode,
    ) -> Result<Hex<SEALED>, ErrorCode> {
        let (id, lmk) = self.audit_lmk()?;
        let key = Key::generate(KeySize::of_scheme(Scheme::U), &mut self.random())
            .map_err(refused_outright)?;
        let key_under_lmk = self.seal_mac_key(id, lmk, &key)?;
        let log = self.audit_log();
        let Some(Numbered { record, fate, .. }) = log.retrieve().map_err(not_written)? else {
            return Err(if log.is_empty() { none } else { no_more });
        };
        let bytes = record.bytes(fate);
        let mac = record_mac(&key, &bytes).map_err(|_| INTERNAL.0)?;
        let mut sealed = [0; SEALED];
        sealed[..Record::LENGTH].copy_from_slice(&bytes);
        sealed[Record::LENGTH..Record::LENGTH + MAC].copy_from_slice(&mac[..MAC]);
        sealed[Record::LENGTH + MAC..].copy_from_slice(&key_under_lmk);
        Ok(Hex(sealed))
    }

    /// Verifies the MAC on a record.
    ///
    /// # Errors
    /// 01 where it is wrong; 10 for bad parity of the key; 13 without a variant LMK (inferred).
    pub(crate) fn verify_record(&self, sealed: &[u8; SEALED]) -> Result<(), ErrorCode> {
        let (record, rest) = sealed.split_at(Record::LENGTH);
        let (mac, key) = rest.split_at(MAC);
        let (id, lmk) = self.audit_lmk()?;
        let mut token = [b'U'; 1 + 2 * KEY];
        write_hex(key, &mut token[1..]);
        let expected = Expected::of::<AuditMacKey>(self.key_types(), Use::Any, self.policy());
        let key: Key<Authentication> = lmk
            .open(id, Token(&token), &expected)
            .map_err(|refusal| refused(refusal, SOURCE_PARITY.0))?;
        let right = record_mac(&key, record).map_err(|_| INTERNAL.0)?;
        if crypto::equal(&right[..MAC], mac) { Ok(()) } else { Err(VERIFICATION_FAILED.0) }
    }

    /// Prints records, at most 2000, and marks them as archived when the printer has them.
    ///
    /// # Errors
    /// `none` where there is no record, `no_more` where all are archived; 16 where the printer is not ready; 41 while the log
    /// cannot be written.
    pub(crate) fn archive_records(
        &self,
        which: Archive,
        none: ErrorCode,
        no_more: ErrorCode,
    ) -> Result<(), ErrorCode> {
        match self.appliance().archive(which, appliance::AT_ONCE) {
            Ok(_) => Ok(()),
            Err(Unarchived::Empty) => Err(none),
            Err(Unarchived::Done) => Err(no_more),
            Err(Unarchived::NoPrinter) => Err(NO_PRINTER.0),
            Err(Unarchived::NotWritten(fault)) => Err(not_written(fault)),
        }
    }

    /// The LMK that the keys of MACs are under: that of the message, or else the first variant LMK, for the key of a record
    /// stands under LMK pair 22-23 (inferred).
    fn audit_lmk(&self) -> Result<(LmkId, &'a Lmk), ErrorCode> {
        let own = self.lmk().ok().map(|lmk| (self.lmk_id(), lmk));
        let mut all = own.into_iter().chain(self.state().lmks.iter());
        all.find(|(_, lmk)| lmk.kind() == LmkKind::Variant).ok_or(LMK_IDENTIFIER.0)
    }

    fn seal_mac_key(
        &self,
        id: LmkId,
        lmk: &Lmk,
        key: &Key<Authentication>,
    ) -> Result<[u8; KEY], ErrorCode> {
        let key_type = AuditMacKey::key_type(self.key_types()).ok_or(INTERNAL.0)?;
        let protection = Protection::Variant { key_type, scheme: Scheme::U };
        let mut token = [0; 1 + 2 * KEY];
        lmk.seal(id, key, &protection, &mut self.random(), &mut token).map_err(refused_outright)?;
        let mut bytes = [0; KEY];
        for (byte, digits) in bytes.iter_mut().zip(token[1..].as_chunks::<2>().0) {
            *byte = digits.iter().fold(0, |byte, digit| byte << 4 | nibble(*digit));
        }
        Ok(bytes)
    }
}

/// MAC on a record: ISO 9797-1 algorithm 3 over its sixteen bytes. That of the device is not published (inferred).
fn record_mac(key: &Key<Authentication>, record: &[u8]) -> Result<[u8; 16], MacFault> {
    key.mac(MacAlgorithm::Iso9797Algorithm3, Padding::None, None, record)
}

/// Value of a capital hexadecimal digit.
const fn nibble(digit: u8) -> u8 {
    if digit.is_ascii_digit() { digit - b'0' } else { digit.wrapping_sub(b'A' - 10) }
}

pub(crate) fn not_written(_: NotWritten) -> ErrorCode {
    INTERNAL.0
}
