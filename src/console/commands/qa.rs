//! `QA` View the auxiliary port.

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("QA", "View the settings of the auxiliary port", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let port = desk.state().monitoring.auxiliary_port;
    let address = port.address.map_or_else(|| "by DHCP".to_owned(), |address| address.to_string());
    desk.tell(format!("IP address: {address}"))?;
    if port.address.is_some() {
        desk.tell(format!("Subnet mask: {}", port.mask))?;
        let gateway = port.gateway.map_or_else(|| "none".to_owned(), |gateway| gateway.to_string());
        desk.tell(format!("Default gateway: {gateway}"))?;
    }
    desk.tell("There is no auxiliary port: these settings are kept and shown only")
}
