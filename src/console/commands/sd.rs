//! `SD` Delete certificates.

use appliance::Action;

use super::sv::numbered;
use crate::answers::Yes;
use crate::{Command, Desk, Outcome};

pub(super) const COMMAND: Command =
    Command::new("SD", "Delete a certificate; with that of this appliance goes its key", run)
        .secure()
        .audited();

/// Words of the dialogue are inferred. Connections that rest on what is deleted end with their next message.
fn run(desk: &mut Desk<'_>) -> Outcome {
    let (at, _) = numbered(desk)?;
    let own = desk.state().host_ports.identity.chain().len();
    let question = if at < own {
        "Delete the certificates and the key of this appliance? [Y/N]: "
    } else {
        "Delete the certificate of the authority? [Y/N]: "
    };
    let Yes(sure) = desk.ask_as(question)?;
    if !sure {
        return Ok(());
    }
    desk.change(|state| {
        let identity = &mut state.host_ports_mut().identity;
        match at.checked_sub(own) {
            None => identity.remove_own(),
            Some(number) => drop(identity.distrust(number)),
        }
    })?;
    desk.did(Action::HostCertificate);
    desk.tell("Certificate deleted")
}
