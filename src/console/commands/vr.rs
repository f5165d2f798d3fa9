//! `VR` View the release.

use appliance::FIRMWARE;

use super::{licence::show, qh::yes_or_no};
use crate::{Command, Desk, Outcome, Party};

pub(super) const COMMAND: Command =
    Command::new("VR", "View release, serial number, licences and algorithms", run).for_provider();

fn run(desk: &mut Desk<'_>) -> Outcome {
    // Settings are the tenant's.
    let is_tenants = desk.party() == Party::Tenant;
    let pci = is_tenants && desk.state().settings.complies_with_pci();
    let revision = if is_tenants { desk.state().firmware() } else { FIRMWARE };
    let revision = String::from_utf8_lossy(revision);
    for line in [
        format!("Base release: {}", env!("CARGO_PKG_VERSION")),
        format!("Revision: {revision}"),
        "Build number: 0000".to_owned(),
        "HSM Core API Version: 7.0.0".to_owned(),
        String::new(),
        format!("Serial Number: {}", desk.fact("Serial number")),
        "Unit info: Strongroom, a payment HSM appliance in software".to_owned(),
        String::new(),
        format!("PCI HSM compliant settings: {}", if is_tenants { yes_or_no(pci) } else { "the tenant's" }),
        "Host configuration: Ethernet".to_owned(),
        "Crypto: 3DES, AES, RSA".to_owned(),
        String::new(),
    ] {
        desk.tell(line)?;
    }
    show(desk)
}
