//! `CH` Configure the host ports.

use appliance::{Action, HostPorts, Protocol};

use super::cs::kept;
use super::qh::yes_or_no;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("CH", "Configure the host ports", run).offline().audited();

/// Return keeps a value. Everything that is asked for takes effect at once; address and ports need a restart. Order and
/// words of the questions are inferred.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let mut ports = HostPorts::clone(&desk.state().host_ports);
    number(desk, "Message header length", (1, 255), &mut ports.header_length)?;
    let without = "Disable host connections when no LMKs are installed?";
    yes(desk, without, &mut ports.closed_without_lmks)?;
    yes(desk, "Enable host connections via UDP?", &mut ports.udp)?;
    yes(desk, "Enable host connections via TCP?", &mut ports.tcp)?;
    yes(desk, "Enable host connections via TLS?", &mut ports.tls)?;
    number(desk, "Number of connections", (1, 4096), &mut ports.connections)?;
    number(desk, "TCP Keep_Alive value (minutes)", (1, 120), &mut ports.keep_alive)?;
    yes(desk, "Enable ACL?", &mut ports.access.is_enabled)?;
    let has_port = |protocol| desk.appliance().network().has_listener(protocol);
    let protocols = [Protocol::Udp, Protocol::Tcp, Protocol::Tls];
    let closed = protocols.map(|it| (it, ports.serves(it) && !has_port(it)));
    let is_complete = !ports.tls || ports.identity.is_complete();
    desk.change(|state| *state.host_ports_mut() = ports)?;
    desk.did(Action::HostGeneral);
    for (protocol, is_closed) in closed {
        if is_closed {
            desk.tell(format!("There is no {} port: it is opened by a restart", protocol.name()))?;
        }
    }
    if !is_complete {
        desk.tell("TLS serves nobody yet: SG and SI bring certificates")?;
    }
    desk.tell("Address and ports are those of the configuration, a change needs a restart")?;
    desk.tell("Host settings changed")
}

fn number<T>(desk: &mut Desk<'_>, what: &str, (low, high): (T, T), value: &mut T) -> Outcome
where
    T: Copy + core::fmt::Display + core::str::FromStr + PartialOrd,
{
    let prompt = format!("{what} [{low}-{high}] ({value}): ");
    let given = kept(desk, &prompt, |text| {
        text.parse().ok().filter(|number| (low..=high).contains(number))
    })?;
    *value = given.unwrap_or(*value);
    Ok(())
}

fn yes(desk: &mut Desk<'_>, what: &str, value: &mut bool) -> Outcome {
    let prompt = format!("{what} [Y/N] ({}): ", yes_or_no(*value));
    let given = kept(desk, &prompt, |text| match text.to_ascii_uppercase().as_str() {
        "Y" | "YES" => Some(true),
        "N" | "NO" => Some(false),
        _ => None,
    })?;
    *value = given.unwrap_or(*value);
    Ok(())
}
