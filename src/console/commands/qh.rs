//! `QH` View the settings of the host port.

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("QH", "View the settings of the host ports", run).for_provider();

fn run(desk: &mut Desk<'_>) -> Outcome {
    let connections = desk.state().connections;
    let header = desk.fact("Message header length").to_owned();
    let listen = desk.fact("Listen").to_owned();
    let (address, port) = listen.rsplit_once(':').unwrap_or((&listen, ""));
    let transport = if desk.fact("UDP") == "true" { "UDP and TCP" } else { "TCP" };
    for line in [
        format!("Message header length: {header:0>2}"),
        "Protocol: Ethernet".to_owned(),
        format!("Well-Known-Port: {port:0>5}"),
        format!("Transport: {transport}, {connections} connections"),
        "TCP Keep_Alive value (minutes): 120 minutes".to_owned(),
        "Number of interfaces : (1)".to_owned(),
        String::new(),
        "Interface Number: 1".to_owned(),
        format!("IP address: {}", padded(address)),
    ] {
        desk.tell(line)?;
    }
    Ok(())
}

/// An address as the device shows it: each octet with three digits.
fn padded(address: &str) -> String {
    let octets: Vec<_> = address.split('.').map(|octet| format!("{octet:0>3}")).collect();
    if octets.len() == 4 { octets.join(".") } else { address.to_owned() }
}
