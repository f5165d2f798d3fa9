//! `CA` Configure the auxiliary port.

use std::net::Ipv4Addr;

use appliance::Action;

use super::cs::kept;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("CA", "Configure the auxiliary port", run).secure().audited();

/// Order and words of the questions are inferred.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let mut port = desk.state().monitoring.auxiliary_port;
    let present = if port.address.is_some() { "STATIC" } else { "DHCP" };
    let is_static = kept(desk, &format!("IP configuration [Static/DHCP] ({present}): "), |text| {
        match text.to_ascii_uppercase().as_str() {
            "S" | "STATIC" => Some(true),
            "D" | "DHCP" => Some(false),
            _ => None,
        }
    })?;
    if is_static.unwrap_or_else(|| port.address.is_some()) {
        let ip = |text: &str| text.parse::<Ipv4Addr>().ok();
        let present = port.address.unwrap_or(Ipv4Addr::UNSPECIFIED);
        let address = kept(desk, &format!("Enter IP address ({present}): "), ip)?;
        let mask = kept(desk, &format!("Enter subnet mask ({}): ", port.mask), ip)?;
        let gateway = port.gateway.unwrap_or(Ipv4Addr::UNSPECIFIED);
        let gateway = kept(desk, &format!("Enter default gateway ({gateway}): "), ip)?;
        port.address = Some(address.unwrap_or(present));
        port.mask = mask.unwrap_or(port.mask);
        port.gateway = gateway.or(port.gateway);
    } else {
        port.address = None;
    }
    desk.change(|state| state.monitoring.auxiliary_port = port)?;
    desk.did(Action::Miscellaneous);
    desk.tell("Auxiliary port configured")
}
