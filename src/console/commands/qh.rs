//! `QH` View the settings of the host port.

use appliance::{HostPorts, Protocol};

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("QH", "View the settings of the host ports", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let state = desk.state();
    let ports = &state.host_ports;
    let listen = desk.fact("Listen").to_owned();
    let (address, port) = listen.rsplit_once(':').unwrap_or((&listen, ""));
    let tls = desk.appliance().network().listeners();
    let tls = tls.iter().find(|(protocol, _)| *protocol == Protocol::Tls);
    desk.tell(format!("Message header length: {:02}", ports.header_length))?;
    let without = yes_or_no(ports.closed_without_lmks);
    desk.tell(format!("Disable host connections when no LMKs are installed: {without}"))?;
    desk.tell("Protocol: Ethernet")?;
    desk.tell(format!("Well-Known-Port: {port:0>5}"))?;
    if let Some((_, address)) = tls {
        desk.tell(format!("Well-Known-TLS-Port: {:05}", address.port()))?;
    }
    for line in [
        format!("Transport: {}, {} connections", transports(ports), ports.connections),
        format!("TCP Keep_Alive value (minutes): {} minutes", ports.keep_alive),
        format!("ACL enabled: {}", yes_or_no(ports.access.is_enabled)),
        "Number of interfaces : (1)".to_owned(),
        String::new(),
        "Interface Number: 1".to_owned(),
        format!("IP address: {}", padded(address)),
    ] {
        desk.tell(line)?;
    }
    Ok(())
}

fn transports(ports: &HostPorts) -> String {
    let served = [Protocol::Udp, Protocol::Tcp, Protocol::Tls];
    let served: Vec<_> =
        served.into_iter().filter(|it| ports.serves(*it)).map(Protocol::name).collect();
    if served.is_empty() { "none".to_owned() } else { served.join(" and ") }
}

pub(super) fn yes_or_no(yes: bool) -> &'static str {
    if yes { "YES" } else { "NO" }
}

/// An address as the device shows it: each octet with three digits.
fn padded(address: &str) -> String {
    let octets: Vec<_> = address.split('.').map(|octet| format!("{octet:0>3}")).collect();
    if octets.len() == 4 { octets.join(".") } else { address.to_owned() }
}
