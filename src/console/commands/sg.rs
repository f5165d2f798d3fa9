//! `SG` Generate the key of the TLS ports, and ask for a certificate.

use appliance::Action;
use crate::answers::Yes;
use crate::{Command, Desk, Echo, Outcome, Stop};

pub(super) const COMMAND: Command =
    Command::new("SG", "Generate the key of the TLS ports and a certificate request", run)
        .secure()
        .audited();

/// The old key and its certificate are gone with this; words of the dialogue are inferred.
fn run(desk: &mut Desk<'_>) -> Outcome {
    if desk.state().host_ports.identity.key().is_some() {
        let Yes(sure) = desk.ask_as("The present key and certificate are replaced. Continue? [Y/N]: ")?;
        if !sure {
            return Ok(());
        }
    }
    let common_name = desk.text("Common name: ", Echo::Plain)?.trim().to_owned();
    if common_name.is_empty() {
        return Stop::no("A certificate needs a name");
    }
    let names = desk.text("DNS names and IP addresses, with commas between: ", Echo::Plain)?;
    let names: Vec<_> = names.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let names: Vec<_> = names.into_iter().map(str::to_owned).collect();
    let mut identity = desk.state().host_ports.identity.clone();
    let request = match identity.request(&common_name, &names) {
        Ok(request) => request,
        Err(fault) => return Stop::no(fault.to_string()),
    };
    desk.change(|state| state.host_ports_mut().identity = identity)?;
    desk.did(Action::HostCertificate);
    request.lines().try_for_each(|line| desk.tell(line))?;
    desk.tell("Key generated; SI imports the certificate that is issued for it")
}
