//! Who is connected, and whether the appliance serves them.

use std::net::IpAddr;

use appliance::{HostPorts, Protocol, Refused};
use tokio_rustls::rustls::pki_types::CertificateDer;

use super::tls;

/// A host that is, or wants to be, connected.
#[derive(Debug)]
pub(super) struct Visitor {
    protocol: Protocol,
    address: IpAddr,
    /// What it showed over TLS, its own certificate first.
    certificates: Vec<CertificateDer<'static>>,
}

impl Visitor {
    /// A host without certificates, or one that has not shown them yet.
    pub(super) fn new(protocol: Protocol, address: IpAddr) -> Self {
        Self { protocol, address, certificates: Vec::new() }
    }

    /// The same with the certificates that it showed.
    pub(super) fn with_certificates(self, certificates: Vec<CertificateDer<'static>>) -> Self {
        Self { certificates, ..self }
    }

    /// Whether it may knock: what can be said before it has shown certificates.
    pub(super) fn may_knock(&self, ports: &HostPorts) -> Result<(), Refused> {
        if !ports.serves(self.protocol) {
            return Err(Refused::Protocol);
        }
        if !ports.access.admits(self.address) {
            return Err(Refused::Address);
        }
        Ok(())
    }

    /// Whether it would be served as the ports are set up now.
    pub(super) fn is_welcome(&self, ports: &HostPorts) -> bool {
        let is_known = || match self.protocol {
            Protocol::Tls => tls::is_trusted(&ports.identity, &self.certificates),
            Protocol::Tcp | Protocol::Udp => true,
        };
        self.may_knock(ports).is_ok() && is_known()
    }
}
