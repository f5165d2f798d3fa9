//! `NETSTAT` Connections of the host ports.

use appliance::{Refused, Totals};

use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("NETSTAT", "View the connections of the host ports", run);

fn run(desk: &mut Desk<'_>) -> Outcome {
    let network = desk.appliance().network();
    desk.tell("Proto  Local port  Remote address            State        Seconds  Received      Sent")?;
    for (protocol, address) in network.listeners() {
        let (name, port) = (protocol.name(), address.port());
        let state = if name == "UDP" { "" } else { "LISTEN" };
        desk.tell(format!("{name:<6} {port:>10}  {:<25} {state}", "*"))?;
    }
    for row in network.connections() {
        let (name, port, peer) = (row.protocol.name(), row.local_port, row.peer.to_string());
        let state = if row.is_open { "ESTABLISHED" } else { "CLOSED" };
        let Totals { bytes_sent, bytes_received, .. } = row.totals;
        let seconds = row.duration.as_secs();
        desk.tell(format!(
            "{name:<6} {port:>10}  {peer:<25} {state:<11} {seconds:>8} {bytes_received:>9} {bytes_sent:>9}"
        ))?;
    }
    let Totals { bytes_sent, bytes_received, packets_sent, packets_received } = network.totals();
    desk.tell("")?;
    desk.tell(format!("Received: {bytes_received} bytes in {packets_received} reads"))?;
    desk.tell(format!("Sent: {bytes_sent} bytes in {packets_sent} writes"))?;
    for why in Refused::ALL {
        let count = network.refusals(why);
        if count > 0 {
            desk.tell(format!("Refused {count}: {}", why.words()))?;
        }
    }
    Ok(())
}
