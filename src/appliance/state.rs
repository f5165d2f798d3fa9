//! What a message meets: the state of the device.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use vault::{Clock, KeyTypes, Lmk, LmkId, Policy};

use crate::{
    Authorisations, End, FIRMWARE, FIRMWARE_COMPLIANT, FraudRecord, Health, HostPorts, Licence,
    LmkTable, Lock, Locks, Mode, Monitoring, Officers, Printing, PrivateKeys, Settings, Tamper,
    UserStorage,
};

/// The public test LMKs of `serve --dev`, by name, in the order of their identifiers from 00.
pub const TEST_LMKS: [&str; 3] = ["test-variant", "test-key-block-tdes", "test-key-block-aes"];

/// What a message meets.
///
/// Where the appliance keeps its state, it keeps all of this, except what says otherwise. LMKs are kept sealed by the vault.
/// A further secret must not stand here in the clear either; a further field needs a default, for states of before.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default)]
pub struct State {
    /// Whether it was made by `serve --dev`, with public test LMKs.
    pub is_development: bool,
    /// Security settings.
    pub settings: Settings,
    /// LMKs, and what key change storage holds beside them.
    #[serde(skip)]
    pub lmks: LmkTable,
    /// LMK of messages that name none.
    pub default_lmk: LmkId,
    /// LMK whose officers administer the device.
    pub management_lmk: LmkId,
    /// Key locks, which make the state of the device.
    pub locks: Locks,
    /// Officers of the LMKs.
    pub officers: Officers,
    /// Authorised activities.
    pub authorised: Authorisations,
    /// User storage.
    pub storage: UserStorage,
    /// Private RSA keys.
    pub private_keys: PrivateKeys,
    /// Print format and words for PINs.
    pub printing: Printing,
    /// How the host ports are set up.
    pub host_ports: Arc<HostPorts>,
    /// What time it is.
    pub clock: Clock,
    /// That the device was tampered with. Not kept: a start clears it.
    #[serde(skip)]
    pub tamper: Option<Tamper>,
    /// Counts of what happened to it.
    pub health: Health,
    /// What there is a licence for. Not kept: the configuration says it.
    #[serde(skip)]
    pub licence: Licence,
    /// What fraud detection had found when the state was kept last.
    pub fraud: FraudRecord,
    /// What it watches.
    pub monitoring: Monitoring,
    /// Where the audit log ended when the state was kept last.
    pub audit_end: Option<End>,
}

impl Default for State {
    /// As delivered: factory settings and no LMK.
    fn default() -> Self {
        Self {
            is_development: false,
            settings: Settings::default(),
            lmks: LmkTable::default(),
            default_lmk: LmkId(0),
            management_lmk: LmkId(0),
            locks: Locks::default(),
            officers: Officers::default(),
            authorised: Authorisations::default(),
            storage: UserStorage::default(),
            private_keys: PrivateKeys::default(),
            printing: Printing::default(),
            host_ports: Arc::default(),
            clock: Clock::default(),
            tamper: None,
            health: Health::default(),
            licence: Licence::default(),
            fraud: FraudRecord::default(),
            monitoring: Monitoring::default(),
            audit_end: None,
        }
    }
}

impl State {
    /// As delivered to who keeps its state: offline, so that nobody is served before an officer turns the left key.
    pub fn factory() -> Self {
        let left = Lock { is_open: true, card: None };
        Self { locks: Locks { left, ..Locks::default() }, ..Self::default() }
    }

    /// State of the device: what its key locks say, but offline after a tamper.
    pub const fn mode(&self) -> Mode {
        match self.tamper {
            Some(_) => Mode::Offline,
            None => self.locks.mode(),
        }
    }

    /// Whether the licence has room for an LMK with this identifier.
    pub fn may_load(&self, id: LmkId) -> bool {
        self.lmks.get(id).is_some() || self.lmks.count() < self.licence.lmks.into()
    }

    /// Whether hosts are served.
    pub fn admits_hosts(&self) -> bool {
        let is_closed = self.host_ports.closed_without_lmks && self.lmks.count() == 0;
        self.mode() == Mode::Online && !is_closed
    }

    /// How the host ports are set up, to be changed.
    pub fn host_ports_mut(&mut self) -> &mut HostPorts {
        Arc::make_mut(&mut self.host_ports)
    }

    /// Erases all LMKs, and the keys that are of use only with them.
    pub fn erase_lmks(&mut self) {
        self.lmks = LmkTable::default();
        self.private_keys = PrivateKeys::default();
    }

    /// Key types as the settings have them.
    pub const fn key_types(&self) -> KeyTypes {
        if self.settings.key_type_002_separation { KeyTypes::Separated } else { KeyTypes::Standard }
    }

    /// Firmware number, which says whether the settings comply with PCI HSM. Source: a guide for the console; that hosts get
    /// the same is inferred.
    pub fn firmware(&self) -> &'static [u8; 9] {
        if self.settings.complies_with_pci() { FIRMWARE_COMPLIANT } else { FIRMWARE }
    }

    /// Which keys the settings accept.
    pub const fn policy(&self) -> Policy {
        let clock = if self.settings.clock_for_validity { self.clock } else { Clock::Off };
        Policy {
            single_des: self.settings.single_des,
            masquerading: !self.settings.prevent_single_des_masquerading,
            clock,
        }
    }

    /// State of `serve --dev`: three public test LMKs, everything authorised.
    pub fn development() -> Self {
        let mut lmks = LmkTable::default();
        for (id, name) in (0..).zip(TEST_LMKS) {
            if let Ok(lmk) = Lmk::named(name) {
                lmks.load(LmkId(id), lmk);
            }
        }
        Self {
            is_development: true,
            settings: Settings::development(),
            lmks,
            authorised: Authorisations::everything(),
            ..Self::default()
        }
    }
}
