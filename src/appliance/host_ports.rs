//! How the host ports are set up.

use certificates::Identity;
use serde::{Deserialize, Serialize};

use crate::AccessList;

/// TCP connections that the host interface accepts at once, unless it is told otherwise.
pub const DEFAULT_CONNECTIONS: u16 = 64;

/// What the host ports go by; the console changes it with CH, CONFIGACL and the certificate commands. Whatever changes
/// is obeyed from the next connection and the next message on.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own at the console")]
pub struct HostPorts {
    /// Characters of the message header.
    pub header_length: u8,
    /// Connections that are served at once, over all ports.
    pub connections: u16,
    /// Minutes of silence after which the system asks whether a peer is still there, 1 to 120.
    pub keep_alive: u8,
    /// Whether hosts are refused while no LMK is loaded.
    pub closed_without_lmks: bool,
    /// Whether connections without TLS are served.
    pub tcp: bool,
    /// Whether datagrams are answered.
    pub udp: bool,
    /// Whether connections over TLS are served.
    pub tls: bool,
    /// Who may connect.
    pub access: AccessList,
    /// Who the appliance is over TLS, and whom it trusts.
    pub identity: Identity,
}

impl Default for HostPorts {
    fn default() -> Self {
        Self {
            header_length: 4,
            connections: DEFAULT_CONNECTIONS,
            keep_alive: 120,
            closed_without_lmks: false,
            tcp: true,
            udp: true,
            tls: false,
            access: AccessList::default(),
            identity: Identity::default(),
        }
    }
}

impl HostPorts {
    /// What is a matter of the machine: how many are served, and by which protocols; all else as delivered.
    #[must_use]
    pub fn of_machine(&self) -> Self {
        let Self { connections, tcp, udp, tls, .. } = *self;
        Self { connections, tcp, udp, tls, ..Self::default() }
    }

    /// Whether hosts are served by this protocol.
    pub const fn serves(&self, protocol: Protocol) -> bool {
        match protocol {
            Protocol::Tcp => self.tcp,
            Protocol::Udp => self.udp,
            Protocol::Tls => self.tls,
        }
    }
}

/// How a host speaks to the appliance.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Protocol {
    /// Over TCP.
    Tcp,
    /// By datagrams.
    Udp,
    /// Over TLS.
    Tls,
}

impl Protocol {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Tls => "TLS",
        }
    }
}
