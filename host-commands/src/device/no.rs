//! `NO` Status of the device.

use crate::prelude::*;

/// Report the host interface, or whether the settings comply with PCI HSM.
///
/// The number of sockets has four digits, as newer firmware has it; older firmware has two.
#[derive(Clone, Copy, Debug, HostCommand, PartialEq)]
#[host_command(code = "NO", reply = "NP", evidence = "simulator")]
pub struct Request {
    /// What to report.
    pub mode: Mode,
}

/// What to report.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// The host interface.
    #[code("00")]
    Interface,
    /// Compliance with PCI HSM.
    #[code("01")]
    Compliance,
}

/// The status.
#[derive(Clone, Copy, Debug, PartialEq, Reply)]
#[reply_to(Request)]
pub struct Reply<'a> {
    /// The host interface.
    #[when(request.mode in ["00"])]
    pub interface: Option<Interface<'a>>,
    /// Compliance.
    #[when(request.mode in ["01"])]
    pub compliance: Option<Compliance>,
}

/// The host interface.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Interface<'a> {
    /// Buffer size: 0 2 K, 1 8 K, 2 16 K, 3 32 K.
    pub buffer: Decimal<1>,
    /// Ethernet protocol: 0 UDP, 1 TCP.
    pub protocol: Decimal<1>,
    /// TCP connections that are accepted at once.
    pub sockets: Decimal<4>,
    /// Firmware number.
    pub firmware: Text<'a, 9>,
    /// Always zeros.
    pub reserved: Digits<'a, 5>,
}

/// Compliance with PCI HSM.
#[derive(Clone, Copy, Debug, Group, PartialEq)]
pub struct Compliance {
    /// Whether the settings comply.
    pub settings: PciCompliance,
    /// Always zeros.
    pub reserved: Decimal<10>,
}

/// Whether the settings comply with PCI HSM.
#[derive(Clone, Code, Copy, Debug, Eq, PartialEq)]
pub enum PciCompliance {
    /// They do not, and key type 002 separation is among those that do not.
    #[code("0")]
    None,
    /// They do.
    #[code("1")]
    All,
    /// They do not, but key type 002 separation does.
    #[code("2")]
    Separation,
}

impl<'a> Execute<'a> for Request {
    type Reply = Reply<'a>;

    fn execute(&self, session: &'a Session<'a>) -> Result<Reply<'a>, ErrorCode> {
        let settings = session.settings();
        let interface = Interface {
            buffer: Decimal(3),
            protocol: Decimal(1),
            sockets: Decimal(session.state().host_ports.connections.into()),
            firmware: Text(session.state().firmware()),
            reserved: Digits(b"00000"),
        };
        let settings = match (settings.complies_with_pci(), settings.key_type_002_separation) {
            (true, _) => PciCompliance::All,
            (false, true) => PciCompliance::Separation,
            (false, false) => PciCompliance::None,
        };
        let compliance = Compliance { settings, reserved: Decimal(0) };
        Ok(match self.mode {
            Mode::Interface => Reply { interface: Some(interface), compliance: None },
            Mode::Compliance => Reply { interface: None, compliance: Some(compliance) },
        })
    }
}
